"""What the Flask extension costs compared with flask-cors: `python tests/tools/benchmarks/extension.py`.

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
from measure import Run, count_in_processes, mark, print_table, time_in_turns
from werkzeug.test import EnvironBuilder

import flask_cors_ext

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

ORIGIN, EVIL = "https://app.example.com", "https://evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type,x-token"}
THEIRS = {"origins": [ORIGIN], "supports_credentials": True, "allow_headers": ["Content-Type", "X-Token"]}
OURS = THEIRS
WHICH = ("bare", "flask-cors", "ours")
PROCESSES = 5
"""In how many processes instructions are counted, for their median."""
REPETITIONS = 50
"""How often each request is made where instructions are counted."""


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
            drain(app(dict(environ), start_response))

    return run


def drain(body: Iterable[bytes]) -> None:
    """Read a response to its end, and close it, as a server does."""
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


def make_runs() -> dict[tuple[str, str, str], Run]:
    """Return what is measured: by case, request, and which extension."""
    runs: dict[tuple[str, str, str], Run] = {}
    for case, options in CASES.items():
        path = f"/api/v{options.get('routes', 1) - 1}/item"
        for which in WHICH:
            app = make_app(which, **options)
            for request, (method, headers) in REQUESTS.items():
                runs[case, request, which] = run = make_run(app, method, headers, path)
                run(3)
    return runs


def count_all() -> None:
    """Run what `measure` counts, with a mark around each stretch."""
    runs = make_runs()
    for run in runs.values():
        mark()
        run(REPETITIONS)
    mark()


def measure(*, count: bool, rounds: int) -> dict[tuple[str, str], dict[str, float]]:
    """Return a figure for each case and request, by extension: instructions, or microseconds of processor time."""
    runs = make_runs()
    figures: dict[tuple[str, str], dict[str, float]] = {}
    totals = count_in_processes([__file__, "--count"], PROCESSES) if count else []
    counted = [total / REPETITIONS for total in totals]
    for (case, request, which), figure in zip(runs, counted, strict=False):
        figures.setdefault((case, request), {})[which] = figure
    for case, request in () if count else {key[:2] for key in runs}:
        turns = {which: runs[case, request, which] for which in WHICH}
        taken = time_in_turns(turns, rounds=rounds, seconds=0.04)
        figures[case, request] = {which: taken[which] / 1000 for which in WHICH}
    return figures


def show(figures: dict[tuple[str, str], dict[str, float]], unit: str, form: str) -> None:
    actual: list[list[object]] = []
    preflights: list[list[object]] = []
    for case in CASES:
        for request in REQUESTS:
            figure = figures[case, request]
            if request == "preflight":
                theirs, ours = figure["flask-cors"], figure["ours"]
                preflights.append([case, form.format(theirs), form.format(ours), f"{theirs / ours:.1f}"])
                continue
            theirs, ours = (figure[which] - figure["bare"] for which in ("flask-cors", "ours"))
            cells = [form.format(value) for value in (figure["bare"], theirs, ours)]
            actual.append([case, request, *cells, f"{ours / theirs:.2f}"])
    columns = ["app", "request", f"bare, {unit}", f"flask-cors adds, {unit}", f"ours adds, {unit}", "ratio"]
    print_table("An actual request: what the extension adds to a bare Flask app", columns, actual)
    columns = ["app", f"flask-cors, {unit}", f"ours, {unit}", "times as fast"]
    print_table("A preflight, as a whole", columns, preflights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--no-instructions", action="store_true", help="do not count instructions")
    parser.add_argument("--count", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.count:
        count_all()
        return
    print(f"Python {platform.python_version()}, Flask {version('flask')}, Werkzeug {version('werkzeug')}, ", end="")
    print(f"flask-cors {version('flask-cors')}")
    if not arguments.no_instructions:
        show(measure(count=True, rounds=0), "instructions", "{:,.0f}")
    show(measure(count=False, rounds=7 if arguments.quick else 31), "µs", "{:.1f}")


if __name__ == "__main__":
    main()
