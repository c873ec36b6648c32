"""What is wrong with a configuration, as data: every problem has a code, a sentence, and a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import indent
from typing import Final

_SHOWN: Final = 20


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a configuration.

    Attributes:
        option: the option that holds the mistake, such as `origins`.
        value: the offending value, exactly as it was given.
        code: a stable name of the kind of mistake; the reference lists them all.
        problem: one sentence on what is wrong.
        remedy: one sentence on what to write instead.
        position: index of the offending character in a string value, or None where no character is to blame.
    """

    option: str
    value: object
    code: str
    problem: str
    remedy: str
    position: int | None = None

    def __str__(self) -> str:
        shown = _shorten(repr(self.value))
        lines = [f"{self.option}: {shown}  [{self.code}]"]
        if self.position is not None and isinstance(self.value, str):
            column = len(repr(self.value[: self.position])) - 1
            if column < len(shown):
                lines.append(" " * (len(f"{self.option}: ") + column) + "^")
        return "\n".join([*lines, f"    {self.problem}", f"    {self.remedy}"])


class PolicyError(ValueError):
    """A configuration that must not start; it reports all its problems together.

    Attributes:
        problems: every `Problem` that was found, in the order of the options.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem], where: str = "") -> None:
        self.problems = tuple(problems)
        self.where = where
        super().__init__(self.problems, where)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' * (count != 1)}" + (f" in {self.where}" if self.where else "")
        shown = [indent(str(problem), "  ") for problem in self.problems[:_SHOWN]]
        more = [f"  … and {count - _SHOWN} more"] if count > _SHOWN else []
        return "\n".join([f"{head}:", *shown, *more])


class PolicyWarning(UserWarning):
    """A configuration that works, but not as its author probably thinks."""


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
