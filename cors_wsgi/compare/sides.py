"""One side of a comparison: a policy, an app in this process, or a live server, queried as a browser would do it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ..apps import check_wsgi_app, unwrap_proxy
from ..audit.client import Asker
from ..audit.observations import Answer
from ..browser.checks import Allowed, check_cors, check_preflight, find_exposed
from ..browser.connections import HTTPTransport
from ..browser.transports import NetworkError, Paced, Transport
from ..browser.urls import URL, parse_url
from ..decisions import quote_error
from ..middleware import CORSMiddleware
from ..policy import DENY, Policy, PolicyOrDeny
from .errors import SideError
from .questions import Question
from .routes import NOWHERE, Cover, Route, read_routes
from .transports import HeadersOnly

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BASE: Final = "https://api.example.com/"
"""The URL for an app in this process, unless the other side is a live server."""

_HARMLESS: Final = ("GET", "HEAD")
"""Methods that are sent; for those that may change something, only a preflight is sent."""


class Side:
    """One side, and what it has answered so far; each request is sent once.

    Args:
        name: what the user called it.
        transport: what sends the requests.
        url: its URL; if it has a path other than `/`, only that path is tried.
        routes: where it has policies, by path.
        cover: returns what covers any other path; nothing if unknown.
        is_live: whether it is a server.

    Attributes:
        fixed_path: the path of its URL, if that is more than a slash.
        alias: the path in questions that means the URL's own.
        raised: the paths where an app raised, so that only its preflights were used.
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
        """Return what is known about a path: if it has no route, everything that may cover it."""
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
        """What covers any of its paths; two policies for one method are both included."""
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
            SideError: if it cannot be queried.
        """
        return self._allows_to_send(question) and self._allows_to_read(question)

    def _allows_to_send(self, question: Question) -> bool:
        """Tell whether the preflight passes, if a browser sends one (`#cors-preflight-fetch`).

        For a method that is not sent here, a preflight is sent even if a browser would send none: for POST, which every
        answer to a preflight allows, it shows whether the origin is allowed.
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
        """Return the answer to an actual request, or None if the app raises."""
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
                raise SideError(f"{path!r} is not a path; write one such as '/items/1'.")
            self._askers[path] = Asker(self._transport, url, [], rate=None)
        return self._askers[path]

    def _fail(self, error: Exception, what: str) -> SideError:
        if isinstance(error, NetworkError):
            return SideError(f"{self.name} does not answer {what}: {error}.")
        return SideError(f"{self.name} raised {quote_error(error)} at {what}.")


def live_side(url: str, *, rate: float = 10.0, timeout: float = 10.0) -> Side:
    """Return a side for a live server.

    Args:
        url: http or https; if it has a path other than `/`, only that path is tried.
        rate: at most this many requests per second.
        timeout: seconds for one exchange.

    Raises:
        SideError: for anything but such a URL, and for numbers that are too small.
    """
    parsed = parse_url(url)
    if parsed is None or not parsed.is_http or parsed.has_credentials:
        raise SideError(f"{url!r} is not an http or https URL; write one such as 'https://api.example.com/items/1'.")
    if not (rate > 0 and timeout > 0):
        raise SideError("rate and timeout must be more than 0.")
    return Side(url, Paced(HTTPTransport(timeout=timeout), rate), parsed, is_live=True)


def make_side(value: Any, name: str, *, url: str = BASE) -> Side:
    """Return a side for a policy, a wrapped app or a Flask app.

    Args:
        value: a `Policy`, `DENY`, a `CORSMiddleware`, a Flask app, or any other WSGI app.
        name: what the user called it.
        url: the URL for an app.

    Raises:
        SideError: for anything else.
    """
    base = parse_url("/", parse_url(url))
    if base is None:
        raise SideError(f"{url!r} is not an http or https URL.")
    value = unwrap_proxy(value)
    if value is DENY or isinstance(value, Policy):
        return Side(name, HeadersOnly(CORSMiddleware(_says_nothing, value)), base, cover=lambda _: {None: value})
    try:
        app = check_wsgi_app(value, "Name a Policy, an app, or a URL.")
    except TypeError as error:
        raise SideError(f"{name}: {error}") from error
    routes, cover = read_routes(app, name)
    return Side(name, HeadersOnly(app), base, routes, cover=cover)


def _says_nothing(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """A minimal app, for which only the policy matters."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b""]
