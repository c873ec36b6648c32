"""A small server that gets CORS wrong in exactly one way at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PAGE = "https://app.example.com"
Headers = list[tuple[str, str]]


class Server:
    """A right answer to everything, whose parts a test replaces."""

    def __init__(
        self,
        allows: Callable[[str], bool] = PAGE.__eq__,
        *,
        credentials: str | None = None,
        origin: Callable[[str], str] = str,
        vary: Callable[[dict[str, Any], bool], str | None] = lambda environ, is_allowed: "Origin",
        preflight_status: str = "204 No Content",
        preflight_allows: Callable[[str], bool] | None = None,
        methods: str = "GET, PUT",
        headers: str = "content-type",
        max_age: str | None = "600",
        more: Iterable[tuple[str, str]] = (),
        on_preflight: Iterable[tuple[str, str]] = (),
        allow: str | None = None,
        status: str = "200 OK",
        answers: int = 10_000,
    ) -> None:
        self.allows, self.preflight_allows = allows, preflight_allows or allows
        self.credentials, self.origin, self.vary = credentials, origin, vary
        self.preflight_status, self.methods, self.headers, self.max_age = preflight_status, methods, headers, max_age
        self.status, self.answers = status, answers
        self.more, self.on_preflight, self.allow = list(more), list(on_preflight), allow

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_preflight = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        origin = environ.get("HTTP_ORIGIN")
        is_allowed = origin is not None and (self.preflight_allows if is_preflight else self.allows)(origin)
        headers: Headers = []
        if (vary := self.vary(environ, is_allowed)) is not None:
            headers.append(("Vary", vary))
        if is_allowed:
            headers += [("Access-Control-Allow-Origin", self.origin(str(origin))), *self.more]
            headers += [("Access-Control-Allow-Credentials", self.credentials)] if self.credentials else []
        if is_preflight and is_allowed:
            headers += [("Access-Control-Allow-Methods", self.methods), ("Access-Control-Allow-Headers", self.headers)]
            headers += [("Access-Control-Max-Age", self.max_age)] if self.max_age else []
            headers += self.on_preflight
        if environ["REQUEST_METHOD"] == "OPTIONS" and self.allow:
            headers.append(("Allow", self.allow))
        self.answers -= 1
        if self.answers < 0:
            start_response("429 Too Many Requests", [("Retry-After", "1")])
            return []
        start_response(self.preflight_status if is_preflight else self.status, headers)
        return []


def matching(pattern: str) -> Callable[[str], bool]:
    """Return what tells whether a regex matches from the first character, as `re.match` does."""
    return lambda origin: re.match(pattern, origin) is not None


def everybody(origin: str) -> bool:
    """Let everybody in."""
    del origin
    return True


def to_app(server: Server) -> WSGIApplication:
    """Return the server as what type checkers take for an app."""
    return server
