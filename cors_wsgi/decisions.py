"""What was decided about one request, and why: values for hooks, logs and the debug header."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(str, Enum):
    """Which question the middleware answered."""

    PREFLIGHT = "preflight"
    ACTUAL = "actual"
    BLOCKED = "blocked"

    __str__ = str.__str__


class Reason(str, Enum):
    """Why a browser will keep the answer from the script; a closed set, in which each value is a stable name."""

    ORIGIN_NOT_ALLOWED = "origin-not-allowed"
    ORIGIN_UNDER_ANOTHER_NAME = "origin-under-another-name"
    ORIGIN_IS_NULL = "origin-is-null"
    ORIGIN_IS_FILE = "origin-is-file"
    ORIGIN_MALFORMED = "origin-malformed"
    ORIGIN_MISSING = "origin-missing"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    METHOD_MALFORMED = "method-malformed"
    METHOD_CASE = "method-case"
    HEADER_NOT_ALLOWED = "header-not-allowed"
    HEADERS_MALFORMED = "headers-malformed"
    RESPONSE_HEADER_REQUESTED = "response-header-requested"
    APP_REFUSED = "app-refused"
    DENIED = "denied"

    __str__ = str.__str__

    @property
    def explanation(self) -> str:
        """One sentence for the person who reads the log; it holds nothing that the client sent."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    Reason.ORIGIN_NOT_ALLOWED: "no rule of the policy allows this origin",
    Reason.ORIGIN_UNDER_ANOTHER_NAME: (
        "open the page under the name that the policy has for it: localhost, 127.0.0.1 and [::1] are three origins "
        "and three sites, and browsers hold cookies back between sites"
    ),
    Reason.ORIGIN_IS_NULL: "the origin is null (a sandboxed frame, local file or redirect), which is not trusted",
    Reason.ORIGIN_IS_FILE: "the origin is file:// (a local file, in some Android web views), which is not trusted",
    Reason.ORIGIN_MALFORMED: "the Origin header is not a single serialized origin",
    Reason.ORIGIN_MISSING: "the browser calls the request cross-site, and it names no origin",
    Reason.METHOD_NOT_ALLOWED: "the policy does not allow the requested method",
    Reason.METHOD_MALFORMED: "the requested method is not a token, or scripts may not use it",
    Reason.METHOD_CASE: "method names are case-sensitive: the client has to send this one in upper case",
    Reason.HEADER_NOT_ALLOWED: "the policy does not allow a requested header",
    Reason.HEADERS_MALFORMED: "the requested headers are not a list of names, or are too long",
    Reason.RESPONSE_HEADER_REQUESTED: "the client sends a response header, Access-Control-...; remove it there",
    Reason.APP_REFUSED: (
        "the app's own Access-Control-Allow-Origin names somebody else, which narrows what the policy shares; if this "
        "origin may read the response, remove that header in the app"
    ),
    Reason.DENIED: "this path or route is never shared",
}

_WHEN_BLOCKED = {
    Reason.ORIGIN_IS_NULL: (
        "null never passes block_untrusted; your own form sends it where its page has Referrer-Policy: "
        "no-referrer and comes over plain http, so serve that page over https, or with Referrer-Policy: same-origin"
    ),
    Reason.ORIGIN_IS_FILE: "file:// never passes block_untrusted",
}
"""More about a blocked request; over https, Sec-Fetch-Site tells a server's own pages from others."""


@dataclass(frozen=True)
class Decision:
    """What was decided about one CORS request.

    The texts of the request are given exactly as the client sent them: escape them (`%r`) before they reach a log.

    Attributes:
        kind: a preflight, an actual request, or a request blocked by `block_untrusted`.
        origin: the Origin header; None only for a blocked request that had none.
        method: the method of the actual request; for a preflight, the one it asks for.
        path: PATH_INFO as the app sees it.
        allowed: what a browser will conclude; for a preflight, its method and headers included.
        reasons: why not; empty if and only if `allowed`.
        nearest: the configured origin rule that comes nearest to a refused origin, if one comes near.
    """

    kind: Kind
    origin: str | None
    method: str
    path: str
    allowed: bool
    reasons: tuple[Reason, ...] = ()
    nearest: str | None = None

    def __str__(self) -> str:
        asked = f"{self.kind} {quote(self.method)} {quote(self.path)} from {quote(self.origin)}"
        if self.allowed:
            return f"{asked}: allowed"
        return f"{asked}: refused, {self.advice}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as data for JSON: strings, a bool, None, and a list of the reasons' names.

        >>> Decision(Kind.ACTUAL, "https://a.example", "GET", "/", False, (Reason.ORIGIN_NOT_ALLOWED,)).as_dict()
        ... # doctest: +NORMALIZE_WHITESPACE
        {'kind': 'actual', 'origin': 'https://a.example', 'method': 'GET', 'path': '/', 'allowed': False,
         'reasons': ['origin-not-allowed'], 'nearest': None}
        """
        return {
            "kind": self.kind.value,
            "origin": self.origin,
            "method": self.method,
            "path": self.path,
            "allowed": self.allowed,
            "reasons": [reason.value for reason in self.reasons],
            "nearest": self.nearest,
        }

    def as_log_fields(self) -> dict[str, Any]:
        """Return what `as_dict` does, for the `extra` of a log record: what the client sent is escaped, and bounded.

        A formatter may print a field as it is, and a line break or an escape sequence in it would forge a line.
        """
        sent = {"origin": self.origin, "method": self.method, "path": self.path}
        return {
            **self.as_dict(),
            **{name: _escape(text) if text is not None else None for name, text in sent.items()},
        }

    @property
    def advice(self) -> str:
        """Why a browser will refuse, what to do, and the closest rule, in ASCII; nothing from the client."""
        parts = [f"{reason} ({reason.explanation})" for reason in self.reasons]
        if self.kind is Kind.BLOCKED:
            parts += [_WHEN_BLOCKED[reason] for reason in self.reasons if reason in _WHEN_BLOCKED]
        if self.nearest:
            parts.append(f"the nearest rule is {self.nearest!r}")
        return "; ".join(parts)


def quote(text: str | None, limit: int = 200) -> str:
    """Escape what a client sent, on one line and bounded, before it is logged."""
    if text is None:
        return "no origin"
    return repr(text) if len(text) <= limit else repr(text[:limit]) + f"… ({len(text)} characters)"


def _escape(text: str, limit: int = 200) -> str:
    shown = text[:limit].encode("unicode_escape").decode("ascii")
    return shown if len(text) <= limit else f"{shown}… ({len(text)} characters)"


def quote_error(error: Exception) -> str:
    """Quote an exception's type and message; its own `repr` may hold what a client sent, on many lines."""
    return quote("".join(traceback.format_exception_only(error)).strip())
