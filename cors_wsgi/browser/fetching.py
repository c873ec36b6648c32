"""The standard's algorithms from main fetch to the network, in the standard's order (https://fetch.spec.whatwg.org).

A network error raises `FetchError`. The engine says what browsers do differently from the standard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Literal

from ..fetch import FORBIDDEN_RESPONSE_HEADERS
from .checks import REDIRECT_STATUSES, check_cors, check_resource_policy, find_exposed
from .data_urls import read_data_url
from .errors import FetchError
from .exchange import WireRequest, WireResponse
from .headers import Header, ResponseHeaders, get_header, has_header, normalize_value, remove_headers
from .integrity import find_mismatch
from .network import Agent, Network
from .origins import is_same_site, is_trustworthy
from .preflights import Preflights
from .reasons import FailureReason
from .redirects import RedirectQuirks
from .requests import Request
from .responses import OPAQUE, Response
from .urls import URL
from .wire_headers import includes_credentials, make_wire_headers

MAX_KEEPALIVE: Final = 64 * 1024
"""How many bytes the bodies of requests with keepalive may have (step 8.10 of `#http-network-or-cache-fetch`)."""

MAX_REDIRECTS: Final = 20
"""The limit in the standard (step 7 of `#concept-http-redirect-fetch`)."""

_ACCEPTED: Final = {
    "image": "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    "style": "text/css,*/*;q=0.1",
}
"""The value of Accept by destination, where it is not `*/*` (step 13 of `#concept-fetch`)."""

_BODY_HEADERS: Final = frozenset({"content-encoding", "content-language", "content-location", "content-type"})
"""Lower-cased names of headers that belong to a body (`#request-body-header-name`)."""

_NON_WILDCARD: Final = frozenset({"authorization"})
"""Lower-cased names that another origin does not get (`#cors-non-wildcard-request-header-name`)."""


def fetch(agent: Agent, request: Request) -> Response:
    """Fetch a request and return what the script sees of the response (`#concept-fetch`).

    Args:
        agent: the browser's parts that fetches share.
        request: complete; redirects change it, so do not use it again.

    Raises:
        CORSError: CORS does not let the script have it.
        FetchError: it failed for another reason.
    """
    return _Fetch(agent, request).main_fetch()


def fetch_whole(agent: Agent, request: Request) -> tuple[WireResponse, Network]:
    """Fetch a request for the page itself, not for a script, and return the response before any filtering.

    Args:
        agent: the browser's parts that fetches share.
        request: complete; redirects change it.

    Returns:
        The response, and how it came.

    Raises:
        CORSError: CORS does not let the page have it.
        FetchError: it failed for another reason.
    """
    fetching = _Fetch(agent, request)
    fetching.main_fetch()
    return fetching.internal_response, fetching.network


class _Fetch:
    """One fetch in progress; the methods are the standard's algorithms."""

    def __init__(self, agent: Agent, request: Request) -> None:
        self.agent = agent
        self.engine = agent.engine
        self.request = request
        # The standard adds Accept before all else (`#concept-fetch`); engines differ in whether their own is judged
        # like a script's when they look for a preflight, so that it must be known whose it is.
        has_implicit_accept = not has_header(request.headers, "accept")
        if has_implicit_accept:
            request.headers.append(("Accept", _ACCEPTED.get(request.destination, "*/*")))
        self.network = Network(agent, request)
        self.quirks = RedirectQuirks(request, agent.engine)
        self.preflights = Preflights(agent, request, self.network, self.quirks, has_implicit_accept=has_implicit_accept)
        self.internal_response = WireResponse(0, "", [], b"")
        self.deferred_error: FetchError | None = None
        """Why the fetch fails, but only after the next preflight."""
        self.sent_password = False
        """Whether the request was sent again with the user name and password of its URL."""

    def main_fetch(self) -> Response:
        """Decide how the current URL is fetched (`#concept-main-fetch`)."""
        request, url = self.request, self.request.url
        if url.has_bad_port:
            raise self.network.fail(FailureReason.BAD_PORT)
        if url.is_http and request.origin.serialized.startswith("https:") and not is_trustworthy(url):
            raise self.network.fail(FailureReason.MIXED_CONTENT)
        if url.scheme == "data":
            return self.scheme_fetch()
        if request.origin.is_same(url) and request.tainting == "basic":
            self.preflights.look_at_own_request()
            return self.http_fetch()
        if request.mode == "same-origin":
            raise self.network.fail(FailureReason.DISALLOWED_BY_MODE)
        if request.mode == "no-cors":
            if request.redirect != "follow":
                raise self.network.fail(FailureReason.INVALID_REQUEST, value="a no-cors request must follow redirects")
            request.tainting = "opaque"
            return self.scheme_fetch()
        if not url.is_http:
            return self.scheme_fetch()
        request.tainting = "cors"
        names = self.preflights.find_unsafe_names()
        if not self.preflights.is_needed(names):
            return self.clearing_cache_on_failure("any", self.http_fetch)
        return self.clearing_cache_on_failure("preflighted", lambda: self.http_fetch(names))

    def scheme_fetch(self) -> Response:
        """Fetch over HTTP, from the URL itself, or not at all (`#concept-scheme-fetch`)."""
        url = self.request.url
        if url.scheme == "data":
            response = read_data_url(url)
            if response is None:
                raise self.network.fail(FailureReason.NETWORK_FAILURE, value="the data: URL has no comma, or no base64")
            return self.filter(response)
        if url.scheme == "blob":
            raise self.network.fail(FailureReason.NOT_MODELLED, value="blob: URLs")
        if not url.is_http:
            raise self.network.fail(FailureReason.NOT_HTTP, location=str(self.request.url))
        return self.http_fetch()

    def clearing_cache_on_failure(self, kind: Literal["preflighted", "any"], step: Callable[[], Response]) -> Response:
        """Run a step; if it fails, drop what the preflight cache has for the URL."""
        try:
            return step()
        except FetchError:
            self.preflights.clear_cache(kind)
            raise

    def http_fetch(self, unsafe_names: list[str] | None = None) -> Response:
        """Fetch over HTTP, after a preflight if `unsafe_names` are given and none is cached (`#http-fetch`)."""
        request = self.request
        include = request.credentials == "include"
        if unsafe_names is not None and not self.preflights.is_covered(unsafe_names, include):
            self.preflights.fetch(unsafe_names, include)
        if self.deferred_error is not None:
            raise self.deferred_error
        response = self.network_or_cache_fetch()
        if request.tainting == "cors":
            failure = check_cors(
                response.headers,
                request.serialized_origin,
                include=include,
                is_tainted=request.is_tainted,
            )
            if failure is not None:
                raise self.network.fail_check(failure)
        if request.tainting == "opaque":
            same_site = is_same_site(request.origin, request.url)
            failure = None
            if not request.origin.is_same(request.url):
                failure = check_resource_policy(response.headers, is_same_site=same_site)
            if failure is not None:
                raise self.network.fail_check(failure)
        if response.status in REDIRECT_STATUSES and not self.quirks.is_no_redirect(response):
            if request.redirect == "error":
                raise self.network.fail(FailureReason.BAD_REDIRECT, value="the script asked for redirects to fail")
            if request.redirect == "manual" and not self.quirks.lacks_location(response):
                return replace(OPAQUE, type="opaqueredirect", url=request.url.without_fragment)
            return self.redirect_fetch(response)
        return self.filter(response)

    def network_or_cache_fetch(self, *, is_authentication: bool = False) -> WireResponse:
        """Send the request, unless a cache has the response (`#http-network-or-cache-fetch`).

        Args:
            is_authentication: whether it carries the user name and password of its URL (`isAuthenticationFetch`).
        """
        request, agent = self.request, self.agent
        is_limited = request.keepalive and request.api == "fetch" and self.engine.limits_keepalive
        if is_limited and len(request.body or b"") > MAX_KEEPALIVE:
            raise self.network.fail(
                FailureReason.INVALID_REQUEST,
                value=f"the body of a request with keepalive has over {MAX_KEEPALIVE} bytes",
            )
        authentication = agent.authentication.get(request.url.origin) if includes_credentials(request) else None
        if request.api == "XMLHttpRequest" and request.url.has_credentials:
            authentication = request.url.authorization if is_authentication else None
        self.sent_password = is_authentication
        if is_authentication and self.engine.replaces_authorization:
            request.headers = remove_headers(request.headers, frozenset({"authorization"}))
        headers = make_wire_headers(request, self.engine, agent.cookies, authentication)
        request.had_origin = has_header(headers, "origin")
        wire = WireRequest(request.method, request.url.request_url, headers, request.body)
        cached = self.find_cached(wire)
        if cached is not None:
            return cached
        response = self.network.fetch(wire, is_preflight=False)
        if agent.http_cache is not None and request.method == "GET" and self.network.exchange is not None:
            agent.http_cache.keep(request.cache, self.network.exchange, response)
        if includes_credentials(request):
            agent.cookies.keep(request.url, request.origin, response.headers)
        if response.status != 401 or is_authentication or not self.may_authenticate(response):
            return response
        response = self.network_or_cache_fetch(is_authentication=True)
        agent.authentication[request.url.origin] = request.url.authorization
        return response

    def find_cached(self, wire: WireRequest) -> WireResponse | None:
        """Return the response that a cache has for the request, or None.

        Raises:
            FetchError: the cache mode is `only-if-cached`, and it has none.
        """
        request, cache = self.request, self.agent.http_cache
        found = None if cache is None or request.method != "GET" else cache.find(request.cache, wire)
        if found is not None:
            self.network.exchange, response = found
            return response
        if request.cache == "only-if-cached":
            why = "there is no HTTP cache" if cache is None else "the HTTP cache does not have it"
            raise self.network.fail(FailureReason.NETWORK_FAILURE, value=f"the cache mode is only-if-cached, and {why}")
        return None

    def may_authenticate(self, response: WireResponse) -> bool:
        """Tell whether a request may be sent again with the user name and password of its URL (step 14)."""
        request = self.request
        if request.api != "XMLHttpRequest" or not request.url.has_credentials:
            return False
        if self.engine.requires_challenge and not _asks_for_basic(response.headers):
            return False
        if self.engine.authenticates == "own origin":
            return request.tainting != "cors" and includes_credentials(request)
        return not has_header(request.headers, "authorization")

    def redirect_fetch(self, response: WireResponse) -> Response:
        """Follow a redirect (`#concept-http-redirect-fetch`)."""
        request, old = self.request, self.request.url
        location = get_header(response.headers, "location")
        # Steps 3 to 6: where it leads
        if location is None:
            return self.filter(response)
        new = self.quirks.parse_location(location)
        if new is None:
            raise self.network.fail(FailureReason.BAD_REDIRECT, value=f"Location is {location!r}, which is not a URL")
        if new.is_http and new.fragment is None:
            new = replace(new, fragment=old.fragment)
        if not new.is_http:
            raise self.network.fail(FailureReason.NOT_HTTP, location=str(new))
        # Steps 7 and 8: how often
        if request.redirect_count == MAX_REDIRECTS:
            raise self.network.fail(FailureReason.BAD_REDIRECT, value=f"it is redirect number {MAX_REDIRECTS + 1}")
        request.redirect_count += 1
        # Steps 9 and 10: a server of another origin must not choose with which password the page asks
        is_cors = request.tainting == "cors" or (request.mode == "cors" and not request.origin.is_same(new))
        if new.has_credentials and (is_cors or self.quirks.refuses_own_credentials(new)):
            error = self.network.fail(FailureReason.REDIRECT_WITH_CREDENTIALS, location=location)
            if not self.quirks.defers_credentials_error():
                raise error
            self.deferred_error = error
        elif (failure := self.quirks.check_again(response)) is not None:
            self.deferred_error = self.network.fail_check(failure)
        # Steps 11 to 22
        if response.status != 303 and request.is_stream:
            raise self.network.fail(
                FailureReason.BAD_REDIRECT, value="the body is a stream, which cannot be sent twice"
            )
        self.change_request(response.status, new)
        request.url_list.append(new)
        return self.main_fetch()

    def change_request(self, status: int, new: URL) -> None:
        """Change method, body and headers as a redirect does (steps 12 and 13 of the same algorithm)."""
        request = self.request
        stripped: frozenset[str] = frozenset()
        is_post = status in (301, 302) and request.method == "POST"
        if is_post or (status == 303 and request.method not in ("GET", "HEAD")):
            request.method, request.body, request.is_stream = "GET", None, False
            stripped |= _BODY_HEADERS
        if request.url.origin != new.origin:
            stripped |= _NON_WILDCARD
        request.headers = remove_headers(request.headers, stripped)
        self.quirks.change_request(new, stripped)

    def check_integrity(self, response: WireResponse) -> None:
        """Fail if the body does not match its integrity hash (step 22 of `#main-fetch`)."""
        request = self.request
        if not request.integrity:
            return
        element = "stylesheet" if request.destination == "style" else "script"
        facts = {"value": request.integrity, "element": element, "length": str(len(response.body))}
        if request.tainting == "opaque":
            raise self.network.fail(FailureReason.INTEGRITY_NEEDS_CORS, None, **facts)
        if (mismatch := find_mismatch(response.body, request.integrity)) is not None:
            algorithm, computed = mismatch
            facts |= {"algorithm": algorithm, "title": algorithm.upper().replace("SHA", "SHA-"), "computed": computed}
            raise self.network.fail(FailureReason.INTEGRITY_MISMATCH, None, **facts)

    def filter(self, response: WireResponse) -> Response:
        """Return what the script sees of the response (step 14 of `#main-fetch`)."""
        request = self.request
        self.internal_response = response
        self.check_integrity(response)
        if request.tainting == "opaque":
            return OPAQUE
        present = {name.lower() for name, _ in response.headers}
        if request.tainting == "basic":
            shown = present - FORBIDDEN_RESPONSE_HEADERS
        else:
            include = request.credentials == "include"
            shown = set(find_exposed(response.headers, include=include, api=request.api, engine=self.engine))
        visible = ((name, normalize_value(value)) for name, value in response.headers if name.lower() in shown)
        seen = ResponseHeaders(visible, present - shown)
        hides = self.engine.hides_passwords and (request.tainting == "cors" or self.sent_password)
        return Response(
            request.tainting,
            response.status,
            seen,
            request.url.request_url if hides else request.url.without_fragment,
            len(request.url_list) > 1,
            response.body,
            response.error,
            response.phrase,
        )


def _asks_for_basic(headers: Sequence[Header]) -> bool:
    """Tell whether one of the challenges of a response is of the scheme Basic (RFC 9110, section 11.6.1)."""
    challenges = (get_header(headers, "www-authenticate") or "").lower().split(",")
    return any(challenge.split()[:1] == ["basic"] for challenge in challenges)
