"""The API that the playground's scripts call: an app that knows nothing about CORS, behind the policy to try."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from cors_wsgi import CORSMiddleware

from .experiment import Plan

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENTERED: Final = "cors_wsgi.demo.entered"
"""The key that the app sets in environ when it runs."""

_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY, OPTIONS"

_FILES: Final[Mapping[str, tuple[str, bytes]]] = {
    "/picture.png": (
        "image/png",
        base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        ),
    ),
    "/page.css": ("text/css", b".never-used { color: green }\n"),
    "/module.js": ("text/javascript", b'export const says = "OK";\n'),
    "/font.woff2": (
        "font/woff2",
        base64.b64decode(
            "d09GMgABAAAAAAD8AAoAAAAAAkgAAAC0AAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAABmAANAoYNgE2AiQDCAsGAAQgBTwHJhutATAuCuzG4oj2GDaR"
            "vUA4BjTYEVG199ezez+gcvlosVjqCUsKDvedxrlzHjx4EgGHtXgg878eOHe/jt3gOKI49oDC1QeySUcYBIYNOAha5vGNup7TyhAGuHFhsZg7BYXG"
            "iRacGE4xDMHyr4dJABQYCBprwACks/vwa0AQdj6/2rfuH/i+si/UrIlWIPSpqAk1BQBQ+aMmgtICCgAAw7WACAJKRMvYE6UWpeP+1r3bBrl1CQAA"
        ),
    ),
}
"""What a page loads without a script: the smallest picture, style sheet, module and font that browsers accept."""


class CrashError(Exception):
    """The app's bug, at `/crash`."""


def make_api(plan: Plan, elsewhere: str) -> WSGIApplication:
    """Return the API of a plan.

    Args:
        plan: the plan with its policy.
        elsewhere: a third origin where it is served, too, for `/moved-away`.
    """

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[ENTERED] = True
        path, root = environ.get("PATH_INFO", ""), environ.get("SCRIPT_NAME", "")
        _read_body(environ)
        if path == "/crash":
            raise CrashError
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return _answer(environ, start_response, "200 OK", "", ("Allow", _METHODS))
        if path in ("/moved", "/moved-away"):
            target = f"{elsewhere if path == '/moved-away' else ''}{root}/items/1"
            return _answer(environ, start_response, "307 Temporary Redirect", "", ("Location", target))
        status = {"/error": "500 Internal Server Error", "/items/nowhere": "404 Not Found"}.get(path, "200 OK")
        return _answer(environ, start_response, status, status.partition(" ")[2])

    return catch_crashes(app if plan.policy is None else CORSMiddleware(app, plan.policy))


def catch_crashes(app: WSGIApplication) -> WSGIApplication:
    """Return the app inside a layer like a web server's, which turns a crash into an error page without CORS."""

    def caught(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        except CrashError:
            return _answer(environ, start_response, "500 Internal Server Error", "The server's own error page.")

    return caught


def _answer(
    environ: WSGIEnvironment, start_response: StartResponse, status: str, says: str, *more: tuple[str, str]
) -> Iterable[bytes]:
    path = environ.get("PATH_INFO", "")
    content = {"path": path, "method": environ["REQUEST_METHOD"], "says": says}
    media_type, body = _FILES.get(path) or ("application/json", json.dumps(content).encode() + b"\n")
    headers = [
        ("Content-Type", media_type),
        ("Content-Length", str(len(body))),
        # With anything but this, a browser's HTTP cache might answer the second of two scripts.
        ("Cache-Control", "no-store"),
        ("ETag", '"1"'),
        ("X-Total-Count", "3"),
    ]
    start_response(status, [*headers, *more])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _read_body(environ: WSGIEnvironment) -> None:
    """Read what the client sends: if a server closes with an unread body, the client may lose the answer."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdecimal():
        environ["wsgi.input"].read(min(int(length), 65536))
