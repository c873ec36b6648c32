"""Common mistakes: what an exchange reveals beyond the verdict, for people who run the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cors_wsgi.browser import Exchange, FailureReason, FetchError
from cors_wsgi.browser.origins import is_same_site, open_origin
from cors_wsgi.browser.slips import advise_one_name, find_slip, rename_page
from cors_wsgi.browser.urls import parse_url
from cors_wsgi.fetch import ALLOW_ORIGIN, VARY

from .diagnosis.redirects import is_login

_CACHES: Final = ("Age", "X-Cache", "X-Cache-Status", "CF-Cache-Status", "X-Varnish")
_FOR_STATUS: Final = {
    401: "Authentication answered the preflight, which never carries credentials: let OPTIONS pass before it.",
    403: "Something refused the preflight: a firewall, a gateway, or a policy that does not name this origin.",
    404: "No route took the preflight: CORS must answer it before routing.",
    405: "The route does not take OPTIONS: CORS must answer preflights before routing.",
}


class HintName(str, Enum):
    """The kinds of hints; a closed set, which the manual lists."""

    TWO_LAYERS = "two-layers"
    NO_VARY = "no-vary"
    PREFLIGHT_STATUS = "preflight-status"
    PREFLIGHT_CRASH = "preflight-crash"
    CRASH = "crash"
    REDIRECT = "redirect"
    REDIRECT_SLASH = "redirect-slash"
    REDIRECT_HTTPS = "redirect-https"
    CACHED_FOR_ANOTHER = "cached-for-another"
    METHOD_CASE = "method-case"
    RESPONSE_HEADER_SENT = "response-header-sent"
    TWO_SITES = "two-sites"
    TRAILING_SLASH = "trailing-slash"
    MISSING_SCHEME = "missing-scheme"
    SPELLING = "spelling"
    SCHEME = "scheme"
    PORT = "port"
    WWW = "www"
    LOOPBACK_NAME = "loopback-name"
    SPACE_IN_NAME = "space-in-name"
    CSRF = "csrf"
    COOKIE_KEPT_BACK = "cookie-kept-back"
    LOG = "log"
    POLICY = "policy"

    __str__ = str.__str__


@dataclass(frozen=True)
class Hint:
    """Something that the answers reveal.

    Attributes:
        name: the kind of hint.
        text: what it is, and what to do about it.
    """

    name: HintName
    text: str


def find_hints(
    exchanges: Sequence[Exchange],
    origin: str,
    failed: FetchError | None,
    *,
    credentials: bool = False,
    logged: Sequence[Hint] = (),
) -> list[Hint]:
    """Return known mistakes that look like these exchanges.

    Args:
        exchanges: what went over the wire.
        origin: of the page, serialized.
        failed: why the fetch failed, or None.
        credentials: whether the script asked for cookies to be sent.
        logged: what the app's own log said, if it was called in process.
    """
    hints = [*logged]
    for exchange in exchanges:
        # A policy that says why it refused a preflight leaves nothing to guess.
        hints += [hint for hint in _look_at(exchange) if not (logged and hint.name is HintName.PREFLIGHT_STATUS)]
    if failed is not None:
        hints += _look_at_failure(failed, origin)
    if failed is None and exchanges:
        hints += _look_at_shared_error(exchanges[-1])
    if credentials:
        hints += [hint for each in exchanges for hint in _look_at_cookies(each, origin)]
        one_name_said = failed is not None and rename_page(failed.facts) is not None
        hints += [hint for each in exchanges for hint in _look_at_sites(origin, each.url, is_known=one_name_said)]
    return list(dict.fromkeys(hints))


def _look_at_sites(origin: str, url: str, *, is_known: bool) -> Iterator[Hint]:
    parsed = parse_url(url)
    if parsed is None or is_same_site(open_origin(origin)[0], parsed):
        return
    one_name = None if is_known else advise_one_name({"origin": origin, "url": url})
    yield Hint(
        HintName.TWO_SITES,
        f"{f'{one_name} ' if one_name else ''}The page, {origin}, and {parsed.origin} are two sites: whatever CORS "
        "says, browsers hold back a cookie unless it was set with SameSite=None; Secure, and some hold back every "
        'cookie of another site. See docs/recipes/single-page-app.md, "If the cookie does not arrive".',
    )


def _look_at_shared_error(exchange: Exchange) -> Iterator[Hint]:
    response = exchange.response
    if response is None or response.status != 403 or b"csrf" not in response.body[:4000].lower():
        return
    yield Hint(
        HintName.CSRF,
        "CORS lets it through, but the server's check against forged requests (CSRF) refuses it: send the token that "
        "it wants, and name the page's origin there (Django: CSRF_TRUSTED_ORIGINS).",
    )


def _look_at_cookies(exchange: Exchange, origin: str) -> Iterator[Hint]:
    """Look for cookies that a browser does not store, or does not send back from this page."""
    url = parse_url(exchange.url)
    if exchange.response is None or url is None or is_same_site(open_origin(origin)[0], url):
        return
    for name, value in exchange.response.headers:
        parts = [part.strip().lower() for part in value.split(";")[1:]]
        if name.lower() == "set-cookie" and not {"samesite=none", "secure"} <= set(parts):
            cookie = value.partition("=")[0].strip()
            yield Hint(
                HintName.COOKIE_KEPT_BACK,
                f"The cookie {cookie} is set without SameSite=None; Secure: page and API are two sites, so browsers "
                "neither store it from this answer nor send it from this page.",
            )


def _look_at(exchange: Exchange) -> Iterator[Hint]:
    response = exchange.response
    if response is None:
        return
    for name in response.spaced_names:
        yield Hint(
            HintName.SPACE_IN_NAME,
            f"The header's name has a space at its end, before the colon: “{name} :”. Chromium strips it, HTTP "
            f"forbids it, and others drop such a header: where it is set, write {name} without quotes or spaces.",
        )
    values = [value for name, value in response.headers if name.lower() == ALLOW_ORIGIN.lower()]
    if len(values) > 1 or any("," in value for value in values):
        yield Hint(
            HintName.TWO_LAYERS,
            "Two layers add Access-Control-Allow-Origin: the app and a proxy, or two middlewares. Let only one set it."
            + _in_nginx(exchange, "drop add_header there, or hide the app's with proxy_hide_header"),
        )
    varies = [name.strip().lower() for name in (exchange.received(VARY) or "").split(",")]
    if values and values[0] not in ("*", "null") and not {"origin", "*"} & set(varies):
        yield Hint(
            HintName.NO_VARY,
            "The answer names one origin, but has no Vary: Origin: a cache may give it to another origin. Send Vary: "
            "Origin on every answer for this URL, even if it is not shared.",
        )
    if exchange.is_preflight and response.status in _FOR_STATUS:
        yield Hint(HintName.PREFLIGHT_STATUS, _FOR_STATUS[response.status])
    elif exchange.is_preflight and response.status >= 500:
        yield Hint(HintName.PREFLIGHT_CRASH, "The server failed while answering the preflight: its log says why.")
    if not exchange.is_preflight and response.status >= 500 and not values:
        yield Hint(
            HintName.CRASH,
            f"The server failed ({response.status}), and its error page has no CORS headers: CORS is only the symptom. "
            "Its log says what happened." + _in_nginx(exchange, "add_header without 'always' leaves errors out"),
        )
    if exchange.is_preflight and 300 <= response.status < 400:
        yield _look_at_redirect(exchange)


def _look_at_redirect(exchange: Exchange) -> Hint:
    location = exchange.received("Location")
    asked = parse_url(exchange.url)
    target = parse_url(location, asked) if location else None
    what = "Browsers do not follow redirects of a preflight."
    if asked is None or target is None:
        return Hint(HintName.REDIRECT, f"{what} This one leads nowhere: let the server answer OPTIONS itself.")
    if is_login(target):
        return Hint(HintName.REDIRECT, f"{what} This one leads to a login page: let OPTIONS pass before the login.")
    if target.path == asked.path + "/" and target.origin == asked.origin:
        return Hint(HintName.REDIRECT_SLASH, f"{what} The URL lacks the slash at its end: fetch {target.request_url}.")
    if (asked.scheme, target.scheme) == ("http", "https"):
        return Hint(HintName.REDIRECT_HTTPS, f"{what} The server wants https: fetch {target.request_url}.")
    return Hint(HintName.REDIRECT, f"{what} This one leads to {target.request_url}: fetch that.")


def _look_at_failure(failed: FetchError, origin: str) -> Iterator[Hint]:
    exchange = failed.exchange
    value = failed.facts.get("value", "")
    is_named = failed.reason in (FailureReason.ACAO_MISMATCH, FailureReason.ACAO_INVALID)
    if is_named and (slip := find_slip(origin, value)) is not None:
        yield Hint(HintName(slip.name), slip.text)
    elif failed.reason is FailureReason.ACAO_MISMATCH and exchange and any(map(exchange.received, _CACHES)):
        yield Hint(
            HintName.CACHED_FOR_ANOTHER,
            f"A cache gave an answer made for {value}. Send Vary: Origin on every answer, and empty the cache.",
        )
    method = failed.facts.get("method", "")
    if failed.reason is FailureReason.METHOD_NOT_ALLOWED and method != method.upper():
        text = f"Browsers do not turn {method!r} into upper case: write method: {method.upper()!r} in the script."
        yield Hint(HintName.METHOD_CASE, text)
    header = failed.facts.get("header", "")
    if failed.reason is FailureReason.HEADER_NOT_ALLOWED and header.startswith("access-control-"):
        yield Hint(HintName.RESPONSE_HEADER_SENT, f"The script sends {header}, a header of responses: remove it there.")


def _in_nginx(exchange: Exchange, advice: str) -> str:
    is_nginx = "nginx" in (exchange.received("Server") or "").lower()
    return f" nginx answered: {advice}." if is_nginx else ""
