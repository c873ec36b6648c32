"""An app that answers every request without reading its body, bare; and the same answers made by the middleware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servers.policies import share

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

EMPTY = [("Content-Type", "text/plain"), ("Content-Length", "0")]


def bare(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer OPTIONS with 204 and POST with 403, as the middleware does, and anything else with the path."""
    if environ["REQUEST_METHOD"] == "OPTIONS":
        start_response("204 No Content", [])
        return []
    if environ["REQUEST_METHOD"] == "POST":
        start_response("403 Forbidden", list(EMPTY))
        return []
    path = environ["PATH_INFO"].encode("latin-1")
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(path)))])
    return [path]


wrapped = share(bare)
