"""Policies: for every view, method and place the merged policy, made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from flask import Flask

from cors_wsgi import DENY, Deny, Policy, PolicyError, Problem, Ruling

from .layers import Layer, Merged, Place, Places
from .lost_marks import LostMark, find_registered, read_all_marks

if TYPE_CHECKING:
    from werkzeug.routing import Rule


@dataclass(frozen=True, eq=False)
class Cover:
    """What covers one view and method at one place.

    Attributes:
        policy: the merged policy; DENY or None.
        sources: which layer said what, by option.
        methods_given: whether a layer says `methods`; where none does, a preflight names those that the URL has.
        asks: whether the verdict on an origin takes calling a user's callable.
        lacks_origins: whether it is DENY only because no layer names an origin.
        ruling: the policy as the middleware wants it, without a verdict.
    """

    policy: Policy | Deny | None
    sources: Mapping[str, str] = field(default_factory=dict)
    methods_given: bool = False
    asks: bool = False
    lacks_origins: bool = False
    ruling: Ruling = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ruling", Ruling(self.policy))


HANDS_OFF: Final = Cover(None)
DENIED: Final = Cover(DENY)
DARK: Final = Cover(DENY, lacks_origins=True)
"""What covers a marked view for which no layer names an origin."""
_NAMELESS: Final = "it is marked, and nothing names an origin for it. Write @cross_origin(origins=[...])."


@dataclass(frozen=True, eq=False)
class Say:
    """What a view's own layers say: its marks, and the blueprints it is in.

    Attributes:
        layers: the most specific first; none below one that denies.
        is_marked: whether a mark is among them.
        covers: what they make of each place, as far as it is known.
    """

    layers: tuple[Layer, ...]
    is_marked: bool = False
    covers: dict[Place, Cover] = field(default_factory=dict)


@dataclass(frozen=True)
class _View:
    """A view's say, by method; `below` is what its blueprints say alone."""

    whole: Say
    methods: Mapping[str, Say]
    below: Say


class Policies:
    """The policies of an app.

    Args:
        app: the app.
        blueprints: the layers of blueprints, by the names that they are registered under.
        places: what the app as a whole says.
    """

    def __init__(self, app: Flask, blueprints: Mapping[str, Layer], places: Places) -> None:
        self.app = app
        self._blueprints = blueprints
        self.places = places
        self._lost: list[LostMark] = []
        self._registered: tuple[int, frozenset[int]] = (-1, frozenset())
        self._reports_at_once = False
        self._views: dict[str, _View] = {}
        self._nothing = Say(())
        self._by_blueprint: dict[tuple[Layer, ...], Say] = {(): self._nothing}

    def of_view(self, endpoint: str, method: str, place: Place) -> Cover:
        """Return what covers a view's response to a method."""
        view = self._views.get(endpoint) or self._read(endpoint)
        say = view.methods.get(method, view.whole)
        return say.covers.get(place) or self._make_or_deny(say, place, endpoint)

    def of_blueprints(self, endpoint: str, place: Place) -> Cover:
        """Return what covers a view as far as its own marks are left aside."""
        view = self._views.get(endpoint) or self._read(endpoint)
        return view.below.covers.get(place) or self._make_or_deny(view.below, place, endpoint)

    def of_path(self, place: Place) -> Cover:
        """Return what covers a path that no view answers."""
        return self._nothing.covers.get(place) or self._make_or_deny(self._nothing, place, "")

    def list_covers(self, place: Place) -> dict[tuple[str | None, str], Cover]:
        """Return what covers each endpoint and method that rules have, but OPTIONS, at one place."""
        return {
            (rule.endpoint, method): self.of_view(rule.endpoint, method, place)
            for rule in self.app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"OPTIONS"}
        }

    def validate(self) -> None:
        """Merge what can be foreseen: for each rule its methods, at the place of a path that it matches.

        Raises:
            PolicyError: for everything that is wrong with the merges; it names the views, and which layer said what.
        """
        failed: dict[tuple[str, str], tuple[Problem, list[str]]] = {}
        for name, say, place in self._foreseen():
            if place in say.covers:
                continue
            try:
                say.covers[place] = _merge(say, place)
            except PolicyError as error:
                for problem in error.problems:
                    failed.setdefault((str(problem), error.where), (problem, []))[1].append(name)
        if failed:
            raise PolicyError(
                [
                    replace(problem, problem=f"{problem.problem} So it is merged for {_list(names)} ({where}).")
                    for (_, where), (problem, names) in failed.items()
                ],
                f"the views of the app {self.app.name!r}",
            )

    def report_lost_marks(self) -> None:
        """Log the marks that are lost, an error each: those met so far now, those of late views as they are met."""
        self._reports_at_once = True
        while self._lost:
            self.app.logger.error("%s", self._lost.pop(0))

    def covers(self) -> list[Cover]:
        """Return everything that has been merged so far."""
        says = {self._nothing, *self._by_blueprint.values()}
        for view in list(self._views.values()):
            says |= {view.whole, view.below, *view.methods.values()}
        return [cover for say in says for cover in list(say.covers.values())]

    def dark_views(self) -> list[str]:
        """Return the marked views for which no layer names an origin, sorted; after `validate`."""
        return sorted({name for name, say, place in self._foreseen() if say.covers[place].lacks_origins})

    def has_say(self) -> bool:
        """Tell whether a layer of any view or blueprint names origins, or says that it is never shared."""
        return any(layer.denies or "origins" in layer.options for _, say, _ in self._foreseen() for layer in say.layers)

    def _foreseen(self) -> Iterator[tuple[str, Say, Place]]:
        for rule in self.app.url_map.iter_rules():
            view = self._views.get(rule.endpoint) or self._read(rule.endpoint)
            place = self.places.find(sample_path(rule))
            for method in sorted(rule.methods or {"GET"}):
                yield f"the view {rule.endpoint!r}", view.methods.get(method, view.whole), place

    def _read(self, endpoint: str) -> _View:
        view = self.app.view_functions.get(endpoint)
        marks, lost = read_all_marks(endpoint, view, self._find_registered())
        blueprints = self._blueprint_layers(endpoint)
        below = self._by_blueprint.setdefault(blueprints, Say(blueprints))
        whole = Say(_cut(marks.view + blueprints), True) if marks.view else below
        methods = {method: Say(_cut(layers + blueprints), True) for method, layers in marks.methods.items()}
        made = _View(whole, methods, below)
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

    def _make_or_deny(self, say: Say, place: Place, endpoint: str) -> Cover:
        """Merge what could not be foreseen, once; what fails is denied, and logged, since nobody waits for an error."""
        try:
            made = _merge(say, place)
            problem = _NAMELESS if made.lacks_origins else ""
        except PolicyError as error:
            made, problem = DENIED, f"its layers do not fit: {error}"
        kept = say.covers.setdefault(place, made := replace(made))
        if problem and kept is made:  # and not what another thread made in the meantime
            self.app.logger.error("The view %r at %s is not shared: %s", endpoint, place.name, problem)
        return kept


def sample_path(rule: Rule) -> str:
    """Return a path such as a rule matches, with an `x` for whatever varies; it need not satisfy converters."""
    pieces, rest = [], rule.rule
    while "<" in rest:
        literal, _, rest = rest.partition("<")
        pieces += [literal, "x"]
        rest = rest.partition(">")[2]
    return "".join([*pieces, rest])


def _merge(say: Say, place: Place) -> Cover:
    layers = say.layers
    if layers and layers[0].denies:
        return DENIED
    otherwise = DENIED if place.otherwise is DENY else HANDS_OFF
    if not layers and not place.shares:
        return otherwise
    cut = bool(layers) and layers[-1].denies
    merged = Merged(layers if cut else layers + place.layers)
    if "origins" not in merged.options:
        return DARK if say.is_marked else otherwise
    try:
        policy = merged.make_policy()
    except PolicyError as error:
        raise PolicyError(error.problems, str(merged)) from None
    asks = any(callable(rule) for rule in policy.origins)
    return Cover(policy, merged.sources, "methods" in merged.options, asks)


def _cut(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return the layers down to the first that denies: from below it nothing is inherited."""
    for index, layer in enumerate(layers):
        if layer.denies:
            return layers[: index + 1]
    return layers


def _list(names: list[str]) -> str:
    names = sorted(set(names))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
