"""An API behind the middleware, on a free loopback port: what `check` and `audit` are tried on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from cors_wsgi import CORSMiddleware, Policy
from support.servers import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PAGE: Final = "http://localhost:8123"
"""The origin that may read."""


@dataclass(frozen=True)
class SharingAPI:
    """Where the API is, and the origin of the page that it shares with."""

    url: str
    page: str = PAGE


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


@contextlib.contextmanager
def serve_sharing_api() -> Iterator[SharingAPI]:
    """Serve `/open/*` for everybody, `/items/*` for the page with credentials, and `/others/*` for another origin."""
    paths = {
        "/open/*": Policy("*", expose_headers=["ETag"]),
        "/items/*": Policy(
            PAGE,
            methods=["GET", "HEAD", "POST", "PUT"],
            allow_headers=["Content-Type", "X-Token"],
            expose_headers=["ETag"],
            supports_credentials=True,
        ),
        "/others/*": Policy("https://app.example.com", supports_credentials=True),
    }
    server = WSGIServer(("127.0.0.1", 0), _QuietHandler)
    server.set_app(CORSMiddleware(_answer, None, paths=paths))
    with serving(server):
        yield SharingAPI(f"http://localhost:{server.server_port}")


def _answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = b'{"name": "lamp"}'
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("ETag", '"1"')]
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
