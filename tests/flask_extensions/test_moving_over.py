"""What the guide on moving over from Flask-CORS says of both libraries, seen on both."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, abort
from flask.cli import FlaskGroup
from support.manual import DOCS, read_sections
from support.needs import needs_module
from support.wsgi import Server

import flask_cors_ext
from cors_wsgi import PolicyError

with contextlib.suppress(ModuleNotFoundError):  # then no test here runs
    import flask_cors

ORIGIN, EVIL = "https://app.example.com", "https://evil.example"
PUT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}


@pytest.fixture(autouse=True)
def both_libraries_are_installed() -> None:
    needs_module("flask_cors")


def make_app(library: Any, *, decorated: dict[str, Any] | None = None, **options: Any) -> Server:
    """Return an app with the library on it, and `/item` decorated if options for that are given."""
    app = Flask("moving")

    @app.before_request
    def require_login() -> None:
        from flask import request

        if request.path == "/locked":
            abort(401)

    def view() -> str:
        return "item"

    mark: Callable[[Any], Any] = library.cross_origin(**decorated) if decorated is not None else lambda given: given
    app.add_url_rule("/item", view_func=mark(view), methods=["GET", "PUT"])

    @app.get("/fails")
    @mark
    def fails() -> str:
        abort(400)

    @app.put("/locked")
    def locked() -> str:
        return "locked"

    if decorated is None or library is flask_cors_ext:
        library.CORS(app, **options)
    return Server(app)


def cors(server: Server, method: str, path: str, origin: str | None, headers: dict[str, str] | None = None) -> Any:
    answer = server.request(method, path, origin, headers)
    found = {name: value for name, value in answer.headers if name.lower().startswith("access-control-")}
    return int(answer.status[:3]), found, ", ".join(answer.values("Vary"))


def test_without_origins_theirs_is_open_to_everybody_and_ours_shares_nothing() -> None:
    assert cors(make_app(flask_cors), "GET", "/item", EVIL)[1]["Access-Control-Allow-Origin"] == EVIL
    assert cors(make_app(flask_cors_ext), "GET", "/item", EVIL) == (200, {}, "")


def test_everybody_with_credentials_theirs_reflects_and_ours_does_not_start() -> None:
    theirs = make_app(flask_cors, origins="*", supports_credentials=True)
    assert cors(theirs, "GET", "/item", EVIL)[1]["Access-Control-Allow-Origin"] == EVIL
    with pytest.raises(PolicyError) as refused:
        make_app(flask_cors_ext, origins="*", supports_credentials=True)
    assert [problem.code for problem in refused.value.problems] == ["wildcard-with-credentials"]


def test_an_unknown_option_theirs_ignores_and_ours_refuses() -> None:
    assert cors(make_app(flask_cors, orgins=[ORIGIN]), "GET", "/item", EVIL)[1]["Access-Control-Allow-Origin"] == EVIL
    with pytest.raises(TypeError, match="origins"):
        make_app(flask_cors_ext, orgins=[ORIGIN])


def test_a_string_with_regex_signs_theirs_takes_for_a_regex_that_is_not_anchored() -> None:
    theirs = make_app(flask_cors, origins=[r"https://.*\.example\.com"])
    assert cors(theirs, "GET", "/item", "https://a.example.com.evil.example")[1] != {}
    with pytest.raises(PolicyError):
        make_app(flask_cors_ext, origins=[r"https://.*\.example\.com"])
    ours = make_app(flask_cors_ext, origins=[re.compile(r"https://.*\.example\.com")])
    assert cors(ours, "GET", "/item", "https://a.example.com")[1] != {}
    assert cors(ours, "GET", "/item", "https://a.example.com.evil.example")[1] == {}


def test_a_preflight_is_200_with_theirs_and_204_with_ours() -> None:
    options = {"origins": [ORIGIN]}
    assert cors(make_app(flask_cors, **options), "OPTIONS", "/item", ORIGIN, PUT)[0] == 200
    assert cors(make_app(flask_cors_ext, **options), "OPTIONS", "/item", ORIGIN, PUT) == (
        204,
        {
            "Access-Control-Allow-Origin": ORIGIN,
            "Access-Control-Allow-Methods": "GET, HEAD, PUT",
            "Access-Control-Allow-Headers": "*, Authorization",
            "Access-Control-Max-Age": "600",
        },
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    )


def test_allowed_methods_are_a_fixed_list_with_theirs_and_the_urls_own_with_ours() -> None:
    theirs = cors(make_app(flask_cors, origins=[ORIGIN]), "OPTIONS", "/item", ORIGIN, PUT)[1]
    assert theirs["Access-Control-Allow-Methods"] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


def test_a_login_hook_answers_preflights_with_theirs_and_never_sees_them_with_ours() -> None:
    assert cors(make_app(flask_cors, origins=[ORIGIN]), "OPTIONS", "/locked", ORIGIN, PUT)[0] == 401
    assert cors(make_app(flask_cors_ext, origins=[ORIGIN]), "OPTIONS", "/locked", ORIGIN, PUT)[0] == 204


def test_an_error_of_a_decorated_view_is_not_shared_with_theirs_and_is_with_ours() -> None:
    decorated = {"origins": [ORIGIN]}
    assert cors(make_app(flask_cors, decorated=decorated), "GET", "/fails", ORIGIN)[:2] == (400, {})
    assert cors(make_app(flask_cors_ext, decorated=decorated), "GET", "/fails", ORIGIN) == (
        400,
        {"Access-Control-Allow-Origin": ORIGIN},
        "Origin",
    )


def test_vary_is_missing_for_a_refused_origin_with_theirs_and_there_with_ours() -> None:
    options = {"origins": [ORIGIN, "https://b.example"]}
    assert cors(make_app(flask_cors, **options), "GET", "/item", EVIL) == (200, {}, "")
    assert cors(make_app(flask_cors_ext, **options), "GET", "/item", EVIL) == (200, {}, "Origin")


def test_without_an_origin_theirs_names_the_first_of_its_own_and_ours_shares_nothing() -> None:
    options = {"origins": [ORIGIN, "https://b.example"]}
    theirs = cors(make_app(flask_cors, **options), "GET", "/item", None)
    assert theirs[1]["Access-Control-Allow-Origin"] in options["origins"]
    assert cors(make_app(flask_cors_ext, **options), "GET", "/item", None) == (200, {}, "Origin")


def test_resources_are_regexes_with_theirs_and_path_patterns_with_ours() -> None:
    theirs = make_app(flask_cors, resources={r"/it*": {"origins": [ORIGIN]}})
    assert cors(theirs, "GET", "/item", ORIGIN)[1] != {}
    with pytest.raises(PolicyError):
        make_app(flask_cors_ext, resources={r"/it*": {"origins": [ORIGIN]}})
    ours = make_app(flask_cors_ext, resources={"/item/*": {"origins": [ORIGIN]}})
    assert cors(ours, "GET", "/item", ORIGIN)[1] == {"Access-Control-Allow-Origin": ORIGIN}
    assert cors(ours, "GET", "/fails", ORIGIN) == (400, {}, "")


def test_a_path_that_no_resource_covers_is_not_shared_with_either() -> None:
    for library in (flask_cors, flask_cors_ext):
        server = make_app(library, resources={"/other/*": {"origins": [ORIGIN]}})
        assert cors(server, "GET", "/item", ORIGIN)[1] == {}


def test_private_networks_are_answered_by_theirs_and_not_by_ours() -> None:
    asked = PUT | {"Access-Control-Request-Private-Network": "true"}
    name = "Access-Control-Allow-Private-Network"
    assert name in cors(make_app(flask_cors, origins=[ORIGIN]), "OPTIONS", "/item", ORIGIN, asked)[1]
    assert name not in cors(make_app(flask_cors_ext, origins=[ORIGIN]), "OPTIONS", "/item", ORIGIN, asked)[1]


@pytest.mark.parametrize(
    "option",
    [
        "send_wildcard",
        "vary_header",
        "automatic_options",
        "intercept_exceptions",
        "always_send",
        "allow_private_network",
    ],
)
def test_needless_options_are_accepted_with_a_warning(option: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        make_app(flask_cors_ext, origins=[ORIGIN], **{option: True})
    assert any(option in str(warning.message) for warning in told)


def test_a_decorator_alone_is_enough_with_theirs_and_needs_the_extension_with_ours() -> None:
    assert cors(make_app(flask_cors, decorated={"origins": [ORIGIN]}), "GET", "/item", ORIGIN)[1] != {}
    app = Flask("alone")
    app.add_url_rule("/item", view_func=flask_cors_ext.cross_origin(origins=[ORIGIN])(lambda: "item"))
    assert cors(Server(app), "GET", "/item", ORIGIN)[1] == {}


def test_theirs_exposes_headers_on_preflights_and_ours_on_the_response() -> None:
    options = {"origins": [ORIGIN], "expose_headers": ["ETag"]}
    name = "Access-Control-Expose-Headers"
    assert name in cors(make_app(flask_cors, **options), "OPTIONS", "/item", ORIGIN, PUT)[1]
    assert name not in cors(make_app(flask_cors_ext, **options), "OPTIONS", "/item", ORIGIN, PUT)[1]
    assert cors(make_app(flask_cors_ext, **options), "GET", "/item", ORIGIN)[1][name] == "ETag"


def find_code(heading: str) -> str:
    """Return the first block of Python in a section of the guide."""
    (section,) = (section for section in read_sections(DOCS / "moving-over.md") if section.title == heading)
    return next(block.text for block in section.blocks if block.language == "python")


def test_socket_io_answers_for_itself_and_the_check_has_nothing_to_say() -> None:
    needs_module("flask_socketio")
    names: dict[str, Any] = {"__name__": "chat"}
    exec(find_code("Socket.IO"), names)
    app = names["app"]
    handshake = "/socket.io/?EIO=4&transport=polling"
    shared = {"Access-Control-Allow-Origin": ORIGIN, "Access-Control-Allow-Credentials": "true"}
    answer = app.test_client().get(handshake, headers={"Origin": ORIGIN})
    assert {name: value for name, value in answer.headers if name.startswith("Access-Control-")} == shared
    assert app.test_client().get(handshake, headers={"Origin": EVIL}).status_code == 400
    assert cors(Server(app), "GET", "/items", ORIGIN) == (200, shared, "Origin")
    assert cors(Server(app), "GET", "/items", EVIL) == (200, {}, "Origin")
    result = CliRunner().invoke(FlaskGroup(create_app=lambda: app), ["cors", "check"])
    assert (result.output, result.exit_code) == ("0 errors, 0 other findings.\n", 0)


def test_a_function_without_an_app_of_its_own_is_shared(tmp_path: Path) -> None:
    needs_module("functions_framework")
    import functions_framework

    source = tmp_path / "main.py"
    source.write_text(find_code("Functions without an app"))
    server = Server(functions_framework.create_app("items", str(source)))
    assert cors(server, "GET", "/", ORIGIN) == (200, {"Access-Control-Allow-Origin": ORIGIN}, "Origin")
    assert cors(server, "GET", "/", EVIL) == (200, {}, "Origin")
    assert cors(server, "OPTIONS", "/", ORIGIN, PUT)[:1] == (204,)
    assert cors(server, "OPTIONS", "/", EVIL, PUT) == (
        403,
        {},
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    )
