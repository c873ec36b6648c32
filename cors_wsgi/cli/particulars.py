"""What a line of a console gives away beyond its reason: a page without an origin, a method's case, a network error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cors_wsgi.browser import FailureReason
from cors_wsgi.browser.urls import parse_url
from cors_wsgi.fetch import SAFELISTED_METHODS
from cors_wsgi.texts import Language, say

from .console_lines import Recognized

_ABOUT_ORIGINS: Final = frozenset(
    {
        FailureReason.MISSING_ACAO,
        FailureReason.ACAO_MISMATCH,
        FailureReason.ACAO_INVALID,
        FailureReason.WILDCARD_WITH_CREDENTIALS,
    }
)
_METHODS: Final = frozenset({*SAFELISTED_METHODS, "DELETE", "OPTIONS", "PATCH", "PUT"})

NETWORK_ERRORS: Final[Mapping[str, str]] = {
    r"NAME_NOT_RESOLVED|DNS_": "name",
    r"CONNECTION_REFUSED": "refused",
    r"TIMED_OUT": "time",
    r"CERT_|CERTIFICATE": "certificate",
    r"SSL_|TLS_": "tls",
    r"BLOCKED_BY_ORB": "orb",
    r"INTERNET_DISCONNECTED|NETWORK_CHANGED|ADDRESS_UNREACHABLE|PROXY_CONNECTION_FAILED": "offline",
    r"EMPTY_RESPONSE|CONNECTION_(?:RESET|CLOSED|ABORTED)|INCOMPLETE|CONTENT_LENGTH_MISMATCH|HTTP2_|QUIC_": "closed",
}
"""What Chromium's names of network errors mean: regular expressions, and the keys of the texts."""


def explain_particulars(recognized: Recognized, language: Language) -> Mapping[str, str]:
    """Return the parts of an explanation that take the place of the usual ones; nothing where nothing is known."""
    reason, facts = recognized.reason, recognized.facts
    origin, method = facts.get("origin", ""), facts.get("method", "")
    if reason is FailureReason.NETWORK_FAILURE:
        return _explain_network(facts, language)
    if reason is FailureReason.METHOD_NOT_ALLOWED and method != method.upper() and method.upper() in _METHODS:
        return {"explain.do": say("explain.method_case", language, {"method": method, "upper": method.upper()})}
    if reason is FailureReason.NOT_HTTP and facts.get("location", "").startswith("file:"):
        return {"explain.do": say("explain.page_file", language)}
    if reason in _ABOUT_ORIGINS and "first_url" not in facts:
        if origin == "null":
            return {"explain.do": say("explain.page_null", language)}
        if origin.partition("://")[0].endswith("-extension"):
            url = parse_url(facts.get("url", ""))
            host = "https://api.example.com" if url is None else f"{url.scheme}://{url.host}"
            return {"explain.do": say("explain.page_extension", language, {"host": host})}
    return {}


def _explain_network(facts: Mapping[str, str], language: Language) -> Mapping[str, str]:
    value, url = facts.get("value", ""), parse_url(facts.get("url", ""))
    key = next((key for words, key in NETWORK_ERRORS.items() if re.search(words, value)), None)
    if key is None:
        return {}
    told = {
        "host": say("unknown.host", language) if url is None else url.host,
        "place": say("unknown.url", language) if url is None else url.origin,
        "value": value,
    }
    return {
        "explain.happened": say(f"explain.net_{key}", language, told),
        "explain.do": say(f"explain.net_{key}_do", language, told),
    }
