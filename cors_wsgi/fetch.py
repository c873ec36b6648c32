"""What both sides of the wire need from the standards: names, tokens, lists, and how hosts are serialized.

https://fetch.spec.whatwg.org, and for hosts https://url.spec.whatwg.org.
"""

from __future__ import annotations

import ipaddress
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
"""Methods that a script may not use, in upper or lower case (`#forbidden-method`)."""

NORMALIZED_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})
"""Methods whose lower-case spelling browsers raise to upper case; not PATCH or QUERY (`#concept-method-normalize`)."""

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

DEFAULT_PORTS: Final = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}
"""The default port of each special scheme, in decimal digits (URL standard, `#default-port`)."""

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
"""Hosts that people use for their own machine; to a browser they are three origins, and three sites."""

TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
"""One character of a token, as a regular expression (RFC 9110, 5.6.2)."""

_TOKEN = re.compile(TOKEN + "+")
_LONGEST_DOMAIN: Final = 1024
"""Characters; punycode takes quadratic time, and names end at 253."""


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
    """Return the tokens of a comma-separated list, or None if one of its elements is not a token.

    Empty elements, and spaces and tabs around an element, are allowed (`#extract-header-list-values`).

    >>> extract_names("X-A,, x-b "), extract_names("X-A x-b")
    (['X-A', 'x-b'], None)
    """
    names = [name for part in value.split(",") if (name := part.strip(" \t"))]
    return names if all(map(is_token, names)) else None


def canonical_ipv6(text: str) -> str | None:
    """Return an IPv6 address as browsers serialize it, without brackets, or None (`#concept-ipv6-serializer`).

    The standard library writes IPv4-mapped addresses in dotted form from Python 3.13 on; browsers never do.

    >>> canonical_ipv6("2001:4860:4860:0:0:0:0:8888"), canonical_ipv6("::ffff:1.2.3.4"), canonical_ipv6("fe80::1%eth0")
    ('2001:4860:4860::8888', '::ffff:102:304', None)
    """
    if "%" in text:
        return None
    try:
        packed = ipaddress.IPv6Address(text).packed
    except ValueError:
        return None
    pieces = [f"{packed[i] << 8 | packed[i + 1]:x}" for i in range(0, 16, 2)]
    runs = [
        (length, -start)
        for length in range(2, 9)
        for start in range(9 - length)
        if set(pieces[start : start + length]) == {"0"}
    ]
    if not runs:
        return ":".join(pieces)
    length, negated_start = max(runs)
    start = -negated_start
    return ":".join(pieces[:start]) + "::" + ":".join(pieces[start + length :])


def domain_to_ascii(domain: str) -> str | None:
    """Return a domain as browsers serialize it, in ASCII, or None if they refuse it (`#concept-domain-to-ascii`).

    Characters that no host may hold (`#forbidden-domain-code-point`) are left to the caller, as an empty domain is.

    Args:
        domain: percent-decoded. One longer than 1024 characters is refused, unless it is plain ASCII without punycode.

    >>> domain_to_ascii("App.Example"), domain_to_ascii("straße.de"), domain_to_ascii("xn--a")
    ('app.example', 'xn--strae-oqa.de', None)
    """
    lower = domain.lower()
    if domain.isascii() and not any(label.startswith("xn--") for label in lower.split(".")):
        return lower
    try:
        return _encode_domain(domain) if len(domain) <= _LONGEST_DOMAIN else None
    except ValueError:
        return None


def _encode_domain(domain: str) -> str:
    """Return a domain as ASCII, by UTS #46 with the flags that the URL standard sets (`#concept-domain-to-ascii`).

    Raises:
        ValueError: it is not valid.
    """
    import unicodedata  # noqa: PLC0415 - with idna's tables it takes a moment to load, and few hosts need it

    import idna  # noqa: PLC0415

    labels = idna.uts46_remap(domain, std3_rules=False).split(".")
    for place, label in enumerate(labels):
        if label.startswith("xn--"):
            labels[place] = decoded = label[4:].encode("ascii").decode("punycode")
            if decoded.isascii() or idna.uts46_remap(decoded, std3_rules=False) != decoded:
                raise ValueError(f"{label} is not what browsers make of any label")
    is_bidi = any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for label in labels for char in label)
    for label in filter(None, labels):
        if is_bidi:
            idna.check_bidi(label, check_ltr=True)
        idna.check_initial_combiner(label)
        joiners = [place for place, char in enumerate(label) if char in "\u200c\u200d"]
        if not all(idna.valid_contextj(label, place) for place in joiners) or label.startswith("xn--"):
            raise ValueError(f"{label!r} is not a label")
    return ".".join(label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii") for label in labels)
