"""URL converters, which may ask a database: not for refused origins, and once for a path."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView
from support.site import granted, site
from support.wsgi import VARY_PREFLIGHT, A, B, Server, allow, forbidden
from werkzeug.routing import BaseConverter, ValidationError

from flask_cors_ext import cross_origin, same_origin

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


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


ASKS = [
    pytest.param(one_rule, "/a", ["a"], "GET, HEAD, POST, PUT, PATCH, DELETE", id="one rule"),
    pytest.param(many_rules, "/a", ["a"] * 5, "GET, HEAD, POST, PUT, PATCH, DELETE", id="a rule for each method"),
    pytest.param(two_converters, "/a/b/c", ["a", "b/c"], "GET, HEAD, POST, PUT, PATCH, DELETE", id="two converters"),
    pytest.param(a_class, "/a", ["a"], "GET, HEAD, POST, PUT, PATCH, DELETE", id="a view class"),
    pytest.param(a_slash, "/a", ["a"], "GET, HEAD, POST, PUT, PATCH, DELETE", id="behind the redirect to a slash"),
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
    assert server.preflight(A, "PUT", path="/a") == granted(A, "GET, HEAD, POST, PUT, PATCH, DELETE")
    assert server.preflight(B, "PUT", path="/a") == forbidden(VARY_PREFLIGHT)


def test_a_callable_is_asked_before_a_converter_and_once() -> None:
    calls: list[str] = []

    def is_allowed(origin: str, environ: Any) -> bool:
        calls.append(origin)
        return origin == A

    server, asked = make(one_rule, origins=is_allowed)
    assert server.preflight(B, "PUT", path="/a") == forbidden(VARY_PREFLIGHT)
    assert (calls, asked) == ([B], [])
    assert server.preflight(A, "PUT", path="/a") == granted(A, "GET, HEAD, POST, PUT, PATCH, DELETE")
    assert (calls, asked) == ([B, A], ["a"])


def test_a_hands_off_route_asks_only_what_flask_asks() -> None:
    server, asked = make(one_rule, resources={"/other": {"origins": A}})
    assert server.preflight(A, "PUT", path="/a").status == "200 OK"
    assert asked in ([], ["a"])  # Flask answers OPTIONS itself, and routes once


def a_converter_that_is_a_function(app: Flask) -> None:
    item = app.url_map.converters["item"]
    app.url_map.converters["item"] = lambda *args, **options: item(*args, **options)  # type: ignore[assignment]
    one_rule(app)


def defaults(app: Flask) -> None:
    app.add_url_rule("/<item:x>", "x", show, defaults={"page": 1}, methods=METHODS)
    app.add_url_rule("/<item:x>/<int:page>", "x", show, methods=METHODS)


def two_of_one_pattern(app: Flask) -> None:
    app.add_url_rule("/<item:x>", "first", cross_origin(origins=A)(lambda x: x), methods=METHODS)
    app.add_url_rule("/first", "other", show)
    app.add_url_rule("/<item:y>", "second", cross_origin(origins=B)(lambda y: y), methods=METHODS)


def a_redirecting_function(app: Flask) -> None:
    app.add_url_rule("/<item:x>", "x", cross_origin(origins=A)(fresh()), methods=METHODS)
    app.url_map.add(app.url_rule_class("/old/<item:x>", endpoint="old", redirect_to=lambda adapter, x: f"/{x}"))
    app.view_functions["old"] = show


def hosts(app: Flask) -> None:
    app.url_map.host_matching = True
    app.add_url_rule("/<item:x>", "x", cross_origin(origins=A)(fresh()), methods=METHODS, host="127.0.0.1")


def other_hosts(app: Flask) -> None:
    hosts(app)
    app.add_url_rule("/<item:x>", "other", cross_origin(origins=B)(fresh()), methods=METHODS, host="www.example")


def a_rule_for_every_method(app: Flask) -> None:
    many_rules(app)
    app.url_map.add(app.url_rule_class("/<item:x>", endpoint="every"))
    app.view_functions["every"] = cross_origin(origins=B)(fresh())


SAME = [
    pytest.param(other_hosts, "/a", A, id="one pattern on two hosts"),
    pytest.param(a_rule_for_every_method, "/a", A, id="beside a rule for every method"),
    pytest.param(a_converter_that_is_a_function, "/a", A, id="a converter that is a function"),
    pytest.param(defaults, "/a/1", A, id="a redirect to the URL without defaults"),
    pytest.param(two_of_one_pattern, "/a", A, id="of two rules of one pattern the first counts"),
    pytest.param(a_redirecting_function, "/old/a", A, id="a redirect by a function"),
    pytest.param(hosts, "/a", A, id="hosts"),
]


@pytest.mark.parametrize(("build", "path", "origin"), SAME)
def test_the_policy_is_that_of_the_view_that_flask_would_call(build: Any, path: str, origin: str) -> None:
    server, _ = make(build, origins=A)
    other = B if origin == A else A
    assert server.preflight(origin, "PUT", path=path).status == "204 No Content"
    assert server.preflight(other, "PUT", path=path) == forbidden(VARY_PREFLIGHT)


def test_a_route_that_comes_late_is_found() -> None:
    server, _ = make(one_rule, origins=A)
    assert server.preflight(A, "PUT", path="/a").status == "204 No Content"
    app: Any = server.app
    app.view_functions["late"] = cross_origin(origins=B)(fresh())
    app.url_map.add(app.url_rule_class("/late/<item:x>", endpoint="late", methods=["PUT"]))
    assert server.preflight(B, "PUT", path="/late/a") == granted(B, "PUT")
