"""Starlette's CORSMiddleware, which is FastAPI's too."""

from __future__ import annotations

from typing import Any

from tools.peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, REGEX, Setup

NAME, PACKAGES, INTERFACE = "Starlette", ("starlette",), "asgi"


def build(setup: Setup) -> Any:
    from starlette.applications import Starlette
    from starlette.middleware.cors import CORSMiddleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    entered = [0]

    async def items(request: Any) -> Any:
        entered[0] += 1
        return PlainTextResponse("items", headers={"ETag": '"1"'})

    async def count(request: Any) -> Any:
        return PlainTextResponse(str(entered[0]))

    async def vary(request: Any) -> Any:
        return PlainTextResponse("", headers={"Vary": "Accept-Language"})

    async def crash(request: Any) -> Any:
        raise RuntimeError("on purpose")

    app = Starlette(
        routes=[
            Route("/items", items, methods=["GET", "PUT"]),
            Route("/entered", count),
            Route("/vary", vary),
            Route("/crash", crash),
        ]
    )
    origins: dict[str, Any] = {
        "named": {"allow_origins": [PAGE]},
        "everybody": {"allow_origins": ["*"]},
        "subdomains": {"allow_origin_regex": r"https://[a-z0-9-]+\.example\.com"},
        "regex": {"allow_origin_regex": REGEX},
        "misspelled": {"allow_orgins": [PAGE]},
        "none": {},
    }[setup.origins]
    return CORSMiddleware(  # around the app, so that its own error pages are covered
        app,
        allow_methods=METHODS,
        allow_headers=HEADERS,
        expose_headers=EXPOSED,
        allow_credentials=setup.credentials,
        max_age=MAX_AGE,
        **origins,
    )
