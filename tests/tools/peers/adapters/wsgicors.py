"""wsgicors."""

from __future__ import annotations

from typing import Any

from tools.peers.adapters.plain import make_app
from tools.peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, CannotExpressError, Setup

NAME, PACKAGES, INTERFACE = "wsgicors", ("wsgicors",), "wsgi"


def build(setup: Setup) -> Any:
    from wsgicors import CORS

    if setup.origins == "regex":
        raise CannotExpressError("patterns know only * and ?, not regexes")
    origins: dict[str, str] = {
        "named": {"origin": PAGE},
        "everybody": {"origin": "copy" if setup.credentials else "*"},
        "subdomains": {"origin": "https://*.example.com"},
        "misspelled": {"orgin": PAGE},
        "none": {},
    }[setup.origins]
    return CORS(
        make_app(),
        methods=", ".join(METHODS),
        headers=", ".join(HEADERS),
        expose_headers=", ".join(EXPOSED),
        credentials="true" if setup.credentials else "false",
        maxage=str(MAX_AGE),
        **origins,
    )


def build_bare() -> Any:
    return make_app()
