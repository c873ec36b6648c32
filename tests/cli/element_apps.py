"""Files of the usual types, of which those below /open are for everybody; `cors-wsgi check --as` asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cors_wsgi import CORSMiddleware, Policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_TYPES: Final = {"png": "image/png", "woff2": "font/woff2", "js": "text/javascript"}


def _files(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    kind = _TYPES.get(environ["PATH_INFO"].rpartition(".")[2], "text/event-stream")
    start_response("200 OK", [("Content-Type", kind)])
    return [b""]


listed = CORSMiddleware(_files, None, paths={"/open/*": Policy("*")})
