"""The reference of the browser's side and the code agree exactly."""

from __future__ import annotations

import inspect
import re
from typing import Any

from support.manual import DOCS, read_table

from cors_wsgi import browser
from cors_wsgi.browser import DIFFERENCES, Browser, CauseKind, Page
from cors_wsgi.browser.requests import CHOICES

REFERENCE = [DOCS / "reference-browser.md", DOCS / "reference-browser-page.md"]
ENGINES = [DOCS / "reference-engines.md", DOCS / "reference-engines-redirects.md"]


def _codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _say(value: Any) -> str:
    """Return a value of the table of engines as the page writes it."""
    if isinstance(value, frozenset):
        return ", ".join(f"`{each}`" for each in sorted(value)) or "none"
    if value is None:
        return "none"
    short = {True: "yes", False: "no", 2**63 - 1: "2⁶³ − 1", 2**64: "2⁶⁴"}
    return f"`{value}`" if isinstance(value, str) else short.get(value, f"{value:,}")


def engine_rows() -> list[list[str]]:
    """Return the rows of the tables of engines as the page must have them."""
    names = ("chromium", "firefox", "webkit")
    return [
        [f"`{row.name}`<br>{row.about}", _say(row.standard)]
        + [_say(row.engines[name]) if name in row.engines else "–" for name in names]
        for row in DIFFERENCES
    ]


def test_every_public_name_is_listed() -> None:
    shown = [_codes(row[0])[0] for row in read_table(REFERENCE, "Public names")]
    assert sorted(shown) == sorted(browser.__all__)


def test_the_tables_of_engines_are_those_of_the_code() -> None:
    titles = [title for page in ENGINES for title in re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE)]
    assert [row for title in titles for row in read_table(ENGINES, title)] == engine_rows()


def test_kinds_of_causes_are_those_of_the_code() -> None:
    (row,) = (row for row in read_table(REFERENCE, "Public names") if _codes(row[0]) == ["CauseKind"])
    assert _codes(row[1]) == [kind.name for kind in CauseKind]


def test_arguments_and_defaults_are_those_of_the_code() -> None:
    of_browser = {name: each for name, each in inspect.signature(Browser).parameters.items() if name != "self"}
    assert {_codes(row[0])[0] for row in read_table(REFERENCE, "Browser")[: len(of_browser)]} == set(of_browser)
    of_fetch, of_xhr = (inspect.signature(method).parameters for method in (Page.fetch, Page.xhr))
    rows = {_codes(row[0])[0]: row[1:] for row in read_table(REFERENCE, "Page")}
    assert set(rows) == (set(of_fetch) | set(of_xhr)) - {"self", "url"}
    for name, (where, default, values) in rows.items():
        assert (name in of_fetch, name in of_xhr) == (
            "fetch" in where or where == "both",
            "xhr" in where or where == "both",
        )
        parameter = of_fetch.get(name) or of_xhr[name]
        assert _codes(default) == [
            f'"{parameter.default}"' if isinstance(parameter.default, str) else str(parameter.default)
        ]
        if name in CHOICES and name != "referrer_policy":
            assert tuple(_codes(values)) == CHOICES[name]
