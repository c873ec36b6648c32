"""The headers on the wire: what a browser adds to a request, and what engines change in either direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .cookies import Cookies
from .engines import Engine
from .headers import Header, has_header
from .origins import is_same_site, is_trustworthy
from .requests import Cache, Request
from .safelist import shorten_range
from .urls import URL

USER_AGENT: Final = "Mozilla/5.0 (compatible; cors-wsgi)"
"""Not a real browser's, so that a server's log shows what this is, but with the start that many servers expect."""

ACCEPT_LANGUAGE: Final = ("Accept-Language", "en")
"""Sent with every request of a page, but not with preflights (step 14 of `#concept-fetch`)."""

_SITES: Final = ("same-origin", "same-site", "cross-site")

_HIDING_POLICIES: Final = frozenset(
    {"", "no-referrer-when-downgrade", "strict-origin", "strict-origin-when-cross-origin"}
)
"""Policies that give a request from https to http the Origin `null` (`#append-a-request-origin-header`)."""

_SINGLETONS: Final = frozenset(
    {
        "authorization",
        "content-disposition",
        "content-type",
        "from",
        "if-modified-since",
        "if-unmodified-since",
        "location",
        "max-forwards",
        "user-agent",
    }
)
"""Lower-cased names that Firefox does not treat as lists."""

_EMPTY_COUNTS: Final = frozenset({"access-control-allow-origin", "content-length", "location"})


_CONDITIONAL: Final = frozenset({"if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"})
"""Lower-cased names that make `default` the cache mode `no-store` (step 8.17 of `#http-network-or-cache-fetch`)."""


def find_cache_mode(request: Request, engine: Engine) -> Cache:
    """Return the cache mode of a request, which for some engines changes with its headers."""
    if request.cache == "default" and request.api in engine.conditional_apis:
        is_conditional = any(name.lower() in _CONDITIONAL for name, _ in request.headers)
        return "no-store" if is_conditional else request.cache
    return request.cache


def make_wire_headers(request: Request, engine: Engine, cookies: Cookies, authentication: str | None) -> list[Header]:
    """Return the request's headers with those that the browser adds (step 8 of `#http-network-or-cache-fetch`).

    Args:
        request: its own headers stay as they are.
        engine: whose rules.
        cookies: of all origins.
        authentication: the value of Authorization that is stored for the request, or None.
    """
    is_cached = request.method == "GET" and find_cache_mode(request, engine) != "no-store"
    headers = change_sent(list(request.headers), engine, has_body=request.body is not None, is_cached=is_cached)
    if not has_header(headers, "accept-language"):
        headers.insert(1, ACCEPT_LANGUAGE)
    if request.body is not None or request.method in ("POST", "PUT"):
        headers.append(("Content-Length", str(len(request.body or b""))))
    origin = find_origin_header(request, engine)
    if origin is not None:
        headers.append(("Origin", origin))
    headers += make_metadata_headers(request, request.mode, engine)
    if not has_header(headers, "user-agent"):
        headers.append(("User-Agent", USER_AGENT))
    if request.cache == "no-cache" and not has_header(headers, "cache-control"):
        headers.append(("Cache-Control", "max-age=0"))
    if request.cache in ("no-store", "reload"):
        added = (("Pragma", "no-cache"), ("Cache-Control", "no-cache"))
        headers += [pair for pair in added if not has_header(headers, pair[0].lower())]
    if includes_credentials(request):
        cookie = cookies.find(request.url, request.origin)
        if cookie is not None:
            headers.append(("Cookie", cookie))
    if authentication is not None and not has_header(headers, "authorization"):
        headers.append(("Authorization", authentication))
    return headers


def includes_credentials(request: Request) -> bool:
    """Tell whether the request carries cookies and stored authentication (step 8.3 of the same algorithm)."""
    mode = request.credentials
    return mode == "include" or (mode == "same-origin" and request.tainting == "basic")


def find_origin_header(request: Request, engine: Engine) -> str | None:
    """Return the value of the Origin header, or None (`#append-a-request-origin-header`)."""
    if request.tainting == "cors" or (request.has_crossorigin and request.element in engine.sends_origin_to_own):
        return request.serialized_origin
    if request.method in ("GET", "HEAD") and not (engine.keeps_origin and request.had_origin):
        return None
    if request.mode == "cors" or engine.sends_origin_despite_policy:
        return request.serialized_origin
    policy = request.referrer_policy
    is_downgrade = request.serialized_origin.startswith("https:") and request.url.scheme != "https"
    hides = (
        policy == "no-referrer"
        or (policy in _HIDING_POLICIES and is_downgrade)
        or (policy == "same-origin" and not request.origin.is_same(request.url))
    )
    return "null" if hides else request.serialized_origin


def make_metadata_headers(request: Request, mode: str, engine: Engine, *, is_preflight: bool = False) -> list[Header]:
    """Return the Sec-Fetch headers of the request (https://w3c.github.io/webappsec-fetch-metadata).

    Args:
        request: its URLs so far decide the site.
        mode: the value of Sec-Fetch-Mode; a preflight's is always `cors`.
        engine: whose rules.
        is_preflight: whether they are for the request's preflight.
    """
    if not is_trustworthy(request.url) or (request.is_sync and not engine.sends_sync_metadata):
        return []
    site = _find_site(request, engine.site_after_redirects, is_preflight)
    if site is None:
        return []
    return [("Sec-Fetch-Dest", request.destination or "empty"), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Site", site)]


def _find_site(request: Request, after_redirects: str, is_preflight: bool) -> str | None:
    """Return the value of Sec-Fetch-Site, or None if the engine leaves it out (`#sec-fetch-site-header`)."""
    last = _name_site(request, request.url)
    if len(request.url_list) == 1:
        return last
    farthest = max((_name_site(request, url) for url in request.url_list), key=_SITES.index)
    if after_redirects == "farthest":
        return farthest
    if after_redirects == "null: cross-site, left out":
        if is_preflight:
            return "cross-site" if request.is_tainted else farthest
        return farthest if request.url_list[-2].origin == request.url.origin else None
    if is_preflight:
        return last
    if after_redirects == "preflights: last, cross-site":
        return farthest if farthest == "same-origin" else "cross-site"
    return farthest


def _name_site(request: Request, url: URL) -> str:
    if request.origin.is_same(url):
        return "same-origin"
    return "same-site" if is_same_site(request.origin, url) else "cross-site"


def change_sent(headers: list[Header], engine: Engine, *, has_body: bool, is_cached: bool) -> list[Header]:
    """Return a request's own headers as the engine sends them.

    Args:
        headers: those of the script, before the browser adds any.
        engine: whose rules.
        has_body: whether there is a body.
        is_cached: whether the HTTP cache may answer.
    """
    if engine.folds_lines:
        headers = _fold_lines(headers, has_body)
    if engine.rewrites_range and is_cached and sum(name.lower() == "range" for name, _ in headers) == 1:
        headers = [(n, shorten_range(v) if n.lower() == "range" else v) for n, v in headers]
    if engine.sends_values_as_utf8:
        headers = [(n, v if v.isascii() else v.encode("utf-8").decode("latin-1")) for n, v in headers]
    return headers


def change_received(headers: Sequence[Header], engine: Engine) -> Sequence[Header]:
    """Return a response's headers as the engine reads them.

    Args:
        headers: as received.
        engine: whose rules.
    """
    if engine.folds_lines:
        headers = _drop_empty_lines(headers)
    if engine.sends_values_as_utf8:
        headers = [(n, v if v.isascii() else _take_for_utf8(v)) for n, v in headers]
    return headers


def _fold_lines(headers: list[Header], has_body: bool) -> list[Header]:
    """Merge the lines of each header one by one: an empty line empties it, and a line of a non-list replaces it."""
    folded: dict[str, Header] = {}
    for name, value in headers:
        lower = name.lower()
        first, before = folded.get(lower, (name, ""))
        if lower == "content-type" and has_body and lower in folded:
            continue
        is_list = before and value and lower not in _SINGLETONS
        folded[lower] = (first, f"{before}, {value}" if is_list else value)
    return list(folded.values())


def _drop_empty_lines(headers: Sequence[Header]) -> list[Header]:
    """Drop the empty lines of each header that has other lines, except where an empty line counts."""
    seen = {name.lower() for name, value in headers if value}
    kept = []
    for name, value in headers:
        lower = name.lower()
        if lower == "content-length" and (name, value) in kept:
            continue
        if value or lower not in seen or lower in _EMPTY_COUNTS:
            kept.append((name, value))
            seen.add(lower)
    return kept


def _take_for_utf8(value: str) -> str:
    """Return the bytes of `value` with invalid UTF-8 replaced, again as one character per byte."""
    return value.encode("latin-1", "replace").decode("utf-8", "replace").encode("utf-8").decode("latin-1")
