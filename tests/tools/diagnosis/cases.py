"""The cases: a server's configuration, the request of a page, the true cause, and where the remedy goes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE: Final = Path(__file__).parent
PAGE: Final = "http://app.example.com"
"""The page's origin; the harness serves it on loopback."""


@dataclass(frozen=True)
class Case:
    """One server with one request.

    Attributes:
        id: its name.
        server: what runs the configuration: nginx, apache, caddy, haproxy, lighttpd, varnish, node or python.
        config: the configuration; what stands between `@` is filled in when it is started.
        cause: what is wrong, in words; empty if nothing is.
        app: what runs behind it: `plain`, `cors`, `none`, or a program of its own.
        path: of the URL.
        method: of the request.
        headers: of the request.
        body: of the request; empty for none.
        credentials: whether the page includes them.
        below: the page takes a status below this one for success.
        reads: a response header that the page has to read.
        prime: headers of requests that were made before, as by other pages.
        is_well: whether Chromium lets the page through as it is.
        fix: pairs of what to replace in the configuration or program, and by what; a third part `path` means the URL.
        audit_must: what an audit has to find, where it is tried; alternatives stand between bars.
        audit_never: what an audit must not find.
    """

    id: str
    server: str
    config: str
    cause: str = ""
    app: str = ""
    path: str = "/items"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    credentials: bool = False
    below: int = 400
    reads: str = ""
    prime: tuple[Mapping[str, str], ...] = ()
    is_well: bool = False
    fix: tuple[tuple[str, ...], ...] = ()
    audit_must: tuple[str, ...] | None = None
    audit_never: tuple[str, ...] = ()


def load_cases(name: str) -> dict[str, Case]:
    """Return the cases of a file of this folder, by their ids."""
    return {row["id"]: _read(row) for row in tomllib.loads((HERE / name).read_text("utf-8"))["case"]}


def _read(row: Mapping[str, Any]) -> Case:
    lists = {name: tuple(row[name]) for name in ("prime", "audit_must", "audit_never") if name in row}
    return Case(**{**row, **lists, "fix": tuple(map(tuple, row.get("fix", ())))})


@dataclass(frozen=True)
class Expected:
    """What `check` has to say of a case.

    Attributes:
        code: of the cause.
        words: what the cause names.
        apply: where the remedy goes: pairs of what to replace, and by what; `@REMEDY@` is what was printed.
            A single `url` means the URL that the remedy names.
        neighbor: another request that was let through before, and has to be afterwards.
        below: the status below which the page has what it wanted, where the remedy is an error that it can read.
    """

    code: str
    words: tuple[str, ...] = ()
    apply: tuple[tuple[str, ...], ...] = ()
    neighbor: Mapping[str, Any] | None = None
    below: int = 0


def load_expected() -> dict[str, Expected]:
    """Return what is expected of each case."""
    rows = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
    return {
        name: Expected(
            row["code"],
            tuple(row.get("words", ())),
            tuple(map(tuple, row.get("apply", ()))),
            row.get("neighbor"),
            row.get("below", 0),
        )
        for name, row in rows.items()
    }
