"""A WSGI app with scripted answers, for tests of the browser side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cors_wsgi.browser import Browser, Exchange

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

API = "https://api.example.com"
PAGE = "https://app.example.com"
OTHER = "https://other.example"

Headers = list[tuple[str, str]]

SHARED: Headers = [("Access-Control-Allow-Origin", PAGE), ("Access-Control-Allow-Credentials", "true")]
PREFLIGHT: Headers = [
    *SHARED,
    ("Access-Control-Allow-Methods", "PUT, DELETE, QUERY"),
    ("Access-Control-Allow-Headers", "content-type, x-a, authorization"),
]


def answering(
    status: str = "200 OK", headers: Iterable[tuple[str, str]] = SHARED, body: bytes = b"ok"
) -> WSGIApplication:
    """Return an app that answers all alike, preflights too."""
    return by_request(lambda environ: (status, list(headers), body))


def by_request(decide: Callable[[WSGIEnvironment], tuple[str, Headers, bytes]]) -> WSGIApplication:
    """Return an app that answers what `decide` says."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = decide(environ)
        start_response(status, headers)
        return [body]

    return app


def by_path(answers: dict[str, tuple[str, Headers]], preflight: Headers = PREFLIGHT) -> WSGIApplication:
    """Return an app that answers each path with a status and headers, and every preflight with `preflight`."""

    def decide(environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return "204 No Content", preflight, b""
        status, headers = answers[environ["PATH_INFO"]]
        return status, headers, environ["PATH_INFO"].encode()

    return by_request(decide)


def echo_origin(environ: WSGIEnvironment) -> Headers:
    """Return the headers that share a response with whoever asks, and allow a preflight all it asks for."""
    return [
        ("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*")),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "")),
        ("Access-Control-Allow-Headers", environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")),
    ]


def open_everything(environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
    """Share everything with everybody, for `by_request`."""
    return "200 OK", echo_origin(environ), b"open"


def lines(browser: Browser) -> list[str]:
    """Return the method and URL of each exchange, and forget them."""
    found = [f"{exchange.method} {exchange.url}" for exchange in browser.exchanges]
    browser.exchanges.clear()
    return found


def last(browser: Browser) -> Exchange:
    """Return the last exchange."""
    return browser.exchanges[-1]
