"""CORS_* settings: read once, at `init_app`, from Python values and from environment strings."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any, Final

from cors_wsgi import PolicyError, Problem
from cors_wsgi.settings import PARSERS, parse_list

from .keywords import NEEDLESS, warn_of_needless
from .layers import POLICY_OPTIONS
from .warn import warn

PREFIX: Final = "CORS_"
FLAGS: Final = ("block_untrusted", "debug")
OPTIONS: Final = (*POLICY_OPTIONS, "resources", *FLAGS)
"""What the whole app can say: by keyword, or by a setting in upper case, with the prefix."""


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
        elif option in NEEDLESS:
            warn_of_needless(f"the setting {key}", option)
        elif near := difflib.get_close_matches(option, OPTIONS, n=1):
            remedy = f"Did you mean {PREFIX + near[0].upper()!r}?"
            problems.append(Problem(key, config[key], "unknown-option", "There is no such setting.", remedy))
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
    return _read_resources(value) if option == "resources" else PARSERS[option](value)


def _read_resources(text: str) -> Any:
    """Return resources from JSON, or from a comma- or line-separated list of paths; broken JSON as it is."""
    if not text.lstrip().startswith("{"):
        return parse_list(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
