"""A copy of Flask's URL map that matches by pattern alone: a converter of the user's own may well ask a database."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from werkzeug.routing import BaseConverter, Map, MapAdapter

if TYPE_CHECKING:
    from werkzeug.routing import Rule

_NAME: Final = re.compile(r"[^<>:]+>")
"""The name at the end of a placeholder: `x>` in `/<int:x>/y`."""

_BUILT_IN: Final = frozenset(Map.default_converters.values())


def asks_users_code(url_map: Map) -> bool:
    """Tell whether converters of a URL map may be the user's own."""
    return not _BUILT_IN.issuperset(url_map.converters.values())


def make_blind_map(url_map: Map) -> Map | None:
    """Return a copy of a URL map whose converters take every value that their pattern matches.

    None where it could lead elsewhere than the original: two rules of the same pattern and method, of which the one
    that was added first counts, or a redirect that calls a function with the values.
    """
    rules = list(url_map.iter_rules())
    if any(callable(rule.redirect_to) for rule in rules) or any(_are_twins(*pair) for pair in combinations(rules, 2)):
        return None
    copy = Map(
        default_subdomain=url_map.default_subdomain,
        strict_slashes=url_map.strict_slashes,
        merge_slashes=url_map.merge_slashes,
        redirect_defaults=url_map.redirect_defaults,
        converters={name: _blind(converter) for name, converter in url_map.converters.items()},  # type: ignore[misc]
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


def _answers_options(rule: Rule) -> bool:
    """Tell whether Flask answers OPTIONS itself for this rule."""
    return bool(getattr(rule, "provide_automatic_options", False))


def _blind(converter: Callable[..., BaseConverter]) -> Callable[..., BaseConverter]:
    def make(*args: Any, **options: Any) -> BaseConverter:
        made: Any = converter(*args, **options)
        made.to_python, made.to_url = str, BaseConverter(args[0]).to_url
        return made  # type: ignore[no-any-return]

    return make
