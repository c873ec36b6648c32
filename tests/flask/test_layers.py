"""Layers: the most specific wins, option by option, and a bad merge names the view and who said what."""

from __future__ import annotations

import gc
import re
import threading
import tracemalloc
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from support.site import granted, make_app, site, twins
from support.wsgi import (
    ALL_METHODS,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    WITH_CREDENTIALS,
    A,
    B,
    Server,
    allow,
    app_with,
    environ_for,
    forbidden,
    unremembered,
)
from werkzeug.routing import Rule

from cors_wsgi import DENY, PolicyError
from flask_cors_ext import CORS, cross_origin

C, D = "https://c.example", "https://d.example"
LAYERS = ("view", "inner", "outer", "resources", "keywords", "settings")


def without_places(said: object) -> str:
    """Return a message without the files and lines of calls."""
    return re.sub(r" at [^\s,)]+:[0-9]+", "", str(said))


def app_that_says(**said: dict[str, Any]) -> Server:
    """Return an app whose layers say these options; its one view is in an inner and an outer blueprint."""
    app = make_app(config={f"CORS_{name.upper()}": value for name, value in said.get("settings", {}).items()})
    outer, inner = Blueprint("outer", __name__, url_prefix="/out"), Blueprint("inner", __name__)
    view = cross_origin(**said["view"])(lambda: "x") if "view" in said else lambda: "x"
    inner.add_url_rule("/x", "x", view)
    for name, blueprint in (("inner", inner), ("outer", outer)):
        if name in said:
            CORS(blueprint, **said[name])
    outer.register_blueprint(inner, url_prefix="/in")
    app.register_blueprint(outer)
    resources = {"resources": {"/out/*": said["resources"]}} if "resources" in said else {}
    CORS(app, **resources, **said.get("keywords", {}))
    return Server(app)


@pytest.mark.parametrize("winner", LAYERS)
def test_the_most_specific_layer_wins(winner: str) -> None:
    said: dict[str, dict[str, Any]] = {name: {"origins": B, "max_age": 1} for name in LAYERS[LAYERS.index(winner) :]}
    said[winner] = {"origins": A, "max_age": 600}
    server = app_that_says(**said)
    assert server.preflight(A, "GET", path="/out/in/x") == granted(A, "GET, HEAD")
    assert server.preflight(B, "GET", path="/out/in/x") == forbidden(VARY_PREFLIGHT)
    assert server.request(path="/out/in/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request(path="/out/in/x", origin=B).cors == ("200", VARY_ORIGIN)


def test_the_merge_is_option_by_option_and_nothing_is_united() -> None:
    server = app_that_says(
        view={"max_age": 1},
        inner={"methods": ["GET"]},
        outer={"allow_headers": ["X-Outer"]},
        resources={"supports_credentials": True},
        keywords={"origins": A, "allow_headers": ["X-App"]},
        settings={"origins": B, "expose_headers": "ETag, X-Seen", "max_age": "9"},
    )
    assert server.preflight(A, "GET", path="/out/in/x").headers == (
        allow(A),
        ("Access-Control-Allow-Methods", "GET"),
        ("Access-Control-Allow-Headers", "X-Outer"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Max-Age", "1"),
        VARY_PREFLIGHT,
    )
    assert server.request(path="/out/in/x", origin=A).cors == (
        "200",
        allow(A),
        WITH_CREDENTIALS,
        ("Access-Control-Expose-Headers", "ETag, X-Seen"),
        VARY_ORIGIN,
    )
    assert server.preflight(B, "GET", path="/out/in/x") == forbidden(VARY_PREFLIGHT)


def test_a_bad_merge_names_the_view_and_which_layer_said_what_and_where() -> None:
    server = app_that_says(view={"supports_credentials": True}, keywords={"origins": "*"})
    marked, called = (f"{__file__}:{app_that_says.__code__.co_firstlineno + line}" for line in (4, 12))
    expected = (
        "1 problem in the views of the app 'site':\n"
        "  origins: '*'  [wildcard-with-credentials]\n"
        "      With credentials, every page on the web could act as any of your users who visits it. Merged for "
        "the view 'outer.inner.x': supports_credentials from @cross_origin on app_that_says.<locals>.<lambda> at "
        f"{marked}, origins from CORS(app) at {called}.\n"
        "      Name the origins you trust, such as ['https://app.example.com'], or leave supports_credentials off."
    )
    for _ in range(2):
        with pytest.raises(PolicyError) as error:
            server.request(path="/out/in/x")
        assert str(error.value) == expected
    with pytest.raises(PolicyError) as error:
        CORS().validate(server.app)  # type: ignore[arg-type]
    assert str(error.value) == expected


def test_a_setting_is_called_by_its_own_name() -> None:
    server = app_that_says(view={"supports_credentials": True}, settings={"origins": "*"})
    with pytest.raises(PolicyError, match=re.escape(", origins from the setting CORS_ORIGINS.")):
        CORS().validate(server.app)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (5, "the view 'x0', the view 'x1', the view 'x2', the view 'x3', the view 'x4': "),
        (6, "the view 'x0', the view 'x1', the view 'x2', the view 'x3', the view 'x4' and 1 more: "),
    ],
)
def test_five_views_are_named(count: int, named: str) -> None:
    app = Flask("site", static_folder=None)
    view = cross_origin(supports_credentials=True)(lambda: "x")
    for number in range(count):
        app.add_url_rule(f"/{number}", f"x{number}", view)
    CORS(app, origins="*")
    with pytest.raises(PolicyError) as error:
        CORS().validate(app)
    assert f"Merged for {named}" in str(error.value)


def test_a_problem_of_many_views_is_told_once() -> None:
    app = Flask("site", static_folder=None)
    mark = cross_origin(supports_credentials=True)
    view = mark(lambda: "x")
    for number in range(8):
        app.add_url_rule(f"/{number}", f"x{number}", view)
    app.add_url_rule("/fine", "fine", lambda: "fine")
    CORS(app, origins="*")
    with pytest.raises(PolicyError) as error:
        CORS().validate(app)
    assert len(error.value.problems) == 1
    assert "the view 'x0', the view 'x1', the view 'x2', the view 'x3', the view 'x4' and 3 more" in str(error.value)


def test_every_problem_of_one_merge_is_told() -> None:
    server = app_that_says(view={"supports_credentials": True}, keywords={"origins": "*", "expose_headers": "*"})
    with pytest.raises(PolicyError) as error:
        CORS().validate(server.app)  # type: ignore[arg-type]
    codes = [problem.code for problem in error.value.problems]
    assert codes == ["wildcard-with-credentials", "expose-wildcard-with-credentials"]


def test_a_rule_for_every_method_is_validated_for_get() -> None:
    class X(MethodView):
        @cross_origin(supports_credentials=True)
        def get(self) -> str:
            return "x"

    app = Flask("site", static_folder=None)
    app.view_functions["x"] = X.as_view("x")
    app.url_map.add(Rule("/x", endpoint="x"))
    CORS(app, origins="*")
    with pytest.raises(PolicyError, match="Merged for the view 'x': "):
        CORS().validate(app)


def test_without_origins_for_the_app_marked_routes_alone_are_shared() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/marked", "marked", cross_origin(origins=A)(lambda: "marked"))
        app.add_url_rule("/other", "other", lambda: "other")

    pair = twins(build, max_age=5)
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path="/marked", origin=A)
    for path in ("/other", "/nowhere"):
        assert pair.are_alike_but_for(path=path, origin=A)


def build_resources(app: Flask) -> None:
    for path in ("/api/x", "/api/strict/x", "/off/x", "/never/x", "/else"):
        app.add_url_rule(path, path, lambda: "x")
    app.add_url_rule("/off/marked", "off", cross_origin(origins=D)(lambda: "x"))
    app.add_url_rule("/marked", "marked", cross_origin(origins=D)(lambda: "x"))


RESOURCES = {
    "/api/*": {},
    "/api/strict/*": {"origins": B, "max_age": 7},
    "/off/*": None,
    "/never/*": DENY,
    re.compile("/r[0-9]+"): {"origins": C},
}
COVERED = [
    ("/api/x", A, 60),
    ("/api", A, 60),
    ("/api/nowhere", A, 60),
    ("/api/strict/x", B, 7),
    ("/r12", C, 60),
    ("/off/marked", D, 600),
    ("/marked", D, 600),
]


@pytest.mark.parametrize(("path", "origin", "age"), COVERED)
def test_a_resource_covers_its_paths_with_its_own_options_and_the_app_s_else(path: str, origin: str, age: int) -> None:
    pair = twins(build_resources, resources=RESOURCES, origins=A, max_age=60)
    assert pair.are_alike_but_for(allow(origin), VARY_ORIGIN, path=path, origin=origin)
    assert pair.are_alike_but_for(VARY_ORIGIN, path=path, origin="https://evil.example")
    assert ("Access-Control-Max-Age", str(age)) in pair.with_cors.preflight(origin, "GET", path=path).headers


@pytest.mark.parametrize("path", ["/off/x", "/else", "/apikeys", "/API/x", "/r", "/nowhere"])
def test_what_no_resource_covers_is_left_alone(path: str) -> None:
    pair = twins(build_resources, resources=RESOURCES, origins=A)
    assert pair.are_alike_but_for(path=path, origin=A)
    headers = {"Access-Control-Request-Method": "GET"}
    assert pair.are_alike_but_for(method="OPTIONS", path=path, origin=A, headers=headers)


def test_a_resource_can_be_denied() -> None:
    server = site(build_resources, resources=RESOURCES, origins=A)
    assert server.preflight(A, "GET", path="/never/x") == forbidden()


PATTERNS = [
    pytest.param("/api/*", id="one path"),
    pytest.param(["/api/*", "/more"], id="a list"),
    pytest.param(re.compile("/api/.*"), id="a regular expression"),
    pytest.param({"/api/*": {}}, id="a mapping"),
    pytest.param(("/api/x", re.compile("/y")), id="a tuple"),
]


@pytest.mark.parametrize(("path", "shared"), [("/api/\u20ac", (allow(A), VARY_ORIGIN)), ("/api/\u20ac\xff", ())])
def test_a_path_that_no_server_should_give_fails_nothing(path: str, shared: tuple[tuple[str, str], ...]) -> None:
    def build(app: Flask) -> None:
        app.wsgi_app = app_with()  # as a wrapper that answers itself; Flask would fail

    server = site(build, resources={"/*": {"origins": A}})
    assert server.request(path=path, origin=A).cors == ("200", *shared)


@pytest.mark.parametrize("resources", PATTERNS)
def test_resources_are_a_mapping_one_path_or_several(resources: Any) -> None:
    pair = twins(build_resources, resources=resources, origins=A)
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path="/api/x", origin=A)
    assert pair.are_alike_but_for(path="/else", origin=A)


NOT_CANONICAL = ["/api/../x", "/api/./x", "//api/x", "/api\\x", "/api/%2e%2e/x", "/api/\xff", "/api/%2fx", "/api/.."]


@pytest.mark.parametrize("path", NOT_CANONICAL)
def test_a_path_that_is_not_canonical_is_never_shared_by_its_resource(path: str) -> None:
    server = site(build_resources, resources={"/*": {"origins": A}})
    assert server.preflight(A, "PUT", path=path) == forbidden()
    assert server.request("PUT", path, A).cors in {("404",), ("405",)}
    assert server.preflight(A, "PUT", path="/api/y") == granted(A, ALL_METHODS[1])


def test_resources_are_matched_as_text() -> None:
    server = site(lambda app: app.add_url_rule("/café/<x>", "cafe", lambda x: x), resources={"/café/*": {"origins": A}})
    path = "/café/ü".encode().decode("latin-1")
    assert server.preflight(A, "GET", path=path) == granted(A, "GET, HEAD")
    assert server.request(path=path, origin=A).cors == ("200", allow(A), VARY_ORIGIN)


EXAMPLE = "Write {'/api/*': {'origins': ['https://app.example.com']}}."
WRONG = [
    pytest.param(
        7,
        "resources-type",
        "1 problem:\n"
        "  resources: 7  [resources-type]\n"
        "      Resources must be a mapping, one path or a list of paths, not int.\n"
        f"      {EXAMPLE}",
        id="a number",
    ),
    pytest.param(
        ["/a", ["/b"]],
        "path-type",
        "1 problem:\n"
        "  resources: ['/b']  [path-type]\n"
        "      A path rule must be a string or a compiled regular expression of text, not list.\n"
        "      Write a path such as '/api/*'.",
        id="a list in a list",
    ),
    pytest.param(
        {"/a": 7},
        "resource-type",
        "1 problem in resources['/a']:\n"
        "  resources: 7  [resource-type]\n"
        "      A resource must be a mapping of options, None or DENY, not int.\n"
        f"      {EXAMPLE}",
        id="no mapping",
    ),
    pytest.param({"/a": {"origin": A}}, "unknown-option", "1 problem in resources['/a']:", id="where it stands"),
    pytest.param(
        {"/a": {"support_credentials": True}},
        "unknown-option",
        "Did you mean 'supports_credentials'? (Flask-CORS ignores it: if you come from there, remove it to keep what "
        "your app does now.)",
        id="an unknown option",
    ),
    pytest.param({"/a": {"origins": "https://a.example/"}}, "trailing-slash", "in resources['/a']", id="a bad origin"),
    pytest.param("api", "path-start", "Write '/api'.", id="no slash"),
    pytest.param({r"/api/.*": {}}, "looks-like-regex", "Write '/api/*'.", id="a regular expression as text"),
    pytest.param(
        {"/a": {"origins": "*", "supports_credentials": True}}, "wildcard-with-credentials", "", id="a conflict"
    ),
]


@pytest.mark.parametrize(("resources", "code", "text"), WRONG)
def test_wrong_resources_are_an_error_at_init_app(resources: Any, code: str, text: str) -> None:
    app = Flask("site")
    before = app.wsgi_app
    with pytest.raises(PolicyError) as error:
        CORS(app, resources=resources, origins=A)
    assert [problem.code for problem in error.value.problems] == [code]
    assert text in str(error.value)
    assert app.wsgi_app == before
    assert app.extensions == {}


def test_a_conflict_of_resource_and_keywords_says_who_said_what() -> None:
    def call() -> None:
        CORS(Flask("site"), resources={"/a": {"origins": "*"}}, supports_credentials=True)

    with pytest.raises(PolicyError) as error:
        call()
    place = f"{__file__}:{call.__code__.co_firstlineno + 1}"
    sources = f"origins from resources['/a'] at {place}, supports_credentials from CORS(app) at {place}"
    assert str(error.value).startswith(f"1 problem in resources['/a'] ({sources}):\n  origins: '*'  [")


def test_a_conflict_of_what_holds_in_every_resource_is_the_app_s() -> None:
    app = Flask("site")
    app.config["CORS_SUPPORTS_CREDENTIALS"] = True
    with pytest.raises(PolicyError) as error:
        CORS(app, resources={"/a": {"origins": A}}, origins="*")
    assert str(error.value).startswith("1 problem in CORS(app):\n  origins: '*'  [wildcard-with-credentials]\n")


def test_a_conflict_of_keywords_and_settings_says_who_said_what() -> None:
    app = Flask("site")
    app.config["CORS_SUPPORTS_CREDENTIALS"] = True
    with pytest.raises(PolicyError) as error:
        CORS(app, origins="*")
    sources = "origins from CORS(app), supports_credentials from the setting CORS_SUPPORTS_CREDENTIALS"
    assert without_places(error.value).startswith(f"1 problem in CORS(app) ({sources}):\n")


def test_a_combination_that_could_not_be_foreseen_is_denied_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def build(app: Flask) -> None:
        def areas(area: str) -> str:
            return area

        areas.__qualname__ = "areas"
        app.add_url_rule("/<area>/x", "x", cross_origin(supports_credentials=True, origins=A)(lambda area: area))
        app.add_url_rule("/<area>/y", "y", cross_origin(supports_credentials=True)(areas))

    server = site(build, resources={"/x/*": {"origins": B}, "/open/*": {"origins": "*"}})
    assert server.preflight(A, "GET", path="/open/x") == granted(A, "GET, HEAD", WITH_CREDENTIALS, headers=None)
    for _ in range(3):
        assert server.preflight(A, "GET", path="/open/y") == forbidden()
        assert server.request(path="/open/y", origin=A).cors == ("200",)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert without_places(record.getMessage()) == (
        "The view 'y' at resources['/open/*'] is not shared: its layers conflict: 1 problem in "
        "supports_credentials from @cross_origin on areas, origins from resources['/open/*']:\n"
        "  origins: '*'  [wildcard-with-credentials]\n"
        "      With credentials, every page on the web could act as any of your users who visits it.\n"
        "      Name the origins you trust, such as ['https://app.example.com'], or leave supports_credentials off."
    )
    assert server.preflight(B, "GET", path="/x/y") == granted(B, "GET, HEAD", WITH_CREDENTIALS, headers=None)


def test_the_log_names_a_view_for_the_blueprint_that_its_url_has_in_common(caplog: pytest.LogCaptureFixture) -> None:
    app, bp = make_app(), Blueprint("bp", __name__, url_prefix="/<area>")
    CORS(bp, supports_credentials=True)
    for method, origin in (("GET", A), ("PUT", B)):
        view = cross_origin(origins=origin)(lambda area: area)
        bp.add_url_rule("/x", method.lower(), view, methods=[method])
    app.register_blueprint(bp)
    CORS(app, resources={"/x/*": {"origins": C}, "/open/*": {"origins": "*"}})
    assert Server(app).preflight(A, "DELETE", path="/open/x") == forbidden()
    (record,) = caplog.records
    assert record.getMessage().startswith("The view 'bp.get' at resources['/open/*'] is not shared: ")
    answer = granted(C, "", WITH_CREDENTIALS, headers=None)
    assert Server(app).preflight(C, "DELETE", path="/x/x") == unremembered(answer)


UNFORESEEN = [
    pytest.param(
        {"/in/*": {"origins": A}}, "/in/../y", "a path that is not canonical", id="a path that is not canonical"
    ),
    pytest.param({"/in/*": {"origins": A}}, "/out/y", "no resource", id="a path of no resource"),
    pytest.param(None, "/late", "the app", id="a view that came late"),
]


@pytest.mark.parametrize(("resources", "path", "place"), UNFORESEEN)
def test_the_log_says_where_a_combination_was_met(
    resources: Any, path: str, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()
    mark = cross_origin(max_age=5)
    app.add_url_rule("/<path:rest>", "y", mark(lambda rest: rest), methods=["GET"])
    if resources is None:
        app.add_url_rule("/in", "in", cross_origin(origins=A)(lambda: "in"))
        app.view_functions["y"] = lambda rest: rest
        CORS(app)
        app.view_functions["late"] = mark(lambda: "late")
        Server(app).request(path="/in")
        app.url_map.add(Rule("/late", endpoint="late", methods=["GET"]))
    else:
        CORS(app, resources={**resources, "/x": {"origins": A}})
    assert Server(app).preflight(A, "GET", path=path) == forbidden()
    (record,) = caplog.records
    name = "late" if resources is None else "y"
    nameless = "it is marked, but nothing names an origin for it. Write @cross_origin(origins=[...])."
    assert record.levelname == "ERROR"
    assert record.getMessage() == f"The view {name!r} at {place} is not shared: {nameless}"


def test_one_extension_on_two_apps_shares_no_state() -> None:
    cors = CORS(max_age=60)
    one, other = make_app(config={"CORS_ORIGINS": A}), make_app()
    for app in (one, other):
        app.add_url_rule("/x", "x", lambda: "x")
    cors.init_app(one)
    cors.init_app(other, origins=B)
    assert Server(one).request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert Server(one).request(path="/x", origin=B).cors == ("200", VARY_ORIGIN)
    assert Server(other).request(path="/x", origin=B).cors == ("200", allow(B), VARY_ORIGIN)
    assert Server(other).request(path="/x", origin=A).cors == ("200", VARY_ORIGIN)


def test_a_second_init_app_is_an_error_that_shows_the_merged_call() -> None:
    app = Flask("site")
    CORS(app, origins=A, max_age=5)
    with pytest.raises(RuntimeError) as error:
        CORS(app, max_age=6)
    assert str(error.value) == (
        "The app 'site' has CORS already. Write one call: CORS(app, origins='https://a.example', max_age=6)."
    )
    plain = Flask("plain")
    CORS(plain)
    with pytest.raises(RuntimeError, match=re.escape("Write one call: CORS(app).")):
        CORS(plain)


def test_what_else_is_wrong_with_a_resource_is_said_beside_its_unknown_options() -> None:
    with pytest.raises(PolicyError) as error:
        CORS(Flask("site"), resources={"/a": {"origin": A, "headers": "X", "methods": "TRACE"}})
    assert error.value.where == "resources['/a']"
    assert [(problem.option, problem.code) for problem in error.value.problems] == [
        ("origin", "unknown-option"), ("headers", "unknown-option"), ("methods", "forbidden-method"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        pytest.param({"max_age": 5}, {"origins": A}, {"max_age": 5, "origins": A}, id="one names origins"),
        pytest.param(
            {"origins": A, "supports_credentials": True, "max_age": 5},
            {"origins": A, "expose_headers": "X-A"},
            {"origins": A, "supports_credentials": True, "max_age": 5, "expose_headers": "X-A"},
            id="the same origins keep what they were given",
        ),
        pytest.param(
            {"origins": A, "supports_credentials": True, "expose_headers": "X", "accept_risks": (), "methods": "PUT"},
            {"origins": B},
            {"origins": B, "methods": "PUT"},
            id="other origins get none of it",
        ),
        pytest.param(
            {"resources": {"/a/*": {"origins": A}, "/n": None}, "supports_credentials": True, "debug": True},
            {"resources": "/b/*", "origins": B},
            {
                "resources": {"/a/*": {"supports_credentials": True, "origins": A}, "/n": None, "/b/*": {"origins": B}},
                "debug": True,
            },
            id="each resource keeps its own",
        ),
        pytest.param(
            {"origins": A, "supports_credentials": True},
            {"resources": {"/b": {"origins": B}}},
            {"resources": {"/*": {"origins": A, "supports_credentials": True}, "/b": {"origins": B}}},
            id="a call for everything is a resource beside others",
        ),
        pytest.param(
            {"supports_credentials": True, "max_age": 5},
            {"resources": {"/b": {"origins": B}}},
            {"max_age": 5, "resources": {"/b": {"origins": B}}},
            id="a call without origins gives resources nothing",
        ),
        pytest.param(
            {"resources": {"/b": {"origins": B}}},
            {"max_age": 5},
            {"resources": {"/b": {"origins": B}}, "max_age": 5},
            id="defaults that come later",
        ),
    ],
)
def test_the_merged_call_gives_no_origin_what_neither_call_gave_it(
    first: dict[str, Any], second: dict[str, Any], merged: dict[str, Any]
) -> None:
    app = Flask("site")
    CORS(app, **first)
    with pytest.raises(RuntimeError) as error:
        CORS(app, **second)
    call = str(error.value).partition("Write one call: CORS(app, ")[2].removesuffix(").")
    assert call == ", ".join(f"{name}={value!r}" for name, value in merged.items())
    CORS(Flask("merged"), **merged)


def test_one_thread_closes_the_configuration_for_all() -> None:
    server = site(lambda app: app.add_url_rule("/x", "x", lambda: "x"), origins=A)
    found: list[tuple[Any, ...]] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait(10)
        found.append(server.request(path="/x", origin=A).cors)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == [("200", allow(A), VARY_ORIGIN)] * 8
    installation = server.app.extensions["flask_cors_ext"]  # type: ignore[attr-defined]
    assert installation.open(server.app) is installation.open(server.app)


def test_the_extension_keeps_nothing_of_a_request() -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x/<name>", "x", lambda name: name)
    app.view_functions["any"] = lambda name: name
    app.url_map.add(Rule("/any/<name>", endpoint="any"))
    CORS(app, origins=A)
    ours = [tracemalloc.Filter(True, f"*/{package}/*") for package in ("cors_wsgi", "flask_cors_ext")]
    sizes = []
    tracemalloc.start()
    try:
        for round_ in range(4):
            for number in range(100):
                for method in (f"M{round_}{number}", "GET"):
                    path = f"/{('x', 'any')[number % 2]}/{round_}-{number}"
                    headers = {"Access-Control-Request-Method": method}
                    app(environ_for("OPTIONS", path, A, headers), lambda *_: lambda _: None)
                    app(environ_for(method, path, A), lambda *_: lambda _: None)
            gc.collect()
            statistics = tracemalloc.take_snapshot().filter_traces(ours).statistics("filename")
            sizes.append(sum(statistic.size for statistic in statistics))
    finally:
        tracemalloc.stop()
    # 800 requests that left the shortest text behind would make 40,000; Python keeps a frame or two for later.
    assert sizes[3] - sizes[1] < 10_000, sizes
