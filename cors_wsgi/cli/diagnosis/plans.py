"""What to configure, before it is written for a particular server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cors_wsgi.browser.headers import Header
from cors_wsgi.fetch import ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, VARY


class Task(Enum):
    """What to do."""

    ADD = "add the headers, and leave alone what an app sets itself"
    SET = "set the headers, replacing what sets them now"
    LIST = "answer each of several origins with that origin"
    PREFLIGHT = "answer preflights"
    ONE_LAYER = "let only one layer set the header"
    VARY = "store an answer for each origin"
    LOGIN = "let preflights pass before the login"
    WRAP = "put the CORS middleware around the whole app"


@dataclass(frozen=True)
class Plan:
    """A task with what it needs.

    Attributes:
        task: what to do.
        path: of the URL, without its query.
        origins: those to let in, the page's first.
        pairs: the headers, Vary last.
        include: whether credentials are included.
        variable: the variable that holds the origin in the configuration; empty if it is not known.
        is_status_alone: whether the answer to a preflight has every header already, and only its status is wrong.
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
        """The methods that a preflight must allow."""
        return [name for name in self.find(ALLOW_METHODS).split(", ") if name]

    @property
    def names(self) -> list[str]:
        """The request headers that a preflight must allow."""
        return [name for name in self.find(ALLOW_HEADERS).split(", ") if name]


GUARDED: Final = (ALLOW_ORIGIN, ALLOW_CREDENTIALS)
"""Headers that browsers refuse when they come twice."""

JOINED: Final = (VARY,)
"""Headers that may have several lines."""
