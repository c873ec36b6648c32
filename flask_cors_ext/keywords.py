"""Keyword options: known ones pass, Flask-CORS's needless ones are explained, unknown ones get the near miss."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .warn import warn

NEEDLESS: Final[Mapping[str, str]] = {
    "always_send": "a policy for everybody sends '*' on every response, any other names an allowed origin alone",
    "allow_private_network": "the header is never sent, since browsers withdrew Private Network Access",
    "automatic_options": "preflights are answered before Flask runs, and any other OPTIONS request is the app's own",
    "intercept_exceptions": "every response is shared alike, whatever failed",
    "send_wildcard": "origins='*' is always answered with '*', and named origins never are",
    "vary_header": "Vary is derived from what the response depends on",
}
"""Options of Flask-CORS that nothing depends on here, and what happens now."""


def warn_of_needless(name: str, option: str) -> None:
    """Warn that an option of Flask-CORS has no effect.

    Args:
        name: the option, as the user wrote it.
        option: the option, as Flask-CORS calls it.
    """
    warn(f"{name} is needless, and has no effect: {NEEDLESS[option]}. Remove it.")


def check_keywords(call: str, options: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Return the keyword options of a call without the needless ones.

    Args:
        call: what was called, for messages.
        options: its keyword options.
        known: the options it has.

    Raises:
        TypeError: for an option that does not exist, with the near miss.
    """
    names = sorted(known)
    for option in options:
        if option not in names and option not in NEEDLESS:
            near = difflib.get_close_matches(option.lower(), names, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"The options are {', '.join(names)}."
            raise TypeError(f"{call} has no option {option!r}. {remedy}")
    for option in options:
        if option in NEEDLESS:
            warn_of_needless(option, option)
    return {option: value for option, value in options.items() if option not in NEEDLESS}
