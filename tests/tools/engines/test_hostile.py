"""How browsers read odd answers: the installed ones do what was recorded; other tests compare the model with that."""

from __future__ import annotations

import json

import pytest
from support.engines import ENGINES, needs_engine

from .hostile import ANSWERS, FILE, record

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("engine", ENGINES)
def test_the_installed_browser_reads_odd_answers_as_it_was_recorded(engine: str) -> None:
    needs_engine(engine)
    recorded = json.loads(FILE.read_text("utf-8"))[engine]["answers"]
    found = record(engine)
    assert {name for name in ANSWERS if found[name] != recorded[name]} == set()
