"""Which language a person reads: what a browser or the environment asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Language = Literal["en", "zh"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def choose_by_environment(environment: Mapping[str, str]) -> Language:
    """Return the language of messages that POSIX reads from these variables; LANGUAGE, where it is set, goes first.

    >>> choose_by_environment({"LANG": "zh_CN.UTF-8"})
    'zh'
    >>> choose_by_environment({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    'en'
    """
    locale = next((value for name in _VARIABLES if (value := environment.get(name))), "")
    # GNU's LANGUAGE is a list, and without effect in the C locale.
    wanted = environment.get("LANGUAGE", "") if locale.partition(".")[0] not in ("", "C", "POSIX") else ""
    return _choose([*wanted.split(":"), locale] if wanted else [locale])


def choose_by_header(accept_language: str) -> Language:
    """Return the language that an Accept-Language header prefers (RFC 9110, section 12.5.4).

    >>> choose_by_header("zh-CN,zh;q=0.9,en;q=0.8")
    'zh'
    >>> choose_by_header("de,en;q=0.7,zh;q=0.3")
    'en'
    """
    weighed = []
    for item in accept_language.split(","):
        tag, _, parameter = item.partition(";")
        weight = _read_weight(parameter)
        if weight > 0:
            weighed.append((-weight, tag))
    return _choose([tag for _, tag in sorted(weighed, key=lambda pair: pair[0])])


def _read_weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0


def _choose(tags: list[str]) -> Language:
    """Return the first language that exists; English if none does."""
    for tag in tags:
        primary = tag.strip().lower().replace("_", "-").partition(".")[0].partition("-")[0]
        for language in LANGUAGES:
            if primary == language:
                return language
    return "en"
