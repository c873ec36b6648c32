"""The only way in which tests call a WSGI app: checked by `wsgiref.validate` on both sides, and closed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from cors_wsgi import CORSMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

A, B = "https://a.example", "https://b.example"
"""Two origins that policies name."""

EVIL = "https://evil.example"
"""An origin that no policy names."""

_RAN = "tests.app-ran"

VARY_ORIGIN = ("Vary", "Origin")
VARY_PREFLIGHT = ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
FOR_EVERYBODY = ("Access-Control-Allow-Origin", "*")
WITH_CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
ALL_METHODS = ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY")
ALL_HEADERS = ("Access-Control-Allow-Headers", "*, Authorization")
TEN_MINUTES = ("Access-Control-Max-Age", "600")
GRANTED = (ALL_METHODS, ALL_HEADERS, TEN_MINUTES, VARY_PREFLIGHT)
PLAIN = ("Content-Type", "text/plain")


@dataclass(frozen=True)
class Answer:
    """The complete answer to one request.

    Attributes:
        status: code and phrase.
        headers: all of them, in their order.
        body: the whole body.
        app_ran: whether the wrapped app was called.
    """

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    app_ran: bool

    @property
    def cors(self) -> tuple[Any, ...]:
        """The status's code, and after it every header that is about CORS, in their order: all that CORS may change."""
        about = ("access-control-", "vary", "x-cors-")
        return (self.status[:3], *(header for header in self.headers if header[0].lower().startswith(about)))

    def values(self, name: str) -> list[str]:
        """Return every value of one header, whatever its case of letters."""
        return [value for given, value in self.headers if given.lower() == name.lower()]


def from_app(*headers: tuple[str, str]) -> Answer:
    """The answer of the plain app, with these headers behind its own."""
    return Answer("200 OK", (PLAIN, *headers), b"from the app", True)


def no_content(*headers: tuple[str, str]) -> Answer:
    """A 204 with these headers and nothing else; the app does not run."""
    return Answer("204 No Content", headers, b"", False)


def forbidden(*headers: tuple[str, str], body: bytes = b"") -> Answer:
    """A 403 with these headers behind its own; the app does not run."""
    return Answer("403 Forbidden", (PLAIN, ("Content-Length", str(len(body))), *headers), body, False)


def unremembered(answer: Answer) -> Answer:
    """Return the answer to a preflight that browsers must not remember: several policies meet at its URL."""
    headers = tuple(
        (name, "0") if name == "Access-Control-Max-Age" else (name, value) for name, value in answer.headers
    )
    assert headers != answer.headers
    return replace(answer, headers=headers)


def allow(origin: str) -> tuple[str, str]:
    """The header that shares a response with one origin."""
    return ("Access-Control-Allow-Origin", origin)


def app_with(*headers: tuple[str, str], status: str = "200 OK", body: bytes = b"from the app") -> WSGIApplication:
    """Return an app that always answers so, with the plain app's Content-Type in front (a 304 may have none)."""
    sent = [*headers] if status.startswith("304") else [PLAIN, *headers]

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, list(sent))
        return [body]

    return app


def environ_for(
    method: str = "GET",
    path: str = "/",
    origin: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> WSGIEnvironment:
    """Return the environ of a request as a server would make it; `path` is decoded already."""
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin
    for name, value in (headers or {}).items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


def call(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Send one request through `app`, read the body to its end, close it, and return the complete answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if started and exc_info is None:
            raise AssertionError("start_response was called a second time without exc_info")
        started.append((status, list(headers)))
        return written.append

    environ[_RAN] = ran = []  # type: ignore[var-annotated]
    chunks = validator(app)(environ, start_response)
    try:
        body = b"".join([*written, *chunks])
    finally:
        chunks.close()  # type: ignore[attr-defined]
    status, headers = started[-1]
    return Answer(status, tuple(headers), body, bool(ran))


def watch(app: WSGIApplication) -> WSGIApplication:
    """Put `wsgiref.validate` around an app, and let `call` know that it ran."""
    validated = validator(app)

    def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[_RAN].append(True)
        return validated(environ, start_response)

    return watched


PLAIN_APP = app_with()


@dataclass(frozen=True)
class Server:
    """A WSGI app, usually with a middleware around it, that takes requests.

    Attributes:
        app: the outermost app.
    """

    app: WSGIApplication

    def request(
        self,
        method: str = "GET",
        path: str = "/",
        origin: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        return call(self.app, environ_for(method, path, origin, headers, body))

    def preflight(
        self,
        origin: str | None,
        method: str = "PUT",
        names: str | None = None,
        path: str = "/",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        asked = {"Access-Control-Request-Method": method, **(headers or {})}
        if names is not None:
            asked["Access-Control-Request-Headers"] = names
        return self.request("OPTIONS", path, origin, asked)


@dataclass(frozen=True)
class Wrapped(Server):
    """A server whose app is wrapped in a CORSMiddleware."""

    app: CORSMiddleware = field()


def wrap(*policy: Any, app: WSGIApplication = PLAIN_APP, **options: Any) -> Wrapped:
    """Wrap `app` in a CORSMiddleware with these arguments."""
    return Wrapped(CORSMiddleware(watch(app), *policy, **options))
