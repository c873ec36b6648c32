"""What Flask's URL map says: of a path and method, of rules that meet, and without asking the user's converters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations, zip_longest
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import BaseConverter, Map, MapAdapter, RequestRedirect, Rule

if TYPE_CHECKING:
    from flask import Request

MOST_HOPS: Final = 5
"""A longer chain of redirects is not followed: slashes, an alias and a subdomain make three."""

NO_METHOD: Final = "--"
"""A method that no route has, to ask which ones there are."""


class Found(NamedTuple):
    """What a path and method lead to.

    Attributes:
        path: the final path, after redirects.
        method: the method.
        rule: the rule whose view answers, or None.
        is_known: whether the path has rules at all; without `rule`, they are for other methods.
        allowed: the methods that they are for, where the router says so.
    """

    path: str
    method: str
    rule: Rule | None = None
    is_known: bool = False
    allowed: Sequence[str] = ()


def to_found(path: str, method: str, error: MethodNotAllowed) -> Found:
    """Return what a router says by an error: that a path has rules, and none for this method."""
    return Found(path, method, is_known=True, allowed=sorted(error.valid_methods or ()))


_Step: TypeAlias = "Found | str | None"


class Router:
    """Flask's URL map, bound to one request. Each rule's converters are asked at most once for a path.

    Args:
        adapter: the URL map, bound.
        request: the request, for its host.
        blind: a copy of the URL map that asks no converter, if there is one; see `make_blind_map`.
    """

    __slots__ = ("_adapter", "_asked", "_blind", "_request", "path")

    def __init__(self, adapter: MapAdapter, request: Request, blind: Map | None = None) -> None:
        self._adapter = adapter
        self._blind = None if blind is None else bind_alike(blind, adapter)
        self._request = request
        self._asked: dict[tuple[str, int], Rule | _Step] = {}
        self.path: str = adapter.path_info

    def find(self, method: str) -> Found:
        """Return what the request's path leads to with another method."""
        return self._follow(method, asks=self._blind is not None)

    def guess(self, method: str) -> Found:
        """Return what the request's path leads to if no custom converter refuses it; none is called."""
        return self._follow(method, asks=False)

    def _follow(self, method: str, *, asks: bool) -> Found:
        path = self.path
        for _ in range(1 + MOST_HOPS):
            step = self._match(self._blind or self._adapter, path, method)
            if asks and isinstance(step, Rule):
                step = self._ask(path, method, step)
            if isinstance(step, Rule):
                return Found(path, method, None if is_automatic(step, method) else step, is_known=True)
            if isinstance(step, Found):
                return step
            if step is None:
                break
            path = step
        return Found(self.path, method)

    def _ask(self, path: str, method: str, blind_rule: Rule) -> Rule | _Step:
        """Return what Flask's own URL map says, which asks the converters of the rule that matches."""
        key = path, id(blind_rule)
        if key not in self._asked:
            self._asked[key] = self._match(self._adapter, path, method)
        return self._asked[key]

    def _match(self, adapter: MapAdapter, path: str, method: str) -> Rule | _Step:
        """Return the rule that a path leads to, or the path that it redirects to, or None where there is no route."""
        try:
            rule: Rule = adapter.match(path, method, return_rule=True)[0]
        except RequestRedirect as redirect:
            return self._path_of(redirect.new_url)
        except MethodNotAllowed as error:
            return to_found(path, method, error)
        except Exception:  # noqa: BLE001 - an HTTPException, or whatever a user's converter raises
            return None
        return rule

    def _path_of(self, url: str) -> str | None:
        """Return the path of a redirect's target as the app would see it, or None if the app would not see it."""
        parts = urlsplit(url)
        prefix = self._adapter.script_name
        path = unquote(parts.path)
        if parts.netloc.lower() != self._request.host.lower() or not path.startswith(prefix):
            return None
        return "/" + path[len(prefix) :]


def is_automatic(rule: Any, method: str) -> bool:
    """Tell whether Flask answers OPTIONS itself for this rule, whichever view it belongs to."""
    return method == "OPTIONS" and bool(getattr(rule, "provide_automatic_options", False))


_PLACEHOLDER = re.compile(r"<(?:([A-Za-z_][A-Za-z0-9_]*)(?:\([^()]*\))?:)?[^<>():]+>")
_ANY, _REST = "\0", "\1"


class Pattern(NamedTuple):
    """What is known about the URLs that a rule matches.

    Attributes:
        domain: the host or subdomain; None where it varies.
        segments: of the path; one that varies holds NUL, one that may reach over slashes SOH.
        flags: what else two rules must share so as to match the same URLs.
    """

    domain: str | None
    segments: tuple[str, ...]
    flags: tuple[object, ...]


def never_overlaps(rule: Rule, others: Iterable[Rule]) -> bool:
    """Tell whether every other rule has the same URLs as `rule`, or none in common with it.

    True is certain; False means that the patterns alone do not tell.
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
    """Return what is known about a rule's URLs."""
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


_NAME: Final = re.compile(r"[^<>:]+>")
"""The name at the end of a placeholder: `x>` in `/<int:x>/y`."""

_BUILT_IN: Final = frozenset(Map.default_converters.values())


def asks_users_code(url_map: Map) -> bool:
    """Tell whether a URL map may have custom converters."""
    return not _BUILT_IN.issuperset(url_map.converters.values())


def make_blind_map(url_map: Map) -> Map | None:
    """Return a copy of a URL map whose converters take every value that their pattern matches.

    None where it could lead elsewhere than the original: two rules of the same pattern and method, of which the one
    that was added first counts, or a redirect that calls a function with the values.
    """
    rules = list(url_map.iter_rules())
    if any(callable(rule.redirect_to) for rule in rules):
        return None
    # Rules are listed by their endpoints: of an endpoint with several, the order in which they were added is lost.
    is_ordered = len({rule.endpoint for rule in rules}) == len(rules)
    for one, other in combinations(rules, 2):
        if _are_twins(one, other) or (not is_ordered and _depend_on_order(one, other)):
            return None
    copy = Map(
        default_subdomain=url_map.default_subdomain,
        strict_slashes=url_map.strict_slashes,
        merge_slashes=url_map.merge_slashes,
        redirect_defaults=url_map.redirect_defaults,
        converters={name: _blind(converter) for name, converter in url_map.converters.items()},
        host_matching=url_map.host_matching,
    )
    for rule in rules:
        copy.add(_copy_rule(rule))
    return copy


def bind_alike(url_map: Map, adapter: MapAdapter) -> MapAdapter:
    """Return an adapter that binds another URL map to the same request."""
    return MapAdapter(
        url_map,
        adapter.server_name,
        adapter.script_name,
        adapter.subdomain,
        adapter.url_scheme,
        adapter.path_info,
        adapter.default_method,
        adapter.query_args,
    )


def _copy_rule(rule: Rule) -> Rule:
    copy: Any = rule.empty()
    copy.merge_slashes, copy.websocket = rule.merge_slashes, rule.websocket
    copy.provide_automatic_options = _answers_options(rule)
    return copy  # type: ignore[no-any-return]


def _are_twins(one: Rule, other: Rule) -> bool:
    if _NAME.sub(">", one.rule) != _NAME.sub(">", other.rule):
        return False
    if (one.host, one.subdomain) != (other.host, other.subdomain):
        return False
    if one.methods is None or other.methods is None:
        return True
    is_automatic = _answers_options(one) and _answers_options(other)
    return bool((one.methods & other.methods) - ({"OPTIONS"} if is_automatic else set()))


def _depend_on_order(one: Rule, other: Rule) -> bool:
    """Tell whether two rules part at a segment that is a placeholder in both; a fixed one comes first in any order."""
    for mine, theirs in zip(*(_NAME.sub(">", rule.rule).split("/") for rule in (one, other)), strict=False):
        if mine != theirs:
            return "<" in mine and "<" in theirs
    return False


def _answers_options(rule: Rule) -> bool:
    """Tell whether Flask answers OPTIONS itself for this rule."""
    return bool(getattr(rule, "provide_automatic_options", False))


def _blind(converter: type[BaseConverter]) -> Any:
    """Return a converter that asks no code of the app's; Werkzeug's own ask none."""
    if converter in _BUILT_IN:
        return converter

    def make(*args: Any, **options: Any) -> BaseConverter:
        made: Any = converter(*args, **options)
        made.to_python, made.to_url = str, BaseConverter(args[0]).to_url
        return made  # type: ignore[no-any-return]

    return make
