"""Questions: what both sides are asked, and the outcome if they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """Whether a browser lets a page's script read a response.

    Attributes:
        path: of the request, encoded as in a URL.
        origin: of the page.
        method: of the request.
        credentials: whether it carries credentials.
        header: a header that the script sets, for which a browser preflights, or None.
        reads: a header of the response that the script wants to read; None for the response itself.
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
        before: what a browser concludes from the old side's answer.
        after: what it concludes from the new side's.
    """

    question: Question
    before: bool
    after: bool

    @property
    def is_gain(self) -> bool:
        """Whether somebody gains access."""
        return self.after

    def as_dict(self) -> dict[str, Any]:
        """Return it as data for JSON."""
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
