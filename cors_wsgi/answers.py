"""The compiled policy, and the two pure functions that answer for it: answer a preflight, share a response."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
    from .options import Names, Origins

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
_VARY_ORIGIN = (VARY, ORIGIN)
_VARY_PREFLIGHT = (VARY, f"{ORIGIN}, {REQUEST_METHOD}, {REQUEST_HEADERS}")


@dataclass(frozen=True)
class Answers:
    """A policy, compiled: what can be known before the first request is a constant here.

    Attributes:
        origins: the origins that are allowed; None if everybody is.
        methods: the value of Access-Control-Allow-Methods; empty: no such header; None: echo what was asked for.
        headers: the same for Access-Control-Allow-Headers.
        exposed: the names in Access-Control-Expose-Headers.
        preflight: the other headers of an allowed preflight's answer, behind Access-Control-Allow-Origin.
        shared: the headers that a shared response gets, behind Access-Control-Allow-Origin.
        refused: the headers that a response gets which is not shared.
        touched: lower-cased names of the app's headers that do not pass unchanged.
    """

    __slots__ = ("exposed", "headers", "methods", "origins", "preflight", "refused", "shared", "touched")

    origins: OriginSet | None
    methods: str | None
    headers: str | None
    exposed: tuple[str, ...]
    preflight: tuple[Header, ...]
    shared: tuple[Header, ...]
    refused: tuple[Header, ...]
    touched: frozenset[str]


def compile_answers(
    origins: Origins,
    methods: Names,
    allow_headers: Names,
    expose_headers: Names,
    max_age: int | None,
    *,
    supports_credentials: bool,
) -> Answers:
    """Compile options that are valid already."""
    everybody = origins == "*"
    credentials = ((ALLOW_CREDENTIALS, "true"),) if supports_credentials else ()
    age = () if max_age is None else ((MAX_AGE, str(max_age)),)
    exposed = ("*",) if expose_headers == "*" else expose_headers
    expose = ((EXPOSE_HEADERS, ", ".join(exposed)),) if exposed else ()
    vary = () if everybody else (_VARY_ORIGIN,)
    return Answers(
        origins=None if origins == "*" else OriginSet(origins),
        methods=_compile_names(methods, "*", echo=supports_credentials),
        # Without credentials `*` covers every name but Authorization (`#cors-non-wildcard-request-header-name`).
        headers=_compile_names(allow_headers, "*, Authorization", echo=supports_credentials),
        exposed=exposed,
        preflight=(*credentials, *age, _VARY_PREFLIGHT),
        shared=(*credentials, *expose, *vary),
        refused=vary,
        touched=_TOUCHED if everybody else _TOUCHED_AND_VARY,
    )


def _compile_names(names: Names, wildcard: str, *, echo: bool) -> str | None:
    if names != "*":
        return ", ".join(names)
    return None if echo else wildcard


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
    methods = answers.methods
    if methods is None:
        methods = method if can_echo_method(method) else ""
    names = answers.headers
    if names is None:
        # A tab may stand in the list, but WSGI lets no control character into a header (PEP 3333).
        names = headers.replace("\t", " ") if headers is not None and can_echo_headers(headers) else ""
    answer = [(ALLOW_ORIGIN, "*" if answers.origins is None else origin)]
    if methods:
        answer.append((ALLOW_METHODS, methods))
    if names:
        answer.append((ALLOW_HEADERS, names))
    answer += answers.preflight
    return answer


def refuse_preflight() -> list[Header]:
    """Return the headers of the 403 that answers a refused origin's preflight."""
    return [_VARY_PREFLIGHT]


def can_echo_method(method: str) -> bool:
    """Tell whether a requested method is one that a script can use; linear, and bounded."""
    return len(method) <= LONGEST_ECHO and is_token(method) and not is_forbidden_method(method)


def can_echo_headers(headers: str) -> bool:
    """Tell whether requested headers hold nothing but names, commas, spaces and tabs; linear, and bounded."""
    return len(headers) <= LONGEST_ECHO and _NAME_LIST.fullmatch(headers) is not None


def share_response(
    answers: Answers, origin: str | None, headers: Sequence[Header], *, allowed: bool
) -> tuple[list[Header], Sequence[str]]:
    """Return the headers of a response under a policy, and the lower-cased names of the app's that were removed.

    The app's list is not changed. Its CORS headers give way to the policy's, `Expose-Headers` and `Vary` are merged,
    everything else stays as it is and in its order.

    Args:
        answers: the compiled policy.
        origin: the Origin header, or None.
        headers: the app's headers.
        allowed: whether the policy allows the origin; True for everybody's, also without an origin.
    """
    touched = answers.touched
    # PERF: the common case, no header that matters here, is one comprehension and no call.
    result = [header for header in headers if header[0].lower() not in touched]
    if len(result) != len(headers):
        return _merge(answers, origin, headers, result, allowed=allowed)
    if not allowed:
        result += answers.refused
        return result, ()
    result.append((ALLOW_ORIGIN, "*") if answers.origins is None else (ALLOW_ORIGIN, origin or ""))
    result += answers.shared
    return result, ()


def deny_response(headers: Sequence[Header]) -> tuple[list[Header], Sequence[str]]:
    """Return the headers of a response that is never shared, and the lower-cased names that were removed."""
    result = [header for header in headers if header[0].lower() not in _TOUCHED]
    return result, () if len(result) == len(headers) else _removed(headers)


def _merge(
    answers: Answers, origin: str | None, headers: Sequence[Header], result: list[Header], *, allowed: bool
) -> tuple[list[Header], Sequence[str]]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    if allowed:
        result.append((ALLOW_ORIGIN, "*") if answers.origins is None else (ALLOW_ORIGIN, origin or ""))
        result += (header for header in answers.shared if header[0] is ALLOW_CREDENTIALS)
        exposed = _merge_names((*values.get(EXPOSE_HEADERS.lower(), ()), *answers.exposed))
        exposed = [name for name in exposed if is_token(name)]
        if exposed:
            result.append((EXPOSE_HEADERS, "*" if "*" in answers.exposed else ", ".join(exposed)))
    if answers.origins is not None:
        given = values.get(VARY.lower(), [])
        vary = _merge_names((*given, ORIGIN))
        result += [(VARY, value) for value in given] if "*" in vary else [(VARY, ", ".join(vary))]
    return result, _removed(headers)


def _merge_names(values: Sequence[str]) -> list[str]:
    """Return the elements of several comma-separated lists, each once, in their order, spelled as the first time."""
    names: dict[str, str] = {}
    for value in values:
        for part in value.split(","):
            if name := part.strip(" \t"):
                names.setdefault(name.lower(), name)
    return list(names.values())


def _removed(headers: Sequence[Header]) -> list[str]:
    return [name for header in headers if (name := header[0].lower()) in _OWNED]
