"""The lowest layer of a fetch: sending over the wire, recording, and saying what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from .cache import PreflightCache
from .checks import Failure
from .cookies import Cookies
from .engines import Engine
from .errors import CORSError, FetchError
from .exchange import Exchange, WireRequest, WireResponse
from .http_cache import HTTPCache
from .reasons import FailureReason
from .requests import Request
from .transports import NetworkError, RepeatingTransport, Transport
from .urls import URL
from .wire_headers import change_received

_MISDIRECTED: Final = 421
"""The status that makes a browser try again, over another connection (`#http-network-or-cache-fetch`)."""


@dataclass
class Agent:
    """The parts of a browser that its fetches share.

    Attributes:
        engine: whose rules.
        cache: the CORS-preflight cache.
        cookies: of all origins.
        authentication: values of the Authorization header, by serialized origin.
        find_transport: returns the transport for a URL.
        exchanges: everything that went over the wire.
        http_cache: None if nothing is cached.
    """

    engine: Engine
    cache: PreflightCache
    cookies: Cookies
    find_transport: Callable[[URL], Transport]
    exchanges: list[Exchange]
    authentication: dict[str, str] = field(default_factory=dict)
    http_cache: HTTPCache | None = None


class Network:
    """One request's path to the network, and its latest exchange.

    Args:
        agent: the browser's parts that fetches share.
        request: the request, as it changes with redirects.
    """

    def __init__(self, agent: Agent, request: Request) -> None:
        self._agent = agent
        self._engine = agent.engine
        self._request = request
        self.exchange: Exchange | None = None

    def fail(self, reason: FailureReason, console_reason: FailureReason | None = None, **facts: str) -> FetchError:
        """Return the error for a reason, with the exchange it is about.

        Args:
            reason: why the fetch fails.
            console_reason: the reason whose message a console uses, if it has no message for `reason`.
            facts: values for the reason's message, besides those known for every request.
        """
        known = _list_facts(self._engine, self._request)
        if self.exchange is not None and self.exchange.status is not None:
            known["status"] = str(self.exchange.status)
        kind = CORSError if reason.is_cors else FetchError
        return kind(reason, self.exchange, console_reason, **{**known, **facts})

    def fail_check(self, failure: Failure, **facts: str) -> FetchError:
        """Return the error for a check that failed."""
        return self.fail(failure.reason, failure.console_reason, **{**failure.facts, **facts})

    def fetch(self, wire: WireRequest, *, is_preflight: bool) -> WireResponse:
        """Send over the wire, a second time if it was misdirected (`#http-network-fetch`).

        Args:
            wire: what is sent, to the request's current URL.
            is_preflight: whether it is the request's preflight, which has no body.

        Raises:
            FetchError: no response came, or the body is a stream and the server speaks HTTP/1.1.
        """
        transport = self._agent.find_transport(self._request.url)
        if self._request.is_stream and not is_preflight and not transport.speaks_http2:
            self.exchange = None
            raise self.fail(FailureReason.STREAM_NEEDS_HTTP2)
        response = self._send(transport, wire, is_preflight)
        if response.status == _MISDIRECTED and not self._request.is_stream:
            response = self._send(transport, wire, is_preflight)
        return response

    def _send(self, transport: Transport, wire: WireRequest, is_preflight: bool) -> WireResponse:
        try:
            if self._request.is_stream and not is_preflight and isinstance(transport, RepeatingTransport):
                response = transport.send_once(self._request.url, wire)
            else:
                response = transport.send(self._request.url, wire)
        except NetworkError as error:
            self.exchange = Exchange(wire, None, is_preflight, str(error))
            self._agent.exchanges.append(self.exchange)
            raise self.fail(FailureReason.NETWORK_FAILURE, value=str(error), sent_method=wire.method) from error
        self.exchange = Exchange(wire, response, is_preflight)
        self._agent.exchanges.append(self.exchange)
        return response._replace(headers=change_received(response.headers, self._engine))


@contextmanager
def naming(request: Request, engine: Engine) -> Iterator[None]:
    """Add what is known about a request to an error raised while it is created.

    Args:
        request: which the script's browser checks.
        engine: whose rules.
    """
    try:
        yield
    except FetchError as error:
        error.facts = {**_list_facts(engine, request), **error.facts}
        raise


def _list_facts(engine: Engine, request: Request) -> dict[str, str]:
    return {
        "engine": engine.name,
        "api": request.api,
        "url": request.url.request_url,
        "first_url": request.url_list[0].request_url,
        "origin": request.serialized_origin,
        "sent_method": request.method,
        "method": request.method,
    }
