"""The options of a policy: each is normalised here, and what is wrong with it becomes a problem."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from .errors import Problem
from .fetch import (
    FORBIDDEN_RESPONSE_HEADERS,
    NORMALIZED_METHODS,
    SAFELISTED_RESPONSE_HEADERS,
    is_forbidden_method,
    is_forbidden_request_header,
    is_token,
)
from .origin_rules import EXAMPLE, find_origin_problem, suggest_origin
from .origins import OPAQUE_ORIGINS, OriginRule, is_loopback, parse_origin, parse_pattern
from .written_lists import find_written_list

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

Names: TypeAlias = "Literal['*'] | tuple[str, ...]"
Origins: TypeAlias = "Literal['*'] | tuple[OriginRule, ...]"

DEFAULT_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY")
DEFAULT_MAX_AGE: Final = 600
LONGEST_MAX_AGE: Final = 86400
"""Seconds; no browser keeps a preflight's answer longer (Firefox 86400, Chromium 7200, Safari 600)."""

RISKS: Final = ("insecure-origins", "null-origin", "public-suffix")
"""What a policy may do only if its author names it in `accept_risks`."""

_OPAQUE = {
    "null": "Any page can make its requests come from null, with a sandboxed frame: it stands for everybody.",
    "file://": "Every local file has this origin in the web views that send it: it stands for nobody in particular.",
}
_REQUEST_ONLY = frozenset({"origin", "access-control-request-headers", "access-control-request-method"})
_RESPONSE_ONLY = ("access-control-allow-", "access-control-expose-headers", "access-control-max-age", "set-cookie")
_NAMES = {
    "methods": ("method", "GET"),
    "allow_headers": ("header name", "Content-Type"),
    "expose_headers": ("header name", "ETag"),
}


def normalize_origins(value: object, problems: list[Problem]) -> Origins:
    """Return the origin rules without duplicates, in their order; add what is wrong to `problems`.

    No rules, written out, are nobody; None is an option left out.
    """
    if value is None:
        remedy = f"Name the origins you trust, such as [{EXAMPLE!r}], '*' for everybody, or [] for nobody."
        problems.append(Problem("origins", None, "no-origins", "The policy does not say who may read.", remedy))
        return ()
    if isinstance(value, (str, re.Pattern)) or callable(value):
        rules: tuple[Any, ...] = (value,)
    elif isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        rules = _put_in_order(value)
        rules = tuple(dict.fromkeys(rules)) if _are_hashable(rules) else rules
    else:
        problems.extend(filter(None, [find_origin_problem(value)]))
        return ()
    if rules == ("*",):
        return "*"
    for rule in rules:
        if rule == "*":
            problem = "A '*' beside other rules would make them meaningless."
            remedy = "Write origins='*' alone, or only the origins you trust."
            problems.append(Problem("origins", rule, "wildcard-beside-rules", problem, remedy))
        elif rule not in OPAQUE_ORIGINS and (found := find_origin_problem(rule)):
            problems.append(found)
    return rules


def normalize_methods(value: object, problems: list[Problem]) -> Names:
    """Return the methods without duplicates, in their order; add what is wrong to `problems`."""
    names = _normalize_names("methods", value, problems)
    for name in () if names == "*" else names:
        if is_forbidden_method(name):
            problem = "Browsers let no script use this method."
            problems.append(Problem("methods", name, "forbidden-method", problem, "Leave it out."))
        elif name != (upper := name.upper()) and upper in NORMALIZED_METHODS:
            problem = f"Browsers send this method as {upper}, and methods are case-sensitive."
            problems.append(Problem("methods", name, "method-case", problem, f"Write {upper!r}."))
        elif name != upper and upper in DEFAULT_METHODS:  # PATCH and QUERY, which browsers leave as they are
            problem = "Methods are case-sensitive, and browsers raise other methods to upper case, but not this one."
            remedy = f"Write {upper!r}, and send it in upper case from the page's script, too."
            problems.append(Problem("methods", name, "method-case", problem, remedy))
    return names


def normalize_allow_headers(value: object, problems: list[Problem]) -> Names:
    """Return the request header names without duplicates, in their order; add what is wrong to `problems`."""
    names = _normalize_names("allow_headers", value, problems)
    for name in () if names == "*" else names:
        if name.lower().startswith(_RESPONSE_ONLY):
            problem = "This is a header of responses: no request has to carry it."
            remedy = "Leave it out; if the page's script sends it, remove it there."
            problems.append(Problem("allow_headers", name, "response-header", problem, remedy))
        elif is_forbidden_request_header(name):
            problem = "Browsers set this header themselves and never ask for it."
            problems.append(Problem("allow_headers", name, "forbidden-header", problem, "Leave it out."))
    return names


def normalize_expose_headers(value: object, problems: list[Problem]) -> Names:
    """Return the response header names to expose, without those that scripts may read anyway."""
    names = _normalize_names("expose_headers", value, problems)
    if names == "*":
        return names
    for name in names:
        if name.lower() in FORBIDDEN_RESPONSE_HEADERS:
            problem = "No script may read this header, whatever the server says."
            problems.append(Problem("expose_headers", name, "forbidden-header", problem, "Leave it out."))
        elif name.lower() in _REQUEST_ONLY:
            problem = "This is a header of requests: no response carries it."
            problems.append(Problem("expose_headers", name, "request-header", problem, "Leave it out."))
    return tuple(name for name in names if name.lower() not in SAFELISTED_RESPONSE_HEADERS)


def normalize_flag(option: str, value: object, problems: list[Problem]) -> bool:
    """Return a boolean; anything else, such as the text "false", is a problem."""
    if isinstance(value, bool):
        return value
    problem = f"This is a yes-or-no option, and {type(value).__name__} is no bool."
    problems.append(Problem(option, value, "not-a-bool", problem, "Write True or False."))
    return False


def normalize_max_age(value: object, problems: list[Problem]) -> int | None:
    """Return whole seconds, or None; add what is wrong to `problems`."""
    seconds: object = value
    if isinstance(value, timedelta):
        seconds = value // timedelta(seconds=1) if not value % timedelta(seconds=1) else value
    if seconds is None:
        return None
    if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds >= 0:
        return int(seconds)
    problem = "The age is a whole number of seconds, zero or more."
    remedy = "Write 600, timedelta(minutes=10), 0 to switch caching off, or None to leave it to the browser."
    problems.append(Problem("max_age", value, "max-age", problem, remedy))
    return None


def normalize_risks(value: object, problems: list[Problem]) -> tuple[str, ...]:
    """Return the accepted risks, sorted; add unknown ones to `problems`."""
    given = (value,) if isinstance(value, str) else value
    if not isinstance(given, Iterable) or not _are_hashable(given := tuple(given)):
        given = (value,)
    for risk in given:
        if risk not in RISKS:
            near = difflib.get_close_matches(str(risk), RISKS, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"The risks are {', '.join(RISKS)}."
            problems.append(Problem("accept_risks", risk, "unknown-risk", "There is no such risk.", remedy))
    return tuple(sorted({risk for risk in given if risk in RISKS}))


def find_conflicts(
    origins: Origins, expose_headers: Names, accept_risks: tuple[str, ...], *, supports_credentials: bool
) -> list[Problem]:
    """Return what is wrong with options that are each in order, but not together."""
    problems: list[Problem] = []
    if supports_credentials and origins == "*":
        problem = "With credentials, every page of the web could act as any of your users who visits it."
        remedy = f"Name the origins you trust, such as [{EXAMPLE!r}], or leave supports_credentials off."
        problems.append(Problem("origins", "*", "wildcard-with-credentials", problem, remedy))
    if supports_credentials and expose_headers == "*":
        problem = "With credentials, browsers take '*' for the name of a header."
        problems.append(
            Problem("expose_headers", "*", "expose-wildcard-with-credentials", problem, "Name the headers.")
        )
    for rule in () if origins == "*" else origins:
        if isinstance(rule, str) and rule in OPAQUE_ORIGINS:
            problems.extend(_find_opaque_problem(rule, accept_risks, supports_credentials=supports_credentials))
        elif supports_credentials and isinstance(rule, str):
            problems.extend(_find_risks(rule, accept_risks))
    return problems


def find_warnings(allow_headers: Names, max_age: int | None) -> Iterable[str]:
    """Return what works, but not as its author probably thinks."""
    underscored = () if allow_headers == "*" else tuple(name for name in allow_headers if "_" in name)
    if underscored:
        meant = [name.replace("_", "-") for name in underscored]
        yield (
            f"allow_headers={list(underscored)!r}: servers drop request headers with an underscore, or take it for a "
            f"hyphen. Write {meant!r}, here and in the script of the page."
        )
    if max_age is not None and max_age > LONGEST_MAX_AGE:
        yield (
            f"max_age={max_age}: no browser remembers a preflight's answer for more than {LONGEST_MAX_AGE} "
            "seconds (Firefox; Chromium 7200, Safari 600)."
        )


def _find_opaque_problem(rule: str, accept_risks: tuple[str, ...], *, supports_credentials: bool) -> Iterable[Problem]:
    problem = _OPAQUE[rule]
    if supports_credentials:
        remedy = "Leave it out; no risk can be accepted here."
        yield Problem("origins", rule, "null-with-credentials", problem, remedy)
    elif "null-origin" not in accept_risks:
        remedy = "Leave it out, or write accept_risks=['null-origin'] if everybody may read this."
        yield Problem("origins", rule, "null-origin", problem, remedy)


def _find_risks(rule: str, accept_risks: tuple[str, ...]) -> Iterable[Problem]:
    if rule.startswith("https://") and "*." not in rule:
        return
    origin = parse_pattern(rule) or parse_origin(rule)
    if origin is None:
        return
    is_insecure = origin.scheme == "http" and not is_loopback(origin.host.removeprefix("*."))
    if is_insecure and "insecure-origins" not in accept_risks:
        problem = "Whoever sits between this page and its user can act as that user: http is not encrypted."
        remedy = f"Write {suggest_origin('https' + rule[4:])!r}, or accept_risks=['insecure-origins']."
        yield Problem("origins", rule, "insecure-origin", problem, remedy, 0)
    if "public-suffix" not in accept_risks and (suffix := find_public_suffix(rule)):
        problem = f"Anybody can register a name under {suffix}, and would be trusted with your users' credentials."
        remedy = "Name the one site that you trust, or write accept_risks=['public-suffix']."
        yield Problem("origins", rule, "public-suffix", problem, remedy, rule.index("*"))


def find_public_suffix(rule: str) -> str | None:
    """Return the public suffix of a pattern that anybody can satisfy, such as `https://*.github.io`, or None.

    It is one that the public suffix list names, or everything directly below which it names.
    """
    pattern = parse_pattern(rule)
    if pattern is None or not pattern.host.startswith("*."):
        return None
    host = pattern.host.removeprefix("*.")
    suffixes = _public_suffixes()
    return host if suffixes.is_public(host) or suffixes.is_public(f"any.{host}") else None


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - the list takes a moment to load; few policies need it

    return PublicSuffixList(accept_unknown=False)


def _normalize_names(option: str, value: object, problems: list[Problem]) -> Names:
    what, example = _NAMES[option]
    if isinstance(value, str):
        if written := find_written_list(option, value, example):
            problems.append(written)
            return ()
        if "," in value:
            parts = [part.strip() for part in value.split(",") if part.strip()]
            problem = f"This is several {what}s in one string."
            problems.append(
                Problem(option, value, "comma-list", problem, f"Write a list: {parts!r}.", value.index(","))
            )
            return ()
        value = (value,)
    if not isinstance(value, Iterable) or isinstance(value, (bytes, bytearray)):
        problem = f"This option is a list of {what}s, or '*', not {type(value).__name__}."
        problems.append(Problem(option, value, "names-type", problem, f"Write a list such as [{example!r}]."))
        return ()
    names = _put_in_order(value)
    if names == ("*",):
        return "*"
    kept: dict[str, str] = {}
    for name in names:
        if not isinstance(name, str) or not is_token(name):
            remedy = f"Write a name such as {example!r}: letters, digits and hyphens."
            problems.append(Problem(option, name, "not-a-token", f"This is no {what}.", remedy))
        elif name == "*":
            problem = "A '*' beside names would make them meaningless."
            covers = " (Authorization is then allowed, too)" if option == "allow_headers" else ""
            remedy = f"Write {option}='*' alone{covers}, or only the names."
            problems.append(Problem(option, name, "wildcard-beside-names", problem, remedy))
        else:
            kept.setdefault(name if option == "methods" else name.lower(), name)
    return tuple(kept.values())


def _put_in_order(values: Iterable[Any]) -> tuple[Any, ...]:
    """Keep the order of the values; sort those of a set, which would differ from process to process."""
    return tuple(sorted(values, key=str) if isinstance(values, (set, frozenset)) else values)


def _are_hashable(values: tuple[object, ...]) -> bool:
    try:
        hash(values)
    except TypeError:
        return False
    return True
