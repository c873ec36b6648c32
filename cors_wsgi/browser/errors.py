"""What a failed fetch raises, and what each browser's console prints, word for word as far as the reason goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from .reasons import NO_MESSAGE, FailureReason, fill

if TYPE_CHECKING:
    from .exchange import Exchange

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
"""Reasons for which Chromium says first that they are about the response to a preflight."""

_NEVER_SENT: Final = frozenset(
    {
        FailureReason.FORBIDDEN_METHOD,
        FailureReason.INVALID_METHOD,
        FailureReason.INVALID_HEADER,
        FailureReason.INVALID_REQUEST,
        FailureReason.NOT_MODELLED,
    }
)
"""Reasons for which JavaScript throws, before the network could print a message."""

_XHR_ADDS = (
    " The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute."
)


_TYPE_WORDS: Final = {
    ("chromium", "EventSource"): 'EventSource\'s response has a MIME type ("{value}") that is not "text/event-stream". '
    "Aborting the connection.",
    ("firefox", "EventSource"): "Firefox can’t establish a connection to the server at {url}.",
    ("firefox", "nosniff"): "The resource from “{url}” was blocked due to MIME type (“{value}”) mismatch "
    "(X-Content-Type-Options: nosniff).",
    ("webkit", "EventSource"): 'EventSource\'s response has a MIME type ("{value}") that is not "text/event-stream". '
    "Aborting the connection.",
    (
        "webkit",
        "style",
    ): "Did not parse stylesheet at '{url}' because non CSS MIME types are not allowed in strict mode.",
    (
        "webkit",
        "script",
    ): 'Refused to execute {url} as script because "X-Content-Type-Options: nosniff" was given and its '
    "Content-Type is not a script MIME type.",
}
"""what consoles say about a wrong type, by engine and element; for modules that is the reason's own wording."""

_MODULES: Final = frozenset({"module", "import", "modulepreload"})

_CHROMIUM_NAMES: Final[dict[str, str]] = dict.fromkeys(("EventSource", "ping", "link", "worker"), "resource")
"""Chromium's names for what others call differently."""

_SAFARI_SECONDS: Final = {
    "fetch": "Fetch API cannot load {url} due to access control checks.",
    "XMLHttpRequest": "XMLHttpRequest cannot load {url} due to access control checks.",
    "image": "Cannot load image {url} due to access control checks.",
    "EventSource": "EventSource cannot load {url} due to access control checks.",
    "script": "Cross-origin script load denied by Cross-Origin Resource Sharing policy.",
    "ping": "Beacon API cannot load {url}.",
}
"""The second line of Safari's message, by API; other APIs have only one line."""


def _find_words(engine: str, reason: FailureReason, facts: Mapping[str, str]) -> str:
    """Return the engine's message for a reason, as a template; each element has its own for a wrong type."""
    words = reason.wording
    text = {"chromium": words.chromium, "firefox": words.firefox, "webkit": words.safari}[engine]
    element = facts.get("element", "")
    if reason is not FailureReason.WRONG_TYPE or element in _MODULES:
        return text
    if engine == "firefox" and facts.get("nosniff"):
        element = "nosniff"
    return _TYPE_WORDS.get((engine, element), "")


def print_chromium(reason: FailureReason, facts: Mapping[str, str]) -> str:
    """Return what Chromium's console prints."""
    text = _find_words("chromium", reason, facts)
    if reason in _NEVER_SENT:
        return NO_MESSAGE
    if reason.wording.is_whole:
        return fill(text, facts) or NO_MESSAGE
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
    name = _CHROMIUM_NAMES.get(facts.get("api", ""), "{api}")
    prefix = f"Access to {name} at '{{url}}' {redirected}from origin '{{origin}}' has been blocked by CORS policy"
    return fill(f"{prefix}: {text}", facts)


def print_firefox(reason: FailureReason, facts: Mapping[str, str]) -> str:
    """Return what Firefox's console prints."""
    text = _find_words("firefox", reason, facts)
    if not text or reason.wording.is_whole:
        return fill(text, facts) or NO_MESSAGE
    end = "." if text.endswith("{status}") else ")."
    blocked = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {url}."
    return fill(f"{blocked} (Reason: {text}{end}", facts)


def print_safari(reason: FailureReason, facts: Mapping[str, str]) -> str:
    """Return what Safari's console prints: the reason, and a second line that says what cannot be loaded."""
    text = _find_words("webkit", reason, facts)
    if not text or reason.wording.is_whole:
        return fill(text, facts) or NO_MESSAGE
    second = _SAFARI_SECONDS.get(facts.get("api", "fetch"), "")
    return fill(f"{text}\n{second}".rstrip("\n"), facts)


CONSOLES: Final = {"chromium": print_chromium, "firefox": print_firefox, "webkit": print_safari}
"""The three printers, by the name of the engine."""


class FetchError(Exception):
    """A fetch failed: the script's promise is rejected.

    Attributes:
        reason: one of the closed set.
        exchange: the request and response that the reason is about; None if nothing went over the wire.
        facts: the values for the reason's message.
        console_reason: the reason whose message a browser's console uses, if it has no message for this one.
    """

    def __init__(
        self,
        reason: FailureReason,
        exchange: Exchange | None = None,
        console_reason: FailureReason | None = None,
        **facts: str,
    ) -> None:
        super().__init__(reason, exchange)
        self.reason = reason
        self.exchange = exchange
        self.console_reason = console_reason or reason
        self.facts = facts

    @property
    def explanation(self) -> str:
        """What happened."""
        return self.reason.explain(self.facts)

    @property
    def remedy(self) -> str:
        """What to change, on the server if a server can help."""
        return self.reason.remedy(self.facts)

    def say(self, engine: str = "chromium") -> str:
        """Return what a browser's console prints.

        Args:
            engine: `chromium`, `firefox` or `webkit` (which is Safari); `standard` is treated as `chromium`.

        Raises:
            KeyError: there is no such engine.
        """
        return CONSOLES["chromium" if engine == "standard" else engine](self.console_reason, self.facts)

    def __str__(self) -> str:
        lines = [self.say(self.facts.get("engine", "chromium")), "", f"  {self.explanation}", f"  {self.remedy}"]
        if self.exchange is not None:
            lines += ["", *(f"  {line}" for line in str(self.exchange).splitlines())]
        return "\n".join(lines)


class CORSError(FetchError):
    """A fetch failed because of CORS: the browser blocked it, and the server can allow it."""
