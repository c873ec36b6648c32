"""CORS(blueprint): for all of its routes, wherever and as often as it is registered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from support.site import granted, make_app
from support.wsgi import (
    ALL_METHODS,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    WITH_CREDENTIALS,
    A,
    Answer,
    B,
    Server,
    allow,
    app_with,
    forbidden,
)

from cors_wsgi import DENY, PolicyError
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


@pytest.mark.parametrize("install", [lambda bp: CORS(bp, origins=A), lambda bp: CORS(origins=A).init_app(bp)])
def test_it_may_be_named_at_once_or_in_init_app(install: Callable[[Blueprint], object]) -> None:
    app, bp = make_app(), blueprint()
    install(bp)
    app.register_blueprint(bp, url_prefix="/api")
    assert Server(app).preflight(A, "PUT", path="/api/x") == granted(A, "PUT")


def test_one_extension_object_may_serve_an_app_and_a_blueprint_with_options_of_its_own() -> None:
    cors, app, bp = CORS(origins=A), make_app(), blueprint()
    cors.init_app(bp, origins=B)
    app.register_blueprint(bp, url_prefix="/api")
    app.add_url_rule("/y", "y", lambda: "y")
    cors.init_app(app)
    server = Server(app)
    assert server.request("PUT", "/api/x", B).cors == ("200", allow(B), VARY_ORIGIN)
    assert server.request("PUT", "/api/x", A).cors == ("200", VARY_ORIGIN)
    assert server.request("GET", "/y", A).cors == ("200", allow(A), VARY_ORIGIN)


def nested(**options: Any) -> tuple[Flask, Blueprint]:
    """Return an app with /out/in/x and /out/in/deep/y in a blueprint with these options, and /out/z outside of it."""
    app, outer, bp = make_app(), Blueprint("outer", __name__, url_prefix="/out"), blueprint()
    bp.add_url_rule("/deep/y", "y", lambda: "y", methods=["PUT"])
    CORS(bp, **options)
    outer.add_url_rule("/z", "z", lambda: "z")
    outer.register_blueprint(bp, url_prefix="/in")
    app.register_blueprint(outer)
    return app, bp


def test_its_resources_are_paths_as_browsers_ask_for_them() -> None:
    app, _ = nested(resources={"/out/in/deep/*": {"origins": B}, "/out/in/*": {}, "/x": {"origins": "*"}}, origins=A)
    server = Server(app)
    assert server.preflight(A, "PUT", path="/out/in/x") == granted(A, "PUT")
    assert server.preflight(B, "PUT", path="/out/in/x") == forbidden(VARY_PREFLIGHT)
    assert server.preflight(B, "PUT", path="/out/in/deep/y") == granted(B, "PUT")
    assert server.request("PUT", "/out/in/deep/y", A).cors == ("200", VARY_ORIGIN)
    assert server.request("GET", "/out/in/deep/y", B).cors == ("405", allow(B), VARY_ORIGIN)
    assert server.request("GET", "/out/z", A).cors == ("200",)
    assert server.request("GET", "/out/in/nowhere", A).cors == ("404",)


def test_where_none_of_its_resources_matches_it_says_nothing() -> None:
    app, _ = nested(resources=["/out/in/deep/*"], origins=A)
    CORS(app, resources={"/out/in/*": {"origins": B}})
    server = Server(app)
    assert server.request("PUT", "/out/in/deep/y", A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request("PUT", "/out/in/x", A).cors == ("200", VARY_ORIGIN)
    assert server.request("PUT", "/out/in/x", B).cors == ("200", allow(B), VARY_ORIGIN)


def test_its_options_are_defaults_within_its_resources_and_the_app_s_below_them() -> None:
    app, _ = nested(resources={re.compile("/out/in/.*"): {"max_age": 5}}, origins=A)
    CORS(app, origins=B, max_age=7)
    server = Server(app)
    assert server.preflight(A, "PUT", path="/out/in/x") == granted(A, "PUT", ("Access-Control-Max-Age", "5"), age=False)
    assert server.request("GET", "/out/z", B).cors == ("200", allow(B), VARY_ORIGIN)


@pytest.mark.parametrize(("value", "preflight"), [(None, None), (DENY, forbidden())], ids=["hands off", "DENY"])
def test_a_resource_of_it_may_be_left_alone_or_denied(value: Any, preflight: Answer | None) -> None:
    app, _ = nested(resources={"/out/in/deep/*": value, "/out/in/*": {}}, origins=A)
    CORS(app, origins=B)
    server = Server(app)
    assert server.request("PUT", "/out/in/x", A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request("PUT", "/out/in/deep/y", B).cors == ("200",)
    answer = server.preflight(B, "PUT", path="/out/in/deep/y")
    if preflight is None:
        assert (answer.cors, answer.body, answer.app_ran) == (("200",), b"", True)
        assert {name for value in answer.values("Allow") for name in value.split(", ")} == {"OPTIONS", "PUT"}
    else:
        assert answer == preflight


def test_below_a_resource_that_is_left_alone_a_blueprint_that_names_no_origin_is_blocked_as_the_app_says() -> None:
    app, outer, bp = make_app(), Blueprint("outer", __name__, url_prefix="/out"), blueprint()
    CORS(bp, max_age=5)
    CORS(outer, resources={"/out/in/*": None})
    outer.register_blueprint(bp, url_prefix="/in")
    app.register_blueprint(outer)
    CORS(app, origins=A, block_untrusted=True)
    assert Server(app).request("PUT", "/out/in/x", A) == forbidden()


def test_a_view_s_mark_holds_where_its_blueprint_s_resource_is_left_alone() -> None:
    app, bp = make_app(), blueprint()
    bp.add_url_rule("/y", "y", cross_origin(origins=B)(lambda: "y"))
    CORS(bp, origins=A, resources={"/api/y": None, "/api/*": {}})
    app.register_blueprint(bp, url_prefix="/api")
    CORS(app, max_age=7, supports_credentials=True)
    server = Server(app)
    assert server.request("GET", "/api/y", B).cors == ("200", allow(B), VARY_ORIGIN)
    assert server.request("PUT", "/api/x", A).cors == ("200", allow(A), WITH_CREDENTIALS, VARY_ORIGIN)


@pytest.mark.parametrize("path", ["/out/in/./x", "/out/in/%2e%2e/x", "/out/in/x\\y"])
def test_a_path_with_two_readings_is_never_shared(path: str) -> None:
    app, bp = make_app(), Blueprint("bp", __name__, url_prefix="/out/in")
    bp.add_url_rule("/<path:rest>", "any", lambda rest: rest)
    CORS(bp, origins="*", resources="/out/in/*")
    app.register_blueprint(bp)
    server = Server(app)
    assert server.request("GET", "/out/in/x", A).cors == ("200", ("Access-Control-Allow-Origin", "*"))
    assert server.request("GET", path, A).cors == ("200",)


def test_a_path_beyond_ascii_is_text() -> None:
    app, bp = make_app(), Blueprint("bp", __name__, url_prefix="/größe")
    bp.add_url_rule("/x", "x", lambda: "x")
    CORS(bp, origins=A, resources="/größe/*")
    app.register_blueprint(bp)
    path = "/größe/x".encode().decode("latin-1")
    assert Server(app).request("GET", path, A).cors == ("200", allow(A), VARY_ORIGIN)


def test_its_resources_of_several_blueprints_are_told_apart() -> None:
    app = make_app()
    for name, origin in (("one", A), ("two", B)):
        bp = blueprint(name)
        CORS(bp, resources={f"/{name}/x": {"origins": origin}, "/*": {"origins": "https://c.example"}})
        app.register_blueprint(bp, url_prefix=f"/{name}")
    server = Server(app)
    assert server.preflight(A, "PUT", path="/one/x") == granted(A, "PUT")
    assert server.preflight(B, "PUT", path="/two/x") == granted(B, "PUT")
    assert server.preflight(B, "PUT", path="/one/x") == forbidden(VARY_PREFLIGHT)


@pytest.mark.parametrize(
    ("resources", "code"),
    [
        ({"api": {}}, "path-start"),
        ({"/api/*": {"origin": A}}, "unknown-option"),
        ({"/api/*": {"origins": "a.example"}}, "missing-scheme"),
        (5, "resources-type"),
    ],
)
def test_what_is_wrong_with_its_resources_is_said_where_they_are_written(resources: Any, code: str) -> None:
    with pytest.raises(PolicyError) as error:
        CORS(blueprint(), resources=resources)
    assert [problem.code for problem in error.value.problems] == [code]


def test_everything_that_is_wrong_with_its_resources_is_said_at_once() -> None:
    with pytest.raises(PolicyError) as error:
        CORS(blueprint(), resources={"api": {}, "/x": {"origin": A}, "/y": {"allow_headers": "a b"}})
    assert str(error.value) == (
        "3 problems:\n"
        "  origin (CORS(blueprint 'bp') resources['/x']): 'origin'  [unknown-option]\n"
        "      There is no such option.\n"
        "      Did you mean 'origins'? (Flask-CORS ignores it: if you come from there, remove it to keep what your app "
        "does now.)\n"
        "  allow_headers (CORS(blueprint 'bp') resources['/y']): 'a b'  [not-a-token]\n"
        "      This is not a header name.\n"
        "      Write a name such as 'Content-Type': letters, digits and hyphens.\n"
        "  resources: 'api'  [path-start]\n"
        "              ^\n"
        "      A path must start with a slash.\n"
        "      Write '/api'."
    )


@pytest.mark.parametrize("option", ["block_untrusted", "debug"])
def test_what_only_an_app_can_say_is_refused(option: str) -> None:
    with pytest.raises(
        TypeError, match=rf"^CORS\(blueprint\) has no option '{option}': that is the app's. Write CORS\(app"
    ):
        CORS(**{option: True}).init_app(blueprint())


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"origins": "*"}, "CORS(blueprint 'bp')"),
        ({"resources": {"/out/in/*": {"origins": "*"}}}, "CORS(blueprint 'bp') resources['/out/in/*']"),
    ],
)
def test_a_merge_that_fails_names_the_blueprint_or_its_resource_and_its_call(
    options: dict[str, Any], place: str
) -> None:
    app, _ = nested(**options)

    def call() -> None:
        CORS(app, supports_credentials=True)

    call()
    with pytest.raises(PolicyError) as error:
        CORS().validate(app)
    line, app_line = nested.__code__.co_firstlineno + 4, call.__code__.co_firstlineno + 1
    assert (
        f"origins from {place} at {__file__}:{line}, supports_credentials from CORS(app) at {__file__}:{app_line}."
    ) in str(error.value)


def test_cors_for_a_blueprint_that_is_registered_says_what_comes_first() -> None:
    app, bp = make_app(), blueprint()
    app.register_blueprint(bp)
    with pytest.raises(RuntimeError) as error:
        CORS(bp, origins=A)
    assert str(error.value) == (
        "The blueprint 'bp' is registered already. Call CORS(blueprint) before app.register_blueprint(blueprint)."
    )
