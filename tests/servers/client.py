"""A client that shows what concerns CORS of an answer, and one connection that is never opened twice."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator
from typing import NamedTuple

VARYING = frozenset({"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"})


class Answer(NamedTuple):
    """What a server answered.

    Attributes:
        status: the status code.
        cors: every CORS header.
        vary: what of the request's CORS headers the answer varies on.
        body: the body.
        others: all other headers, but those that change from one answer to the next.
    """

    status: int
    cors: dict[str, str]
    vary: frozenset[str]
    body: bytes
    others: list[tuple[str, str]]


@contextlib.contextmanager
def connect(port: int) -> Iterator[http.client.HTTPConnection]:
    """Open one connection; what is sent when the server has closed it fails."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.auto_open = 0
    connection.connect()
    with contextlib.closing(connection):
        yield connection


def ask(port: int, method: str, path: str, headers: dict[str, str]) -> Answer:
    """Send one request on a connection of its own."""
    with connect(port) as connection:
        connection.request(method, path, headers=headers)
        return read(connection)


def read(connection: http.client.HTTPConnection) -> Answer:
    """Read the answer to the request that was sent; no CORS header may stand in it twice."""
    response = connection.getresponse()
    headers = response.getheaders()
    cors = [(name, value) for name, value in headers if name.lower().startswith("access-control-")]
    assert len({name.lower() for name, _ in cors}) == len(cors)
    varies = [name.strip() for given, value in headers if given.lower() == "vary" for name in value.split(",")]
    others = [header for header in headers if header not in cors and header[0].lower() not in ("date", "vary")]
    return Answer(response.status, dict(cors), VARYING & set(varies), response.read(), others)


def has_closed(connection: http.client.HTTPConnection) -> bool:
    """Tell whether the server ends the connection behind the answer that was read, within the connection's timeout."""
    if connection.sock is None:
        return True
    with contextlib.suppress(TimeoutError):
        return connection.sock.recv(1) == b""
    return False
