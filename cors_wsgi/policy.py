"""Policy: what the user states. One that exists is valid, compiled, and never changes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from . import options
from .answers import NOBODY, CompiledPolicy, compile_policy
from .errors import PolicyError, PolicyWarning
from .near_misses import explain_call, explain_unknown
from .options import DEFAULT_MAX_AGE, DEFAULT_METHODS, Names, Origins
from .origins import OriginRule, OriginRules, OriginSet, show_rule

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SHOWN_RULES = 20


class Deny(Enum):
    """The type of `DENY`."""

    DENY = "DENY"

    @property
    def compiled(self) -> CompiledPolicy:
        """What it answers, compiled as a policy's is."""
        return NOBODY

    def __repr__(self) -> str:
        return self.value


DENY: Final = Deny.DENY
"""Never shared: preflights get 403, and CORS headers that the app set itself are removed."""

PolicyOrDeny: TypeAlias = "Policy | Deny | None"
"""The three answers to "which policy?"; None is hands off: nothing is added, removed, answered or blocked."""


def _explain_call(args: tuple[Any, ...], keywords: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a call of `Policy`: options that do not exist, or origins left out."""
    if unknown := [name for name in keywords if name not in options.OPTION_NAMES]:
        return explain_unknown("Policy", unknown, options.OPTION_NAMES)
    if args or "origins" in keywords:
        return None
    return (
        "Policy does not say who may read: origins is missing. Write Policy(['https://app.example.com']), "
        "Policy('*') for everybody, or Policy([]) for nobody."
    )


@dataclass(frozen=True, init=False, repr=False)
class Policy:
    """Which origins may read responses, with which methods, headers and credentials.

    A policy is a frozen value: it is checked and compiled once, and changed by making another
    (`dataclasses.replace`). Its fields hold the normalised options.

    >>> Policy("https://app.example.com", supports_credentials=True)
    Policy('https://app.example.com', supports_credentials=True)

    Args:
        origins: who may read: `"*"` for everybody, or one rule, or several. A rule is an exact origin
            (`"https://app.example.com"`), a pattern (`"https://*.example.com"`, `"http://localhost:*"`), a compiled
            regular expression, matched against the whole origin, or a callable `(origin, environ) -> bool`, tried
            last and at most once per request. A callable may look at the URL and at outside state, not at cookies or
            other headers, which preflights lack. There is no default; no rules, such as `[]`, are nobody.
        methods: the methods that a preflight grants, or `"*"`. GET, HEAD and POST cannot be taken away: browsers never
            ask for them (`#cors-safelisted-method`).
        allow_headers: the request headers that a preflight grants, or `"*"` for all.
        expose_headers: the response headers that a script may read beyond the safelisted ones, or `"*"` (never with
            credentials).
        supports_credentials: whether requests may carry cookies, HTTP authentication and client certificates.
        max_age: how long, in whole seconds or as a timedelta, a browser may remember a preflight's answer, and so how
            long a withdrawn grant lives; 0 switches that off, None leaves it to the browser (5 seconds).
        accept_risks: names of risks that are taken knowingly: `"null-origin"`; with credentials `"insecure-origins"`,
            `"open-regex"` and `"public-suffix"`.

    Raises:
        PolicyError: for everything that is wrong with the options, all of it together.
        TypeError: for an option that does not exist, with the near miss, and for origins left out.

    Warns:
        PolicyWarning: if `max_age` is beyond 86400 seconds, which no browser honours; if `allow_headers` names a header
            with an underscore, which servers drop or take for a hyphen; if, with credentials, a regular expression
            matches a stranger.

    Attributes:
        origins: `"*"`, or a tuple of rules without duplicates, in their order; empty for nobody.
        methods: `"*"`, or a tuple of names without duplicates, in their order.
        allow_headers: `"*"`, or a tuple of names without duplicates (case-insensitively), in their order.
        expose_headers: the same, without the safelisted names, which scripts may read anyway.
        supports_credentials: a bool.
        max_age: whole seconds, or None.
        accept_risks: a tuple of names, sorted.
    """

    __slots__ = (*options.OPTION_NAMES, "compiled")

    origins: Origins
    methods: Names
    allow_headers: Names
    expose_headers: Names
    supports_credentials: bool
    max_age: int | None
    accept_risks: tuple[str, ...]
    if TYPE_CHECKING:
        compiled: CompiledPolicy = field(init=False, compare=False)  # compiled; at run time no field, but a slot

    @explain_call(_explain_call)
    def __init__(
        self,
        origins: OriginRule | Iterable[OriginRule],
        *,
        methods: str | Iterable[str] = DEFAULT_METHODS,
        allow_headers: str | Iterable[str] = "*",
        expose_headers: str | Iterable[str] = (),
        supports_credentials: bool = False,
        max_age: int | timedelta | None = DEFAULT_MAX_AGE,
        accept_risks: str | Iterable[str] = (),
    ) -> None:
        said = {
            "origins": origins,
            "methods": methods,
            "allow_headers": allow_headers,
            "expose_headers": expose_headers,
            "supports_credentials": supports_credentials,
            "max_age": max_age,
            "accept_risks": accept_risks,
        }
        normalized = options.normalize(said)
        if problems := [*normalized.problems, *options.find_conflicts(normalized.values)]:
            raise PolicyError(problems)
        for message in normalized.warnings:
            warnings.warn(message, PolicyWarning, stacklevel=3)
        self._restore(normalized.values)

    @classmethod
    def from_normalized(cls, values: Mapping[str, Any]) -> Policy:
        """Make a policy from options that `cors_wsgi.options.normalize` returned; it gives no warnings.

        Policies made from the same `origins` share what is compiled from them.

        Args:
            values: normalised options; those that are missing have their defaults.

        Raises:
            PolicyError: for what is wrong with the options together, and for origins that are missing or wrong.
        """
        complete = {**options.DEFAULTS, **values}
        if complete.get("origins") != "*" and type(complete.get("origins")) is not OriginRules:
            normalized = options.normalize(complete)  # origins left out, or never found to be in order
            if normalized.problems:
                raise PolicyError(normalized.problems)
            complete = normalized.values
        if problems := options.find_conflicts(complete):
            raise PolicyError(problems)
        return cls._from_values(complete)

    def with_methods(self, methods: str | Iterable[str], *, remember: bool = True) -> Policy:
        """Return this policy for other methods; what is compiled from its origins is shared.

        Args:
            methods: the methods that a preflight grants, or `"*"`.
            remember: whether browsers may remember the answer for `max_age`; else they are asked to forget it at once.

        Raises:
            PolicyError: for what is wrong with the methods.
        """
        normalized = options.normalize({"methods": methods}, partial=True)
        if normalized.problems:
            raise PolicyError(normalized.problems)
        values = {**self.__getstate__(), **normalized.values}
        return self._from_values(values if remember else {**values, "max_age": 0})

    @classmethod
    def _from_values(cls, values: Mapping[str, Any]) -> Policy:
        policy = cls.__new__(cls)
        policy._restore(values)
        return policy

    def _restore(self, values: Mapping[str, Any]) -> None:
        """Set the fields, and what is compiled from them; rules that were compiled before are not compiled again."""
        for name in options.OPTION_NAMES:
            object.__setattr__(self, name, values[name])
        origins: OriginSet | None = None
        if not isinstance(self.origins, str):
            rules = self.origins if isinstance(self.origins, OriginRules) else OriginRules(self.origins)
            origins = rules.compiled
        compiled = compile_policy(
            origins,
            self.methods,
            self.allow_headers,
            self.expose_headers,
            self.max_age,
            supports_credentials=self.supports_credentials,
        )
        object.__setattr__(self, "compiled", compiled)

    @property
    def allows_everybody(self) -> bool:
        """Whether every origin is allowed (`origins="*"`)."""
        return self.origins == "*"

    def allows(self, origin: str | None, environ: WSGIEnvironment | None = None) -> bool:
        """Tell whether the policy trusts an origin, as an Origin header has it; for handlers that ask themselves.

        Args:
            origin: the header's value; None, where a request has none, is allowed only if everybody is.
            environ: what callable rules get as their second argument; by default an empty one. One that raises does
                not allow, and is logged.
        """
        return self.compiled.allows(origin, {} if environ is None else environ)

    def nearest(self, origin: str) -> str | None:
        """Return the exact origin or pattern that a refused origin probably meant, or None; bounded work."""
        allowed = self.compiled.origins
        return None if allowed is None else allowed.nearest(origin)

    def __repr__(self) -> str:
        shown = [_show_rules(self.origins)]
        for name, default in options.DEFAULTS.items():
            value = getattr(self, name)
            if value != default:
                shown.append(f"{name}={list(value)!r}" if isinstance(value, tuple) else f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in options.OPTION_NAMES}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._restore(state)


def _show_rules(origins: Origins) -> str:
    if isinstance(origins, str):
        return repr(origins)
    if len(origins) == 1:
        return _show_rule(origins[0])
    shown = [_show_rule(rule) for rule in origins[:_SHOWN_RULES]]
    more = [f"… and {len(origins) - _SHOWN_RULES} more"] if len(origins) > _SHOWN_RULES else []
    return f"[{', '.join([*shown, *more])}]"


def _show_rule(rule: OriginRule) -> str:
    return repr(rule) if isinstance(rule, str) else show_rule(rule)
