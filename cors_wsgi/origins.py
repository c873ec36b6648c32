"""Origins: the grammar of a serialized origin, and sets of them."""

from __future__ import annotations

import difflib
import re
import traceback
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from .decisions import quote_error
from .fetch import DEFAULT_PORTS, LOOPBACK_NAMES, canonical_ipv6
from .logs import logger

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

OriginCallable: TypeAlias = "Callable[[str, WSGIEnvironment], bool]"
OriginRule: TypeAlias = "str | re.Pattern[str] | OriginCallable"

MAX_ORIGIN_LENGTH: Final = 512
"""Characters; a longer origin is not well-formed. Host names end at 253."""

OPAQUE_ORIGINS: Final = ("null", "file://")
"""Origins that anybody can have: sandboxed frames and local files send `null`, some Android web views `file://`."""


_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:]+\]|[A-Za-z0-9._-]+)(?::([1-9][0-9]{0,4}))?")
_DOMAIN = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?")
_ENDS_IN_NUMBER = re.compile(r"(?:[^.]*\.)*(?:[0-9]+|0x[0-9a-f]*)\.?")
# 127.0.0.1: four numbers up to 255 without leading zeros, a dot between them and none at the end.
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")
_SCANNED_FOR_NEAREST = 1000  # a refusal that is explained must not take longer, the more origins there are
_COMPARED_FOR_NEAREST = 50  # difflib takes some 20 microseconds for each


class Origin(NamedTuple):
    """The parts of a well-formed serialized origin.

    Attributes:
        scheme: in lower case, without the colon.
        host: as serialized, an IPv6 address in its brackets.
        port: in decimal digits; empty where the scheme's default port is meant.
    """

    scheme: str
    host: str
    port: str


def parse_origin(text: str) -> Origin | None:
    """Return the parts of a serialized origin, or None for other text (HTML, `#ascii-serialisation-of-an-origin`).

    Linear in the length of `text`, and never longer than 512 characters take. `null` has no parts: it is None.

    >>> parse_origin("https://app.example.com:8443")
    Origin(scheme='https', host='app.example.com', port='8443')
    >>> parse_origin("https://app.example.com/")
    """
    if len(text) > MAX_ORIGIN_LENGTH or (match := _ORIGIN.fullmatch(text)) is None:
        return None
    scheme, host, port = match.groups("")
    if port and (int(port) > 65535 or DEFAULT_PORTS.get(scheme) == port):
        return None
    if scheme in ("http", "https"):
        return Origin(scheme, host, port) if is_canonical_host(host) else None
    return None if scheme == "file" or host.startswith("[") else Origin(scheme, host, port)


def is_canonical_host(host: str) -> bool:
    """Tell whether browsers serialize the host of an http or https URL so (URL standard, `#host-serializing`)."""
    if host.startswith("["):
        return canonical_ipv6(host[1:-1]) == host[1:-1]
    if _DOMAIN.fullmatch(host) is None:
        return False
    return _ENDS_IN_NUMBER.fullmatch(host) is None or _IPV4.fullmatch(host) is not None


def is_ip_address(host: str) -> bool:
    """Tell whether a canonical host is an IPv4 or a bracketed IPv6 address."""
    return host.startswith("[") or _IPV4.fullmatch(host) is not None


def is_loopback(host: str) -> bool:
    """Tell whether a canonical host never leaves the machine (Secure Contexts, `#is-origin-trustworthy`)."""
    name = host.removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return host == "[::1]" or (host.startswith("127.") and _IPV4.fullmatch(host) is not None)


def rename_loopback(origin: str) -> tuple[str, ...]:
    """Return a well-formed origin of this machine under its other names; nothing, if its host is not one of them.

    >>> rename_loopback("http://127.0.0.1:5173")
    ('http://localhost:5173', 'http://[::1]:5173')
    """
    parts = parse_origin(origin)
    if parts is None or parts.host not in LOOPBACK_NAMES:
        return ()
    port = f":{parts.port}" if parts.port else ""
    return tuple(f"{parts.scheme}://{name}{port}" for name in LOOPBACK_NAMES if name != parts.host)


def parse_pattern(text: str) -> Origin | None:
    """Return the parts of an origin pattern, its wildcards included, or None if `text` is not one.

    A pattern is an origin with `*.` before a host that is not an IP address, or `:*` for its port, or both.

    >>> parse_pattern("https://*.example.com:*")
    Origin(scheme='https', host='*.example.com', port='*')
    """
    scheme, _, rest = text.partition("://")
    host = rest.removesuffix(":*")
    any_port, any_host = host != rest, host.startswith("*.")
    if not any_port and not any_host:
        return None
    origin = parse_origin(f"{scheme}://{host.removeprefix('*.')}")
    if origin is None or (any_port and origin.port) or (any_host and is_ip_address(origin.host)):
        return None
    return Origin(scheme, "*." + origin.host if any_host else origin.host, "*" if any_port else origin.port)


def is_exact(rule: OriginRule) -> bool:
    """Tell whether a valid rule is one origin, rather than a pattern, a regular expression or a callable."""
    return isinstance(rule, str) and "*" not in rule


def show_rule(rule: OriginRule) -> str:
    """Return a rule as its author would know it, in full: its text, or a callable's name."""
    if isinstance(rule, str):
        return rule
    if not isinstance(rule, re.Pattern):
        return getattr(rule, "__qualname__", None) or repr(rule)
    flags = re.RegexFlag(rule.flags) & ~re.UNICODE
    return f"re.compile({rule.pattern!r}, {flags!r})" if flags else f"re.compile({rule.pattern!r})"


class OriginRules(tuple[OriginRule, ...]):
    """Rules that are valid, in their order, without duplicates; compiled once, however many policies share them."""

    @cached_property
    def compiled(self) -> OriginSet:
        """The set of origins that the rules state."""
        return OriginSet(self)

    def __reduce__(self) -> tuple[type[OriginRules], tuple[tuple[OriginRule, ...]]]:
        return OriginRules, (tuple(self),)


class OriginSet:
    """A set of origins, stated by rules and compiled for look-up.

    Exact origins cost one set look-up and patterns one per label of the host, whatever their number: a pattern's own
    text is its key. Regular expressions and callables come last and only ever see well-formed origins.

    Attributes:
        exact: the exact origins.
        is_exact: whether there are no other rules.
        calls_user_code: whether there are callables.
    """

    __slots__ = (
        "_any_host",
        "_any_port",
        "_callables",
        "_patterns",
        "_regexes",
        "calls_user_code",
        "exact",
        "is_exact",
    )

    def __init__(self, rules: Iterable[OriginRule]) -> None:
        """Compile rules that are valid already: a string with a `*` is a pattern, any other an exact origin."""
        rules = tuple(rules)
        self.exact = frozenset(rule for rule in rules if isinstance(rule, str) and is_exact(rule))
        self._patterns = frozenset(rule for rule in rules if isinstance(rule, str) and not is_exact(rule))
        self._any_host = any("://*." in pattern for pattern in self._patterns)
        self._any_port = any(pattern.endswith(":*") for pattern in self._patterns)
        self._regexes = tuple(rule.fullmatch for rule in rules if isinstance(rule, re.Pattern))
        self._callables = tuple(rule for rule in rules if not isinstance(rule, (str, re.Pattern)))
        self.calls_user_code = bool(self._callables)
        self.is_exact = not (self._patterns or self._regexes or self._callables)

    def allows(self, origin: str, environ: WSGIEnvironment) -> bool:
        """Tell whether a rule allows `origin`; a callable that raises does not, and is logged."""
        if origin in self.exact:
            return True
        if self.is_exact or (parts := parse_origin(origin)) is None:
            return False
        if self._patterns and self._matches_pattern(*parts):
            return True
        if any(fullmatch(origin) for fullmatch in self._regexes):
            return True
        return any(_is_allowed_by(rule, origin, environ) for rule in self._callables)

    def _matches_pattern(self, scheme: str, host: str, port: str) -> bool:
        patterns = self._patterns
        if self._any_port and f"{scheme}://{host}:*" in patterns:
            return True
        if not self._any_host:
            return False
        tail = ":" + port if port else ""
        dot = host.find(".", 1)
        while dot != -1:
            key = f"{scheme}://*{host[dot:]}"
            if key + tail in patterns or (self._any_port and key + ":*" in patterns):
                return True
            dot = host.find(".", dot + 1)
        return False

    def allows_under_another_name(self, origin: str) -> bool:
        """Tell whether `origin` is allowed with another loopback name for its host; callables are not asked."""
        twins = rename_loopback(origin)
        if any(twin in self.exact or _any_port(twin) in self._patterns for twin in twins):
            return True
        return any(fullmatch(twin) for fullmatch in self._regexes for twin in twins)

    def nearest(self, origin: str) -> str | None:
        """Return the rule that a refused origin probably meant, or None; bounded, whatever the number of rules.

        First comes one that differs only in the name of this machine, then those of the same host, with the fewest
        slips in scheme and port. Only exact origins and patterns are rules in this sense, and only the first thousand
        are looked at.
        """
        meant = origin[:MAX_ORIGIN_LENGTH].strip().lower().rstrip("/")
        if meant in self.exact:
            return meant
        for twin in rename_loopback(meant):
            if twin in self.exact:
                return twin
            if _any_port(twin) in self._patterns:
                return _any_port(twin)
        if self.allows_under_another_name(meant):
            return None  # a regular expression, and what is near to it by chance would mislead
        scanned = [*islice(self._patterns, _SCANNED_FOR_NEAREST), *islice(self.exact, _SCANNED_FOR_NEAREST)]
        scheme, host, port = _split(meant)
        hosts = LOOPBACK_NAMES if host in LOOPBACK_NAMES else (host,)
        slips = [
            (rule_host != host, (rule_scheme != scheme) + (rule_port not in (port, "*")), rule)
            for rule in scanned
            for rule_scheme, rule_host, rule_port in (_split(rule),)
            if rule_host in hosts
        ]
        if slips:
            return min(slips)[2]
        close = difflib.get_close_matches(meant, sorted(scanned[:_COMPARED_FOR_NEAREST]), n=1, cutoff=0.85)
        return close[0] if close else None


def _is_allowed_by(rule: OriginCallable, origin: str, environ: WSGIEnvironment) -> bool:
    try:
        return rule(origin, environ) is True
    except Exception as error:  # noqa: BLE001 - the user's own callable; a request must not fail for it
        frames = traceback.extract_tb(error.__traceback__)
        logger.error(
            "The origin rule %s raised %s at %s:%s and does not allow %r.",
            getattr(rule, "__qualname__", rule),
            quote_error(error),
            frames[-1].filename,
            frames[-1].lineno,
            origin,
        )
        return False


def _any_port(origin: str) -> str:
    """Return the pattern for any port of an origin's host."""
    parts = parse_origin(origin)
    return "" if parts is None else f"{parts.scheme}://{parts.host}:*"


def _split(text: str) -> tuple[str, str, str]:
    """Return scheme, host (without `*.` and `www.`) and port of an origin or pattern; of other text, a guess."""
    scheme, separator, rest = text.partition("://")
    authority = (rest if separator else text).partition("/")[0]
    end = authority.find("]") + 1
    host, _, port = authority[end:].partition(":")
    return scheme if separator else "", (authority[:end] + host).removeprefix("*.").removeprefix("www."), port
