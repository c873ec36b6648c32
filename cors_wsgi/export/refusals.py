"""What cannot be exported: refusals, each with what to do instead, and differences that the user can accept by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

_SHOWN: Final = 120


class RefusalCode(str, Enum):
    """The kinds of refusals; a closed set, in which each value is a stable name."""

    CALLABLE = "callable"
    SOURCE = "source"
    BLOCK_UNTRUSTED = "block-untrusted"
    DEBUG = "debug"
    LOOK_AROUND = "look-around"
    BACK_REFERENCE = "back-reference"
    POSSESSIVE = "possessive"
    REGEX = "regex"
    TOO_MANY_ORIGINS = "too-many-origins"
    ROUTE = "route"
    NO_CEILING = "no-ceiling"
    ESCAPED_PATHS = "escaped-paths"
    IPV6_IN_REGEX = "ipv6-in-regex"

    __str__ = str.__str__


class Difference(str, Enum):
    """Differences from the middleware that a person can accept by name; each exists only where it arises."""

    NO_CEILING = "no-ceiling"
    ESCAPED_PATHS = "escaped-paths"
    IPV6_IN_REGEX = "ipv6-in-regex"

    __str__ = str.__str__


@dataclass(frozen=True)
class Refusal:
    """One thing that a proxy cannot express.

    Attributes:
        option: the option that it comes from, such as `origins`.
        value: the value, as its author would recognize it.
        code: the kind of refusal; if it is the name of a difference, it can be accepted.
        problem: a sentence on what cannot be expressed.
        remedy: a sentence on what to do instead.
    """

    option: str
    value: str
    code: RefusalCode
    problem: str
    remedy: str

    def __str__(self) -> str:
        value = self.value if len(self.value) <= _SHOWN else self.value[: _SHOWN - 1] + "…"
        line = f"{self.option}: {value}  [{self.code}]  {self.problem} {self.remedy}"
        return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)


class CannotExportError(ValueError):
    """Everything in a policy that a proxy cannot express.

    Attributes:
        refusals: every `Refusal` that was found, without duplicates.
    """

    refusals: tuple[Refusal, ...]

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(dict.fromkeys(refusals))
        super().__init__(self.refusals)

    def __str__(self) -> str:
        return "\n".join(map(str, self.refusals))
