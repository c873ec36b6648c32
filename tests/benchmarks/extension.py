"""What the Flask extension costs beside flask-cors: `python tests/benchmarks/extension.py` prints the tables.

For each case: a bare Flask app, the same with flask-cors (the newest that is installed), and with ours, in one process
and in turns. What counts is the overhead over the bare app; a preflight does not reach a bare app's view, and is
compared as a whole.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

import flask_cors
from flask import Flask
from measure import Run, print_table, time_in_turns
from werkzeug.test import EnvironBuilder

import flask_cors_ext

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

ORIGIN, EVIL = "https://app.example.com", "https://evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type,x-token"}
THEIRS = {"origins": [ORIGIN], "supports_credentials": True, "allow_headers": ["Content-Type", "X-Token"]}
OURS = THEIRS
WHICH = ("bare", "flask-cors", "ours")


def make_app(which: str, *, routes: int = 1, resources: int = 0, decorated: bool = False) -> Flask:
    """Return a Flask app with so many routes, covered as a whole, by resources, or by decorators."""
    app = Flask("benchmark")
    decorate: Callable[[Any], Any] = lambda view: view  # noqa: E731
    if decorated and which == "flask-cors":
        decorate = flask_cors.cross_origin(**THEIRS)
    if decorated and which == "ours":
        decorate = flask_cors_ext.cross_origin(**OURS)

    def make_view(number: int) -> Callable[[], str]:
        def view() -> str:
            return "item"

        view.__name__ = f"view{number}"
        return view

    for number in range(routes):
        app.add_url_rule(f"/api/v{number}/item", view_func=decorate(make_view(number)), methods=["GET", "PUT"])
    if which == "flask-cors" and not decorated:
        paths = {f"/api/v{number}/*": dict(THEIRS) for number in range(resources)}
        flask_cors.CORS(app, **({"resources": paths} if resources else THEIRS))
    if which == "ours":
        if decorated:
            flask_cors_ext.CORS(app)
        elif resources:
            flask_cors_ext.CORS(app, resources={f"/api/v{number}/*": dict(OURS) for number in range(resources)})
        else:
            flask_cors_ext.CORS(app, **OURS)
    return app


def make_run(app: WSGIApplication, method: str, headers: dict[str, str], path: str) -> Run:
    environ: WSGIEnvironment = EnvironBuilder(path=path, method=method, headers=headers).get_environ()

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        return len

    def run(count: int) -> None:
        for _ in range(count):
            _close(app(dict(environ), start_response))

    return run


def _close(body: Iterable[bytes]) -> None:
    for _ in body:
        pass
    if hasattr(body, "close"):
        body.close()


CASES: dict[str, dict[str, Any]] = {
    "app-wide": {},
    "decorated": {"decorated": True},
    "100 routes": {"routes": 100},
    "1,000 routes": {"routes": 1000},
    "100 resources": {"routes": 100, "resources": 100},
}
REQUESTS = {
    "allowed": ("GET", {"Origin": ORIGIN}),
    "refused": ("GET", {"Origin": EVIL}),
    "no Origin": ("GET", {}),
    "preflight": ("OPTIONS", {"Origin": ORIGIN, **PREFLIGHT}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 7 if parser.parse_args().quick else 31
    print(f"Python {platform.python_version()}, Flask {version('flask')}, Werkzeug {version('werkzeug')}, ", end="")
    print(f"flask-cors {version('flask-cors')}")
    actual: list[list[object]] = []
    preflights: list[list[object]] = []
    for case, options in CASES.items():
        apps = {which: make_app(which, **options) for which in WHICH}
        path = f"/api/v{options.get('routes', 1) - 1}/item"
        for request, (method, headers) in REQUESTS.items():
            runs = {which: make_run(app, method, headers, path) for which, app in apps.items()}
            for run in runs.values():
                run(2)
            taken = {which: ns / 1000 for which, ns in time_in_turns(runs, rounds=rounds, seconds=0.04).items()}
            if request == "preflight":
                theirs, ours = taken["flask-cors"], taken["ours"]
                preflights.append([case, f"{theirs:.1f}", f"{ours:.1f}", f"{theirs / ours:.1f}"])
            else:
                theirs, ours = taken["flask-cors"] - taken["bare"], taken["ours"] - taken["bare"]
                actual.append(
                    [case, request, f"{taken['bare']:.1f}", f"{theirs:.1f}", f"{ours:.1f}", f"{ours / theirs:.2f}"]
                )
    columns = ["app", "request", "bare, µs", "flask-cors adds, µs", "ours adds, µs", "ratio"]
    print_table("An actual request: what the extension adds to a bare Flask app", columns, actual)
    print_table("A preflight, as a whole", ["app", "flask-cors, µs", "ours, µs", "times as fast"], preflights)


if __name__ == "__main__":
    main()
