"""The manual's table of the ways in which public code calls Flask-CORS, and the results of migrating them."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.migrated import ask, migrate_text, start, summarize

SHAPES = Path(__file__).parents[2] / "migrate/data/callsites.jsonl"
OWN_PATHS = ("/items", "/api/items")
_SCENERY = re.compile(r"from |import |app = |bp = |def |return |@\w+\.route|allowed = |if |elif |else|origins = |$")


def read_shapes() -> list[dict[str, Any]]:
    """Return the shapes, with what Flask-CORS makes of them."""
    return [json.loads(line) for line in SHAPES.read_text("utf-8").splitlines()]


def list_rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield the call, who could read, who can read, and whether something is left to do by hand."""
    for shape in read_shapes():
        with tempfile.TemporaryDirectory() as folder:
            migrated = migrate_text(shape["snippet"].replace("LIB", "flask_cors") + "\n", Path(folder))
        verdicts = shape["flask_cors"].get("verdicts", {})
        app = start(migrated.text, OWN_PATHS)
        after = "does not start, and says why"
        if not isinstance(app, str):
            after = summarize(ask(app, verdicts, next(iter(verdicts.values()))))
        before = summarize(verdicts) if verdicts else "does not start"
        yield _show(shape), before, "the same" if after == before else after, "yes" if migrated.status else "no"


def _show(shape: dict[str, Any]) -> str:
    """Return the lines of a shape that are its own, as a cell of a table."""
    lines = [line for line in map(str.strip, shape["snippet"].splitlines()) if not _SCENERY.match(line)]
    lines = [line for line in lines if not line.startswith("response.")]
    return "<br>".join(f"`{line}`" for line in lines).replace("|", "\\|")
