"""What it costs to start: `cd tests && python -m tools.benchmarks.startup`.

Each row is a separate Python process, run several times in turns with the others; the table shows medians. Time is
without the interpreter's own start, and without creating the origins' strings. Memory is the growth of the peak
resident set over that of an idle interpreter, the origins' strings included, as Linux reports it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from typing import Final

from support.manual import DOCS, write_part

from tools.benchmarks.measure import make_table, name_machine

_FLASK: Final = "from flask import Flask; app = Flask('startup'); app.add_url_rule('/', 'index', lambda: 'ok')"
_EXTENSION: Final = "from flask_cors_ext import CORS; CORS(app, origins='https://app.example.com')"
_ORIGINS: Final = "origins = [f'https://tenant{number}.example' for number in range(%d)]"
_POLICY: Final = "from cors_wsgi import Policy; " + _ORIGINS

ROWS: Final = {
    "Python alone": ("", "pass"),
    "`from cors_wsgi import CORSMiddleware`": ("", "from cors_wsgi import CORSMiddleware"),
    "`import cors_wsgi.browser`": ("", "import cors_wsgi.browser"),
    "`import flask`": ("", "import flask"),
    "a bare Flask app with a route, from its import on": ("", _FLASK),
    "the same with the extension": ("", f"{_FLASK}; {_EXTENSION}"),
    "a policy of 1 origin": (_POLICY % 1, "kept = Policy(origins)"),
    "a policy of 1,000 origins": (_POLICY % 1000, "kept = Policy(origins)"),
    "a policy of 1,000,000 origins": (_POLICY % 1000000, "kept = Policy(origins)"),
    "a `frozenset` of the same, beside it": (_ORIGINS % 1000000, "kept = frozenset(origins)"),
}
"""What is done before the clock runs, and what is measured; memory is of both."""

_PROGRAM: Final = """\
import re, time
{before}
begin = time.perf_counter()
{code}
taken = time.perf_counter() - begin
# Not ru_maxrss, which a process inherits from the one that started it.
print(taken, re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def run(before: str, code: str) -> tuple[float, float]:
    """Return the seconds that code takes in a fresh interpreter, and the most memory that it had, in MiB."""
    command = [sys.executable, "-c", _PROGRAM.format(before=before, code=code)]
    # Where no bytecode is written, the source is compiled each time.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=environ)
    taken, peak = done.stdout.split()
    return float(taken), float(peak) / 1024


def measure(rounds: int) -> dict[str, tuple[float, float]]:
    """Return the median seconds and MiB of every row."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in ROWS}
    for number in range(-1, rounds):  # the first time writes the bytecode
        for name, parts in ROWS.items():
            one = run(*parts)
            if number >= 0:
                seen[name].append(one)
    return {
        name: (statistics.median(taken for taken, _ in runs), statistics.median(peak for _, peak in runs))
        for name, runs in seen.items()
    }


def write_table(found: dict[str, tuple[float, float]]) -> str:
    """Return the table in Markdown."""
    _, floor = found["Python alone"]
    rows = [
        [name, f"{taken * 1000:,.1f}", f"{peak - floor:,.1f}"]
        for name, (taken, peak) in found.items()
        if name != "Python alone"
    ]
    rows.insert(0, ["Python alone", "0.0", f"({floor:,.1f})"])
    return make_table(["what", "time, ms", "memory beyond Python alone, MiB"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.startup", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--write", action="store_true", help="put the table into the manual")
    arguments = parser.parse_args()
    text = f"{name_machine()}; medians of {arguments.rounds}.\n\n{write_table(measure(arguments.rounds))}"
    print(text)
    if arguments.write:
        write_part(DOCS / "performance.md", "startup", text)


if __name__ == "__main__":
    main()
