"""What each browser's console prints of a failed fetch, word for word as far as the reason goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .reasons import NO_MESSAGE, FailureReason, fill

_CHECKED: Final = frozenset(
    {
        FailureReason.MISSING_ACAO,
        FailureReason.ACAO_MISMATCH,
        FailureReason.ACAO_MULTIPLE,
        FailureReason.ACAO_INVALID,
        FailureReason.WILDCARD_WITH_CREDENTIALS,
        FailureReason.CREDENTIALS_NOT_TRUE,
        FailureReason.PREFLIGHT_STATUS,
        FailureReason.PREFLIGHT_REDIRECT,
    }
)
"""Reasons before which Chromium says that it speaks of the response to a preflight."""

_XHR_ADDS = (
    " The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute."
)


def print_chromium(reason: FailureReason, facts: Mapping[str, str]) -> str:
    """Return what Chromium's console prints."""
    text = reason.wording.chromium
    if not reason.is_cors:
        return fill("{sent_method} {url} net::ERR_FAILED", facts)
    if not text:
        return NO_MESSAGE
    if reason in _CHECKED and facts.get("preflight"):
        text = f"Response to preflight request doesn't pass access control check: {text}"
    if reason is FailureReason.WILDCARD_WITH_CREDENTIALS and facts.get("api") == "XMLHttpRequest":
        text += _XHR_ADDS
    first = facts.get("first_url", "")
    redirected = "(redirected from '{first_url}') " if first and first != facts.get("url") else ""
    prefix = f"Access to {{api}} at '{{url}}' {redirected}from origin '{{origin}}' has been blocked by CORS policy"
    return fill(f"{prefix}: {text}", facts)


def print_firefox(reason: FailureReason, facts: Mapping[str, str]) -> str:
    """Return what Firefox's console prints."""
    text = reason.wording.firefox
    if not text:
        return NO_MESSAGE
    end = "." if text.endswith("{status}") else ")."
    blocked = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {url}."
    return fill(f"{blocked} (Reason: {text}{end}", facts)


def print_safari(reason: FailureReason, facts: Mapping[str, str]) -> str:
    """Return what Safari's console prints: the reason, and a second line that says what cannot be loaded."""
    text = reason.wording.safari
    what = "XMLHttpRequest" if facts.get("api") == "XMLHttpRequest" else "Fetch API"
    second = f"{what} cannot load {{url}} due to access control checks."
    if not text:
        return NO_MESSAGE
    return fill(f"{text}\n{second}", facts)


CONSOLES: Final = {"chromium": print_chromium, "firefox": print_firefox, "webkit": print_safari}
"""The three printers, by the name of the engine."""
