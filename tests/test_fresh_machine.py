"""On a newcomer's machine, with nothing but what README's command installs, every test is found."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.needs import needs

ROOT = Path(__file__).parent.parent

_PYTEST_WITH_THESE_ALONE = """
import pathlib, re, sys
from importlib import metadata

def modules():
    return set(metadata.packages_distributions())

there, root, *arguments = sys.argv[1:]
every, discover = modules(), metadata.Distribution.discover

def discover_these(**which):
    for found in discover(**which):
        if re.sub("[-_.]+", "-", found.name).lower() in there.split():
            yield found

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

metadata.Distribution.discover = discover_these
# Some distributions bring a top-level `tests` or `docs`; here these are the checkout's.
hidden = every - modules() - {path.name for path in pathlib.Path(root).iterdir()}
sys.meta_path.insert(0, Hide())

import pytest
sys.exit(pytest.main(arguments))
"""


def read_requirements() -> list[Requirement]:
    """Return what README's test command asks pip for."""
    match = re.search(r"pip install '\.\[([\w,]+)\]' -r (\S+) && \.venv/bin/pytest$", _readme(), re.MULTILINE)
    assert match, "README.md shows no test command"
    extras, file = match.groups()
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text("utf-8").splitlines())
    found = [Requirement(f"cors-wsgi[{extras}]"), *map(Requirement, filter(None, lines))]
    return [asked for asked in found if asked.marker is None or asked.marker.evaluate()]


def _readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def find_installed(wanted: list[Requirement]) -> set[str]:
    """Return the names of the distributions that pip installs for these requirements, pip's own included."""
    found: dict[str, set[str]] = {"pip": set()}
    while wanted:
        asked = wanted.pop()
        name = canonicalize_name(asked.name)
        known = found.setdefault(name, set())
        new = {"", *asked.extras} - known
        known |= new
        try:
            needed = map(Requirement, distribution(name).requires or ())
        except PackageNotFoundError:
            needs(False, f"the Python package {name} is not installed")
        wanted += [each for each in needed if each.marker is None or any(_applies(each, extra) for extra in new)]
    return set(found)


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def collect(*arguments: str) -> str:
    """Return pytest's errors, skips and last line when it only collects, and finds nothing else than these packages."""
    there = " ".join(find_installed(read_requirements()))
    options = ["--collect-only", "-q", "-rsE", "-p", "no:cacheprovider", *arguments]
    environ = {name: value for name, value in os.environ.items() if name != "CORS_WSGI_REQUIRE_ALL"}
    command = [sys.executable, "-c", _PYTEST_WITH_THESE_ALONE, there, str(ROOT), *options]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return "\n".join([*(line for line in lines if line.startswith(("ERROR", "SKIPPED"))), lines[-1]])


def test_every_module_of_the_tests_is_collected_with_what_readme_installs() -> None:
    assert re.fullmatch(r"\d{4,} tests collected in [\d.]+s( .*)?", collect())


NOT_COLLECTED = {
    "an_import": ("import flask_cors", "import flask", "ERROR"),
    "a_need": (
        "from support.needs import needs_module; needs_module('flask_cors')",
        "from support.needs import needs_module; needs_module('flask')",
        "ERROR",
    ),
    "a_skip": (
        "import pytest; pytest.importorskip('flask_cors')",
        "import pytest; pytest.importorskip('flask')",
        "SKIPPED",
    ),
    "a_warning": ("import warnings; warnings.warn('old', DeprecationWarning)", "import warnings", "ERROR"),
}
"""What a module does while it is imported, its twin that may be done, and what is said of it."""


def test_a_module_that_is_not_collected_is_seen(tmp_path: Path) -> None:
    for name, (line, twin, _) in NOT_COLLECTED.items():
        for file, code in ((f"test_{name}.py", line), (f"test_{name}_twin.py", twin)):
            (tmp_path / file).write_text(f"{code}\n\ndef test_it() -> None: ...\n")
    *said, last = collect(f"--config-file={ROOT / 'pyproject.toml'}", str(tmp_path)).splitlines()
    found = {(line.split()[0], *re.findall(r"\btest_(\w+)\.py", line)) for line in said}
    assert found == {(outcome, name) for name, (*_, outcome) in NOT_COLLECTED.items()}
    assert last.startswith("4 tests collected, 3 errors in")
