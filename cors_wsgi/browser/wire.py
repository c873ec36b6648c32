"""What a browser adds to a request before it leaves: Origin, Fetch metadata, cookies, authentication."""

from __future__ import annotations

from typing import Final

from .cookies import Cookies
from .engines import Engine
from .headers import Header, has_header
from .origins import is_same_site, is_trustworthy
from .quirks import change_sent
from .requests import Request
from .urls import URL

USER_AGENT: Final = "Mozilla/5.0 (compatible; cors-wsgi)"

_SITES: Final = ("same-origin", "same-site", "cross-site")

_HIDING_POLICIES: Final = frozenset(
    {"", "no-referrer-when-downgrade", "strict-origin", "strict-origin-when-cross-origin"}
)


def make_wire_headers(
    request: Request, engine: Engine, cookies: Cookies, authentication: dict[str, str]
) -> list[Header]:
    """Return the request's headers with those that the browser adds (step 8 of `#http-network-or-cache-fetch`)."""
    headers = change_sent(list(request.headers), request.method, engine, has_body=request.body is not None)
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
        authorization = authentication.get(request.url.origin)
        if authorization is not None and not has_header(headers, "authorization"):
            headers.append(("Authorization", authorization))
    return headers


def includes_credentials(request: Request) -> bool:
    """Tell whether cookies and stored authentication go with the request (step 8.3 of the same algorithm)."""
    mode = request.credentials
    return mode == "include" or (mode == "same-origin" and request.tainting == "basic")


def find_origin_header(request: Request, engine: Engine) -> str | None:
    """Return the value of the Origin header, or None (`#append-a-request-origin-header`)."""
    if request.tainting == "cors":
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
    """Return the Sec-Fetch headers of the request (https://w3c.github.io/webappsec-fetch-metadata)."""
    if not is_trustworthy(request.url) or (request.is_sync and not engine.sends_sync_metadata):
        return []
    site = _find_site(request, engine.site_after_redirects, is_preflight)
    if site is None:
        return []
    return [("Sec-Fetch-Dest", "empty"), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Site", site)]


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
