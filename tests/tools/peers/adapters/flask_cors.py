"""Flask-CORS."""

from __future__ import annotations

import re
from typing import Any

from flask_cors import CORS

from tools.peers.adapters.flask_app import make_flask
from tools.peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, REGEX, Setup

NAME, PACKAGES, INTERFACE = "Flask-CORS", ("flask-cors", "flask"), "wsgi"


def build(setup: Setup) -> Any:
    app = make_flask()
    if setup.origins == "none":
        CORS(app)
        return app
    if setup.origins == "misspelled":
        CORS(app, orgins=PAGE)
        return app
    origins: Any = {
        "named": PAGE,
        "everybody": "*",
        "subdomains": r"^https://[a-z0-9-]+\.example\.com$",
        "regex": re.compile(REGEX),
    }[setup.origins]
    CORS(
        app,
        origins=origins,
        methods=list(METHODS),
        allow_headers=list(HEADERS),
        expose_headers=list(EXPOSED),
        supports_credentials=setup.credentials,
        max_age=MAX_AGE,
        vary_header=True,
        send_wildcard=setup.origins == "everybody" and not setup.credentials,
    )
    return app


def build_bare() -> Any:
    return make_flask()
