"""Texts that a regular expression matches: few, but enough to exercise each of its parts."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final

# The standard library has no public name for the parser of `re.compile`; it has been the same for decades, and a wrong
# guess only costs a question, since every text is tried against the expression itself.
if sys.version_info >= (3, 11):
    from re import _parser as parser  # type: ignore[attr-defined]
else:  # pragma: no cover - not this Python
    import sre_parse as parser

_MOST: Final = 64
"""How many texts there are for an expression, or for a part of it, at most."""

_CHARACTERS: Final = "a1-._z0b:/Aé~"
_INSIDE: Final = ("a", "a.b", "a-b", "a_b", "1", "443", "8443", "cors-audit.example", "cors-audit.example.", "a" * 63)
"""What to try where an expression accepts several characters of some kind."""

_CATEGORIES: Final[dict[str, Callable[[str], bool]]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_NOT_DIGIT": lambda char: not char.isdigit(),
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
    "CATEGORY_NOT_WORD": lambda char: not (char.isalnum() or char == "_"),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda char: not char.isspace(),
}


def list_texts(pattern: re.Pattern[str]) -> list[str]:
    r"""Return texts that a regular expression matches as a whole; every branch and repetition is tried, one at a time.

    >>> list_texts(re.compile(r"https://(app|www)\.example\.com"))
    ['https://app.example.com', 'https://www.example.com']
    """
    parsed: Any = parser.parse(pattern.pattern, pattern.flags)
    made = _of_sequence(parsed)
    tried = dict.fromkeys(text for each in made for text in (each, each.lower()))
    return list(filter(pattern.fullmatch, tried))


def _of_sequence(items: Iterable[Any]) -> list[str]:
    """Return what a sequence may match: the first text of each item, and then another of one item at a time."""
    options = [_of_item(*item) for item in items]
    first = [texts[0] for texts in options]
    made = ["".join(first)]
    for place, texts in enumerate(options):
        made += ["".join([*first[:place], text, *first[place + 1 :]]) for text in texts[1:]]
    # If parts depend on each other (two optional ones, for example), their second texts belong together.
    made.append("".join(texts[min(1, len(texts) - 1)] for texts in options))
    return _few(made)


def _of_item(code: Any, argument: Any) -> list[str]:
    """Return what one item of a parsed expression may match; at least one text."""
    name = str(code)
    if name == "LITERAL":
        return [chr(argument)]
    if name in ("IN", "NOT_LITERAL", "ANY"):
        return _few(_characters(name, argument)) or [""]
    if name == "BRANCH":
        return _few(_in_turns([_of_sequence(branch) for branch in argument[1]]))
    if name == "SUBPATTERN":
        return _of_sequence(argument[-1])
    if name == "ATOMIC_GROUP":
        return _of_sequence(argument)
    if name.endswith("_REPEAT"):
        return _of_repetition(*argument)
    return [""]  # an assertion, or a reference to a group: whatever does not match in the end is left out


def _of_repetition(least: int, most: int, items: Any) -> list[str]:
    texts = _of_sequence(items)
    counts = [count for count in (least, least + 1, 2, 3) if least <= count <= most]
    made = [text * count for count in dict.fromkeys(counts) for text in texts]
    if len(items) == 1 and str(items[0][0]) in ("IN", "NOT_LITERAL", "ANY") and most > 1:
        takes = _taker(str(items[0][0]), items[0][1])
        made += [text for text in _INSIDE if least <= len(text) <= most and all(map(takes, text))]
    return _few(made) or [""]


def _characters(name: str, argument: Any) -> list[str]:
    takes = _taker(name, argument)
    written = [chr(value) for code, value in argument if str(code) == "LITERAL"] if name == "IN" else []
    edges = [chr(end) for code, value in argument if str(code) == "RANGE" for end in value] if name == "IN" else []
    return [char for char in (*edges, *written, *_CHARACTERS) if takes(char)]


def _taker(name: str, argument: Any) -> Callable[[str], bool]:
    """Return a function that tells whether a character is in a class."""
    if name == "ANY":
        return lambda char: char != "\n"
    if name == "NOT_LITERAL":
        return lambda char: ord(char) != argument
    is_negated = str(argument[0][0]) == "NEGATE"

    def takes(char: str) -> bool:
        return any(_is_of(str(code), value, char) for code, value in argument) is not is_negated

    return takes


def _is_of(code: str, value: Any, char: str) -> bool:
    if code == "LITERAL":
        return bool(ord(char) == value)
    if code == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    return code == "CATEGORY" and bool(_CATEGORIES[str(value)](char))


def _in_turns(lists: Sequence[list[str]]) -> list[str]:
    """Return the first of each list, then the second of each, and so on, so that a limit cuts off no list entirely."""
    longest = max(map(len, lists))
    return [texts[place] for place in range(longest) for texts in lists if place < len(texts)]


def _few(texts: Iterable[str]) -> list[str]:
    return list(islice(dict.fromkeys(texts), _MOST))
