"""URL converters, which may ask a database: not for refused origins, and once for a path."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from support.site import granted, site
from support.wsgi import VARY_PREFLIGHT, A, Answer, B, Server, allow, forbidden, unremembered
from werkzeug.routing import BaseConverter, Map, ValidationError

from flask_cors_ext import CORS, cross_origin, same_origin

C, D = "https://c.example", "https://d.example"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
ALL = "GET, HEAD, POST, PUT, PATCH, DELETE"


class Asked(BaseConverter):
    """A converter that keeps what it was asked."""

    asked: list[str]

    def to_python(self, value: str) -> str:
        self.asked.append(value)
        if value == "missing":
            raise ValidationError
        if value == "broken":
            raise RuntimeError("no database")
        return value


def make(build: Any, **options: Any) -> tuple[Server, list[str]]:
    """Return an app with the converters `item` and `part`, and the list of what they were asked."""
    asked: list[str] = []

    def build_all(app: Flask) -> None:
        app.url_map.converters["item"] = type("Item", (Asked,), {"asked": asked})
        app.url_map.converters["part"] = type(
            "Part", (Asked,), {"asked": asked, "regex": ".+", "part_isolating": False}
        )
        build(app)

    return site(build_all, **options), asked


def show(**values: str) -> str:
    return "x"


def fresh() -> Any:
    """Return a view that no other test has marked."""
    return lambda **_: "x"


def one_rule(app: Flask) -> None:
    app.add_url_rule("/<item:x>", "x", show, methods=METHODS)


def many_rules(app: Flask) -> None:
    for method in METHODS:
        app.add_url_rule("/<item:x>", method, cross_origin(origins=A)(lambda x: x), methods=[method])


def two_converters(app: Flask) -> None:
    app.add_url_rule("/<item:x>/<part:y>", "x", show, methods=METHODS)


def a_class(app: Flask) -> None:
    class Items(MethodView):
        get = post = put = patch = delete = show

    app.add_url_rule("/<item:x>", view_func=Items.as_view("x"))


def a_slash(app: Flask) -> None:
    app.add_url_rule("/<item:x>/", "x", show, methods=METHODS)


def never(app: Flask) -> None:
    app.add_url_rule("/<item:x>", "x", same_origin(fresh()), methods=METHODS)


def beside_another_pattern(app: Flask) -> None:
    one_rule(app)
    app.add_url_rule("/other/<item:x>", "other", show, methods=METHODS)


def hosts(app: Flask) -> None:
    app.url_map.host_matching = True
    for name, host, origin in (("x", "127.0.0.1", A), ("www", "www.example", B)):
        app.add_url_rule("/<item:x>", name, cross_origin(origins=origin)(fresh()), methods=METHODS, host=host)


ASKS = [
    pytest.param(one_rule, "/a", ["a"], ALL, id="one rule"),
    pytest.param(many_rules, "/a", ["a"] * 5, ALL, id="a rule for each method"),
    pytest.param(two_converters, "/a/b/c", ["a", "b/c"], ALL, id="two converters"),
    pytest.param(a_class, "/a", ["a"], ALL, id="a view class"),
    pytest.param(beside_another_pattern, "/a", ["a"], ALL, id="beside a rule of another pattern"),
    pytest.param(hosts, "/a", ["a"], ALL, id="one pattern on two hosts"),
    pytest.param(a_slash, "/a", ["a"], ALL, id="behind the redirect to a slash"),
]


@pytest.mark.parametrize(("build", "path", "expected", "methods"), ASKS)
def test_a_rule_is_asked_once_for_a_preflight_s_path_and_never_for_a_refused_origin(
    build: Any, path: str, expected: list[str], methods: str
) -> None:
    server, asked = make(build, origins=A)
    assert server.preflight(A, "PUT", path=path) == granted(A, methods)
    assert asked == expected
    asked.clear()
    for origin in (B, "null", "nonsense"):
        for method in ("PUT", "QUERY", "x"):
            assert server.preflight(origin, method, path=path) == forbidden(VARY_PREFLIGHT)
    assert asked == []


def test_a_view_that_is_never_shared_asks_nothing_where_nobody_else_is_trusted() -> None:
    server, asked = make(never, origins=A)
    assert server.preflight(B, "PUT", path="/a") == forbidden()
    assert asked == []
    assert server.preflight(A, "PUT", path="/a") == forbidden()
    assert asked == ["a"]


@pytest.mark.parametrize("value", ["missing", "broken"])
def test_what_a_converter_refuses_is_covered_by_its_path(value: str) -> None:
    server, asked = make(many_rules, origins=B)
    assert server.preflight(B, "PUT", path=f"/{value}").headers[0] == allow(B)
    assert server.preflight(A, "PUT", path=f"/{value}") == forbidden(VARY_PREFLIGHT)
    assert set(asked) == {value}
    assert server.preflight(A, "PUT", path="/a") == granted(A, ALL)
    assert server.preflight(B, "PUT", path="/a") == forbidden(VARY_PREFLIGHT)


def test_a_callable_is_asked_before_a_converter_and_once() -> None:
    calls: list[str] = []

    def is_allowed(origin: str, environ: Any) -> bool:
        calls.append(origin)
        return origin == A

    server, asked = make(one_rule, origins=is_allowed)
    assert server.preflight(B, "PUT", path="/a") == forbidden(VARY_PREFLIGHT)
    assert (calls, asked) == ([B], [])
    assert server.preflight(A, "PUT", path="/a") == granted(A, ALL)
    assert (calls, asked) == ([B, A], ["a"])


def test_a_hands_off_route_asks_only_what_flask_asks() -> None:
    server, asked = make(one_rule, resources={"/other": {"origins": A}})
    assert server.preflight(A, "PUT", path="/a").status == "200 OK"
    assert asked in ([], ["a"])  # Flask answers OPTIONS itself, and routes once


def add(app: Flask, rule: str, name: str, origin: str | None, *methods: str, **options: Any) -> None:
    """Add a rule; its view is shared with one origin, or as the app says."""
    view = fresh() if origin is None else cross_origin(origins=origin)(fresh())
    app.add_url_rule(rule, name, app.view_functions.get(name, view), methods=methods or METHODS, **options)


def add_raw(app: Flask, rule: str, name: str, **options: Any) -> None:
    """Add a rule as extensions do, without what Flask notes on its own."""
    app.url_map.add(app.url_rule_class(rule, endpoint=name, **options))


def a_converter_that_is_a_function(app: Flask) -> None:
    item = app.url_map.converters["item"]
    app.url_map.converters["item"] = lambda *args, **options: item(*args, **options)  # type: ignore[assignment]
    add(app, "/<item:x>", "x", A)


def a_converter_with_options(app: Flask) -> None:
    class Code(BaseConverter):
        def __init__(self, url_map: Any, *, length: int) -> None:
            super().__init__(url_map)
            self.regex = f"[a-z]{{{length}}}"

    app.url_map.converters["code"] = Code
    add(app, "/<code(length=2):x>", "x", A)


def defaults(app: Flask) -> None:
    add(app, "/<item:x>", "x", A, defaults={"page": 1})
    add(app, "/<item:x>/<int:page>", "x", A)


def two_slashes(app: Flask) -> None:
    add(app, "/in/<item:x>", "x", A)


def two_slashes_that_count(app: Flask) -> None:
    app.url_map.merge_slashes = False
    add(app, "/in/<item:x>", "x", A, merge_slashes=True)


# Werkzeug lists the rules of a map by endpoint: those of the first endpoint are listed first, wherever they were added.


def two_of_one_pattern(app: Flask) -> None:
    add(app, "/early", "second", B)
    add(app, "/<item:x>", "first", A)
    add(app, "/<item:y>", "second", B)


def a_rule_for_every_method(app: Flask) -> None:
    add(app, "/early", "every", B)
    many_rules(app)
    add_raw(app, "/<item:x>", "every")


def two_of_which_one_answers_options_itself(app: Flask) -> None:
    add(app, "/early", "second", B)
    add(app, "/<item:x>", "first", A, "GET", "OPTIONS")
    add(app, "/<item:y>", "second", B, "PUT")


def two_that_answer_options_themselves(app: Flask) -> None:
    add(app, "/early", "second", B)
    add(app, "/late", "first", A)
    add_raw(app, "/<item:x>", "first", methods=["GET", "OPTIONS"])
    add_raw(app, "/<item:y>", "second", methods=["PUT", "OPTIONS"])


def options_that_flask_answers(app: Flask) -> None:
    bp = Blueprint("bp", __name__)
    for method, origin in (("GET", A), ("PUT", B)):
        bp.add_url_rule("/<item:x>", method, cross_origin(origins=origin)(fresh()), methods=[method])
    CORS(bp, origins=D)
    app.register_blueprint(bp)


def a_redirecting_function(app: Flask) -> None:
    class Number(BaseConverter):
        def to_python(self, value: str) -> int:
            return int(value)

    app.url_map.converters["number"] = Number
    add(app, "/items/<number:x>", "x", A)
    add_raw(app, "/old/<number:x>", "old", redirect_to=lambda _, x: f"/items/{x + 1}")
    app.view_functions["old"] = show


def interleaved(app: Flask) -> None:
    """Add two endpoints, of which the second has the first rule of all, and two converters of one pattern."""
    app.url_map.converters["other"] = type("Other", (Asked,), {"asked": []})
    add(app, "/early", "second", B)
    add(app, "/<item:x>", "first", A)
    add_raw(app, "/<other:y>", "second", methods=METHODS)


def interleaved_deeper(app: Flask) -> None:
    """Add two endpoints as above, and two converters of which either takes the first segment."""
    app.url_map.converters["other"] = type("Other", (Asked,), {"asked": [], "regex": r"\w+"})
    add(app, "/early", "second", B)
    add(app, "/<item:x>/z", "first", A)
    add_raw(app, "/<other:y>/<other:z>", "second", methods=METHODS)


OPTIONS = {"path": "/a", "method": "OPTIONS"}
GRANTED = granted(A, ALL)
OF_A_VIEW = unremembered(granted(A, "GET, HEAD, OPTIONS"))
SAME = [
    pytest.param(a_converter_that_is_a_function, {"path": "/a"}, GRANTED, id="a converter that is a function"),
    pytest.param(a_converter_with_options, {"path": "/ab"}, GRANTED, id="a converter with options"),
    pytest.param(defaults, {"path": "/a/1"}, GRANTED, id="a redirect to the URL without defaults"),
    pytest.param(two_slashes, {"path": "/in//a"}, GRANTED, id="a redirect to the URL with one slash"),
    pytest.param(
        two_slashes_that_count, {"path": "/in//a"}, granted(C, f"{ALL}, QUERY"), id="two slashes that count as two"
    ),
    pytest.param(hosts, {"path": "/a"}, GRANTED, id="one pattern on two hosts"),
    pytest.param(hosts, {"path": "/a", "headers": {"Host": "www.example"}}, granted(B, ALL), id="on the other host"),
    pytest.param(two_of_one_pattern, {"path": "/a"}, GRANTED, id="of two rules of one pattern the first counts"),
    pytest.param(interleaved, {"path": "/a"}, GRANTED, id="two converters of one pattern, and an endpoint before"),
    pytest.param(interleaved_deeper, {"path": "/a/z"}, GRANTED, id="two converters of which one goes deeper"),
    pytest.param(a_rule_for_every_method, {"path": "/a"}, unremembered(GRANTED), id="before a rule for every method"),
    pytest.param(
        two_of_which_one_answers_options_itself, OPTIONS, OF_A_VIEW, id="OPTIONS of a view before Flask's own"
    ),
    pytest.param(two_that_answer_options_themselves, OPTIONS, OF_A_VIEW, id="OPTIONS of two views"),
    pytest.param(options_that_flask_answers, OPTIONS, unremembered(granted(D, "")), id="OPTIONS of Flask itself"),
    pytest.param(a_redirecting_function, {"path": "/old/1"}, GRANTED, id="a redirect by a function of the value"),
]


@pytest.mark.parametrize(("build", "asked_for", "answer"), SAME)
def test_the_policy_is_that_of_the_view_that_flask_would_call(
    build: Any, asked_for: dict[str, Any], answer: Answer
) -> None:
    server, _ = make(build, origins=C)
    (trusted,) = answer.values("Access-Control-Allow-Origin")
    for other in {A, B, C, D} - {trusted}:
        assert server.preflight(other, **asked_for) == forbidden(VARY_PREFLIGHT)
    assert server.preflight(trusted, **asked_for) == answer


@pytest.mark.parametrize("is_first", [True, False])
def test_no_converter_is_asked_for_a_refused_origin_where_rules_part_at_fixed_segments(is_first: bool) -> None:
    def build(app: Flask) -> None:
        if is_first:
            add(app, "/<item:y>", "y", A)
        add(app, "/in/<item:x>", "x", A)
        add_raw(app, "/also/<item:x>", "x", methods=METHODS)
        if not is_first:
            add(app, "/<item:y>", "y", A)

    server, asked = make(build, origins=C)
    assert server.preflight(B, path="/in/a") == forbidden(VARY_PREFLIGHT)
    assert asked == []
    assert server.preflight(A, path="/in/a") == GRANTED


class OfTwoMaps(Flask):
    """An app with a URL map of its own for one host."""

    other: Map

    def create_url_adapter(self, request: Any) -> Any:
        if request is not None and request.host == "www.example":
            return self.other.bind_to_environ(request.environ)
        return super().create_url_adapter(request)


def test_an_app_may_have_another_url_map_for_a_host() -> None:
    app, item = OfTwoMaps("site", static_folder=None), type("Item", (Asked,), {"asked": []})
    app.url_map.converters["item"] = item
    app.other = Map(converters={"item": item})
    app.add_url_rule("/x/<item:x>", "x", show, methods=METHODS)
    app.other.add(app.url_rule_class("/y/<item:y>", endpoint="y", methods=["PUT"]))
    app.view_functions["y"] = cross_origin(origins=B)(fresh())
    CORS(app, origins=A)
    elsewhere = {"Host": "www.example"}
    assert Server(app).preflight(B, "PUT", path="/y/1", headers=elsewhere) == granted(B, "PUT")
    assert Server(app).preflight(A, "PUT", path="/y/1", headers=elsewhere) == forbidden(VARY_PREFLIGHT)


@pytest.mark.parametrize(("page", "rule"), [("1", "/<item:x>/<page>"), (1, "/<item:x>/<int:page>")])
@pytest.mark.parametrize(("redirects", "trusted", "other"), [(True, B, A), (False, A, B)])
def test_a_url_that_spells_out_its_defaults_is_covered_where_flask_leads(
    redirects: bool, trusted: str, other: str, page: object, rule: str
) -> None:
    def build(app: Flask) -> None:
        app.url_map.redirect_defaults = redirects
        add(app, "/<item:x>", "x", None, defaults={"page": page})
        add(app, rule, "x", None)

    server, _ = make(build, resources={"/a": {"origins": B}, "/*": {"origins": A}})
    assert server.preflight(trusted, path="/a/1") == granted(trusted, ALL)
    assert server.preflight(other, path="/a/1") == forbidden(VARY_PREFLIGHT)


def test_a_route_that_comes_late_is_found() -> None:
    server, _ = make(one_rule, origins=A)
    assert server.preflight(A, "PUT", path="/a").status == "204 No Content"
    app: Any = server.app
    app.view_functions["late"] = cross_origin(origins=B)(fresh())
    app.url_map.add(app.url_rule_class("/late/<item:x>", endpoint="late", methods=["PUT"]))
    assert server.preflight(B, "PUT", path="/late/a") == granted(B, "PUT")
