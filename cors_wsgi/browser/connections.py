"""Live servers over HTTP/1.1: connections that are kept alive, and a time limit for each exchange."""

from __future__ import annotations

import re
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
from .http_reading import read_head, read_response
from .transports import NetworkError
from .urls import URL
from .ways import DIRECT, Route, find_proxy, list_login

_MOST_KEPT: Final = 6
"""How many idle connections are kept for an origin, as in browsers."""


class HTTPTransport:
    """Sends requests to live servers as browsers do, byte for byte as the model says.

    It uses sockets, since Python's clients neither send nor read (`http_reading`) what browsers do: urllib3 turns
    `patch` into `PATCH`, which hides the very mistake that people look for, and adds `Content-Length: 0`.
    """

    speaks_http2 = True

    def __init__(self, *, timeout: float = 10.0, engine: Engine = STANDARD, route: Route = DIRECT) -> None:
        """Create a transport.

        Args:
            timeout: seconds for one exchange, from the connection to the last byte.
            engine: whose rules responses are read by.
            route: how to reach the servers.
        """
        self._timeout = timeout
        self._route = route
        self._engine = engine
        self._kept: dict[str, list[_Connection]] = {}
        self._tls: ssl.SSLContext | None = None

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        """Send the request over a kept-alive connection, or a new one.

        A server may close a kept-alive connection just as the next request arrives. As in browsers, that request is
        then sent once more, over a new one.

        Raises:
            NetworkError: there is no such host, nothing listens, the time is up, or the response is not HTTP.
        """
        return self._send(url, request, can_repeat=True)

    def send_once(self, url: URL, request: WireRequest) -> WireResponse:
        """Send a request that cannot be sent twice, since its body is a stream.

        Raises:
            NetworkError: as for `send`, or the kept-alive connection was closed.
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
        """Return a kept-alive connection that is quiet: one that has received anything meanwhile cannot be used."""
        kept = self._kept.get(origin, [])
        while kept:
            connection = kept.pop()
            if connection.is_quiet():
                return connection
            connection.close()
        return None

    def _connect(self, url: URL, deadline: float) -> _Connection:
        host, port = url.host.strip("[]"), _find_port(url)
        try:
            proxy = find_proxy(self._route, url)
        except ValueError as error:
            raise NetworkError(str(error)) from error
        asked = host if proxy is None else proxy.host.strip("[]")
        try:
            if self._route.unix_socket:
                connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                connected.settimeout(max(deadline - time.monotonic(), 0.001))
                connected.connect(self._route.unix_socket)
            else:
                place = (asked, _find_port(proxy or url))
                place = (self._route.addresses.get(place, place[0]), place[1])
                connected = socket.create_connection(place, max(deadline - time.monotonic(), 0.001))
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if proxy is not None and proxy.scheme == "https":
                connected = self._make_tls().wrap_socket(connected, server_hostname=asked)
            if proxy is not None and url.scheme == "https":
                self._open_tunnel(connected, f"{url.host}:{port}", proxy, deadline)
            if url.scheme == "https":
                connected = self._make_tls().wrap_socket(connected, server_hostname=host)
        except socket.gaierror as error:
            raise NetworkError(f"Failed to resolve '{asked}': {_describe(error)}") from error
        except (OSError, UnicodeError) as error:
            raise NetworkError(_describe(error)) from error
        # A proxy gets the whole URL of a request that it forwards (RFC 9112, 3.2.2).
        is_told_all = proxy is not None and url.scheme == "http"
        return _Connection(connected, self._timeout, proxy if is_told_all else None)

    def _make_tls(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context(cafile=self._route.ca_file or None)
            if not self._route.verifies:
                self._tls.check_hostname = False
                self._tls.verify_mode = ssl.CERT_NONE
        return self._tls

    def _open_tunnel(self, connected: socket.socket, place: str, proxy: URL, deadline: float) -> None:
        """Let a proxy pass bytes on to a server (RFC 9110, 9.3.6)."""
        tunnel = _Connection(connected, self._timeout)
        tunnel.begin(deadline)
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}", *(f"{n}: {v}" for n, v in list_login(proxy))]
        tunnel.send("\r\n".join([*lines, "", ""]).encode("latin-1"))
        status = read_head(tunnel, self._engine).status
        if not 200 <= status <= 299:
            raise NetworkError(f"the proxy answered {status} to CONNECT {place}")

    def _exchange(self, connection: _Connection, url: URL, request: WireRequest, deadline: float) -> WireResponse:
        connection.begin(deadline)
        is_over = False
        try:
            connection.send(write_request(url, request, connection.proxy))
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
        """Close the idle connections."""
        for kept in self._kept.values():
            for connection in kept:
                connection.close()
        self._kept.clear()

    def __del__(self) -> None:
        self.close()


def _find_port(url: URL) -> int:
    return int(DEFAULT_PORTS[url.scheme]) if url.port is None else url.port


def write_request(url: URL, request: WireRequest, proxy: URL | None = None) -> bytes:
    """Return the bytes of a request (RFC 9112, 3).

    Args:
        url: where it goes.
        request: its headers have one character per byte.
        proxy: the proxy that forwards it, which gets the whole URL, or None.
    """
    host = url.host if url.port is None else f"{url.host}:{url.port}"
    target = url.target if proxy is None else url.request_url
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {host}", "Connection: keep-alive"]
    lines += [f"{name}: {value}" for name, value in list_login(proxy)]
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
    """A connection, with the bytes that were received but not yet read."""

    def __init__(self, connected: socket.socket, timeout: float, proxy: URL | None = None) -> None:
        self._socket = connected
        self.proxy = proxy
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
        """Whether everything that was received has been read."""
        return not self._buffer

    def is_quiet(self) -> bool:
        """Tell whether nothing arrived since the last exchange: no end, and no rest of a faulty answer."""
        return not select.select([self._socket], [], [], 0)[0]

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send everything; a server that answers early may have closed the connection, but its answer counts."""
        self._limit()
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise NetworkError(self._late()) from error
        except OSError:
            return

    def read_line(self, limit: int) -> bytes:
        """Return the bytes up to a line feed, or `limit` bytes, or all that are left."""
        start = 0
        while (end := self._buffer.find(b"\n", start, limit)) < 0 and len(self._buffer) < limit:
            start = len(self._buffer)
            if not self._fill():
                break
        return self._take(end + 1 if end >= 0 else min(limit, len(self._buffer)))

    def read(self, size: int) -> bytes:
        """Return up to this many bytes; none at the end."""
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
        return f"there was no complete response after {self._timeout:g} seconds"


def _describe(error: Exception) -> str:
    """Return the message of an operating system or TLS exception, as one line of at most 300 characters."""
    text = getattr(error, "verify_message", "") or getattr(error, "strerror", None) or str(error)
    text = re.sub(
        r"^_ssl\.c:\d+: | ?\(_ssl\.c:\d+\)", "", re.sub(r"\[SSL: \w+\] ", "TLS: ", " ".join(str(text).split()))
    )
    return text[:300] or type(error).__name__
