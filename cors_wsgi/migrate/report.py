"""The report of a migration, as text: the table, what to know, what is left to do, and dependencies to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .layers import Remark, Row
from .tree import Migration


def write_report(migration: Migration, *, is_written: bool) -> str:
    """Return the report.

    Args:
        migration: the result for a tree.
        is_written: whether the files were written.
    """
    parts = [_write_table(migration.rows)] if migration.rows else []
    parts += [_write_list("To know", _gather(migration.notes))] if migration.notes else []
    if migration.dependencies:
        parts.append(_write_list("Dependencies, to be changed to cors-wsgi[flask] by hand", migration.dependencies))
    if migration.left:
        parts.append(_write_list("Left to do by hand", _gather(migration.left)))
    parts.append(_summarize(migration, is_written=is_written))
    return "\n\n".join(parts) + "\n"


def _write_table(rows: list[Row]) -> str:
    lines = ["Who could read, and who can now"]
    for row in rows:
        path = f" at {row.path}" if row.path else ""
        before, after = row.before.describe(row.named, row.after), row.after.describe(row.named, row.before)
        lines += [f"  {row.name}:{row.line} {row.call}{path}", f"    before  {before}"]
        lines.append(f"    after   {'the same' if after == before and row.before.is_known else after}")
    return "\n".join(lines)


def _write_list(title: str, items: list[str]) -> str:
    return "\n".join([title, *_indent(items)])


def _gather(remarks: Sequence[Remark]) -> list[str]:
    """Return a line for each remark about a file, with all its places."""
    places: dict[tuple[str, str], list[int]] = {}
    for remark in remarks:
        places.setdefault((remark.name, remark.text), []).append(remark.line)
    gathered = []
    for (name, text), lines in places.items():
        shown = ", ".join(str(line) for line in sorted(set(lines)) if line)
        gathered.append(f"{name}:{shown}: {text}" if shown else f"{name}: {text}")
    return gathered


def _indent(items: list[str]) -> Iterator[str]:
    return (f"  {item}" for item in dict.fromkeys(items))


def _summarize(migration: Migration, *, is_written: bool) -> str:
    changed, left = len(migration.written), len(migration.left)
    if not migration.files and not left:
        return "Nothing here uses Flask-CORS."
    files = f"{changed} file{'s' * (changed != 1)}"
    done = f"{files} changed" if is_written else f"{files} would change; --write changes them"
    rest = f"{left} left to do by hand" if left else "nothing is left to do by hand"
    return f"{done}, {rest}. Then run: flask cors check"
