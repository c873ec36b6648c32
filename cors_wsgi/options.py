"""The options of a policy: their names, how each is normalised, and what is wrong with it or worth a warning."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from .errors import Problem, ProblemCode
from .fetch import (
    FORBIDDEN_RESPONSE_HEADERS,
    NORMALIZED_METHODS,
    SAFELISTED_RESPONSE_HEADERS,
    is_forbidden_method,
    is_forbidden_request_header,
    is_token,
)
from .near_misses import find_near_miss
from .origin_rules import EXAMPLE, find_origin_problem, suggest_origin
from .origins import OPAQUE_ORIGINS, OriginRule, OriginRules, is_loopback, parse_origin, parse_pattern, show_rule
from .strangers import find_lookalike, find_public_suffix, find_strangers
from .written_lists import find_written_list

Names: TypeAlias = "Literal['*'] | tuple[str, ...]"
Origins: TypeAlias = "Literal['*'] | tuple[OriginRule, ...]"

DEFAULT_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY")
DEFAULT_MAX_AGE: Final = 600
LONGEST_MAX_AGE: Final = 86400
"""Seconds; no browser keeps a preflight's answer longer: Firefox 86400 (`kMaxMaxAge` in nsCORSListenerProxy.cpp),
Chromium 7200 (preflight_result.cc), WebKit 600 (CrossOriginPreflightResultCache.cpp)."""

RISKS: Final = ("insecure-origins", "null-origin", "open-regex", "public-suffix")
"""What a policy may do only if its author names it in `accept_risks`; each is the code of the problem it accepts."""

_OPAQUE = {
    "null": "Any page can send requests from null, with a sandboxed frame: allowing it allows everybody.",
    "file://": "Every local file has this origin in the web views that send it: it identifies nobody.",
}
_REQUEST_ONLY = frozenset({"origin", "access-control-request-headers", "access-control-request-method"})
_RESPONSE_ONLY = ("access-control-allow-", "access-control-expose-headers", "access-control-max-age", "set-cookie")
_MANY_STRANGERS = 2
_NAMES = {
    "methods": ("method", "GET"),
    "allow_headers": ("header name", "Content-Type"),
    "expose_headers": ("header name", "ETag"),
}


class Normalized(NamedTuple):
    """The options that somebody gave, read and judged; nothing has been compiled yet, or warned about.

    Attributes:
        values: the options by name, each as a field of a `Policy` holds it.
        problems: what is wrong with single options. A value with a problem is of no use.
        warnings: what works, but not as its author probably thinks; a sentence each.
    """

    values: dict[str, Any]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]


def normalize(options: Mapping[str, Any], *, partial: bool = False) -> Normalized:
    """Read the options of a policy. Neither raises nor warns: what is wrong comes back as data.

    What only shows when options meet is found by `find_conflicts`.

    >>> normalize({"methods": "GET"}, partial=True).values
    {'methods': ('GET',)}

    Args:
        options: the options by name, as `Policy` takes them; a name that does not exist is a problem.
        partial: whether this is one layer of several: then an option that it does not state is left out.
    """
    problems = [unknown_option(name, OPTION_NAMES) for name in options if name not in _NORMALIZERS]
    values: dict[str, Any] = {}
    for name, read in _NORMALIZERS.items():
        if name in options:
            values[name] = read(options[name], problems)
        elif not partial:
            values[name] = DEFAULTS[name] if name in DEFAULTS else read(None, problems)
    return Normalized(values, tuple(problems), tuple(find_warnings(values)))


def unknown_option(name: str, known: Iterable[str], *, prefix: str = "") -> Problem:
    """Return the problem of an option that does not exist, with the near miss.

    Args:
        name: the name, without the prefix.
        known: the names that exist.
        prefix: what precedes a name where the user wrote it, such as `CORS_`.
    """
    names = sorted(known)
    near = find_near_miss(name, names)
    shown = ", ".join(prefix + known_name for known_name in names)
    remedy = f"Did you mean {prefix + near!r}?" if near else f"The options are {shown}."
    return Problem(prefix + name, name, ProblemCode.UNKNOWN_OPTION, "There is no such option.", remedy)


def normalize_origins(value: object, problems: list[Problem]) -> Origins:
    """Return the origin rules without duplicates, in their order; add what is wrong to `problems`.

    No rules, written out, are nobody; None is an option left out. Rules that were normalised before come back as they
    are, so that a hundred thousand of them are read and compiled once.
    """
    if type(value) is OriginRules:
        return value
    already_wrong = len(problems)
    if value is None:
        remedy = f"Name the origins you trust, such as [{EXAMPLE!r}], '*' for everybody, or [] for nobody."
        problems.append(
            Problem("origins", None, ProblemCode.NO_ORIGINS, "The policy does not say who may read.", remedy)
        )
        return ()
    if isinstance(value, (str, re.Pattern)) or callable(value):
        rules: tuple[Any, ...] = (value,)
    elif isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        rules = _ordered(value)
        rules = tuple(dict.fromkeys(rules)) if _are_hashable(rules) else rules
    else:
        problems.extend(filter(None, [find_origin_problem(value)]))
        return OriginRules()
    if rules == ("*",):
        return "*"
    for rule in rules:
        if rule == "*":
            problem = "A '*' beside other rules would make them meaningless."
            remedy = "Write origins='*' alone, or only the origins you trust."
            problems.append(Problem("origins", rule, ProblemCode.WILDCARD_BESIDE_RULES, problem, remedy))
        elif rule not in OPAQUE_ORIGINS and (found := find_origin_problem(rule)):
            problems.append(found)
    return OriginRules(rules) if len(problems) == already_wrong else rules  # only what is in order is taken as it is


def normalize_methods(value: object, problems: list[Problem]) -> Names:
    """Return the methods without duplicates, in their order; add what is wrong to `problems`."""
    names = _normalize_names("methods", value, problems)
    for name in () if names == "*" else names:
        if is_forbidden_method(name):
            problem = "Browsers do not let a script use this method."
            problems.append(Problem("methods", name, ProblemCode.FORBIDDEN_METHOD, problem, "Leave it out."))
        elif name != (upper := name.upper()) and upper in NORMALIZED_METHODS:
            problem = f"Browsers send this method as {upper}, and methods are case-sensitive."
            problems.append(Problem("methods", name, ProblemCode.METHOD_CASE, problem, f"Write {upper!r}."))
        elif name != upper and upper in DEFAULT_METHODS:  # PATCH and QUERY, which browsers leave as they are
            problem = "Methods are case-sensitive, and browsers turn some into upper case, but not this one."
            remedy = f"Write {upper!r}, and send it in upper case from the page's script, too."
            problems.append(Problem("methods", name, ProblemCode.METHOD_CASE, problem, remedy))
    return names


def normalize_allow_headers(value: object, problems: list[Problem]) -> Names:
    """Return the request header names without duplicates, in their order; add what is wrong to `problems`."""
    names = _normalize_names("allow_headers", value, problems)
    for name in () if names == "*" else names:
        if name.lower().startswith(_RESPONSE_ONLY):
            problem = "This is a response header: requests do not need it."
            remedy = "Leave it out; if the page's script sends it, remove it there."
            problems.append(Problem("allow_headers", name, ProblemCode.RESPONSE_HEADER, problem, remedy))
        elif is_forbidden_request_header(name):
            problem = "Browsers set this header themselves and never ask for it."
            problems.append(Problem("allow_headers", name, ProblemCode.FORBIDDEN_HEADER, problem, "Leave it out."))
    return names


def normalize_expose_headers(value: object, problems: list[Problem]) -> Names:
    """Return the response header names to expose, without those that scripts may read anyway."""
    names = _normalize_names("expose_headers", value, problems)
    if names == "*":
        return names
    for name in names:
        if name.lower() in FORBIDDEN_RESPONSE_HEADERS:
            problem = "A script may not read this header, whatever the server says."
            problems.append(Problem("expose_headers", name, ProblemCode.FORBIDDEN_HEADER, problem, "Leave it out."))
        elif name.lower() in _REQUEST_ONLY:
            problem = "This is a request header: responses do not have it."
            problems.append(Problem("expose_headers", name, ProblemCode.REQUEST_HEADER, problem, "Leave it out."))
    return tuple(name for name in names if name.lower() not in SAFELISTED_RESPONSE_HEADERS)


def normalize_flag(option: str, value: object, problems: list[Problem]) -> bool:
    """Return True or False; anything else, such as the text "false", is a problem."""
    if isinstance(value, bool):
        return value
    problem = f"This option must be True or False, not of type {type(value).__name__}."
    problems.append(Problem(option, value, ProblemCode.NOT_A_BOOL, problem, "Write True or False."))
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
    problem = "The age must be a whole number of seconds, zero or more."
    remedy = "Write 600, timedelta(minutes=10), 0 to switch caching off, or None to leave it to the browser."
    problems.append(Problem("max_age", value, ProblemCode.MAX_AGE, problem, remedy))
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
            problems.append(Problem("accept_risks", risk, ProblemCode.UNKNOWN_RISK, "There is no such risk.", remedy))
    return tuple(sorted({risk for risk in given if risk in RISKS}))


def find_conflicts(values: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with options that are valid one by one, but not together.

    Args:
        values: normalised options; some may be missing, and are then no part of a conflict.
    """
    problems: list[Problem] = []
    origins: Origins = values.get("origins", OriginRules())
    supports_credentials: bool = values.get("supports_credentials", False)
    accept_risks: tuple[str, ...] = values.get("accept_risks", ())
    if supports_credentials and origins == "*":
        problem = "With credentials, every page on the web could act as any of your users who visits it."
        remedy = f"Name the origins you trust, such as [{EXAMPLE!r}], or leave supports_credentials off."
        problems.append(Problem("origins", "*", ProblemCode.WILDCARD_WITH_CREDENTIALS, problem, remedy))
    if supports_credentials and values.get("expose_headers") == "*":
        code = ProblemCode.EXPOSE_WILDCARD_WITH_CREDENTIALS
        problem = "With credentials, browsers treat '*' as the name of a header."
        problems.append(Problem("expose_headers", "*", code, problem, "Name the headers."))
    for rule in () if origins == "*" else origins:
        if isinstance(rule, str) and rule in OPAQUE_ORIGINS:
            problems.extend(_find_opaque_problem(rule, supports_credentials=supports_credentials))
        elif supports_credentials:
            problems.extend(_find_risks(rule))
    return [problem for problem in problems if problem.risk is None or problem.risk not in accept_risks]


def find_warnings(values: Mapping[str, Any]) -> Iterable[str]:
    """Return what works, but not as its author probably thinks; `values` as for `find_conflicts`."""
    return [warning for find in WARNINGS for warning in find(values)]


def _find_underscores(values: Mapping[str, Any]) -> Iterable[str]:
    allow_headers: Names = values.get("allow_headers", ())
    underscored = [name for name in allow_headers if "_" in name]
    if underscored:
        meant = [name.replace("_", "-") for name in underscored]
        yield (
            f"allow_headers={underscored!r}: servers drop request headers with an underscore, or read it as a "
            f"hyphen. Write {meant!r}, here and in the script of the page."
        )


def _find_long_age(values: Mapping[str, Any]) -> Iterable[str]:
    max_age: int | None = values.get("max_age")
    if max_age is not None and max_age > LONGEST_MAX_AGE:
        yield (
            f"max_age={max_age}: no browser remembers a preflight's answer for more than {LONGEST_MAX_AGE} "
            "seconds (Firefox; Chromium 7200, Safari 600)."
        )


def _find_wide_regexes(values: Mapping[str, Any]) -> Iterable[str]:
    if not values.get("supports_credentials") or "open-regex" in values.get("accept_risks", ()):
        return
    for rule in values.get("origins", ()):
        if isinstance(rule, re.Pattern) and (warning := find_regex_warning(rule)):
            yield f"origins={show_rule(rule)}: {warning}"


WARNINGS: Final[tuple[Callable[[Mapping[str, Any]], Iterable[str]], ...]] = (
    _find_underscores,
    _find_long_age,
    _find_wide_regexes,
)
"""Everything that finds something to warn about; the reference has one row for each."""


def find_regex_problem(rule: re.Pattern[str]) -> Problem | None:
    """Return the problem of a regular expression that lets strangers in, where what it lets in may act as a user."""
    strangers = find_strangers(rule)
    if len(strangers) < _MANY_STRANGERS:
        return None
    problem = f"It also matches {strangers[0]} and {strangers[1]}, strangers that its text does not name."
    remedy = (
        "Write a pattern such as 'https://*.example.com', or a regular expression that names your domain; or write "
        "accept_risks=['open-regex'] if you trust everyone who can have such an origin."
    )
    return Problem("origins", rule, ProblemCode.OPEN_REGEX, problem, remedy, risk="open-regex")


def find_regex_warning(rule: re.Pattern[str]) -> str | None:
    """Return what is odd about a regular expression that is not refused: the one stranger that it matches."""
    strangers = find_strangers(rule)
    if len(strangers) >= _MANY_STRANGERS:
        return None  # refused, unless its author takes the risk
    stranger = strangers[0] if strangers else find_lookalike(rule)
    if stranger is None:
        return None
    return f"it also matches {stranger}. Make sure that you trust everyone who can have such an origin."


def _find_opaque_problem(rule: str, *, supports_credentials: bool) -> Iterable[Problem]:
    problem = _OPAQUE[rule]
    if supports_credentials:
        remedy = "Leave it out; no risk can be accepted here."
        yield Problem("origins", rule, ProblemCode.NULL_WITH_CREDENTIALS, problem, remedy)
    else:
        remedy = "Leave it out, or write accept_risks=['null-origin'] if everybody may read this."
        yield Problem("origins", rule, ProblemCode.NULL_ORIGIN, problem, remedy, risk="null-origin")


def _find_risks(rule: OriginRule) -> Iterable[Problem]:
    """Find what makes a rule dangerous with credentials."""
    if isinstance(rule, re.Pattern):
        if isinstance(rule.pattern, str) and (found := find_regex_problem(rule)):
            yield found
        return
    # PERF: most rules are exact origins over https, of which there may be a hundred thousand.
    if not isinstance(rule, str) or (rule.startswith("https://") and "*." not in rule):
        return
    origin = parse_pattern(rule) or parse_origin(rule)
    if origin is None:
        return
    if origin.scheme == "http" and not is_loopback(origin.host.removeprefix("*.")):
        problem = "http is not encrypted: anyone between this page and its user can act as that user."
        remedy = f"Write {suggest_origin('https' + rule[4:])!r}, or accept_risks=['insecure-origins']."
        yield Problem("origins", rule, ProblemCode.INSECURE_ORIGIN, problem, remedy, 0, "insecure-origins")
    if suffix := find_public_suffix(rule):
        problem = f"Anybody can register a name under {suffix}, and would be trusted with your users' credentials."
        remedy = "Name the one site that you trust, or write accept_risks=['public-suffix']."
        yield Problem("origins", rule, ProblemCode.PUBLIC_SUFFIX, problem, remedy, rule.index("*"), "public-suffix")


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
                Problem(option, value, ProblemCode.COMMA_LIST, problem, f"Write a list: {parts!r}.", value.index(","))
            )
            return ()
        value = (value,)
    if not isinstance(value, Iterable) or isinstance(value, (bytes, bytearray)):
        problem = f"This option must be a list of {what}s, or '*', not {type(value).__name__}."
        problems.append(Problem(option, value, ProblemCode.NAMES_TYPE, problem, f"Write a list such as [{example!r}]."))
        return ()
    names = _ordered(value)
    if names == ("*",):
        return "*"
    kept: dict[str, str] = {}
    for name in names:
        if not isinstance(name, str) or not is_token(name):
            remedy = f"Write a name such as {example!r}: letters, digits and hyphens."
            problems.append(Problem(option, name, ProblemCode.NOT_A_TOKEN, f"This is not a {what}.", remedy))
        elif name == "*":
            problem = "A '*' beside names would make them meaningless."
            covers = " (Authorization is then allowed, too)" if option == "allow_headers" else ""
            remedy = f"Write {option}='*' alone{covers}, or only the names."
            problems.append(Problem(option, name, ProblemCode.WILDCARD_BESIDE_NAMES, problem, remedy))
        else:
            kept.setdefault(name if option == "methods" else name.lower(), name)
    return tuple(kept.values())


def _ordered(values: Iterable[Any]) -> tuple[Any, ...]:
    """Keep the order of the values; sort those of a set, which would differ from process to process."""
    return tuple(sorted(values, key=str) if isinstance(values, (set, frozenset)) else values)


def _are_hashable(values: tuple[object, ...]) -> bool:
    try:
        hash(values)
    except TypeError:
        return False
    return True


_NORMALIZERS: Final[Mapping[str, Callable[[object, list[Problem]], Any]]] = {
    "origins": normalize_origins,
    "methods": normalize_methods,
    "allow_headers": normalize_allow_headers,
    "expose_headers": normalize_expose_headers,
    "supports_credentials": lambda value, problems: normalize_flag("supports_credentials", value, problems),
    "max_age": normalize_max_age,
    "accept_risks": normalize_risks,
}
OPTION_NAMES: Final = tuple(_NORMALIZERS)
"""The options of a policy."""
FLAGS: Final = ("block_untrusted", "debug")
"""The options of a middleware that are on or off."""
DEFAULTS: Final[Mapping[str, Any]] = {
    "methods": DEFAULT_METHODS,
    "allow_headers": "*",
    "expose_headers": (),
    "supports_credentials": False,
    "max_age": DEFAULT_MAX_AGE,
    "accept_risks": (),
}
"""The values of options that are not given; origins have no default."""
