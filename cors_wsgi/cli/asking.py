"""Play the browser: one request of a page, and its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from cors_wsgi.browser import (
    Browser,
    CORSError,
    Exchange,
    FetchError,
    Load,
    Page,
    PreflightCause,
    Response,
    preflight_causes,
)
from cors_wsgi.browser import FailureReason as Reason
from cors_wsgi.browser.checks import find_exposed
from cors_wsgi.browser.connections import HTTPTransport
from cors_wsgi.browser.elements import Kind
from cors_wsgi.browser.headers import Header, get_header
from cors_wsgi.browser.transports import Transport, WSGITransport
from cors_wsgi.browser.urls import parse_url
from cors_wsgi.browser.ways import DIRECT, Route
from cors_wsgi.fetch import ALLOW_ORIGIN, normalize_method

from .diagnosis import Asked, CauseCode, Diagnosis, Remedy, ServerName, diagnose
from .diagnosis.looks import Looks
from .hints import Hint, HintName, find_hints
from .listening import listen_to_policy
from .remedies import write_for_policy

SHARED, BLOCKED, UNTRIED = 0, 1, 2


@dataclass(frozen=True)
class Order:
    """The request to play.

    Attributes:
        url: what the script fetches.
        origin: of the page.
        method: as the script writes it.
        headers: those that the script sets.
        body: of the request, or None.
        include: whether credentials are included.
        reads: a response header that the script needs to read; empty if it needs none.
        engine: the browser engine whose rules apply.
        server: what answers, if the user named it.
        app: a WSGI app to call in process; None for a live server.
        asks_further: whether further requests may be sent to find the cause.
        timeout: seconds for one exchange.
        route: the way to a live server.
        cookie: the Cookie header to send where credentials are included; may be empty.
        notes: what was left out of the input, and how the rest was read.
        kind: the element that loads the URL; empty if a script fetches it.
        crossorigin: the element's attribute, or None.
        integrity: the element's attribute.
    """

    url: str
    origin: str
    method: str = "GET"
    headers: Sequence[Header] = ()
    body: str | None = None
    include: bool = False
    reads: str = ""
    engine: str = "standard"
    server: ServerName | None = None
    app: Any = None
    asks_further: bool = True
    timeout: float = 10.0
    route: Route = DIRECT
    cookie: str = ""
    notes: Sequence[str] = ()
    kind: str = ""
    crossorigin: str | None = None
    integrity: str = ""


@dataclass(frozen=True)
class Outcome:
    """The outcome of playing the browser.

    Attributes:
        causes: why a preflight is sent; empty for a simple request.
        exchanges: what went over the wire.
        response: what the script sees; None if it failed.
        failed: why it failed; None if the script has the response.
        diagnosis: what made it fail, as far as the answers show.
        hints: what else the answers reveal.
        hidden: the app's response headers that the script cannot read.
        further: the further requests that were sent to find the cause.
        notes: what was left out of the input, and how the rest was read.
        load: what the element did with the response; None if a script fetches.
    """

    causes: Sequence[PreflightCause]
    exchanges: Sequence[Exchange]
    response: Response | None
    failed: FetchError | None
    diagnosis: Diagnosis | None = None
    hints: Sequence[Hint] = ()
    hidden: Sequence[str] = ()
    further: Sequence[Exchange] = field(default=())
    notes: Sequence[str] = ()
    load: Load | None = None

    @property
    def status(self) -> int:
        """The command's exit status."""
        if self.failed is None:
            return SHARED
        if self.load is not None and self.failed.exchange is not None and self.failed.exchange.response is not None:
            return BLOCKED
        return BLOCKED if isinstance(self.failed, CORSError) else UNTRIED


def play(order: Order) -> Outcome:
    """Play the browser, and find out what is wrong.

    Raises:
        ValueError: the URL or the origin is invalid; the message says what to write.
        ImportError: an extra is missing.
    """
    url = parse_url(order.url)
    server = order.url if url is None or not url.is_http else url.origin
    if order.app is not None:
        browser = Browser(order.app, url=server, engine=order.engine)
    else:
        browser = Browser.live(server, engine=order.engine, timeout=order.timeout, route=order.route)
    if order.cookie:
        browser.cookies.give(server, order.cookie)
    page = browser.open(order.origin)
    if order.kind:
        return _load(browser, page, order)
    causes: Sequence[PreflightCause] = ()
    failed: FetchError | None = None
    response: Response | None = None
    with listen_to_policy() as heard:
        try:
            causes = preflight_causes(order.method, order.headers, engine=order.engine)
            response = page.fetch(
                order.url,
                method=order.method,
                headers=order.headers,
                body=order.body,
                credentials="include" if order.include else "same-origin",
            )
        except FetchError as error:
            failed = error
    exchanges = tuple(browser.exchanges)
    if failed is not None and heard.nearest:
        failed.facts["nearest"] = heard.nearest
    hidden = list_hidden(exchanges, order.include) if response is not None and response.type == "cors" else []
    if response is not None and order.reads and order.reads.lower() in map(str.lower, hidden):
        failed = CORSError(Reason.HEADER_NOT_EXPOSED, exchanges[-1], header=order.reads, url=order.url)
    asked = describe_page(order, page.origin, causes)
    looks = _find_looks(order, page.origin, exchanges)
    is_cookie_s = (
        failed is not None or bool(order.cookie) or any(exchange.received("Set-Cookie") for exchange in exchanges)
    )
    hints = find_hints(exchanges, page.origin, failed, credentials=order.include and is_cookie_s, logged=heard.hints)
    diagnosis = _find_policy_s(heard.hints, failed)
    is_live = order.app is None
    diagnosis = diagnosis or diagnose(failed, exchanges, asked, looks=looks, server=order.server, is_live=is_live)
    if looks is not None and any(hint.name is HintName.NO_VARY for hint in hints) and _is_constant(looks, exchanges):
        hints = [hint for hint in hints if hint.name is not HintName.NO_VARY]
    further = () if looks is None else tuple(looks.exchanges)
    return Outcome(causes, exchanges, response, failed, diagnosis, hints, hidden, further, order.notes)


def _load(browser: Browser, page: Page, order: Order) -> Outcome:
    """Load the URL as an element of the page would."""
    if order.kind == "eventsource":
        load = page.event_source(order.url, with_credentials=order.include)
    else:
        attribute: Any = "use-credentials" if order.include else order.crossorigin
        load = page.load(cast("Kind", order.kind), order.url, crossorigin=attribute, integrity=order.integrity)
    exchanges = tuple(browser.exchanges)
    hints = find_hints(exchanges, page.origin, load.error, credentials=order.include, logged=())
    include = order.include or order.crossorigin == "use-credentials"
    asked = Asked(page.origin, "GET", order.url, include=include)
    looks = _find_looks(order, page.origin, exchanges)
    is_live = order.app is None
    diagnosis = diagnose(load.error, exchanges, asked, looks=looks, server=order.server, is_live=is_live)
    further = () if looks is None else tuple(looks.exchanges)
    return Outcome((), exchanges, None, load.error, diagnosis, hints, further=further, notes=order.notes, load=load)


def _find_looks(order: Order, origin: str, exchanges: Sequence[Exchange]) -> Looks | None:
    """Return what asks further; None where nothing may be asked, or where every answer would take too long."""
    url = parse_url(order.url)
    is_endless = any(one.response is not None and one.response.error for one in exchanges)
    if url is None or not order.asks_further or is_endless:
        return None
    return Looks(lambda: _make_transport(order), url, origin)


def _make_transport(order: Order) -> Transport:
    return (
        WSGITransport(order.app) if order.app is not None else HTTPTransport(timeout=order.timeout, route=order.route)
    )


def describe_page(order: Order, origin: str, causes: Sequence[PreflightCause]) -> Asked:
    """Return what the page asks for, with header names as the script spells them."""
    spelled = {name.lower(): name for name, _ in order.headers}
    names = dict.fromkeys(spelled.get(name, name) for cause in causes for name in cause.names)
    return Asked(origin, normalize_method(order.method), order.url, tuple(names), order.include, order.reads)


def _find_policy_s(hints: Sequence[Hint], failed: FetchError | None) -> Diagnosis | None:
    """Return the reason that an app's own policy gives, which leaves nothing to guess."""
    said = next((hint.text for hint in hints if hint.name is HintName.POLICY), None)
    if said is None or failed is None:
        return None
    line = write_for_policy(failed.reason, failed.facts)
    text = failed.remedy if line is None else f"{line[0].upper()}{line[1:]}."
    return Diagnosis(CauseCode.POLICY, said, Remedy(text))


def _is_constant(looks: Looks, exchanges: Sequence[Exchange]) -> bool:
    """Tell whether the server names the same origin to everyone, so that no cache can mix anything up."""
    named = exchanges[-1].received(ALLOW_ORIGIN)
    other = looks.get("https://cors-wsgi.example")
    return other is not None and get_header(other.headers, ALLOW_ORIGIN.lower()) == named


_OF_SERVERS: Final = frozenset(
    {
        "accept-ranges", "age", "allow", "alt-svc", "connection", "content-encoding", "content-security-policy", "date",
        "etag", "expect-ct", "keep-alive", "location", "nel", "origin-agent-cluster", "permissions-policy",
        "proxy-connection",
        "referrer-policy", "report-to", "reporting-endpoints", "server", "server-timing", "set-cookie", "set-cookie2",
        "strict-transport-security", "timing-allow-origin", "trailer", "transfer-encoding", "upgrade", "vary", "via",
        "www-authenticate", "x-cache", "x-cache-status", "x-content-type-options", "x-dns-prefetch-control",
        "x-download-options", "x-frame-options", "x-permitted-cross-domain-policies", "x-powered-by", "x-varnish",
        "x-xss-protection", "x-cors-debug",
    }
)  # fmt: skip
"""Response headers, in lower case, that are meant for browsers and caches, and hardly ever for a script."""


def list_hidden(exchanges: Sequence[Exchange], include: bool) -> list[str]:
    """Return the names of the app's headers in the last response that the script cannot read."""
    last = exchanges[-1].response if exchanges else None
    if last is None:
        return []
    names = dict.fromkeys(name for name, _ in last.headers)
    exposed = find_exposed(last.headers, include=include)
    prefixes = ("access-control-", "cross-origin-", "cf-", "x-amz-cf-")
    return [
        name
        for name in names
        if name.lower() not in exposed and name.lower() not in _OF_SERVERS and not name.lower().startswith(prefixes)
    ]
