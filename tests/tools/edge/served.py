"""The middleware itself, around an app that answers as X-Order says: for a server to import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from support.raw_http import read_order

from cors_wsgi import CORSMiddleware
from tools.edge.compare import rewrap
from tools.edge.policies import by_hand

MIDDLEWARE = by_hand()["paths"]


def wrap(bare: Any) -> CORSMiddleware:
    return rewrap(MIDDLEWARE, bare)


def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
    status, headers = read_order(environ.get("HTTP_X_ORDER", ""))
    start_response(f"{status} Status", [("X-App-Ran", "yes"), *headers])
    return []


app = wrap(answer)
