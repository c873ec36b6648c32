"""The compiled policy, and the two pure functions that answer for it: answer a preflight, share a response."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from .fetch import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_METHODS,
    ALLOW_ORIGIN,
    ALLOW_PRIVATE_NETWORK,
    EXPOSE_HEADERS,
    MAX_AGE,
    ORIGIN,
    REQUEST_HEADERS,
    REQUEST_METHOD,
    TOKEN,
    VARY,
    is_forbidden_method,
    is_token,
)
from .origins import OriginSet

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .options import Names

Header: TypeAlias = "tuple[str, str]"

LONGEST_ECHO: Final = 4096
"""Bytes; a longer Access-Control-Request-Headers is never echoed."""

_OWNED = frozenset(
    name.lower()
    for name in (ALLOW_ORIGIN, ALLOW_CREDENTIALS, ALLOW_METHODS, ALLOW_HEADERS, ALLOW_PRIVATE_NETWORK, MAX_AGE)
)
_TOUCHED = _OWNED | {EXPOSE_HEADERS.lower()}
_TOUCHED_AND_VARY = _TOUCHED | {VARY.lower()}
_NAME_LIST = re.compile(rf"[ \t,]*{TOKEN}(?:{TOKEN}|[ \t,])*")
_CREDENTIALS = (ALLOW_CREDENTIALS, "true")
_VARY_ORIGIN = (VARY, ORIGIN)
_VARY_PREFLIGHT = (VARY, f"{ORIGIN}, {REQUEST_METHOD}, {REQUEST_HEADERS}")


@dataclass(frozen=True)
class Answers:
    """A policy, compiled: what can be known before the first request is a constant here.

    Attributes:
        origins: the origins that are allowed; None if everybody is.
        exact: those of them that one look-up finds.
        is_exact: whether that is all of them.
        methods: the value of Access-Control-Allow-Methods; empty: no such header; None: echo what was asked for.
        headers: the same for Access-Control-Allow-Headers.
        allow_origin: the header Access-Control-Allow-Origin where it is the same for everybody, else None.
        granted: the other headers of an allowed preflight's answer; None where something is echoed.
        refused_preflight: the headers of a refused preflight's answer.
        shared: the headers that a shared response gets, behind Access-Control-Allow-Origin.
        refused: the headers that a response gets which is not shared.
        touched: lower-cased names of the app's headers that do not pass unchanged.
    """

    __slots__ = (
        "allow_origin",
        "exact",
        "granted",
        "headers",
        "is_exact",
        "methods",
        "origins",
        "preflight",
        "refused",
        "refused_preflight",
        "shared",
        "touched",
    )

    origins: OriginSet | None
    exact: frozenset[str]
    is_exact: bool
    methods: str | None
    headers: str | None
    allow_origin: Header | None
    granted: tuple[Header, ...] | None
    preflight: tuple[Header, ...]
    refused_preflight: tuple[Header, ...]
    shared: tuple[Header, ...]
    refused: tuple[Header, ...]
    touched: frozenset[str]

    def allows(self, origin: str | None, environ: WSGIEnvironment) -> bool:
        """Tell whether a response to `origin` is shared; without an Origin, only what is for everybody."""
        if self.origins is None or origin is None:
            return self.origins is None
        return self.origins.allows(origin, environ)


def compile_answers(
    origins: OriginSet | None,
    methods: Names,
    allow_headers: Names,
    expose_headers: Names,
    max_age: int | None,
    *,
    supports_credentials: bool,
) -> Answers:
    """Compile options that are valid already; no `origins` are everybody."""
    everybody = origins is None
    named_methods = _compile_names(methods, "*", echo=supports_credentials)
    # Without credentials `*` covers every name but Authorization (`#cors-non-wildcard-request-header-name`).
    named_headers = _compile_names(allow_headers, "*, Authorization", echo=supports_credentials)
    credentials = (_CREDENTIALS,) if supports_credentials else ()
    age = () if max_age is None else ((MAX_AGE, str(max_age)),)
    exposed = ("*",) if expose_headers == "*" else expose_headers
    expose = ((EXPOSE_HEADERS, ", ".join(exposed)),) if exposed else ()
    vary = () if everybody else (_VARY_ORIGIN,)
    preflight = (*credentials, *age, _VARY_PREFLIGHT)
    is_constant = named_methods is not None and named_headers is not None
    return Answers(
        origins=origins,
        exact=frozenset() if origins is None else origins.exact,
        is_exact=origins is not None and origins.is_exact,
        methods=named_methods,
        headers=named_headers,
        allow_origin=(ALLOW_ORIGIN, "*") if everybody else None,
        granted=(*_grant(named_methods or "", named_headers or ""), *preflight) if is_constant else None,
        preflight=preflight,
        refused_preflight=(_VARY_PREFLIGHT,),
        shared=(*credentials, *expose, *vary),
        refused=vary,
        touched=_TOUCHED if everybody else _TOUCHED_AND_VARY,
    )


def _compile_names(names: Names, wildcard: str, *, echo: bool) -> str | None:
    if names != "*":
        return ", ".join(names)
    return None if echo else wildcard


def _grant(methods: str, headers: str) -> list[Header]:
    return [header for header in ((ALLOW_METHODS, methods), (ALLOW_HEADERS, headers)) if header[1]]


NOBODY: Final = Answers(
    origins=OriginSet(()),
    exact=frozenset(),
    is_exact=True,
    methods="",
    headers="",
    allow_origin=None,
    granted=(),
    preflight=(),
    refused_preflight=(),
    shared=(),
    refused=(),
    touched=_TOUCHED,
)
"""What is never shared: nobody is allowed, and nothing varies."""


def answer_preflight(answers: Answers, origin: str, method: str, headers: str | None) -> list[Header]:
    """Return the headers of the 204 that answers an allowed origin's preflight (`#cors-preflight-fetch`).

    The answer is constant but for the origin. Only where browsers do not honour `*`, with credentials, it echoes what
    was asked for; what is no list of names, or too long, is left out.

    Args:
        answers: the compiled policy.
        origin: the Origin header, which the policy allows.
        method: the Access-Control-Request-Method header.
        headers: the Access-Control-Request-Headers header, or None.
    """
    allow_origin = answers.allow_origin or (ALLOW_ORIGIN, origin)
    if answers.granted is not None:
        return [allow_origin, *answers.granted]
    methods, names = answers.methods, answers.headers
    if methods is None:
        methods = method if can_echo_method(method) else ""
    if names is None:
        # A tab may stand in the list, but WSGI lets no control character into a header (PEP 3333).
        names = headers.replace("\t", " ") if headers is not None and can_echo_headers(headers) else ""
    return [allow_origin, *_grant(methods, names), *answers.preflight]


def can_echo_method(method: str) -> bool:
    """Tell whether a requested method is one that a script can use; linear, and bounded."""
    return len(method) <= LONGEST_ECHO and is_token(method) and not is_forbidden_method(method)


def can_echo_headers(headers: str) -> bool:
    """Tell whether requested headers hold nothing but names, commas, spaces and tabs; linear, and bounded."""
    return len(headers) <= LONGEST_ECHO and _NAME_LIST.fullmatch(headers) is not None


def added_headers(answers: Answers, origin: str | None, *, allowed: bool) -> tuple[Header, ...]:
    """Return the headers that a response gets under a policy; Allow-Origin stands first where it is shared.

    Args:
        answers: the compiled policy.
        origin: the Origin header, or None.
        allowed: whether the policy allows the origin; True for everybody's, also without an origin.
    """
    if not allowed:
        return answers.refused
    return (answers.allow_origin or (ALLOW_ORIGIN, origin or ""), *answers.shared)


def share_response(
    answers: Answers, headers: Sequence[Header], added: Sequence[Header]
) -> tuple[list[Header], Sequence[str]]:
    """Return the headers of a response under a policy, and the lower-cased names of the app's that were removed.

    The app's list is not changed. Its CORS headers give way to the policy's, `Expose-Headers` and `Vary` are merged,
    everything else stays as it is and in its order.

    Args:
        answers: the compiled policy.
        headers: the app's headers.
        added: what `added_headers` returned, and what else is to be added behind it.
    """
    touched = answers.touched
    for name, _ in headers:
        if name.lower() in touched:
            return _merge(answers, headers, added)
    return [*headers, *added], ()


def _merge(answers: Answers, headers: Sequence[Header], added: Sequence[Header]) -> tuple[list[Header], Sequence[str]]:
    touched = answers.touched
    kept: list[Header] = []
    removed: list[str] = []
    exposed: list[str] = []
    varied: list[str] = []
    for header in headers:
        name = header[0].lower()
        if name not in touched:
            kept.append(header)
        elif name == "vary":
            varied.append(header[1])
        elif name == "access-control-expose-headers":
            exposed.append(header[1])
        else:
            removed.append(name)
    if exposed and added and added[0][0] is ALLOW_ORIGIN:
        added = _merge_exposed(tuple(exposed), added)
    if varied:
        kept += [header for header in added if header[0] is not VARY]
        kept += _merge_vary((*varied, ORIGIN))
    else:
        kept += added
    return kept, removed


def _merge_exposed(values: tuple[str, ...], added: Sequence[Header]) -> list[Header]:
    """Return `added` with the names that the app exposes, in front of the policy's; of the app's only tokens count."""
    given = tuple(value for name, value in added if name is EXPOSE_HEADERS)
    names = ["*"] if given == ("*",) else [name for name in _merge_names((*values, *given)) if is_token(name)]
    others = [header for header in added if header[0] is not EXPOSE_HEADERS]
    if names:
        others.insert(2 if _CREDENTIALS in others else 1, (EXPOSE_HEADERS, ", ".join(names)))
    return others


@lru_cache(maxsize=64)
def _merge_vary(values: tuple[str, ...]) -> tuple[Header, ...]:
    """Merge the app's Vary, of which an app has few, with the policy's behind it."""
    names = _merge_names(values)
    if "*" in names:
        return tuple((VARY, value) for value in values[:-1])
    return ((VARY, ", ".join(names)),) if names else ()


def _merge_names(values: Sequence[str]) -> list[str]:
    """Return the elements of several comma-separated lists, each once, in their order, spelled as the first time."""
    names: dict[str, str] = {}
    for value in values:
        for part in value.split(","):
            if name := part.strip(" \t"):
                names.setdefault(name.lower(), name)
    return list(names.values())
