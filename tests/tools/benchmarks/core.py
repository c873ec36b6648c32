"""What the middleware costs: `python tests/tools/benchmarks/core.py` prints the tables of docs/performance.md.

For each request: a bare app, the floor (floor.py), and ours, in one process and in turns. What counts is the overhead
that a middleware adds to the bare app, and the ratio of ours to the floor's.
"""

from __future__ import annotations

import argparse
import itertools
import math
import platform
import re
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

from floor import make_floor
from measure import Run, count_instructions, mark, print_table, time_in_turns

from cors_wsgi import CORSMiddleware, Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ORIGIN, EVIL = "https://app.example.com", "https://evil.example"
_ASK = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "content-type,x-token"}

REQUESTS: dict[str, dict[str, str]] = {
    "no Origin": {},
    "allowed": {"HTTP_ORIGIN": ORIGIN},
    "refused": {"HTTP_ORIGIN": EVIL},
    "allowed, the app sets Vary": {"HTTP_ORIGIN": ORIGIN, "PATH_INFO": "/vary"},
    "preflight allowed": {"HTTP_ORIGIN": ORIGIN, "REQUEST_METHOD": "OPTIONS", **_ASK},
    "preflight refused": {"HTTP_ORIGIN": EVIL, "REQUEST_METHOD": "OPTIONS", **_ASK},
}

_PLAIN = [
    ("Content-Type", "application/json"),
    ("Content-Length", "2"),
    ("Cache-Control", "no-store"),
    ("ETag", '"1"'),
    ("Set-Cookie", "session=abc; HttpOnly"),
]
_WITH_VARY = [*_PLAIN, ("Vary", "Accept-Encoding")]
_BODY = [b"{}"]


def bare(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", list(_WITH_VARY if environ["PATH_INFO"] == "/vary" else _PLAIN))
    return _BODY


def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
    return len


def make_policy(*, credentials: bool, **options: Any) -> Policy:
    given = {"allow_headers": ["Content-Type", "X-Token"], "expose_headers": ["ETag"], **options}
    return Policy([ORIGIN, "https://admin.example.com"], supports_credentials=credentials, **given)


def make_app(which: str, *, credentials: bool) -> WSGIApplication:
    if which == "floor":
        return make_floor(bare, [ORIGIN, "https://admin.example.com"], credentials=credentials)
    return bare if which == "bare" else CORSMiddleware(bare, make_policy(credentials=credentials))


def make_run(app: WSGIApplication, *requests: dict[str, str]) -> Run:
    """Return what sends these requests in turns."""
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "SCRIPT_NAME": "", "CONTENT_LENGTH": ""}
    environs = itertools.cycle([{**environ, **request} for request in requests])

    def run(count: int) -> None:
        for sent in itertools.islice(environs, count):
            app(sent, start_response)

    return run


def compare(wanted: str, *, count: bool, quick: bool) -> None:
    rows: list[list[object]] = []
    times: list[float] = []
    counts: list[float] = []
    counted = dict(zip(_cases(), _count_all(), strict=True)) if count else {}
    for name, credentials in _rows():
        if wanted not in name:
            continue
        row: list[object] = [name, "yes" if credentials else "no"]
        runs = {which: make_run(make_app(which, credentials=credentials), REQUESTS[name]) for which in WHICH}
        row += _overheads(name, time_in_turns(runs, rounds=7 if quick else 41), times)
        if count:
            row += _overheads(name, {which: counted[which, name, credentials] for which in WHICH}, counts)
        rows.append(row)
    columns = ["request", "credentials", "floor, ns", "ours, ns", "ratio"]
    columns += ["floor, instructions", "ours, instructions", "ratio"] if count else []
    mean: list[object] = ["geometric mean", "", "", "", f"{_geometric_mean(times):.2f}"]
    mean += ["", "", f"{_geometric_mean(counts):.2f}"] if count else []
    print_table("Overhead per request, over the bare app", columns, [*rows, mean])


def _rows() -> list[tuple[str, bool]]:
    return [(name, credentials) for credentials in (False, True) for name in REQUESTS]


def _cases() -> list[tuple[str, str, bool]]:
    return [(which, name, credentials) for name, credentials in _rows() for which in WHICH]


def _count_all() -> list[float]:
    """Return the instructions of one request for each case: a long stretch less a short one, so the rest cancels."""
    stretches = count_instructions([__file__, "--count"])
    return [(many - few) / (MANY - FEW) for few, many in zip(stretches[::2], stretches[1::2], strict=True)]


def run_for_counting() -> None:
    """Run the stretches that `_count_all` counts, with a mark around each."""
    for which, name, credentials in _cases():
        run = make_run(make_app(which, credentials=credentials), REQUESTS[name])
        for repetitions in (FEW, MANY):
            mark()
            run(repetitions)
    mark()


FEW, MANY = 100, 600
WHICH = ("bare", "floor", "ours")


def _overheads(name: str, figures: dict[str, float], ratios: list[float]) -> list[object]:
    # A preflight does not reach the app: all that it costs is the middleware's.
    base = 0.0 if name.startswith("preflight") else figures["bare"]
    floor, ours = figures["floor"] - base, figures["ours"] - base
    ratios.append(ours / floor)
    return [f"{floor:,.0f}", f"{ours:,.0f}", f"{ours / floor:.2f}"]


def _geometric_mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def grow(*, quick: bool) -> None:
    sizes = (1, 10, 1000, 100_000) if quick else (1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
    few = tuple(size for size in sizes if size <= 10_000)
    _grow_origins("exact origins", sizes, "https://a{}.example.com", "https://a{}.example.com")
    _grow_origins("patterns", few, "https://*.a{}.example.com", "https://x.a{}.example.com")
    runs: dict[str, Run] = {}
    for size in few:
        app = CORSMiddleware(bare, Policy("*"), paths={f"/a{i}/*": Policy(ORIGIN) for i in range(size)})
        requests = [{"HTTP_ORIGIN": ORIGIN, "PATH_INFO": f"/a{i}/x"} for i in _spread(size)]
        runs[f"{size:,}"] = make_run(app, *requests)
    rows = [[size, f"{taken:,.0f}"] for size, taken in time_in_turns(runs).items()]
    print_table("Path rules: one allowed request", ["rules", "ns"], rows)


def _grow_origins(what: str, sizes: tuple[int, ...], rule: str, allowed_origin: str) -> None:
    allowed: dict[str, Run] = {}
    refused: dict[str, Run] = {}
    compiled: dict[str, float] = {}
    for size in sizes:
        rules = [rule.format(i) for i in range(size)]
        begin = time.process_time()
        policy = Policy(rules)
        compiled[f"{size:,}"] = time.process_time() - begin
        app = CORSMiddleware(bare, policy)
        allowed[f"{size:,}"] = make_run(app, *({"HTTP_ORIGIN": allowed_origin.format(i)} for i in _spread(size)))
        evil = ({"HTTP_ORIGIN": f"https://evil.b{i}.example.com"} for i in range(ASKED))
        refused[f"{size:,}"] = make_run(app, *evil)
    taken, taken_refused = time_in_turns(allowed), time_in_turns(refused)
    rows = [[n, f"{taken[n]:,.0f}", f"{taken_refused[n]:,.0f}", f"{compiled[n]:.4f}"] for n in taken]
    columns = ["rules", "allowed, ns", "refused, ns", "compile, s"]
    print_table(f"{what.capitalize()}: one request, and compiling", columns, rows)


ASKED = 1000
"""So many different requests are sent, for a single one finds everything in the processor's cache."""


def _spread(size: int) -> list[int]:
    return [i * 7919 % size for i in range(ASKED)]


def attack() -> None:
    app = CORSMiddleware(bare, make_policy(credentials=True, allow_headers="*", methods="*"))
    patterns = CORSMiddleware(bare, Policy([re.compile(r"https://(a+)+\.example"), "https://*.example.com"]))
    hostile = {
        "commas": ",",
        "commas and names": "a,",
        "spaces": " ",
        "names": "x",
        "control characters": "\x01",
        "bytes beyond ASCII": "\xff",
        "several origins": ORIGIN + ", ",
    }
    rows = []
    for name, piece in hostile.items():
        row: list[object] = [name]
        for size in (1000, 100_000, 1_000_000):
            text = (piece * size)[:size]
            asked = {**REQUESTS["preflight allowed"], "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": text}
            origin = {"HTTP_ORIGIN": text}
            runs = {"headers": make_run(app, asked), "origin": make_run(patterns, origin)}
            taken = time_in_turns(runs, rounds=7, seconds=0.01)
            row += [f"{taken['headers']:,.0f}", f"{taken['origin']:,.0f}"]
        rows.append(row)
    columns = [
        "sent",
        *(f"{what}, {size}" for size in ("1 kB", "100 kB", "1 MB") for what in ("headers, ns", "Origin, ns")),
    ]
    print_table("Hostile requested headers (with credentials), and hostile origins", columns, rows)


def weigh(*, quick: bool) -> None:
    rows: list[list[object]] = []
    options: dict[str, Any] = {"expose_headers": ["ETag"], "methods": ["GET", "PUT"], "allow_headers": ["X-A"]}
    few = ["https://a.example", "https://*.b.example", "http://localhost:*"]
    Policy(few, **options)
    rows.append(["a policy of three rules", f"{_memory(lambda: Policy(few, **options)):,} bytes", ""])
    size = 100_000 if quick else 1_000_000
    origins = [f"https://a{i}.example.com" for i in range(size)]
    plain, ours = _memory(lambda: frozenset(origins)), _memory(lambda: Policy(origins))
    rows.append([f"a frozenset of {size:,} origins", f"{plain:,} bytes", "1.00"])
    rows.append(["a policy of the same", f"{ours:,} bytes", f"{ours / plain:.2f}"])
    print_table("Memory, by tracemalloc, the rules' own texts not counted", ["what", "memory", "ratio"], rows)


def _memory(make: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        kept = make()
        after = tracemalloc.get_traced_memory()[0]
        del kept
        return after - before
    finally:
        tracemalloc.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes, no instructions")
    parser.add_argument("--only", choices=["compare", "grow", "attack", "weigh"])
    parser.add_argument("--rows", default="", metavar="TEXT", help="only the requests that have this in their name")
    parser.add_argument("--no-instructions", action="store_true", help="do not count instructions")
    parser.add_argument("--count", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.count:
        run_for_counting()
        return
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    if arguments.only in (None, "compare"):
        compare(arguments.rows, count=not (arguments.quick or arguments.no_instructions), quick=arguments.quick)
    if arguments.only in (None, "grow"):
        grow(quick=arguments.quick)
    if arguments.only in (None, "attack"):
        attack()
    if arguments.only in (None, "weigh"):
        weigh(quick=arguments.quick)


if __name__ == "__main__":
    main()
