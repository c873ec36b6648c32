"""Ask a server: one request at a time, no faster than allowed, and never more than planned."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Iterable, Sequence

from ..browser.exchange import Exchange, WireRequest
from ..browser.headers import Header
from ..browser.transports import NetworkError, Paced, Transport
from ..browser.urls import URL
from ..fetch import ORIGIN, REQUEST_HEADERS, REQUEST_METHOD
from .observations import Answer

_USER_AGENT = "Mozilla/5.0 (compatible; cors-wsgi audit)"
_LONGEST_WAIT = 10.0
_LONGEST_WAITS = 30.0
"""Seconds to wait when a server says that it accepts no more requests: at a time, and in total."""
MOST_REPEATED = 8
"""How many requests are sent again after such a wait, at most."""
_PATIENCE = 3
"""After how many requests in a row without a response to give up."""


class Asker:
    """Sends the requests of one audit and keeps the answers."""

    def __init__(self, transport: Transport, url: URL, headers: Sequence[Header], *, rate: float | None) -> None:
        """Create an asker.

        Args:
            transport: what sends the requests.
            url: the URL to audit.
            headers: sent with every request but preflights.
            rate: requests a second at most; None for no limit.
        """
        self._transport = Paced(transport, rate) if rate else transport
        self._url = url
        self._headers = list(headers)
        self._patience = _LONGEST_WAITS if rate else 0.0
        self._repeated = 0
        self._silent = 0
        self.exchanges: list[Exchange] = []

    def ask(self, method: str, origin: str | None, more: Iterable[Header] = ()) -> Answer:
        """Send a request as a page of that origin would, or one without Origin.

        Raises:
            NetworkError: there was no response, to this or to several in a row.
        """
        headers = [("Accept", "*/*"), ("User-Agent", _USER_AGENT), *self._headers, *more]
        if origin is not None:
            headers.append((ORIGIN, origin))
        return self._send(WireRequest(method, self._url.request_url, headers, None), is_preflight=False)

    def preflight(self, origin: str, method: str, names: Sequence[str] = (), more: Iterable[Header] = ()) -> Answer:
        """Send a preflight.

        Raises:
            NetworkError: there was no response, to this or to several in a row.
        """
        headers = [("Accept", "*/*"), ("User-Agent", _USER_AGENT), (ORIGIN, origin), (REQUEST_METHOD, method)]
        if names:
            headers.append((REQUEST_HEADERS, ",".join(names)))
        return self._send(WireRequest("OPTIONS", self._url.request_url, [*headers, *more], None), is_preflight=True)

    def _send(self, request: WireRequest, *, is_preflight: bool) -> Answer:
        answer = self._send_once(request, is_preflight=is_preflight)
        while answer.is_limited and self._repeated < MOST_REPEATED:
            wait = _read_wait(answer)
            if wait > min(_LONGEST_WAIT, self._patience):
                break
            self._patience -= wait
            self._repeated += 1
            time.sleep(wait)
            answer = self._send_once(request, is_preflight=is_preflight)
        return answer

    def _send_once(self, request: WireRequest, *, is_preflight: bool) -> Answer:
        try:
            response = self._transport.send(self._url, request)
        except NetworkError as error:
            # A firewall may hang up on an odd Origin. If the first request fails, or several in a row, nobody answers.
            self._silent += 1
            if not self.exchanges or self._silent == _PATIENCE:
                raise
            exchange = Exchange(request, None, is_preflight, str(error))
        else:
            self._silent = 0
            exchange = Exchange(request, response, is_preflight)
        self.exchanges.append(exchange)
        return Answer(exchange)


def _read_wait(answer: Answer) -> float:
    """Return how many seconds to wait according to the server's Retry-After; one second without it."""
    value = (answer.exchange.received("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        then = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return 1.0
    return max(then.timestamp() - time.time(), 0.0)
