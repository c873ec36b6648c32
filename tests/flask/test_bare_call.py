"""`CORS(app)` where nobody names an origin: it starts, serves, shares nothing, and says so once."""

from __future__ import annotations

import inspect
import logging
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from support.site import granted, make_app, twins
from support.wsgi import VARY_ORIGIN, VARY_PREFLIGHT, A, B, Server, allow, forbidden

from cors_wsgi import PolicyError
from flask_cors_ext import CORS, DENY, cross_origin, same_origin
from flask_cors_ext.cli import cors

NAME_ORIGINS = (
    "Write CORS(app, origins=['https://app.example.com']), or origins='*' for data that everybody may read; or mark "
    "views with @cross_origin(origins=[...])."
)
WITH_CREDENTIALS = (
    "Write CORS(app, origins=['https://app.example.com']); or mark views with @cross_origin(origins=[...])."
)


def build(app: Flask) -> None:
    app.add_url_rule("/x", "x", lambda: "x")
    app.add_url_rule("/own", "own", lambda: ("own", {"Access-Control-Allow-Origin": B, "Vary": "Accept"}))
    app.add_url_rule("/boom", "boom", lambda: str(1 // 0))


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


BARE = [
    pytest.param({}, {}, id="bare"),
    pytest.param({"supports_credentials": True, "max_age": 5}, {}, id="with other options"),
    pytest.param({}, {"CORS_SUPPORTS_CREDENTIALS": "true"}, id="with other settings"),
    pytest.param({"resources": "/*"}, {}, id="with one resource"),
    pytest.param({"resources": {"/*": {"max_age": 5}}}, {}, id="with a mapping of resources"),
]


@pytest.mark.parametrize(("keywords", "config"), BARE)
def test_it_hands_every_request_through_and_says_so_once(
    keywords: Any, config: Any, caplog: pytest.LogCaptureFixture
) -> None:
    pair = twins(build, config=config, **keywords)
    asked = {"Access-Control-Request-Method": "PUT"}
    for origin in (A, B, "null", None):
        for path in ("/x", "/own", "/nowhere"):
            assert pair.are_alike_but_for(path=path, origin=origin)
            assert pair.are_alike_but_for(method="OPTIONS", path=path, origin=origin, headers=asked)
    (message,) = errors(caplog)
    assert "shares nothing: no origin is named. " in message
    credentials = "supports_credentials" in keywords or config
    assert message.endswith(WITH_CREDENTIALS if credentials else NAME_ORIGINS)


def test_the_log_names_file_and_line_of_the_call_and_a_setting_that_came_too_late(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app()
    build(app)
    line = _line() + 1
    CORS(app)
    app.config["CORS_ORIGINS"] = [A]
    Server(app).request(path="/x", origin=A)
    (message,) = errors(caplog)
    assert message == (
        f"CORS(app) at {__file__}:{line} shares nothing: no origin is named. CORS_ORIGINS came after that call, "
        f"and had no effect: set it before. {NAME_ORIGINS}"
    )


def test_the_log_names_every_setting_that_came_too_late_with_what_it_was_meant_to_be(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app()
    build(app)
    line = _line() + 1
    CORS(app)
    app.config.update(CORS_ORIGIN=[A], CORS_ORIGINS=[A], CORS_QUUX=1)
    Server(app).request(path="/x", origin=A)
    (message,) = errors(caplog)
    assert message == (
        f"CORS(app) at {__file__}:{line} shares nothing: no origin is named. CORS_ORIGIN (as CORS_ORIGINS), "
        f"CORS_ORIGINS came after that call, and had no effect: set them before. {NAME_ORIGINS}"
    )


def _line() -> int:
    """Return the line that calls this."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_check_and_validate_fail_with_the_same_words_and_routes_shows_what_happens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app()
    build(app)
    extension = CORS(app)
    Server(app).request(path="/x", origin=A)
    (message,) = errors(caplog)
    result = app.test_cli_runner().invoke(cors, ["check"])
    assert result.exit_code == 1
    assert message in " ".join(result.output.split())
    with pytest.raises(PolicyError) as error:
        extension.validate(app)
    (problem,) = error.value.problems
    assert (problem.option, problem.value, problem.code) == ("origins", None, "no-origins")
    assert f"{problem.problem} {problem.remedy}" == message
    shown = app.test_cli_runner().invoke(cors, ["routes"])
    assert (shown.exit_code, shown.output.count("hands off")) == (0, 3)


@pytest.mark.parametrize("keywords", [{}, {"resources": {"/api/*": {"origins": B}}}], ids=["bare", "with resources"])
def test_a_marked_view_for_which_nothing_names_an_origin_is_never_shared(
    keywords: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def build_marked(app: Flask) -> None:
        build(app)
        app.add_url_rule("/marked", "marked", cross_origin(lambda: ("marked", {"Access-Control-Allow-Origin": "*"})))
        app.add_url_rule("/named", "named", cross_origin(origins=A)(lambda: "named"))

    pair = twins(build_marked, **keywords)
    for origin in (A, B, None):
        answer = pair.with_cors.request(path="/marked", origin=origin)
        assert (answer.status, answer.body) == ("200 OK", b"marked")
        assert answer.headers == tuple(
            header for header in pair.without.request(path="/marked").headers if header[0] != allow(A)[0]
        )
        assert pair.are_alike_but_for(path="/own", origin=origin)
    assert pair.with_cors.preflight(A, "GET", path="/marked") == forbidden()
    assert pair.with_cors.preflight(A, "GET", path="/named") == granted(A, "GET, HEAD")
    assert errors(caplog) == [f"No origin is named for the view 'marked', so nothing is shared there. {NAME_ORIGINS}"]


def test_a_resource_without_origins_beside_others_is_named(caplog: pytest.LogCaptureFixture) -> None:
    pair = twins(build, resources={"/x": {"origins": A}, "/own": {"max_age": 5}})
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path="/x", origin=A)
    assert pair.are_alike_but_for(path="/own", origin=A)
    assert errors(caplog) == [f"No origin is named for resources['/own'], so nothing is shared there. {NAME_ORIGINS}"]


def test_everything_that_shares_nothing_is_named_once() -> None:
    class Items(MethodView):
        @cross_origin
        def get(self) -> str:
            return "x"

    app = make_app()
    app.add_url_rule("/items", view_func=Items.as_view("items"))
    app.add_url_rule("/marked", "marked", cross_origin(lambda: "marked"))
    app.add_url_rule("/named", "named", cross_origin(origins=A)(lambda: "named"))
    extension = CORS(app)
    with pytest.raises(PolicyError) as error:
        extension.validate(app)
    (problem,) = error.value.problems
    assert (problem.option, problem.value, problem.code) == ("origins", None, "no-origins")
    assert f"{problem.problem} {problem.remedy}" == (
        f"No origin is named for the view 'items', the view 'marked', so nothing is shared there. {NAME_ORIGINS}"
    )
    assert Server(app).preflight(A, "GET", path="/items") == forbidden()


def test_blueprints_for_which_nothing_names_an_origin_are_named_together() -> None:
    app = make_app()
    for name in ("one", "two"):
        blueprint = Blueprint(name, __name__)
        blueprint.add_url_rule(f"/{name}", "x", lambda: "x")
        line = _line() + 1
        CORS(blueprint, max_age=5)
        app.register_blueprint(blueprint)
    with pytest.raises(PolicyError) as error:
        CORS().validate(app)
    (problem,) = error.value.problems
    assert problem.problem == (
        f"CORS(blueprint 'one'), CORS(blueprint 'two') at {__file__}:{line} shares nothing: no origin is named."
    )


def test_a_blueprint_for_which_nothing_names_an_origin_hands_off(caplog: pytest.LogCaptureFixture) -> None:
    def build_blueprint(app: Flask) -> None:
        blueprint = Blueprint("bp", __name__)
        build(blueprint)  # type: ignore[arg-type]
        lines.append(_line() + 1)
        CORS(blueprint, max_age=5)
        app.register_blueprint(blueprint)

    lines: list[int] = []
    app, plain = make_app(), make_app()
    build_blueprint(app)
    build(plain)
    for path in ("/x", "/own", "/nowhere"):
        assert Server(app).request(path=path, origin=A) == Server(plain).request(path=path, origin=A)
    (message,) = errors(caplog)
    assert message == (
        f"CORS(blueprint 'bp') at {__file__}:{lines[0]} shares nothing: no origin is named. "
        "Write CORS(blueprint, origins=['https://app.example.com']), or origins='*' for data that everybody may read."
    )


QUIET = [
    pytest.param({"origins": A}, {}, None, id="keywords name origins"),
    pytest.param({}, {"CORS_ORIGINS": A}, None, id="settings name origins"),
    pytest.param({}, {}, cross_origin(origins=A), id="a mark names origins"),
    pytest.param({}, {}, same_origin, id="a mark says never"),
    pytest.param({"block_untrusted": True}, {}, None, id="untrusted requests are blocked"),
]


@pytest.mark.parametrize(("keywords", "config", "mark"), QUIET)
def test_where_somebody_said_whom_to_trust_nothing_is_logged(
    keywords: Any, config: Any, mark: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(config=config)

    def view() -> str:
        return "x"

    app.add_url_rule("/x", "x", view if mark is None else mark(view))
    CORS(app, **keywords)
    assert Server(app).request(path="/x").status == "200 OK"
    assert caplog.records == []


@pytest.mark.parametrize("nobody", [(), [], set()], ids=repr)
@pytest.mark.parametrize("where", ["keyword", "setting"])
def test_an_empty_list_is_nobody_and_is_logged_once(nobody: Any, where: str, caplog: pytest.LogCaptureFixture) -> None:
    pair = twins(build, **({"origins": nobody} if where == "keyword" else {"config": {"CORS_ORIGINS": nobody}}))
    for origin in (A, "null", None):
        assert pair.are_alike_but_for(VARY_ORIGIN, path="/x", origin=origin)
    assert pair.with_cors.preflight(A, "PUT", path="/x") == forbidden(VARY_PREFLIGHT)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "The app refuses every origin, since its origins are an empty list.")
    ]


def test_a_view_of_nobody_beside_an_app_of_everybody(caplog: pytest.LogCaptureFixture) -> None:
    pair = twins(lambda app: app.add_url_rule("/x", "x", cross_origin(origins=[])(lambda: "x")), origins="*")
    assert pair.are_alike_but_for(VARY_ORIGIN, path="/x", origin=A)
    assert pair.with_cors.preflight(A, "GET", path="/x") == forbidden(VARY_PREFLIGHT)
    assert errors(caplog) == []


def test_settings_name_the_origins_of_a_blueprint_and_of_marks(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(config={"CORS_ORIGINS": [A]})
    blueprint = Blueprint("bp", "bp")
    CORS(blueprint, max_age=5)
    blueprint.add_url_rule("/bp", "bp", lambda: "bp")
    app.register_blueprint(blueprint)
    app.add_url_rule("/x", "x", lambda: "x")
    server = Server(app)
    assert server.request(path="/bp", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request(path="/x", origin=A).cors == ("200",)
    assert errors(caplog) == []
    CORS().validate(app)


@pytest.mark.parametrize("resources", [{}, [], {"/x": None, "/own": DENY}], ids=["no mapping", "no list", "no path"])
def test_origins_without_a_path_are_not_said_to_be_missing(resources: Any, caplog: pytest.LogCaptureFixture) -> None:
    server = Server(app := make_app())
    build(app)
    line = _line() + 1
    CORS(app, origins=[A], resources=resources)
    assert server.request(path="/nowhere", origin=A).cors == ("404",)
    (message,) = errors(caplog)
    assert message == (
        f"CORS(app) at {__file__}:{line} shares nothing: origins are named, and the resources cover no path. "
        "Add the paths to share to the resources, such as '/*': {} for all the others."
    )


def test_a_mark_beside_a_blueprint_is_told_to_name_its_origins_itself(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    blueprint = Blueprint("bp", "bp")
    CORS(blueprint, origins=[A])
    blueprint.add_url_rule("/bp", "bp", lambda: "bp")
    app.register_blueprint(blueprint)
    app.add_url_rule("/x", "x", cross_origin(lambda: "x"))
    assert Server(app).request(path="/x", origin=A).cors == ("200",)
    (message,) = errors(caplog)
    assert message == (
        "No origin is named for the view 'x', so nothing is shared there. "
        "Write @cross_origin(origins=['https://app.example.com']) there."
    )
