"""URL patterns: which rules can never match a URL that another rule matches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from werkzeug.routing import Rule

_PLACEHOLDER = re.compile(r"<(?:([A-Za-z_][A-Za-z0-9_]*)(?:\([^()]*\))?:)?[^<>():]+>")
_ANY, _REST = "\0", "\1"


class Pattern(NamedTuple):
    """What is known of the URLs that a rule matches.

    Attributes:
        domain: the host or subdomain; None where it varies.
        segments: of the path; one that varies holds NUL, one that may reach over slashes SOH.
        flags: what else two rules must share so as to match the same URLs.
    """

    domain: str | None
    segments: tuple[str, ...]
    flags: tuple[object, ...]


def is_apart(rule: Rule, others: Iterable[Rule]) -> bool:
    """Tell whether every other rule has the same URLs as `rule`, or none in common with it.

    True is certain; False means that it cannot be told from the patterns alone.
    """
    others = list(others)
    pattern = read_pattern(rule)
    if _depends_on_values(rule, others):
        return False
    for other in others:
        if other is not rule and _may_meet(pattern, theirs := read_pattern(other)):
            same = pattern == theirs and rule.rule == other.rule and None not in pattern
            if not same or _depends_on_values(other, others):
                return False
    return True


def read_pattern(rule: Rule) -> Pattern:
    """Return what is known of a rule's URLs."""
    domain = (rule.host if rule.map.host_matching else rule.subdomain) or ""

    def replace(match: re.Match[str]) -> str:
        converter = rule.map.converters[match[1] or "default"]  # a class, or a function that makes one
        return _ANY if getattr(converter, "part_isolating", False) else _REST

    path = _PLACEHOLDER.sub(replace, rule.rule)
    if "<" in path:
        path = "/" + _REST
    flags = (rule.strict_slashes, rule.merge_slashes, rule.websocket, rule.build_only)
    return Pattern(None if "<" in domain else domain, tuple(path.rstrip("/").split("/")), flags)


def _depends_on_values(rule: Rule, rules: Iterable[Rule]) -> bool:
    """Tell whether some of a rule's URLs may be redirected, and others not."""
    return bool(rule.redirect_to or rule.alias or any(r.defaults for r in rules if r.endpoint == rule.endpoint))


def _may_meet(one: Pattern, other: Pattern) -> bool:
    if one.domain is not None and other.domain is not None and one.domain != other.domain:
        return False
    for a, b in zip_longest(one.segments, other.segments):
        if _REST in (a or "") or _REST in (b or ""):
            return True
        if a is None or b is None:
            return False
        if a != b and _ANY not in a and _ANY not in b:
            return False
    return True
