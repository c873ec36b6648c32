"""Origins of pages, sites, and which URLs count as secure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from .urls import URL, parse_url

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


_OF_APPS: Final = re.compile(
    r"(?P<origin>(?:chrome-extension|moz-extension|safari-web-extension|capacitor|ionic|tauri)://[^/?#\s]+)"
)
"""URLs of pages to which their browser gives a tuple origin, although the URL Standard does not know their schemes."""


@dataclass(frozen=True)
class Origin:
    """The origin of a page (`#concept-origin`): a tuple origin, or an opaque one, which equals only itself.

    Attributes:
        serialized: as in the `Origin` header; `null` if it is opaque.
        key: distinguishes opaque origins; None for a tuple origin.
    """

    serialized: str
    key: object = field(default=None, repr=False)

    @property
    def is_opaque(self) -> bool:
        """Whether it is opaque."""
        return self.key is not None

    def is_same(self, url: URL) -> bool:
        """Tell whether `url` has this origin (`#same-origin`)."""
        return not self.is_opaque and url.origin == self.serialized


def open_origin(text: str) -> tuple[Origin, URL | None]:
    """Return the origin of a page and its URL; the URL is None if that is neither http nor https.

    Args:
        text: an http or https URL, that of a browser extension or of an app's web view, or `null` (or any other URL,
            such as `file:///index.html`) for an opaque origin.

    Raises:
        ValueError: `text` is not a URL.
    """
    if text == "null":
        return Origin("null", object()), None
    url = parse_url(text)
    if url is None:
        raise ValueError(f"{text!r} is not a URL; write an origin such as 'https://app.example.com', or 'null'")
    if url.has_credentials:
        raise ValueError(f"{text!r} has a user name or password in it; leave them out")
    if url.is_http:
        return Origin(url.origin), url
    if (of_app := _OF_APPS.match(text)) is not None:
        return Origin(of_app["origin"]), None
    return Origin("null", object()), None


def is_same_site(origin: Origin, url: URL) -> bool:
    """Tell whether the origin and `url` are schemelessly same site and have one scheme (`#schemefully-same-site`).

    Args:
        origin: of the page; an opaque one belongs to no site.
        url: of the request.
    """
    own = parse_url(origin.serialized)
    return own is not None and own.scheme == url.scheme and _share_site(own.host, url.host)


@lru_cache(maxsize=1024)  # every request looks up the same pair, and the suffix list is slow
def _share_site(one: str, other: str) -> bool:
    """Tell whether two hosts are equal or have one registrable domain (`#same-site`)."""
    if one == other:
        return True
    if is_address(one) or is_address(other):
        return False
    if one.split(".")[-2:] != other.split(".")[-2:]:
        return False
    registrable = find_registrable_domain(one)
    return registrable is not None and registrable == find_registrable_domain(other)


def find_site(origin: Origin) -> str:
    """Return the site of a page: its scheme and registrable domain, or its host (`#obtain-a-site`).

    Args:
        origin: of the page; each opaque one is a separate site, though all are written `null` here.
    """
    url = parse_url(origin.serialized)
    if url is None:
        return origin.serialized
    registrable = None if is_address(url.host) else find_registrable_domain(url.host)
    return f"{url.scheme}://{registrable or url.host}"


def find_registrable_domain(host: str) -> str | None:
    """Return the registrable domain of a host, or None if it is a public suffix (`#host-registrable-domain`).

    Args:
        host: a domain as in URLs, not an IP address, which has no registrable domain.

    >>> find_registrable_domain("www.shop.example.co.uk"), find_registrable_domain("co.uk")
    ('example.co.uk', None)
    """
    found: str | None = _load_suffixes().privatesuffix(host)
    return found


def is_public_suffix(host: str) -> bool:
    """Tell whether the public suffix list has `host` itself: then a cookie cannot be for all of it."""
    if is_address(host):
        return False
    return bool(_load_suffixes().is_public(host))


def is_address(host: str) -> bool:
    """Tell whether a host is an IP address, which has no subdomains."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def _load_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - the list takes a moment to load; few fetches need it

    return PublicSuffixList()


def is_trustworthy(url: URL) -> bool:
    """Tell whether `url` is potentially trustworthy: https, or loopback (`#is-url-trustworthy`)."""
    if url.scheme == "https":
        return True
    if not url.is_http:
        return False
    host = url.host.removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_address(host) and ipaddress.ip_address(host.strip("[]")).is_loopback
