"""The page on the audit shows what the command prints and what the code knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli.test_command import run
from support.manual import DOCS, read_table

from cors_wsgi.audit import FLAWS, MOST_REQUESTS, FlawCode

PAGE = DOCS / "audit.md"


def test_the_example_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section = PAGE.read_text("utf-8").partition("## What it looks like")[2].partition("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (shown,) = re.findall(r"```text\n\$ cors-wsgi (.*?)\n(.*?)```", section, re.DOTALL)
    (tmp_path / "myapp.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    printed = run(*shown[0].split(), COLUMNS="100").stdout
    lines = [line.rstrip() for line in printed.splitlines()]
    assert lines[: len(shown[1].splitlines())] == shown[1].splitlines()


def test_the_table_of_findings_is_that_of_the_code() -> None:
    assert list(read_table(PAGE, "What it finds")) == [
        [f"`{flaw.code}`", flaw.severity.name.lower(), flaw.with_credentials.name.lower(), flaw.about]
        for flaw in FLAWS.values()
    ]


def test_every_kind_of_finding_is_in_the_table() -> None:
    assert list(FLAWS) == list(FlawCode)


def test_the_number_of_requests_is_right() -> None:
    assert f"It sends {MOST_REQUESTS} requests at most" in PAGE.read_text("utf-8")
