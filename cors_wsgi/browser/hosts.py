"""Hosts of http and https URLs as browsers read them (https://url.spec.whatwg.org/#host-parsing)."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote_to_bytes

from ..fetch import canonical_ipv6, domain_to_ascii

_FORBIDDEN_IN_DOMAIN = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
"""What a domain may not have in it once it is ASCII (`#forbidden-domain-code-point`); controls too."""

_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")
"""`127`, `0177` or `0x7f`: a host is an IPv4 address if its last label looks like this."""

_MOST_DIGITS = 20
"""The most digits of a number: 2**32 - 1 has 11 in octal; with far more, `int` would take more than linear time."""


def parse_host(text: str) -> str | None:
    """Return the serialized host, or None if browsers refuse it (`#concept-host-parser`).

    Args:
        text: as it is written in a URL, percent-encoded bytes and the brackets of an IPv6 address included.

    >>> parse_host("Stra%C3%9Fe.example"), parse_host("0x7f.1"), parse_host("[::FFFF:1.2.3.4]"), parse_host("a b")
    ('xn--strae-oqa.example', '127.0.0.1', '[::ffff:102:304]', None)
    """
    if text.startswith("["):
        address = canonical_ipv6(text[1:-1]) if text.endswith("]") else None
        return None if address is None else f"[{address}]"
    domain = domain_to_ascii(unquote_to_bytes(text).decode("utf-8", "replace"))
    if not domain or _FORBIDDEN_IN_DOMAIN.search(domain):
        return None
    labels = domain.removesuffix(".").split(".")
    return _parse_ipv4(labels) if _NUMBER.fullmatch(labels[-1]) else domain


def _parse_ipv4(parts: list[str]) -> str | None:
    """Return an IPv4 address in four decimal parts, or None (`#concept-ipv4-parser`)."""
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    try:
        *firsts, last = map(_parse_ipv4_number, parts)
    except ValueError:
        return None
    if any(number > 255 for number in firsts) or last >= 256 ** (5 - len(parts)):
        return None
    value = last + sum(number * 256 ** (3 - place) for place, number in enumerate(firsts))
    return str(ipaddress.IPv4Address(value))


def _parse_ipv4_number(part: str) -> int:
    """Return the value of a decimal, octal or hexadecimal number (`#ipv4-number-parser`).

    Raises:
        ValueError: it is octal and has an 8 or 9, or it is longer than any part of an address.
    """
    base = 16 if part[:2].lower() == "0x" else 8 if part[0] == "0" else 10
    digits = part[2:] if base == 16 else part
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"{part!r} is too large")
    return int(digits, base)
