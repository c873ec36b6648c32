"""How a request reaches a server: here a WSGI app in this process; for live servers, see `connections`."""

from __future__ import annotations

import io
import sys
import time
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import unquote_to_bytes

from ..apps import check_wsgi_app
from ..fetch import DEFAULT_PORTS
from .exchange import WireRequest, WireResponse
from .urls import URL

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class NetworkError(Exception):
    """There was no response, or it is not HTTP; the message says why in a few words."""


class Transport(Protocol):
    """Something that sends requests to an origin.

    Attributes:
        speaks_http2: whether a streamed body can be sent.
    """

    speaks_http2: bool

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        """Send a request and return the response, read to its end.

        Args:
            url: where to send it.
            request: what to send, exact to the byte.

        Raises:
            NetworkError: no response came.
        """
        ...


@runtime_checkable
class RepeatingTransport(Transport, Protocol):
    """A transport that sends a request again if the connection was closed during the first try."""

    def send_once(self, url: URL, request: WireRequest) -> WireResponse:
        """Send a request that cannot be sent twice, since its body is a stream.

        Raises:
            NetworkError: no response came.
        """
        ...


class Paced:
    """A transport that sends at most a given number of requests per second, whatever the path."""

    def __init__(self, transport: Transport, rate: float) -> None:
        self._transport = transport
        self._interval = 1 / rate
        self._next = 0.0
        self.speaks_http2 = transport.speaks_http2

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        """Wait until the rate allows it, and send the request.

        Raises:
            NetworkError: there is no response.
        """
        wait = self._next - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._next = time.monotonic() + self._interval
        return self._transport.send(url, request)


class WSGITransport:
    """A WSGI app in this process, called as werkzeug's test client does. Whatever the app raises is raised here too."""

    def __init__(self, app: WSGIApplication, *, speaks_http2: bool = True) -> None:
        try:
            from werkzeug.test import run_wsgi_app  # noqa: PLC0415 - an extra; only this transport needs it
        except ImportError as error:  # pragma: no cover - werkzeug is installed where this is measured
            raise ImportError("a WSGI app in this process needs werkzeug: pip install cors-wsgi[testing]") from error
        self._app = check_wsgi_app(app, "Write Browser(app), with the app that a server would call.")
        self._run = run_wsgi_app
        self.speaks_http2 = speaks_http2

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        """Call the app.

        Raises:
            NetworkError: the app ended without calling `start_response`.
        """
        environ = build_environ(url, request)
        try:
            chunks, status, headers = self._run(self._app, environ)
        except TypeError as error:
            if _is_of_werkzeug(error):
                raise NetworkError("the app ended without calling start_response") from None
            raise
        try:
            body = b"".join(chunks)
        finally:
            if (close := getattr(chunks, "close", None)) is not None:
                close()
        code, _, phrase = status.partition(" ")
        if not (code.isascii() and code.isdigit() and len(code) == 3):
            raise NetworkError(f"the app gave the status {status!r}")
        pairs = [(name, value.strip(" \t")) for name, value in headers]
        return WireResponse(int(code), phrase, pairs, b"" if request.method == "HEAD" else body)


def _is_of_werkzeug(error: TypeError) -> bool:
    """Tell whether werkzeug failed because the app did not start a response, rather than the app in its own code."""
    traceback = error.__traceback__
    return traceback is not None and traceback.tb_next is not None and traceback.tb_next.tb_next is None


def build_environ(url: URL, request: WireRequest) -> WSGIEnvironment:
    """Return the environ of a request as a server would build it (PEP 3333).

    Args:
        url: where it goes; everything after the origin is passed on unchanged.
        request: its method, headers and body; its URL is ignored.
    """
    # By hand, though werkzeug has an EnvironBuilder: that one recomputes Content-Length or leaves it out, and drops
    # the query from REQUEST_URI. The app must get exactly the request that the model sent.
    body = request.body or b""
    port = DEFAULT_PORTS[url.scheme] if url.port is None else url.port
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
        "QUERY_STRING": url.query or "",
        "REQUEST_URI": url.target,
        "RAW_URI": url.target,
        "SERVER_NAME": url.host.strip("[]"),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.host if url.port is None else f"{url.host}:{url.port}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    return environ
