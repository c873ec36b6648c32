"""The pages on failures and the model of the browser know the same reasons, and the same words."""

from __future__ import annotations

import re

import pytest
from support.manual import DOCS, read_sections

from cors_wsgi.browser import FailureReason

FAILURES = DOCS / "failures"


def _shown(reason: FailureReason) -> str:
    sections = read_sections(FAILURES / f"{reason.value}.md")
    return "\n".join(block.text for section in sections for block in section.blocks if block.language == "text")


def test_every_reason_has_a_page_and_every_page_a_reason() -> None:
    pages = {page.stem for page in FAILURES.glob("*.md")} - {"index"}
    assert pages == {reason.value for reason in FailureReason}


WORDS = [
    pytest.param(reason, template, id=f"{reason.value} in {engine}")
    for reason in FailureReason
    for engine in ("chromium", "firefox", "safari")
    if (template := getattr(reason.wording, engine))
]


@pytest.mark.parametrize(("reason", "template"), WORDS)
def test_a_page_shows_the_words_that_the_model_knows(reason: FailureReason, template: str) -> None:
    pieces = [re.escape(piece) for piece in re.split(r"\{\w+\}", template)]
    assert re.search(".*".join(pieces), _shown(reason))
