"""Recognize the messages of browsers' consoles: which reason a line is about, and the facts in it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from cors_wsgi.browser import FailureReason
from cors_wsgi.browser.urls import parse_url

from .other_languages import OTHER_LANGUAGES
from .panels import PANEL_WORDS
from .traces import Trace, find_trace

ENGINES: Final = ("chromium", "firefox", "safari")

_OTHER_WORDS: Final[tuple[tuple[str, FailureReason], ...]] = (
    # Chromium, older and unprefixed
    ("No 'Access-Control-Allow-Origin' header is present on the requested resource", FailureReason.MISSING_ACAO),
    ("The '{header}' header contains multiple values '{value}', but only one is allowed", FailureReason.ACAO_MULTIPLE),
    ("Response for preflight is invalid (redirect)", FailureReason.PREFLIGHT_REDIRECT),
    ("Response for preflight has invalid HTTP status code {status}", FailureReason.PREFLIGHT_STATUS),
    (
        "A wildcard '*' cannot be used in the 'Access-Control-Allow-Origin' header",
        FailureReason.WILDCARD_WITH_CREDENTIALS,
    ),
    (
        "Credentials flag is 'true', but the 'Access-Control-Allow-Credentials' header is '{value}'",
        FailureReason.CREDENTIALS_NOT_TRUE,
    ),
    (
        'Request mode is "same-origin" but the URL\'s origin is not same as the request origin {origin}',
        FailureReason.DISALLOWED_BY_MODE,
    ),
    ('Refused to get unsafe header "{header}"', FailureReason.HEADER_NOT_EXPOSED),
    ("Authorization will not be covered by the wildcard symbol (*)", FailureReason.AUTHORIZATION_UNDER_WILDCARD),
    ("Not allowed to load local resource: {location}", FailureReason.NOT_HTTP),
    ('cannot load {location}. URL scheme "{value}" is not supported', FailureReason.NOT_HTTP),
    ('URL scheme "{value}" is not supported', FailureReason.NOT_HTTP),
    ("Cross origin requests are only supported for protocol schemes: {value}", FailureReason.NOT_HTTP),
    ("Cross origin requests are only supported for HTTP", FailureReason.NOT_HTTP),
    ("No 'Access-Control-Allow-Private-Network' header was present", FailureReason.LEGACY_PNA),
    (
        "The request client is not a secure context and the resource is in more-private address space",
        FailureReason.LNA_INSECURE_CONTEXT,
    ),
    ("Permission was denied for this request to access the `{value}` address space", FailureReason.LNA_DENIED),
    (
        "Mixed Content: The page at '{origin}' was loaded over HTTPS, but requested an insecure resource '{url}'",
        FailureReason.MIXED_CONTENT,
    ),
    (
        "Mixed Content: The page at '{origin}' was loaded over HTTPS, but requested an insecure {element} '{url}'",
        FailureReason.MIXED_CONTENT,
    ),
    ("Mixed Content: The page at", FailureReason.MIXED_CONTENT),
    ("net::ERR_UNSAFE_PORT", FailureReason.BAD_PORT),
    ("net::ERR_H2_OR_QUIC_REQUIRED", FailureReason.STREAM_NEEDS_HTTP2),
    ("net::ERR_TOO_MANY_REDIRECTS", FailureReason.BAD_REDIRECT),
    ("net::ERR_UNSAFE_REDIRECT", FailureReason.NOT_HTTP),
    ("net::ERR_BLOCKED_BY_RESPONSE", FailureReason.CORP_BLOCKED),
    ("net::{value}", FailureReason.NETWORK_FAILURE),
    # Firefox, older and as the manuals have it
    ("CORS header 'Access-Control-Allow-Origin' missing", FailureReason.MISSING_ACAO),
    ("missing token '{header}' in CORS header 'Access-Control-Allow-Headers'", FailureReason.HEADER_NOT_ALLOWED),
    ("CORS preflight channel did not succeed", FailureReason.PREFLIGHT_STATUS),
    ("CORS preflight response did not succeed", FailureReason.PREFLIGHT_STATUS),
    ("CORS request did not succeed", FailureReason.NETWORK_FAILURE),
    ("CORS request failed", FailureReason.NETWORK_FAILURE),
    ("CORS disabled", FailureReason.NETWORK_FAILURE),
    ("CORS header 'Origin' cannot be added", FailureReason.NETWORK_FAILURE),
    ("may not load data from {url}", FailureReason.DISALLOWED_BY_MODE),
    ("may not load or link to {location}", FailureReason.NOT_HTTP),
    ("was blocked due to its Cross-Origin-Resource-Policy header", FailureReason.CORP_BLOCKED),
    ("Blocked loading mixed active content “{url}”", FailureReason.MIXED_CONTENT),
    ("Blocked loading mixed active content", FailureReason.MIXED_CONTENT),
    # Safari, older and newer
    ("Origin {origin} is not allowed by Access-Control-Allow-Origin", FailureReason.MISSING_ACAO),
    ("Preflight response is not successful", FailureReason.PREFLIGHT_STATUS),
    ("Load cannot follow more than 20 redirections", FailureReason.BAD_REDIRECT),
    ("Not allowed to follow a redirection while loading {url}", FailureReason.BAD_REDIRECT),
    ("because it violates the resource's Cross-Origin-Resource-Policy", FailureReason.CORP_BLOCKED),
    ("Not allowed to use restricted network port {value}", FailureReason.BAD_PORT),
    ("requested insecure content from {url}", FailureReason.MIXED_CONTENT),
    ("was not allowed to run insecure content from {url}", FailureReason.MIXED_CONTENT),
    ("was not allowed to display insecure content from {url}", FailureReason.MIXED_CONTENT),
    (
        (
            "Cross-origin redirection to {url} denied by Cross-Origin Resource Sharing policy: redirection URL "
            "{location} has credentials"
        ),
        FailureReason.REDIRECT_WITH_CREDENTIALS,
    ),
    ("Cross-origin redirection to {url} denied", FailureReason.REDIRECT_WITH_CREDENTIALS),
)
_CONTEXT: Final = tuple(
    map(
        re.compile,
        (
            r"(?:\bat|cannot load) '(?P<url>[^']+)'",
            r"resource at (?P<url>\S+?)\.? ",
            r"(?:cannot load|GET|POST|PUT|PATCH|DELETE|QUERY|HEAD|OPTIONS) (?P<url>[a-z]+://\S*[^\s.])",
            r"from origin '(?P<origin>[^']+)'",
            r"\(redirected from '(?P<first_url>[^']+)'\)",
        ),
    )
)
"""Where a line names the URL and the page's origin."""


@dataclass(frozen=True)
class Recognized:
    """What a line of a console is about.

    Attributes:
        reason: the reason.
        facts: the values in the line.
        also: further reasons for which this browser prints the same text.
        may_follow: whether the browser also prints it below the line that says why.
    """

    reason: FailureReason
    facts: Mapping[str, str] = field(default_factory=dict)
    also: tuple[FailureReason, ...] = ()
    may_follow: bool = False


def recognize(line: str) -> Recognized | None:
    """Return what one line of a console is about, or None if no browser is known to print it."""
    text = _plain(line)
    best: tuple[int, Recognized] | None = None
    for pattern, literal, reasons in _patterns():
        found = pattern.search(text)
        if found and (best is None or literal > best[0]):
            facts = {
                **_find_context(text),
                **{name: value for name, value in found.groupdict().items() if value is not None},
            }
            best = literal, Recognized(reasons[0], facts, reasons[1:])
    if best is None or (best[1].reason is FailureReason.NETWORK_FAILURE and _is_no_reason(text)):
        return None
    # If the text is not Chromium's, it is Firefox's second line for a failed preflight, or its only one.
    is_firefox_s = best[1].reason is FailureReason.NETWORK_FAILURE and "net::" not in text
    return _refine(replace(best[1], may_follow=is_firefox_s))


def _is_no_reason(text: str) -> bool:
    """Tell whether a line names a network error that Chromium also shows for requests blocked for other reasons."""
    return "net::" in text and find_trace(text) is not None


def _refine(found: Recognized) -> Recognized:
    """Use the facts to distinguish reasons for which a browser prints the same text."""
    value, status, origin = (found.facts.get(name, "") for name in ("value", "status", "origin"))
    if found.reason is FailureReason.ACAO_MISMATCH and ("," in value or " " in value):
        return replace(found, reason=FailureReason.ACAO_MULTIPLE, also=())
    if found.reason is FailureReason.ACAO_MISMATCH and value:
        is_origin = value == "null" or parse_url(value) is not None
        found = replace(found, reason=found.reason if is_origin else FailureReason.ACAO_INVALID, also=())
    if found.reason is FailureReason.PREFLIGHT_STATUS and status:
        reason = FailureReason.PREFLIGHT_REDIRECT if status.startswith("3") else FailureReason.PREFLIGHT_STATUS
        return replace(found, reason=reason, also=())
    url = parse_url(found.facts.get("url", ""))
    if found.reason is FailureReason.NOT_HTTP and "location" not in found.facts and url and not url.is_http:
        return replace(found, facts={**found.facts, "location": found.facts["url"]})
    if found.reason is FailureReason.MIXED_CONTENT and (page := parse_url(origin)) is not None:
        return replace(found, facts={**found.facts, "origin": page.origin})
    if origin == "null" and found.reason in (FailureReason.MISSING_ACAO, FailureReason.ACAO_MISMATCH):
        return replace(found, also=(*found.also, FailureReason.REDIRECT_NULL_ORIGIN))
    return found


def recognize_trace(line: str) -> Trace | None:
    """Return what a line means that accompanies the one with the reason, or None for any other line."""
    return find_trace(_plain(line))


def find_nearest(line: str) -> str | None:
    """Return the browser message closest to an unknown line, or None if none is close."""
    texts = {_plain(template): template for template, _ in _templates()}
    near = difflib.get_close_matches(_plain(line)[:500], list(texts), n=1, cutoff=0.5)
    return texts[near[0]] if near else None


def _templates() -> Iterator[tuple[str, FailureReason]]:
    for reason in FailureReason:
        for engine in ENGINES:
            if words := getattr(reason.wording, engine):
                yield words, reason
    yield from _OTHER_WORDS
    yield from OTHER_LANGUAGES
    yield from PANEL_WORDS


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], int, tuple[FailureReason, ...]]]:
    """Compile every message: its pattern, the length of its fixed text, and the reasons that use it."""
    users: dict[str, list[FailureReason]] = {}
    for template, reason in _templates():
        reasons = users.setdefault(_plain(template).rstrip(". "), [])
        if reason not in reasons:
            reasons.append(reason)
    compiled = []
    for template, reasons in users.items():
        reasons.sort(key=lambda reason: reason is not FailureReason.NETWORK_FAILURE)  # by far the commonest
        pieces = re.split(r"\{(\w+)\}", template)
        pattern, seen = "", set()
        for number, piece in enumerate(pieces):
            if number % 2 == 0:
                pattern += re.escape(piece)
            elif piece in seen:
                pattern += r"\S*"
            else:
                # At the end of a message a fact is one word: the line may go on, or end with a full stop.
                is_last = number == len(pieces) - 2 and not pieces[-1]
                is_rest = is_last and piece == "value" and pieces[number - 1].endswith(": ")
                pattern += f"(?P<{piece}>" + (".*)" if is_rest else r"(?:[^\s)]*[^\s).])?)" if is_last else ".*?)")
            seen.add(piece)
        compiled.append((re.compile(pattern), sum(map(len, pieces[::2])), tuple(reasons)))
    return compiled


def _find_context(text: str) -> dict[str, str]:
    facts: dict[str, str] = {}
    for pattern in _CONTEXT:
        if found := pattern.search(text):
            facts.update(found.groupdict())
    return facts


def _plain(text: str) -> str:
    """Normalize quotes and white space, which copying from a console may change."""
    return " ".join(text.translate(_STRAIGHT).split())


_STRAIGHT = {ord(quote): "'" for quote in "‘’‛′"} | {ord(quote): '"' for quote in "“”″"} | {ord("`"): None}
