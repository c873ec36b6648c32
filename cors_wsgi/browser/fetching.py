"""The standard's algorithms from main fetch to the network, in the standard's order (https://fetch.spec.whatwg.org).

A network error is a `FetchError` that is raised. What browsers do beside the standard is asked of the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from ..fetch import SAFELISTED_METHODS, SAFELISTED_RESPONSE_HEADERS
from .cache import CacheKey, Clock, PreflightCache, parse_max_age
from .causes import find_header_causes, sort_names
from .checks import (
    REDIRECT_STATUSES,
    Failure,
    check_cors,
    check_preflight,
    check_resource_policy,
    find_exposed,
)
from .cookies import Cookies
from .engines import Engine
from .errors import CORSError, FetchError
from .exchange import Exchange, WireRequest, WireResponse
from .headers import Header, ResponseHeaders, get_header, has_header, remove_headers
from .origins import is_same_site, is_trustworthy
from .ports import BAD_PORTS
from .reasons import Reason
from .requests import Request
from .responses import OPAQUE, Response
from .safelist import shorten_range
from .transports import NetworkError, Transport
from .urls import URL, parse_url

MAX_REDIRECTS: Final = 20

USER_AGENT: Final = "Mozilla/5.0 (compatible; cors-wsgi)"

_BODY_HEADERS: Final = frozenset({"content-encoding", "content-language", "content-location", "content-type"})
_NON_WILDCARD: Final = frozenset({"authorization"})
_MISDIRECTED: Final = 421
_HIDING_POLICIES: Final = frozenset(
    {"", "no-referrer-when-downgrade", "strict-origin", "strict-origin-when-cross-origin"}
)


@dataclass
class Agent:
    """The parts of a browser that its fetches share.

    Attributes:
        engine: whose rules.
        clock: which the caches go by.
        cache: the CORS-preflight cache.
        cookies: of all origins.
        authentication: values of the Authorization header, by serialized origin.
        find_transport: returns what takes requests for a URL.
        record: takes each exchange as it ends.
    """

    engine: Engine
    clock: Clock
    cache: PreflightCache
    cookies: Cookies
    find_transport: Callable[[URL], Transport]
    record: Callable[[Exchange], None]
    authentication: dict[str, str] = field(default_factory=dict)


def fetch(agent: Agent, request: Request) -> Response:
    """Fetch a request and return what the script sees of the response (`#concept-fetch`).

    Raises:
        CORSError: CORS does not let the script have it.
        FetchError: it failed for another reason.
    """
    if not has_header(request.headers, "accept"):
        request.headers.append(("Accept", "*/*"))
        implicit = True
    else:
        implicit = False
    return _Fetch(agent, request, implicit).main_fetch()


def _main_facts(agent: Agent, request: Request) -> dict[str, str]:
    return {
        "engine": agent.engine.name,
        "api": request.api,
        "url": request.url.address,
        "first_url": request.url_list[0].address,
        "origin": request.serialized_origin,
        "sent_method": request.method,
        "method": request.method,
    }


class _Fetch:
    """One fetch on its way; the methods are the standard's algorithms."""

    def __init__(self, agent: Agent, request: Request, implicit_accept: bool) -> None:
        self.agent = agent
        self.engine = agent.engine
        self.request = request
        self.implicit_accept = implicit_accept
        self.exchange: Exchange | None = None

    def fail(self, reason: Reason, said_as: Reason | None = None, **facts: str) -> FetchError:
        """Return the error for a reason, with the exchange it is about."""
        known = _main_facts(self.agent, self.request)
        if self.exchange is not None and self.exchange.status is not None:
            known["status"] = str(self.exchange.status)
        kind = CORSError if reason.is_cors else FetchError
        return kind(reason, self.exchange, said_as, **{**known, **facts})

    def fail_check(self, failure: Failure, **facts: str) -> FetchError:
        """Return the error for a check that failed."""
        return self.fail(failure.reason, failure.said_as, **{**failure.facts, **facts})

    def main_fetch(self) -> Response:
        """Decide how the current URL is fetched (`#concept-main-fetch`)."""
        request, url = self.request, self.request.url
        self.exchange = self.exchange if request.redirect_count else None
        if url.is_http and url.port in BAD_PORTS:
            raise self.fail(Reason.BAD_PORT)
        if url.is_http and request.origin.serialized.startswith("https:") and not is_trustworthy(url):
            raise self.fail(Reason.MIXED_CONTENT)
        if request.origin.is_same(url) and request.tainting == "basic":
            if self.engine.redirected_names != "current":
                self.find_unsafe_names()
            return self.http_fetch()
        if request.mode == "same-origin":
            raise self.fail(Reason.DISALLOWED_BY_MODE)
        if request.mode == "no-cors":
            if request.redirect != "follow":
                raise self.fail(Reason.INVALID_REQUEST, value="a no-cors request must follow redirects")
            request.tainting = "opaque"
            return self.scheme_fetch()
        if not url.is_http:
            raise self.fail(Reason.NOT_HTTP, location=str(url))
        request.tainting = "cors"
        names = self.find_unsafe_names()
        is_unsafe = bool(names) or request.method not in SAFELISTED_METHODS or request.use_preflight
        if not is_unsafe and not (self.engine.stays_preflighted and request.was_preflighted):
            return self.clearing("any", self.http_fetch)
        request.was_preflighted = True
        return self.clearing("preflighted", lambda: self.http_fetch(names))

    def scheme_fetch(self) -> Response:
        """Fetch over HTTP, or not at all (`#concept-scheme-fetch`)."""
        if not self.request.url.is_http:
            raise self.fail(Reason.NOT_HTTP, location=str(self.request.url))
        return self.http_fetch()

    def clearing(self, when: str, step: Callable[[], Response]) -> Response:
        """Run a step; if it fails, drop what is kept for the URL, as far as the engine does."""
        try:
            return step()
        except FetchError:
            if self.engine.clears_after in ("any", when):
                self.agent.cache.clear(self.cache_key())
            raise

    def find_unsafe_names(self) -> list[str]:
        """Return the CORS-unsafe request-header names (`#cors-unsafe-request-header-names`)."""
        request = self.request
        if self.engine.redirected_names == "current":
            return self._list_unsafe_names()
        if not request.redirect_count:
            request.first_unsafe_names = self._list_unsafe_names()
        if self.engine.redirected_names == "original":
            return request.first_unsafe_names
        return [name for name in request.first_unsafe_names if name not in request.stripped_names]

    def _list_unsafe_names(self) -> list[str]:
        headers = self.request.headers
        if self.implicit_accept:
            if len(headers) == 1:
                return []
            if self.engine.counts_total != "all":
                headers = remove_headers(headers, {"accept"})
        return sort_names(find_header_causes(headers, self.engine, raw_type=self.request.raw_type), self.engine)

    def cache_key(self) -> CacheKey:
        """Return what answers to preflights are kept for (`#concept-cache`)."""
        request = self.request
        return CacheKey(request.origin.key, self.find_preflight_origin(), str(request.url))

    def find_preflight_origin(self) -> str:
        """Return the origin of a preflight: the request's, or the page's where the engine never makes it null."""
        if self.engine.page_origin_in_preflights:
            return self.request.origin.serialized
        return self.request.serialized_origin

    def http_fetch(self, unsafe_names: list[str] | None = None) -> Response:
        """Fetch over HTTP, after a preflight if `unsafe_names` are given and nothing kept covers it (`#http-fetch`)."""
        request = self.request
        include = request.credentials == "include"
        if unsafe_names is not None and not self.is_covered(unsafe_names, include):
            self.preflight_fetch(unsafe_names, include)
        response = self.network_or_cache_fetch(self.make_wire_headers())
        if request.tainting == "cors":
            failure = check_cors(
                response.headers,
                request.serialized_origin,
                include=include,
                is_tainted=request.is_tainted,
                engine=self.engine,
            )
            if failure is not None:
                raise self.fail_check(failure)
        if request.tainting == "opaque":
            same_site = is_same_site(request.origin, request.url)
            failure = None
            if not request.origin.is_same(request.url):
                failure = check_resource_policy(response.headers, is_same_site=same_site)
            if failure is not None:
                raise self.fail_check(failure)
        if response.status in REDIRECT_STATUSES:
            if request.redirect == "error":
                raise self.fail(Reason.BAD_REDIRECT, value="the script asked for redirects to fail")
            if request.redirect == "manual":
                return replace(OPAQUE, type="opaqueredirect")
            return self.redirect_fetch(response)
        return self.filter(response)

    def is_covered(self, names: list[str], include: bool) -> bool:
        """Tell whether what is kept makes a preflight needless (step 4.1 of `#http-fetch`)."""
        request, engine = self.request, self.engine
        if request.cache in engine.cache_modes_bypassing:
            return False
        is_safe = request.method in SAFELISTED_METHODS and not (request.use_preflight and engine.listener_needs_method)
        return self.agent.cache.covers(self.cache_key(), include, request.method, names, is_safe=is_safe)

    def preflight_fetch(self, names: list[str], include: bool) -> None:
        """Ask whether the request may be sent, and keep the answer (`#cors-preflight-fetch`)."""
        request, engine = self.request, self.engine
        origin = self.find_preflight_origin()
        is_tainted = request.is_tainted and not engine.page_origin_in_preflights
        headers: list[Header] = [("Accept", "*/*"), ("Access-Control-Request-Method", request.method)]
        if names:
            headers.append(("Access-Control-Request-Headers", ",".join(names)))
        headers += [("Origin", origin), *self.make_metadata_headers("cors"), ("User-Agent", USER_AGENT)]
        wire = WireRequest("OPTIONS", request.url.address, headers, None)
        try:
            response = self.network_fetch(wire, is_preflight=True)
            outcome = check_preflight(
                response.status,
                response.headers,
                method=request.method,
                unsafe_names=names,
                origin=origin,
                include=include,
                is_tainted=is_tainted,
                is_own=request.origin.is_same(request.url),
                engine=engine,
            )
            if isinstance(outcome, Failure):
                raise self.fail_check(outcome, preflight="yes")
        except FetchError:
            if engine.clears_after == "preflight":
                self.agent.cache.clear(self.cache_key())
            raise
        methods = outcome.methods
        if methods is None:
            methods = [request.method] if request.use_preflight else []
        max_age = parse_max_age(response.headers, engine)
        if not engine.listener_needs_method and not methods and not outcome.names:
            methods = [request.method]
        self.agent.cache.keep(self.cache_key(), include, max_age, methods, outcome.names, (request.method, names))

    def make_metadata_headers(self, mode: str) -> list[Header]:
        """Return the Sec-Fetch headers of the request (https://w3c.github.io/webappsec-fetch-metadata)."""
        request = self.request
        if not is_trustworthy(request.url):
            return []
        sites = ["same-origin" if request.origin.is_same(url) else _name_site(request, url) for url in request.url_list]
        site = max(sites, key=("same-origin", "same-site", "cross-site").index)
        return [("Sec-Fetch-Dest", "empty"), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Site", site)]

    def make_wire_headers(self) -> list[Header]:
        """Return the request's headers with those that the browser adds (step 8 of `#http-network-or-cache-fetch`)."""
        request, engine = self.request, self.engine
        headers = list(request.headers)
        if engine.keeps_first_content_type:
            types = [pair for pair in headers if pair[0].lower() == "content-type"]
            if len(types) > 1:
                headers = [*remove_headers(headers, {"content-type"}), types[0]]
        if engine.rewrites_range and request.method == "GET":
            headers = [(n, shorten_range(v) if n.lower() == "range" else v) for n, v in headers]
        if engine.utf8_values:
            headers = [(n, v if v.isascii() else v.encode("utf-8").decode("latin-1")) for n, v in headers]
        if request.body is not None or request.method in ("POST", "PUT"):
            headers.append(("Content-Length", str(len(request.body or b""))))
        origin = self.find_origin_header()
        if origin is not None:
            headers.append(("Origin", origin))
        headers += self.make_metadata_headers(request.mode)
        if not has_header(headers, "user-agent"):
            headers.append(("User-Agent", USER_AGENT))
        if request.cache == "no-cache" and not has_header(headers, "cache-control"):
            headers.append(("Cache-Control", "max-age=0"))
        if request.cache in ("no-store", "reload"):
            added = (("Pragma", "no-cache"), ("Cache-Control", "no-cache"))
            headers += [pair for pair in added if not has_header(headers, pair[0].lower())]
        if self.includes_credentials():
            cookies = self.agent.cookies.find(request.url, request.origin)
            if cookies is not None:
                headers.append(("Cookie", cookies))
            authorization = self.agent.authentication.get(request.url.origin)
            if authorization is not None and not has_header(headers, "authorization"):
                headers.append(("Authorization", authorization))
        return headers

    def includes_credentials(self) -> bool:
        """Tell whether cookies and stored authentication go with the request (step 8.3 of the same algorithm)."""
        mode = self.request.credentials
        return mode == "include" or (mode == "same-origin" and self.request.tainting == "basic")

    def find_origin_header(self) -> str | None:
        """Return the value of the Origin header, or None (`#append-a-request-origin-header`)."""
        request = self.request
        if request.tainting == "cors":
            return request.serialized_origin
        if request.method in ("GET", "HEAD"):
            return None
        if request.mode == "cors" or self.engine.origin_despite_policy:
            return request.serialized_origin
        policy = request.referrer_policy
        is_downgrade = request.serialized_origin.startswith("https:") and request.url.scheme != "https"
        hides = (
            policy == "no-referrer"
            or (policy in _HIDING_POLICIES and is_downgrade)
            or (policy == "same-origin" and not request.origin.is_same(request.url))
        )
        return "null" if hides else request.serialized_origin

    def network_or_cache_fetch(self, headers: list[Header]) -> WireResponse:
        """Send the request; there is no HTTP cache here (`#http-network-or-cache-fetch`)."""
        request = self.request
        if request.cache == "only-if-cached":
            raise self.fail(
                Reason.NETWORK_FAILURE, value="the cache mode is only-if-cached, and there is no HTTP cache"
            )
        wire = WireRequest(request.method, request.url.address, headers, request.body)
        response = self.network_fetch(wire, is_preflight=False)
        if self.includes_credentials():
            self.agent.cookies.keep(request.url, request.origin, response.headers)
        return response

    def network_fetch(self, wire: WireRequest, *, is_preflight: bool) -> WireResponse:
        """Send over the wire, a second time if it was misdirected (`#http-network-fetch`)."""
        transport = self.agent.find_transport(self.request.url)
        if self.request.is_stream and not is_preflight and not transport.speaks_http2:
            self.exchange = None
            raise self.fail(Reason.STREAM_NEEDS_HTTP2)
        response = self._send(transport, wire, is_preflight)
        if response.status == _MISDIRECTED and not self.request.is_stream:
            response = self._send(transport, wire, is_preflight)
        return response

    def _send(self, transport: Transport, wire: WireRequest, is_preflight: bool) -> WireResponse:
        try:
            response = transport.send(self.request.url, wire)
        except NetworkError as error:
            self.exchange = Exchange(wire, None, is_preflight, str(error))
            self.agent.record(self.exchange)
            raise self.fail(Reason.NETWORK_FAILURE, value=str(error), sent_method=wire.method) from error
        self.exchange = Exchange(wire, response, is_preflight)
        self.agent.record(self.exchange)
        return response

    def redirect_fetch(self, response: WireResponse) -> Response:
        """Follow a redirect (`#concept-http-redirect-fetch`)."""
        request, old = self.request, self.request.url
        location = get_header(response.headers, "location")
        if location is None:
            return self.filter(response)
        new = parse_url(location, old)
        if new is None:
            raise self.fail(Reason.BAD_REDIRECT, value=f"Location is {location!r}, which is no URL")
        if new.is_http and new.fragment is None:
            new = replace(new, fragment=old.fragment)
        if not new.is_http:
            raise self.fail(Reason.NOT_HTTP, location=str(new))
        if request.redirect_count == MAX_REDIRECTS:
            raise self.fail(Reason.BAD_REDIRECT, value=f"it is the redirect number {MAX_REDIRECTS + 1}")
        request.redirect_count += 1
        is_cross = request.mode == "cors" and not request.origin.is_same(new)
        if new.has_credentials and (is_cross or request.tainting == "cors"):
            raise self.fail(Reason.REDIRECT_WITH_CREDENTIALS, location=location)
        if response.status != 303 and request.is_stream:
            raise self.fail(Reason.BAD_REDIRECT, value="the body is a stream, which cannot be sent twice")
        self._change(response.status, old, new)
        request.url_list.append(new)
        return self.main_fetch()

    def _change(self, status: int, old: URL, new: URL) -> None:
        """Change method, body and headers as a redirect does (steps 12 and 13 of the same algorithm)."""
        request = self.request
        stripped: frozenset[str] = frozenset()
        becomes_get = request.method == "POST" if status in (301, 302) else request.method not in ("GET", "HEAD")
        if status in (301, 302, 303) and becomes_get:
            request.method, request.body, request.is_stream = "GET", None, False
            stripped |= _BODY_HEADERS
        if old.origin != new.origin:
            stripped |= _NON_WILDCARD
        request.headers = remove_headers(request.headers, stripped)
        request.stripped_names = stripped

    def filter(self, response: WireResponse) -> Response:
        """Return what the script sees of the response (step 14 of `#main-fetch`)."""
        request = self.request
        if request.tainting == "opaque":
            return OPAQUE
        present = {name.lower() for name, _ in response.headers}
        if request.tainting == "basic":
            shown = present - {"set-cookie", "set-cookie2"}
        elif present <= SAFELISTED_RESPONSE_HEADERS:
            shown = present
        else:
            shown = set(find_exposed(response.headers, include=request.credentials == "include", engine=self.engine))
        seen = ResponseHeaders((pair for pair in response.headers if pair[0].lower() in shown), present - shown)
        return Response(
            request.tainting,
            response.status,
            seen,
            request.url.address,
            len(request.url_list) > 1,
            response.body,
            response.trouble,
        )


def _name_site(request: Request, url: URL) -> str:
    return "same-site" if is_same_site(request.origin, url) else "cross-site"
