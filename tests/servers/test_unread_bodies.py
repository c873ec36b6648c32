"""A body that the middleware leaves unread does no more to a connection, and to others, than one that an app leaves."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from servers.policies import EVIL, ORIGIN
from support.servers import KINDS, serve

pytestmark = pytest.mark.server

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
"""What a body is made of: a server that takes the rest of a body for a request answers this one."""
SMALL, LARGE = SMUGGLED, SMUGGLED * 30_000
WAITS_FOR_BODIES = frozenset({"waitress"})
"""Servers that run no app before the whole body is there, and hold no worker while they wait."""


class Asked(NamedTuple):
    """A request that the middleware answers by itself, and its status."""

    method: str
    headers: dict[str, str]
    status: int


PREFLIGHT = Asked("OPTIONS", {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}, 204)
REFUSED = Asked("POST", {"Origin": EVIL}, 403)
BOTH = [pytest.param(PREFLIGHT, id="a preflight"), pytest.param(REFUSED, id="a blocked request")]
EACH_SERVER = pytest.mark.parametrize("server", sorted(KINDS))


def write_head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def write_request(asked: Asked, body: bytes, *, chunked: bool) -> bytes:
    if not chunked:
        return write_head(asked.method, "/first", asked.headers | {"Content-Length": str(len(body))}) + body
    head = write_head(asked.method, "/first", asked.headers | {"Transfer-Encoding": "chunked"})
    return head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@contextlib.contextmanager
def connect(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        yield connection


def read(connection: socket.socket, method: str) -> tuple[int, bytes]:
    with http.client.HTTPResponse(connection, method=method) as response:
        response.begin()
        return response.status, response.read()


def ask_twice(port: int, asked: Asked, body: bytes, *, chunked: bool) -> list[object]:
    """Send a request with a body, and another on the same connection; return what is answered until it is closed."""
    answers: list[object] = []
    with connect(port) as connection:
        try:
            connection.sendall(write_request(asked, body, chunked=chunked))
            answers.append(read(connection, asked.method))
            connection.sendall(write_head("GET", "/next", {}))
            answers.append(read(connection, "GET"))
        except (ConnectionError, http.client.HTTPException):
            answers.append("closed")
    return answers


@EACH_SERVER
@pytest.mark.parametrize("asked", BOTH)
def test_the_next_request_is_read_rightly_or_the_connection_closes_as_with_the_bare_app(
    server: str, asked: Asked
) -> None:
    ways = [(body, chunked) for body in (SMALL, LARGE) for chunked in (False, True)]
    with serve(server, "servers.unread:bare") as port:
        bare = [ask_twice(port, asked, body, chunked=chunked) for body, chunked in ways]
    with serve(server, "servers.unread:wrapped") as port:
        wrapped = [ask_twice(port, asked, body, chunked=chunked) for body, chunked in ways]
    first = (asked.status, b"")
    right: list[list[object]] = [[first, (200, b"/next")], [first, "closed"], ["closed"]]
    assert [answers for answers in (*bare, *wrapped) if answers not in right] == []
    # A reset may overtake the first answer where a body is large; whether the connection goes on does not change.
    assert [answers[-1] for answers in wrapped] == [answers[-1] for answers in bare]
    assert wrapped[0] == bare[0] != ["closed"]


def time_for_others(server: str, app: str) -> tuple[float, int]:
    """Let four clients announce bodies and send none; return how long another waits, and how many are answered."""
    with serve(server, app) as port, contextlib.ExitStack() as silent:
        held = [silent.enter_context(connect(port)) for _ in range(4)]
        started = time.monotonic()
        for connection, asked in zip(held, [PREFLIGHT, REFUSED] * 2, strict=True):
            headers = asked.headers | {"Content-Length": "4000000"}
            connection.sendall(write_head(asked.method, "/first", headers))
        with connect(port) as other:
            other.sendall(write_head("GET", "/next", {}))
            assert read(other, "GET") == (200, b"/next")
        seconds = time.monotonic() - started
        answered = 0
        for connection in held if server not in WAITS_FOR_BODIES else ():
            answered += connection.recv(9) in (b"HTTP/1.1 ", b"HTTP/1.0 ")
        return seconds, answered


@EACH_SERVER
def test_clients_that_announce_a_body_and_send_none_hold_nobody_longer_than_with_the_bare_app(server: str) -> None:
    bare, answered = time_for_others(server, "servers.unread:bare")
    assert answered == (0 if server in WAITS_FOR_BODIES else 4)
    wrapped, answered = time_for_others(server, "servers.unread:wrapped")
    assert answered == (0 if server in WAITS_FOR_BODIES else 4)
    assert wrapped < 2 * bare + 2
