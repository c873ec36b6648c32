"""Source code before and after `cors-wsgi migrate`, run as an app, and queried with the model of a browser."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from flask import Flask

from cors_wsgi import PolicyError
from cors_wsgi.browser import Browser, FetchError
from cors_wsgi.migrate.tree import Migration, migrate, write

JSON = {"Content-Type": "application/json"}
ASKED: tuple[tuple[str, bool, Mapping[str, str]], ...] = (
    ("GET", False, {}),
    ("GET", True, {}),
    ("POST", False, JSON),
    ("GET", False, {"Authorization": "Bearer x"}),
    ("POST", True, JSON),
)
"""Method, credentials and headers of the five letters of a verdict."""

Verdicts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Migrated:
    """What a run on one file came to.

    Attributes:
        text: the file afterwards.
        status: the command's exit status.
        migration: everything that was found out.
    """

    text: str
    status: int
    migration: Migration


def migrate_text(text: str, folder: Path, *origins: str, name: str = "app.py") -> Migrated:
    """Write a text to a file, run the migration on it with `--write`, and once more: that changes nothing."""
    path = folder / name
    path.write_bytes(text.encode())
    migration = migrate([path], origins, as_written=True)
    write(migration)
    written = path.read_bytes()
    again = migrate([path], origins, as_written=True)
    assert again.written == {}
    assert bool(again.left) == bool(migration.left), again.left
    return Migrated(written.decode(), int(bool(migration.left)), migration)


def load(text: str, paths: Iterable[str] = ()) -> Flask:
    """Run a module that makes an `app`, and give it views at some paths."""
    module = types.ModuleType("migrated")
    sys.modules["migrated"] = module
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text, "app.py", "exec"), vars(module))
        app: Flask = module.app
        for path in paths:
            app.add_url_rule(path, path, dict, methods=["GET", "POST", "PUT"])
    finally:
        del sys.modules["migrated"]
    return app


def start(text: str, paths: Iterable[str] = ()) -> Flask | str:
    """Run a module as `load` does, or return what it is refused with."""
    try:
        return load(text, paths)
    except (PolicyError, RuntimeError) as error:
        return str(error)


def ask(app: Any, paths: Iterable[str], origins: Iterable[str]) -> Verdicts:
    """Return the five letters for each path and origin."""
    return {
        path: {origin: "".join(_may_read(app, path, origin, *asked) for asked in ASKED) for origin in origins}
        for path in paths
    }


def _may_read(
    app: Any, path: str, origin: str, method: str, credentials: bool, headers: Mapping[str, str]
) -> Literal["y", "n"]:
    try:
        Browser(app).open(origin).fetch(
            path,
            method=method,
            headers=headers,
            body="{}" if method == "POST" else None,
            credentials="include" if credentials else "omit",
        )
    except FetchError:
        return "n"
    return "y"


def find_wider(before: Verdicts, after: Verdicts) -> list[str]:
    """Return what somebody may do afterwards and might not before."""
    return [
        f"{path} {origin} {was} {after[path][origin]}"
        for path, answers in before.items()
        for origin, was in answers.items()
        if any(new == "y" and old == "n" for old, new in zip(was, after[path][origin], strict=True))
    ]


def summarize(verdicts: Verdicts) -> str:
    """Return verdicts in a few words; paths are named where they differ."""
    found = {path: _summarize_one(answers) for path, answers in verdicts.items()}
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return "; ".join(f"`{path}`: {who}" for path, who in found.items())


def _summarize_one(answers: Mapping[str, str]) -> str:
    readers = [origin for origin, letters in answers.items() if letters[0] == "y"]
    if not readers:
        return "nobody"
    who = "everybody" if len(readers) == len(answers) else ", ".join(f"`{origin}`" for origin in readers)
    letters = answers[readers[0]]
    how = ", with credentials" if letters[1] == "y" else ""
    lacking = [name for name, letter in (("JSON", letters[2]), ("Authorization", letters[3])) if letter == "n"]
    return who + how + (f", no {' or '.join(lacking)}" if lacking else "")
