"""Find habits in passages, with proselint as the engine."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from proselint.checks import __register__ as checks_of_proselint
from proselint.registry import CheckRegistry
from proselint.registry.checks import Check, Padding
from proselint.registry.checks.engine import Fancy
from proselint.registry.checks.types import PreferredForms

from .habits import HABITS, PROSELINT
from .passages import Passage

_BETWEEN = ".\n\n"
"""What ends a passage, so that no check joins the words of two."""


@dataclass(frozen=True)
class Finding:
    """A habit in a passage.

    Attributes:
        passage: what holds it.
        words: the words themselves.
        advice: what to write instead.
    """

    passage: Passage
    words: str
    advice: str

    def __str__(self) -> str:
        return f"{self.passage}\n    {self.words!r}: {self.advice}"


def make_checks() -> list[Check]:
    """Return proselint's checks that are switched on, and ours."""
    registry = CheckRegistry()
    ours = Check(
        check_type=PreferredForms(items=HABITS, padding=Padding.RAW),
        engine=Fancy(),
        path="habits",
        message="Write: {0}.",
    )
    if not registry.checks:
        registry.register_many((*checks_of_proselint, ours))
    return list(registry.get_all_enabled({**PROSELINT, "habits": True}))


def find_habits(passages: Iterable[Passage]) -> Iterator[Finding]:
    """Yield what the checks find, file by file."""
    checks: list[Any] = make_checks()
    for _, group in groupby(passages, key=lambda passage: passage.path):
        here = list(group)
        starts, text = [], "\n"
        for passage in here:
            starts.append(len(text))
            text += " ".join(passage.text.split()) + _BETWEEN
        found = set()
        for check in checks:
            for result in check.check_with_flags(text):
                start, end = result.span
                words = text[start:end].strip()
                at = start + len(text[start:end]) - len(text[start:end].lstrip())
                found.add((bisect_right(starts, at) - 1, words, " ".join(result.message.split())))
        for index, words, advice in sorted(found):
            yield Finding(here[max(index, 0)], words, advice)
