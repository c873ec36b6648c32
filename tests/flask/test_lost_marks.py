"""A mark that a decorator hides from Flask is never shared, and the log says which, where and what to do."""

from __future__ import annotations

import functools
import logging
import sys
from types import MethodType
from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView, View
from support.site import SHARED_WITH_A, granted, make_app, twins
from support.wsgi import FOR_EVERYBODY, A, B, Server, forbidden, unremembered

from flask_cors_ext import CORS, cross_origin, same_origin
from flask_cors_ext.cli import cors
from flask_cors_ext.layers import PathScopes
from flask_cors_ext.policies import Policies

WAYS_OUT = (
    "If that is a decorator, use functools.wraps in it, or put the mark above it; else mark the view itself, with "
    "@cross_origin or @same_origin."
)


def errors(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return the errors in the log; the app without the extension warns, too."""
    return [record for record in caplog.records if record.levelname == "ERROR"]


def plain() -> str:
    return "x"


def login(view: Any) -> Any:
    def guarded(*values: Any, **named: Any) -> Any:
        return view(*values, **named)

    return guarded


def login_that_copies_the_name(view: Any) -> Any:
    def guarded(*values: Any, **named: Any) -> Any:
        return view(*values, **named)

    guarded.__name__, guarded.__qualname__ = view.__name__, view.__qualname__
    return guarded


def login_by_default_argument(view: Any) -> Any:
    return lambda view=view: view()


class Login:
    def __init__(self, view: Any) -> None:
        self.view = view

    def __call__(self) -> Any:
        return self.view()


def login_by_method(view: Any) -> Any:
    return Login(view).__call__


def login_of_several(view: Any) -> Any:
    return login(Login(login_that_copies_the_name(view)))


def login_above_wraps(view: Any) -> Any:
    hidden = login(view)

    @functools.wraps(hidden)
    def outer() -> Any:
        return hidden()

    return outer


DECORATORS = [
    login,
    login_that_copies_the_name,
    login_by_default_argument,
    Login,
    login_by_method,
    login_of_several,
    login_above_wraps,
    functools.partial,
]


@pytest.mark.parametrize("mark", [same_origin, cross_origin(origins=A)], ids=["same_origin", "cross_origin"])
@pytest.mark.parametrize("decorator", DECORATORS, ids=lambda decorator: decorator.__name__)
def test_a_view_whose_mark_is_hidden_is_never_shared(
    decorator: Any, mark: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "lost", decorator(mark(lambda: "x")), methods=["GET", "PUT"])
        app.add_url_rule("/y", "twin", decorator(plain))

    pair = twins(build, origins="*")
    assert pair.without.request(path="/x").body == b"x"
    for origin in (A, B, None):
        assert pair.are_alike_but_for(path="/x", origin=origin)
        assert pair.are_alike_but_for(method="PUT", path="/x", origin=origin)
    assert pair.with_cors.preflight(A, "PUT", path="/x") == forbidden()
    (record,) = errors(caplog)
    assert record.name == "site"
    assert record.getMessage().startswith("The view 'lost' is not shared: ")
    assert record.getMessage().endswith(WAYS_OUT)
    assert pair.are_alike_but_for(FOR_EVERYBODY, path="/y", origin=A)


def run_first(view: Any) -> Any:
    return view()


def login_by_a_bound_function(view: Any) -> Any:
    return MethodType(run_first, view)


IN_MESSAGES = [
    pytest.param(
        login_that_copies_the_name,
        "login_that_copies_the_name" if sys.version_info >= (3, 11) else "guarded",
        f"{__file__}:{login_that_copies_the_name.__code__.co_firstlineno + 1}",
        id="the decorator of a function that copies the name",
    ),
    pytest.param(
        login_by_a_bound_function,
        "run_first",
        f"{__file__}:{run_first.__code__.co_firstlineno}",
        id="the function of a bound method",
    ),
]


@pytest.mark.parametrize(("decorator", "name", "place"), IN_MESSAGES)
def test_the_error_names_view_decorator_and_function(
    decorator: Any, name: str, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()
    app.add_url_rule("/x", "save", decorator(same_origin(lambda: "x")))
    CORS(app, origins="*")
    Server(app).request(path="/x")
    function = "test_the_error_names_view_decorator_and_function.<locals>.<lambda>"
    assert [record.getMessage() for record in caplog.records] == [
        f"The view 'save' is not shared: {name} ({place}) hides the mark on {function}. {WAYS_OUT}"
    ]


OUT = [
    pytest.param(lambda view: functools.wraps(view)(login(view)), "*", id="functools.wraps"),
    pytest.param(lambda view: cross_origin(login(view)), "*", id="the mark above"),
    pytest.param(lambda view: cross_origin(origins=A)(login(view)), A, id="an explicit mark with origins"),
]


@pytest.mark.parametrize(("way", "origin"), OUT)
def test_each_way_out_that_the_error_names_shares_the_view(
    way: Any, origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()
    app.add_url_rule("/x", "x", way(cross_origin(lambda: "x")))
    CORS(app, origins="*")
    assert Server(app).preflight(A, "GET", path="/x") == granted(origin, "GET, HEAD")
    assert caplog.records == []


def test_an_explicit_same_origin_is_a_way_out_too(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.add_url_rule("/x", "x", same_origin(login(cross_origin(origins=A)(lambda: "x"))))
    CORS(app, origins="*")
    assert Server(app).preflight(A, "GET", path="/x") == forbidden()
    assert caplog.records == []


def test_a_view_that_merely_holds_a_marked_function_is_told_the_way_out(caplog: pytest.LogCaptureFixture) -> None:
    def build_app(mark: Any) -> Server:
        @same_origin
        def helper() -> str:
            return "x"

        def show() -> str:
            return helper()

        app = make_app()
        app.add_url_rule("/x", "show", mark(show))
        CORS(app, origins="*")
        return Server(app)

    assert build_app(lambda view: view).preflight(A, "GET", path="/x") == forbidden()
    (record,) = caplog.records
    assert record.getMessage().endswith(WAYS_OUT)
    caplog.clear()
    assert build_app(cross_origin).preflight(A, "GET", path="/x") == granted("*", "GET, HEAD")
    assert caplog.records == []


def build_beside(app: Flask, around: Any) -> None:
    @app.get("/registered")
    @same_origin
    def registered() -> str:
        return "x"

    app.add_url_rule("/x", "x", around(registered))


def by_name(registered: Any) -> Any:
    return lambda: registered()


BESIDE = [
    pytest.param(by_name, True, id="a view that calls another view by its name is shared"),
    pytest.param(login, False, id="a view that decorates another view is not"),
]


@pytest.mark.parametrize(("around", "is_shared"), BESIDE)
def test_a_marked_view_that_is_registered_itself(around: Any, is_shared: bool) -> None:
    pair = twins(lambda app: build_beside(app, around), origins="*")
    assert pair.are_alike_but_for(*([FOR_EVERYBODY] if is_shared else []), path="/x", origin=A)
    assert pair.are_alike_but_for(path="/registered", origin=A)


def test_one_method_of_a_view_class_loses_its_mark_and_the_others_are_shared(caplog: pytest.LogCaptureFixture) -> None:
    class Items(MethodView):
        @cross_origin(origins=A)
        def get(self) -> str:
            return "x"

        @login
        @same_origin
        def put(self) -> str:
            return "x"

        def delete(self) -> str:
            return "x"

    def build(app: Flask) -> None:
        app.add_url_rule("/x", view_func=Items.as_view("items"))

    pair = twins(build, origins="*")
    assert pair.are_alike_but_for(*SHARED_WITH_A, path="/x", origin=A)
    assert pair.are_alike_but_for(method="PUT", path="/x", origin=A)
    assert pair.are_alike_but_for(FOR_EVERYBODY, method="DELETE", path="/x", origin=A)
    assert pair.with_cors.preflight(A, "PUT", path="/x") == forbidden()
    (record,) = errors(caplog)
    assert record.getMessage().startswith("The view 'items' (PUT) is not shared: login (")


def test_a_mark_above_what_hides_another_holds_for_a_method_of_a_class_too(caplog: pytest.LogCaptureFixture) -> None:
    class Items(MethodView):
        @cross_origin(origins=A)
        @login
        @same_origin
        def put(self) -> str:
            return "x"

    app = make_app()
    app.add_url_rule("/x", view_func=Items.as_view("items"))
    CORS(app, origins=B)
    assert Server(app).preflight(A, "PUT", path="/x") == granted(A, "PUT")
    assert caplog.records == []


def test_a_view_that_uses_a_marked_class_of_views_by_its_name_is_shared(caplog: pytest.LogCaptureFixture) -> None:
    @same_origin
    class Items(MethodView):
        def get(self) -> str:
            return "x"

    app = make_app()
    app.add_url_rule("/x", view_func=Items.as_view("items"))
    app.add_url_rule("/first", "first", lambda: Items().get())
    CORS(app, origins=A)
    assert Server(app).preflight(A, "GET", path="/first") == granted(A, "GET, HEAD")
    assert Server(app).preflight(A, "GET", path="/x") == forbidden()
    assert caplog.records == []


def test_a_class_of_views_whose_only_mark_is_lost_is_denied_for_that_method_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Items(MethodView):
        @login
        @cross_origin(origins=A)
        def put(self) -> str:
            return "x"

        def delete(self) -> str:
            return "x"

    app = make_app()
    app.add_url_rule("/x", view_func=Items.as_view("items"))
    CORS(app, origins=A)
    server = Server(app)
    assert server.preflight(A, "DELETE", path="/x") == unremembered(granted(A, "DELETE"))
    assert server.preflight(A, "PUT", path="/x") == forbidden()
    place = f"login ({__file__}:{login.__code__.co_firstlineno + 1})"
    assert [record.getMessage() for record in caplog.records] == [
        f"The view 'items' (PUT) is not shared: {place} hides the mark on {Items.__qualname__}.put. {WAYS_OUT}"
    ]


def test_a_view_that_calls_another_by_name_may_still_hide_a_mark() -> None:
    app = make_app()
    known = same_origin(named("known"))
    app.add_url_rule("/known", "known", known)
    secret = same_origin(named("secret"))
    app.add_url_rule("/x", "x", login(lambda: known() or secret()))
    CORS(app, origins=A)
    assert Server(app).preflight(A, "GET", path="/x") == forbidden()


def test_views_that_come_late_may_call_one_another_by_name(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.add_url_rule("/first", "first", plain)
    CORS(app, origins=A)
    server = Server(app)
    assert server.preflight(A, "GET", path="/first") == granted(A, "GET, HEAD")
    late = same_origin(named("late"))
    app.view_functions.update(late=late, calls=lambda: late())
    for name in ("late", "calls"):
        app.url_map.add(app.url_rule_class(f"/{name}", endpoint=name, methods=["GET"]))
    assert server.preflight(A, "GET", path="/calls") == granted(A, "GET, HEAD")
    assert server.preflight(A, "GET", path="/late") == forbidden()
    assert caplog.records == []


def named(name: str) -> Any:
    def view() -> str:
        return "x"

    view.__qualname__ = name
    return view


def with_a_marked_method() -> type[View]:
    class Items(MethodView):
        @same_origin
        def get(self) -> str:
            return "x"

    return Items


def marked_itself() -> type[View]:
    class Items(View):
        def dispatch_request(self) -> str:
            return "x"

    return same_origin(Items)


def with_a_marked_base() -> type[View]:
    class Items(marked_itself()):  # type: ignore[misc]
        pass

    return Items


@pytest.mark.parametrize("make", [with_a_marked_method, marked_itself, with_a_marked_base])
def test_the_class_of_a_decorated_view_class_is_looked_into(make: Any) -> None:
    pair = twins(lambda app: app.add_url_rule("/x", "x", login(make().as_view("x"))), origins="*")
    assert pair.without.request(path="/x").body == b"x"
    assert pair.are_alike_but_for(path="/x", origin=A)


def test_a_route_that_comes_late_is_judged_likewise(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.add_url_rule("/first", "first", plain)
    CORS(app, origins="*")
    assert Server(app).request(path="/first", origin=A).values("Access-Control-Allow-Origin") == ["*"]
    app.view_functions["late"] = login(same_origin(lambda: "x"))
    app.url_map.add(app.url_rule_class("/late", endpoint="late", methods=["GET"]))
    for _ in range(3):
        assert Server(app).preflight(A, "GET", path="/late") == forbidden()
        assert Server(app).request(path="/late", origin=A).values("Access-Control-Allow-Origin") == []
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_mark_that_no_route_leads_to_is_a_note(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    handlers = {"x": cross_origin(origins=A)(lambda: "x")}
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/x", "x", lambda: handlers["x"]())
    CORS(app, origins=B)
    for _ in range(2):
        assert app.test_client().get("/x", headers={"Origin": B}).headers["Access-Control-Allow-Origin"] == B
    notes = [record for record in caplog.records if "no route leads to them" in record.getMessage()]
    assert [record.levelname for record in notes] == ["INFO"]
    assert "test_a_mark_that_no_route_leads_to_is_a_note.<locals>.<lambda>" in notes[0].getMessage()
    result = app.test_cli_runner().invoke(cors, ["check"])
    assert result.exit_code == 0
    assert "note: These are marked, but no route leads to them: " in result.output


def of_the_shop(name: str, view: Any) -> Any:
    """Return a function or class as the package `shop` would have it."""
    view.__module__, view.__qualname__ = "shop.views", name
    return view


def test_the_note_names_what_no_route_leads_to_and_neither_lost_marks_nor_classes_of_views(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Routed(MethodView):
        def get(self) -> str:
            return "x"

    class Base(View):
        def dispatch_request(self) -> str:
            return "x"

    kept = [cross_origin(of_the_shop(name, lambda: "x")) for name in ("unseen", "hidden", "another")]
    cross_origin(of_the_shop("Routed", Routed))
    cross_origin(of_the_shop("Base", Base))
    unseen = cross_origin(of_the_shop("Unseen", type("Unseen", (), {"__call__": lambda self: "x"})))
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/lost", "lost", login(kept[1]))
    app.add_url_rule("/routed", view_func=Routed.as_view("routed"))
    app.add_url_rule("/base", view_func=type("Derived", (Base,), {}).as_view("base"))
    CORS(app, origins=A)
    result = app.test_cli_runner().invoke(cors, ["check"])
    assert caplog.records == []
    assert [line for line in result.output.splitlines() if line.startswith("note")] == [
        f"note: These are marked, but no route leads to them: {unseen.__qualname__}, another, unseen.  [unseen-mark]"
    ]
    caplog.set_level(logging.INFO)
    assert Server(app).request(path="/base").status == "200 OK"
    assert [record.getMessage() for record in caplog.records if record.levelname == "INFO"] == [
        (
            f"These are marked, but no route leads to them: {unseen.__qualname__}, another, unseen. A mark works on "
            "the function, method or class that Flask calls; behind a dispatcher or a lambda it has no effect."
        )
    ]


def test_a_view_that_two_threads_read_at_once_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.add_url_rule("/x", "x", login(same_origin(lambda: "x")))
    policies = Policies(app, {}, PathScopes((), None, covers_unmarked=True, fallback=None))
    assert policies._read("x") is policies._read("x")
    policies.report_lost_marks()
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize("depth", [1, 20])
def test_the_search_reaches_through_many_decorators(depth: int) -> None:
    view: Any = same_origin(lambda: "x")
    for _ in range(depth):
        view = login(view)
    pair = twins(lambda app: app.add_url_rule("/x", "x", view), origins="*")
    assert pair.are_alike_but_for(path="/x", origin=A)


def test_the_search_ends_where_functions_hold_one_another() -> None:
    functions: list[Any] = []
    for _ in range(2000):
        view = login(functions[-1] if functions else plain)
        view.beside = functions[-2:]
        functions.append(view)
    functions[0].back = functions[-1]
    pair = twins(lambda app: app.add_url_rule("/x", "x", lambda: plain() if functions[-1] else ""), origins="*")
    assert pair.are_alike_but_for(FOR_EVERYBODY, path="/x", origin=A)
    pair = twins(lambda app: app.add_url_rule("/x", "x", login(functions[-1]), methods=["OPTIONS"]), origins="*")
    assert pair.with_cors.preflight(A, "PUT", path="/x").status == "204 No Content"
