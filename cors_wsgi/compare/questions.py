"""Questions: what both sides are asked, and what came of one where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """Whether a browser lets a page's script read a response.

    Attributes:
        path: where to, encoded as in a URL.
        origin: of the page.
        method: of the request.
        credentials: whether it is sent with them.
        header: a header that the script sets, for which a browser preflights; None for none.
        reads: a header of the response that the script wants to read; None if the response itself is meant.
    """

    path: str
    origin: str
    method: str = "GET"
    credentials: bool = False
    header: str | None = None
    reads: str | None = None


@dataclass(frozen=True)
class Change:
    """A question that the two sides answer differently.

    Attributes:
        question: the question.
        before: what the old side's answer lets a browser conclude.
        after: what the new one's does.
    """

    question: Question
    before: bool
    after: bool

    @property
    def is_gain(self) -> bool:
        """Whether somebody gains access."""
        return self.after

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        question = self.question
        return {
            "origin": question.origin,
            "method": question.method,
            "path": question.path,
            "headers": [] if question.header is None else [question.header],
            "reads": question.reads,
            "credentials": question.credentials,
            "before": self.before,
            "after": self.after,
        }
