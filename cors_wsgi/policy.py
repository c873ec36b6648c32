"""Policy: what the user states. One that exists is valid, compiled, and never changes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from . import options
from .answers import NOBODY, Answers, compile_answers
from .errors import PolicyError, PolicyWarning, Problem
from .near_misses import explain_call, explain_unknown
from .options import DEFAULT_MAX_AGE, DEFAULT_METHODS, Names, Origins
from .origins import OriginRule

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SHOWN_RULES = 20


class Deny(Enum):
    """The type of `DENY`."""

    DENY = "DENY"

    @property
    def answers(self) -> Answers:
        """What it answers, compiled as a policy's is."""
        return NOBODY

    def __repr__(self) -> str:
        return self.value


DENY: Final = Deny.DENY
"""Never shared: preflights get 403, and CORS headers that the app set itself are removed."""

PolicyOrDeny: TypeAlias = "Policy | Deny | None"
"""The three answers to «which policy?»; None is hands off: nothing is added, removed, answered or blocked."""


def _explain_call(args: tuple[Any, ...], keywords: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a call of `Policy`: options that do not exist, or origins left out."""
    known = ("origins", *_DEFAULTS)
    if unknown := [name for name in keywords if name not in known]:
        return explain_unknown("Policy", unknown, known)
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
        accept_risks: names of risks that are taken knowingly: `"null-origin"`, `"insecure-origins"`, `"public-suffix"`.

    Raises:
        PolicyError: for everything that is wrong with the options, all of it together.
        TypeError: for an option that does not exist, with the near miss, and for origins left out.

    Warns:
        PolicyWarning: if `max_age` is beyond 86400 seconds, which no browser honours; if `allow_headers` names a header
            with an underscore, which servers drop or take for a hyphen.
    """

    __slots__ = (
        "accept_risks",
        "allow_headers",
        "answers",
        "expose_headers",
        "max_age",
        "methods",
        "origins",
        "supports_credentials",
    )

    origins: Origins
    methods: Names
    allow_headers: Names
    expose_headers: Names
    supports_credentials: bool
    max_age: int | None
    accept_risks: tuple[str, ...]
    if TYPE_CHECKING:
        answers: Answers = field(init=False, compare=False)  # compiled; at run time no field, but a slot

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
        problems: list[Problem] = []
        normalized = {
            "origins": options.normalize_origins(origins, problems),
            "methods": options.normalize_methods(methods, problems),
            "allow_headers": options.normalize_allow_headers(allow_headers, problems),
            "expose_headers": options.normalize_expose_headers(expose_headers, problems),
            "supports_credentials": options.normalize_flag("supports_credentials", supports_credentials, problems),
            "max_age": options.normalize_max_age(max_age, problems),
            "accept_risks": options.normalize_risks(accept_risks, problems),
        }
        self._restore(normalized)
        problems += options.find_conflicts(
            self.origins, self.expose_headers, self.accept_risks, supports_credentials=self.supports_credentials
        )
        if problems:
            raise PolicyError(problems)
        for message in options.find_warnings(self.allow_headers, self.max_age):
            warnings.warn(message, PolicyWarning, stacklevel=3)
        self._compile()

    def _restore(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _compile(self) -> None:
        answers = compile_answers(
            self.origins,
            self.methods,
            self.allow_headers,
            self.expose_headers,
            self.max_age,
            supports_credentials=self.supports_credentials,
        )
        object.__setattr__(self, "answers", answers)

    @property
    def allows_everybody(self) -> bool:
        """Whether every origin is allowed (`origins="*"`)."""
        return self.origins == "*"

    def allows(self, origin: str | None, environ: WSGIEnvironment | None = None) -> bool:
        """Tell whether the policy trusts an origin, as it stands in an Origin header; for handlers that ask themselves.

        Args:
            origin: the header's value; None, where a request has none, is allowed only if everybody is.
            environ: what callable rules get as their second argument; by default an empty one. One that raises does
                not allow, and is logged.
        """
        allowed = self.answers.origins
        return allowed is None or (origin is not None and allowed.allows(origin, {} if environ is None else environ))

    def nearest(self, origin: str) -> str | None:
        """Return the exact origin or pattern that a refused origin probably meant, or None; bounded work."""
        allowed = self.answers.origins
        return None if allowed is None else allowed.nearest(origin)

    def __repr__(self) -> str:
        shown = [_show_rules(self.origins)]
        for name, default in _DEFAULTS.items():
            value = getattr(self, name)
            if value != default:
                shown.append(f"{name}={list(value)!r}" if isinstance(value, tuple) else f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __getstate__(self) -> dict[str, Any]:
        return {option.name: getattr(self, option.name) for option in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._restore(state)
        self._compile()


_DEFAULTS: Final[dict[str, object]] = {
    "methods": DEFAULT_METHODS,
    "allow_headers": "*",
    "expose_headers": (),
    "supports_credentials": False,
    "max_age": DEFAULT_MAX_AGE,
    "accept_risks": (),
}


def _show_rules(origins: Origins) -> str:
    if isinstance(origins, str):
        return repr(origins)
    if len(origins) == 1:
        return _show_rule(origins[0])
    shown = [_show_rule(rule) for rule in origins[:_SHOWN_RULES]]
    more = [f"… and {len(origins) - _SHOWN_RULES} more"] if len(origins) > _SHOWN_RULES else []
    return f"[{', '.join([*shown, *more])}]"


def _show_rule(rule: OriginRule) -> str:
    if isinstance(rule, (str, re.Pattern)):
        return repr(rule)
    return getattr(rule, "__qualname__", None) or repr(rule)
