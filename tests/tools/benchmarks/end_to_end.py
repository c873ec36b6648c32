"""Requests per second and latency behind gunicorn: `cd tests && python -m tools.benchmarks.end_to_end`.

Each layer is served by a gunicorn of its own, with one worker and with two; wrk asks them in turns, with requests that
carry an allowed Origin and with preflights. What is shown are medians over the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import io
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
WORKERS: Final = (1, 2)
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
        return [f"{self.rate:,.0f}", f"{statistics.median(self.medians):.2f}", f"{statistics.median(self.tails):.2f}"]


Found = dict[tuple[int, str, str], Rounds]
"""By the number of workers, the key of the layer, and the kind of request."""


@contextlib.contextmanager
def serve(layer: Layer, workers: int) -> Iterator[int]:
    """Serve a layer, and yield the port."""

    def command(port: int) -> list[str]:
        options = ["--workers", str(workers), "--worker-class", "gthread", "--threads", str(THREADS)]
        bind = ["--bind", f"127.0.0.1:{port}", "--log-level", "critical"]
        return [sys.executable, "-m", "gunicorn", *bind, *options, "tools.benchmarks.served:app"]

    with listening(command, LAYER=layer.key) as port:
        yield port


def ask(port: int, request: Sequence[str], seconds: float) -> tuple[float, float, float]:
    """Let wrk ask for so long; return requests a second, and the median and 99th percentile of the latency in ms.

    Raises:
        RuntimeError: not every answer was one of success.
    """
    load = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds:g}s"]
    command = [needs_program("wrk"), *load, "-s", str(_SCRIPT), f"http://127.0.0.1:{port}/items", "--", *request]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    requests, duration, median, tail, errors = map(int, line.split()[1:])
    if errors or not requests:
        raise RuntimeError(f"{errors} of {requests} requests failed:\n{done.stdout}")
    return requests / (duration / 1e6), median / 1e3, tail / 1e3


def measure(layers: Sequence[Layer], *, rounds: int, seconds: int) -> Found:
    """Ask every layer in turns, in each round with every request."""
    found: Found = {}
    with contextlib.ExitStack() as stack:
        ports = {(count, layer): stack.enter_context(serve(layer, count)) for count in WORKERS for layer in layers}
        for number in range(-1, rounds):  # the first time warms up
            for (count, layer), port in ports.items():
                for kind, request in REQUESTS.items():
                    if layer.kind == BARE and kind == "preflight":
                        continue
                    rate, median, tail = ask(port, request, seconds if number >= 0 else 1)
                    if number >= 0:
                        one = found.setdefault((count, layer.key, kind), Rounds())
                        one.rates.append(rate)
                        one.medians.append(median)
                        one.tails.append(tail)
    return found


def write_tables(found: Found, layers: Sequence[Layer]) -> str:
    """Return a table for each number of workers, in Markdown."""
    columns = ["app", "layer", "requests/s", "of bare", "p50, ms", "p99, ms", "preflights/s", "p50, ms", "p99, ms"]
    parts = []
    for count in WORKERS:
        rows = []
        for layer in layers:
            bare = next(one for one in layers if one.framework == layer.framework and one.kind == BARE)
            actual = found[count, layer.key, "actual"]
            share = actual.rate / found[count, bare.key, "actual"].rate
            rate, *latency = actual.describe()
            preflight = found.get((count, layer.key, "preflight"))
            more = preflight.describe() if preflight else ["", "", ""]
            rows.append([layer.framework, layer.name, rate, f"{share:.2f}", *latency, *more])
        title = "One worker:" if count == 1 else "Two workers:"
        parts.append(f"{title}\n\n{make_table(columns, rows)}")
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.end_to_end", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="for each request in each round")
    parser.add_argument("--write", action="store_true", help="put the tables into the manual")
    arguments = parser.parse_args()
    with contextlib.redirect_stdout(io.StringIO()):  # what the servers wrote
        found = measure(LAYERS, rounds=arguments.rounds, seconds=arguments.seconds)
    about = (
        f"{name_machine()}; gunicorn with {THREADS} threads a worker, wrk with {CONNECTIONS} kept connections on the "
        f"same machine, {arguments.rounds} rounds of {arguments.seconds} seconds.\n"
    )
    text = f"{about}\n{write_tables(found, LAYERS)}"
    print(text)
    if arguments.write:
        write_part(DOCS / "performance.md", "end-to-end", text)


if __name__ == "__main__":
    main()
