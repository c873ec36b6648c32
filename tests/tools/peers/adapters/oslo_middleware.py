"""oslo.middleware's CORS."""

from __future__ import annotations

from typing import Any

from tools.peers.adapters.plain import make_app
from tools.peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, CannotExpressError, Setup

NAME, PACKAGES, INTERFACE = "oslo.middleware", ("oslo.middleware",), "wsgi"


def build(setup: Setup) -> Any:
    from oslo_middleware.cors import CORS

    if setup.origins in ("subdomains", "regex"):
        raise CannotExpressError("origins are a list of whole origins")
    origins: dict[str, str] = {
        "named": {"allowed_origin": PAGE},
        "everybody": {"allowed_origin": "*"},
        "misspelled": {"allowed_orgin": PAGE},
        "none": {},
    }[setup.origins]
    factory = CORS.factory(
        {},
        allow_methods=",".join(METHODS),
        allow_headers=",".join(HEADERS),
        expose_headers=",".join(EXPOSED),
        allow_credentials=str(setup.credentials),
        max_age=str(MAX_AGE),
        **origins,
    )
    return factory(make_app())


def build_bare() -> Any:
    return make_app()
