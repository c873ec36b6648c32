"""Just enough of an HTTP cache to show how it affects CORS: max-age, no-store and Vary (RFC 9111)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .exchange import Exchange, WireRequest, WireResponse
from .headers import get_header

if TYPE_CHECKING:
    from .cache import Clock
    from .requests import Cache

_MAX_AGE = re.compile(r"max-age=\"?([0-9]{1,15})\"?", re.IGNORECASE)
_OK = 200


class _Stored(NamedTuple):
    """A stored response.

    Attributes:
        exchange: that it came in.
        response: as the engine read it.
        expires: until when it is fresh, by the browser's clock.
        varying: the lower-cased names in its Vary, each with its value in the request.
    """

    exchange: Exchange
    response: WireResponse
    expires: float
    varying: dict[str, str | None]


class HTTPCache:
    """Responses to GET requests that say how long they stay fresh, by URL."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stored: dict[str, list[_Stored]] = {}

    def find(self, mode: Cache, request: WireRequest) -> tuple[Exchange, WireResponse] | None:
        """Return a stored response that may be used, and the exchange that it came in (RFC 9111, 4).

        Args:
            mode: the request's cache mode.
            request: with all the headers that it would be sent with.
        """
        if mode in ("no-store", "reload", "no-cache"):
            return None
        now = self._clock.now()
        for stored in self._stored.get(request.url, ()):
            is_usable = now < stored.expires or mode in ("force-cache", "only-if-cached")
            if is_usable and all(get_header(request.headers, name) == value for name, value in stored.varying.items()):
                return stored.exchange, stored.response
        return None

    def keep(self, mode: Cache, exchange: Exchange, response: WireResponse) -> None:
        """Store a response if it allows that, replacing the one that its request would have got (RFC 9111, 3).

        Args:
            mode: the request's cache mode.
            exchange: that it came in.
            response: as the engine read it.
        """
        control = [
            part.strip(" \t").lower() for part in (get_header(response.headers, "cache-control") or "").split(",")
        ]
        ages = [int(match[1]) for part in control if (match := _MAX_AGE.fullmatch(part))]
        if response.status != _OK or not ages or mode == "no-store" or {"no-store", "no-cache"} & set(control):
            return
        names = {name.strip(" \t").lower() for name in (get_header(response.headers, "vary") or "").split(",")} - {""}
        if "*" in names:
            return
        varying = {name: get_header(exchange.request.headers, name) for name in names}
        others = [stored for stored in self._stored.get(exchange.url, ()) if stored.varying != varying]
        self._stored[exchange.url] = [
            _Stored(exchange, response, self._clock.now() + ages[0], varying),
            *others,
        ]

    def clear(self) -> None:
        """Forget everything."""
        self._stored.clear()
