"""cors-wsgi around a plain app."""

from __future__ import annotations

import re
from typing import Any

from cors_wsgi import CORSMiddleware, Policy
from tools.peers.adapters.plain import make_app
from tools.peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, REGEX, Setup

NAME, PACKAGES, INTERFACE = "cors-wsgi", ("cors-wsgi",), "wsgi"


def build(setup: Setup) -> Any:
    return wrap(make_app(), setup)


def wrap(app: Any, setup: Setup) -> CORSMiddleware:
    """Return any WSGI app with the setup's policy around it."""
    if setup.origins == "none":
        return CORSMiddleware(app, Policy())  # type: ignore[call-arg]
    if setup.origins == "misspelled":
        return CORSMiddleware(app, Policy(orgins=PAGE))  # type: ignore[call-arg]
    origins: Any = {
        "named": PAGE,
        "everybody": "*",
        "subdomains": "https://*.example.com",
        "regex": re.compile(REGEX),
    }[setup.origins]
    policy = Policy(
        origins,
        methods=METHODS,
        allow_headers=HEADERS,
        expose_headers=EXPOSED,
        supports_credentials=setup.credentials,
        max_age=MAX_AGE,
    )
    return CORSMiddleware(app, policy)


def build_bare() -> Any:
    return make_app()
