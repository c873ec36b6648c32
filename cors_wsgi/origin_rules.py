"""Origin rules as people write them: what is wrong with one, and what they meant."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from .errors import Problem, ProblemCode
from .fetch import DEFAULT_PORTS, LOOPBACK_NAMES, canonical_ipv6, domain_to_ascii
from .origins import (
    MAX_ORIGIN_LENGTH,
    is_ip_address,
    parse_origin,
    parse_pattern,
)
from .written_lists import find_written_list

EXAMPLE: Final = "https://app.example.com"
READ_ENVIRONMENT: Final = (
    "[origin.strip() for origin in os.environ.get('CORS_ORIGINS', '').split(',') if origin.strip()]"
)
"""What reads a comma-separated environment variable; nobody, if it is empty or not set."""

_FOR_NOTHING = (
    f"Write an origin such as {EXAMPLE!r}, or [] for nobody; to read an environment variable, write {READ_ENVIRONMENT}."
)
_FOR_EVERYBODY = (
    "Name the origins you trust, such as 'https://app.example.com' or 'https://*.example.com'; or write origins='*', "
    "without any other rule and without credentials, if everybody may read this."
)
# A backslash, ^, $, a group, [a-z], .+ or ://.* in it; but not the brackets of https://[::1].
_REGEX_SIGNS = re.compile(r"[\\^$(){}|]|\[(?![0-9A-Fa-f]*[:\]])|[.\]][+?]|(?<=://)\.[*+]")
_SCHEME_AND_REST = re.compile(r"(?:(?:([^/?#]*):)?/{1,2})?(.*)", re.DOTALL)  # https:// or //, app.example.com/x
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_BETWEEN_ORIGINS = re.compile(r",(?![0-9]*\})|(?<=\S)[;\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_FILE_ORIGINS = ("file://", "file:///", "file:///index.html", "file://index.html", "file://localhost")
_BAD_IN_HOST = re.compile(r"[^A-Za-z0-9._-]")


def find_origin_problem(rule: object) -> Problem | None:
    """Return the first thing that is wrong with one origin rule, or None if it is valid.

    `"*"`, `"null"`, `"file://"` and the risks of a valid rule depend on the other options: the policy judges them.
    """
    if isinstance(rule, str):
        if parse_origin(rule) or parse_pattern(rule):
            return _find_scheme_slip(rule)
        return _find_text_problem(rule)
    if isinstance(rule, re.Pattern):
        if isinstance(rule.pattern, str):
            return _find_regex_problem(rule)
        return _problem(
            rule,
            ProblemCode.REGEX_OF_BYTES,
            "The regular expression matches bytes, and origins are text.",
            "Compile it from a str, without the b prefix.",
        )
    if callable(rule):
        return _find_callable_problem(rule)
    if rule is None:
        return _problem(rule, ProblemCode.ORIGIN_TYPE, "None is not an origin.", _FOR_NOTHING)
    return _problem(
        rule,
        ProblemCode.ORIGIN_TYPE,
        f"An origin rule must be a string, a compiled regular expression or a callable, not {type(rule).__name__}.",
        f"Write an origin such as {EXAMPLE!r}.",
    )


def suggest_origin(rule: str) -> str | None:
    """Return the valid rule that `rule` most probably means, or None if nothing is near.

    >>> suggest_origin("HTTPS://App.Example.com:443/index.html")
    'https://app.example.com'
    """
    scheme, rest = _SCHEME_AND_REST.fullmatch(rule.strip().strip("'\"")).groups("")  # type: ignore[union-attr]
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    scheme = scheme.lower() if _SCHEME.fullmatch(scheme.lower()) else ""
    scheme = _find_web_scheme(scheme) or scheme
    host, port = _split_port(authority)
    if scheme in ("", "http", "https") or not host.isascii():
        host = domain_to_ascii(host) or host
    scheme = scheme or ("http" if host in LOOPBACK_NAMES else "https")
    if host.startswith("[") and (address := canonical_ipv6(host[1:-1].partition("%")[0])):
        host = f"[{address}]"
    port = port if port == "*" else port.lstrip("0")
    if DEFAULT_PORTS.get(scheme) == port:
        port = ""
    meant = f"{scheme}://{host}" + (f":{port}" if port else "")
    return meant if parse_origin(meant) or parse_pattern(meant) else None


def _find_text_problem(rule: str) -> Problem:
    if not rule.strip():
        return _problem(rule, ProblemCode.ORIGIN_EMPTY, "The origin is empty.", _FOR_NOTHING)
    if written := find_written_list("origins", rule, EXAMPLE):
        return written
    if match := _BETWEEN_ORIGINS.search(rule):
        parts = [part for part in re.split(r"[,;\s]+", rule) if part]
        return _problem(
            rule,
            ProblemCode.COMMA_LIST,
            "This is several origins in one string.",
            f"Write a list: {parts!r}.",
            match.start(),
        )
    if len(rule) > MAX_ORIGIN_LENGTH:
        return _problem(
            rule,
            ProblemCode.ORIGIN_TOO_LONG,
            f"An origin has at most {MAX_ORIGIN_LENGTH} characters, and this has {len(rule)}.",
            "Write a shorter one.",
        )
    if (match := _REGEX_SIGNS.search(rule)) or rule.startswith((".*", ".+")):
        return _find_written_regex_problem(rule, match.start() if match else 0)
    if match := re.search(r"\s", rule):
        found = _wrong(rule, ProblemCode.WHITE_SPACE, "An origin cannot contain white space.", match.start())
        if rule.strip() == rule or not suggest_origin(rule):
            return found
        # Blanks around it usually come from "a, b".split(",").
        return replace(found, remedy=f"{found.remedy} To read an environment variable, write {READ_ENVIRONMENT}.")
    if rule.lower().startswith("file:"):
        return _problem(
            rule,
            ProblemCode.FILE_ORIGIN,
            "The origin of a local file is null, or file:// in some Android web views: no browser sends anything else.",
            "Serve the page over http://localhost while developing, and allow that origin; or write 'file://', with "
            "accept_risks=['null-origin'], if everybody may read this.",
            0,
        )
    scheme, separator, rest = rule.partition("://")
    if not separator or re.search(r"[/?#]", scheme):
        return _wrong(rule, ProblemCode.MISSING_SCHEME, "The origin has no scheme.", 0)
    return _find_scheme_problem(rule, scheme) or _find_authority_problem(rule, scheme, rest)


def _find_written_regex_problem(rule: str, position: int) -> Problem:
    from .written_regexes import compile_quietly, find_meant_origins, matches_every_host  # noqa: PLC0415 - only for what does not start

    problem = "A string is never read as a regular expression, and this looks like one."
    if matches_every_host(rule):
        problem = "A string is never read as a regular expression, and this looks like one that matches every origin."
        return _problem(rule, ProblemCode.LOOKS_LIKE_REGEX, problem, _FOR_EVERYBODY, position)
    if meant := find_meant_origins(rule):
        return _problem(rule, ProblemCode.LOOKS_LIKE_REGEX, problem, f"Write {_list_rules(meant)}.", position)
    try:
        compiled: object = compile_quietly(rule)
    except re.error:
        compiled = "re.compile(...)"
    remedy = f"Write {compiled}, which must match the whole origin; or a pattern such as 'https://*.example.com'."
    return _problem(rule, ProblemCode.LOOKS_LIKE_REGEX, problem, remedy, position)


def _list_rules(rules: tuple[str, ...]) -> str:
    *others, last = map(repr, rules)
    return f"{', '.join(others)} and {last}" if others else last


def _find_scheme_slip(rule: str) -> Problem | None:
    """Query a scheme that is well-formed, but so close to http or https that it is hardly an app's own."""
    scheme = rule.partition("://")[0]
    meant = _find_web_scheme(scheme)
    if meant is None:
        return None
    problem = f"The scheme {scheme!r} is one typo away from {meant!r}, and no page has it."
    return _problem(rule, ProblemCode.SCHEME_MISSPELLED, problem, f"Did you mean {suggest_origin(rule) or meant!r}?", 0)


def _find_web_scheme(scheme: str) -> str | None:
    """Return https or http, if `scheme` is neither and one edit away."""
    if scheme in ("http", "https"):
        return None
    return next((meant for meant in ("https", "http") if _is_one_edit(scheme, meant)), None)


def _is_one_edit(one: str, other: str) -> bool:
    """Tell whether two different texts differ in one character more, less or other, or in two that changed places."""
    start = next((i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    start = min(len(one), len(other)) if start is None else start
    one, other = one[start:], other[start:]
    if one[1:] == other or one == other[1:] or one[1:] == other[1:]:
        return True
    return one[:2] == other[1::-1] and one[2:] == other[2:]


def _find_scheme_problem(rule: str, scheme: str) -> Problem | None:
    if "*" in scheme:
        return _wrong_wildcard(rule, rule.index("*"))
    if _SCHEME.fullmatch(scheme):
        return None
    if _SCHEME.fullmatch(scheme.lower()):
        return _wrong(rule, ProblemCode.UPPER_CASE, "Browsers send the scheme in lower case.", _first_upper(rule))
    return _wrong(
        rule,
        ProblemCode.SCHEME_MALFORMED,
        "A scheme starts with a letter and contains letters, digits, '+', '-' and '.'.",
        0,
    )


def _find_authority_problem(rule: str, scheme: str, rest: str) -> Problem:
    start = len(scheme) + 3
    if match := re.search(r"[/?#]", rest):
        end = start + match.start()
        if "@" in rest[: match.start()]:
            return _wrong(rule, ProblemCode.USER_INFO, "An origin has no user name or password.", start)
        if rule[end:] == "/":
            return _wrong(rule, ProblemCode.TRAILING_SLASH, "Browsers send an origin without a trailing slash.", end)
        part = {"/": ProblemCode.PATH, "?": ProblemCode.QUERY, "#": ProblemCode.FRAGMENT}[match.group()]
        return _wrong(rule, part, f"An origin has no {part}: browsers do not send it.", end)
    if "@" in rest:
        return _wrong(rule, ProblemCode.USER_INFO, "An origin has no user name or password.", start)
    if not rest.isascii():
        position = next(i for i, character in enumerate(rest) if not character.isascii())
        return _wrong(
            rule,
            ProblemCode.UNICODE_HOST,
            "Browsers send a host with non-ASCII letters as punycode.",
            start + position,
        )
    if rest.startswith("[") and "]" not in rest:
        return _wrong(rule, ProblemCode.IP_ADDRESS, "The IPv6 address has no closing bracket.", start)
    host, port = _split_port(rest)
    if scheme in ("http", "https") and host != host.lower():
        return _wrong(rule, ProblemCode.UPPER_CASE, "Browsers send the host in lower case.", _first_upper(rule))
    if rest != host:
        problem = _find_port_problem(rule, scheme, port, start + len(host) + 1)
        if problem:
            return problem
    return _find_host_problem(rule, host, start)


def _find_port_problem(rule: str, scheme: str, port: str, position: int) -> Problem | None:
    if port == "*":
        return None
    if "*" in port:
        return _wrong_wildcard(rule, position + port.index("*"))
    if DEFAULT_PORTS.get(scheme) == port:
        return _wrong(
            rule, ProblemCode.DEFAULT_PORT, f"Browsers leave out port {port}, the default of {scheme}.", position - 1
        )
    if not port.isdigit() or port.startswith("0") or int(port[:6]) > 65535:
        return _wrong(
            rule,
            ProblemCode.PORT_MALFORMED,
            "A port must be a number from 1 to 65535, without leading zeros.",
            position,
        )
    return None


def _find_host_problem(rule: str, host: str, start: int) -> Problem:
    name = host.removeprefix("*.")
    offset = start + len(host) - len(name)
    if not host:
        return _wrong(rule, ProblemCode.HOST_MISSING, "The origin has no host.", start)
    if not name:
        return _wrong_wildcard(rule, start)
    if "*" in name:
        return _wrong_wildcard(rule, offset + name.index("*"))
    if name.startswith("["):
        return _find_ipv6_problem(rule, name, offset) if name == host else _wrong_wildcard(rule, start)
    if match := _BAD_IN_HOST.search(name):
        return _wrong(
            rule,
            ProblemCode.HOST_MALFORMED,
            f"The character {match.group()!r} cannot occur in the host of an origin.",
            offset + match.start(),
        )
    if name.startswith(".") or ".." in name:
        return _wrong(
            rule,
            ProblemCode.HOST_MALFORMED,
            "The host has an empty label between its dots.",
            offset + max(name.find(".."), 0),
        )
    if is_ip_address(name):
        return _wrong_wildcard(rule, start)
    return _wrong(
        rule,
        ProblemCode.IP_ADDRESS,
        "A host whose last label is a number is an IPv4 address, and browsers send that as four decimal numbers.",
        offset,
    )


def _find_ipv6_problem(rule: str, name: str, position: int) -> Problem:
    canonical = canonical_ipv6(name[1:-1])
    if canonical is None:
        return _wrong(rule, ProblemCode.IP_ADDRESS, "This is not an IPv6 address.", position)
    if name == f"[{canonical}]":
        return _wrong(rule, ProblemCode.HOST_MALFORMED, "Only http and https origins have an IPv6 host.", position)
    return _wrong(rule, ProblemCode.IP_ADDRESS, f"Browsers send this IPv6 address as [{canonical}].", position)


def _find_regex_problem(rule: re.Pattern[str]) -> Problem | None:
    """Find a regular expression that is written for `null` or a local file, neither of which it ever sees.

    One that matches them among everything else, such as `.*`, does not name them.
    """
    text = rule.pattern.lower()
    names_null = "null" in text and rule.fullmatch("null") and not rule.fullmatch("https://null.example")
    names_file = "file:" in text and any(map(rule.fullmatch, _FILE_ORIGINS))
    if not (names_null or names_file):
        return None
    origin = "null" if names_null else "file://"
    return _problem(
        rule,
        ProblemCode.REGEX_NEVER_ASKED,
        f"A regular expression only ever sees origins of the form scheme://host, never {origin}.",
        f"Take {origin} out of it; if everybody may read this, write {origin!r} as a separate rule, with "
        "accept_risks=['null-origin'].",
    )


def _find_callable_problem(rule: Callable[..., object]) -> Problem | None:
    called = rule.func if isinstance(rule, functools.partial) else rule
    if inspect.iscoroutinefunction(called) or inspect.iscoroutinefunction(type(called).__call__):
        return _problem(
            rule,
            ProblemCode.CALLABLE_IS_COROUTINE,
            "A coroutine function returns a coroutine, never True.",
            "Write a plain function (origin, environ) -> bool.",
        )
    try:
        inspect.signature(rule).bind("https://app.example.com", {})
    except TypeError:
        return _problem(
            rule,
            ProblemCode.CALLABLE_SIGNATURE,
            "The callable cannot be called with an origin and an environ.",
            "Write it as a function (origin, environ) -> bool.",
        )
    except ValueError:
        pass
    return None


def _wrong(rule: str, code: ProblemCode, problem: str, position: int) -> Problem:
    meant = suggest_origin(rule)
    return _problem(
        rule, code, problem, f"Write {meant!r}." if meant else f"Write an origin such as {EXAMPLE!r}.", position
    )


def _wrong_wildcard(rule: str, position: int) -> Problem:
    problem = "A '*' can only replace whole labels in front of a domain, or the port."
    return _problem(rule, ProblemCode.WILDCARD_PLACE, problem, _find_wildcard_remedy(rule), position)


def _find_wildcard_remedy(rule: str) -> str:
    scheme, _, rest = rule.lower().partition("://")
    host, port = _split_port(re.split(r"[/?#]", rest, maxsplit=1)[0])
    if scheme == "*" and (parse_origin(f"https://{rest}") or parse_pattern(f"https://{rest}")):
        return f"Write {_list_rules((f'http://{rest}', f'https://{rest}'))}."
    if not host.strip("*."):
        return _FOR_EVERYBODY
    if "*" in port and "*" not in host and (parse_origin(f"{scheme}://{host}")):
        return f"Write '{scheme}://{host}:*'."
    anything = "[0-9]+" if is_ip_address(host.replace("*", "0")) else "[a-z0-9-]+"
    labels = r"(?:[a-z0-9-]+\.)+" if host.startswith("*.") else ""
    finer = anything.join(map(re.escape, host.removeprefix("*.").split("*")))
    ports = "" if not port else "(?::[0-9]+)?" if "*" in port else f":{port}"
    if scheme not in ("http", "https") or re.search(r"[^a-z0-9.*_-]", host):
        return (
            "Write 'https://*.example.com', 'http://localhost:*', or a compiled regular expression for anything finer."
        )
    return f"Write {re.compile(f'{scheme}://{labels}{finer}{ports}')}, or a pattern such as 'https://*.example.com'."


def _problem(rule: object, code: ProblemCode, problem: str, remedy: str, position: int | None = None) -> Problem:
    return Problem("origins", rule, code, problem, remedy, position)


def _split_port(authority: str) -> tuple[str, str]:
    """Split host and port at the colon after the host, if there is one; an IPv6 address keeps its colons."""
    end = authority.find("]") + 1 if authority.removeprefix("*.").startswith("[") else 0
    host, colon, port = authority[end:].partition(":")
    return authority[:end] + host, port if colon else ""


def _first_upper(text: str) -> int:
    return next(i for i, character in enumerate(text) if character.isupper())
