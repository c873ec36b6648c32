"""Verdicts on origins: callables with a database, asked once per request; and what caches are told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from support.site import granted, make_app, site, twins
from support.wsgi import (
    ALL_METHODS,
    FOR_EVERYBODY,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    WITH_CREDENTIALS,
    A,
    B,
    Server,
    allow,
    app_with,
    forbidden,
)
from werkzeug.routing import BaseConverter

from flask_cors_ext import CORS, cross_origin

O2 = "https://o2.example"


@pytest.fixture(autouse=True)
def databases() -> Iterator[None]:
    """Close what the tests open."""
    yield
    while STORES:
        STORES.pop().close()


STORES: list[sqlite3.Connection] = []


class Tenants:
    """An app whose allowed origins stand in a database that closes with the app context."""

    def __init__(self, **options: Any) -> None:
        self.calls: list[tuple[str, bool]] = []
        self.closed = 0
        self.store = sqlite3.connect(":memory:", check_same_thread=False)
        STORES.append(self.store)
        self.store.execute("create table origin (tenant text, origin text)")
        self.store.execute("insert into origin values ('a', ?)", [A])
        self.app = make_app()
        self.app.add_url_rule("/t/<tenant>/x", "x", self.view, methods=["GET", "PUT"])
        self.app.add_url_rule("/t/<tenant>/boom", "boom", lambda tenant: 1 // 0)  # type: ignore[arg-type]
        self.app.teardown_appcontext(self.close)
        CORS(self.app, origins=self.is_allowed, **options)
        self.server = Server(self.app)

    def view(self, tenant: str) -> str:
        g.session_used = True
        return tenant

    def is_allowed(self, origin: str, environ: Any) -> bool:
        self.calls.append((environ["PATH_INFO"], has_request_context()))
        assert current_app.name == "site"
        assert not g.get("session_used"), "the verdict comes before the view runs"
        tenant = environ["PATH_INFO"].split("/")[2]
        found = self.store.execute("select 1 from origin where tenant = ? and origin = ?", [tenant, origin])
        return found.fetchone() is not None

    def close(self, error: BaseException | None) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("path", "code", "methods"),
    [("/t/a/x", "200", "GET, HEAD, PUT"), ("/t/a/boom", "500", "GET, HEAD"), ("/t/a/nowhere", "404", ALL_METHODS[1])],
)
def test_a_callable_asks_the_database_once_for_a_request(path: str, code: str, methods: str) -> None:
    tenants = Tenants()
    server = tenants.server
    assert server.request(path=path, origin=A).cors == (code, allow(A), VARY_ORIGIN)
    assert server.request(path=path, origin=B).cors == (code, VARY_ORIGIN)
    assert tenants.calls == [(path, True)] * 2
    assert server.preflight(A, "GET", path=path) == granted(A, methods)
    assert server.preflight(B, "GET", path=path) == forbidden(VARY_PREFLIGHT)
    assert tenants.calls == [(path, True)] * 2 + [(path, False)] * 2
    assert tenants.closed == 4
    assert server.request(path=path.replace("/a/", "/b/"), origin=A).cors == (code, VARY_ORIGIN)


def test_a_row_that_comes_later_is_seen() -> None:
    tenants = Tenants()
    assert tenants.server.request(path="/t/a/x", origin=B).cors == ("200", VARY_ORIGIN)
    tenants.store.execute("insert into origin values ('a', ?)", [B])
    assert tenants.server.request(path="/t/a/x", origin=B).cors == ("200", allow(B), VARY_ORIGIN)


@pytest.mark.parametrize("origin", [None, "null", "nonsense", "https://a.example/", "x" * 10_000, f"{A}, {B}"])
def test_without_a_well_formed_origin_no_callable_is_called(origin: str | None) -> None:
    tenants = Tenants()
    answer = tenants.server.request(path="/t/a/x", origin=origin)
    assert answer.cors == ("200", VARY_ORIGIN)
    assert tenants.calls == []


@pytest.mark.parametrize(("origin", "expected"), [(A, ("200", allow(A), VARY_ORIGIN)), (B, ("403", VARY_ORIGIN))])
def test_also_where_untrusted_requests_are_blocked_it_is_called_once(origin: str, expected: Any) -> None:
    tenants = Tenants(block_untrusted=True)
    answer = tenants.server.request("PUT", "/t/a/x", origin)
    assert answer.cors == expected
    assert tenants.calls == [("/t/a/x", False)]
    assert tenants.closed == 1 + (origin == A)


def test_a_request_that_the_app_makes_of_itself_is_asked_anew() -> None:
    calls: list[str] = []

    def is_allowed(origin: str, environ: Any) -> bool:
        calls.append(environ["PATH_INFO"])
        return environ["PATH_INFO"] == "/outer"

    app = Flask("site", static_folder=None)

    @app.put("/outer")
    def outer() -> dict[str, Any]:
        seen: list[Any] = []
        inner = {**request.environ, "PATH_INFO": "/inner"}
        list(app(inner, lambda status, headers, exc=None: seen.append(dict(headers)) or (lambda _: None)))  # type: ignore[arg-type]
        return {"inner": seen[0].get("Access-Control-Allow-Origin")}

    app.add_url_rule("/inner", "inner", lambda: "inner", methods=["PUT"])
    CORS(app, origins=is_allowed, block_untrusted=True)
    answer = app.test_client().put("/outer", headers={"Origin": A})
    assert answer.json == {"inner": None}
    assert answer.headers["Access-Control-Allow-Origin"] == A
    assert calls == ["/outer", "/inner"]


FAILING = [
    pytest.param(lambda origin, environ: 1 / 0, id="a rule that raises"),
    pytest.param(lambda origin, environ: None, id="a rule that returns None"),
    pytest.param(lambda origin, environ: "*", id="a rule that returns a string"),
    pytest.param(lambda origin, environ: [origin], id="a rule that returns a list"),
]


@pytest.mark.parametrize("rule", FAILING)
def test_only_true_allows(rule: Any) -> None:
    server = site(lambda app: app.add_url_rule("/x", "x", lambda: "x"), origins=[rule])
    assert server.request(path="/x", origin=A).cors == ("200", VARY_ORIGIN)
    assert server.preflight(A, "GET", path="/x") == forbidden(VARY_PREFLIGHT)
    twin = site(lambda app: app.add_url_rule("/x", "x", lambda: "x"), origins=[lambda origin, environ: True])
    assert twin.preflight(A, "GET", path="/x") == granted(A, "GET, HEAD")


@pytest.mark.parametrize("converters", [{}, {"db": BaseConverter}])
def test_where_flask_never_routed_a_callable_still_has_an_app_context(converters: Any) -> None:
    seen: list[bool] = []

    def build(app: Flask) -> None:
        app.url_map.converters.update(converters)
        app.wsgi_app = lambda environ, start: (start("200 OK", [("Content-Type", "text/plain")]) and [b""]) or [b""]  # type: ignore[method-assign]

    server = site(build, origins=lambda origin, environ: seen.append(has_app_context()) is None)
    assert server.request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert seen == [True]


def test_where_flask_never_routed_a_callable_sees_the_request_and_nothing_else_needs_an_app_context() -> None:
    closed: list[bool] = []

    def build(app: Flask) -> None:
        app.wsgi_app = app_with()
        app.teardown_appcontext(lambda error: closed.append(True))

    server = site(
        build, resources={"/a": {"origins": lambda origin, environ: environ["PATH_INFO"] == "/a"}, "/b": {"origins": A}}
    )
    assert server.request(path="/a", origin=B).cors == ("200", allow(B), VARY_ORIGIN)
    assert closed == [True]
    assert server.request(path="/b", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.preflight(A, "GET", path="/b") == granted(A, ALL_METHODS[1])
    assert closed == [True]


class FromDatabase(BaseConverter):
    def to_python(self, value: str) -> str:
        return f"{current_app.name} {value}"


def test_converters_and_callables_share_one_app_context_of_a_preflight() -> None:
    closed: list[bool] = []

    def build(app: Flask) -> None:
        app.url_map.converters["db"] = FromDatabase
        app.add_url_rule("/<db:x>", "x", lambda x: x)
        app.teardown_appcontext(lambda error: closed.append(True))

    server = site(build, origins=lambda origin, environ: current_app.name == "site")
    assert server.preflight(A, "GET", path="/x") == granted(A, "GET, HEAD")
    assert closed == [True]


def build_two(app: Flask) -> None:
    app.add_url_rule("/public", "public", cross_origin(origins="*")(lambda: "public"))
    app.add_url_rule("/private", "private", cross_origin(origins=[A, O2], supports_credentials=True)(lambda: "private"))
    app.add_url_rule("/plain", "plain", lambda: "plain")


def test_a_response_varies_on_origin_where_its_policy_names_origins() -> None:
    pair = twins(build_two)
    for origin in (A, "https://evil.example", "null", None):
        assert pair.are_alike_but_for(FOR_EVERYBODY, path="/public", origin=origin)
        assert pair.are_alike_but_for(path="/plain", origin=origin)
    assert pair.are_alike_but_for(allow(A), WITH_CREDENTIALS, VARY_ORIGIN, path="/private", origin=A)
    for origin in ("https://evil.example", "null", None):
        assert pair.are_alike_but_for(VARY_ORIGIN, path="/private", origin=origin)


def test_a_preflight_is_answered_by_its_own_view_s_mark() -> None:
    server = site(build_two)
    private = server.preflight(O2, "GET", "x-a, authorization", path="/private")
    echoed = ("Access-Control-Allow-Headers", "x-a, authorization")
    assert private == granted(O2, "GET, HEAD", WITH_CREDENTIALS, headers=echoed)
    assert server.preflight(B, "GET", path="/public") == granted("*", "GET, HEAD")
    assert server.preflight(B, "GET", path="/private") == forbidden(VARY_PREFLIGHT)


VARY = [
    pytest.param(["Accept-Encoding"], ["Accept-Encoding, Origin"], id="merged"),
    pytest.param(["origin"], ["origin"], id="not twice"),
    pytest.param(["*"], ["*"], id="a star stays"),
    pytest.param(["Cookie", "Accept"], ["Cookie, Accept, Origin"], id="two lines become one"),
    pytest.param([], ["Origin"], id="none of the app's"),
]


@pytest.mark.parametrize(("own", "merged"), VARY)
def test_the_views_own_vary_is_kept(own: list[str], merged: list[str]) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "x", lambda: ("x", [("Vary", value) for value in own]))

    server = site(build, origins=A)
    vary = tuple(("Vary", value) for value in merged)
    assert server.request(path="/x", origin=A).cors == ("200", allow(A), *vary)
    for origin in (B, None):
        assert server.request(path="/x", origin=origin).cors == ("200", *vary)


def test_what_a_view_sets_itself_gives_way_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "x", lambda: ("x", {"Access-Control-Allow-Origin": "*"}))

    server = site(build, origins=A)
    for _ in range(3):
        assert server.request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
        assert server.request(path="/x", origin=B).cors == ("200", VARY_ORIGIN)
    assert [(record.name, record.levelname) for record in caplog.records] == [("cors_wsgi", "WARNING")]
