"""A tree of files: reading it, the result, and writing it."""

from __future__ import annotations

import difflib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import libcst as cst

from .finder import find_sites
from .layers import FilePlan, Remark, Row
from .plan import TreePlan
from .predecessor import PACKAGE
from .source import TODO, UnreadableError, decode, read_source

_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "build", "dist"})
_DEPENDENCIES = re.compile(r"(?:^|[\s'\"\[=,(])(flask[-_.]cors)(?![\w-])", re.IGNORECASE)
_DEPENDENCY_FILES = re.compile(
    r".*requirements.*\.(?:txt|in)|pyproject\.toml|setup\.(?:cfg|py)|Pipfile|environment\.ya?ml|constraints.*\.txt"
)
_INTERESTING = re.compile(rb"flask_cors|CORS_|Access-Control|\.init_app|Blueprint|Flask\(", re.IGNORECASE)


@dataclass
class Migration:
    """The result for a tree.

    Attributes:
        diff: the changes, as a unified diff.
        rows: of the table.
        notes: what a reader should know.
        left: what is left to do by hand.
        dependencies: where the dependency on the package is declared.
        written: the files that change, with their new bytes.
        files: how many files use Flask-CORS.
    """

    diff: str = ""
    rows: list[Row] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    left: list[Remark] = field(default_factory=list)
    dependencies: list[str] = field(default_factory=list)
    written: dict[Path, bytes] = field(default_factory=dict)
    files: int = 0


def migrate(paths: Sequence[Path], origins: Sequence[str], *, as_written: bool = False) -> Migration:
    """Return the result for files and everything below folders, without writing anything.

    Args:
        paths: files and folders.
        origins: the origins to write into bare calls.
        as_written: whether to count lines as they are afterwards.

    Raises:
        OSError: a file cannot be read.
    """
    migration = Migration()
    files = {path: path.read_bytes() for path in dict.fromkeys(_walk(paths))}
    python = {path: raw for path, raw in files.items() if path.suffix == ".py"}
    for path, raw in files.items():
        if _DEPENDENCY_FILES.fullmatch(path.name):
            migration.dependencies += _find_dependencies(path, raw)
    users = [path for path, raw in python.items() if re.search(rf"\b{PACKAGE}\b".encode(), raw)]
    found = []
    for path, raw in python.items():
        if users and _INTERESTING.search(raw):
            try:
                found.append(find_sites(read_source(path, _show(path), raw)))
            except UnreadableError as error:
                migration.left += _leave_unread(path, raw, error)
    mentions = Counter(
        name for raw in python.values() for name in re.findall(r"\bCORS_[A-Z_]+\b", raw.decode("latin-1"))
    )
    plan = TreePlan(found, origins, mentions)
    plan.make()
    migration.files = sum(one.sites.use_package for one in plan.files)
    for one in plan.files:
        _take(migration, one, as_written=as_written)
    for path, raw in python.items():
        migration.left += _find_todos(path, migration.written.get(path, raw), migration.left)
    return migration


def write(migration: Migration) -> None:
    """Write the files that change.

    Raises:
        OSError: one cannot be written.
    """
    for path, raw in migration.written.items():
        path.write_bytes(raw)


def _take(migration: Migration, plan: FilePlan, *, as_written: bool) -> None:
    source = plan.sites.source
    raw = source.raw
    try:
        raw = source.raw if plan.stopped or not plan.edits else source.encode(plan.edits.apply())
        if raw != source.raw:
            cst.parse_module(decode(raw)[0])
    except (UnreadableError, cst.ParserSyntaxError, ValueError) as error:
        plan.stopped = str(error)
    if plan.stopped:
        migration.rows += plan.rows
        migration.left.append(Remark(source.name, 0, f"was left as it is: {plan.stopped}"))
        return
    is_moved = as_written and raw != source.raw
    for remarks, taken in ((plan.notes, migration.notes), (plan.left, migration.left)):
        taken += [replace(one, line=plan.edits.new_line(one.line)) if is_moved else one for one in remarks]
    migration.rows += [replace(row, line=plan.edits.new_line(row.line)) if is_moved else row for row in plan.rows]
    if raw == source.raw:
        return
    migration.written[source.path] = raw
    data = decode(raw)[0]
    lines = difflib.unified_diff(
        source.data.decode().splitlines(keepends=True),
        data.splitlines(keepends=True),
        source.name,
        source.name,
    )
    migration.diff += "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _leave_unread(path: Path, raw: bytes, error: UnreadableError) -> list[Remark]:
    if re.search(rf"\b{PACKAGE}\b".encode(), raw) is None:
        return []
    line = raw[: raw.index(PACKAGE.encode())].count(b"\n") + 1
    return [Remark(_show(path), line, f"was left as it is: {error}")]


def _find_todos(path: Path, raw: bytes, told: Sequence[Remark]) -> Iterator[Remark]:
    """Yield the comments of an earlier run that are still in a file."""
    if TODO.encode() not in raw:
        return
    try:
        text, _ = decode(raw)
    except UnreadableError:
        return
    if any(remark.name == _show(path) for remark in told):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(TODO):
            yield Remark(_show(path), number, line.strip().removeprefix(TODO).strip())


def _find_dependencies(path: Path, raw: bytes) -> Iterator[str]:
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if _DEPENDENCIES.search(line) and not line.lstrip().startswith("#"):
            yield f"{_show(path)}:{number}: {line.strip()}"


def _walk(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
            for name in sorted(names):
                if name.endswith(".py") or _DEPENDENCY_FILES.fullmatch(name):
                    yield Path(folder, name)


def _show(path: Path) -> str:
    return path.as_posix()
