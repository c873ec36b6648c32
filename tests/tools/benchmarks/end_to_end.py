"""Requests per second and latency behind gunicorn: `cd tests && python -m tools.benchmarks.end_to_end`.

Each layer is served by a separate gunicorn, with one worker on one core; wrk runs on another core, so that the two do
not wait for each other. All layers take turns in every round, in another order each time, and a layer is compared with
the bare app of the same round. The tables show medians over the rounds, and the quartiles around them.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from support.manual import DOCS, write_part
from support.needs import needs_program
from support.servers import listening

from tools.benchmarks.layers import BARE, LAYERS, Layer
from tools.benchmarks.measure import make_table, name_machine
from tools.peers.setups import PAGE

_SCRIPT: Final = Path(__file__).with_name("request.lua")
THREADS: Final = 4
CONNECTIONS: Final = 8
ACTUAL: Final = ("GET", "Origin", PAGE)
PREFLIGHT: Final = (
    *("OPTIONS", "Origin", PAGE),
    *("Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "content-type,x-token"),
)
REQUESTS: Final = {"actual": ACTUAL, "preflight": PREFLIGHT}


@dataclass
class Rounds:
    """What wrk said, a figure for each round.

    Attributes:
        rates: requests a second.
        medians: of the latency, in milliseconds.
        tails: the latency that 99 of 100 requests keep below, in milliseconds.
    """

    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The median of the rates."""
        return statistics.median(self.rates)

    def describe(self) -> list[str]:
        """Return the three figures as cells."""
        latency = [f"{statistics.median(self.medians):.2f}", f"{statistics.median(self.tails):.2f}"]
        return [show_spread(self.rates, "{:,.0f}"), *latency]


Found = dict[tuple[str, str], Rounds]
"""By the key of the layer, and the kind of request."""


@contextlib.contextmanager
def on_core(number: int) -> Iterator[None]:
    """Start processes on one core, the first or the last, as far as the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def show_spread(values: Sequence[float], form: str) -> str:
    """Return the median of values, and the quartiles around it.

    >>> show_spread([1, 2, 3, 4, 5], "{:.0f}")
    '3 (2 to 4)'
    """
    low, middle, high = find_quartiles(values)
    return f"{form.format(middle)} ({form.format(low)} to {form.format(high)})"


def find_quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile; of one value, that value three times."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def compare(rates: Sequence[float], bare: Sequence[float]) -> str:
    """Return the share of the bare app's rate that is left, round by round, or that none is measured to be lost.

    >>> compare([90, 91, 89, 90], [100, 100, 100, 100])
    '0.90 (0.90 to 0.90)'
    >>> compare([95, 104, 99, 101], [100, 100, 100, 100])
    'no difference measured'
    """
    shares = [rate / without for rate, without in zip(rates, bare, strict=True)]
    low, middle, high = find_quartiles(shares)
    if high - low >= abs(1 - middle):
        return "no difference measured"
    return show_spread(shares, "{:.2f}")


@contextlib.contextmanager
def serve(layer: Layer) -> Iterator[int]:
    """Serve a layer, and yield the port."""

    def command(port: int) -> list[str]:
        options = ["--workers", "1", "--worker-class", "gthread", "--threads", str(THREADS)]
        bind = ["--bind", f"127.0.0.1:{port}", "--log-level", "critical"]
        return [sys.executable, "-m", "gunicorn", *bind, *options, "tools.benchmarks.served:app"]

    with on_core(0), listening(command, LAYER=layer.key) as port:
        yield port


def ask(port: int, request: Sequence[str], seconds: float) -> tuple[float, float, float]:
    """Let wrk ask for so long; return requests a second, and the median and 99th percentile of the latency in ms.

    Raises:
        RuntimeError: not every answer was one of success.
    """
    load = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds:g}s"]
    command = [needs_program("wrk"), *load, "-s", str(_SCRIPT), f"http://127.0.0.1:{port}/items", "--", *request]
    with on_core(-1):
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    requests, duration, median, tail, errors = map(int, line.split()[1:])
    if errors or not requests:
        raise RuntimeError(f"{errors} of {requests} requests failed:\n{done.stdout}")
    return requests / (duration / 1e6), median / 1e3, tail / 1e3


def measure(layers: Sequence[Layer], *, rounds: int, seconds: float) -> Found:
    """Ask every layer in turns, in each round with every request, in another order each time."""
    found: Found = {}
    shuffle = random.Random(1).shuffle
    with contextlib.ExitStack() as stack:
        ports = {layer: stack.enter_context(serve(layer)) for layer in layers}
        for number in range(-1, rounds):  # the first time warms up
            turns = [(layer, kind) for layer in layers for kind in REQUESTS if layer.kind != BARE or kind == "actual"]
            shuffle(turns)
            for layer, kind in turns:
                rate, median, tail = ask(ports[layer], REQUESTS[kind], seconds if number >= 0 else 1)
                if number >= 0:
                    one = found.setdefault((layer.key, kind), Rounds())
                    one.rates.append(rate)
                    one.medians.append(median)
                    one.tails.append(tail)
    return found


def write_table(found: Found, layers: Sequence[Layer]) -> str:
    """Return the table in Markdown."""
    columns = ["app", "layer", "requests/s", "of bare", "p50, ms", "p99, ms", "preflights/s", "p50, ms", "p99, ms"]
    rows = []
    for layer in layers:
        bare = next(one for one in layers if one.framework == layer.framework and one.kind == BARE)
        actual = found[layer.key, "actual"]
        share = "" if layer is bare else compare(actual.rates, found[bare.key, "actual"].rates)
        rate, *latency = actual.describe()
        preflight = found.get((layer.key, "preflight"))
        more = preflight.describe() if preflight else ["", "", ""]
        rows.append([layer.framework, layer.name, rate, share, *latency, *more])
    return make_table(columns, rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.end_to_end", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=1, help="for each request in each round")
    parser.add_argument("--write", action="store_true", help="put the tables into the manual")
    arguments = parser.parse_args()
    with contextlib.redirect_stdout(io.StringIO()):  # what the servers wrote
        found = measure(LAYERS, rounds=arguments.rounds, seconds=arguments.seconds)
    about = (
        f"{name_machine()}; gunicorn with one worker of {THREADS} threads on one core, wrk with {CONNECTIONS} kept "
        f"connections on the other, {arguments.rounds} rounds of {arguments.seconds:g} s; in brackets the quartiles.\n"
    )
    text = f"{about}\n{write_table(found, LAYERS)}"
    print(text)
    if arguments.write:
        write_part(DOCS / "performance.md", "end-to-end", text)


if __name__ == "__main__":
    main()
