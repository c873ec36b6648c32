"""Lists that somebody wrote as one string, quotes and brackets included."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from .errors import Problem, ProblemCode

_LOOKS_LIKE_A_LIST: Final = re.compile(r"\s*\[\s*(?:[\"']|\]\s*\Z)")


def find_written_list(option: str, text: str, example: str) -> Problem | None:
    """Return the problem of a text that is a list of strings in JSON or in Python's own spelling, or looks like one.

    Args:
        option: the option's name.
        text: its value, or one element of it.
        example: an element, for a list that cannot be read.
    """
    if _LOOKS_LIKE_A_LIST.match(text) is None:
        return None
    values, is_json = _read(text)
    remedy = f"Write the list itself, {values!r}" if values is not None else f"Write a list such as [{example!r}]"
    if is_json:
        remedy += ", or read the text with cors_wsgi.settings.parse_list"
    return Problem(option, text, ProblemCode.LIST_IN_STRING, "This is a list, written as one string.", f"{remedy}.")


def _read(text: str) -> tuple[list[str] | None, bool]:
    """Return the elements, and whether they are written in JSON; None if this is not a list of strings."""
    import ast  # noqa: PLC0415 - only for a policy that does not start
    import json  # noqa: PLC0415

    readers: list[tuple[Callable[[str], object], bool]] = [(json.loads, True)]
    if "\\" not in text:  # Python would warn of an escape that it does not know
        readers.append((ast.literal_eval, False))
    for read, is_json in readers:
        try:
            values = read(text.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return values, is_json
    return None, False
