"""Option strings, from ini files and environment variables -> options; mistakes get the messages of a policy's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from .errors import PolicyError
from .options import FLAGS, OPTION_NAMES, unknown_option

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
        prefix: what precedes a name where the user wrote it, such as `CORS_`; for the messages.

    Raises:
        PolicyError: for unknown names, all together.
    """
    problems = [unknown_option(name, PARSERS, prefix=prefix) for name in settings if name not in PARSERS]
    if problems:
        raise PolicyError(problems)
    return {name: PARSERS[name](text) for name, text in settings.items()}


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
    """Return True or False, or the text if it means neither."""
    word = text.strip().lower()
    return word in _TRUE if word in _TRUE | _FALSE else text


def parse_seconds(text: str) -> int | str | None:
    """Return a whole number, None for `none`, or the text if it is neither."""
    word = text.strip().lower()
    if word == "none":
        return None
    return int(word) if re.fullmatch(r"-?[0-9]{1,12}", word) else text


PARSERS: Final[Mapping[str, Callable[[str], object]]] = {
    **dict.fromkeys(OPTION_NAMES, parse_list),  # those that are not lists follow
    **dict.fromkeys(("supports_credentials", *FLAGS), parse_flag),
    "max_age": parse_seconds,
}
"""How each option is read from a string."""
