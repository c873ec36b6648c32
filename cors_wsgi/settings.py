"""Option strings, from ini files and environment variables -> options; mistakes get the messages of a policy's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from .errors import PolicyError, Problem
from .near_misses import find_near_miss

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


def parse_settings(settings: Mapping[str, str], *, prefix: str = "") -> dict[str, Any]:
    """Return the options that strings stand for, by name.

    Lists are comma- or line-separated, or JSON; booleans are true/false, yes/no, on/off or 1/0; `max_age` is a number
    of seconds, or `none`. What cannot be read so stays the string that it is, for the policy to refuse.

    >>> parse_settings({"origins": "https://a.example, https://b.example", "max_age": "60"})
    {'origins': ['https://a.example', 'https://b.example'], 'max_age': 60}

    Args:
        settings: the strings, by the options' names.
        prefix: what stands before a name where the user wrote it, such as `CORS_`; for the messages.

    Raises:
        PolicyError: for unknown names, all together.
    """
    problems = [unknown_option(name, PARSERS, prefix=prefix) for name in settings if name not in PARSERS]
    if problems:
        raise PolicyError(problems)
    return {name: PARSERS[name](text) for name, text in settings.items()}


def unknown_option(name: str, known: Iterable[str], *, prefix: str = "") -> Problem:
    """Return the problem of an option that does not exist, with the near miss."""
    names = sorted(known)
    near = find_near_miss(name, names)
    shown = ", ".join(prefix + known_name for known_name in names)
    remedy = f"Did you mean {prefix + near!r}?" if near else f"The options are {shown}."
    return Problem(prefix + name, name, "unknown-option", "There is no such option.", remedy)


def parse_list(text: str) -> list[str] | str:
    """Return the elements of a comma- or line-separated list, or of a JSON array of strings; broken JSON as it is."""
    if not text.lstrip().startswith("["):
        return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]
    try:
        values: list[str] = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return values


def parse_flag(text: str) -> bool | str:
    """Return a boolean, or the text if it is none."""
    word = text.strip().lower()
    return word in _TRUE if word in _TRUE | _FALSE else text


def parse_seconds(text: str) -> int | str | None:
    """Return a whole number, None for `none`, or the text if it is neither."""
    word = text.strip().lower()
    if word == "none":
        return None
    return int(word) if re.fullmatch(r"-?[0-9]{1,12}", word) else text


PARSERS: Final[Mapping[str, Callable[[str], object]]] = {
    "origins": parse_list,
    "methods": parse_list,
    "allow_headers": parse_list,
    "expose_headers": parse_list,
    "supports_credentials": parse_flag,
    "max_age": parse_seconds,
    "accept_risks": parse_list,
    "block_untrusted": parse_flag,
    "debug": parse_flag,
}
"""How each option is read from a string."""
