"""What may be said, and where: keywords of `CORS` and `cross_origin`, and the settings `CORS_*`."""

from __future__ import annotations

import difflib
import inspect
import json
import warnings
from collections.abc import Iterable, Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, TypedDict

from cors_wsgi import OriginRule, PolicyError, PolicyWarning, Problem, ProblemCode
from cors_wsgi.near_misses import explain_unknown
from cors_wsgi.options import FLAGS, OPTION_NAMES
from cors_wsgi.settings import PARSERS, parse_list

if TYPE_CHECKING:
    from datetime import timedelta

EXTENSION: Final = "flask_cors_ext"
"""The key in `app.extensions`."""

PREFIX: Final = "CORS_"
OPTIONS: Final = (*OPTION_NAMES, "resources", *FLAGS)
"""What the whole app can say: by keyword, or by a setting in upper case, with the prefix."""

OBSOLETE_OPTIONS: Final[Mapping[str, str]] = {
    "always_send": "a policy for everybody sends '*' on every response, any other names an allowed origin alone",
    "allow_private_network": "the header is never sent, since browsers withdrew Private Network Access",
    "automatic_options": "preflights are answered before Flask runs, and any other OPTIONS request is the app's own",
    "intercept_exceptions": "every response is shared alike, whatever failed",
    "send_wildcard": "origins='*' is always answered with '*', and named origins never are",
    "vary_header": "Vary is derived from what the response depends on",
}
"""Options of Flask-CORS that nothing depends on here, and what happens now."""

_PACKAGE = __name__.partition(".")[0]


class PolicyOptions(TypedDict, total=False):
    """The options of a policy, as every layer may say them; `cors_wsgi.Policy` says what they mean."""

    origins: OriginRule | Iterable[OriginRule]
    methods: str | Iterable[str]
    allow_headers: str | Iterable[str]
    expose_headers: str | Iterable[str]
    supports_credentials: bool
    max_age: int | timedelta | None
    accept_risks: str | Iterable[str]


def warn_of_obsolete(name: str, option: str) -> None:
    """Warn that an option of Flask-CORS has no effect.

    Args:
        name: the option, as the user wrote it.
        option: the option, as Flask-CORS calls it.
    """
    warn(f"{name} is needless, and has no effect: {OBSOLETE_OPTIONS[option]}. Remove it.")


def check_keywords(call: str, options: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Return the keyword options of a call without the obsolete ones.

    Args:
        call: what was called, for messages.
        options: its keyword options.
        known: the options it has.

    Raises:
        TypeError: for an option that does not exist, with the near miss.
    """
    names = list(known)
    if unknown := [option for option in options if option not in names and option not in OBSOLETE_OPTIONS]:
        raise TypeError(explain_unknown(call, unknown, names))
    for option in options:
        if option in OBSOLETE_OPTIONS:
            warn_of_obsolete(option, option)
    return {option: value for option, value in options.items() if option not in OBSOLETE_OPTIONS}


def read_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that an app's configuration holds; strings are read, other values stay as they are.

    Args:
        config: the app's configuration.

    Raises:
        PolicyError: for names that are nearly, but not quite, those of settings.

    Warns:
        PolicyWarning: for other unknown names, and for settings of Flask-CORS that have no effect here.
    """
    found: dict[str, Any] = {}
    problems = []
    for key in config:
        if not key.startswith(PREFIX):
            continue
        option = key[len(PREFIX) :].lower()
        if option in OPTIONS and key == PREFIX + option.upper():
            found[option] = _read(option, config[key])
        elif option in OBSOLETE_OPTIONS:
            warn_of_obsolete(f"the setting {key}", option)
        elif near := difflib.get_close_matches(option, OPTIONS, n=1):
            remedy = f"Did you mean {PREFIX + near[0].upper()!r}?"
            problems.append(Problem(key, config[key], ProblemCode.UNKNOWN_OPTION, "There is no such setting.", remedy))
        else:
            warn(f"There is no setting {key}, and it has no effect.")
    if problems:
        raise PolicyError(problems, "the settings")
    return found


def _read(option: str, value: Any) -> Any:
    if option in (*FLAGS, "supports_credentials") and type(value) is int and value in (0, 1):
        return bool(value)  # what Flask's `from_prefixed_env` makes of the strings "0" and "1"
    if not isinstance(value, str):
        return value
    if option == "origins" and not value.strip(", \t\r\n"):
        return ""  # of an environment variable that is set, and empty: the policy says how to read one
    return _read_resources(value) if option == "resources" else PARSERS[option](value)


def _read_resources(text: str) -> Any:
    """Return resources from JSON, or from a comma- or line-separated list of paths; broken JSON as it is."""
    if not text.lstrip().startswith("{"):
        return parse_list(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def warn(message: str) -> None:
    """Give a `PolicyWarning` about the nearest calling line that is not the extension's own."""
    warnings.warn(message, PolicyWarning, stacklevel=_find_caller()[0])


def find_call() -> str:
    """Return file and line of the nearest calling line that is not the extension's own."""
    frame = _find_caller()[1]
    return "an unknown line" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _find_caller() -> tuple[int, FrameType | None]:
    """Return the frame of the user's line, and how far it is above whoever called this."""
    frame = inspect.currentframe()
    level = 0
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == _PACKAGE:
        frame = frame.f_back
        level += 1
    return level, frame
