"""Recordings of a browser's network panel (HAR): which requests crossed origins, and what the answers were.

The format is that of http://www.softwareishard.com/blog/har-12-spec/, as Chromium, Firefox and Safari write it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cors_wsgi.browser import CORSError, Exchange, FetchError, Response, preflight_causes
from cors_wsgi.browser import FailureReason as Reason
from cors_wsgi.browser.checks import REDIRECT_STATUSES, Failure, check_cors, check_preflight, find_exposed
from cors_wsgi.browser.exchange import WireRequest, WireResponse
from cors_wsgi.browser.headers import Header, ResponseHeaders, get_header
from cors_wsgi.browser.urls import parse_url
from cors_wsgi.fetch import ORIGIN, REQUEST_METHOD

from .asking import Order, Outcome, describe_page, list_hidden
from .diagnosis import ServerName, diagnose
from .hints import find_hints
from .pasted import Pasted, take_headers

_MOST: Final = 200_000_000
"""How many bytes of a file are read at most."""


@dataclass(frozen=True)
class Recorded:
    """A request of a page to another origin.

    Attributes:
        number: of the entry in the file, counted from 1.
        pasted: the request.
        exchange: the recorded exchange; without a response if the file has none.
        preflight: its recorded preflight; None if the file has none.
    """

    number: int
    pasted: Pasted
    exchange: Exchange
    preflight: Exchange | None


def read_har(path: str) -> list[Recorded]:
    """Return the cross-origin requests of a file, in its order.

    Raises:
        ValueError: it is not a HAR file, or cannot be read; the message says why.
    """
    try:
        with Path(path).open("rb") as file:
            text = file.read(_MOST).decode("utf-8-sig")
        entries = json.loads(text)["log"]["entries"]
        exchanges = [_read_entry(entry) for entry in entries]
    except OSError as error:
        raise ValueError(f"--har {path!r} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"--har {path!r} is not a HAR file; save one from the network panel of DevTools") from None
    found = []
    preflights: dict[str, Exchange] = {}
    for number, exchange in enumerate(exchanges, 1):
        if exchange.is_preflight:
            preflights[exchange.url] = exchange
            continue
        pasted = Pasted(url=exchange.url, method=exchange.method)
        take_headers(pasted, exchange.request.headers)
        url = parse_url(exchange.url)
        if url is None or not url.is_http or pasted.origin in ("", url.origin):
            continue
        pasted.body = None if exchange.request.body is None else exchange.request.body.decode("latin-1")
        pasted.include = bool(pasted.cookie)
        found.append(Recorded(number, pasted, exchange, preflights.pop(exchange.url, None)))
    return found


def _read_entry(entry: Mapping[str, Any]) -> Exchange:
    said, answer = entry["request"], entry.get("response") or {}
    headers = _read_headers(said.get("headers"))
    text = (said.get("postData") or {}).get("text")
    body = text.encode("utf-8") if isinstance(text, str) else None
    url = parse_url(str(said["url"]))
    # Without user name and password: people share recordings.
    address = str(said["url"]) if url is None else url.request_url
    request = WireRequest(str(said["method"]), address, headers, body)
    is_preflight = request.method == "OPTIONS" and get_header(headers, REQUEST_METHOD.lower()) is not None
    status = answer.get("status")
    if not isinstance(status, int) or not 100 <= status <= 599:
        return Exchange(request, None, is_preflight, str(answer.get("_error") or "the recording has no answer"))
    content = (answer.get("content") or {}).get("text")
    response = WireResponse(
        status,
        str(answer.get("statusText") or ""),
        _read_headers(answer.get("headers")),
        content.encode("utf-8", "replace") if isinstance(content, str) else b"",
    )
    return Exchange(request, response, is_preflight)


def _read_headers(rows: Any) -> list[Header]:
    """Return the headers; Chromium joins repeated ones with a line end."""
    pairs = [(str(row["name"]), str(row["value"])) for row in rows or ()]
    return [(name, part.strip()) for name, value in pairs for part in value.split("\n") if not name.startswith(":")]


def make_order(recorded: Recorded, *, server: ServerName | None = None, reads: str = "") -> Order:
    """Return an order that plays a recorded request again."""
    pasted = recorded.pasted
    return Order(
        url=pasted.url,
        origin=pasted.origin,
        method=pasted.method,
        headers=pasted.headers,
        body=pasted.body,
        include=bool(pasted.include),
        reads=reads,
        server=server,
        cookie=pasted.cookie,
        notes=[f"Left out {text}" for text in pasted.dropped],
    )


def judge(recorded: Recorded, order: Order) -> Outcome:
    """Return what a browser concludes from the recorded answers; nothing is sent.

    Args:
        recorded: the request.
        order: as `make_order` returns it.
    """
    causes = preflight_causes(order.method, order.headers)
    names = sorted({name for cause in causes for name in cause.names})
    exchanges = [one for one in (recorded.preflight, recorded.exchange) if one is not None]
    facts = {"origin": order.origin, "url": order.url, "method": order.method, "first_url": order.url, "api": "fetch"}
    failed: FetchError | None = None
    if recorded.preflight is not None and recorded.preflight.response is not None:
        answer = recorded.preflight.response
        judged = check_preflight(
            answer.status,
            answer.headers,
            method=order.method,
            unsafe_names=names,
            origin=order.origin,
            include=order.include,
        )
        if isinstance(judged, Failure):
            failed = _fail(judged, recorded.preflight, {**facts, "preflight": "yes"})
    if failed is None and recorded.exchange.response is not None:
        origin = recorded.exchange.sent(ORIGIN) or order.origin
        wrong = check_cors(recorded.exchange.response.headers, origin, include=order.include)
        failed = None if wrong is None else _fail(wrong, recorded.exchange, facts)
    if failed is None and recorded.exchange.response is None:
        words = f"the recording has no answer ({recorded.exchange.error}); --replay sends the request again"
        failed = FetchError(
            Reason.NETWORK_FAILURE, recorded.exchange, None, value=words, sent_method=order.method, **facts
        )
    if failed is not None and failed.exchange is recorded.preflight:
        exchanges = exchanges[:1]
    asked = describe_page(order, order.origin, causes)
    diagnosis = diagnose(failed, exchanges, asked, server=order.server)
    hints = find_hints(exchanges, order.origin, failed, credentials=bool(order.cookie))
    if failed is not None or recorded.exchange.response is None:
        return Outcome(causes, exchanges, None, failed, diagnosis, hints, notes=order.notes)
    answer = recorded.exchange.response
    exposed = find_exposed(answer.headers, include=order.include)
    seen = ResponseHeaders(pair for pair in answer.headers if pair[0].lower() in exposed)
    response = Response("cors", answer.status, seen, order.url, False, answer.body)
    hidden = list_hidden(exchanges, order.include)
    return Outcome(causes, exchanges, response, None, None, hints, hidden, notes=order.notes)


def _fail(failure: Failure, exchange: Exchange, facts: Mapping[str, str]) -> FetchError:
    known = {**facts, "status": str(exchange.status), **failure.facts}
    return CORSError(failure.reason, exchange, failure.console_reason, **known)


def is_redirect(recorded: Recorded) -> bool:
    """Tell whether a recorded answer is a redirect, which the next entry follows."""
    return recorded.exchange.status in REDIRECT_STATUSES


def find(recorded: Sequence[Recorded], number: int) -> Recorded:
    """Return the request of an entry.

    Raises:
        ValueError: it does not cross origins; the message names those that do.
    """
    for one in recorded:
        if one.number == number:
            return one
    numbers = ", ".join(str(one.number) for one in recorded) or "none"
    raise ValueError(f"--entry {number} is not a request to another origin; these are: {numbers}")
