"""Layers: who may say something of a policy, how what several say is merged, and what holds for which path."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from cors_wsgi import DENY, Deny, PathMap, Policy, PolicyError, Problem, ProblemCode, is_canonical
from cors_wsgi.options import OPTION_NAMES, find_conflicts, normalize, unknown_option

from .options import OBSOLETE_OPTIONS, setting_of, warn, warn_of_obsolete


@dataclass(frozen=True, eq=False)
class Layer:
    """What one place of the configuration says.

    Attributes:
        name: the place, as messages call it.
        values: what it says, by option; normalised.
        denies: whether it says instead that nothing below is ever shared.
        hands_off: whether it says instead that nothing below is touched.
        prefix: for settings, what precedes an option's name.
        called_at: file and line of the call that said it; empty where no call did.
        resources: what a blueprint says about some of its paths; nothing about its other paths.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    denies: bool = False
    hands_off: bool = False
    prefix: str = ""
    called_at: str = ""
    resources: PathMap[Layer] | None = None

    @property
    def ends(self) -> bool:
        """Whether nothing is inherited from the layers below."""
        return self.denies or self.hands_off

    def names(self, option: str) -> str:
        """Return the place where this layer says `option`."""
        return f"the setting {self.prefix}{option.upper()}" if self.prefix else self.name


def read_layer(name: str, options: Mapping[str, Any], *, prefix: str = "", called_at: str = "") -> Layer:
    """Return a layer, once what it says is in order as far as it alone can be judged.

    Args:
        name: the place, for messages.
        options: the options of a policy; origins may be missing.
        prefix: for settings, what precedes an option's name.
        called_at: file and line of the call that says it.

    Raises:
        PolicyError: for everything that is wrong with the options.

    Warns:
        PolicyWarning: for what works, but not as its author probably thinks.
    """
    normalized = normalize(options, partial=True)
    if problems := [*normalized.problems, *_find_certain_conflicts(normalized.values)]:
        raise PolicyError(problems, name)
    for message in normalized.warnings:
        warn(f"{name}: {message}")
    return Layer(name, normalized.values, prefix=prefix, called_at=called_at)


@contextmanager
def name_settings(config: Mapping[str, Any], setting: str = "") -> Iterator[None]:
    """Tell what is wrong with settings in the user's terms.

    Args:
        config: the app's configuration.
        setting: the one that is read; where several are, each has the name of its option.

    Raises:
        PolicyError: in place of the one that comes out of the block.
    """
    try:
        yield
    except PolicyError as error:
        named = [name_setting(problem, config, setting) for problem in error.problems]
        raise PolicyError(named, error.where, error.advice) from None


def name_setting(problem: Problem, config: Mapping[str, Any], setting: str = "") -> Problem:
    """Return a problem with the name of its setting, and of the environment variable behind it; see `name_settings`."""
    name = setting or setting_of(problem.option)
    variable = f"FLASK_{name}"
    remedy = problem.remedy
    if problem.code is ProblemCode.ORIGIN_EMPTY and not problem.value and not setting:
        remedy = "Set it to origins separated by commas, such as 'https://app.example.com', or to [] for nobody."
    elif (listed := _WRITTEN_LIST.match(remedy)) and (variable in os.environ or isinstance(config.get(name), str)):
        # In a text, a list of Python's would be the next problem.
        names = ast.literal_eval(listed[1])
        is_json = setting or not isinstance(config.get(name), str)
        remedy = f"Write a list: {json.dumps(names)}." if is_json else f"Write {','.join(names)!r}."
    elif variable in os.environ and remedy.startswith("Write re.compile("):
        remedy = (
            "A variable holds no regular expression: write a pattern such as 'https://*.example.com', or name the "
            "origins in the call of CORS(app)."
        )
    place = f"{problem.said_in} of " if setting and problem.said_in else ""
    said_in = f"{place}the setting {name}" + (f", from the variable {variable}" if variable in os.environ else "")
    return replace(problem, remedy=remedy, said_in=said_in)


_WRITTEN_LIST: Final = re.compile(r"Write (?:a list: |the list itself, )(\[.*\])(?:\.|, or read .*)\Z", re.DOTALL)


@contextmanager
def collect(errors: list[PolicyError]) -> Iterator[None]:
    """Keep the error of one step, so that the steps after it are judged, too."""
    try:
        yield
    except PolicyError as error:
        errors.append(error)


def join_errors(errors: Sequence[PolicyError], advice: str = "") -> PolicyError:
    """Return one error for several, in which each problem names its place where that differs.

    Args:
        errors: at least one.
        advice: what else to write.
    """
    places = list(dict.fromkeys(error.where for error in errors))
    if len(places) == 1:
        return PolicyError([problem for error in errors for problem in error.problems], places[0], advice)
    problems = [
        replace(problem, said_in=problem.said_in or error.where) for error in errors for problem in error.problems
    ]
    return PolicyError(problems, "", advice)


def _find_certain_conflicts(values: Mapping[str, Any]) -> list[Problem]:
    """Return the conflicts of a part of a policy's options; a risk may still be accepted by another layer."""
    return [problem for problem in find_conflicts(values) if problem.risk is None or "accept_risks" in values]


@dataclass(frozen=True)
class Merged:
    """What several layers say together, the most specific first: for each option the first one wins.

    Attributes:
        values: what is said, by option.
        layers: which layer said it, by option.
    """

    values: Mapping[str, Any]
    layers: Mapping[str, Layer]

    @property
    def sources(self) -> Mapping[str, str]:
        """The place where each option is said."""
        return {option: layer.names(option) for option, layer in self.layers.items()}

    def __str__(self) -> str:
        """Return for each option the place where it is said, with file and line of the call."""
        said = [
            f"{option} from {layer.names(option)}" + (f" at {layer.called_at}" if layer.called_at else "")
            for option, layer in self.layers.items()
        ]
        return ", ".join(said) or "no layer says anything"


def merge_layers(layers: Iterable[Layer]) -> Merged:
    """Merge layers, the most specific first."""
    values: dict[str, Any] = {}
    sources: dict[str, Layer] = {}
    for layer in layers:
        for option, value in layer.values.items():
            if option not in values:
                values[option] = value
                sources[option] = layer
    return Merged(values, sources)


PathRule: TypeAlias = "str | re.Pattern[str]"
Resource: TypeAlias = "Mapping[str, Any] | Deny | None"
Resources: TypeAlias = "Mapping[PathRule, Resource] | PathRule | Iterable[PathRule]"

_EXAMPLE: Final = "{'/api/*': {'origins': ['https://app.example.com']}}"


@dataclass(frozen=True, eq=False)
class PathScope:
    """What the app as a whole says about some of its paths.

    Attributes:
        name: the scope, as messages call it.
        layers: what views there inherit, the most specific first.
        covers_unmarked: whether paths and views without their own options are covered; `layers` then name origins.
        fallback: what those get where they are not.
        rule: the resource's path rule, if it is one.
        lacks_origins: whether they would be covered if any layer named an origin.
        refuses_everybody: whether `origins` is an empty list.
        blueprints: for the layer of each blueprint with resources, what it says here.
    """

    name: str
    layers: tuple[Layer, ...]
    covers_unmarked: bool = False
    fallback: Deny | None = None
    rule: PathRule | None = None
    lacks_origins: bool = False
    refuses_everybody: bool = False
    blueprints: Mapping[Layer, tuple[Layer, ...]] = field(default_factory=dict)

    def spell_out(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """Return layers with what blueprints say here, down to the first below which nothing is inherited."""
        said = [said for layer in layers for said in self.blueprints.get(layer, (layer,))]
        last = next((index for index, layer in enumerate(said) if layer.ends), len(said))
        return tuple(said[: last + 1])


class PathScopes:
    """The scopes of an app.

    Args:
        layers: keywords and settings.
        resources: the option of that name, or None where it is not given. Where it is, the layers hold within the
            resources only.
        covers_unmarked: whether the app as a whole is covered, rather than single blueprints.
        fallback: the answer for paths not covered; `DENY` with `block_untrusted`.

    Raises:
        PolicyError: for what is wrong with the resources, or with the layers.

    Attributes:
        all: every scope but that of malformed paths.
        only: the one scope, where there are no resources.
    """

    __slots__ = ("_blueprints", "_combined", "_elsewhere", "_malformed", "_map", "all", "only")

    def __init__(
        self,
        layers: tuple[Layer, ...],
        resources: Resources | None,
        *,
        covers_unmarked: bool,
        fallback: Deny | None,
    ) -> None:
        self._blueprints: tuple[Layer, ...] = ()
        self._combined: dict[tuple[PathScope | Layer | None, ...], PathScope] = {}
        self._map: PathMap[PathScope] | None = None
        self._malformed = PathScope("a path that is not canonical", (), fallback=DENY)
        self.only: PathScope | None = None
        if resources is None:
            self.only = self._elsewhere = _settle(
                "the app", "CORS(app)", layers, covers_unmarked=covers_unmarked, fallback=fallback
            )
            self.all: tuple[PathScope, ...] = (self._elsewhere,)
            return
        errors: list[PolicyError] = []
        with collect(errors):
            _check_defaults(layers)
        rules, scopes = _read_rules(resources), {}
        for rule, value in rules.items():
            with collect(errors):
                scopes[rule] = _make_scope(rule, value, layers, covers_unmarked=covers_unmarked, fallback=fallback)
        self._elsewhere = PathScope("no resource", (), fallback=fallback)
        with collect(errors):
            self._map = PathMap({rule: scopes.get(rule, self._elsewhere) for rule in rules}, option="resources")
        if errors:
            raise join_errors(errors)
        self.all = (*scopes.values(), self._elsewhere)

    def add_blueprints(self, layers: Iterable[Layer]) -> None:
        """Tell paths apart as blueprints do, too; at most as many scopes come of it as rules can be combined."""
        self._blueprints = tuple(layer for layer in layers if layer.resources is not None)
        self._combined.clear()
        if self._blueprints:
            self.only = None

    def find_raw(self, path: str) -> PathScope:
        """Return the scope of a path, given as PATH_INFO has it: its bytes as latin-1."""
        if path.isascii() or self.only is not None:
            return self.find(path)
        return self.find(path.encode("latin-1", "replace").decode("utf-8", "replace"))

    def find(self, path: str) -> PathScope:
        """Return the scope of a path, given as text; U+FFFD in place of bytes that are not UTF-8."""
        if self.only is not None:
            return self.only
        is_malformed = not is_canonical(path) or "\ufffd" in path
        found = self._elsewhere
        if self._map is not None:
            found = self._malformed if is_malformed else self._map.get(path, self._elsewhere)
        if not self._blueprints:
            return found
        said = [_MALFORMED if is_malformed else _find_resource(layer, path) for layer in self._blueprints]
        combined = self._combined.get((found, *said))
        if combined is None:
            here = {
                layer: () if one is None else (one,) if one.ends else (one, layer)
                for layer, one in zip(self._blueprints, said, strict=True)
            }
            combined = self._combined.setdefault((found, *said), replace(found, blueprints=here))
        return combined


_MALFORMED: Final = Layer("a path that is not canonical", denies=True)


def _find_resource(layer: Layer, path: str) -> Layer | None:
    return None if layer.resources is None else layer.resources.get(path, None)


def _read_rules(resources: object) -> Mapping[PathRule, Resource]:
    if isinstance(resources, Mapping):
        return resources
    rules: Sequence[Any]
    if isinstance(resources, (str, re.Pattern)):
        rules = [resources]
    elif isinstance(resources, Iterable):
        rules = list(resources)
    else:
        problem = f"Resources must be a mapping, one path or a list of paths, not {type(resources).__name__}."
        raise PolicyError([Problem("resources", resources, ProblemCode.RESOURCES_TYPE, problem, f"Write {_EXAMPLE}.")])
    bad = [rule for rule in rules if not isinstance(rule, (str, re.Pattern))]
    if bad:
        problem = f"A path rule must be a string or a compiled regular expression of text, not {type(bad[0]).__name__}."
        raise PolicyError(
            [Problem("resources", bad[0], ProblemCode.PATH_TYPE, problem, "Write a path such as '/api/*'.")]
        )
    return {rule: {} for rule in rules}


_GRANTS: Final = frozenset({"accept_risks", "expose_headers", "supports_credentials"})
"""What gives origins more than to be named; it goes with those that it was said of."""


def merge_options(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two calls say together; what the first one gives its origins, those of the second do not get."""
    origins = first.get("origins")
    has_others = second.get("resources") is not None or second.get("origins", origins) != origins
    kept = {option: value for option, value in first.items() if not (has_others and option in _GRANTS)}
    return {**kept, **second}


def merge_calls(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of one call that says what two calls on one app say; each path keeps its own origins.

    Raises:
        PolicyError: for resources that are not resources.
    """
    given = [keywords for keywords in (first, second) if keywords.get("resources") is not None]
    if not given or any("origins" not in keywords for keywords in (first, second) if keywords not in given):
        return merge_options(first, second)
    merged = {option: value for option, value in {**first, **second}.items() if option not in OPTION_NAMES}
    return {**merged, "resources": {**_spell_out(first), **_spell_out(second)}}


def _spell_out(keywords: Mapping[str, Any]) -> dict[PathRule, Resource]:
    """Return the resources of a call in which each says everything itself."""
    said = {option: value for option, value in keywords.items() if option in OPTION_NAMES}
    rules = {"/*": {}} if keywords.get("resources") is None else _read_rules(keywords["resources"])
    return {rule: {**said, **value} if isinstance(value, Mapping) else value for rule, value in rules.items()}


def list_resource_options(resources: object) -> set[str]:
    """Return the options that an app's resources say, whatever is wrong with them."""
    values = resources.values() if isinstance(resources, Mapping) else ()
    return {str(option) for value in values if isinstance(value, Mapping) for option in value}


def read_resources(name: str, resources: object, called_at: str) -> PathMap[Layer]:
    """Return what a blueprint says about paths, by path.

    Args:
        name: the blueprint's layer, for messages.
        resources: the option.
        called_at: file and line of the call.

    Raises:
        PolicyError: for what is wrong with the resources.
    """
    errors: list[PolicyError] = []
    layers = {}
    for rule, value in _read_rules(resources).items():
        layers[rule] = Layer(name)
        with collect(errors):
            layers[rule] = _read_resource(f"{name} resources[{rule!r}]", value, called_at)
    found: PathMap[Layer] = PathMap({})
    with collect(errors):
        found = PathMap(layers, option="resources")
    if errors:
        raise join_errors(errors)
    return found


def _read_resource(name: str, value: Resource, called_at: str) -> Layer:
    if value is None or value is DENY:
        return Layer(name, denies=value is DENY, hands_off=value is None)
    if not isinstance(value, Mapping):
        problem = f"A resource must be a mapping of options, None or DENY, not {type(value).__name__}."
        raise PolicyError([Problem("resources", value, ProblemCode.RESOURCE_TYPE, problem, f"Write {_EXAMPLE}.")], name)
    unknown = [option for option in value if option not in OPTION_NAMES and option not in OBSOLETE_OPTIONS]
    errors = [PolicyError(map(_explain_unknown, unknown), name)] if unknown else []
    for option in value:
        if option in OBSOLETE_OPTIONS:
            warn_of_obsolete(f"{option} in {name}", option)
    layer = Layer(name)
    with collect(errors):
        known = {option: said for option, said in value.items() if option in OPTION_NAMES}
        layer = read_layer(name, known, called_at=called_at)
    if errors:
        raise join_errors(errors)
    return layer


def _explain_unknown(option: object) -> Problem:
    problem = unknown_option(str(option), OPTION_NAMES)
    ignored = "(Flask-CORS ignores it: if you come from there, remove it to keep what your app does now.)"
    return replace(problem, remedy=f"{problem.remedy} {ignored}")


def _make_scope(
    rule: PathRule, value: Resource, layers: tuple[Layer, ...], *, covers_unmarked: bool, fallback: Deny | None
) -> PathScope:
    name = f"resources[{rule!r}]"
    layer = _read_resource(name, value, layers[0].called_at)
    if layer.ends:
        return PathScope(name, (), fallback=DENY if layer.denies else None, rule=rule)
    return _settle(name, name, (layer, *layers), covers_unmarked=covers_unmarked, fallback=fallback, rule=rule)


def _settle(
    name: str,
    where: str,
    layers: tuple[Layer, ...],
    *,
    covers_unmarked: bool,
    fallback: Deny | None,
    rule: PathRule | None = None,
) -> PathScope:
    """Return a scope after checking that its layers fit; without a named origin it shares nothing.

    Raises:
        PolicyError: for what is wrong with the layers together.
    """
    merged = merge_layers(layers)
    if not covers_unmarked or "origins" not in merged.values:
        _check_defaults(layers)
        return PathScope(name, layers, False, fallback, rule, lacks_origins=covers_unmarked)
    try:
        policy = Policy.from_normalized(merged.values)
    except PolicyError as error:
        raise PolicyError(error.problems, f"{where} ({merged})") from None
    return PathScope(name, layers, True, fallback, rule, refuses_everybody=policy.origins == ())


def _check_defaults(layers: tuple[Layer, ...]) -> None:
    if problems := _find_certain_conflicts(merge_layers(layers).values):
        raise PolicyError(problems, "CORS(app)")
