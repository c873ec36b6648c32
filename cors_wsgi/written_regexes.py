r"""Regular expressions that somebody wrote as strings: which rules mean the same.

Flask-CORS reads strings as regular expressions where they look like one, and matches only the beginning. Most of them
mean what a pattern says more safely: `https://.*\.example\.com` is `https://*.example.com`, `/api/.*` is `/api/*`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Final

from .origins import is_loopback, parse_origin, parse_pattern

_ANCHORS: Final = re.compile(r"\A(?:\(\?[a-z]+\))?(?:\^|\\A)?|(?:\$|\\Z)\Z")
# http, https, https?, (https?), (http|https), http(s)?, and :// with or without backslashes
_SCHEME: Final = re.compile(
    r"\(?(?:\?:)?(?P<scheme>https?\??|https?\|https?|https?\(s\)\?|http\(s\)\?)\)?:(?:\\?/){2}(?P<rest>.*)", re.DOTALL
)
# :\d+, :[0-9]{4}, :.*, :*, (:\d+)?, (?::[0-9]+)?
_ANY_PORT: Final = re.compile(
    r"(?:\((?:\?:)?)?:\(?(?:\\d|\[0-9\]|\[\\d\]|\.)(?:[*+]|\{[0-9,]+\})\)?(?:\)[?*]?)?\Z|:\*\Z"
)
# (:3000)?, :3000, :(3000|5173)
_PORTS: Final = re.compile(r"\((?:\?:)?:(?P<maybe>[0-9]+)\)\?\Z|:(?P<one>[0-9]+)\Z|:\((?:\?:)?(?P<some>[0-9|]+)\)\Z")
# .*\., .+\., [^.]+\., [a-z0-9-]+\., \w+\., and the same in a group that may be missing or be repeated
_LABEL: Final = r"(?:\.|\\[wS]|\[(?:\\.|[^\]\\])+\])(?:[*+]\??|\{[0-9,]+\})"
_LABELS: Final = re.compile(rf"\((?:\?:)?{_LABEL}\\?\.\)(?P<group>[?*+]?)|(?P<bare>{_LABEL})(?P<dot>\\?\.)?|\*\\\.")
_CHOICE: Final = re.compile(r"\((?:\?:)?([^()]*\|[^()]*)\)")
_DOT: Final = re.compile(r"\\([.\-/:])")
# A backslash, .*, (?..., (a|b), [a-z], [^/], ^ in front, $ or /? at the end: hardly a path.
_OF_A_PATH: Final = re.compile(
    r"\\[dwsDWSAZ.\-/]|\.[*+]|\(\?|\([^)]*[|*+\\][^)]*\)|\[(?:\^|[^\]]*-|[^\]]*\]/)[^\]]*\]?|\A\^|\$\Z|/\?(?:\Z|\$|\.)"
)
# What may follow a prefix: /.*, /.+, (/.*)?, /(.*), /?, /*
_BELOW: Final = re.compile(r"(?:/?\(?(?:\?:)?/?\.[*+]\)?\??|/\?|/\*|\*)\Z")
_ANYTHING: Final = (".*", ".+", ".*)", ".+)")
_MOST_RULES: Final = 8


def find_meant_origins(text: str) -> tuple[str, ...]:
    r"""Return the origins and patterns that a regular expression of origins most probably means; none if it is unclear.

    They allow no origin under a domain that the text does not name, and none over plain http where https is meant, too.

    >>> find_meant_origins(r"https?://(.*\.)?example\.com")
    ('https://example.com', 'https://*.example.com')
    >>> find_meant_origins(r"http://localhost:\d+")
    ('http://localhost:*',)
    """
    written = _strip(text)
    match = _SCHEME.fullmatch(f"https://{written}" if written.startswith((".*", ".+")) else written)
    if match is None:
        return ()
    rest, ports = _split_ports(match["rest"])
    rules = tuple(
        f"{scheme}://{host}{port}"
        for host in _find_hosts(rest)
        for scheme in _find_schemes(match["scheme"], host)
        for port in ports
    )
    if len(rules) > _MOST_RULES or not all(parse_origin(rule) or parse_pattern(rule) for rule in rules):
        return ()
    return rules


def matches_every_host(text: str) -> bool:
    r"""Tell whether a regular expression of origins is written to match any host, such as `https?://.*`, or `.*`."""
    match = _SCHEME.fullmatch(_strip(text))
    rest = _strip(text) if match is None else match["rest"]
    return rest in (".*", ".+", "(.*)", "(.+)")


def find_meant_path(text: str) -> str | re.Pattern[str] | None:
    r"""Return the path rule that a string means which is written as a regular expression; None if it is not one.

    >>> find_meant_path("^/api/.*$"), find_meant_path("*"), find_meant_path("/api*")
    ('/api/*', '/*', '/api/*')
    >>> find_meant_path(r"/api/v\d+/")
    re.compile('/api/v\\d+/.*')
    """
    written = re.sub(r"\\([/-])", r"\1", _strip(text))
    prefix = _DOT.sub(r"\1", _BELOW.sub("", written))
    if (prefix == written and _OF_A_PATH.search(text) is None) or written[:1].isalnum():
        return None
    if re.fullmatch(r"(?:/[\w\-.~]+)*/?", prefix):
        is_whole = text.rstrip().endswith(("$", r"\Z")) and prefix == _DOT.sub(r"\1", written)
        return prefix if is_whole and prefix else f"{prefix.rstrip('/')}/*"
    if _OF_A_PATH.search(text) is None:
        return None
    # Flask-CORS matches the beginning of a path, a compiled regular expression here the whole of it.
    is_whole = text.rstrip().endswith(("$", r"\Z", *_ANYTHING))
    below = "" if is_whole else ".*" if written.endswith("/") else "(?:/.*)?"
    try:
        return compile_quietly(written.removesuffix("/*") + below)
    except re.error:
        return None


def compile_quietly(text: str) -> re.Pattern[str]:
    """Compile what a user wrote; what Python would warn of is in an error message soon enough.

    Raises:
        re.error: it is not a regular expression.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(text)


def _strip(text: str) -> str:
    return _ANCHORS.sub("", text.strip())


def _find_schemes(written: str, host: str) -> tuple[str, ...]:
    """Return the schemes: of `https?` both for this machine, and only the secure one for others."""
    if written.isalpha():
        return (written,)
    return ("http", "https") if is_loopback(host.removeprefix("*.")) else ("https",)


def _split_ports(text: str) -> tuple[str, tuple[str, ...]]:
    """Return what precedes the port, and the ports as rules write them."""
    if match := _ANY_PORT.search(text):
        return text[: match.start()], (":*",)
    match = _PORTS.search(text)
    if match is None:
        return text, ("",)
    found = match["maybe"] or match["one"] or match["some"]
    ports = tuple(f":{port}" for port in found.split("|") if port)
    return text[: match.start()], ("", *ports) if match["maybe"] else ports


def _find_hosts(text: str) -> Iterator[str]:
    """Yield the hosts and host patterns that a regular expression of hosts means; broken ones where it is unclear."""
    match = _LABELS.match(text)
    rest = text[match.end() :] if match else text
    begins: tuple[str, ...] = ("",)
    if match:
        may_be_missing = match["group"] in ("?", "*") or (match["bare"] is not None and match["dot"] is None)
        begins = ("", "*.") if may_be_missing else ("*.",)
    for end in _spell_out(rest):
        for begin in begins:
            yield begin + _DOT.sub(r"\1", end)


def _spell_out(text: str) -> Iterator[str]:
    """Yield a text for each way through its first alternatives, `(a|b)`."""
    match = _CHOICE.search(text)
    if match is None:
        yield text
        return
    for choice in match[1].split("|"):
        yield from _spell_out(text[: match.start()] + choice + text[match.end() :])
