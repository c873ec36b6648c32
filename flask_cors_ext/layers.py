"""Layers: who may say something of a policy, how what several say is merged, and what holds for which path."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from cors_wsgi import DENY, Deny, PathMap, Policy, PolicyError, Problem, ProblemCode, is_canonical
from cors_wsgi.options import unknown_option

from .options import NEEDLESS, POLICY_OPTIONS, hush, warn, warn_of_needless

_SOME_ORIGIN = "https://app.example.com"
_RISK_CODES = frozenset({"null-origin", "insecure-origin", "public-suffix"})


@dataclass(frozen=True, eq=False)
class Layer:
    """What one place of the configuration says.

    Attributes:
        name: the place, as messages call it.
        options: what it says, by option.
        denies: whether it says instead that nothing below is ever shared.
        prefix: for settings, what stands before an option's name.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    denies: bool = False
    prefix: str = ""

    def names(self, option: str) -> str:
        """Return the place where this layer says `option`."""
        return f"the setting {self.prefix}{option.upper()}" if self.prefix else self.name


class Merged:
    """What several layers say together, the most specific first: for each option the first one wins.

    Attributes:
        options: what is said, by option.
        sources: which layer said it, by option.
    """

    __slots__ = ("options", "sources")

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.options: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        for layer in layers:
            for option, value in layer.options.items():
                if option not in self.options:
                    self.options[option] = value
                    self.sources[option] = layer.names(option)

    def make_policy(self) -> Policy:
        """Return the merged policy.

        Raises:
            PolicyError: if the options are wrong, or wrong together, or no layer names origins.
        """
        with hush():
            return Policy(**{"origins": None, **self.options})

    def __str__(self) -> str:
        return "; ".join(f"{option}: {source}" for option, source in self.sources.items()) or "no layer says anything"


def check_options(options: Mapping[str, Any], where: str) -> None:
    """Check what one layer alone can know to be wrong.

    Risks that it takes are left to the merge, where another layer may accept them.

    Args:
        options: the options of a policy; origins may be missing.
        where: the layer, for messages.

    Raises:
        PolicyError: for everything that is wrong with the options.
    """
    problems: Sequence[Problem] = ()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            Policy(**{"origins": _SOME_ORIGIN, **options})
        except PolicyError as error:
            problems = [
                problem for problem in error.problems if problem.code not in _RISK_CODES or "accept_risks" in options
            ]
    if problems:
        raise PolicyError(problems, where)
    for warning in caught:
        warn(f"{where}: {warning.message}")


PathRule: TypeAlias = "str | re.Pattern[str]"
Resource: TypeAlias = "Mapping[str, Any] | Deny | None"
Resources: TypeAlias = "Mapping[PathRule, Resource] | PathRule | Iterable[PathRule]"

_EXAMPLE: Final = "{'/api/*': {'origins': ['https://app.example.com']}}"


@dataclass(frozen=True, eq=False)
class Place:
    """What the app as a whole says of some of its paths.

    Attributes:
        name: the place, as messages call it.
        layers: what views there inherit, the most specific first.
        shares: whether paths and views without a say of their own are covered; `layers` then name origins.
        otherwise: what those get where they are not.
        rule: the resource's path rule, if it is one.
        lacks_origins: whether they would be covered if any layer named an origin.
        refuses_everybody: whether `origins` is an empty list.
    """

    name: str
    layers: tuple[Layer, ...]
    shares: bool = False
    otherwise: Deny | None = None
    rule: PathRule | None = None
    lacks_origins: bool = False
    refuses_everybody: bool = False


class Places:
    """The places of an app.

    Args:
        layers: keywords and settings.
        resources: the option of that name, or None where it is not given. Where it is, the layers hold within the
            resources only.
        shares: whether the app as a whole is covered, rather than single blueprints.
        otherwise: what is not covered gets, `DENY` with `block_untrusted`.

    Raises:
        PolicyError: for what is wrong with the resources, or with the layers.

    Attributes:
        all: every place but that of malformed paths.
        only: the one place, where there are no resources.
    """

    __slots__ = ("_elsewhere", "_malformed", "_map", "all", "only")

    def __init__(
        self,
        layers: tuple[Layer, ...],
        resources: Resources | None,
        *,
        shares: bool,
        otherwise: Deny | None,
    ) -> None:
        self._map: PathMap[Place] | None = None
        self._malformed = Place("a path that is not canonical", (), otherwise=DENY)
        self.only: Place | None = None
        if resources is None:
            self.only = self._elsewhere = _settle("the app", "CORS(app)", layers, shares=shares, otherwise=otherwise)
            self.all: tuple[Place, ...] = (self._elsewhere,)
            return
        _check_defaults(layers)
        places = {
            rule: _make_place(rule, value, layers, shares=shares, otherwise=otherwise)
            for rule, value in _read_rules(resources).items()
        }
        self._elsewhere = Place("no resource", (), otherwise=otherwise)
        self._map = PathMap(places, option="resources")
        self.all = (*places.values(), self._elsewhere)

    def find_raw(self, path: str) -> Place:
        """Return the place of a path, given as PATH_INFO stands in an environ: its bytes as latin-1."""
        if path.isascii() or self._map is None:
            return self.find(path)
        return self.find(path.encode("latin-1", "replace").decode("utf-8", "replace"))

    def find(self, path: str) -> Place:
        """Return the place of a path, given as text; U+FFFD stands for bytes that are no UTF-8."""
        if self._map is None:
            return self._elsewhere
        if not is_canonical(path) or "\ufffd" in path:
            return self._malformed
        found: Place = self._map.get(path, self._elsewhere)
        return found


def _read_rules(resources: object) -> Mapping[PathRule, Resource]:
    if isinstance(resources, Mapping):
        return resources
    rules: Sequence[Any]
    if isinstance(resources, (str, re.Pattern)):
        rules = [resources]
    elif isinstance(resources, Iterable):
        rules = list(resources)
    else:
        problem = f"Resources are a mapping, one path or a list of paths, not {type(resources).__name__}."
        raise PolicyError([Problem("resources", resources, ProblemCode.RESOURCES_TYPE, problem, f"Write {_EXAMPLE}.")])
    bad = [rule for rule in rules if not isinstance(rule, (str, re.Pattern))]
    if bad:
        problem = f"A path rule is a string or a compiled regular expression of text, not {type(bad[0]).__name__}."
        raise PolicyError(
            [Problem("resources", bad[0], ProblemCode.PATH_TYPE, problem, "Write a path such as '/api/*'.")]
        )
    return {rule: {} for rule in rules}


def _make_place(
    rule: PathRule, value: Resource, layers: tuple[Layer, ...], *, shares: bool, otherwise: Deny | None
) -> Place:
    name = f"resources[{rule!r}]"
    if value is None or value is DENY:
        return Place(name, (), otherwise=value, rule=rule)
    if not isinstance(value, Mapping):
        problem = f"A resource has a mapping of options, None or DENY, not {type(value).__name__}."
        raise PolicyError([Problem("resources", value, ProblemCode.RESOURCE_TYPE, problem, f"Write {_EXAMPLE}.")], name)
    problems = [
        unknown_option(str(option), POLICY_OPTIONS)
        for option in value
        if option not in POLICY_OPTIONS and option not in NEEDLESS
    ]
    if problems:
        raise PolicyError(problems, name)
    for option in value:
        if option in NEEDLESS:
            warn_of_needless(f"{option} in {name}", option)
    options = {option: said for option, said in value.items() if option not in NEEDLESS}
    check_options(options, name)
    return _settle(name, name, (Layer(name, options), *layers), shares=shares, otherwise=otherwise, rule=rule)


def _settle(
    name: str,
    where: str,
    layers: tuple[Layer, ...],
    *,
    shares: bool,
    otherwise: Deny | None,
    rule: PathRule | None = None,
) -> Place:
    """Return a place, once its layers fit; where none of them names an origin, it shares nothing.

    Raises:
        PolicyError: for what is wrong with the layers together.
    """
    merged = Merged(layers)
    if not shares or "origins" not in merged.options:
        _check_defaults(layers)
        return Place(name, layers, False, otherwise, rule, lacks_origins=shares)
    try:
        policy = merged.make_policy()
    except PolicyError as error:
        raise PolicyError(error.problems, f"{where} ({merged})") from None
    return Place(name, layers, True, otherwise, rule, refuses_everybody=policy.origins == ())


def _check_defaults(layers: tuple[Layer, ...]) -> None:
    with hush():  # each layer has warned for itself
        check_options(Merged(layers).options, "CORS(app)")
