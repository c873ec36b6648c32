"""`flask cors routes` and `flask cors check`."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Blueprint, Flask
from flask.cli import FlaskGroup
from support.needs import needs_module
from support.site import A, B
from werkzeug.routing import Rule

from flask_cors_ext import CORS, cross_origin, same_origin

HANDS_OFF = "This app has no CORS extension: nothing is shared, and nothing is added, removed or answered.\n"


@pytest.fixture(autouse=True)
def rich() -> None:
    needs_module("rich")


def run(app: Flask, *command: str) -> tuple[int, str]:
    result = CliRunner().invoke(FlaskGroup(create_app=lambda: app), ["cors", *command])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def is_ours(origin: str, environ: Any) -> bool:
    return origin.endswith(".example")


def make(**options: Any) -> Flask:
    app = Flask("site", static_folder=None)
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    bp.add_url_rule("/x", "x", lambda: "x", methods=["GET", "PUT"], subdomain="api")
    CORS(bp, origins=[A, re.compile("https://b.*"), is_ours], expose_headers="*")
    app.register_blueprint(bp)
    app.add_url_rule("/open", "open", cross_origin(origins="*", allow_headers=["X-A"])(lambda: "open"))
    app.add_url_rule("/never", "never", same_origin(lambda: "never"))
    app.add_url_rule("/off", "off", lambda: "off")
    app.url_map.add(Rule("/any", endpoint="off", subdomain=""))
    if options:
        CORS(app, **options)
    return app


def test_routes_as_json() -> None:
    code, output = run(make(max_age=5), "routes", "--json")
    assert code == 0
    off = {"shared": False, "denied": False}
    from_app = {"supports_credentials": False, "max_age": 5}
    layer = {"max_age": "CORS(app)"}
    assert json.loads(output) == {
        "extension": True,
        "routes": [
            {
                "rule": "api/bp/x",
                "endpoint": "bp.x",
                "methods": ["GET", "HEAD", "PUT"],
                "shared": True,
                "denied": False,
                "origins": [A, "re.compile('https://b.*')", "is_ours"],
                "allow_headers": "*",
                "expose_headers": "*",
                **from_app,
                "sources": {"origins": "CORS(blueprint 'bp')", "expose_headers": "CORS(blueprint 'bp')", **layer},
            },
            {
                "rule": "/open",
                "endpoint": "open",
                "methods": ["GET", "HEAD"],
                "shared": True,
                "denied": False,
                "origins": "*",
                "allow_headers": ["X-A"],
                "expose_headers": [],
                **from_app,
                "sources": {
                    "origins": "@cross_origin on make.<locals>.<lambda>",
                    "allow_headers": "@cross_origin on make.<locals>.<lambda>",
                    **layer,
                },
            },
            {"rule": "/never", "endpoint": "never", "methods": ["GET", "HEAD"], "shared": False, "denied": True},
            {"rule": "/off", "endpoint": "off", "methods": ["GET", "HEAD"], **off},
            {"rule": "/any", "endpoint": "off", "methods": ["GET"], **off},
        ],
    }


def test_routes_as_a_table() -> None:
    code, output = run(make(max_age=5), "routes")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if line.startswith("│")]
    assert code == 0
    assert ["/never", "GET, HEAD", "never shared", "", "", "", ""] in rows
    assert ["/off", "GET, HEAD", "hands off", "", "", "", ""] in rows
    (opened,) = [row for row in rows if row[0] == "/open"]
    assert opened[:6] == ["/open", "GET, HEAD", "everybody", "no", "X-A", ""]
    assert opened[6].startswith("@cross_origin on make")
    (blueprint,) = [row for row in rows if row[0] == "api/bp/x"]
    assert blueprint[:2] + blueprint[3:6] == ["api/bp/x", "GET, HEAD, PUT", "no", "all", "all"]


def test_views_with_several_policies_have_several_rows() -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "get", cross_origin(origins=A)(lambda: "x"), methods=["GET"])
    app.add_url_rule("/x", "put", cross_origin(origins=B)(lambda: "x"), methods=["PUT"])
    app.add_url_rule("/o", "options", lambda: "x", methods=["OPTIONS"])
    CORS(app)
    rows = json.loads(run(app, "routes", "--json")[1])["routes"]
    assert [(row["methods"], row.get("origins")) for row in rows] == [
        (["GET", "HEAD"], [A]), (["PUT"], [B]), (["OPTIONS"], None),
    ]  # fmt: skip


def test_without_the_extension_both_say_so() -> None:
    app = Flask("site")
    assert run(app, "routes") == (0, HANDS_OFF)
    assert json.loads(run(app, "routes", "--json")[1]) == {"extension": False, "routes": []}
    assert run(app, "check") == (0, HANDS_OFF + "0 errors, 0 other findings.\n")
    app.add_url_rule("/x", "x", cross_origin(lambda: "x"))
    expected = "error: Nothing reads the marks of these views: x. Write CORS(app).  [missing-extension]\n"
    assert run(app, "check") == (1, HANDS_OFF + expected + "1 error, 0 other findings.\n")


def test_a_wrong_policy_fails_both() -> None:
    app = make(supports_credentials=True)
    code, output = run(app, "check")
    assert code == 1
    assert output.startswith("error: 2 problems in the views of the app 'site':\n")
    assert output.endswith("[policy]\n1 error, 0 other findings.\n")
    code, output = run(app, "routes")
    assert (code, output[:20]) == (1, "Error: 2 problems in")


def hide(view: Any) -> Any:
    def hidden(*values: Any) -> Any:
        return view(*values)

    return hidden


class Hiding:
    def __init__(self, view: Any) -> None:
        self.view = view
        self.type = Flask

    def __call__(self) -> Any:
        return self.view()


def lose_marks(app: Flask) -> None:
    from functools import partial

    def marked() -> str:
        return "x"

    cross_origin(marked)
    app.add_url_rule("/lost", "lost", hide(hide(marked)))
    app.add_url_rule("/held", "held", Hiding(cross_origin(lambda: "x")))
    app.add_url_rule("/part", "part", partial(cross_origin(lambda: "x")))


def reach_another_view(app: Flask) -> None:
    def other() -> str:
        return "x"

    cross_origin(other)
    app.add_url_rule("/other", "other", other)
    app.add_url_rule("/calls", "calls", lambda: other())


def twins_in_headers(app: Flask) -> None:
    app.add_url_rule("/x", "get", cross_origin(allow_headers=["X-A"])(lambda: "x"), methods=["GET"])
    app.add_url_rule("/x", "put", cross_origin(allow_headers=["X-B"])(lambda: "x"), methods=["PUT"])
    app.add_url_rule("/x", "post", cross_origin(allow_headers=["X-B"])(lambda: "x"), methods=["POST"])
    app.add_url_rule("/x", "delete", same_origin(lambda: "x"), methods=["DELETE"])
    app.add_url_rule("/y", "y", cross_origin(allow_headers=["X-C"])(lambda: "x"), methods=["PUT"])


def wrap_after(app: Flask) -> None:
    inner = app.wsgi_app
    app.wsgi_app = lambda environ, start: inner(environ, start)  # type: ignore[method-assign]


def with_flask_cors(app: Flask) -> None:
    def theirs(response: Any) -> Any:
        return response

    theirs.__module__ = "flask_cors.extension"
    app.after_request(theirs)


def nothing(app: Flask) -> None:
    app.add_url_rule("/x", "x", lambda: "x")


def idle_blueprint(app: Flask) -> None:
    for name in ("idle", "busy"):
        bp = Blueprint(name, __name__)
        CORS(bp, origins=A)
        if name == "busy":
            bp.add_url_rule("/busy", "x", lambda: "x")
        app.register_blueprint(bp)


FINDINGS = [
    pytest.param(nothing, {}, [], id="nothing to say"),
    pytest.param(
        lose_marks,
        {},
        [
            "error: The view 'held' hides the mark of",
            "error: The view 'lost' hides the mark of lose_marks.<locals>.marked: a",
            "error: The view 'part' hides the mark of",
        ],
        id="lost marks",
    ),
    pytest.param(reach_another_view, {}, [], id="a view that calls a marked view has lost none"),
    pytest.param(
        twins_in_headers,
        {},
        [
            "warning: At /x, GET, HEAD and PUT differ only in allow_headers,",
            "warning: At /x, GET, HEAD and POST differ only in allow_headers,",
        ],
        id="views that differ only in headers",
    ),
    pytest.param(
        wrap_after,
        {},
        ["warning: app.wsgi_app was wrapped after CORS(app), by wrap_after.<locals>.<lambda>: what"],
        id="wrapped since",
    ),
    pytest.param(with_flask_cors, {}, ["warning: Flask-CORS is on this app, too;"], id="another extension"),
    pytest.param(
        idle_blueprint, {}, ["warning: The blueprint 'idle' has CORS, and no routes."], id="a blueprint without routes"
    ),
    pytest.param(nothing, {"debug": True}, ["warning: X-CORS-Debug is on although"], id="debug in production"),
    pytest.param(
        nothing,
        {"origins": "http://a.internal", "supports_credentials": True, "accept_risks": ["insecure-origins"]},
        ["warning: GET, HEAD /x accepts insecure-origins."],
        id="an accepted risk",
    ),
    pytest.param(
        nothing,
        {"origins": ["https://*.a.example", A], "supports_credentials": True},
        ["note: GET, HEAD /x trusts whatever matches https://*.a.example with credentials."],
        id="a pattern with credentials",
    ),
    pytest.param(
        lambda app: app.add_url_rule("/w", "w", lambda: "w", methods=["POST"]),
        {"origins": "*"},
        ["note: POST /w may be called by every page of the web."],
        id="everybody writes",
    ),
    pytest.param(
        nothing,
        {"resources": ["/x", "/y/*", "/x/z"]},
        ["warning: resources['/y/*'] covers no route", "warning: resources['/x/z'] covers no route"],
        id="resources without routes",
    ),
    pytest.param(
        lambda app: app.add_url_rule("/x/<path:p>", "x", lambda p: p),
        {"resources": ["/x/1", "/x/1/*", re.compile("/z.*"), "/y"]},
        ["warning: resources['/y'] covers no route"],
        id="resources that may have routes",
    ),
]


@pytest.mark.parametrize(("build", "options", "expected"), FINDINGS)
def test_m12_i4_check_finds(build: Any, options: dict[str, Any], expected: list[str]) -> None:
    app = Flask("site", static_folder=None)
    if build is wrap_after:
        nothing(app)
    CORS(app, **{"origins": A, **options})
    build(app)
    code, output = run(app, "check")
    *lines, last = output.splitlines()
    errors = sum(line.startswith("error") for line in expected)
    assert [line[: len(start)] for line, start in zip(lines, expected, strict=True)] == expected
    assert code == (1 if errors else 0)
    others = len(expected) - errors
    assert last == f"{errors} error{'s' * (errors != 1)}, {others} other finding{'s' * (others != 1)}."


def test_a_terminal_decides_on_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout.__class__, "isatty", lambda self: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    code, output = run(make(max_age=5), "routes")
    assert code == 0
    assert max(len(line) for line in output.splitlines()) <= 160
