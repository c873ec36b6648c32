"""The classics: what an exchange says beyond the verdict, for people who run the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cors_wsgi.browser import Exchange, FetchError, Reason
from cors_wsgi.fetch import ALLOW_ORIGIN, VARY

_CACHES: Final = ("Age", "X-Cache", "X-Cache-Status", "CF-Cache-Status", "X-Varnish")
_FOR_STATUS: Final = {
    401: "Authentication answered the preflight, which never carries credentials: let OPTIONS pass before it.",
    403: "Something refused the preflight: a firewall, a gateway, or a policy that does not name this origin.",
    404: "No route took the preflight: CORS has to answer it before routing.",
    405: "The route has no OPTIONS: CORS has to answer preflights before routing.",
}


@dataclass(frozen=True)
class Hint:
    """Something that the answers give away.

    Attributes:
        name: a stable name.
        text: what it is, and what to do about it.
    """

    name: str
    text: str


def find_hints(exchanges: Sequence[Exchange], origin: str, failed: FetchError | None) -> list[Hint]:
    """Return what is known to go wrong in ways that look like these exchanges."""
    hints = [hint for exchange in exchanges for hint in _look_at(exchange)]
    if failed is not None:
        hints += _look_at_failure(failed, origin)
    return list(dict.fromkeys(hints))


def _look_at(exchange: Exchange) -> Iterator[Hint]:
    response = exchange.response
    if response is None:
        return
    values = [value for name, value in response.headers if name.lower() == ALLOW_ORIGIN.lower()]
    if len(values) > 1 or any("," in value for value in values):
        yield Hint(
            "two-layers",
            "Two layers add Access-Control-Allow-Origin: the app and a proxy, or two middlewares. Let one do it alone."
            + _in_nginx(exchange, "drop add_header there, or hide the app's with proxy_hide_header"),
        )
    varies = [name.strip().lower() for name in (exchange.received(VARY) or "").split(",")]
    if values and values[0] not in ("*", "null") and not {"origin", "*"} & set(varies):
        yield Hint(
            "no-vary",
            "The answer names one origin, but no Vary: Origin: a cache may give it to another. Send Vary: Origin on "
            "every answer of this URL, also on those that are not shared.",
        )
    if exchange.is_preflight and response.status in _FOR_STATUS:
        yield Hint("preflight-status", _FOR_STATUS[response.status])
    elif exchange.is_preflight and response.status >= 500:
        yield Hint("preflight-crash", "The server failed while it answered the preflight: its own log says why.")
    if not exchange.is_preflight and response.status >= 500 and not values:
        yield Hint(
            "crash",
            f"The server failed ({response.status}), and its error page has no CORS headers: CORS is only the symptom. "
            "Its own log says what happened." + _in_nginx(exchange, "add_header without «always» leaves errors out"),
        )
    if exchange.is_preflight and 300 <= response.status < 400:
        yield _look_at_redirect(exchange)


def _look_at_redirect(exchange: Exchange) -> Hint:
    location = exchange.received("Location") or ""
    asked, target = urlsplit(exchange.url), urlsplit(location)
    what = "Browsers follow no redirect of a preflight."
    if target.path == asked.path + "/" and target.netloc in ("", asked.netloc):
        return Hint("redirect-slash", f"{what} The URL lacks the slash at its end: fetch {exchange.url + '/'}.")
    if (asked.scheme, target.scheme) == ("http", "https"):
        return Hint("redirect-https", f"{what} The server wants https: fetch https{exchange.url[4:]}.")
    return Hint("redirect", f"{what} This one leads to {location or 'nowhere'}: fetch that.")


def _look_at_failure(failed: FetchError, origin: str) -> Iterator[Hint]:
    exchange = failed.exchange
    value = failed.facts.get("value", "")
    if failed.reason is Reason.ACAO_MISMATCH and value.rstrip("/") == origin:
        yield Hint("trailing-slash", f"The server names {value}: without the slash it is the page's origin.")
    elif failed.reason is Reason.ACAO_MISMATCH and exchange and any(map(exchange.received, _CACHES)):
        yield Hint(
            "cached-for-another",
            f"A cache gave an answer that was made for {value}. Send Vary: Origin on every answer; empty the cache.",
        )
    if failed.reason is Reason.METHOD_NOT_ALLOWED and failed.facts.get("method") == "patch":
        yield Hint("patch", "Browsers do not raise 'patch' to upper case: write method: 'PATCH' in the script.")
    header = failed.facts.get("header", "")
    if failed.reason is Reason.HEADER_NOT_ALLOWED and header.startswith("access-control-"):
        yield Hint("response-header-sent", f"The script sends {header}, a header of responses: remove it there.")


def _in_nginx(exchange: Exchange, advice: str) -> str:
    is_nginx = "nginx" in (exchange.received("Server") or "").lower()
    return f" nginx answered: {advice}." if is_nginx else ""
