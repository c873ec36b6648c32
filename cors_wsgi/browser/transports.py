"""How a request reaches a server, and the way to a WSGI app in this process; `connections` has that to a live one."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import unquote_to_bytes

from ..apps import check_wsgi_app
from ..fetch import DEFAULT_PORTS
from .connections import DIRECT, Route, find_proxy, make_pool
from .exchange import WireRequest, WireResponse
from .printing import escape
from .urls import URL

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from urllib3 import PoolManager

_CONNECTION: Final = re.compile(r"^\w+\(host=.*?\): ")
"""What urllib3 puts before its words."""

_OF_PYTHON: Final = re.compile(r"\[Errno -?\d+\] | ?\(_ssl\.c:\d+\)")
"""What Python puts around them."""

MAX_BODY: Final = 16 * 1024 * 1024
"""Bytes of a live server's response that are read at most, so that one without end cannot fill the memory."""


class NetworkError(Exception):
    """No response came, or none that is HTTP; the message says why in a few words."""


class Transport(Protocol):
    """Something that takes requests for an origin.

    Attributes:
        speaks_http2: whether a streamed body can be sent.
    """

    speaks_http2: bool

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        """Send a request and return the response, read to its end.

        Args:
            url: where to.
            request: what is sent, to the byte.

        Raises:
            NetworkError: no response came.
        """
        ...


@runtime_checkable
class RepeatingTransport(Transport, Protocol):
    """A transport that sends a request a second time where a connection was closed under the first."""

    def send_once(self, url: URL, request: WireRequest) -> WireResponse:
        """Send a request that cannot be sent twice, since its body is a stream.

        Raises:
            NetworkError: no response came.
        """
        ...


class WSGITransport:
    """A WSGI app in this process, called as werkzeug's test client calls it. What the app raises is raised here too."""

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
    """Tell whether werkzeug itself stumbled over an app that started no response, not the app over its own code."""
    traceback = error.__traceback__
    return traceback is not None and traceback.tb_next is not None and traceback.tb_next.tb_next is None


def build_environ(url: URL, request: WireRequest) -> WSGIEnvironment:
    """Return the environ of a request as a server makes it (PEP 3333).

    Args:
        url: where it goes; what stands behind the origin is handed on as it is.
        request: its method, headers and body; of its URL nothing is read.
    """
    # By hand, though werkzeug has an EnvironBuilder: that one counts Content-Length anew or leaves it out, and drops
    # the query from REQUEST_URI. The app has to get, to the byte, the request that the model sent.
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


class HTTPTransport:
    """A live server over HTTP/1.1, with a time limit for the whole exchange."""

    speaks_http2 = True

    def __init__(self, *, timeout: float = 10.0, route: Route = DIRECT) -> None:
        """Make a transport.

        Args:
            timeout: seconds for one exchange, from the connection to the last byte.
            route: the way to the servers.

        Raises:
            ImportError: urllib3 is not installed.
        """
        try:
            import urllib3  # noqa: PLC0415 - an extra; only this transport needs it
        except ImportError as error:  # pragma: no cover - urllib3 is installed where this is measured
            raise ImportError("a live server needs urllib3: pip install cors-wsgi[cli]") from error
        self._urllib3 = urllib3
        self._timeout = timeout
        self._route = route
        self._pools: dict[str, PoolManager] = {}

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        """Send the request over a connection.

        It is sent from a thread of its own: a server that lets headers trickle would hold the time limits of a
        socket, which count from one byte to the next, for ever.

        Raises:
            NetworkError: there is no such host, nobody listens, time is over, or what came back is no HTTP.
        """
        outcome: list[WireResponse | NetworkError] = []

        def run() -> None:
            try:
                outcome.append(self._exchange(url, request))
            except NetworkError as error:
                outcome.append(error)

        thread = threading.Thread(target=run, name="cors_wsgi.browser", daemon=True)
        thread.start()
        thread.join(self._timeout + 1)  # a second more, so that the thread's own words for it come first
        if not outcome:
            raise NetworkError(f"there was no whole response after {self._timeout:g} seconds")
        if isinstance(outcome[0], NetworkError):
            raise outcome[0]
        return outcome[0]

    def _exchange(self, url: URL, request: WireRequest) -> WireResponse:
        urllib3 = self._urllib3
        deadline = time.monotonic() + self._timeout
        headers = urllib3.HTTPHeaderDict()
        for name, value in request.headers:
            headers.add(name, value)
        try:
            proxy = find_proxy(self._route, url)
            pool = self._pools.get(proxy) or self._pools.setdefault(proxy, make_pool(self._route, proxy))
            response = pool.request(
                request.method,
                url.request_url,
                body=request.body,
                headers=headers,
                redirect=False,
                preload_content=False,
                decode_content=False,
                timeout=urllib3.Timeout(total=self._timeout),
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError, HTTPException) as error:
            raise NetworkError(_describe(error)) from error
        try:
            body, body_error = self._read(response, deadline)
        finally:
            response.close()
        if response.status < 200:
            raise NetworkError(f"the interim response {response.status} was not followed by one that this client reads")
        original = response._original_response  # type: ignore[attr-defined]  # the response of http.client
        return WireResponse(
            response.status, response.reason or "", original.pairs, body, body_error, tuple(original.spaced_names)
        )

    def _read(self, response: Any, deadline: float) -> tuple[bytes, str]:
        """Return the body as far as it came, and what went wrong with the rest; empty if nothing did."""
        chunks: list[bytes] = []
        size = 0
        try:
            while chunk := response.read1(65536):
                chunks.append(chunk)
                size += len(chunk)
                if size > MAX_BODY:
                    return b"".join(chunks), f"the body is longer than {MAX_BODY} bytes"
                if time.monotonic() > deadline:
                    return b"".join(chunks), f"the body was not whole after {self._timeout:g} seconds"
        except (self._urllib3.exceptions.HTTPError, OSError, ValueError, HTTPException) as error:
            return b"".join(chunks), _describe(error)
        return b"".join(chunks), ""


def _describe(error: Exception) -> str:
    """Return what an exception of the HTTP client says, as a line of at most 300 characters without Python's words."""
    inner: BaseException = error
    while (reason := _find_inner(inner)) is not None:
        inner = reason
    text = " ".join(str(getattr(inner, "strerror", None) or inner).split())
    text = re.sub(r"\[SSL: \w+\] ", "TLS: ", _OF_PYTHON.sub("", _CONNECTION.sub("", text)))
    return escape(text[:300])[:300] or type(error).__name__


def _find_inner(error: BaseException) -> BaseException | None:
    """Return the exception that an exception of urllib3 was made of, or None."""
    found = (getattr(error, "reason", None), *error.args)
    return next((one for one in found if isinstance(one, BaseException) and one is not error), None)
