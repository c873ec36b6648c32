"""The manual's table of calls, before and after, is what running them gives."""

from __future__ import annotations

import logging

import pytest
from support.manual import DOCS, read_table
from support.needs import needs_module
from tools.migrate.shapes import list_rows


@pytest.mark.filterwarnings("ignore::cors_wsgi.PolicyWarning")
def test_the_table_of_calls_is_what_running_them_gives() -> None:
    needs_module("libcst")
    needs_module("flask")
    logging.getLogger("flask_cors").setLevel(logging.ERROR)
    shown = read_table(DOCS / "moving-over-migrate.md", "Calls of public code, before and after")
    assert [tuple(row) for row in shown] == list(list_rows())
