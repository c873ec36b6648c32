"""What `flask cors check` finds out about an app: what is wrong, dangerous, or can never match."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import combinations, groupby
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Final, Literal

from flask import Flask

from cors_wsgi import Deny, PathMap, Policy, PolicyError
from cors_wsgi.options import OPTION_NAMES
from cors_wsgi.origins import is_exact, show_rule

from ..layers import Layer
from ..lost_marks import find_lost_marks, find_unseen_marks, held_by
from ..marks import find_marked_endpoints, package_of
from ..policies import Policies, sample_path
from ..state import BYPASSED, ExtensionState, WSGIEntry
from .leftovers import find_leftovers
from .routes import Row, list_rows

if TYPE_CHECKING:
    from werkzeug.routing import Rule

Level = Literal["error", "warning", "note"]

_MOST_LOOKED_AT: Final = 500
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class FindingCode(str, Enum):
    """The kinds of findings, the worst first; a closed set, each value is its stable name."""

    MISSING_EXTENSION = "missing-extension"
    POLICY = "policy"
    LOST_MARK = "lost-mark"
    BYPASSED = "bypassed"
    LEFT_BY_MIGRATE = "left-by-migrate"
    OTHER_EXTENSION = "other-extension"
    WRAPPED = "wrapped"
    ACCEPTED_RISK = "accepted-risk"
    DEBUG = "debug"
    UNSHARED_ROUTES = "unshared-routes"
    IDLE_RESOURCE = "idle-resource"
    IDLE_BLUEPRINT = "idle-blueprint"
    HEADER_TWINS = "header-twins"
    UNSEEN_MARK = "unseen-mark"
    EVERYBODY_WRITES = "everybody-writes"
    LOOSE_WITH_CREDENTIALS = "loose-with-credentials"

    __str__ = str.__str__

    @property
    def level(self) -> Level:
        """An error fails the check; a warning is dangerous, or has no effect; a note is good to know."""
        return "error" if self in _ERRORS else "note" if self in _NOTES else "warning"


_ERRORS: Final = frozenset(
    {
        FindingCode.MISSING_EXTENSION,
        FindingCode.POLICY,
        FindingCode.LOST_MARK,
        FindingCode.BYPASSED,
        FindingCode.LEFT_BY_MIGRATE,
    }
)
_NOTES: Final = frozenset(
    {
        FindingCode.UNSHARED_ROUTES,
        FindingCode.UNSEEN_MARK,
        FindingCode.EVERYBODY_WRITES,
        FindingCode.LOOSE_WITH_CREDENTIALS,
        FindingCode.HEADER_TWINS,
    }
)


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes:
        code: the kind of finding, which says how bad it is.
        text: what it is about, and what to do.
        place: file and line of the mark, call or view that it is about; None if it has no place.
    """

    code: FindingCode
    text: str
    place: tuple[str, int] | None = None


def check_app(app: Flask, state: ExtensionState | None) -> list[Finding]:
    """Return what there is to say about an app, the worst first."""
    order = ("error", "warning", "note")
    placed = (replace(found, place=found.place or _find_place(found.text)) for found in _find(app, state))
    return sorted(placed, key=lambda finding: order.index(finding.code.level))


_PLACE: Final = re.compile(r"((?:[A-Za-z]:)?[^\s():]+\.py):(\d+)")
"""How messages name file and line."""


def _find_place(text: str) -> tuple[str, int] | None:
    """Return the first place that a message names."""
    found = _PLACE.search(text)
    return None if found is None else (found[1], int(found[2]))


def _place_of(app: Flask, endpoint: str) -> tuple[str, int] | None:
    """Return where a view was written, as far as the function itself says; that of a class has no line."""
    view: Any = app.view_functions.get(endpoint)
    function = view.__func__ if type(view) is MethodType else view
    if type(function) is not FunctionType or package_of(function) == "flask":
        return None
    return function.__code__.co_filename, function.__code__.co_firstlineno


def _find(app: Flask, state: ExtensionState | None) -> Iterator[Finding]:
    yield from (Finding(FindingCode.LEFT_BY_MIGRATE, text) for text in find_leftovers(app))
    yield from _find_lost_marks(app)
    yield from _find_other_extension(app, state)
    if state is None:
        if views := find_marked_endpoints(app):
            text = f"Nothing reads the marks of these views: {', '.join(views)}. Write CORS(app)."
            yield Finding(FindingCode.MISSING_EXTENSION, text)
        return
    yield from _find_wrapped(app, state)
    try:
        policies = state.validate()
    except PolicyError as error:
        yield Finding(FindingCode.POLICY, str(error))
        return
    rows = list_rows(policies)
    yield from _find_dangers(rows, state)
    yield from _find_unshared_routes(rows, policies)
    yield from _find_idle_resources(policies)
    yield from _find_idle_blueprints(app, state)
    yield from _find_header_twins(rows)


def _find_lost_marks(app: Flask) -> Iterator[Finding]:
    yield from (Finding(FindingCode.LOST_MARK, str(lost)) for lost in find_lost_marks(app))
    if unseen := find_unseen_marks(app):
        text = f"These are marked, but no route leads to them: {', '.join(unseen)}."
        yield Finding(FindingCode.UNSEEN_MARK, text)


def uses_flask_cors(app: Flask) -> bool:
    """Tell whether Flask-CORS, or its decorator, is on an app."""
    hooks = [*app.after_request_funcs.get(None, ()), *app.view_functions.values()]
    return any(package_of(hook) == "flask_cors" for hook in hooks)


def _find_other_extension(app: Flask, state: ExtensionState | None) -> Iterator[Finding]:
    if not uses_flask_cors(app):
        return
    text = "Flask-CORS is on this app, too, but its headers are replaced. Remove it."
    if state is None:
        text = "Flask-CORS alone decides who may read from this app. Import CORS and cross_origin from flask_cors_ext."
    yield Finding(FindingCode.OTHER_EXTENSION, text)


def _find_wrapped(app: Flask, state: ExtensionState) -> Iterator[Finding]:
    if state.is_bypassed or _goes_around(app.wsgi_app, state.entry):
        yield Finding(FindingCode.BYPASSED, BYPASSED)
    elif app.wsgi_app is not state.entry:
        yield Finding(
            FindingCode.WRAPPED,
            f"app.wsgi_app was wrapped after CORS(app), by {_describe(app.wsgi_app)}: what that answers itself carries "
            "no CORS headers. Call CORS(app) last, unless it rewrites host or path (such as ProxyFix).",
        )


def _goes_around(outermost: object, entry: WSGIEntry) -> bool:
    """Tell whether what wraps an app holds what the extension wraps, and not the extension; read, not called."""
    queue, passed = deque([outermost]), {id(outermost)}
    is_inside = False
    while queue and len(passed) < _MOST_LOOKED_AT:
        wrapper = queue.popleft()
        if wrapper is entry:
            return False
        is_inside = is_inside or _is_same_function(wrapper, entry.inner)
        for _, held in held_by(wrapper):
            if callable(held) and id(held) not in passed and not issubclass(type(held), (Flask, type)):
                passed.add(id(held))
                queue.append(held)
    return is_inside


def _is_same_function(one: object, other: object) -> bool:
    """Tell whether two objects are one, or a method bound twice."""
    if type(one) is MethodType and type(other) is MethodType:
        return one.__func__ is other.__func__ and one.__self__ is other.__self__
    return one is other


def _find_dangers(rows: list[Row], state: ExtensionState) -> Iterator[Finding]:
    yield from _group(rows, FindingCode.ACCEPTED_RISK, _say_risks, state.app)
    yield from _group(rows, FindingCode.EVERYBODY_WRITES, _say_who_writes, state.app)
    yield from _group(rows, FindingCode.LOOSE_WITH_CREDENTIALS, _say_who_is_trusted, state.app)
    if state.debug and not state.app.debug:
        text = "X-CORS-Debug is on although the app is not in debug mode: it shows rules that almost match."
        yield Finding(FindingCode.DEBUG, text)


def _group(rows: list[Row], code: FindingCode, say: Callable[[Row, Policy], str], app: Flask) -> Iterator[Finding]:
    """Yield one finding for all routes of which the same is to be said; `say` returns nothing for the others."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if isinstance(row.resolved.policy, Policy) and (said := say(row, row.resolved.policy)):
            groups.setdefault(said, []).append(row)
    for said, group in groups.items():
        yield Finding(code, f"{_list_routes(group, most=1)}: {said}", _place_of(app, group[0].endpoint))


def _say_risks(_: Row, policy: Policy) -> str:
    return f"the policy accepts {', '.join(policy.accept_risks)}." if policy.accept_risks else ""


def _say_who_writes(row: Row, policy: Policy) -> str:
    return (
        "every page on the web may call this." if policy.allows_everybody and not _SAFE.issuperset(row.methods) else ""
    )


def _say_who_is_trusted(_: Row, policy: Policy) -> str:
    loose = [show_rule(rule) for rule in policy.origins if not is_exact(rule)]
    if not policy.supports_credentials or not loose:
        return ""
    return (
        f"with credentials, every origin that matches {', '.join(loose)} is trusted. Make sure that nobody else can "
        "have one."
    )


def _find_unshared_routes(rows: list[Row], policies: Policies) -> Iterator[Finding]:
    """Find routes that CORS(app) leaves alone, since only marks or blueprints name origins."""
    unshared = [row for row in rows if row.resolved.policy is None and not row.endpoint.endswith("static")]
    if unshared and any(scope.lacks_origins and scope.rule is None for scope in policies.scopes.all):
        text = (
            f"{_list_routes(unshared, most=5)}: no page of another origin may read this, since CORS(app) names no "
            "origins. To share it, write CORS(app, origins=['https://app.example.com']), or mark the view."
        )
        yield Finding(FindingCode.UNSHARED_ROUTES, text)


def _list_routes(rows: list[Row], *, most: int) -> str:
    named = [f"{', '.join(row.methods)} {row.rule}" for row in rows[:most]]
    more = len(rows) - len(named)
    return "; ".join(named) + (f" and {more} more route{'s' * (more != 1)}" if more else "")


def _find_idle_resources(policies: Policies) -> Iterator[Finding]:
    routes = list(policies.app.url_map.iter_rules())
    used = {policies.scopes.find(sample_path(route)).rule for route in routes}
    for scope in policies.scopes.all:
        is_left_alone = not scope.layers and scope.fallback is None  # on purpose, and maybe for what is not a route
        if not is_left_alone and scope.rule not in used and scope.rule is not None and _can_be_told(scope.rule, routes):
            text = f"{scope.name} covers no route of this app. Check its path, or remove it."
            yield Finding(FindingCode.IDLE_RESOURCE, text)


def _can_be_told(rule: object, routes: Iterable[Rule]) -> bool:
    """Tell whether the paths of routes say for certain that a resource covers none of them."""
    if isinstance(rule, re.Pattern):
        return False
    literal = str(rule).removesuffix("/*")
    starts = {route.rule.partition("<")[0] for route in routes if "<" in route.rule}
    return not any(literal.startswith(start) or start.startswith(literal + "/") for start in starts)


def _find_idle_blueprints(app: Flask, state: ExtensionState) -> Iterator[Finding]:
    for name, layer in state.blueprints.items():
        routes = [route for route in app.url_map.iter_rules() if route.endpoint.startswith(name + ".")]
        if not routes:
            yield Finding(FindingCode.IDLE_BLUEPRINT, f"The blueprint {name!r} has CORS, but no routes.")
        elif layer.resources is not None:
            yield from _find_idle_resources_of_blueprint(layer.resources, routes)


def _find_idle_resources_of_blueprint(resources: PathMap[Layer], routes: list[Rule]) -> Iterator[Finding]:
    used = {resources.get(sample_path(route), None) for route in routes}
    for rule, layer in resources.items():
        if layer not in used and not layer.hands_off and _can_be_told(rule, routes):
            text = (
                f"{layer.name} covers no route of the blueprint. Write paths as browsers request them, with the "
                f"blueprint's prefix: one of its routes is {routes[0].rule}."
            )
            yield Finding(FindingCode.IDLE_RESOURCE, text)


def _find_header_twins(rows: list[Row]) -> Iterator[Finding]:
    """Find views of one URL that nothing but `allow_headers` tells apart: browsers remember headers per URL."""
    in_order = sorted(rows, key=_rule_of)
    pairs = (pair for _, group in groupby(in_order, key=_rule_of) for pair in combinations(group, 2))
    for one, other in pairs:
        if _differ_in_headers(one.resolved.policy, other.resolved.policy):
            yield Finding(
                FindingCode.HEADER_TWINS,
                f"At {one.rule}, {', '.join(one.methods)} and {', '.join(other.methods)} differ only in allow_headers. "
                "Browsers remember header names for the URL, whatever the method, so preflights are not cached there "
                "(Access-Control-Max-Age: 0). Give them the same allow_headers.",
            )


def _rule_of(row: Row) -> str:
    return row.rule


def _differ_in_headers(one: Policy | Deny | None, other: Policy | Deny | None) -> bool:
    if not isinstance(one, Policy) or not isinstance(other, Policy) or one == other:
        return False
    return all(getattr(one, name) == getattr(other, name) for name in OPTION_NAMES if name != "allow_headers")


def _describe(wsgi_app: object) -> str:
    return getattr(wsgi_app, "__qualname__", None) or type(wsgi_app).__qualname__
