"""What a page loads without a script: pictures, scripts, style sheets, fonts and the like, as the HTML standard says.

This is a table of the request that each makes, and what its consumer does with the response; `fetching` handles the
request itself. The anchors are those of https://html.spec.whatwg.org unless another standard is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

from .bodies import Body, extract_body
from .consumers import find_fault
from .engines import API, Destination, Engine
from .errors import FetchError
from .exchange import Exchange
from .fetching import fetch_whole
from .network import Agent
from .origins import Origin
from .reasons import FailureReason
from .requests import Credentials, Mode, Request
from .safelist import is_no_cors_safelisted
from .urls import URL

Kind = Literal[
    "img",
    "script",
    "module",
    "import",
    "importScripts",
    "style",
    "font",
    "mask",
    "video",
    "audio",
    "media",
    "preload",
    "modulepreload",
    "worker",
]
As = Literal["script", "style", "font", "image", "fetch", "audio", "video"]
Outcome = Literal["loaded", "tainted", "blocked"]


class Asking(NamedTuple):
    """The request that a kind of element makes.

    Attributes:
        api: what consoles call it.
        destination: of the request (`#concept-request-destination` of the Fetch standard).
        mode: without a `crossorigin` attribute; with one it is `cors`.
        credentials: the credentials mode without that attribute.
        taint: what the page cannot do with an opaque response.
        has_attribute: whether there is a `crossorigin` attribute at all.
    """

    api: API
    destination: Destination
    mode: Mode
    credentials: Credentials
    taint: str
    has_attribute: bool = True


_PICTURE: Final = "a canvas on which it is drawn cannot be read"
_ERRORS: Final = "the page sees nothing of its errors but 'Script error.'"
_RULES: Final = "the page cannot read its rules"

ASKING: Final[dict[str, Asking]] = {
    # `#create-a-potential-cors-request`: no-cors with credentials, unless the attribute asks for CORS
    "img": Asking("image", "image", "no-cors", "include", _PICTURE),
    "script": Asking("script", "script", "no-cors", "include", _ERRORS),
    "style": Asking("CSS stylesheet", "style", "no-cors", "include", _RULES),
    "video": Asking("video", "video", "no-cors", "include", _PICTURE),
    "audio": Asking("audio", "audio", "no-cors", "include", "the page cannot listen to it by an AudioContext"),
    "media": Asking("video", "video", "no-cors", "include", _PICTURE),
    # `#fetch-a-single-module-script`: always CORS; imports inherit the credentials mode of what imports them
    "module": Asking("script", "script", "cors", "same-origin", ""),
    "import": Asking("script", "script", "cors", "same-origin", ""),
    "modulepreload": Asking("script", "script", "cors", "same-origin", ""),
    # `#fetch-a-classic-worker-imported-script`, and `#fetch-a-classic-worker-script`: same-origin only
    "importScripts": Asking("script", "script", "no-cors", "same-origin", _ERRORS, has_attribute=False),
    "worker": Asking("worker", "worker", "same-origin", "same-origin", "", has_attribute=False),
    # https://drafts.csswg.org/css-fonts/#font-fetching-requirements, and css-masking/#priv-sec of images
    "font": Asking("font", "font", "cors", "same-origin", "", has_attribute=False),
    "mask": Asking("image", "image", "cors", "same-origin", "", has_attribute=False),
}
"""The request that each kind makes; `preload` makes that of its consumer, by `PRELOADS`."""

PRELOADS: Final[dict[str, tuple[API, Destination]]] = {
    "script": ("script", "script"),
    "style": ("CSS stylesheet", "style"),
    "font": ("font", "font"),
    "image": ("image", "image"),
    "audio": ("audio", "audio"),
    "video": ("video", "video"),
    "fetch": ("link", ""),
}
"""What a preload is requested as, by its `as` (`#translate-a-preload-destination`)."""

_WITH_INTEGRITY: Final = frozenset({"module", "modulepreload", "preload", "script", "style"})

_HIDDEN: Final = "its request failed, which this browser does not say"

_MAX_BEACON: Final = 64 * 1024


@dataclass(frozen=True)
class Load:
    """The result of loading something into a page.

    Attributes:
        kind: as the caller gave it.
        outcome: `loaded`; `tainted`, which means in use but hidden from scripts; or `blocked`.
        error: why it was blocked; None if it was not.
        exchange: the request and response that decided; None if nothing went over the wire.
        taint: what a script cannot do with it; empty if it is not tainted.
        content: the bytes that a script may see; empty unless it is loaded.
    """

    kind: str
    outcome: Outcome
    error: FetchError | None = None
    exchange: Exchange | None = None
    taint: str = ""
    content: bytes = b""

    @property
    def reason(self) -> FailureReason | None:
        """Why it was blocked; None if it was not."""
        return None if self.error is None else self.error.reason

    @property
    def explanation(self) -> str:
        """What happened, in a sentence."""
        if self.error is not None:
            return self.error.explanation
        return f"It is in use, but {self.taint}." if self.taint else "It is in use, and scripts may read it."

    @property
    def remedy(self) -> str:
        """What to change; empty if nothing is wrong."""
        if self.error is not None:
            return self.error.remedy
        if not self.taint:
            return ""
        return "Write crossorigin on the element, and make the server answer with Access-Control-Allow-Origin."

    def say(self, engine: str = "chromium") -> str:
        """Return what a browser's console prints; empty if nothing was blocked.

        Args:
            engine: `chromium`, `firefox` or `webkit`.

        Raises:
            KeyError: there is no such engine.
        """
        return "" if self.error is None else self.error.say(engine)

    def __str__(self) -> str:
        if self.error is not None:
            return str(self.error)
        lines = [
            f"{self.outcome}: {self.explanation}",
            self.remedy,
            "" if self.exchange is None else str(self.exchange),
        ]
        return "\n".join(filter(None, lines))


def read_crossorigin(value: str | None) -> Literal["anonymous", "use-credentials"] | None:
    """Return the state of a `crossorigin` attribute (`#cors-settings-attribute`); an invalid value means anonymous."""
    if value is None:
        return None
    return "use-credentials" if value.lower() == "use-credentials" else "anonymous"


def make_request(
    kind: str, url: URL, origin: Origin, *, crossorigin: str | None, as_: str | None, integrity: str, agent: Agent
) -> Request:
    """Return the request of an element.

    Raises:
        ValueError: there is no such kind, or it has no such attribute; the message says what to write.
    """
    if kind == "preload":
        asking = _ask_for_preload(as_, agent)
    elif as_ is not None:
        raise ValueError(f"as_={as_!r} belongs to a preload; leave it out for {kind!r}")
    elif kind in ASKING:
        asking = ASKING[kind]
    else:
        raise ValueError(f"{kind!r} is not something that a page loads; write one of {', '.join(get_args(Kind))}")
    state = read_crossorigin(crossorigin)
    if state is not None and not asking.has_attribute:
        raise ValueError(f"{kind!r} has no crossorigin attribute: how it is asked for is fixed; leave it out")
    if integrity and kind not in _WITH_INTEGRITY:
        raise ValueError(f"{kind!r} has no integrity attribute; {' and '.join(sorted(_WITH_INTEGRITY))} have one")
    mode, credentials = asking.mode, asking.credentials
    if state is not None:
        mode, credentials = "cors", "include" if state == "use-credentials" else "same-origin"
    if kind == "font" and agent.engine.fonts_without_cors:
        mode, credentials = "no-cors", "include"
    request = Request(asking.api, "GET", [url], [], origin, mode=mode, credentials=credentials, integrity=integrity)
    request.destination = asking.destination
    request.element = kind
    request.has_crossorigin = state is not None or mode == "cors"
    return request


def _ask_for_preload(as_: str | None, agent: Agent) -> Asking:
    if as_ not in PRELOADS:
        raise ValueError(f"a preload needs as_; write one of {', '.join(PRELOADS)}")
    api, destination = PRELOADS[as_]
    if as_ == "font" and agent.engine.preloads_fonts_with_cors:
        return Asking(api, destination, "cors", "same-origin", "")
    return Asking(api, destination, "no-cors", "include", "its consumer may not read it")


def load(agent: Agent, kind: str, request: Request, taint: str) -> Load:
    """Fetch what an element requests, and return the result.

    Args:
        agent: the browser's parts that fetches share.
        kind: of the element.
        request: which `make_request` made.
        taint: what a script cannot do if the response is opaque.
    """
    try:
        response, network = fetch_whole(agent, request)
    except FetchError as error:
        if _is_hidden(kind, request, agent):
            return Load(kind, "tainted", None, error.exchange, _HIDDEN)
        return Load(kind, "blocked", error, error.exchange)
    fault = find_fault(kind, request, response, agent.engine)
    if fault is not None:
        is_unseen = fault.is_network_error or request.tainting == "opaque"
        if is_unseen and _is_hidden(kind, request, agent):
            return Load(kind, "tainted", None, network.exchange, _HIDDEN)
        is_unplayable = kind in ("video", "audio", "media") and fault.failure.reason is FailureReason.WRONG_TYPE
        if is_unplayable and agent.engine.asks_twice_for_media:
            response, network = fetch_whole(agent, request)
        return Load(kind, "blocked", network.fail_check(fault.failure), network.exchange)
    if request.tainting == "opaque":
        return Load(kind, "tainted", None, network.exchange, taint)
    return Load(kind, "loaded", None, network.exchange, content=response.body)


def _is_hidden(kind: str, request: Request, agent: Agent) -> bool:
    """Tell whether the engine hides that a preload from another origin failed."""
    is_preload = kind in ("preload", "modulepreload")
    return is_preload and agent.engine.preloads_hide_failures and not request.origin.is_same(request.url)


def make_event_source_request(url: URL, origin: Origin, *, with_credentials: bool) -> Request:
    """Return the request of `new EventSource(url)` (`#dom-eventsource`)."""
    request = Request("EventSource", "GET", [url], [("Accept", "text/event-stream")], origin, cache="no-store")
    request.credentials = "include" if with_credentials else "same-origin"
    request.element = "EventSource"
    return request


def make_beacon_request(url: URL, origin: Origin, body: Body | None, engine: Engine) -> Request | None:
    """Return the request of `navigator.sendBeacon(url, body)`, or None if that returns false.

    The mode is `cors` only for a type that a form could not send (https://w3c.github.io/beacon/#sendbeacon-method).
    """
    request = Request("ping", "POST", [url], [], origin, mode="no-cors", credentials="include", keepalive=True)
    request.element = "beacon"
    if body is None:
        return request
    extracted = extract_body(body)
    request.body = extracted.data
    if extracted.type is not None:
        request.headers.append(("Content-Type", extracted.type))
        if not is_no_cors_safelisted("Content-Type", extracted.type):
            request.mode = "cors"
    is_too_long = engine.limits_beacons and len(extracted.data) > _MAX_BEACON
    return None if extracted.is_stream or is_too_long else request
