"""Preflights: for which headers, what is cached of their answers, and when none is needed (`#cors-preflight-fetch`)."""

from __future__ import annotations

from typing import Literal

from ..fetch import SAFELISTED_METHODS
from .cache import CacheKey, parse_max_age
from .causes import find_header_causes, sort_names
from .checks import Allowed, Failure, check_preflight
from .exchange import WireRequest, WireResponse
from .headers import Header, remove_headers
from .network import Agent, Network
from .redirects import RedirectQuirks
from .requests import Request
from .wire_headers import USER_AGENT, find_cache_mode, make_metadata_headers


class Preflights:
    """The preflights of one request: for which names, whether a cached one suffices, and sending them.

    Args:
        agent: the browser's parts that fetches share.
        request: the request, as it changes with redirects.
        network: its path to the network.
        quirks: how the engine handles its redirects.
        has_implicit_accept: whether the browser, not the script, sets Accept.
    """

    def __init__(
        self, agent: Agent, request: Request, network: Network, quirks: RedirectQuirks, *, has_implicit_accept: bool
    ) -> None:
        self._cache = agent.cache
        self._engine = agent.engine
        self._request = request
        self._network = network
        self._quirks = quirks
        self._has_implicit_accept = has_implicit_accept
        self._first_unsafe_names: list[str] = []
        self._was_needed = False

    def find_unsafe_names(self) -> list[str]:
        """Return the CORS-unsafe request-header names (`#cors-unsafe-request-header-names`)."""
        request = self._request
        if self._engine.redirected_names == "current":
            return self._list_unsafe_names()
        if not request.redirect_count:
            self._first_unsafe_names = self._list_unsafe_names()
        if self._engine.redirected_names == "original":
            return self._first_unsafe_names
        return [name for name in self._first_unsafe_names if name not in self._quirks.stripped_names]

    def look_at_own_request(self) -> None:
        """Remember, as some engines do, why a request to the page's own origin would be preflighted elsewhere."""
        if self._engine.redirected_names != "current":
            has_unsafe = bool(self.find_unsafe_names())
            self._was_needed |= has_unsafe and self._engine.counts_own_headers

    def is_needed(self, unsafe_names: list[str]) -> bool:
        """Tell whether the request needs a preflight, and remember it (step "use-CORS-preflight flag" of main fetch).

        Args:
            unsafe_names: its CORS-unsafe request-header names.
        """
        request = self._request
        is_unsafe = bool(unsafe_names) or request.method not in SAFELISTED_METHODS or request.use_preflight
        if not is_unsafe and not (self._engine.repeats_preflights and self._was_needed):
            return False
        self._was_needed = True
        return True

    def _list_unsafe_names(self) -> list[str]:
        headers = self._request.headers
        if self._has_implicit_accept and len(headers) == 1:
            return []
        if self._request.given_type is not None:
            headers = [*remove_headers(headers, {"content-type"}), ("Content-Type", self._request.given_type)]
        return sort_names(find_header_causes(headers, self._engine, raw_type=self._request.raw_type), self._engine)

    def cache_key(self) -> CacheKey:
        """Return the key of the preflight cache (`#concept-cache`)."""
        request = self._request
        return CacheKey(request.origin.key, self.find_preflight_origin(), str(request.url))

    def find_preflight_origin(self) -> str:
        """Return the origin of a preflight: the request's, or the page's if the engine never makes it null."""
        if self._engine.sends_page_origin_in_preflights:
            return self._request.origin.serialized
        return self._request.serialized_origin

    def is_covered(self, names: list[str], include: bool) -> bool:
        """Tell whether cached answers make a preflight unnecessary (step 4.1 of `#http-fetch`).

        Args:
            names: the CORS-unsafe request-header names, in lower case.
            include: whether the request's credentials mode is `include`.
        """
        request, engine = self._request, self._engine
        if self.bypasses_cache():
            return False
        is_safe = request.method in SAFELISTED_METHODS and not (
            request.use_preflight and engine.requires_method_for_listener
        )
        return self._cache.covers(self.cache_key(), include, request.method, names, is_safe=is_safe)

    def bypasses_cache(self) -> bool:
        """Tell whether the engine preflights again because of the request's cache mode."""
        return find_cache_mode(self._request, self._engine) in self._engine.cache_modes_bypassing

    def fetch(self, names: list[str], include: bool) -> None:
        """Ask whether the request may be sent, and cache the answer (`#cors-preflight-fetch`).

        Args:
            names: the CORS-unsafe request-header names, in lower case and sorted.
            include: whether the request's credentials mode is `include`.

        Raises:
            CORSError: the answer does not allow it.
            FetchError: no answer came.
        """
        request, engine = self._request, self._engine
        origin = self.find_preflight_origin()
        is_tainted = request.is_tainted and not engine.sends_page_origin_in_preflights
        headers: list[Header] = [("Accept", "*/*"), ("Access-Control-Request-Method", request.method)]
        if names:
            headers.append(("Access-Control-Request-Headers", ",".join(names)))
        headers += [
            ("Origin", origin),
            *make_metadata_headers(request, "cors", engine, is_preflight=True),
            ("User-Agent", USER_AGENT),
        ]
        wire = WireRequest("OPTIONS", request.url.request_url, headers, None)
        response = self._network.fetch(wire, is_preflight=True)
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
            if outcome.allowed is not None and engine.keeps_refusals:
                self.keep(response, outcome.allowed, include)
            raise self._network.fail_check(outcome, preflight="yes")
        self.keep(response, outcome, include)

    def clear_cache(self, after: Literal["preflighted", "any"]) -> None:
        """Drop what is cached for the current URL, if the engine does (`#concept-cache-clear`).

        Args:
            after: which kind of request has failed: one that needed a preflight, or any other.
        """
        if self._engine.clears_after in ("any", after):
            self._cache.clear(self.cache_key())

    def keep(self, response: WireResponse, allowed: Allowed, include: bool) -> None:
        """Cache what an answer allows (steps 7.4 and 7.8 to 7.15 of the same algorithm).

        Args:
            response: the answer, whose Access-Control-Max-Age is read.
            allowed: what it allows.
            include: whether the request's credentials mode is `include`.
        """
        request = self._request
        if not self._engine.keeps_in_no_store and find_cache_mode(self._request, self._engine) == "no-store":
            return
        if request.is_tainted and not self._engine.keeps_for_redirected:
            return
        methods = allowed.methods
        if methods is None:
            methods = [request.method] if request.use_preflight else []
        max_age = parse_max_age(response.headers, self._engine)
        self._cache.keep(self.cache_key(), include, max_age, methods, allowed.names)
