"""What the edge costs, and what it saves: `cd tests && python -m tools.edge.benchmark`.

Two tables. The first: requests a second and latency of the bare app behind gunicorn, of the middleware around it, and
of each proxy in front of the bare app, passing everything on, and with the exported policy. The second: start, memory
and time a request of each proxy with up to 100,000 exact origins, the proxy that passes everything on beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from support.manual import DOCS, write_part
from support.nginx import free_port
from support.proxies import run_proxy
from support.raw_http import Client, order, serve_bare_app

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.export import TARGETS, Address, CannotExportError, Setting, describe, export, load_target
from tools.benchmarks.end_to_end import REQUESTS, Found, Rounds, ask, on_core, serve
from tools.benchmarks.layers import LAYERS
from tools.benchmarks.measure import make_table, name_machine
from tools.peers.adapters import ours
from tools.peers.setups import SETUPS

PAGE: Final = DOCS / "outgrow-one-machine.md"
COUNTS: Final = (1, 1_000, 10_000, 100_000)
BARE, MIDDLEWARE = LAYERS[0], LAYERS[1]
HANDS_OFF = CORSMiddleware(lambda environ, start_response: [], None)


@contextlib.contextmanager
def run_exported(target: str, subject: CORSMiddleware, app_port: int) -> Iterator[tuple[int, int, float]]:
    """Run a proxy with an exported policy; gives its port, its process and the seconds until it listened."""
    port = free_port()
    edge, refusals = describe(subject, "shop")
    setting = Setting(Address("127.0.0.1", port), Address("127.0.0.1", app_port))
    config = export(target, edge, setting, made_by="the benchmark", refusals=refusals)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        began = time.perf_counter()
        with run_proxy(target, Path(folder), config, port) as pid:
            yield port, pid, time.perf_counter() - began


def measure_speed(rounds: int, seconds: float) -> Found:
    """Ask the app, the middleware and the proxies in turns, in another order in each round."""
    found: Found = {}
    policy = ours.wrap(BARE.build(), SETUPS["named"])
    with contextlib.ExitStack() as stack:
        app_port = stack.enter_context(serve(BARE))
        ports = {"app": app_port, "middleware": stack.enter_context(serve(MIDDLEWARE))}
        for target in TARGETS:
            for name, subject in ((f"{target}, alone", HANDS_OFF), (target, policy)):
                with on_core(0):
                    ports[name] = stack.enter_context(run_exported(target, subject, app_port))[0]
        passing = [name for name in ports if name == "app" or name.endswith("alone")]
        turns = [(name, kind) for name in ports for kind in REQUESTS if name not in passing or kind == "actual"]
        for number in range(-1, rounds):  # the first time warms up
            random.Random(number).shuffle(turns)
            for name, kind in turns:
                rate, median, tail = ask(ports[name], REQUESTS[kind], seconds if number >= 0 else 1)
                if number >= 0:
                    one = found.setdefault((name, kind), Rounds())
                    one.rates.append(rate)
                    one.medians.append(median)
                    one.tails.append(tail)
    return found


def write_speed(found: Found) -> str:
    """Return the first table in Markdown."""
    rows = []
    proxies = [name for target in TARGETS for name in (f"{target}, alone", target)]
    for name in ("app", "middleware", *proxies):
        preflight = found.get((name, "preflight"))
        rows.append([name, *found[name, "actual"].describe(), *(preflight.describe() if preflight else [""] * 3)])
    columns = ["who answers", "requests/s", "p50, ms", "p99, ms", "preflights/s", "p50, ms", "p99, ms"]
    return make_table(columns, rows)


def measure_origins(counts: tuple[int, ...], requests: int) -> list[list[str]]:
    """Return the rows of the second table."""
    rows = []
    with serve_bare_app() as app_port:
        for target in TARGETS:
            with run_exported(target, HANDS_OFF, app_port) as (port, pid, started):
                rows.append(
                    [
                        load_target(target).NAME,
                        "passes on",
                        f"{started:.2f}",
                        _show_memory(pid),
                        _time(port, "", requests),
                        "",
                    ]
                )
            for count in counts:
                origins = [f"https://tenant-{number}.example.com" for number in range(count)]
                subject = CORSMiddleware(lambda environ, start_response: [], Policy(origins))
                try:
                    with run_exported(target, subject, app_port) as (port, pid, started):
                        actual = _time(port, origins[-1], requests)
                        preflight = _time(port, origins[-1], requests, preflight=True)
                        figures = [f"{started:.2f}", _show_memory(pid), actual, preflight]
                except CannotExportError:
                    figures = ["refused", "", "", ""]
                rows.append([load_target(target).NAME, f"{count:,}", *figures])
    return rows


def _time(port: int, origin: str, requests: int, *, preflight: bool = False) -> str:
    """Return the median time of a request in microseconds, the client's share included."""
    headers = [("Origin", origin)] if origin else []
    headers.append(("Access-Control-Request-Method", "PUT") if preflight else order())
    method = "OPTIONS" if preflight else "GET"
    client, taken = Client(port), []
    for _ in range(requests):
        began = time.perf_counter()
        answer = client.ask(method, "/items", headers)
        taken.append(time.perf_counter() - began)
        expected = {"access-control-allow-origin"} if origin else set()
        assert expected <= {name.lower() for name, _ in answer.headers}, answer
    client.close()
    return f"{statistics.median(taken) * 1e6:,.0f}"


def _show_memory(pid: int) -> str:
    return f"{sum(map(_find_memory, _find_family(pid))) / 1024:,.0f}"


def _find_memory(pid: int) -> int:
    """Return the resident memory of a process in KiB, shared pages counted in part."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _find_family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(other for child in children for other in _find_family(int(child)))]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.edge.benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1, help="for each request in each round")
    parser.add_argument("--requests", type=int, default=2000, help="for each figure of the second table")
    parser.add_argument("--write", action="store_true", help="put the tables into the manual")
    arguments = parser.parse_args()
    rows = measure_origins(COUNTS, arguments.requests)
    columns = ["proxy", "origins", "start, s", "memory, MiB", "request, µs", "preflight, µs"]
    origins = (
        f"{name_machine()}; medians of {arguments.requests:,} requests on one connection, "
        f"the client's own time and the app's included.\n\n{make_table(columns, rows)}"
    )
    print(origins)
    with contextlib.redirect_stdout(io.StringIO()):  # what the servers wrote
        found = measure_speed(arguments.rounds, arguments.seconds)
    speed = (
        f"{name_machine()}; gunicorn with one worker of 4 threads and the proxies on one core, wrk with 8 kept "
        f"connections on the other, {arguments.rounds} rounds of {arguments.seconds:g} s; in brackets the quartiles.\n"
        f"\n{write_speed(found)}"
    )
    print(speed)
    if arguments.write:
        write_part(PAGE, "edge-origins", origins)
        write_part(PAGE, "edge-speed", speed)


if __name__ == "__main__":
    main()
