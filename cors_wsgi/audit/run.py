"""An audit from the first request to the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from ..browser.connections import HTTPTransport
from ..browser.exchange import WireRequest, WireResponse
from ..browser.transports import Transport, WSGITransport
from ..browser.urls import URL, parse_url
from ..browser.ways import DIRECT, Route
from ..fetch import is_token
from .client import Asker
from .findings import judge
from .observations import Observations
from .probes import STRANGER, UNKNOWN_HEADER, UNKNOWN_METHOD, is_makeable, list_probes
from .report import Finding, Report

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MOST_REQUESTS: Final = len(list_probes("https://app.example.com")) + sum(
    field.type == "Answer" for field in fields(Observations)
)
"""How many requests an audit sends at most."""

_HARMLESS: Final = ("GET", "HEAD", "OPTIONS", "QUERY")
_ODD_VARY: Final = ("Vary", UNKNOWN_HEADER)
_PRIVATE: Final = ("Access-Control-Request-Private-Network", "true")


def audit_app(
    app: WSGIApplication,
    url: str = "https://api.example.com/",
    *,
    origin: str | None = None,
    method: str = "GET",
    headers: Iterable[tuple[str, str]] = (),
) -> Report:
    """Find out what a WSGI app's policy really is, in process.

    Args:
        app: called `MOST_REQUESTS` times at most; whatever it raises is raised here too.
        url: the URL to audit.
        origin: one that is allowed, such as `https://app.example.com`; look-alikes are made from it. The default is
            the URL's own origin.
        method: of the actual requests.
        headers: sent with the actual requests, such as Authorization.

    Raises:
        ValueError: the URL, the origin or the method is invalid; the message says what to write.
        NetworkError: the app did not start a response.
        ImportError: werkzeug is not installed (the extra `testing`).
    """
    return _audit(WSGITransport(app), url, origin, method, headers, rate=None)


def audit_server(
    url: str,
    *,
    origin: str | None = None,
    method: str = "GET",
    headers: Iterable[tuple[str, str]] = (),
    rate: float | None = 10.0,
    timeout: float = 10.0,
    route: Route = DIRECT,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Find out what a live server's policy really is, with `MOST_REQUESTS` requests at most.

    If it says that it accepts no more for now (429 or 503), some are sent again after as long as it says.

    Args:
        url: the URL to audit, http or https.
        origin: as for `audit_app`.
        method: of the actual requests; anything but GET, HEAD, OPTIONS and QUERY may change data on the server.
        headers: as for `audit_app`.
        rate: requests a second at most; None for no limit.
        timeout: seconds for one exchange, from the connection to the last byte.
        route: how to reach the server: a proxy, a socket, certificates, addresses.
        progress: called with the number of requests so far, after each.

    Raises:
        ValueError: the URL, the origin, the method or a number is invalid; the message says what to write.
        NetworkError: nothing answers, or not in HTTP.
    """
    if (rate is not None and rate <= 0) or timeout <= 0:
        raise ValueError("rate and timeout must be more than 0")
    return _audit(
        HTTPTransport(timeout=timeout, route=route), url, origin, method, headers, rate=rate, progress=progress
    )


def is_harmless(method: str) -> bool:
    """Tell whether a method changes nothing on a server that follows HTTP."""
    return method in _HARMLESS


def _audit(
    transport: Transport,
    url: str,
    origin: str | None,
    method: str,
    headers: Iterable[tuple[str, str]],
    *,
    rate: float | None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    parsed = parse_url(url)
    if parsed is None or not parsed.is_http or parsed.has_credentials:
        raise ValueError(f"{url!r} is not an http or https URL; write one such as 'https://api.example.com/items/1'")
    if not is_token(method):
        raise ValueError(f"{method!r} is not a method; write one such as 'GET'")
    asker = Asker(_Counted(transport, progress), parsed, list(headers), rate=rate)
    known = parsed.origin if origin is None else origin
    answers = _ask(asker, known, method, is_given=origin is not None)
    return Report(url, known, _sort(judge(answers)), tuple(asker.exchanges))


def _ask(asker: Asker, known: str, method: str, *, is_given: bool) -> Observations:
    probes = [probe for probe in list_probes(known) if is_makeable(probe, known)]
    answers = Observations(
        absent=asker.ask(method, None),
        known=asker.ask(method, known),
        stranger=asker.ask(method, STRANGER, [_ODD_VARY]),
        preflight=asker.preflight(known, method),
        stranger_preflight=asker.preflight(STRANGER, method),
        odd_method=asker.preflight(known, UNKNOWN_METHOD),
        odd_header=asker.preflight(known, method, [UNKNOWN_HEADER]),
        private=asker.preflight(known, method, more=[_PRIVATE]),
        options=asker.ask("OPTIONS", None),
        is_given=is_given,
    )
    answers.probed = [(probe, asker.ask(method, probe.origin)) for probe in probes]
    return answers


def _sort(findings: Iterable[Finding]) -> Sequence[Finding]:
    return sorted(findings, key=lambda finding: -finding.severity)


class _Counted:
    """A transport that reports how many requests it has sent."""

    def __init__(self, transport: Transport, progress: Callable[[int], None] | None) -> None:
        self._transport = transport
        self._progress = progress
        self._count = 0
        self.speaks_http2 = transport.speaks_http2

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        try:
            return self._transport.send(url, request)
        finally:
            self._count += 1
            if self._progress is not None:
                self._progress(self._count)
