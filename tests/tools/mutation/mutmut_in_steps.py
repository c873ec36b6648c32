"""mutmut, which asks the tests that most likely notice a mutant before it asks all others.

Its arguments are mutmut's. Most mutants of a function are noticed by the same few tests: who noticed one is kept beside
the mutants and asked first. Then come the function's own test file and a sample of the others, and then the rest.
With `LIKELY_TESTS_ONLY=1` the rest is left out, so that what survives is a list of suspects.
"""

from __future__ import annotations

import os
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
"""mutmut's code for a mutant that is neither noticed nor survives; its own exit status for an exception is "killed"."""

LAST_TO_NOTICE: Final = 8
SAMPLE: Final = 250
LONGEST: Final = 1.0
"""Seconds that a test of the sample takes."""


class _Witness:
    """Notes which test failed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(ascii(report.nodeid) + "\n")


def find_steps(function: str, tests: set[str]) -> list[list[str]]:
    """Return the tests of a function's mutants, in the order in which they are asked."""
    durations = state().duration_by_test
    by_text = {ascii(test): test for test in tests}
    noticed = NOTICED / function
    lines = noticed.read_text(encoding="utf-8").splitlines() if noticed.exists() else []
    first = list(dict.fromkeys(by_text[line] for line in reversed(lines) if line in by_text))[:LAST_TO_NOTICE]
    left = sorted(tests.difference(first))
    stem = function.rpartition(".")[0].rpartition(".")[2]
    own = [test for test in left if f"/test_{stem}" in test and durations[test] < LONGEST]
    others = [test for test in left if test not in own and durations[test] < LONGEST]
    second = own + others[:: max(1, len(others) // SAMPLE)]
    third = sorted(set(left).difference(second))
    return [first, second, third]


def run_tests(self: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
    """Run the tests of one mutant step by step, until one fails."""
    chosen = set(tests)
    if mutant_name is None or not chosen:
        with change_cwd("mutants"):
            return int(self.execute_pytest(self._pytest_args_regular_run(sorted(chosen))))
    NOTICED.mkdir(exist_ok=True)
    function = mutant_name.partition("__mutmut_")[0]
    witness = _Witness(NOTICED / function)
    steps = find_steps(function, chosen)
    for step in filter(None, steps[:2] if os.environ.get("LIKELY_TESTS_ONLY") else steps):
        try:
            with change_cwd("mutants"):
                status = self.execute_pytest(self._pytest_args_regular_run(step), plugins=[witness])
        except BadTestExecutionCommandsException:
            os._exit(SUSPICIOUS)
        if status:
            return int(status)
    return 0


if __name__ == "__main__":
    PytestRunner.run_tests = run_tests
    cli()
