"""Method overrides and path rewriters inside `CORS(app)`: what runs is judged, not only what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from flask import Flask, Response
from support.wsgi import (
    VARY_ORIGIN,
    A,
    B,
    Server,
    allow,
    forbidden,
)
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from cors_wsgi import Decision, Kind, Reason
from flask_cors_ext import CORS, cors_decided, cross_origin, same_origin

EVIL = "https://attacker.test"


class Rewriter:
    """Change the method, or the path, as many a proxy or middleware does."""

    def __init__(self, app: Any, *, copies: bool = False) -> None:
        self.app, self.copies = app, copies

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        environ = dict(environ) if self.copies else environ
        environ["REQUEST_METHOD"] = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", environ["REQUEST_METHOD"])
        environ["PATH_INFO"] = environ.get("HTTP_X_ORIGINAL_URL", environ["PATH_INFO"])
        return self.app(environ, start_response)


class Lazy:
    """Run the app no earlier than its body is read."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: Any, start_response: Any) -> Iterator[bytes]:
        yield from self.app(environ, start_response)


def make(ran: list[str], *around: Callable[[Any], Any], setup: Callable[[Flask], object] = lambda app: None) -> Flask:
    app = Flask("site", static_folder=None)

    def view(name: str) -> Any:
        def run() -> str:
            ran.append(name)
            return name

        return run

    app.add_url_rule("/items", "get", view("get"), methods=["GET"])
    app.add_url_rule("/items", "post", cross_origin(origins=[A, B])(view("post")), methods=["POST"])
    app.add_url_rule("/items", "delete", same_origin(view("delete")), methods=["DELETE"])
    app.add_url_rule("/closed", "closed", same_origin(view("closed")), methods=["POST"])
    app.add_url_rule("/free", "free", cross_origin(origins=B)(view("free")), methods=["DELETE"])
    setup(app)
    for wrap in around:
        app.wsgi_app = wrap(app.wsgi_app)  # type: ignore[method-assign]
    CORS(app, origins=A, block_untrusted=True)
    return app


AROUND: list[Any] = [
    pytest.param([Rewriter], id="in place"),
    pytest.param([lambda app: Rewriter(app, copies=True)], id="in a copy"),
    pytest.param([Rewriter, Lazy], id="below what runs the app late"),
    pytest.param([Lazy, Rewriter], id="above what runs the app late"),
]


@pytest.mark.parametrize("around", AROUND)
def test_what_flask_routes_elsewhere_is_judged_there_before_the_view_runs(around: Any) -> None:
    ran: list[str] = []
    server = Server(make(ran, *around))
    delete = {"X-HTTP-Method-Override": "DELETE"}
    assert server.request("POST", "/items", B).cors == ("200", allow(B), VARY_ORIGIN)
    assert ran == ["post"]
    for origin in (A, B, EVIL):
        answer = server.request("POST", "/items", origin, delete)
        assert (answer.status, answer.headers, answer.body) == (
            "403 Forbidden",
            forbidden(*([VARY_ORIGIN] if origin == EVIL else [])).headers,
            b"",
        )
    assert server.request("GET", "/items", EVIL, {"X-HTTP-Method-Override": "POST"}).cors == ("403", VARY_ORIGIN)
    assert server.request("POST", "/items", B, {"X-Original-URL": "/closed"}).cors == ("403",)
    assert ran == ["post"]
    assert server.request("POST", "/items", None, delete).status == "200 OK"  # no browser
    own = {"Sec-Fetch-Site": "same-origin"}
    assert server.request("POST", "/items", "https://site.example", {**delete, **own}).status == "200 OK"
    free = server.request("POST", "/items", B, {**delete, "X-Original-URL": "/free"})
    assert free.cors == ("200", allow(B), VARY_ORIGIN)
    assert ran == ["post", "delete", "delete", "free"]


def handle_everything(app: Flask) -> None:
    app.register_error_handler(Exception, lambda error: ("as if nothing had happened", 200))


def handle_403_with_a_stream(app: Flask) -> None:
    def stream() -> Iterator[str]:
        yield "as if "
        yield "nothing had happened"

    app.register_error_handler(403, lambda error: Response(stream(), 200))


def handle_403_with_a_failure(app: Flask) -> None:
    def fail(error: Exception) -> str:
        raise ZeroDivisionError

    app.register_error_handler(403, fail)


def propagate(app: Flask) -> None:
    app.config.update(TRAP_HTTP_EXCEPTIONS=True, PROPAGATE_EXCEPTIONS=True)


SETUPS = [handle_everything, handle_403_with_a_stream, handle_403_with_a_failure, propagate]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.__name__)
@pytest.mark.parametrize("is_mounted", [False, True], ids=["alone", "mounted"])
def test_whatever_the_app_makes_of_it_the_answer_is_403_once(setup: Any, around: Any, is_mounted: bool) -> None:
    ran: list[str] = []
    decisions: list[Decision] = []
    app = make(ran, *around, setup=setup)
    outer: Any = DispatcherMiddleware(Flask("outer"), {"/api": app}) if is_mounted else app
    path = "/api/items" if is_mounted else "/items"

    def note(_: Flask, decision: Decision) -> None:
        decisions.append(decision)

    cors_decided.connect(note, app)
    answer = Server(outer).request("POST", path, B, {"X-HTTP-Method-Override": "DELETE"})
    assert (answer.status, answer.headers, answer.body) == ("403 Forbidden", forbidden().headers, b"")
    assert ran == []
    assert [(decision.kind, decision.origin, decision.reasons) for decision in decisions] == [
        (Kind.BLOCKED, B, (Reason.DENIED,))
    ]


class StartsFirst:
    """Start the response, and run the app only for what else it does."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self.app(environ, lambda *_: None)  # type: ignore[no-any-return]


class StartsLate:
    """Start the response when the app has returned, as one that measures or compresses it does."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        started: list[Any] = []
        body = self.app(environ, lambda *start: started.append(start))
        start_response(*started[-1])
        return body  # type: ignore[no-any-return]


def test_a_response_that_starts_when_the_app_has_returned_has_the_policy_of_its_view() -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/items", "items", cross_origin(origins=B)(lambda: "x"))
    app.wsgi_app = StartsLate(app.wsgi_app)  # type: ignore[method-assign]
    CORS(app, origins=A)
    assert Server(app).request("GET", "/items", B).cors == ("200", allow(B), VARY_ORIGIN)
    assert Server(app).request("GET", "/items", A).cors == ("200", VARY_ORIGIN)


def test_what_has_started_is_not_judged_again() -> None:
    calls: list[str] = []

    def note(name: str) -> Callable[[str, Any], bool]:
        def is_allowed(origin: str, environ: Any) -> bool:
            calls.append(name)
            return origin == A

        return is_allowed

    app = Flask("site", static_folder=None)
    app.add_url_rule("/items", "items", cross_origin(origins=note("the view"))(lambda: "x"))
    app.wsgi_app = StartsFirst(app.wsgi_app)  # type: ignore[method-assign]
    CORS(app, origins=note("the app"))
    assert Server(app).request("GET", "/items", A).cors == ("200", allow(A), VARY_ORIGIN)
    assert calls == ["the app"]


def test_where_nothing_is_blocked_nothing_is_judged_again() -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/items", "delete", same_origin(lambda: "deleted"), methods=["DELETE"])
    app.wsgi_app = Rewriter(app.wsgi_app)  # type: ignore[method-assign]
    CORS(app, origins=A)
    answer = Server(app).request("POST", "/items", A, {"X-HTTP-Method-Override": "DELETE"})
    assert (answer.status, answer.cors, answer.body) == ("200 OK", ("200",), b"deleted")
