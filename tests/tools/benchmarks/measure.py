"""How the benchmarks measure: side by side in one run, interleaved, with medians; and by counting instructions.

A time means little on a noisy machine, a ratio of two things measured in turns in one process means more, and a count
of instructions is the same in every run.
"""

from __future__ import annotations

import gc
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

Run = Callable[[int], None]
"""Does something so many times."""


def time_in_turns(runs: Mapping[str, Run], *, rounds: int = 25, seconds: float = 0.02) -> dict[str, float]:
    """Return the median nanoseconds of processor time of one repetition of each run, measured in turns.

    Args:
        runs: what to measure, by name.
        rounds: how often each takes its turn.
        seconds: how long a turn takes, about.
    """
    counts = {name: _calibrate(run, seconds) for name, run in runs.items()}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in runs.items():
                begin = time.process_time_ns()
                run(counts[name])
                taken[name].append((time.process_time_ns() - begin) / counts[name])
    finally:
        gc.enable()
    return {name: statistics.median(times) for name, times in taken.items()}


def _calibrate(run: Run, seconds: float) -> int:
    count = 8
    while True:
        begin = time.process_time()
        run(count)
        taken = time.process_time() - begin
        if taken > seconds / 4:
            return max(1, int(count * seconds / taken))
        count *= 4


def mark() -> None:
    """End one stretch of a script that `count_instructions` runs, and begin the next."""
    os.getppid()  # a function of the C library that nothing else here calls, so that callgrind can wait for it


def count_in_processes(command: Sequence[str], count: int) -> list[float]:
    """Count in several processes, each with another hash seed, which decides how dictionaries lie; return medians."""
    totals = [count_instructions(command, seed=seed) for seed in range(count)]
    return [statistics.median(stretch) for stretch in zip(*totals, strict=True)]


def count_instructions(command: Sequence[str], *, seed: int = 0) -> list[int]:
    """Run a Python script under callgrind; return the instructions of each stretch between two of its marks."""
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        valgrind = ["valgrind", "--tool=callgrind", "--dump-before=getppid", f"--callgrind-out-file={profile}"]
        environment = {"PYTHONHASHSEED": str(seed), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(
            [*valgrind, sys.executable, *command], env=environment, capture_output=True, check=True, timeout=900
        )
        totals: list[int] = []
        while (dump := Path(f"{profile}.{len(totals) + 1}")).exists():
            totals += [int(found) for found in re.findall(r"^totals: (\d+)$", dump.read_text(), re.MULTILINE)]
    if len(totals) < 2:
        raise RuntimeError("callgrind saw no two marks: is the C library's getppid known to it?")
    return totals[1:]


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown, as the documentation shows it."""
    print(f"\n{title}\n\n{make_table(columns, rows)}", end="", flush=True)


def make_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown, its columns in line."""
    cells = [[str(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(columns))]
    head, *rest = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([head, rule, *rest]) + "\n"


def name_machine() -> str:
    """Return the date and on what was measured, as the documentation says it."""
    today = date.today()
    system = f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores"
    return f"Measured on {today.day} {today:%B %Y} with Python {platform.python_version()} on {system}"
