"""Slips between two origins that were meant to be the same: another scheme, port, or name of the same machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..fetch import LOOPBACK_NAMES
from .urls import URL, parse_url


class Slip(NamedTuple):
    """The difference between a named origin and the page's.

    Attributes:
        name: a stable name.
        text: what it is, and what to do about it.
    """

    name: str
    text: str


def rename_page(facts: Mapping[str, str]) -> str | None:
    """Return the page's origin under the name of this machine that server or policy use, or None.

    Args:
        facts: of a failed request: the page's `origin`, the `nearest` rule of the policy if that is known, the `value`
            of Access-Control-Allow-Origin, and the `url` that was fetched.

    >>> rename_page({"origin": "http://127.0.0.1:5173", "url": "http://localhost:8000/items"})
    'http://localhost:5173'
    """
    origin = facts.get("origin", "")
    page = parse_url(origin)
    if page is None or page.host not in LOOPBACK_NAMES:
        return None
    others = (parse_url(facts.get(name, "").removesuffix(":*")) for name in ("nearest", "value", "url"))
    hosts = (other.host for other in others if other is not None)
    renamed = next((host for host in hosts if host in LOOPBACK_NAMES and host != page.host), None)
    return None if renamed is None else origin.replace(page.host, renamed, 1)


def advise_one_name(facts: Mapping[str, str]) -> str | None:
    """Return the advice to open the page under the name that is used elsewhere, or None if that is not the problem.

    Args:
        facts: as for `rename_page`.
    """
    renamed = rename_page(facts)
    page, then, api = (parse_url(text) for text in (facts.get("origin", ""), renamed or "", facts.get("url", "")))
    if page is None or then is None:
        return None
    and_api = ""
    if api is not None and api.host in LOOPBACK_NAMES and api.host != then.host:
        and_api = f", and fetch {api.origin.replace(api.host, then.host, 1)} from there"
    return (
        f"Open the page at {renamed}{and_api}: {page.host} and {then.host} are this machine under two names, but for "
        "browsers two origins and two sites, so cookies would be missing even if CORS allowed it."
    )


def find_slip(origin: str, named: str) -> Slip | None:
    """Return the slip between the page's origin and the one that a server names, or None.

    Args:
        origin: of the page, serialized.
        named: the value of Access-Control-Allow-Origin.
    """
    page, other = parse_url(origin), parse_url(named)
    if page is None or not page.is_http or named == origin:
        return None
    if named.rstrip("/") == origin:
        return Slip("trailing-slash", f"The server names {named}: without the slash it is the page's origin.")
    if f"{page.scheme}://{named.rstrip('/')}" == origin:
        return Slip("missing-scheme", f"The server names {named}: with {page.scheme}:// it is the page's origin.")
    if other is None or not other.is_http:
        return None
    if other.origin == origin:
        text = f"The server names {named}, which browsers compare character by character: it must be {origin}."
        return Slip("spelling", text)
    if _strip_host(page.host) != _strip_host(other.host):
        return None
    slips = dict(_list_slips(page, other))
    text = f"The server names {named}; the page's origin, {origin}, has {' and '.join(slips.values())}."
    if (renamed := rename_page({"origin": origin, "value": named})) is not None:
        text += f" Open the page at {renamed}."
    return Slip(next(iter(slips)), text)


def _list_slips(page: URL, other: URL) -> Iterator[tuple[str, str]]:
    if page.host != other.host:
        if page.host in LOOPBACK_NAMES:
            yield "loopback-name", "another name for this machine"
        else:
            yield "www", "“www.”" if page.host.startswith("www.") else "no “www.”"
    if page.scheme != other.scheme:
        yield "scheme", "another scheme"
    if page.port != other.port:
        yield "port", "another port"


def _strip_host(host: str) -> str:
    return LOOPBACK_NAMES[0] if host in LOOPBACK_NAMES else host.removeprefix("www.")
