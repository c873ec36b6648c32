"""The request that a script makes: what `fetch()` and `XMLHttpRequest` turn their arguments into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from ..fetch import SAFELISTED_METHODS, normalize_method
from .bodies import Body, ReadableStream, extract_body
from .engines import API, Destination, Engine
from .errors import FetchError
from .guard import check_method, guard_header
from .headers import Header, HeadersInit, get_header, has_header, list_pairs
from .origins import Origin
from .reasons import FailureReason
from .safelist import is_no_cors_safelisted
from .urls import URL

Mode = Literal["cors", "no-cors", "same-origin"]
Credentials = Literal["omit", "same-origin", "include"]
Redirect = Literal["follow", "error", "manual"]
Cache = Literal["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]
ReferrerPolicy = Literal[
    "",
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
]
Priority = Literal["auto", "high", "low"]

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "mode": get_args(Mode),
    "credentials": get_args(Credentials),
    "redirect": get_args(Redirect),
    "cache": get_args(Cache),
    "referrer_policy": get_args(ReferrerPolicy),
    "priority": get_args(Priority),
}
"""The values that JavaScript accepts for each option of `fetch()`."""


@dataclass(slots=True)
class Request:
    """A request as it passes through the standard's algorithms (`#concept-request`).

    A page creates it from what a script asked for; `complete_fetch_request` or `complete_xhr_request` checks it and
    adds headers and body; a fetch then changes it with every redirect.

    Attributes:
        api: which API made it.
        method: as a script wrote it, and normalized once the request is complete.
        url_list: the URLs so far; the last is the current one.
        headers: the header list.
        origin: of the page.
        body: the bytes, or None.
        is_stream: whether the body can be sent only once.
        mode: as the script gave it.
        credentials: the credentials mode.
        redirect: the redirect mode.
        cache: the cache mode.
        referrer_policy: empty for the default.
        priority: as a script set it; ignored here.
        keepalive: whether it may outlive the page.
        integrity: hashes, one of which the body must have; may be empty.
        destination: empty for a script's request.
        element: the kind of element that makes it; empty for a script.
        has_crossorigin: whether an element requests with CORS.
        use_preflight: the use-CORS-preflight flag.
        raw_type: the type of a Blob, if an XMLHttpRequest's Content-Type is from one.
        given_type: the Content-Type that its author gave an XMLHttpRequest, if the engine judges that one.
        tainting: the response tainting.
        redirect_count: redirects followed.
        had_origin: whether it was sent with an Origin header before.
        is_sync: whether a synchronous XMLHttpRequest made it.
    """

    api: API
    method: str
    url_list: list[URL]
    headers: list[Header]
    origin: Origin
    body: bytes | None = None
    is_stream: bool = False
    mode: Mode = "cors"
    credentials: Credentials = "same-origin"
    redirect: Redirect = "follow"
    cache: Cache = "default"
    referrer_policy: ReferrerPolicy = ""
    priority: Priority = "auto"
    keepalive: bool = False
    integrity: str = ""
    destination: Destination = ""
    element: str = ""
    has_crossorigin: bool = False
    use_preflight: bool = False
    raw_type: str | None = None
    given_type: str | None = None
    tainting: Literal["basic", "cors", "opaque"] = "basic"
    redirect_count: int = 0
    had_origin: bool = False
    is_sync: bool = False

    @property
    def url(self) -> URL:
        """The current URL (`#concept-request-current-url`)."""
        return self.url_list[-1]

    @property
    def is_tainted(self) -> bool:
        """Whether redirects made the origin null (`#concept-request-tainted-origin`)."""
        if len(self.url_list) == 1:
            return False
        pairs = zip(self.url_list, self.url_list[1:], strict=False)
        return any(last.origin != url.origin and not self.origin.is_same(last) for last, url in pairs)

    @property
    def serialized_origin(self) -> str:
        """The origin as it is sent (`#byte-serializing-a-request-origin`)."""
        return "null" if self.is_tainted else self.origin.serialized


def refuse(why: str) -> FetchError:
    """Return the error for a request that the script's own browser refuses."""
    return FetchError(FailureReason.INVALID_REQUEST, None, value=why)


def complete_fetch_request(
    request: Request, headers: HeadersInit | None, body: Body | None, *, duplex: str | None, engine: Engine
) -> None:
    """Check a request as `new Request(url, init)` does, and add its headers and body (`#dom-request`).

    Args:
        request: with URL, method, modes and policy as the script gave them, but without headers and body.
        headers: `init.headers`.
        body: `init.body`.
        duplex: `init.duplex`: `half`, which a stream needs, or None.
        engine: whose rules.

    Raises:
        FetchError: if JavaScript throws a TypeError.
    """
    if request.url.has_credentials:
        raise refuse("the URL has a user name or password in it")
    for option, choices in CHOICES.items():
        value: str = getattr(request, option)
        if value not in choices:
            raise refuse(f"{option} {value!r} is not one of {', '.join(filter(None, choices))}")
    if request.cache == "only-if-cached" and request.mode != "same-origin":
        raise refuse("the cache mode only-if-cached needs the mode same-origin")
    check_method(request.method)
    request.method = normalize_method(request.method)
    if request.mode == "no-cors" and request.method not in SAFELISTED_METHODS:
        raise refuse(f"a no-cors request cannot have the method {request.method}")
    for name, value in list_pairs(headers):
        _append_header(request, name, value, engine)
    if body is not None:
        if request.method in ("GET", "HEAD"):
            raise refuse(f"a {request.method} request cannot have a body")
        _set_body(request, body, duplex, engine)


def _append_header(request: Request, name: str, value: str, engine: Engine) -> None:
    """Append a header if the guard of the request's headers allows it (`#concept-headers-append`)."""
    header = guard_header(name, value, engine)
    if header is None:
        return
    name, value = header
    if request.mode == "no-cors":
        before = get_header(request.headers, name.lower())
        if not is_no_cors_safelisted(name, value if before is None else f"{before}, {value}", engine):
            return
    request.headers.append(header)


def _set_body(request: Request, body: Body, duplex: str | None, engine: Engine) -> None:
    if isinstance(body, ReadableStream):
        if engine.streams == "refused":
            raise refuse("this engine sends no streams")
        if engine.streams == "as text":
            body = "[object ReadableStream]"
    extracted = extract_body(body)
    if extracted.is_stream:
        if request.keepalive:
            raise refuse("a request with keepalive cannot have a stream as the body")
        if duplex is None:
            raise refuse("a stream as the body needs duplex='half'")
        if request.mode == "no-cors":
            raise refuse("a no-cors request cannot have a stream as the body")
        request.use_preflight = True
    if duplex not in (None, "half") and engine.streams == "sent":
        raise refuse(f"duplex {duplex!r} is not half")
    request.body, request.is_stream = extracted.data, extracted.is_stream
    if extracted.type is None or has_header(request.headers, "content-type"):
        return
    if engine.guards_body_type:
        _append_header(request, "Content-Type", extracted.type, engine)
    else:
        request.headers.append(("Content-Type", extracted.type))
