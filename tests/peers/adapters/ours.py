"""cors-wsgi around a plain app."""

from __future__ import annotations

import re
from typing import Any

from cors_wsgi import CORSMiddleware, Policy
from peers.adapters.plain import make_app
from peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, REGEX, Setup

NAME, PACKAGES, INTERFACE = "cors-wsgi", ("cors-wsgi",), "wsgi"


def build(setup: Setup) -> Any:
    if setup.origins == "none":
        return CORSMiddleware(make_app(), Policy())  # type: ignore[call-arg]
    if setup.origins == "misspelled":
        return CORSMiddleware(make_app(), Policy(orgins=PAGE))  # type: ignore[call-arg]
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
    return CORSMiddleware(make_app(), policy)
