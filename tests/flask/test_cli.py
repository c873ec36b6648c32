# ruff: noqa: E501 - what is printed stands on one line
"""`flask cors routes` and `flask cors check`."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from click import unstyle
from click.testing import CliRunner
from flask import Blueprint, Flask
from flask.cli import FlaskGroup
from flask.views import MethodView, View
from support.needs import needs_module
from support.wsgi import A, B
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule

from cors_wsgi import DENY, PolicyError
from cors_wsgi.origins import show_rule
from flask_cors_ext import CORS, cross_origin, same_origin
from flask_cors_ext.cli import _wrap
from flask_cors_ext.cli.routes import show_sources
from flask_cors_ext.policies import sample_path

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
    heading = next(line for line in output.splitlines() if line.startswith("┃"))
    assert [cell.strip() for cell in heading.split("┃")[1:-1]] == [
        "Route", "Methods", "Origins", "Credentials", "Request headers", "Exposed", "Set by",
    ]  # fmt: skip
    assert code == 0
    assert ["/never", "GET, HEAD", "never shared", "", "", "", ""] in rows
    assert ["/off", "GET, HEAD", "hands off", "", "", "", ""] in rows
    (opened,) = [row for row in rows if row[0] == "/open"]
    assert opened[:6] == ["/open", "GET, HEAD", "everybody", "no", "X-A", ""]
    assert opened[6].startswith("@cross_origin on make")
    (blueprint,) = [row for row in rows if row[0] == "api/bp/x"]
    assert blueprint[:2] + blueprint[3:6] == ["api/bp/x", "GET, HEAD, PUT", "no", "all", "all"]


class Tenants:
    def __call__(self, origin: str, environ: Any) -> bool:
        return True

    def __repr__(self) -> str:
        return "<our tenants>"


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        (A, A),
        (is_ours, "is_ours"),
        (Tenants(), "<our tenants>"),
        (re.compile("a" * 300), f"re.compile('{'a' * 300}')"),
    ],
)
def test_an_origin_rule_is_shown_in_full(rule: Any, shown: str) -> None:
    assert show_rule(rule) == shown


def test_a_table_says_everything_of_a_policy_in_full() -> None:
    app = Flask("site", static_folder=None)
    long = f"https://{'long' * 40}.example"
    options = {"origins": [A, re.compile("https://b.*"), long], "supports_credentials": True}
    app.add_url_rule("/x", "x", cross_origin(**options, allow_headers=["X-A", "X-B"])(lambda: "x"))
    CORS(app)
    _, output = run(app, "routes")
    cells = [line.split("│")[1:-1] for line in output.splitlines() if line.startswith("│")]
    columns = ["".join(cell.strip() for cell in column) for column in zip(*cells, strict=True)]
    assert columns[2].replace(" ", "") == f"{A},re.compile('https://b.*'),{long}"
    assert columns[3:6] == ["yes", "X-A, X-B", ""]


def test_sources_are_shown_a_layer_at_a_time() -> None:
    sources = {"origins": "CORS(app)", "max_age": "the setting CORS_MAX_AGE", "methods": "CORS(app)"}
    assert show_sources(sources) == "CORS(app): origins, methods; the setting CORS_MAX_AGE: max_age"


def test_a_view_class_has_a_row_for_each_policy_of_its_methods() -> None:
    class X(MethodView):
        method_decorators = {"get": [cross_origin(origins=B)]}  # noqa: RUF012 - as Flask-RESTful has it

        def get(self) -> str:
            return "x"

        @cross_origin(origins="*")
        def put(self) -> str:
            return "x"

    class Y(View):
        methods = ["GET"]  # noqa: RUF012 - as users write it
        decorators = None  # type: ignore[assignment]

        def dispatch_request(self) -> str:
            return "y"

    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", view_func=X.as_view("x"))
    app.add_url_rule("/y", view_func=cross_origin(Y).as_view("y"))
    app.add_url_rule("/o", "o", lambda: "o", methods=["GET", "OPTIONS"])
    app.add_url_rule("/none", "none", lambda: "none", methods=[])
    app.url_map.add(Rule("/raw", endpoint="o", methods=["GET", "OPTIONS"]))
    CORS(app, origins=A)
    rows = json.loads(run(app, "routes", "--json")[1])["routes"]
    assert [(row["rule"], row["methods"], row["origins"], row["sources"]["origins"]) for row in rows] == [
        ("/x", ["GET"], [B], f"@cross_origin on {X.get.__qualname__}"),
        ("/x", ["HEAD"], [B], f"@cross_origin on {X.get.__qualname__}"),
        ("/x", ["PUT"], "*", f"@cross_origin on {X.put.__qualname__}"),
        ("/y", ["GET", "HEAD"], [A], "CORS(app)"),
        ("/o", ["GET", "HEAD", "OPTIONS"], [A], "CORS(app)"),
        ("/raw", ["GET", "HEAD", "OPTIONS"], [A], "CORS(app)"),
        ("/none", ["OPTIONS"], [A], "CORS(app)"),
    ]


@pytest.mark.parametrize(
    ("rule", "path"),
    [("/", "/"), ("/x", "/x"), ("/x/<a>", "/x/x"), ("/x/<a>/y/<int:b>/z", "/x/x/y/x/z"), ("/a<b>c/<d>-e", "/axc/x-e")],
)
def test_a_path_such_as_a_rule_matches(rule: str, path: str) -> None:
    assert sample_path(Rule(rule)) == path


def test_the_table_shows_routes_and_rules_to_the_letter() -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/a[b]/:x:", "x", lambda: "x")
    CORS(app, origins=[re.compile(r"https://[a-z]+[.]example"), "http://[::1]:*"])
    code, output = run(app, "routes")
    assert code == 0
    assert "│ /a[b]/:x: │" in output
    assert "│ re.compile('https://[a-z]+[.]example'), http://[::1]:* │" in output


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
    app.add_url_rule("/y", "y", same_origin(lambda: "y"))
    expected = "error: Nothing reads the marks of these views: x, y. Write CORS(app).  [missing-extension]\n"
    assert run(app, "check") == (1, HANDS_OFF + expected + "1 error, 0 other findings.\n")


def test_where_flask_cors_answers_in_its_place_both_say_so() -> None:
    app = Flask("site")
    with_flask_cors(app)
    answers = "This app has no CORS extension of flask_cors_ext: Flask-CORS answers for it.\n"
    assert run(app, "routes") == (0, answers)
    assert run(app, "check") == (
        0,
        answers + "warning: Flask-CORS alone decides who may read from this app. Import CORS and cross_origin from "
        "flask_cors_ext.  [other-extension]\n0 errors, 1 other finding.\n",
    )


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


def hide_deeply(app: Flask) -> None:
    for depth in (21, 22):
        view: Any = cross_origin(named(f"under {depth}"))
        for _ in range(depth):
            view = hide(view)
        app.add_url_rule(f"/{depth}", f"below {depth}", view)
    app.add_url_rule("/marked", "marked", cross_origin(hide(cross_origin(named("under a mark")))))


def named(name: str) -> Any:
    def view() -> str:
        return "x"

    view.__qualname__ = name
    return view


def use_a_marked_class(app: Flask) -> None:
    class Other:
        @cross_origin
        def show(self) -> str:
            return "x"

    app.add_url_rule("/uses", "uses", lambda: Other().show())


def reach_another_view(app: Flask) -> None:
    def other() -> str:
        return "x"

    cross_origin(other)
    app.add_url_rule("/other", "other", other)
    app.add_url_rule("/calls", "calls", lambda: other())
    app.add_url_rule("/through", "through", lambda: nothing(app) or other())  # type: ignore[func-returns-value]


def twins_in_headers(app: Flask) -> None:
    app.add_url_rule("/x", "get", cross_origin(allow_headers=["X-A"])(lambda: "x"), methods=["GET"])
    app.add_url_rule("/x", "put", cross_origin(allow_headers=["X-B"])(lambda: "x"), methods=["PATCH", "PUT"])
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


def with_a_decorator_of_flask_cors(app: Flask) -> None:
    view = named("theirs")
    view.__module__ = "flask_cors"
    app.add_url_rule("/theirs", "theirs", view)


def wrap_in_an_object(app: Flask) -> None:
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]


def risky_behind_a_denied_one(app: Flask) -> None:
    app.add_url_rule("/never", "never", same_origin(lambda: "x"))
    options = {"origins": ["http://*.com", A], "supports_credentials": True}
    app.add_url_rule(
        "/r", "r", cross_origin(**options, accept_risks=["insecure-origins", "public-suffix"])(hide(print))
    )


def nothing(app: Flask) -> None:
    app.add_url_rule("/x", "x", lambda: "x")


def many_routes(app: Flask) -> None:
    for number in range(410):
        app.add_url_rule(f"/{number}", str(number), lambda: "x")


def mark_one_of_seven(app: Flask) -> None:
    for number in range(6):
        app.add_url_rule(f"/{number}", str(number), lambda: "x")
    app.add_url_rule("/marked", "marked", cross_origin(origins=A)(lambda: "x"))


def idle_blueprint(app: Flask) -> None:
    for name in ("idle", "busy"):
        bp = Blueprint(name, __name__)
        CORS(bp, origins=A)
        if name == "busy":
            bp.add_url_rule("/busy", "x", lambda: "x")
        app.register_blueprint(bp)


def idle_resource_of_a_blueprint(app: Flask) -> None:
    bp = Blueprint("bp", __name__, url_prefix="/api")
    bp.add_url_rule("/x", "x", lambda: "x")
    bp.add_url_rule("/users/<name>", "users", lambda name: name)
    CORS(
        bp,
        resources={
            "/x": {"origins": A},
            "/z": DENY,
            "/off": None,
            "/api/x": {},
            "/api/users/me": {},
            re.compile("/y"): {},
        },
    )
    app.register_blueprint(bp)


LOST = (
    "If that is a decorator, use functools.wraps in it, or put the mark above it; else mark the view itself, with "
    "@cross_origin or @same_origin.  [lost-mark]"
)
HIDE = f"hide ({__file__}:{hide.__code__.co_firstlineno + 1})"
TWINS = (
    "differ only in allow_headers. Browsers remember header names for the URL, whatever the method, so preflights are not "
    "cached there (Access-Control-Max-Age: 0). Give them the same allow_headers.  [header-twins]"
)
WRAPPED = "what that answers itself carries no CORS headers. Call CORS(app) last, unless it rewrites host or path (such as ProxyFix).  [wrapped]"
OTHER = "warning: Flask-CORS is on this app, too, but its headers are replaced. Remove it.  [other-extension]"
LOOSE = (
    "with credentials, every origin that matches {} is trusted. Make sure that nobody else can have one.  "
    "[loose-with-credentials]"
)
IDLE = "covers no route of this app. Check its path, or remove it.  [idle-resource]"
FINDINGS = [
    pytest.param(nothing, {}, [], id="nothing to say"),
    pytest.param(
        lose_marks,
        {},
        [
            f"error: The view 'held' is not shared: Hiding hides the mark on lose_marks.<locals>.<lambda>. {LOST}",
            f"error: The view 'lost' is not shared: {HIDE} hides the mark on lose_marks.<locals>.marked. {LOST}",
            f"error: The view 'part' is not shared: partial hides the mark on lose_marks.<locals>.<lambda>. {LOST}",
        ],
        id="lost marks",
    ),
    pytest.param(reach_another_view, {}, [], id="a view that calls a marked view has lost none"),
    pytest.param(
        twins_in_headers,
        {},
        [
            f"note: At /x, GET, HEAD and PUT, PATCH {TWINS}",
            f"note: At /x, GET, HEAD and POST {TWINS}",
        ],
        id="views that differ only in headers",
    ),
    pytest.param(
        wrap_after,
        {},
        [f"warning: app.wsgi_app was wrapped after CORS(app), by wrap_after.<locals>.<lambda>: {WRAPPED}"],
        id="wrapped since",
    ),
    pytest.param(
        wrap_in_an_object,
        {},
        [f"warning: app.wsgi_app was wrapped after CORS(app), by ProxyFix: {WRAPPED}"],
        id="wrapped since by an object",
    ),
    pytest.param(with_flask_cors, {}, [OTHER], id="another extension"),
    pytest.param(with_a_decorator_of_flask_cors, {}, [OTHER], id="another extension's decorator"),
    pytest.param(
        hide_deeply,
        {},
        [f"error: The view 'below 21' is not shared: {HIDE} hides the mark on under 21. {LOST}"],
        id="a lost mark is looked for behind twenty-one decorators",
    ),
    pytest.param(use_a_marked_class, {}, [], id="a view that uses a class with a marked method has lost none"),
    pytest.param(
        risky_behind_a_denied_one,
        {},
        [
            "warning: GET, HEAD /r: the policy accepts insecure-origins, public-suffix.  [accepted-risk]",
            f"note: GET, HEAD /r: {LOOSE.format('http://*.com')}",
        ],
        id="behind a view that is never shared",
    ),
    pytest.param(
        many_routes,
        {"origins": "https://*.a.example", "supports_credentials": True},
        [f"note: GET, HEAD /0 and 409 more routes: {LOOSE.format('https://*.a.example')}"],
        id="the same is said once for all routes",
    ),
    pytest.param(
        mark_one_of_seven,
        {},
        [
            (
                "note: GET, HEAD /0; GET, HEAD /1; GET, HEAD /2; GET, HEAD /3; GET, HEAD /4 and 1 more route: no page of another "
                "origin may read this, since CORS(app) names no origins. To share it, write "
                "CORS(app, origins=['https://app.example.com']), or mark the view.  [unshared-routes]"
            )
        ],
        id="routes beside a mark that names origins",
    ),
    pytest.param(
        idle_blueprint,
        {},
        ["warning: The blueprint 'idle' has CORS, but no routes.  [idle-blueprint]"],
        id="a blueprint without routes",
    ),
    pytest.param(
        idle_resource_of_a_blueprint,
        {},
        [
            (
                f"warning: CORS(blueprint 'bp') resources['{path}'] covers no route of the blueprint. Write paths as "
                "browsers request them, with the blueprint's prefix: one of its routes is /api/x.  [idle-resource]"
            )
            for path in ("/x", "/z")
        ],
        id="a blueprint's resource without its prefix",
    ),
    pytest.param(
        nothing,
        {"debug": True},
        [
            "warning: X-CORS-Debug is on although the app is not in debug mode: it shows rules that almost match.  [debug]"
        ],
        id="debug in production",
    ),
    pytest.param(
        nothing,
        {"origins": "http://a.internal", "supports_credentials": True, "accept_risks": ["insecure-origins"]},
        ["warning: GET, HEAD /x: the policy accepts insecure-origins.  [accepted-risk]"],
        id="an accepted risk",
    ),
    pytest.param(
        nothing,
        {"origins": ["https://*.a.example", A, re.compile("b")], "supports_credentials": True},
        [f"note: GET, HEAD /x: {LOOSE.format('https://*.a.example, re.compile({!r})'.format('b'))}"],
        id="a pattern with credentials",
    ),
    pytest.param(
        lambda app: app.add_url_rule("/w", "w", lambda: "w", methods=["POST"]),
        {"origins": "*"},
        ["note: POST /w: every page on the web may call this.  [everybody-writes]"],
        id="everybody writes",
    ),
    pytest.param(
        nothing,
        {"resources": ["/x", "/y/*", "/x/z"]},
        [f"warning: resources['/y/*'] {IDLE}", f"warning: resources['/x/z'] {IDLE}"],
        id="resources without routes",
    ),
    pytest.param(
        lambda app: app.add_url_rule("/x/<path:p>", "x", lambda p: p),
        {"resources": ["/x/1", "/x/1/*", re.compile("/z.*"), "/y"]},
        [f"warning: resources['/y'] {IDLE}"],
        id="resources that may have routes",
    ),
    pytest.param(
        nothing,
        {"resources": {"/x": {}, "/y/*": None, "/z": DENY}},
        [f"warning: resources['/z'] {IDLE}"],
        id="resources without routes that share nothing",
    ),
    pytest.param(
        lambda app: app.add_url_rule("/x/y/<z>", "x", lambda z: z),
        {"resources": ["/x/*", "/x/y/*"]},
        [],
        id="a resource around another that may have routes",
    ),
    pytest.param(
        lambda app: app.add_url_rule("/x/<y>/z/<n>", "x", lambda y, n: y),
        {"resources": ["/x/1/z/2"]},
        [],
        id="a resource that what varies may match",
    ),
]


@pytest.mark.parametrize(("build", "options", "expected"), FINDINGS)
def test_check_finds(build: Any, options: dict[str, Any], expected: list[str]) -> None:
    app = Flask("site", static_folder=None)
    if build is wrap_after:
        nothing(app)
    CORS(app, **({} if build is mark_one_of_seven else {"origins": A, **options}))
    build(app)
    code, output = run(app, "check")
    *lines, last = output.splitlines()
    errors = sum(line.startswith("error") for line in expected)
    assert lines == expected
    assert code == (1 if errors else 0)
    others = len(expected) - errors
    assert last == f"{errors} error{'s' * (errors != 1)}, {others} other finding{'s' * (others != 1)}."


def test_check_passes_over_static_files_that_nothing_shares() -> None:
    app = Flask("site")
    bp = Blueprint("bp", __name__, static_folder="static", url_prefix="/bp")
    app.register_blueprint(bp)
    app.add_url_rule("/marked", "marked", cross_origin(origins=A)(lambda: "x"))
    CORS(app)
    assert run(app, "check") == (0, "0 errors, 0 other findings.\n")
    rows = json.loads(run(app, "routes", "--json")[1])["routes"]
    assert [row["endpoint"] for row in rows] == ["marked", "static", "bp.static"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_decides_on_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    app = make(max_age=5)
    FlaskGroup(create_app=lambda: app).main(["cors", "routes"], standalone_mode=False)
    assert max(len(line) for line in unstyle(terminal.getvalue()).splitlines()) <= 60


def test_without_columns_a_terminal_is_asked_for_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((60, 25)))
    FlaskGroup(create_app=lambda: make(max_age=5)).main(["cors", "routes"], standalone_mode=False)
    assert max(len(line) for line in unstyle(terminal.getvalue()).splitlines()) <= 60


def test_on_a_terminal_of_few_columns_nothing_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm-256color")
    FlaskGroup(create_app=lambda: make(max_age=5)).main(["cors", "routes"], standalone_mode=False)
    assert terminal.getvalue() == unstyle(terminal.getvalue())


COLUMNS = [("0", True), ("1", False), ("3", False), ("119", False), ("120", True), ("wide", True), ("", True)]


@pytest.mark.parametrize(("columns", "is_table"), COLUMNS)
def test_a_table_takes_a_hundred_and_twenty_columns(
    columns: str, is_table: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    app = Flask("site", static_folder=None)
    CORS(app, origins=A)
    app.add_url_rule("/x", "x", lambda: "")
    status, output = run(app, "routes")
    assert (status, "Route" in output) == (0, is_table)


def test_on_few_columns_what_is_long_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    app = Flask("site", static_folder=None)
    long, path = f"https://{'long-name.' * 9}example", "/long" * 20
    app.add_url_rule(path, "x", cross_origin(origins=[A, long, "https://one-name.of-all.example"])(named("show-it")))
    app.add_url_rule("/fits", "y", cross_origin(origins=A, expose_headers=["X-" + "A" * 16])(named("y")))
    CORS(app)
    assert run(app, "routes")[1] == (
        f"GET, HEAD {path}\n"
        f"    {A},\n"
        f"    {long},\n"
        "    https://one-name.of-all.example (@cross_origin on show-it: origins)\n"
        "GET, HEAD /fits\n"
        f"    {A}; exposed: X-{'A' * 16} (@cross_origin on y: origins,\n"
        "    expose_headers)\n"
    )


def test_on_few_columns_a_route_has_two_lines_and_words_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Flask("site")
    CORS(app, origins=[A, B], supports_credentials=True)
    options = {"origins": A, "allow_headers": ["X-A", "X-B"], "expose_headers": ["ETag"]}
    app.add_url_rule("/x/<int:id>", "x", cross_origin(**options)(named("show")))
    app.add_url_rule("/no", "no", same_origin(lambda: ""))
    monkeypatch.setenv("COLUMNS", "80")
    assert run(app, "routes")[1] == (
        "GET, HEAD /x/<int:id>\n"
        f"    {A}; credentials; request headers: X-A, X-B; exposed: ETag\n"
        "    (@cross_origin on show: origins, allow_headers, expose_headers; CORS(app):\n"
        "    supports_credentials)\n"
        "GET, HEAD /no\n"
        "    never shared\n"
        "GET, HEAD /static/<path:filename>\n"
        f"    {A}, {B}; credentials (CORS(app): origins,\n"
        "    supports_credentials)\n"
    )


NO_VIEW_OF_THEIRS = [
    # Flask's own view for static files is not a line that anybody could change.
    pytest.param("static", "GET, HEAD /static/<path:filename>", id="Flask's own view"),
    pytest.param(None, "GET, HEAD /x", id="an object without code"),
]


def test_check_as_json_names_file_and_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    app = Flask("site")
    CORS(app, origins=["https://*.example.com"], supports_credentials=True)
    view = named("show")
    app.add_url_rule("/x", "x", view)
    code, output = run(app, "check", "--json")
    assert code == 0
    finding = {
        "code": "loose-with-credentials",
        "level": "note",
        "text": (
            "GET, HEAD /x and 1 more route: with credentials, every origin that matches https://*.example.com is "
            "trusted. Make sure that nobody else can have one."
        ),
    }
    place = {"file": "test_cli.py", "line": view.__code__.co_firstlineno}
    assert json.loads(output) == {"extension": True, "findings": [{**finding, **place}]}
    assert json.loads(run(Flask("site"), "check", "--json")[1]) == {"extension": False, "findings": []}


def test_a_method_of_an_object_has_the_line_of_its_function() -> None:
    class Views:
        def show(self) -> str:
            return "x"

    app = Flask("site", static_folder=None)
    CORS(app, origins=["https://*.example.com"], supports_credentials=True)
    app.add_url_rule("/x", "x", Views().show)
    (finding,) = json.loads(run(app, "check", "--json")[1])["findings"]
    assert (Path(finding["file"]).name, finding["line"]) == ("test_cli.py", Views.show.__code__.co_firstlineno)


@pytest.mark.parametrize(("static", "routes"), NO_VIEW_OF_THEIRS)
def test_check_as_json_names_no_file_that_does_not_say_which(static: str | None, routes: str) -> None:
    app = Flask("site", static_folder=static)
    CORS(app, origins=["https://*.example.com"], supports_credentials=True)
    if not app.has_static_folder:
        app.add_url_rule("/x", "x", "x".__str__)
    told = json.loads(run(app, "check", "--json")[1])["findings"]
    assert [(one["text"].partition(": ")[0], one["file"], one["line"]) for one in told] == [(routes, None, None)]


def test_what_separates_the_parts_of_an_annotation_is_escaped() -> None:
    written: dict[str, Any] = {}
    exec(compile("def view():\n    return ''", "/srv/a:b,c%.py", "exec"), written)
    app = Flask("site", static_folder=None)
    app.add_url_rule("/w\r100%", "w", written["view"], methods=["POST"])
    CORS(app, origins="*", debug=True)
    assert run(app, "check", "--github")[1].split("\n")[:2] == [
        (
            "::warning title=CORS debug::X-CORS-Debug is on although the app is not in debug mode: it shows rules "
            "that almost match."
        ),
        (
            "::notice file=/srv/a%3Ab%2Cc%25.py,line=1,title=CORS everybody-writes::POST /w%0D100%25: every page on "
            "the web may call this."
        ),
    ]


def test_an_annotation_is_one_line_whatever_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "x", cross_origin(supports_credentials=True)(named("show")))
    CORS(app, origins="*")
    with pytest.raises(PolicyError) as error:
        CORS().validate(app)
    place = re.search(r"test_cli\.py:(\d+)", str(error.value))
    assert place is not None
    text = "%0A".join(str(error.value).split("\n"))
    assert run(app, "check", "--github")[1].split("\n")[0] == (
        f"::error file=test_cli.py,line={place[1]},title=CORS policy::{text}"
    )


def test_check_annotates_for_github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "x", cross_origin(origins=[A])(named("show")))
    code, output = run(app, "check", "--github")
    assert code == 1
    assert (
        "::error title=CORS missing-extension::Nothing reads the marks of these views: x. Write CORS(app).\n" in output
    )
    CORS(app, origins=["https://*.example.com"], supports_credentials=True)
    lose_marks(app)
    output = run(app, "check", "--github")[1]
    assert re.search(r"^::error file=test_cli\.py,line=\d+,title=CORS lost-mark::", output, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    assert re.search(r"^::error file=/.*test_cli\.py,line=\d+,title=", run(app, "check", "--github")[1], re.MULTILINE)
    assert run(app, "check", "--github", "--json")[0] == 2


def test_on_a_terminal_lines_are_wrapped_between_words_each_at_its_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "20")
    long, caret = "long-word-by-word-by-word", " " * 25 + "^"
    text = f"fits with a blank   \n  one two three four five\n{caret}\n\n    {long} well-known words\n  ^\nend  "
    assert _wrap(text) == (
        f"fits with a blank   \n  one two three four\n  five\n{caret}\n\n    {long}\n    well-known words\n  ^\nend  "
    )


def test_on_a_terminal_a_long_error_is_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    app = Flask("site", static_folder=None)
    CORS(app, origins="*")
    app.add_url_rule("/x", "x", cross_origin(supports_credentials=True)(named("show")))
    with pytest.raises(SystemExit):
        FlaskGroup(create_app=lambda: app).main(["cors", "check"], standalone_mode=False)
    printed = unstyle(terminal.getvalue()).splitlines()
    assert printed[0].startswith("error: ")
    # A path, which names the line of a call, may be longer than the terminal is wide.
    assert [line for line in printed if len(line) > 60 and " " in line.strip()] == []
