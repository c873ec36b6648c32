"""CORS(blueprint): for all of its routes, wherever and as often as it is registered."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask
from support.site import granted, make_app
from support.wsgi import ALL_METHODS, VARY_ORIGIN, VARY_PREFLIGHT, A, B, Server, allow, app_with, forbidden

from flask_cors_ext import CORS, cross_origin


def blueprint(name: str = "bp") -> Blueprint:
    bp = Blueprint(name, __name__)
    bp.add_url_rule("/x", "x", lambda: "x", methods=["PUT"])
    return bp


@pytest.mark.parametrize("name", ["bp", "X"])
def test_it_installs_itself_for_its_own_routes(name: str) -> None:
    app, bp = make_app(), blueprint(name)
    CORS(bp, origins=A)
    app.register_blueprint(bp, url_prefix="/api")
    app.register_blueprint(blueprint("other"), url_prefix="/other")
    server = Server(app)
    assert server.preflight(A, "PUT", path="/api/x") == granted(A, "PUT")
    assert server.preflight(B, "PUT", path="/api/x") == forbidden(VARY_PREFLIGHT)
    assert server.request("PUT", "/api/x", A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request("PUT", "/other/x", A).cors == ("200",)
    assert server.request("PUT", "/api/nowhere", A).cors == ("404",)


def test_a_405_is_the_blueprints_and_a_404_is_not() -> None:
    app, bp = make_app(), blueprint()
    CORS(bp, origins=A)
    app.register_blueprint(bp, url_prefix="/api")
    CORS(app, resources={"/api/*": {"origins": B}})
    server = Server(app)
    assert server.request("GET", "/api/x", A).cors == ("405", allow(A), VARY_ORIGIN)
    assert server.request("GET", "/api/nowhere", A).cors == ("404", VARY_ORIGIN)
    assert server.request("GET", "/api/nowhere", B).cors == ("404", allow(B), VARY_ORIGIN)


def test_the_parents_policy_applies_unless_the_child_has_one() -> None:
    app, outer = make_app(), Blueprint("outer", __name__)
    plain, own = blueprint("plain"), blueprint("own")
    CORS(outer, origins=A, max_age=5)
    CORS(own, origins=B)
    outer.register_blueprint(plain, url_prefix="/plain")
    outer.register_blueprint(own, url_prefix="/own")
    app.register_blueprint(outer, url_prefix="/out")
    server = Server(app)
    assert server.preflight(A, "PUT", path="/out/plain/x") == granted(
        A, "PUT", ("Access-Control-Max-Age", "5"), age=False
    )
    assert server.preflight(B, "PUT", path="/out/own/x") == granted(
        B, "PUT", ("Access-Control-Max-Age", "5"), age=False
    )
    assert server.preflight(A, "PUT", path="/out/own/x") == forbidden(VARY_PREFLIGHT)


def test_settings_are_its_defaults_and_do_not_cover_the_app() -> None:
    app, bp = make_app(config={"CORS_ORIGINS": A}), blueprint()
    app.add_url_rule("/x", "x", lambda: "x")
    CORS(bp, max_age=5)
    app.register_blueprint(bp, url_prefix="/api")
    server = Server(app)
    assert server.preflight(A, "PUT", path="/api/x") == granted(A, "PUT", ("Access-Control-Max-Age", "5"), age=False)
    assert server.request("GET", "/x", A).cors == ("200",)


def test_settings_for_resources_do_not_cover_the_app_either() -> None:
    app, bp = make_app(config={"CORS_RESOURCES": {"/api/*": {"max_age": 5}}}), blueprint()
    CORS(bp, origins=A)
    app.register_blueprint(bp, url_prefix="/api")
    app.add_url_rule("/api/y", "y", lambda: "y")
    server = Server(app)
    assert server.preflight(A, "PUT", path="/api/x") == granted(A, "PUT", ("Access-Control-Max-Age", "5"), age=False)
    assert server.request("GET", "/api/y", A).cors == ("200",)


def test_what_the_settings_block_for_resources_is_blocked_where_nothing_is_said() -> None:
    app, bp = make_app(config={"CORS_RESOURCES": {"/api/*": {}}, "CORS_BLOCK_UNTRUSTED": True}), blueprint()
    CORS(bp, origins=A)
    app.register_blueprint(bp, url_prefix="/api")
    app.add_url_rule("/api/y", "y", lambda: "y", methods=["PUT"])
    server = Server(app)
    assert server.request("PUT", "/api/y", A) == forbidden()
    assert server.request("PUT", "/api/x", A).cors == ("200", allow(A), VARY_ORIGIN)


@pytest.mark.parametrize("wrapped_between", [True, False])
def test_cors_for_the_app_may_come_later(wrapped_between: bool) -> None:
    app, bp = make_app(), blueprint()
    CORS(bp, origins=A)
    app.register_blueprint(bp, url_prefix="/api")
    if wrapped_between:
        inner = app.wsgi_app
        app.wsgi_app = lambda environ, start_response: (  # type: ignore[method-assign]
            app_with() if environ["PATH_INFO"] == "/w" else inner
        )(environ, start_response)
    CORS(app, origins=B, max_age=7)
    server = Server(app)
    assert server.preflight(A, "PUT", path="/api/x") == granted(A, "PUT", ("Access-Control-Max-Age", "7"), age=False)
    assert server.request("PUT", "/api/x", A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request("GET", "/w", B).cors == ("200" if wrapped_between else "404", allow(B), VARY_ORIGIN)


def test_it_may_be_registered_after_cors_for_the_app() -> None:
    app, bp = make_app(), blueprint()
    CORS(app, origins=B)
    CORS(bp, origins=A)
    app.register_blueprint(bp, url_prefix="/api")
    server = Server(app)
    assert server.preflight(A, "PUT", path="/api/x") == granted(A, "PUT")
    assert server.preflight(B, "PUT", path="/nowhere") == granted(B, ALL_METHODS[1])


def test_one_blueprint_on_two_apps() -> None:
    bp = blueprint()
    CORS(bp, origins=A)
    for _ in range(2):
        app = make_app()
        app.register_blueprint(bp)
        assert Server(app).preflight(A, "PUT", path="/x") == granted(A, "PUT")


def test_cors_twice_on_one_blueprint_is_an_error() -> None:
    bp = blueprint()
    CORS(bp, origins=A)
    CORS(bp, origins=B)
    with pytest.raises(RuntimeError, match=r"The blueprint 'bp' has CORS already. Write one call CORS\(blueprint"):
        Flask("site").register_blueprint(bp)


def test_a_mark_in_a_blueprint_that_installed_itself_works() -> None:
    app, bp = make_app(), blueprint()
    CORS(bp, origins=A)
    app.register_blueprint(bp, url_prefix="/api")
    app.add_url_rule("/marked", "marked", cross_origin(origins=B)(lambda: "marked"))
    assert Server(app).request(path="/marked", origin=B).cors == ("200", allow(B), VARY_ORIGIN)
