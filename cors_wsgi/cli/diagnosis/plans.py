"""What a server has to be told, before it is put into any server's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cors_wsgi.browser.headers import Header
from cors_wsgi.fetch import ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, VARY


class Task(Enum):
    """What has to be done."""

    ADD = "add the headers, and leave alone what an app sets by itself"
    SET = "set the headers, in place of what sets them"
    LIST = "answer each of several origins with its own"
    PREFLIGHT = "answer preflights"
    ONE_LAYER = "let one layer alone set the header"
    VARY = "keep an answer for each origin"
    LOGIN = "let preflights pass before the login"


@dataclass(frozen=True)
class Plan:
    """A task with what it needs.

    Attributes:
        task: what has to be done.
        path: of the URL, without its query.
        origins: those that are let in, the page's first.
        pairs: the headers, Vary last.
        include: whether credentials are included.
        variable: the variable that the configuration has for the origin; empty if none is known.
        is_status_alone: whether the answer to a preflight has every header already, and only the wrong status.
    """

    task: Task
    path: str
    origins: tuple[str, ...]
    pairs: Sequence[Header]
    include: bool = False
    variable: str = ""
    is_status_alone: bool = False

    @property
    def origin(self) -> str:
        """The page's origin."""
        return self.origins[0]

    def find(self, name: str) -> str:
        """Return the value of a header, or nothing."""
        return next((value for key, value in self.pairs if key == name), "")

    @property
    def methods(self) -> list[str]:
        """The methods that a preflight has to allow."""
        return [name for name in self.find(ALLOW_METHODS).split(", ") if name]

    @property
    def names(self) -> list[str]:
        """The request headers that a preflight has to allow."""
        return [name for name in self.find(ALLOW_HEADERS).split(", ") if name]


GUARDED: Final = (ALLOW_ORIGIN, ALLOW_CREDENTIALS)
"""Headers that browsers refuse when they come twice."""

JOINED: Final = (VARY,)
"""Headers of which there may be several lines."""
