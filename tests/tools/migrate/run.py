"""Download sdists, migrate them, and query the apps that run, before and after."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cors_wsgi.migrate.plan import Row
from cors_wsgi.migrate.tree import Migration, migrate, write

from .packages import Package

ORIGIN = "https://app.example.com"
_ASK = """\
import json, sys
{app}
from cors_wsgi.browser import Browser, FetchError
found = {{}}
for origin in json.load(sys.stdin):
    letters = []
    for credentials in ("omit", "include"):
        try:
            Browser(app).open(origin).fetch("/", credentials=credentials)
            letters.append(True)
        except FetchError:
            letters.append(False)
    found[origin] = letters
print("\\n" + json.dumps(found), flush=True)
import os
os._exit(0)  # the apps start servers in threads of their own
"""


@dataclass(frozen=True)
class Outcome:
    """What came of one package.

    Attributes:
        package: which.
        files: how many files use Flask-CORS.
        changed: how many change.
        calls: how many calls the table has.
        left: how many things are left to do by hand, without origins.
        left_with_origins: the same, with origins given for bare calls.
        asked: of how many origins the running app was asked, before and after; None if it is not run.
    """

    package: Package
    files: int
    changed: int
    calls: int
    left: int
    left_with_origins: int
    asked: int | None


def try_package(package: Package, work: Path) -> Outcome:
    """Migrate a package's source, and check what came of it.

    Raises:
        AssertionError: something about it is not as it must be.
        subprocess.CalledProcessError: it could not be downloaded or run.
    """
    before = _unpack(package, work)
    plain = _migrate_copy(before, work / f"{package.name}-plain", [])
    after = work / f"{package.name}-after"
    migration = _migrate_copy(before, after, [ORIGIN])
    asked = None
    if package.app:
        asked = _compare(package, before, after, migration, work)
    return Outcome(
        package,
        plain.files,
        len(plain.written),
        len({(row.name, row.line) for row in plain.rows}),
        len(plain.left),
        len(migration.left),
        asked,
    )


def _unpack(package: Package, work: Path) -> Path:
    sdists = work / f"{package.name}-sdist"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(sdists)]
    subprocess.run([*command, f"{package.name}=={package.version}"], check=True, capture_output=True, timeout=600)
    folder = work / f"{package.name}-before"
    with tarfile.open(next(sdists.iterdir())) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


def _migrate_copy(source: Path, target: Path, origins: Sequence[str]) -> Migration:
    shutil.copytree(source, target, symlinks=True)
    migration = migrate([target], origins)
    assert migration.files, f"nothing in {source.name} uses Flask-CORS"
    for path, raw in migration.written.items():
        compile(raw, str(path), "exec")
    write(migration)
    assert migrate([target], origins).written == {}, f"a second run changes {source.name}"
    return migration


def _compare(package: Package, before: Path, after: Path, migration: Migration, work: Path) -> int:
    """Ask the app before and after, and compare both with the table."""
    row = next(row for row in migration.rows if row.name.endswith(package.call))
    python = _make_environment(package, work)
    _expect(_ask(python, package, before, row), {origin: list(a[:2]) for origin, a in row.before.answers.items()})
    _expect(_ask(python, package, after, row), {origin: list(a[:2]) for origin, a in row.after.answers.items()})
    return len(row.before.answers)


def _expect(found: dict[str, list[bool]], said: dict[str, list[bool]]) -> None:
    assert found == said, f"the table says {said}, and the app {found}"


def _make_environment(package: Package, work: Path) -> Path:
    folder = work / f"{package.name}-venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=300)
    python = folder / "bin/python"
    project = Path(__file__).parents[3]
    needs = [*package.needs, "flask-cors", f"{project}[flask,testing]"]
    subprocess.run([str(python), "-m", "pip", "install", "-q", *needs], check=True, capture_output=True, timeout=900)
    return python


def _ask(python: Path, package: Package, folder: Path, row: Row) -> dict[str, list[bool]]:
    shown = subprocess.run(
        [str(python), "-c", _ASK.format(app=package.app)],
        cwd=folder / package.folder,
        input=json.dumps(list(row.before.answers)),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found: dict[str, list[bool]] = json.loads(shown.stdout.splitlines()[-1])
    return found
