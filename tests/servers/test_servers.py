"""Real servers and real frameworks: the same requests, the same answers on all."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers.frameworks import NAMES
from servers.policies import EVIL, ORIGIN
from support.needs import needs_module
from support.servers import KINDS, serve

pytestmark = pytest.mark.server

PAIRS = [
    ("gunicorn-sync", "flask"),
    ("gunicorn-gthread", "django"),
    ("waitress", "pyramid"),
    ("uwsgi", "falcon"),
    ("gevent", "bottle"),
    ("wsgiref", "flask"),
]
"""Pairwise: each server with one framework, each framework on one server."""

SHARED = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "ETag",
}
GRANTED = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "x-token",
    "Access-Control-Max-Age": "600",
}
EVERYBODY = {"Access-Control-Allow-Origin": "*"}
ORIGIN_VARIES = {"Origin"}
PREFLIGHT_VARIES = {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"}
ASKED = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-token"}
MEGABYTE = b"x" * 1_000_000


def test_every_server_and_every_framework_is_there() -> None:
    assert {server for server, _ in PAIRS} == set(KINDS)
    assert {framework for _, framework in PAIRS} == set(NAMES)


@pytest.fixture(scope="module", params=PAIRS, ids=" serves ".join)
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    server, framework = request.param
    needs_module(framework)
    with serve(server, "servers.served:app", SERVED_FRAMEWORK=framework) as port:
        yield port


def ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[Any, ...]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        return read(connection)
    finally:
        connection.close()


def read(connection: http.client.HTTPConnection) -> tuple[Any, ...]:
    """Return the status, every CORS header, what the answer varies on, and the body."""
    response = connection.getresponse()
    headers = response.getheaders()
    cors = [(name, value) for name, value in headers if name.lower().startswith("access-control-")]
    assert len(dict(cors)) == len(cors)
    varies = {name.strip() for given, value in headers if given.lower() == "vary" for name in value.split(",")}
    return response.status, dict(cors), varies & PREFLIGHT_VARIES, response.read()


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        pytest.param("GET", "/item", {"Origin": ORIGIN}, (200, SHARED, ORIGIN_VARIES, b"item"), id="allowed"),
        pytest.param("GET", "/item", {"Origin": EVIL}, (200, {}, ORIGIN_VARIES, b"item"), id="refused"),
        pytest.param("GET", "/item", {}, (200, {}, ORIGIN_VARIES, b"item"), id="no Origin"),
        pytest.param("HEAD", "/item", {"Origin": ORIGIN}, (200, SHARED, ORIGIN_VARIES, b""), id="HEAD"),
        pytest.param(
            "OPTIONS",
            "/item",
            {"Origin": ORIGIN} | ASKED,
            (204, GRANTED, PREFLIGHT_VARIES, b""),
            id="preflight allowed",
        ),
        pytest.param(
            "OPTIONS", "/item", {"Origin": EVIL} | ASKED, (403, {}, PREFLIGHT_VARIES, b""), id="preflight refused"
        ),
        pytest.param("POST", "/item", {"Origin": EVIL}, (403, {}, ORIGIN_VARIES, b""), id="untrusted POST blocked"),
        pytest.param("GET", "/public/item", {}, (200, EVERYBODY, set(), b"item"), id="everybody, no Origin"),
        pytest.param("GET", "/public/item", {"Origin": EVIL}, (200, EVERYBODY, set(), b"item"), id="everybody"),
    ],
)
def test_answers_are_the_same_everywhere(
    port: int, method: str, path: str, headers: dict[str, str], expected: tuple[Any, ...]
) -> None:
    assert ask(port, method, path, headers) == expected


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nowhere", {404}, id="404"),
        pytest.param("GET", "/crash", {500}, id="500"),
        pytest.param("OPTIONS", "/item", {200, 204, 405}, id="OPTIONS that is no preflight"),
    ],
)
def test_the_frameworks_own_answers_are_shared(port: int, method: str, path: str, status: set[int]) -> None:
    answer = ask(port, method, path, {"Origin": ORIGIN})
    assert answer[0] in status
    assert answer[1:3] == (SHARED, ORIGIN_VARIES)
    refused = ask(port, method, path, {"Origin": EVIL})
    assert refused[0] in status
    assert refused[1:3] == ({}, ORIGIN_VARIES)


CLOSES = {
    ("waitress", 204): "waitress closes after every answer without a Content-Length, and a 204 has none",
    ("uwsgi", 204): "uWSGI's router takes an answer without a Content-Length to end with the connection",
}
"""What a server does to a bare app's answer, too."""


@pytest.mark.parametrize("server", [name for name, kind in KINDS.items() if kind.keeps_alive])
@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        pytest.param("OPTIONS", {"Origin": ORIGIN} | ASKED, 204, id="204"),
        pytest.param("OPTIONS", {"Origin": EVIL} | ASKED, 403, id="403 to a preflight"),
        pytest.param("POST", {"Origin": EVIL}, 403, id="403 to a blocked request"),
    ],
)
@pytest.mark.parametrize("body", [pytest.param(b"", id="no body"), pytest.param(MEGABYTE, id="an unread megabyte")])
def test_a_connection_survives(server: str, method: str, headers: dict[str, str], status: int, body: bytes) -> None:
    needs_module("bottle")
    with (
        serve(server, "servers.served:app", SERVED_FRAMEWORK="bottle") as port,
        contextlib.closing(connect(port)) as connection,
    ):
        connection.request(method, "/item", body or None, headers)
        assert read(connection)[0] == status
        own = connection.sock
        if (server, status) in CLOSES:
            assert own is None or own.recv(1) == b""
            return
        assert own is not None, "the server closed the connection"
        connection.request("GET", "/item", headers={"Origin": ORIGIN})
        assert read(connection) == (200, SHARED, ORIGIN_VARIES, b"item")
        assert connection.sock is own


@pytest.mark.parametrize(("server", "status"), sorted(CLOSES))
def test_the_bare_server_closes_there_too(server: str, status: int) -> None:
    with serve(server, f"servers.streams:bare_{status}") as port, contextlib.closing(connect(port)) as connection:
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.status, response.read()) == (status, b"")
        assert connection.sock is None or connection.sock.recv(1) == b""


def connect(port: int) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.auto_open = 0
    connection.connect()
    return connection


@pytest.mark.parametrize("server", sorted(KINDS))
def test_a_stream_is_not_buffered_and_is_shared(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_NOTE", str(tmp_path / "note"))
    with serve(server, "servers.streams:stream") as port, contextlib.closing(connect(port)) as connection:
        connection.request("GET", "/", headers={"Origin": ORIGIN})
        response = connection.getresponse()
        assert response.getheader("Access-Control-Allow-Origin") == ORIGIN
        assert response.readline() == b"first\n"
        (tmp_path / "note.seen").touch()
        assert response.read() == b"second\n"
        wait_for(tmp_path / "note.closed")


@pytest.mark.parametrize("server", sorted(KINDS))
def test_a_client_that_goes_away_leaves_nothing_open(server: str, tmp_path: Path) -> None:
    (tmp_path / "note.forever").touch()
    (tmp_path / "note.seen").touch()
    with serve(server, "servers.streams:stream", STREAM_NOTE=str(tmp_path / "note")) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(f"GET / HTTP/1.1\r\nHost: x\r\nOrigin: {ORIGIN}\r\n\r\n".encode())
            assert client.recv(10)
        wait_for(tmp_path / "note.closed")


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 15
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not come"
        time.sleep(0.02)
