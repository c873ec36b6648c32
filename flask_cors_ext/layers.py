"""Layers: who may say something of a policy's options, and how what several of them say is merged."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypedDict

from cors_wsgi import OriginRule, Policy, PolicyError, Problem

from .warn import hush, warn

if TYPE_CHECKING:
    from datetime import timedelta

POLICY_OPTIONS: Final = (
    "origins",
    "methods",
    "allow_headers",
    "expose_headers",
    "supports_credentials",
    "max_age",
    "accept_risks",
)

_SOME_ORIGIN = "https://app.example.com"
_RISK_CODES = frozenset({"null-origin", "insecure-origin", "public-suffix"})


class PolicyOptions(TypedDict, total=False):
    """The options of a policy, as every layer may say them; `cors_wsgi.Policy` says what they mean."""

    origins: OriginRule | Iterable[OriginRule]
    methods: str | Iterable[str]
    allow_headers: str | Iterable[str]
    expose_headers: str | Iterable[str]
    supports_credentials: bool
    max_age: int | timedelta | None
    accept_risks: str | Iterable[str]


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
