"""Policies: for every view, method and path the merged policy, made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from flask import Flask

from cors_wsgi import DENY, Deny, Policy, PolicyError, Problem

from .layers import Layer, PathScope, PathScopes, merge_layers
from .lost_marks import LostMark, find_registered, read_all_marks

if TYPE_CHECKING:
    from werkzeug.routing import Rule


@dataclass(frozen=True, eq=False)
class ResolvedPolicy:
    """What covers one view and method in one scope.

    Attributes:
        policy: the merged policy; DENY or None.
        sources: which layer said what, by option.
        methods_given: whether a layer says `methods`; where none does, a preflight names those that the URL has.
        lacks_origins: whether it is DENY only because no layer names an origin.
        calls_user_code: whether it takes calling a user's callable to tell whether an origin is allowed.
        restricted: the same policy for fewer methods, as preflights have needed it.
    """

    policy: Policy | Deny | None
    sources: Mapping[str, str] = field(default_factory=dict)
    methods_given: bool = False
    lacks_origins: bool = False
    calls_user_code: bool = field(init=False)
    restricted: dict[tuple[tuple[str, ...] | str, bool], Policy] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        policy = self.policy
        object.__setattr__(self, "calls_user_code", policy is not None and policy.compiled.calls_user_code)


HANDS_OFF: Final = ResolvedPolicy(None)
DENIED: Final = ResolvedPolicy(DENY)
WITHOUT_ORIGINS: Final = ResolvedPolicy(DENY, lacks_origins=True)
"""What covers a marked view for which no layer names an origin."""
_NAME_ORIGINS: Final = "it is marked, but nothing names an origin for it. Write @cross_origin(origins=[...])."


@dataclass(frozen=True, eq=False)
class ViewLayers:
    """The layers of a view: its marks, and the blueprints it is in.

    Attributes:
        layers: the most specific first.
        is_marked: whether a mark is among them.
        resolved: what they make of each scope, as far as it is known.
    """

    layers: tuple[Layer, ...]
    is_marked: bool = False
    resolved: dict[PathScope, ResolvedPolicy] = field(default_factory=dict)


@dataclass(frozen=True)
class _View:
    """The layers of a view, by method; `inherited` are those of its blueprints alone."""

    own: ViewLayers
    methods: Mapping[str, ViewLayers]
    inherited: ViewLayers


class Policies:
    """The policies of an app.

    Args:
        app: the app.
        blueprints: the layers of blueprints, by the names that they are registered under.
        scopes: what the app as a whole says.
    """

    def __init__(self, app: Flask, blueprints: Mapping[str, Layer], scopes: PathScopes) -> None:
        self.app = app
        self._blueprints = blueprints
        self.scopes = scopes
        scopes.add_blueprints(blueprints.values())
        self._lost: list[LostMark] = []
        self._registered: tuple[int, frozenset[int]] = (-1, frozenset())
        self._reports_at_once = False
        self._views: dict[str, _View] = {}
        self._nothing = ViewLayers(())
        self._by_blueprint: dict[tuple[Layer, ...], ViewLayers] = {(): self._nothing}

    def of_view(self, endpoint: str, method: str, scope: PathScope) -> ResolvedPolicy:
        """Return what covers a view's response to a method."""
        view = self._views.get(endpoint) or self._read(endpoint)
        view_layers = view.methods.get(method, view.own)
        return view_layers.resolved.get(scope) or self._make_or_deny(view_layers, scope, endpoint)

    def of_blueprints(self, endpoint: str, scope: PathScope) -> ResolvedPolicy:
        """Return what covers a view when its own marks are ignored."""
        view = self._views.get(endpoint) or self._read(endpoint)
        return view.inherited.resolved.get(scope) or self._make_or_deny(view.inherited, scope, endpoint)

    def of_path(self, scope: PathScope) -> ResolvedPolicy:
        """Return what covers a path that no view answers."""
        return self._nothing.resolved.get(scope) or self._make_or_deny(self._nothing, scope, "")

    def list_resolved(self, scope: PathScope) -> dict[tuple[str | None, str], ResolvedPolicy]:
        """Return what covers each endpoint and method that rules have, but OPTIONS, in one scope."""
        return {
            (rule.endpoint, method): self.of_view(rule.endpoint, method, scope)
            for rule in self.app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"OPTIONS"}
        }

    def validate(self) -> None:
        """Merge what can be foreseen: the methods of each rule, in the scope of a path that it matches.

        Raises:
            PolicyError: for everything that is wrong with the merges; it names the views, and which layer said what.
        """
        failed: dict[tuple[str, str], tuple[Problem, list[str]]] = {}
        for name, view_layers, scope in self._foreseen():
            if scope in view_layers.resolved:
                continue
            try:
                view_layers.resolved[scope] = _merge(view_layers, scope)
            except PolicyError as error:
                for problem in error.problems:
                    failed.setdefault((str(problem), error.where), (problem, []))[1].append(name)
        if failed:
            raise PolicyError(
                [
                    replace(problem, problem=f"{problem.problem} Merged for {_list(names)}: {where}.")
                    for (_, where), (problem, names) in failed.items()
                ],
                f"the views of the app {self.app.name!r}",
            )

    def report_lost_marks(self) -> None:
        """Log the marks that are lost, an error each: those met so far now, those of late views as they are met."""
        self._reports_at_once = True
        while self._lost:
            self.app.logger.error("%s", self._lost.pop(0))

    def all_resolved(self) -> list[ResolvedPolicy]:
        """Return everything that has been merged so far."""
        known = {self._nothing, *self._by_blueprint.values()}
        for view in list(self._views.values()):
            known |= {view.own, view.inherited, *view.methods.values()}
        return [resolved for view_layers in known for resolved in list(view_layers.resolved.values())]

    def views_without_origins(self) -> list[str]:
        """Return the marked views for which no layer names an origin, sorted; after `validate`."""
        foreseen = self._foreseen()
        return sorted({name for name, view_layers, scope in foreseen if view_layers.resolved[scope].lacks_origins})

    def name_origins(self) -> bool:
        """Tell whether a layer of any view or blueprint names origins, or says that it is never shared."""
        layers = (layer for _, view_layers, scope in self._foreseen() for layer in scope.spell_out(view_layers.layers))
        return any(layer.ends or "origins" in layer.values for layer in layers)

    def support_credentials(self) -> bool:
        """Tell whether a layer of any view, path or blueprint supports credentials."""
        layers = [layer for scope in self.scopes.all for layer in scope.layers]
        layers += [layer for _, view_layers, scope in self._foreseen() for layer in scope.spell_out(view_layers.layers)]
        return any(layer.values.get("supports_credentials", False) for layer in layers)

    def _foreseen(self) -> Iterator[tuple[str, ViewLayers, PathScope]]:
        for rule in self.app.url_map.iter_rules():
            view = self._views.get(rule.endpoint) or self._read(rule.endpoint)
            scope = self.scopes.find(sample_path(rule))
            for method in sorted(rule.methods or {"GET"}):
                yield f"the view {rule.endpoint!r}", view.methods.get(method, view.own), scope

    def _read(self, endpoint: str) -> _View:
        view = self.app.view_functions.get(endpoint)
        marks, lost = read_all_marks(endpoint, view, self._find_registered())
        blueprints = self._blueprint_layers(endpoint)
        inherited = self._by_blueprint.setdefault(blueprints, ViewLayers(blueprints))
        own = ViewLayers(marks.view + blueprints, True) if marks.view else inherited
        methods = {method: ViewLayers(layers + blueprints, True) for method, layers in marks.methods.items()}
        made = _View(own, methods, inherited)
        kept = self._views.setdefault(endpoint, made)
        if kept is made:  # and not what another thread made in the meantime
            self._lost += lost
            if self._reports_at_once:
                self.report_lost_marks()
        return kept

    def _find_registered(self) -> frozenset[int]:
        count = len(self.app.view_functions)
        if self._registered[0] != count:
            self._registered = count, find_registered(self.app)
        return self._registered[1]

    def _blueprint_layers(self, endpoint: str) -> tuple[Layer, ...]:
        """Return the layers of the blueprints that an endpoint is in, the innermost first."""
        names = endpoint.split(".")[:-1]
        dotted = [".".join(names[: length + 1]) for length in range(len(names))]
        return tuple(self._blueprints[name] for name in reversed(dotted) if name in self._blueprints)

    def _make_or_deny(self, view_layers: ViewLayers, scope: PathScope, endpoint: str) -> ResolvedPolicy:
        """Merge, once, what could not be foreseen; a failure is denied and logged, since nobody waits for an error."""
        try:
            made = _merge(view_layers, scope)
            problem = _NAME_ORIGINS if made.lacks_origins else ""
        except PolicyError as error:
            made, problem = DENIED, f"its layers conflict: {error}"
        kept = view_layers.resolved.setdefault(scope, made := replace(made))
        if problem and kept is made:  # and not what another thread made in the meantime
            self.app.logger.error("The view %r at %s is not shared: %s", endpoint, scope.name, problem)
        return kept


def sample_path(rule: Rule) -> str:
    """Return a path such as a rule matches, with an `x` for whatever varies; it need not satisfy converters."""
    pieces, rest = [], rule.rule
    while "<" in rest:
        literal, _, rest = rest.partition("<")
        pieces += [literal, "x"]
        rest = rest.partition(">")[2]
    return "".join([*pieces, rest])


def _merge(view_layers: ViewLayers, scope: PathScope) -> ResolvedPolicy:
    layers = scope.spell_out(view_layers.layers)
    if layers and layers[0].ends:
        return DENIED if layers[0].denies else HANDS_OFF
    fallback = DENIED if scope.fallback is DENY else HANDS_OFF
    if not layers and not scope.covers_unmarked:
        return fallback
    # A method of a @same_origin class has its own options, and inherits nothing from beyond that class: neither
    # origins that the app names  for all of its views, nor anything else.
    is_cut = bool(layers) and layers[-1].ends
    merged = merge_layers(layers if is_cut else layers + scope.layers)
    if "origins" not in merged.values:
        return WITHOUT_ORIGINS if view_layers.is_marked else fallback
    try:
        policy = Policy.from_normalized(merged.values)
    except PolicyError as error:
        raise PolicyError(error.problems, str(merged)) from None
    return ResolvedPolicy(policy, merged.sources, "methods" in merged.values)


def _list(names: list[str]) -> str:
    names = sorted(set(names))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
