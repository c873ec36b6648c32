"""What first requests cost in Flask, and what used to be slow: `python tests/tools/benchmarks/first_requests.py`.

First requests are measured once each, on a fresh app, in milliseconds of processor time and KiB that stay allocated;
repeated requests are measured in turns in one process, as a ratio.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from extension import EVIL, ORIGIN, PREFLIGHT, drain, make_app, make_run
from flask import Flask
from measure import name_machine, print_table, time_in_turns
from werkzeug.test import EnvironBuilder

from flask_cors_ext import CORS, cross_origin

MANY = [f"https://tenant-{number}.example" for number in range(100_000)]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "PURGE", "REPORT", "SEARCH")
FRESH = 3
"""How many fresh apps a median is taken of."""


def make_big_app() -> Flask:
    """Return an app of 100,000 origins and eight URLs, each with one method more than the one before."""
    app = Flask("big", static_folder=None)
    for count in range(1, len(METHODS) + 1):
        app.add_url_rule(f"/{count}", f"view{count}", lambda: "x", methods=list(METHODS[:count]))
    CORS(app, origins=MANY, supports_credentials=True)
    return app


def make_app_of_three_ages() -> Flask:
    """Return an app of three views with 100,000 origins each, that differ in `max_age`."""
    app = Flask("ages", static_folder=None)
    for age in (1, 2, 3):
        app.add_url_rule(f"/{age}", f"view{age}", cross_origin(max_age=age)(lambda: "x"))
    CORS(app, origins=MANY, supports_credentials=True)
    return app


def measure_first(make: Callable[[], Flask], paths: list[str], method: str, headers: dict[str, str]) -> list[object]:
    """Return milliseconds for the slowest of the first requests, after one for another path, and KiB for all."""
    slowest, kept = [], []
    for _ in range(FRESH):
        app = make()
        start(app, "/warm", "GET", {"Origin": MANY[0]})
        gc.collect()
        times = [start(app, path, method, headers) for path in paths]
        slowest.append(max(times))
        app = make()
        start(app, "/warm", "GET", {"Origin": MANY[0]})
        gc.collect()
        tracemalloc.start()
        for path in paths:
            start(app, path, method, headers)
        gc.collect()
        kept.append(tracemalloc.get_traced_memory()[0] / 1024)
        tracemalloc.stop()
    return [f"{statistics.median(slowest):.2f}", f"{statistics.median(kept):,.0f}"]


def start(app: Any, path: str, method: str, headers: dict[str, str]) -> float:
    environ = EnvironBuilder(path=path, method=method, headers=headers).get_environ()
    begin = time.process_time()
    drain(app(environ, lambda *_: lambda _: None))
    return (time.process_time() - begin) * 1000


def first_requests() -> None:
    paths = [f"/{count}" for count in range(1, len(METHODS) + 1)]
    asked = {"Origin": MANY[-1], "Access-Control-Request-Method": "GET"}
    rows: list[list[object]] = [
        ["preflights of eight sets of methods", *measure_first(make_big_app, paths, "OPTIONS", asked)],
        ["405s of eight sets of methods", *measure_first(make_big_app, paths, "LOCK", {"Origin": MANY[-1]})],
    ]
    begun = []
    for _ in range(FRESH):
        app = make_app_of_three_ages()
        begun.append(start(app, "/1", "GET", {"Origin": MANY[-1]}))
    rows.append(["three views with their own max_age, the very first request", f"{statistics.median(begun):.0f}", ""])
    print_table("First requests, 100,000 origins", ["request", "slowest, ms", "kept for all, KiB"], rows)


def repeated_requests() -> None:
    bare, ours = make_app("bare"), make_app("ours")
    path = "/api/v0/item"
    request = EnvironBuilder(path=path, method="PUT").get_request()

    def route(count: int) -> None:
        for _ in range(count):
            adapter = ours.create_url_adapter(request)
            assert adapter is not None
            adapter.match(method="PUT", return_rule=True)

    lacked = {**PREFLIGHT, "Access-Control-Request-Method": "LOCK"}
    runs = {
        "405, bare Flask": make_run(bare, "LOCK", {"Origin": ORIGIN}, path),
        "405, ours": make_run(ours, "LOCK", {"Origin": ORIGIN}, path),
        "preflight": make_run(ours, "OPTIONS", {"Origin": ORIGIN, **PREFLIGHT}, path),
        "preflight, refused": make_run(ours, "OPTIONS", {"Origin": EVIL, **PREFLIGHT}, path),
        "preflight, a method that the URL lacks": make_run(ours, "OPTIONS", {"Origin": ORIGIN, **lacked}, path),
        "create_url_adapter and match": route,
    }
    for run in runs.values():
        run(3)
    taken = time_in_turns(runs, rounds=31, seconds=0.04)
    against = {
        "405, ours": "405, bare Flask",
        "preflight": "create_url_adapter and match",
        "preflight, a method that the URL lacks": "preflight, refused",
    }
    rows: list[list[object]] = [
        [name, f"{taken[name] / 1000:.1f}", other, f"{taken[other] / 1000:.1f}", f"{taken[name] / taken[other]:.2f}"]
        for name, other in against.items()
    ]
    print_table("Repeated requests", ["request", "µs", "against", "µs", "ratio"], rows)


if __name__ == "__main__":
    print(name_machine())
    first_requests()
    repeated_requests()
