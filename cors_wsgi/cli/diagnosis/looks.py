"""Second looks: after a refusal, harmless requests that tell apart causes which look alike in a single answer.

Each is a GET or a preflight, without credentials or a body; at most `MOST` are sent for one diagnosis.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from cors_wsgi.browser.exchange import Exchange, WireRequest, WireResponse
from cors_wsgi.browser.headers import Header
from cors_wsgi.browser.transports import NetworkError, Transport
from cors_wsgi.browser.urls import URL
from cors_wsgi.fetch import ORIGIN, REQUEST_HEADERS, REQUEST_METHOD

MOST: Final = 6
_USER_AGENT: Final = "Mozilla/5.0 (compatible; cors-wsgi)"


class Looks:
    """Asks a server again, and keeps the answers."""

    def __init__(self, find_transport: Callable[[], Transport], url: URL, origin: str) -> None:
        """Create it; nothing is sent before it is needed.

        Args:
            find_transport: returns the transport that sends the requests.
            url: the URL that the page requested.
            origin: of the page.
        """
        self._find_transport = find_transport
        self._transport: Transport | None = None
        self._url = url
        self._origin = origin
        self.exchanges: list[Exchange] = []

    def get(self, origin: str | None = None) -> WireResponse | None:
        """Return the answer to a GET of the same URL, by default from the page's own origin."""
        return self._send("GET", self._url, [(ORIGIN, origin or self._origin)])

    def get_bare(self) -> WireResponse | None:
        """Return the answer to a GET of the same URL without Origin, as no script of another origin sends it."""
        return self._send("GET", self._url, [])

    def preflight(self, url: URL, method: str, names: Sequence[str], origin: str | None = None) -> WireResponse | None:
        """Return the answer to a preflight, by default from the page's own origin."""
        headers = [(ORIGIN, origin or self._origin), (REQUEST_METHOD, method)]
        if names:
            headers.append((REQUEST_HEADERS, ",".join(sorted(name.lower() for name in names))))
        return self._send("OPTIONS", url, headers)

    def get_at(self, url: URL) -> WireResponse | None:
        """Return the answer to a GET of another URL."""
        return self._send("GET", url, [(ORIGIN, self._origin)])

    def get_fresh(self) -> WireResponse | None:
        """Return the answer to a GET of the same URL with one more parameter, so that no cache has stored it."""
        query = f"{self._url.query}&" if self._url.query else ""
        return self.get_at(replace(self._url, query=f"{query}cors-wsgi={secrets.token_hex(4)}"))

    def find_neighbors(self) -> list[URL]:
        """Return other URLs of the server: its root, and one where nothing can be."""
        odd = f"/cors-wsgi-{secrets.token_hex(4)}"
        return [replace(self._url, path=path, query=None) for path in ("/", odd) if path != self._url.path]

    def _send(self, method: str, url: URL, headers: Sequence[Header]) -> WireResponse | None:
        if len(self.exchanges) == MOST:
            return None
        if self._transport is None:
            self._transport = self._find_transport()
        request = WireRequest(method, url.request_url, [("Accept", "*/*"), ("User-Agent", _USER_AGENT), *headers], None)
        try:
            response = self._transport.send(url, request)
        except NetworkError as error:
            self.exchanges.append(Exchange(request, None, method == "OPTIONS", str(error)))
            return None
        self.exchanges.append(Exchange(request, response, method == "OPTIONS"))
        return response
