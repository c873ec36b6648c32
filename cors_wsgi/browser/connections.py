"""Live servers over HTTP/1.1: connections that are kept, and a time limit for each exchange."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Final

from ..fetch import DEFAULT_PORTS
from .engines import STANDARD, Engine
from .exchange import WireRequest, WireResponse
from .headers import Header
from .http_reading import read_response
from .transports import NetworkError
from .urls import URL

_MOST_KEPT: Final = 6
"""Idle connections that are kept for an origin, as in browsers."""


class HTTPTransport:
    """Sends requests to live servers as browsers do, byte for byte what the model says.

    On sockets, since both that Python's clients send and how they read (`http_reading`) is not what browsers do:
    urllib3 turns `patch` into `PATCH`, which hides the very mistake that is looked for, and adds `Content-Length: 0`.
    """

    speaks_http2 = True

    def __init__(self, *, timeout: float = 10.0, engine: Engine = STANDARD) -> None:
        """Make a transport.

        Args:
            timeout: seconds for one exchange, from the connection to the last byte.
            engine: whose rules responses are read by.
        """
        self._timeout = timeout
        self._engine = engine
        self._kept: dict[str, list[_Connection]] = {}
        self._tls: ssl.SSLContext | None = None

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        """Send the request over a connection that is kept, or a new one.

        A server may close a connection that it kept just as the next request arrives. As browsers do, that request is
        sent once more, over a new one.

        Raises:
            NetworkError: there is no such host, nobody listens, time is over, or what came back is no HTTP.
        """
        return self._send(url, request, can_repeat=True)

    def send_once(self, url: URL, request: WireRequest) -> WireResponse:
        """Send a request that cannot be sent twice, since its body is a stream.

        Raises:
            NetworkError: as for `send`, or the kept connection was closed.
        """
        return self._send(url, request, can_repeat=False)

    def _send(self, url: URL, request: WireRequest, *, can_repeat: bool) -> WireResponse:
        deadline = time.monotonic() + self._timeout
        connection = self._take(url.origin)
        if connection is not None:
            try:
                return self._exchange(connection, url, request, deadline)
            except NetworkError:
                if connection.has_received or not can_repeat or time.monotonic() > deadline:
                    raise
        return self._exchange(self._connect(url, deadline), url, request, deadline)

    def _take(self, origin: str) -> _Connection | None:
        """Return a connection that is kept and quiet: one on which anything came meanwhile is of no more use."""
        kept = self._kept.get(origin, [])
        while kept:
            connection = kept.pop()
            if connection.is_quiet():
                return connection
            connection.close()
        return None

    def _connect(self, url: URL, deadline: float) -> _Connection:
        port = int(DEFAULT_PORTS[url.scheme]) if url.port is None else url.port
        host = url.host.strip("[]")
        try:
            connected = socket.create_connection((host, port), max(deadline - time.monotonic(), 0.001))
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if url.scheme == "https":
                if self._tls is None:
                    self._tls = ssl.create_default_context()
                connected = self._tls.wrap_socket(connected, server_hostname=host)
        except socket.gaierror as error:
            raise NetworkError(f"Failed to resolve '{host}': {_describe(error)}") from error
        except (OSError, UnicodeError) as error:
            raise NetworkError(_describe(error)) from error
        return _Connection(connected, self._timeout)

    def _exchange(self, connection: _Connection, url: URL, request: WireRequest, deadline: float) -> WireResponse:
        connection.begin(deadline)
        is_over = False
        try:
            connection.send(write_request(url, request))
            reading = read_response(connection, request.method, self._engine)
            is_over = reading.can_go_on and connection.is_empty
        finally:
            kept = self._kept.setdefault(url.origin, [])
            if is_over and len(kept) < _MOST_KEPT:
                kept.append(connection)
            else:
                connection.close()
        return reading.response

    def close(self) -> None:
        """Close the connections that are kept."""
        for kept in self._kept.values():
            for connection in kept:
                connection.close()
        self._kept.clear()

    def __del__(self) -> None:
        self.close()


def write_request(url: URL, request: WireRequest) -> bytes:
    """Return the bytes of a request (RFC 9112, 3).

    Args:
        url: where it goes.
        request: one character a byte in its headers.
    """
    host = url.host if url.port is None else f"{url.host}:{url.port}"
    lines = [f"{request.method} {url.target} HTTP/1.1", f"Host: {host}", "Connection: keep-alive"]
    lines += [f"{name}: {value}" for name, value in _combine(request.headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (request.body or b"")


def _combine(headers: Iterable[Header]) -> list[Header]:
    """Return the headers with one line for each name, and without white space at the ends of their values."""
    combined: dict[str, Header] = {}
    for name, value in headers:
        first, before = combined.get(name.lower(), (name, None))
        combined[name.lower()] = (first, value.strip(" \t") if before is None else f"{before}, {value.strip(' 	')}")
    return list(combined.values())


class _Connection:
    """A connection, and what was read of it and not yet taken."""

    def __init__(self, connected: socket.socket, timeout: float) -> None:
        self._socket = connected
        self._timeout = timeout
        self._deadline = 0.0
        self._buffer = bytearray()
        self.has_received = False

    def begin(self, deadline: float) -> None:
        """Begin an exchange that must end by then."""
        self._deadline = deadline
        self.has_received = False

    @property
    def is_empty(self) -> bool:
        """Whether everything that came was taken."""
        return not self._buffer

    def is_quiet(self) -> bool:
        """Tell whether nothing came since the last exchange: no end, and nothing that a faulty answer left over."""
        return not select.select([self._socket], [], [], 0)[0]

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send all of it; a server that answers before it has read all may have closed, and its answer counts."""
        self._limit()
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise NetworkError(self._late()) from error
        except OSError:
            return

    def read_line(self, limit: int) -> bytes:
        """Return bytes up to a line feed, or `limit` of them, or all that are left."""
        start = 0
        while (end := self._buffer.find(b"\n", start, limit)) < 0 and len(self._buffer) < limit:
            start = len(self._buffer)
            if not self._fill():
                break
        return self._take(end + 1 if end >= 0 else min(limit, len(self._buffer)))

    def read(self, size: int) -> bytes:
        """Return up to so many bytes, none at the end."""
        if not self._buffer:
            self._fill()
        return self._take(min(size, len(self._buffer)))

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _fill(self) -> bool:
        """Receive more; return whether anything came."""
        self._limit()
        try:
            data = self._socket.recv(65536)
        except TimeoutError as error:
            raise NetworkError(self._late()) from error
        except OSError as error:
            raise NetworkError(_describe(error)) from error
        self._buffer += data
        self.has_received |= bool(data)
        return bool(data)

    def _limit(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise NetworkError(self._late())
        self._socket.settimeout(left)

    def _late(self) -> str:
        return f"there was no whole response after {self._timeout:g} seconds"


def _describe(error: Exception) -> str:
    """Return what an exception of the operating system or of TLS says, as one line of at most 300 characters."""
    text = getattr(error, "verify_message", "") or getattr(error, "strerror", None) or str(error)
    return " ".join(str(text).split())[:300] or type(error).__name__
