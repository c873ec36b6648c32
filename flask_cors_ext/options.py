"""What may be said, and where: keywords of `CORS` and `cross_origin`, and the settings `CORS_*`."""

from __future__ import annotations

import inspect
import json
import warnings
from collections.abc import Collection, Iterable, Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, TypedDict

from cors_wsgi import OriginRule, PolicyError, PolicyWarning, Problem, ProblemCode
from cors_wsgi.near_misses import explain_unknown, find_near_miss
from cors_wsgi.options import FLAGS, OPTION_NAMES, normalize
from cors_wsgi.settings import PARSERS, parse_list

if TYPE_CHECKING:
    from datetime import timedelta

EXTENSION: Final = "flask_cors_ext"
"""The key in `app.extensions`."""

PREFIX: Final = "CORS_"
OPTIONS: Final = (*OPTION_NAMES, "resources", *FLAGS)
"""What the whole app can say: by keyword, or by a setting in upper case, with the prefix."""

OBSOLETE_OPTIONS: Final[Mapping[str, str]] = {
    "always_send": "a policy for everybody sends '*' on every response, and any other names only an allowed origin",
    "allow_private_network": "the header is never sent, since browsers withdrew Private Network Access",
    "automatic_options": "preflights are answered before Flask runs, and any other OPTIONS request is the app's own",
    "intercept_exceptions": "every response is shared in the same way, whatever failed",
    "send_wildcard": "origins='*' is always answered with '*', and named origins never are",
    "vary_header": "Vary is derived from what the response depends on",
}
"""Options of Flask-CORS that nothing depends on here, and what happens now."""

_IGNORED_SETTINGS: Final[Mapping[str, str]] = {
    "headers": "Any request header is allowed, unless CORS_ALLOW_HEADERS names those that are.",
    "log_level": "Set the level of the logger 'cors_wsgi'.",
}
"""Settings of Flask-CORS 1, which it has ignored ever since: to read one now would switch on what never was on."""

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
    warn(f"{name} is unnecessary, and has no effect: {OBSOLETE_OPTIONS[option]}. Remove it.")


def check_keywords(call: str, options: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Return the keyword options of a call without the obsolete ones.

    Args:
        call: what was called, for messages.
        options: its keyword options.
        known: the options it has.

    Raises:
        TypeError: for options that do not exist, with the near misses, and what is wrong with the others.
    """
    names = list(known)
    if unknown := [option for option in options if option not in names and option not in OBSOLETE_OPTIONS]:
        raise TypeError(_explain_keywords(call, unknown, options, names))
    for option in options:
        if option in OBSOLETE_OPTIONS:
            warn_of_obsolete(option, option)
    return {option: value for option, value in options.items() if option not in OBSOLETE_OPTIONS}


def _explain_keywords(call: str, unknown: list[str], options: Mapping[str, Any], names: list[str]) -> str:
    """Return what is wrong with a call: its unknown options, and the values of all, read as what was probably meant."""
    meant = {near: options[name] for name in unknown if (near := find_near_miss(name, names))}
    known = {name: value for name, value in {**meant, **options}.items() if name in OPTION_NAMES}
    problems = normalize(known, partial=True).problems
    them, it = (repr(unknown[0]), "it") if len(unknown) == 1 else ("them", "them")
    said = (
        f"{explain_unknown(call, unknown, names)} (Flask-CORS ignores {them}: if you come from there, remove {it} to "
        "keep what your app does now.)"
    )
    return f"{said}\nBesides, {PolicyError(problems, call)}" if problems else said


def read_settings(config: Mapping[str, Any], said: Collection[str]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the options that an app's configuration holds, and names that are nearly those of settings.

    Strings are read; other values stay as they are.

    Args:
        config: the app's configuration.
        said: the options that keywords or resources say. A setting whose name comes near to one of these is probably
            the app's own, which reads it and hands it over.

    Warns:
        PolicyWarning: for other unknown names, and for settings of Flask-CORS that have no effect here.
    """
    found: dict[str, Any] = {}
    problems = []
    for key in config:
        if not key.startswith(PREFIX):
            continue
        option = key[len(PREFIX) :].lower()
        if option in OPTIONS and key == setting_of(option):
            found[option] = _read(option, config[key])
            if option == "resources" and isinstance(found[option], str):
                problems.append(_make_json_problem(key, found.pop(option)))
        elif option in OBSOLETE_OPTIONS:
            warn_of_obsolete(f"the setting {key}", option)
        elif near := find_near_setting(key):
            if setting_of(near) in config:
                warn(f"{key} is not a setting, and has no effect beside {setting_of(near)}. Remove it.")
            elif near not in said:
                problems.append(_make_setting_problem(key, config[key], near))
        elif option in _IGNORED_SETTINGS:
            if find_near_miss(option, OPTIONS) not in said:
                warn(f"{key} has no effect, here or in Flask-CORS. Remove it. {_IGNORED_SETTINGS[option]}")
        else:
            warn(f"{key} is not a setting of this extension, which does not read it.")
    return found, problems


def setting_of(option: str) -> str:
    """Return the name of the setting that says an option for the whole app."""
    return PREFIX + option.upper()


def find_near_setting(key: str) -> str | None:
    """Return the option that a setting of an unknown name probably means, or None."""
    option = key[len(PREFIX) :].lower()
    return None if option in _IGNORED_SETTINGS else find_near_miss(option, OPTIONS)


def _make_setting_problem(key: str, value: Any, near: str) -> Problem:
    # First the way that is safe in any case: an app that reads the old name, with its own default, would fall back
    # to that default if the setting were renamed.
    remedy = (
        f"If your app reads it, pass its value on: CORS(app, {near}=app.config[{key!r}]). Otherwise rename it to "
        f"{setting_of(near)!r}."
    )
    return Problem(key, value, ProblemCode.UNKNOWN_OPTION, f"There is no setting {key}.", remedy)


def _make_json_problem(key: str, text: str) -> Problem:
    remedy = """Write paths with commas between, or JSON with double quotes, such as '{"/api/*": {}}'."""
    return Problem(key, text, ProblemCode.RESOURCES_TYPE, "This looks like JSON, and is not.", remedy)


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
    warnings.warn(message, PolicyWarning, stacklevel=_find_caller(inspect.currentframe())[0])


def find_call() -> str:
    """Return file and line of the nearest calling line that is not the extension's own."""
    frame = _find_caller(inspect.currentframe())[1]
    return "an unknown line" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _find_caller(frame: FrameType | None) -> tuple[int, FrameType | None]:
    """Return the frame of the user's line that led to `frame`, and its `stacklevel` as seen from there."""
    level = 1
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == _PACKAGE:
        frame = frame.f_back
        level += 1
    return level, frame
