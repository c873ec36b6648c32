"""The API as a plain WSGI app, for peers that are middleware around any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def make_app() -> WSGIApplication:
    entered = 0

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        nonlocal entered
        path, headers, status, body = environ["PATH_INFO"], [("Content-Type", "text/plain")], "200 OK", b""
        if path == "/items":
            entered += 1
            headers.append(("ETag", '"1"'))
            body = b"items"
        elif path == "/entered":
            body = str(entered).encode()
        elif path == "/vary":
            headers.append(("Vary", "Accept-Language"))
        elif path == "/crash":
            raise RuntimeError("on purpose")
        else:
            status = "404 Not Found"
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    return app
