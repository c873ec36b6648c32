"""Marks: on every kind of view, above or below everything, and never in the way."""

from __future__ import annotations

import functools
import inspect
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask, current_app
from flask.views import MethodView, View
from support.needs import needs_module
from support.site import granted, make_app, site, twins
from support.wsgi import VARY_ORIGIN, VARY_PREFLIGHT, A, B, Server, allow, forbidden, unremembered

from cors_wsgi import PolicyError
from flask_cors_ext import CORS, cross_origin, same_origin
from flask_cors_ext.marks import own_mark, package_of, read_marks

MARK = cross_origin(origins=A)


def wrapped(view: Any) -> Any:
    @functools.wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return current_app.ensure_sync(view)(*args, **kwargs)

    return wrapper


def below_route(app: Flask) -> None:
    @app.put("/x")
    @MARK
    def x() -> str:
        return "x"


def above_route(app: Flask) -> None:
    @MARK
    @app.put("/x")
    def x() -> str:
        return "x"


def below_wrapper(app: Flask) -> None:
    @app.put("/x")
    @wrapped
    @wrapped
    @MARK
    def x() -> str:
        return "x"


def above_wrapper(app: Flask) -> None:
    @app.put("/x")
    @MARK
    @wrapped
    def x() -> str:
        return "x"


def under_a_wrapper_made_before(app: Flask) -> None:
    def x() -> str:
        return "x"

    app.add_url_rule("/x", view_func=wrapped(x), methods=["PUT"])
    MARK(x)


def coroutine(app: Flask) -> None:
    @app.put("/x")
    @MARK
    async def x() -> str:
        return "x"


def in_decorators(app: Flask) -> None:
    class X(MethodView):
        decorators = [MARK]  # noqa: RUF012 - as users write it

        def put(self) -> str:
            return "x"

    app.add_url_rule("/x", view_func=X.as_view("x"))


def in_decorators_below_one_that_forgets(app: Flask) -> None:
    class X(MethodView):
        decorators = [MARK, lambda view: lambda **values: view(**values)]  # noqa: RUF012 - as users write it

        def put(self) -> str:
            return "x"

    app.add_url_rule("/x", view_func=X.as_view("x"))


def on_the_class(app: Flask) -> None:
    @MARK
    class X(MethodView):
        def put(self) -> str:
            return "x"

    app.add_url_rule("/x", view_func=X.as_view("x"))


def on_a_base_class(app: Flask) -> None:
    @MARK
    class Base(MethodView):
        pass

    class X(Base):
        def put(self) -> str:
            return "x"

    app.add_url_rule("/x", view_func=X.as_view("x"))


def on_as_view(app: Flask) -> None:
    class X(View):
        methods = ["PUT"]  # noqa: RUF012 - as users write it

        def dispatch_request(self) -> str:
            return "x"

    app.add_url_rule("/x", view_func=MARK(X.as_view("x")))


def on_one_method(app: Flask) -> None:
    class X(MethodView):
        @wrapped
        @MARK
        def put(self) -> str:
            return "x"

        def delete(self) -> str:
            return "other"

    app.add_url_rule("/x", view_func=X.as_view("x"))


def on_a_static_method(app: Flask) -> None:
    class X(MethodView):
        @staticmethod
        @MARK
        def put() -> str:
            return "x"

    app.add_url_rule("/x", view_func=X.as_view("x"))


def in_method_decorators(app: Flask) -> None:
    class X(MethodView):
        method_decorators = {"put": [MARK]}  # noqa: RUF012 - as Flask-RESTful has it

        def put(self) -> str:
            return "x"

        def dispatch_request(self, **values: Any) -> Any:
            return MARK(self.put)(**values)  # Flask-RESTful decorates the method anew for each request

    app.add_url_rule("/x", view_func=X.as_view("x"))


def on_a_bound_method(app: Flask) -> None:
    class Views:
        def x(self) -> str:
            return "x"

    app.add_url_rule("/x", "x", MARK(Views().x), methods=["PUT"])


KINDS = [
    below_route,
    above_route,
    below_wrapper,
    above_wrapper,
    under_a_wrapper_made_before,
    coroutine,
    in_decorators,
    in_decorators_below_one_that_forgets,
    on_the_class,
    on_a_base_class,
    on_as_view,
    on_one_method,
    on_a_static_method,
    in_method_decorators,
    on_a_bound_method,
]


@pytest.mark.parametrize("build", KINDS, ids=lambda build: build.__name__.replace("_", " "))
def test_a_mark_is_found(build: Any) -> None:
    if build is coroutine:
        needs_module("asgiref")
    pair = twins(build)
    assert pair.without.request("PUT", "/x").body == b"x"
    for _ in range(2):
        # One method of a class is marked, and the others are hands off: that must not be remembered.
        answer = unremembered(granted(A, "PUT")) if build is on_one_method else granted(A, "PUT")
        assert pair.with_cors.preflight(A, "PUT", path="/x") == answer
        assert pair.with_cors.preflight(B, "PUT", path="/x") == forbidden(VARY_PREFLIGHT)
        assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, method="PUT", path="/x", origin=A)
        assert pair.are_alike_but_for(VARY_ORIGIN, method="PUT", path="/x", origin=B)


def test_other_methods_of_the_class_are_not_marked() -> None:
    pair = twins(on_one_method)
    assert pair.are_alike_but_for(method="DELETE", path="/x", origin=A)
    headers = {"Access-Control-Request-Method": "DELETE"}
    assert pair.are_alike_but_for(method="OPTIONS", path="/x", origin=A, headers=headers)


def test_wrappers_in_a_circle_are_left() -> None:
    def view() -> str:
        return "x"

    view.__wrapped__ = view  # type: ignore[attr-defined]
    pair = twins(lambda app: app.add_url_rule("/x", "x", view), origins=A)
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path="/x", origin=A)


def test_two_views_at_one_url_keep_their_own_policies() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/graphql", "playground", lambda: "playground", methods=["GET"])
        app.add_url_rule("/graphql", "server", cross_origin(origins=A)(lambda: "server"), methods=["POST"])

    pair = twins(build)
    assert pair.with_cors.preflight(A, "POST", "content-type", path="/graphql") == unremembered(granted(A, "POST"))
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, method="POST", path="/graphql", origin=A)
    assert pair.are_alike_but_for(path="/graphql", origin=A)
    headers = {"Access-Control-Request-Method": "GET"}
    assert pair.are_alike_but_for(method="OPTIONS", path="/graphql", origin=A, headers=headers)


def test_head_has_the_mark_of_get_unless_there_is_a_head() -> None:
    class Get(MethodView):
        @MARK
        def get(self) -> str:
            return "x"

    class Head(Get):
        @same_origin
        def head(self) -> str:
            return ""

    def build(app: Flask) -> None:
        app.add_url_rule("/get", view_func=Get.as_view("get"))
        app.add_url_rule("/head", view_func=Head.as_view("head"))

    pair = twins(build)
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, method="HEAD", path="/get", origin=A)
    assert pair.are_alike_but_for(method="HEAD", path="/head", origin=A)
    assert pair.with_cors.preflight(A, "GET", path="/get") == granted(A, "GET, HEAD")
    assert pair.with_cors.preflight(A, "GET", path="/head") == unremembered(granted(A, "GET"))


def test_a_method_that_a_class_declares_and_lacks_has_the_marks_around_it_and_not_those_of_get() -> None:
    class X(MethodView):
        methods = ["GET", "PATCH", "PUT"]  # noqa: RUF012 - as users write it
        method_decorators = {"patch": [cross_origin(origins=B)]}  # noqa: RUF012 - as Flask-RESTful has it

        @MARK
        def get(self) -> str:
            return "x"

    app = make_app()
    app.add_url_rule("/x", view_func=X.as_view("x"))
    CORS(app, origins="https://c.example")
    server = Server(app)
    assert server.preflight(A, "GET", path="/x") == unremembered(granted(A, "GET, HEAD"))
    assert server.preflight(B, "PATCH", path="/x") == unremembered(granted(B, "PATCH"))
    assert server.preflight("https://c.example", "PUT", path="/x") == unremembered(granted("https://c.example", "PUT"))


def test_bare_decorators_take_everything_from_the_app() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/bare", "bare", cross_origin(lambda: "bare"))
        app.add_url_rule("/called", "called", cross_origin()(lambda: "called"))
        app.add_url_rule("/never", "never", same_origin(lambda: "never"))

    pair = twins(build, origins=A)
    for path in ("/bare", "/called"):
        assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path=path, origin=A)
    assert pair.are_alike_but_for(path="/never", origin=A)
    assert pair.with_cors.preflight(A, "GET", path="/never") == forbidden()


def test_a_decorator_returns_the_view_itself() -> None:
    def view() -> str:
        return "x"

    signature = inspect.signature(view)
    assert cross_origin(origins=A)(view) is view
    assert same_origin(make := (lambda: "y")) is make
    assert inspect.signature(view) == signature


def test_what_a_mark_says() -> None:
    mark = cross_origin(origins=A, max_age=timedelta(seconds=5))
    assert (mark.name, mark.options) == ("cross_origin", {"origins": A, "max_age": timedelta(seconds=5)})
    assert (mark.values, mark.denies) == ({"origins": (A,), "max_age": 5}, False)


def test_a_view_without_a_name_is_called_by_what_it_is() -> None:
    class Shown:
        def __call__(self) -> str:
            return "x"

        def __repr__(self) -> str:
            return "<a view>"

    view = same_origin(Shown())
    with pytest.raises(TypeError, match=r"<a view> is marked twice, by @same_origin and @cross_origin\."):
        cross_origin(view)


def test_a_view_of_a_class_is_called_by_its_class() -> None:
    class Items(View):
        decorators = [MARK]  # noqa: RUF012 - as Flask has it

    with pytest.raises(TypeError, match=r"^test_.*<locals>\.Items is marked twice, by @cross_origin\("):
        cross_origin(max_age=5)(Items.as_view("items"))


def test_head_has_what_a_framework_puts_around_get() -> None:
    class X(MethodView):
        method_decorators = {"get": [MARK]}  # noqa: RUF012 - as Flask-RESTful has it

        def get(self) -> str:
            return "x"

    pair = twins(lambda app: app.add_url_rule("/x", view_func=X.as_view("x")))
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, method="HEAD", path="/x", origin=A)


def test_the_marks_of_a_class_are_layers_that_bear_its_name() -> None:
    @cross_origin(max_age=5)
    class X(MethodView):
        decorators = [MARK]  # noqa: RUF012 - as users write it

        def get(self) -> str:
            return "x"

    layers = read_marks(X.as_view("x")).view
    assert [(layer.name, layer.values) for layer in layers] == [
        (f"@cross_origin on {X.as_view('x').__qualname__}", {"origins": (A,)}),
        (f"@cross_origin on {X.__qualname__}", {"max_age": 5}),
    ]

    def view() -> str:
        return "x"

    class Shown:
        def __call__(self) -> str:
            return "x"

    shown: Any = Shown()
    shown.__qualname__ = "shown"
    assert [layer.name for layer in read_marks(MARK(shown)).view] == ["@cross_origin on shown"]

    class Y(MethodView):
        decorators = [MARK, lambda view: lambda **values: view(**values)]  # noqa: RUF012 - as users write it

    assert [layer.name for layer in read_marks(Y.as_view("y")).view] == [f"@cross_origin on {Y.__qualname__}"]
    view.view_class = MARK(type("Plain", (), {}))  # type: ignore[attr-defined]
    assert [layer.name for layer in read_marks(view).view] == ["@cross_origin on Plain"]


def test_what_is_no_mark_is_none() -> None:
    def view() -> str:
        return "x"

    view.__cors__ = "of something else"  # type: ignore[attr-defined]
    assert own_mark(view) is None
    assert own_mark(MARK(lambda: "x")) is MARK


def test_the_package_of_a_view_is_read_and_not_asked_for() -> None:
    class Odd:
        @property
        def __module__(self) -> str:  # type: ignore[override]
            raise AssertionError

        def __call__(self) -> str:
            return "x"

    assert package_of(Odd()) == ""
    assert package_of(MARK) == ""
    assert package_of(MethodView) == package_of(MethodView.dispatch_request) == "flask"


def test_a_wrapper_to_which_nobody_can_refer_weakly_passes_the_mark_on() -> None:
    class Wrapper:
        __slots__ = ("__dict__",)

        def __init__(self, view: Any) -> None:
            functools.update_wrapper(self, view)

        def __call__(self) -> str:
            return "x"

    pair = twins(lambda app: app.add_url_rule("/x", "x", Wrapper(MARK(lambda: "x"))))
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path="/x", origin=A)


class Slotted:
    __slots__ = ()

    def __call__(self) -> str:
        return "x"

    def __repr__(self) -> str:
        return "<a slotted view>"


def marked_by(*marks: Any) -> None:
    def view() -> str:
        return "x"

    for mark in marks:
        mark(view)


REFUSED = [
    pytest.param(
        lambda: cross_origin(origin=A),
        "cross_origin() has no option 'origin'. Did you mean 'origins'? (Flask-CORS ignores 'origin': if you come from "
        "there, remove it to keep what your app does now.)",
        id="a near miss",
    ),
    pytest.param(
        lambda: cross_origin(zzz=1),
        "cross_origin() has no option 'zzz'. The options are accept_risks, allow_headers, expose_headers, max_age, "
        "methods, origins, supports_credentials. (Flask-CORS ignores 'zzz': if you come from there, remove it to keep "
        "what your app does now.)",
        id="nothing near",
    ),
    pytest.param(
        lambda: cross_origin(A),
        "cross_origin() takes keyword options only. Write @cross_origin(origins=['https://app.example.com']).",
        id="a positional origin",
    ),
    pytest.param(
        lambda: cross_origin(print, origins=A),
        "cross_origin() takes keyword options only. Write @cross_origin(origins=['https://app.example.com']).",
        id="a view and options",
    ),
    pytest.param(
        lambda: MARK("x"),
        "@cross_origin(origins='https://a.example') marks views, and this is not one: 'x'.",
        id="no view",
    ),
    pytest.param(
        lambda: MARK(Slotted()),
        "<a slotted view> cannot be marked. Write a function that calls it, and mark that.",
        id="an object that takes no attribute",
    ),
    pytest.param(
        lambda: MARK(len),
        "<built-in function len> cannot be marked. Write a function that calls it, and mark that.",
        id="a built-in function",
    ),
    pytest.param(
        lambda: marked_by(cross_origin(origins=A), cross_origin(max_age=5)),
        "marked_by.<locals>.view is marked twice, by @cross_origin(origins='https://a.example') and "
        "@cross_origin(max_age=5). "
        "Write @cross_origin(origins='https://a.example', max_age=5).",
        id="two marks",
    ),
    pytest.param(
        lambda: marked_by(
            cross_origin(origins="https://b.example", supports_credentials=True), cross_origin(origins=A)
        ),
        "marked_by.<locals>.view is marked twice, by @cross_origin(origins='https://b.example', "
        "supports_credentials=True) and @cross_origin(origins='https://a.example'). Write "
        "@cross_origin(origins='https://a.example').",
        id="two marks, of which one gives its origins more",
    ),
    pytest.param(
        lambda: marked_by(cross_origin(origins=A, supports_credentials=True), cross_origin(max_age=5)),
        "marked_by.<locals>.view is marked twice, by @cross_origin(origins='https://a.example', "
        "supports_credentials=True) and @cross_origin(max_age=5). Write "
        "@cross_origin(origins='https://a.example', supports_credentials=True, max_age=5).",
        id="two marks, of which one names no origins",
    ),
    pytest.param(
        lambda: marked_by(same_origin, MARK),
        "marked_by.<locals>.view is marked twice, by @same_origin and @cross_origin(origins='https://a.example'). "
        "Write one of the two: @same_origin or @cross_origin(origins='https://a.example').",
        id="two marks that exclude each other",
    ),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_what_one_decorator_can_know_is_an_error_there(call: Any, message: str) -> None:
    with pytest.raises(TypeError) as error:
        call()
    assert str(error.value) == message


def test_the_same_mark_twice_is_one_mark() -> None:
    def build(app: Flask) -> None:
        @MARK
        @app.put("/x")
        @MARK
        def x() -> str:
            return "x"

    pair = twins(build)
    assert pair.with_cors.preflight(A, "PUT", path="/x") == granted(A, "PUT")
    assert pair.with_cors.preflight(B, "PUT", path="/x") == forbidden(VARY_PREFLIGHT)
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, method="PUT", path="/x", origin=A)


def test_wrong_options_are_an_error_at_decoration() -> None:
    with pytest.raises(PolicyError) as error:
        cross_origin(origins="*", supports_credentials=True)
    assert [problem.code for problem in error.value.problems] == ["wildcard-with-credentials"]
    assert str(error.value).startswith("1 problem in @cross_origin:")


def test_risks_are_judged_where_the_layers_meet() -> None:
    mark = cross_origin(origins="http://a.internal", supports_credentials=True)

    def build(app: Flask) -> None:
        app.add_url_rule("/x", "x", mark(lambda: "x"))

    assert (
        site(build, accept_risks=["insecure-origins"]).preflight("http://a.internal", "GET", path="/x").status[:3]
        == "204"
    )
    with pytest.raises(PolicyError) as error:
        cross_origin(origins="http://a.internal", supports_credentials=True, accept_risks=[])
    assert [problem.code for problem in error.value.problems] == ["insecure-origins"]


def test_a_method_beats_its_class_and_nothing_is_inherited_from_below_same_origin() -> None:
    @same_origin
    class X(MethodView):
        @cross_origin(origins=B)
        def get(self) -> str:
            return "x"

        def put(self) -> str:
            return "x"

    app, bp = make_app(), Blueprint("bp", __name__)
    bp.add_url_rule("/x", view_func=X.as_view("x"))
    CORS(bp, expose_headers=["X-A"], max_age=5)
    app.register_blueprint(bp)
    CORS(app, origins=A, max_age=5)
    server = Server(app)
    assert server.preflight(B, "GET", path="/x") == unremembered(granted(B, "GET, HEAD"))
    assert server.request("GET", "/x", B).cors == ("200", allow(B), VARY_ORIGIN)
    assert server.preflight(A, "PUT", path="/x") == forbidden()
