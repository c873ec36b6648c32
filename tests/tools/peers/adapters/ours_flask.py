"""flask_cors_ext."""

from __future__ import annotations

import re
from typing import Any

from flask_cors_ext import CORS
from tools.peers.adapters.flask_app import make_flask
from tools.peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, REGEX, Setup

NAME, PACKAGES, INTERFACE = "flask_cors_ext (ours)", ("cors-wsgi", "flask"), "wsgi"


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
        "subdomains": "https://*.example.com",
        "regex": re.compile(REGEX),
    }[setup.origins]
    CORS(
        app,
        origins=origins,
        methods=METHODS,
        allow_headers=HEADERS,
        expose_headers=EXPOSED,
        supports_credentials=setup.credentials,
        max_age=MAX_AGE,
    )
    return app


def build_bare() -> Any:
    return make_flask()
