"""One side of a comparison: a policy, an app in this process, or a live server, asked as a browser would ask it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast
from urllib.parse import quote, unquote

from ..apps import check_wsgi_app, unwrap_proxy
from ..audit.client import Asker
from ..audit.observations import Answer
from ..browser.checks import Allowed, check_cors, check_preflight, find_exposed
from ..browser.exchange import WireRequest, WireResponse
from ..browser.transports import HTTPTransport, NetworkError, Transport, build_environ
from ..browser.urls import URL, parse_url
from ..decisions import quote_error
from ..middleware import CORSMiddleware
from ..origins import OriginRule
from ..paths import PathMap
from ..policy import DENY, Policy, PolicyOrDeny
from .questions import Question
from .texts import list_texts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BASE: Final = "https://api.example.com/"
"""Where an app in this process is asked, unless the other side is a live server."""

NOWHERE: Final = "/cors-audit"
"""A path that no app has."""

_INNER: Final = ("app", "wsgi_app", "application")
_DEEPEST: Final = 10
_HARMLESS: Final = ("GET", "HEAD")
"""Methods that are sent; what may change something is only ever asked about, by its preflight."""


Cover: TypeAlias = "Callable[[str], Mapping[str | None, PolicyOrDeny]]"


class SideError(Exception):
    """A side that cannot be asked; the message says why, and what to write instead."""


@dataclass(frozen=True)
class Route:
    """A path to ask at.

    Attributes:
        path: encoded as in a URL.
        policies: the policies that cover it, by method; None for the methods that are not named. Empty if unknown.
        others: more policies that may cover it, where it is not known which.
    """

    path: str
    policies: Mapping[str | None, PolicyOrDeny] = field(default_factory=dict)
    others: Sequence[PolicyOrDeny] = ()

    @property
    def methods(self) -> list[str]:
        """The methods that are named."""
        return [method for method in self.policies if method is not None]

    @property
    def is_certain(self) -> bool:
        """Whether it is known what covers the path."""
        return bool(self.policies) and not self.others

    @property
    def stated(self) -> list[Policy]:
        """Its policies, without those that are `DENY` or hands off."""
        return [policy for policy in (*self.policies.values(), *self.others) if isinstance(policy, Policy)]

    @property
    def rules(self) -> dict[OriginRule, None]:
        """The origin rules of its policies, without duplicates."""
        return dict.fromkeys(rule for policy in self.stated if policy.origins != "*" for rule in policy.origins)


class Side:
    """One side, and what it has answered so far; each request is sent once.

    Args:
        name: what the user called it.
        transport: what takes the requests.
        url: where it is asked; a path other than `/` is the only one that is.
        routes: where it has policies, by path.
        cover: returns what covers any other path, nothing if that is not known.
        is_live: whether it is a server.

    Attributes:
        fixed_path: the path of its URL, if that is more than a slash.
        alias: the path in questions that means the URL's own.
        raised: the paths at which an app raised, so that only its preflights were asked.
    """

    def __init__(
        self,
        name: str,
        transport: Transport,
        url: URL,
        routes: Iterable[Route] = (),
        *,
        cover: Cover | None = None,
        is_live: bool = False,
    ) -> None:
        self.name = name
        self.is_live = is_live
        self.routes = {route.path: route for route in routes}
        self._cover = cover
        self.fixed_path = self.alias = url.target if url.target != "/" else None
        self.raised: set[str] = set()
        self._transport = transport
        self._url = url
        self._askers: dict[str, Asker] = {}
        self._answers: dict[tuple[str, str, str, str | None, bool], Answer | None] = {}

    def route(self, path: str) -> Route:
        """Return what is known of a path: of one that no route was made from, all that may cover it."""
        if path in self.routes:
            return self.routes[path]
        policies = self._cover(path) if self._cover is not None else {}
        return Route(path, policies) if policies else self.anywhere

    @property
    def all_routes(self) -> list[Route]:
        """Every route, and what covers a path that has none."""
        return [*self.routes.values(), self.route(NOWHERE)]

    @cached_property
    def anywhere(self) -> Route:
        """What covers any of its paths; of two policies for one method, both are there."""
        policies: dict[str | None, PolicyOrDeny] = {}
        others: list[PolicyOrDeny] = []
        for route in self.routes.values():
            for method, policy in route.policies.items():
                if policies.setdefault(method, policy) != policy:
                    others.append(policy)
        return Route("", policies, tuple(dict.fromkeys(others)))

    def allows(self, question: Question) -> bool:
        """Tell what a browser concludes (`#http-fetch`, its CORS part).

        Raises:
            SideError: if it cannot be asked.
        """
        return self._allows_to_send(question) and self._allows_to_read(question)

    def _allows_to_send(self, question: Question) -> bool:
        """Tell whether the preflight passes, where a browser sends one (`#cors-preflight-fetch`).

        A method that is not sent here is asked about by a preflight, even where a browser sends none: for POST, which
        every answer to one allows, it tells whether the origin is.
        """
        if question.header is None and question.method in _HARMLESS:
            return True
        answer = self._preflight(question)
        if answer.exchange.response is None:
            return False
        outcome = check_preflight(
            answer.exchange.response.status,
            answer.exchange.response.headers,
            method=question.method,
            unsafe_names=[question.header.lower()] if question.header else [],
            origin=question.origin,
            include=question.credentials,
        )
        return isinstance(outcome, Allowed)

    def _allows_to_read(self, question: Question) -> bool:
        """Tell whether the response passes the CORS check, and whether the header in question is exposed."""
        if question.method not in _HARMLESS:
            return True
        answer = self._answer(question) or self._preflight(question)
        response = answer.exchange.response
        if response is None or check_cors(response.headers, question.origin, include=question.credentials):
            return False
        if question.reads is None:
            return True
        name = question.reads.lower()
        return name in find_exposed([*response.headers, (name, "1")], include=question.credentials)

    def exposed_names(self, question: Question) -> list[str]:
        """Return the names in Access-Control-Expose-Headers of the response to a question."""
        answer = self._answer(question)
        return [] if answer is None else sorted(answer.list_names("Access-Control-Expose-Headers") - {"*"})

    def _preflight(self, question: Question) -> Answer:
        key = (question.path, question.origin, question.method, question.header, True)
        if key not in self._answers:
            names = [question.header.lower()] if question.header else []
            try:
                self._answers[key] = self._asker(question.path).preflight(question.origin, question.method, names)
            except Exception as error:  # the user's own app, or a server that does not answer
                raise self._fail(error, f"OPTIONS {question.path}") from error
        answer = self._answers[key]
        assert answer is not None
        return answer

    def _answer(self, question: Question) -> Answer | None:
        """Return the answer to an actual request, or None where the app raises."""
        key = (question.path, question.origin, question.method, None, False)
        if key not in self._answers:
            try:
                self._answers[key] = self._asker(question.path).ask(question.method, question.origin)
            except NetworkError as error:
                raise self._fail(error, f"{question.method} {question.path}") from error
            except Exception:  # noqa: BLE001 - the user's own app: a view without its database, say
                self.raised.add(question.path)
                self._answers[key] = None
        return self._answers[key]

    def _asker(self, path: str) -> Asker:
        if path not in self._askers:
            url = self._url if path == self.alias else parse_url(path, self._url)
            if url is None:
                raise SideError(f"{path!r} is no path; write one such as '/items/1'.")
            self._askers[path] = Asker(self._transport, url, [], rate=None)
        return self._askers[path]

    def _fail(self, error: Exception, what: str) -> SideError:
        if isinstance(error, NetworkError):
            return SideError(f"{self.name} does not answer {what}: {error}.")
        return SideError(f"{self.name} raised {quote_error(error)} at {what}.")


def live_side(url: str, *, rate: float = 10.0, timeout: float = 10.0) -> Side:
    """Return the side that a live server is.

    Args:
        url: http or https; with a path other than `/` it is asked there alone.
        rate: requests a second at most.
        timeout: seconds for one exchange.

    Raises:
        SideError: for what is no such URL, and numbers that are too small.
    """
    parsed = parse_url(url)
    if parsed is None or not parsed.is_http or parsed.has_credentials:
        raise SideError(f"{url!r} is no http or https URL; write one such as 'https://api.example.com/items/1'.")
    if not (rate > 0 and timeout > 0):
        raise SideError("rate and timeout must be more than 0.")
    return Side(url, _Paced(HTTPTransport(timeout=timeout), rate), parsed, is_live=True)


def make_side(value: Any, name: str, *, url: str = BASE) -> Side:
    """Return the side that a policy, a wrapped app or a Flask app is.

    Args:
        value: a `Policy`, `DENY`, a `CORSMiddleware`, a Flask app, or any other WSGI app.
        name: what the user called it.
        url: where an app is asked.

    Raises:
        SideError: for anything else.
    """
    base = parse_url("/", parse_url(url))
    if base is None:
        raise SideError(f"{url!r} is no http or https URL.")
    value = unwrap_proxy(value)
    if value is DENY or isinstance(value, Policy):
        return Side(name, _HeadersOnly(CORSMiddleware(_says_nothing, value)), base, cover=lambda _: {None: value})
    try:
        app = check_wsgi_app(value, "Name a Policy, an app, or a URL.")
    except TypeError as error:
        raise SideError(f"{name}: {error}") from error
    routes, cover = _read_routes(app, name)
    return Side(name, _HeadersOnly(app), base, routes, cover=cover)


def _read_routes(app: WSGIApplication, name: str) -> tuple[list[Route], Cover | None]:
    """Return where an app has policies, and what covers the rest, as far as it can be found out."""
    routes: dict[str, Route] = {}
    owner: CORSMiddleware | None = None
    for layer in _unwrap(app):
        owner = owner or (layer if isinstance(layer, CORSMiddleware) else None)
        if _is_flask(layer):
            from .flask_apps import list_routes  # noqa: PLC0415 - Flask is not installed everywhere

            for path, policies in list_routes(cast("Any", layer), name).items():
                routes[path] = Route(path, _of_middleware(owner, path, policies))
            break
    if owner is None or owner._source is not None:
        return list(routes.values()), None
    for path in _sample_paths(owner):
        routes.setdefault(path, Route(path, _of_middleware(owner, path, {})))
    return list(routes.values()), lambda path: _of_middleware(owner, path, {})


def _of_middleware(
    owner: CORSMiddleware | None, path: str, policies: Mapping[str | None, PolicyOrDeny]
) -> Mapping[str | None, PolicyOrDeny]:
    """Return what covers a path where a middleware stands before what is inside."""
    if owner is None or owner._source is not None:
        return policies
    found: PolicyOrDeny = owner.policy
    if owner._paths is not None:
        paths: PathMap[PolicyOrDeny] = owner._paths
        found = paths.get(unquote(path), owner.policy)
    return policies if found is None else dict.fromkeys([None, *policies], found)


def _sample_paths(owner: CORSMiddleware) -> Iterator[str]:
    """Yield a path for each rule of a middleware, and one for none of them."""
    yield "/"
    paths = owner._paths
    if paths is None:
        return
    yield NOWHERE
    yield from map(encode_path, paths._exact)
    for prefix in paths._prefixes:
        yield from (encode_path(prefix) or "/", encode_path(f"{prefix}{NOWHERE}"))
    for fullmatch, _ in paths._regexes:
        pattern = fullmatch.__self__  # type: ignore[attr-defined]
        yield from (encode_path(text) for text in list_texts(pattern)[:4] if text.startswith("/"))


def encode_path(text: str | bytes) -> str:
    """Return the text of a path, or its bytes, as it stands in a URL."""
    return quote(text, safe="/-._~!$&'()*+,;=:@")


def _unwrap(app: Any) -> Iterator[Any]:
    """Yield an app and those that it wraps, the outermost first."""
    for _ in range(_DEEPEST):
        yield app
        if _is_flask(app):
            return
        inner = next((found for name in _INNER if callable(found := getattr(app, name, None))), None)
        if inner is None:
            return
        app = inner


def _is_flask(app: object) -> bool:
    """Tell whether this is a Flask app, without importing Flask where nobody has."""
    return any(f"{kind.__module__}.{kind.__qualname__}" == "flask.app.Flask" for kind in type(app).__mro__)


def _says_nothing(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer as an app of which only the policy matters."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b""]


class _HeadersOnly:
    """An app in this process, of whose body no more is read than it takes to start it: a stream may never end."""

    speaks_http2 = False

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None, /) -> Callable[[bytes], object]:
            started.append((status, list(headers)))
            return bytes  # a `write` of which nothing comes

        body = self._app(build_environ(url, request), start_response)
        try:
            if not started:
                next(iter(body), None)
        finally:
            if (close := getattr(body, "close", None)) is not None:
                close()
        if not started:
            raise NetworkError("the app ended without calling start_response")
        status, headers = started[-1]
        return WireResponse(int(status[:3]), status[4:], headers, b"")


class _Paced:
    """A transport that sends so many requests a second at most, whatever the path."""

    def __init__(self, transport: Transport, rate: float) -> None:
        self._transport = transport
        self._interval = 1 / rate
        self._next = 0.0
        self.speaks_http2 = transport.speaks_http2

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        wait = self._next - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._next = time.monotonic() + self._interval
        return self._transport.send(url, request)
