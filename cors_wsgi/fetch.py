"""What both sides of the wire share of the Fetch standard: names, tokens, lists (https://fetch.spec.whatwg.org)."""

from __future__ import annotations

import re
from typing import Final

ORIGIN: Final = "Origin"
VARY: Final = "Vary"
REQUEST_METHOD: Final = "Access-Control-Request-Method"
REQUEST_HEADERS: Final = "Access-Control-Request-Headers"
ALLOW_ORIGIN: Final = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS: Final = "Access-Control-Allow-Credentials"
ALLOW_METHODS: Final = "Access-Control-Allow-Methods"
ALLOW_HEADERS: Final = "Access-Control-Allow-Headers"
ALLOW_PRIVATE_NETWORK: Final = "Access-Control-Allow-Private-Network"
EXPOSE_HEADERS: Final = "Access-Control-Expose-Headers"
MAX_AGE: Final = "Access-Control-Max-Age"

SAFELISTED_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
"""Methods that never need to be named by a preflight (`#cors-safelisted-method`)."""

FORBIDDEN_METHODS: Final = frozenset({"CONNECT", "TRACE", "TRACK"})
"""Methods that no script may use, in any case of letters (`#forbidden-method`)."""

NORMALIZED_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})
"""Methods whose lower-case spelling browsers raise to upper case; PATCH is none (`#concept-method-normalize`)."""

SAFELISTED_RESPONSE_HEADERS: Final = frozenset(
    {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}
)
"""Lower-cased response header names that a script may always read (`#cors-safelisted-response-header-name`)."""

FORBIDDEN_RESPONSE_HEADERS: Final = frozenset({"set-cookie", "set-cookie2"})
"""Lower-cased response header names that no script may read (`#forbidden-response-header-name`)."""

_FORBIDDEN_REQUEST_HEADERS: Final = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
_METHOD_OVERRIDES: Final = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})

TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
"""One character of a token, as a regular expression (RFC 9110, 5.6.2)."""

_TOKEN = re.compile(TOKEN + "+")


def is_token(text: str) -> bool:
    """Tell whether `text` is a token, as methods and header names must be (`#concept-method`, `#header-name`)."""
    return _TOKEN.fullmatch(text) is not None


def normalize_method(method: str) -> str:
    """Return `method` in upper case if browsers raise it (`#concept-method-normalize`), else as it is.

    >>> normalize_method("put"), normalize_method("patch")
    ('PUT', 'patch')
    """
    upper = method.upper()
    return upper if upper in NORMALIZED_METHODS and method.isascii() else method


def is_forbidden_method(method: str) -> bool:
    """Tell whether no script may use `method`, in any case of letters (`#forbidden-method`)."""
    return method.upper() in FORBIDDEN_METHODS


def is_forbidden_request_header(name: str, value: str = "") -> bool:
    """Tell whether a script may not set this header (`#forbidden-request-header`).

    Args:
        name: the header's name, in any case of letters.
        value: its value; it matters only for the method-override headers, which may not name a forbidden method.
    """
    name = name.lower()
    if name in _FORBIDDEN_REQUEST_HEADERS or name.startswith(("proxy-", "sec-")):
        return True
    return name in _METHOD_OVERRIDES and any(is_forbidden_method(part.strip(" \t")) for part in value.split(","))


def extract_names(value: str) -> list[str] | None:
    """Return the tokens of a comma-separated list, or None if one of its elements is no token.

    Empty elements, and spaces and tabs around an element, are allowed (`#extract-header-list-values`).

    >>> extract_names("X-A,, x-b "), extract_names("X-A x-b")
    (['X-A', 'x-b'], None)
    """
    names = [name for part in value.split(",") if (name := part.strip(" \t"))]
    return names if all(map(is_token, names)) else None
