"""Mutation testing of what answers requests: `python tests/tools/mutation/run.py`; docs/mutation.md says what it means.

It changes copies of `cors_wsgi` and `flask_cors_ext` in thousands of places, one at a time, and fails where no test
notices and the table in docs/mutation.md does not say why none can.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[2]
PAGE = CHECKOUT / "docs" / "mutation.md"
PACKAGES = {"cors_wsgi": HERE / "server.toml", "flask_cors_ext": HERE / "flask.toml"}
CAUGHT = ("killed", "timeout")
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".*_cache", "__pycache__", "_build", "build", "dist", "mutants", "*.egg-info"
)

# Warnings are tested to point at the caller; what mutmut puts around each function is taken for a part of the package.
TRANSPARENT = """

import mutmut.mutation.trampoline as _trampoline

_trampoline.__dict__["__name__"] = "flask_cors_ext.trampoline"
"""


@dataclass(frozen=True)
class Mutant:
    """One change that no test noticed.

    Attributes:
        name: what mutmut calls it.
        function: the function, with its module.
        before: the changed line.
        after: what it was changed to.
    """

    name: str
    function: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """One row of the table of mutants that no test can notice: in `function`, what `old` may as well be."""

    function: str
    old: str
    new: tuple[str, ...]

    def explains(self, mutant: Mutant) -> bool:
        return mutant.function == self.function and any(
            mutant.before[: found.start()] + new + mutant.before[found.end() :] == mutant.after
            for found in re.finditer(re.escape(self.old), mutant.before)
            for new in self.new
        )


def read_rows(text: str) -> list[Row]:
    """Return the rows of the page's tables whose first cell is a function and whose second shows a change."""
    rows = []
    for line in text.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and " → " in cells[1]:
            old, *new = re.findall(r"`([^`]+)`", cells[1])
            if re.search(r"(?:→|or) nothing\b", cells[1]):
                new.append("")
            rows.append(Row(cells[0].strip("`"), old, tuple(new)))
    return rows


def function_of(name: str) -> str:
    """Return the function of a mutant.

    >>> function_of("a.b.xǁCǁd__mutmut_7"), function_of("a.b.x__d__mutmut_7")
    ('a.b.C.d', 'a.b._d')
    """
    module, _, mangled = name.partition("__mutmut_")[0].rpartition(".")
    return module + "." + mangled.removeprefix("xǁ" if "ǁ" in mangled else "x_").replace("ǁ", ".")


def run(*command: str, cwd: Path, quiet: bool = True) -> str:
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    environ |= {"CORS_WSGI_REQUIRE_ALL": "1", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=cwd, env=environ, text=True, stdout=subprocess.PIPE if quiet else None, check=True
    )
    return done.stdout or ""


def copy_tree(package: str, work: Path) -> Path:
    """Copy the checkout, with what mutmut has to know of `package`; entry points are found by the metadata."""
    copy = work / package
    shutil.copytree(CHECKOUT, copy, ignore=NOT_COPIED)
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as config:
        config.write(PACKAGES[package].read_text(encoding="utf-8"))
    with (copy / "tests" / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(TRANSPARENT)
    run(sys.executable, "setup.py", "-q", "egg_info", cwd=copy)
    return copy


def find_survivors(package: str, work: Path, jobs: int, names: list[str]) -> list[Mutant]:
    """Mutate a copy of one package, print the figures, and return what no test noticed."""
    copy = copy_tree(package, work)
    mutmut = (sys.executable, str(HERE / "mutmut_in_steps.py"))
    run(*mutmut, "run", "--max-children", str(jobs), *names, cwd=copy, quiet=False)
    results = re.findall(r"^    (.+): (.+)$", run(*mutmut, "results", "--all", "true", cwd=copy), re.MULTILINE)
    tried = [(name, status) for name, status in results if status != "not checked"]
    counts = Counter(status for _, status in tried)
    print(f"\n{package}: {len(tried)} mutants: " + ", ".join(f"{n} {status}" for status, n in counts.most_common()))
    survivors = []
    for name, status in tried:
        if status not in CAUGHT:
            lines = run(*mutmut, "show", name, cwd=copy).splitlines()
            changed = {sign: [line[1:].strip() for line in lines[3:] if line.startswith(sign)] for sign in "-+"}
            survivors.append(Mutant(name, function_of(name), " ".join(changed["-"]), " ".join(changed["+"])))
    return survivors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", choices=PACKAGES, action="append", help="which package; both by default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many mutants at a time")
    parser.add_argument("names", nargs="*", help="names of mutants, or patterns such as '*middleware*'; else all")
    arguments = parser.parse_args()
    rows = read_rows(PAGE.read_text(encoding="utf-8"))
    unexplained: list[Mutant] = []
    needless: list[Row] = []
    for package in arguments.package or PACKAGES:
        with tempfile.TemporaryDirectory(prefix="mutation-") as work:
            survivors = find_survivors(package, Path(work), arguments.jobs, arguments.names)
        unexplained += [mutant for mutant in survivors if not any(row.explains(mutant) for row in rows)]
        if not arguments.names:
            ours = [row for row in rows if row.function.startswith(package + ".")]
            needless += [row for row in ours if not any(row.explains(mutant) for mutant in survivors)]
    for mutant in unexplained:
        print(f"\nNo test notices {mutant.name}:\n- {mutant.before}\n+ {mutant.after}")
    for row in needless:
        print(f"\nNothing survives that the page explains in {row.function}: {row.old} → {' or '.join(row.new)}")
    print(f"\n{len(unexplained)} survivors unexplained, {len(needless)} explanations needless.")
    return int(bool(unexplained or needless))


if __name__ == "__main__":
    raise SystemExit(main())
