"""A sample of generated requests in three real browsers, and the same in the model; the whole run is a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pytest
from support.engines import ENGINES as BROWSERS
from support.engines import needs_engine

from cors_wsgi.browser import ENGINES

from .cases import Case
from .compare import Comparison, Disagreement, compare, compare_case
from .generate import FAMILIES, generate_cases
from .run import Recording, run_cases

CASES: Final = 400
SEED: Final = 2026
"""A failure names its case, which `python -m tools.engines --case ID` runs again and shows whole."""

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Sample:
    """What one browser did, compared."""

    cases: list[Case]
    recording: Recording
    result: Comparison


@lru_cache
def _run(browser: str) -> Sample:
    cases = list(generate_cases(SEED, CASES))
    recording = run_cases(browser, cases)
    return Sample(cases, recording, compare(cases, recording, browser))


@pytest.fixture(params=BROWSERS)
def browser(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    needs_engine(name)
    return name


def show(wrong: Mapping[str, list[Disagreement]]) -> str:
    return "\n".join(str(found[0]) for found in wrong.values())


def test_the_model_does_what_the_browser_does(browser: str) -> None:
    result = _run(browser).result
    assert not result.wrong, show(result.wrong)
    assert result.cases == CASES


def test_where_the_browser_differs_from_the_standard_rows_of_the_table_say_so(browser: str) -> None:
    explained = _run(browser).result.explained
    assert explained
    assert [case for case, rows in explained.items() if not rows] == []


def test_by_the_rules_of_another_browser_the_model_would_be_found_out(browser: str) -> None:
    sample = _run(browser)
    for other in set(BROWSERS) - {browser}:
        found = [compare_case(case, sample.recording, ENGINES[other], browser) for case in sample.cases]
        assert any(found)


def test_the_sample_has_cases_of_every_family(browser: str) -> None:
    del browser
    assert {case["id"].rsplit("-", 2)[0] for case in generate_cases(SEED, CASES)} == set(FAMILIES)
