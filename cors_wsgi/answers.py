"""The compiled policy, and pure functions that answer for it: whole answers, and the headers of the app's responses.

No environ and no `start_response` here: an adapter for another protocol needs nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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
"""Name and value; one character for each byte, as WSGI has it."""

StatusHeadersBody: TypeAlias = "tuple[str, list[Header], list[bytes]]"

DEBUG_HEADER: Final = "X-CORS-Debug"

LONGEST_ECHO: Final = 4096
"""Bytes; a longer Access-Control-Request-Headers is never echoed. By default, servers accept 8 KiB of headers."""

_MOST_REMEMBERED = 64
"""Names of an app's headers, its Vary values, preflights that miss nothing: a service has a handful of each."""

_ALLOW_ORIGIN = ALLOW_ORIGIN.lower()
_EXPOSE_HEADERS = EXPOSE_HEADERS.lower()
_OWNED = frozenset(
    name.lower()
    for name in (ALLOW_ORIGIN, ALLOW_CREDENTIALS, ALLOW_METHODS, ALLOW_HEADERS, ALLOW_PRIVATE_NETWORK, MAX_AGE)
)
_MANAGED = _OWNED | {_EXPOSE_HEADERS}
_MANAGED_AND_VARY = _MANAGED | {"vary"}
_NAME_LIST = re.compile(rf"[ \t,]*{TOKEN}(?:{TOKEN}|[ \t,])*")  # x-a, x-b,,\tx-c
_CREDENTIALS = (ALLOW_CREDENTIALS, "true")
_VARY_ORIGIN = (VARY, ORIGIN)
_VARY_PREFLIGHT = (VARY, f"{ORIGIN}, {REQUEST_METHOD}, {REQUEST_HEADERS}")
_PLAIN = ("Content-Type", "text/plain")
_EMPTY = (_PLAIN, ("Content-Length", "0"))


@dataclass(frozen=True)
class CompiledPolicy:
    """A policy, compiled: what is known before the first request is a constant here.

    Attributes:
        origins: the origins that are allowed; None if everybody is.
        exact: those of them that one look-up finds.
        is_exact: whether that is all of them.
        calls_user_code: whether it takes calling a callable to tell whether an origin is allowed.
        methods: the value of Access-Control-Allow-Methods; empty: no such header; None: echo what was asked for.
        headers: the same for Access-Control-Allow-Headers.
        allow_origin: the header Access-Control-Allow-Origin where it is the same for everybody, else None.
        preflight_allowed: the other headers of an allowed preflight's answer; None where something is echoed.
        preflight_tail: those of them that follow the echoed ones.
        preflight_refused: the headers of a refused preflight's answer.
        actual_allowed: the headers that a shared response gets, after Access-Control-Allow-Origin.
        actual_refused: the headers that a response gets which is not shared.
        managed_headers: lower-cased names of the app's headers that do not pass unchanged.
        harmless: names of the app's headers, as it spells them, that were found to pass unchanged; bounded.
        fully_granted: whether a preflight misses nothing, by its method and header list; bounded.
    """

    __slots__ = (
        "actual_allowed",
        "actual_refused",
        "allow_origin",
        "calls_user_code",
        "exact",
        "fully_granted",
        "harmless",
        "headers",
        "is_exact",
        "managed_headers",
        "methods",
        "origins",
        "preflight_allowed",
        "preflight_refused",
        "preflight_tail",
    )

    origins: OriginSet | None
    exact: frozenset[str]
    is_exact: bool
    calls_user_code: bool
    methods: str | None
    headers: str | None
    allow_origin: Header | None
    preflight_allowed: tuple[Header, ...] | None
    preflight_tail: tuple[Header, ...]
    preflight_refused: tuple[Header, ...]
    actual_allowed: tuple[Header, ...]
    actual_refused: tuple[Header, ...]
    managed_headers: frozenset[str]
    harmless: set[str]
    fully_granted: dict[tuple[str, str | None], bool]

    def allows(self, origin: str | None, environ: WSGIEnvironment) -> bool:
        """Tell whether a response to `origin` is shared; without an Origin, only what is for everybody."""
        if origin in self.exact:
            return True
        if self.is_exact:
            return False
        if self.origins is None or origin is None:
            return self.origins is None
        return self.origins.allows(origin, environ)

    def remember_harmless(self, name: str) -> None:
        """Remember a name of the app's headers that passes unchanged."""
        if len(self.harmless) < _MOST_REMEMBERED:
            self.harmless.add(name)

    def has_room_for(self, method: str, headers: str | None) -> bool:
        """Tell whether what a preflight asks for is new, and may be kept; clients choose it, so that is bounded."""
        asked = (method, headers)
        is_short = len(method) <= LONGEST_ECHO and len(headers or "") <= LONGEST_ECHO
        return is_short and len(self.fully_granted) < _MOST_REMEMBERED and asked not in self.fully_granted


def compile_policy(
    origins: OriginSet | None,
    methods: Names,
    allow_headers: Names,
    expose_headers: Names,
    max_age: int | None,
    *,
    supports_credentials: bool,
) -> CompiledPolicy:
    """Compile options that are valid already.

    Args:
        origins: who is allowed, or None for everybody.
        methods: names, or `"*"`.
        allow_headers: names, or `"*"`.
        expose_headers: names, or `"*"`.
        max_age: seconds, or None where browsers shall decide.
        supports_credentials: whether requests may carry credentials.
    """
    everybody = origins is None
    named_methods = _compile_names(methods, "*", echo=supports_credentials)
    # `*` covers every name but Authorization (`#cors-non-wildcard-request-header-name`), so both are sent: a
    # person who writes  "all headers" means that one too, and without credentials a token is the only way to log in.
    named_headers = _compile_names(allow_headers, "*, Authorization", echo=supports_credentials)
    # Whether this very request carries credentials cannot be seen (a cookie may be absent, a preflight never has any),
    # and a browser that sent none ignores the header: so it is constant.
    credentials = (_CREDENTIALS,) if supports_credentials else ()
    age = () if max_age is None else ((MAX_AGE, str(max_age)),)
    exposed = ("*",) if expose_headers == "*" else expose_headers
    expose = ((EXPOSE_HEADERS, ", ".join(exposed)),) if exposed else ()
    # `Vary: Origin` for a single named origin, too, and on what is refused or has no Origin: the header is there for
    # one origin and not for others, so a cache that ignored Origin could keep the answer without it and serve it to the
    # one that may read (`#cors-protocol-and-http-caches`). A policy for everybody answers all alike, so nothing varies.
    vary = () if everybody else (_VARY_ORIGIN,)
    # No shared cache may store an OPTIONS response (RFC 9110, 9.3.7); some CDNs do when told to cache everything.
    tail = (*credentials, *age, _VARY_PREFLIGHT)
    is_constant = named_methods is not None and named_headers is not None
    return CompiledPolicy(
        origins=origins,
        exact=frozenset() if origins is None else origins.exact,
        is_exact=origins is not None and origins.is_exact,
        calls_user_code=origins is not None and origins.calls_user_code,
        methods=named_methods,
        headers=named_headers,
        # Without an Origin, too: a response that is cached from a plain request then serves every page as well.
        allow_origin=(ALLOW_ORIGIN, "*") if everybody else None,
        preflight_allowed=(*_grant(named_methods or "", named_headers or ""), *tail) if is_constant else None,
        preflight_tail=tail,
        preflight_refused=(_VARY_PREFLIGHT,),
        actual_allowed=(*credentials, *expose, *vary),
        actual_refused=vary,
        managed_headers=_MANAGED if everybody else _MANAGED_AND_VARY,
        harmless=set(),
        fully_granted={},
    )


def _compile_names(names: Names, wildcard: str, *, echo: bool) -> str | None:
    if names != "*":
        return ", ".join(names)
    return None if echo else wildcard


def _grant(methods: str, headers: str) -> list[Header]:
    return [header for header in ((ALLOW_METHODS, methods), (ALLOW_HEADERS, headers)) if header[1]]


NOBODY: Final = CompiledPolicy(
    origins=OriginSet(()),
    exact=frozenset(),
    is_exact=True,
    calls_user_code=False,
    methods="",
    headers="",
    allow_origin=None,
    preflight_allowed=(),
    preflight_tail=(),
    preflight_refused=(),
    actual_allowed=(),
    actual_refused=(),
    managed_headers=_MANAGED,
    harmless=set(),
    fully_granted={},
)
"""What is never shared: nobody is allowed, and nothing varies."""


def answer_preflight(
    compiled: CompiledPolicy, origin: str, method: str, headers: str | None, *, allowed: bool, note: str | None = None
) -> StatusHeadersBody:
    """Return the whole answer to a preflight (`#cors-preflight-fetch`).

    An allowed origin gets 204 whatever it asks for: the browser compares, and names in its own console the method or
    header that it misses. A refused one gets 403, so that logs and people see that something was refused.

    Args:
        compiled: the compiled policy.
        origin: the Origin header.
        method: the Access-Control-Request-Method header.
        headers: the Access-Control-Request-Headers header, or None.
        allowed: whether the policy allows the origin.
        note: what the debug header says, or None if it is not sent.
    """
    if not allowed:
        return refuse(compiled.preflight_refused, note)
    granted = [compiled.allow_origin or (ALLOW_ORIGIN, origin)]
    if compiled.preflight_allowed is not None:
        granted += compiled.preflight_allowed
    else:
        granted += _grant(*_echo(compiled, method, headers))
        granted += compiled.preflight_tail
    if note is not None:
        granted.append((DEBUG_HEADER, note))
    return "204 No Content", granted, []


def refuse(headers: Iterable[Header], note: str | None) -> StatusHeadersBody:
    """Return the whole answer to a refused request: 403, with the note in its body, too.

    The request's body is not read, here or where a preflight is granted: a client that announces one and sends nothing
    would hold a worker for as long as the server lets it. The server deals with the rest, as with
    any app that answers without reading: it skips the body before the next request, or closes the connection.

    Args:
        headers: what the policy has to say, such as `Vary`.
        note: what the debug header says, or None if it is not sent.
    """
    if note is None:
        return "403 Forbidden", [*_EMPTY, *headers], []
    body = note.encode("ascii", "replace") + b"\n"
    length = ("Content-Length", str(len(body)))
    return "403 Forbidden", [_PLAIN, length, *headers, (DEBUG_HEADER, note)], [body]


def _echo(compiled: CompiledPolicy, method: str, headers: str | None) -> tuple[str, str]:
    """Return what is granted with credentials, where browsers do not honour `*`: what was asked for, if valid."""
    methods, names = compiled.methods, compiled.headers
    if methods is None:
        methods = method if can_echo_method(method) else ""
    if names is None:
        # The list may contain tabs, but WSGI allows no control character in a header (PEP 3333).
        names = headers.replace("\t", " ") if headers is not None and can_echo_headers(headers) else ""
    return methods, names


def can_echo_method(method: str) -> bool:
    """Tell whether a requested method is one that a script can use; linear, and bounded."""
    return len(method) <= LONGEST_ECHO and is_token(method) and not is_forbidden_method(method)


def can_echo_headers(headers: str) -> bool:
    """Tell whether requested headers consist only of names, commas, spaces and tabs; linear, and bounded."""
    return len(headers) <= LONGEST_ECHO and _NAME_LIST.fullmatch(headers) is not None


def headers_to_add(compiled: CompiledPolicy, origin: str | None, *, allowed: bool) -> tuple[Header, ...]:
    """Return the headers that a response gets under a policy; Allow-Origin comes first where it is shared.

    Args:
        compiled: the compiled policy.
        origin: the Origin header, or None.
        allowed: whether the policy allows the origin; True for everybody's, also without an origin.
    """
    if not allowed:
        return compiled.actual_refused
    return (compiled.allow_origin or (ALLOW_ORIGIN, origin or ""), *compiled.actual_allowed)


def merge_quietly(compiled: CompiledPolicy, headers: Sequence[Header], added: Sequence[Header]) -> list[Header] | None:
    """Return merged headers if Vary is the only managed header that the app sets; otherwise None.

    PERF: nearly all apps are like that. Ours, which `added` ends with, goes into theirs.

    Args:
        compiled: the compiled policy.
        headers: the app's headers.
        added: what `headers_to_add` returned.
    """
    harmless = compiled.harmless
    vary: int | None = None
    for index, (given, _) in enumerate(headers):
        if given in harmless:
            continue
        name = given.lower()
        if name not in compiled.managed_headers:
            compiled.remember_harmless(given)
        elif name == "vary" and vary is None:
            vary = index
        else:
            return None
    kept = [*headers, *added]
    if vary is not None:
        kept.pop()
        kept += _merge_vary(kept.pop(vary)[1])
    return kept


def merge_headers(
    compiled: CompiledPolicy, headers: Sequence[Header], origin: str | None, added: Sequence[Header]
) -> tuple[list[Header], list[str], bool]:
    """Merge the headers of an app with those of a policy; the app's list is not changed.

    Return all headers; the lower-cased names of the app's that were removed; and whether an Allow-Origin of the app's
    own keeps a browser from sharing what the policy would share.

    The policy owns the CORS headers, and is a ceiling: an Allow-Origin of the app's own can lower it, never raise it.
    `Expose-Headers` and `Vary` are merged, everything else stays as it is and in its order.

    Args:
        compiled: the compiled policy.
        headers: the app's headers.
        origin: the Origin header, or None.
        added: what `headers_to_add` returned.
    """
    quietly = merge_quietly(compiled, headers, added)
    if quietly is not None:
        return quietly, [], False
    found: dict[str, list[str]] = {name: [] for name in compiled.managed_headers}
    for name, value in headers:
        if (lower := name.lower()) in found:
            found[lower].append(value)
    shared = added is not compiled.actual_refused
    own = ", ".join(value.strip(" \t") for value in found[_ALLOW_ORIGIN])  # as a browser combines several lines
    lowers = shared and bool(found[_ALLOW_ORIGIN]) and own != "*"
    keeps_own = lowers and compiled.allow_origin is not None
    app_refused = lowers and own != origin
    if keeps_own:  # the same for every origin, so nothing has to vary
        added = added[1:]
    elif app_refused:
        added, shared = compiled.actual_refused, False
    dropped = found.keys() - {_ALLOW_ORIGIN} if keeps_own else found.keys()
    merged = [header for header in headers if header[0].lower() not in dropped]
    if shared and found[_EXPOSE_HEADERS]:
        added = _merge_exposed(found[_EXPOSE_HEADERS], added)
    if found.get("vary"):
        merged += [header for header in added if header[0] is not VARY]
        merged += _merge_vary(*found["vary"])
    else:
        merged += added
    owned = dropped & _OWNED
    removed = [name for name in dict.fromkeys(header[0].lower() for header in headers) if name in owned]
    return merged, removed, app_refused


def _merge_exposed(values: Sequence[str], added: Sequence[Header]) -> list[Header]:
    """Return `added` with the names that the app exposes before the policy's; only tokens count among the app's."""
    given = tuple(value for name, value in added if name is EXPOSE_HEADERS)
    names = ["*"] if given == ("*",) else [name for name in _merge_names((*values, *given)) if is_token(name)]
    before = [header for header in added if header[0] in (ALLOW_ORIGIN, ALLOW_CREDENTIALS)]
    behind = [header for header in added if header[0] is VARY]
    return [*before, *([(EXPOSE_HEADERS, ", ".join(names))] if names else []), *behind]


@lru_cache(maxsize=_MOST_REMEMBERED)
def _merge_vary(*values: str) -> tuple[Header, ...]:
    """Merge the app's Vary, line by line, followed by the policy's; `*` covers everything, and is left alone."""
    names = _merge_names((*values, ORIGIN))
    if "*" in names:
        return tuple((VARY, value) for value in values)
    return ((VARY, ", ".join(names)),)


def _merge_names(values: Sequence[str]) -> list[str]:
    """Return the elements of several comma-separated lists, in order, without duplicates, as spelled the first time."""
    names: dict[str, str] = {}
    for value in values:
        for part in value.split(","):
            if name := part.strip(" \t"):
                names.setdefault(name.lower(), name)
    return list(names.values())
