"""Connections to live servers: the way that they take, and response heads read as leniently as browsers read them."""

from __future__ import annotations

import ipaddress
import re
import socket
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from .headers import Header
from .urls import URL, parse_url

if TYPE_CHECKING:
    import urllib3

MAX_HEAD: Final = 256 * 1024
"""Bytes of a response head that are read at most, as in Chromium; http.client gives up at a hundred headers."""

_FRAMING: Final = frozenset({"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"})
"""Headers that http.client and urllib3 need to find the end of a body."""
_STATUS = re.compile(rb"HTTP/\S+\s+(\d{3})")


@dataclass(frozen=True)
class Route:
    """The way to a server, where it is not the usual one.

    Attributes:
        verifies: whether certificates are checked.
        ca_file: a file of certificates that are trusted in place of the system's; empty for those.
        addresses: by host and port, the address to connect to instead of asking for one.
        proxy: the URL of a proxy; None for the one that the environment names, empty for none at all.
        unix_socket: the path of a socket to connect to, whatever the host; empty for none.
    """

    verifies: bool = True
    ca_file: str = ""
    addresses: Mapping[tuple[str, int], str] = field(default_factory=dict)
    proxy: str | None = None
    unix_socket: str = ""


DIRECT: Final = Route()


def find_proxy(route: Route, url: URL) -> str:
    """Return the proxy that a request takes, or nothing: the environment's never for loopback, as in browsers.

    Raises:
        ValueError: what is named is no http or https URL.
    """
    if route.unix_socket or route.proxy == "":
        return ""
    proxy = route.proxy
    if proxy is None:
        if is_loopback(url.host) or urllib.request.proxy_bypass(url.host):
            return ""
        found = urllib.request.getproxies()
        proxy = found.get(url.scheme) or found.get("all") or ""
    if not proxy:
        return ""
    whole = proxy if "://" in proxy else f"http://{proxy}"
    parsed = parse_url(whole)
    if parsed is None or not parsed.is_http:
        raise ValueError(f"the proxy {whole.rpartition('@')[2]!r} is none that is known; write http://host:port")
    return whole


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its name or address alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class LenientResponse(HTTPResponse):
    """A response whose head is read as browsers read it.

    Attributes:
        pairs: its headers.
        spaced_names: the names that had white space before the colon.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.pairs: list[Header] = []
        self.spaced_names: list[str] = []
        self.fp: Any = _Head(self.fp, self)


class _Head:
    """The file of a response: keeps every header, and hands on to http.client what it needs."""

    def __init__(self, file: Any, response: LenientResponse) -> None:
        self._file = file
        self._response = response
        self._is_interim = False
        self._is_in_head = False
        self._is_over = False
        self._left = MAX_HEAD

    def readline(self, limit: int = -1) -> bytes:
        if self._is_over:
            return bytes(self._file.readline(limit))
        if not self._is_in_head:
            line = bytes(self._file.readline(limit))
            match = _STATUS.match(line)
            self._is_interim = match is not None and match[1] == b"100"
            self._is_in_head = True
            return line
        while line := self._file.readline(self._left + 1):
            self._left -= len(line)
            if self._left < 0:
                raise HTTPException(f"the headers are longer than {MAX_HEAD} bytes")
            if line in (b"\r\n", b"\n"):
                self._is_in_head = False
                self._is_over = not self._is_interim
                return bytes(line)
            if (name := self._keep(line)) in _FRAMING and not self._is_interim:
                return f"{name}: {self._response.pairs[-1][1]}\r\n".encode("latin-1")
        self._is_over = True
        return b""

    def _keep(self, line: bytes) -> str:
        """Keep one line, and return its lower-cased name; nothing where it has none."""
        text = line.decode("latin-1").rstrip("\r\n")
        pairs = self._response.pairs
        if text[:1] in (" ", "\t"):
            if pairs:
                pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {text.strip()}".strip())
            return ""
        name, colon, value = text.partition(":")
        if not colon or self._is_interim:
            return ""
        bare = name.rstrip(" \t")
        if bare != name:
            self._response.spaced_names.append(bare)
        pairs.append((bare, value.strip(" \t")))
        return bare.lower()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def make_pool(route: Route, proxy: str) -> urllib3.PoolManager:
    """Return what makes connections along a route.

    Raises:
        ImportError: urllib3 is not installed.
    """
    import urllib3  # noqa: PLC0415 - an extra
    from urllib3.connection import HTTPConnection, HTTPSConnection  # noqa: PLC0415
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool  # noqa: PLC0415

    def connect(connection: HTTPConnection) -> socket.socket | None:
        if route.unix_socket:
            channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            channel.settimeout(float(connection.timeout) if isinstance(connection.timeout, (int, float)) else None)
            channel.connect(route.unix_socket)
            return channel
        address = route.addresses.get((connection.host.strip("[]"), connection.port or 0))
        if address is None:
            return None
        return socket.create_connection((address, connection.port or 0), connection.timeout)

    class Plain(HTTPConnection):
        response_class = LenientResponse

        def _new_conn(self) -> socket.socket:
            return connect(self) or super()._new_conn()

    class Secure(HTTPSConnection):
        response_class = LenientResponse

        def _new_conn(self) -> socket.socket:
            return connect(self) or super()._new_conn()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    # Requests come one after another; a second connection is in use only while a thread still waits in vain.
    options: dict[str, Any] = {"maxsize": 4, "retries": False}
    if route.ca_file:
        options["ca_certs"] = route.ca_file
    if not route.verifies:
        options |= {"cert_reqs": "CERT_NONE", "assert_hostname": False}
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    if proxy:
        user = parse_url(proxy)
        if user is not None and user.has_credentials:
            options["proxy_headers"] = urllib3.make_headers(proxy_basic_auth=unquote(user.userinfo))
            proxy = user.origin
    pool = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    pool.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pool
