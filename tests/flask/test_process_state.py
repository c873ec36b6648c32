"""Serving changes nothing of the process: no filters of warnings, no loggers, no signals, no environment."""

from __future__ import annotations

import locale
import logging
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from support.wsgi import (
    A,
    B,
    environ_for,
)

from cors_wsgi import CORSMiddleware, Policy
from flask_cors_ext import CORS, cross_origin, same_origin

ROUNDS, THREADS = 20, 8


@pytest.fixture(autouse=True)
def impatient_threads() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def state_of_the_process() -> dict[str, Any]:
    mask = os.umask(0)
    os.umask(mask)
    loggers = [logging.getLogger(name) for name in (None, "cors_wsgi", "flask_cors_ext")]
    return {
        "filters": (id(warnings.filters), list(warnings.filters), warnings.showwarning),
        "loggers": [(logger.level, list(logger.handlers), logger.disabled, logger.propagate) for logger in loggers],
        "environment": dict(os.environ),
        "umask": mask,
        "locale": locale.setlocale(locale.LC_ALL),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "hooks": (sys.excepthook, sys.unraisablehook, sys.getrecursionlimit()),
    }


def make_flask_app() -> Any:
    """Return an app whose requests merge layers, restrict methods and meet late routes, each for the first time."""
    app = Flask("site", static_folder=None)
    for number in range(THREADS):
        view = cross_origin(origins=[A], max_age=number, supports_credentials=True)(lambda: "x")
        app.add_url_rule(f"/{number}", f"get{number}", view, methods=["GET"])
        app.add_url_rule(
            f"/{number}", f"put{number}", cross_origin(origins=[B], methods="*")(lambda: "x"), methods=["PUT"]
        )
        app.add_url_rule(f"/{number}", f"delete{number}", same_origin(lambda: "x"), methods=["DELETE"])
    CORS(app, resources={"/open/*": {"origins": "*", "max_age": 90_000}, "/*": {"origins": [A, B]}})
    return app


def make_wrapped_app() -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Access-Control-Allow-Origin", B)])
        return [b"x"]

    return CORSMiddleware(app, Policy([A, lambda origin, environ: 1 / 0]), block_untrusted=True)  # type: ignore[list-item,return-value]


@pytest.mark.parametrize("make", [make_flask_app, make_wrapped_app])
@pytest.mark.filterwarnings("ignore::cors_wsgi.PolicyWarning")
def test_the_process_is_as_it_was(make: Any) -> None:
    before = None
    for _ in range(ROUNDS):
        app = make()
        before = before or state_of_the_process()

        def serve(number: int, app: Any = app) -> None:
            for method in ("GET", "PUT", "DELETE", "PATCH"):
                for origin in (A, B, "null"):
                    headers = {"Access-Control-Request-Method": method}
                    for environ in (
                        environ_for("OPTIONS", f"/{number}", origin, headers),
                        environ_for(method, f"/{number}", origin),
                        environ_for(method, f"/open/{number}", origin),
                    ):
                        b"".join(app(environ, lambda *_: lambda _: None))

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(serve, range(THREADS)))
        assert state_of_the_process() == before
