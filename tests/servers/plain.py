"""An app without a framework, bare and wrapped: it answers with the status that the path names, or raises."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from servers.policies import share

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def bare(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    status = HTTPStatus(int(environ["PATH_INFO"].lstrip("/")))
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ZeroDivisionError
    length = [] if status == HTTPStatus.NO_CONTENT else [("Content-Type", "text/plain"), ("Content-Length", "0")]
    start_response(f"{status.value} {status.phrase}", length)
    return []


wrapped = share(bare)
