"""mutmut, which asks the tests that most likely notice a mutant before it asks all others.

Its arguments are mutmut's. Most mutants of a function are noticed by the same few tests: who noticed one is kept beside
the mutants and asked first. Then come the function's own test file and a sample of the others, and then the rest.
With `LIKELY_TESTS_ONLY=1` the rest is left out, so that what survives is a list of suspects.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from mutmut.__main__ import cli
from mutmut.runners.harness import BadTestExecutionCommandsException, PytestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd

NOTICED: Final = Path("noticed").absolute()
"""One file a function, with the names of the tests that noticed a mutant of it, the last one at the end."""

SUSPICIOUS: Final = 35
"""mutmut's code for a mutant that is neither noticed nor survives; an exception here would count as "killed"."""

LAST_TO_NOTICE: Final = 8
SAMPLE: Final = 250
LONGEST: Final = 0.1
"""Seconds that a test of the sample takes."""

FEW: Final = 4.0
"""Seconds that all tests of a function may take to be asked at once."""


def plain(test: str) -> str:
    """Return the name of a test as it is in every session of one process: pytest escapes its backslashes in each."""
    return re.sub(r"\\+", r"\\", test)


class _Step:
    """Keeps the tests of one step, in its order, and notes which test failed."""

    def __init__(self, tests: list[str], noticed: Path) -> None:
        self.order = {plain(test): number for number, test in enumerate(tests)}
        self.noticed = noticed

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if plain(item.nodeid) in self.order]
        if {plain(item.nodeid) for item in items} != set(self.order):
            os._exit(SUSPICIOUS)
        items.sort(key=lambda item: self.order[plain(item.nodeid)])

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            with self.noticed.open("a", encoding="utf-8") as file:
                file.write(ascii(plain(report.nodeid)) + "\n")


def find_steps(function: str, tests: set[str]) -> list[list[str]]:
    """Return the tests of a function's mutants, in the order in which they are asked."""
    durations = state().duration_by_test
    by_text = {ascii(plain(test)): test for test in tests}
    noticed = NOTICED / function
    lines = noticed.read_text(encoding="utf-8").splitlines() if noticed.exists() else []
    first = list(dict.fromkeys(by_text[line] for line in reversed(lines) if line in by_text))[:LAST_TO_NOTICE]
    left = sorted(tests.difference(first))
    stem = function.rpartition(".")[0].rpartition(".")[2]
    own = [test for test in left if f"/test_{stem}" in test and durations[test] < LONGEST]
    if sum(durations[test] for test in left) < FEW:
        return [first, left, []]
    others = [test for test in left if test not in own and durations[test] < LONGEST]
    second = own + others[:: max(1, len(others) // SAMPLE)]
    third = sorted(set(left).difference(second))
    return [first, second, third]


def run_step(runner: PytestRunner, tests: list[str], noticed: Path) -> int:
    """Run tests, up to the first that fails, and return pytest's status."""
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    try:
        with change_cwd("mutants"):
            return int(runner.execute_pytest(runner._pytest_args_regular_run(files), plugins=[_Step(tests, noticed)]))
    except BadTestExecutionCommandsException:
        os._exit(SUSPICIOUS)


def run_tests(self: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
    """Run the tests of one mutant step by step, until one fails; without a mutant, all of them."""
    chosen = set(tests)
    NOTICED.mkdir(exist_ok=True)
    if not chosen:
        with change_cwd("mutants"):
            return int(self.execute_pytest(self._pytest_args_regular_run([])))
    if mutant_name is None:
        return run_step(self, sorted(chosen), NOTICED / "clean")
    function = mutant_name.partition("__mutmut_")[0]
    steps = find_steps(function, chosen)
    for step in filter(None, steps[:2] if os.environ.get("LIKELY_TESTS_ONLY") else steps):
        if status := run_step(self, step, NOTICED / function):
            return status
    return 0


run_stats: Final = PytestRunner.run_stats


def run_all_stats(self: PytestRunner, *, tests: Iterable[str]) -> int:
    """Learn which tests run which functions, of all tests: some cannot be named one by one, see `plain`."""
    return int(run_stats(self, tests=[]))


if __name__ == "__main__":
    PytestRunner.run_tests = run_tests
    PytestRunner.run_stats = run_all_stats
    cli()
