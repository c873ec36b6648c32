"""What took `app.wsgi_app` before `CORS(app)` sends its requests around the extension, and the log says so once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask, request
from support.needs import needs_module
from support.site import make_app
from support.wsgi import A, Server, call, environ_for

from flask_cors_ext import CORS
from flask_cors_ext.cli import cors
from flask_cors_ext.state import BYPASSED


def make_site(**options: Any) -> tuple[Flask, Any]:
    """Return an app with the extension, and what was captured of it before."""
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "x", lambda: "x")
    inner = app.wsgi_app
    CORS(app, **(options or {"origins": A}))
    return app, inner


def bypasses(caplog: pytest.LogCaptureFixture) -> int:
    return [(record.levelname, record.getMessage()) for record in caplog.records].count(("ERROR", BYPASSED))


def test_a_captured_app_is_one_error_and_its_answers_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    app, inner = make_site()
    started: list[Any] = []
    for _ in range(3):
        assert b"".join(inner(environ_for("GET", "/x", A), lambda *start: started.append(start))) == b"x"
    assert [(start[0], [name for name, _ in start[1]]) for start in started] == [
        ("200 OK", ["Content-Type", "Content-Length"])
    ] * 3
    assert bypasses(caplog) == 1
    result = app.test_cli_runner().invoke(cors, ["check"])
    assert (result.exit_code, result.output.count("[bypassed]")) == (1, 1)


def test_requests_that_come_by_before_do_not_hide_one_that_does_not(caplog: pytest.LogCaptureFixture) -> None:
    app, inner = make_site()
    assert b"".join(app(environ_for("GET", "/x", A), lambda *start: None)) == b"x"
    assert bypasses(caplog) == 0
    assert b"".join(inner(environ_for("GET", "/x", A), lambda *start: None)) == b"x"
    assert bypasses(caplog) == 1


class Around:
    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


def around(app: Any) -> Any:
    return lambda environ, start_response: app(environ, start_response)


@pytest.mark.parametrize("wrap", [Around, around, lambda app: Around(around(Around(app)))])
def test_check_sees_a_wrapper_that_holds_what_was_there_before(wrap: Any, caplog: pytest.LogCaptureFixture) -> None:
    app, inner = make_site()
    entrance = app.wsgi_app
    app.wsgi_app = wrap(inner)  # type: ignore[method-assign]
    result = app.test_cli_runner().invoke(cors, ["check"])
    assert (result.exit_code, "[bypassed]" in result.output) == (1, True)
    app.wsgi_app = wrap(entrance)  # type: ignore[method-assign]
    result = app.test_cli_runner().invoke(cors, ["check"])
    assert (result.exit_code, "[bypassed]" in result.output, "[wrapped]" in result.output) == (0, False, True)
    assert call(app, environ_for("GET", "/x", A)).status == "200 OK"
    assert bypasses(caplog) == 0


class Box:
    """What nobody calls, and what therefore is not looked into."""

    def __init__(self, held: Any) -> None:
        self.held = held


def holding_the_entry_unseen(site: Flask, inner: Any) -> Any:
    wrapper = Around(Flask("other").wsgi_app)
    wrapper.entry = [site.wsgi_app]  # type: ignore[attr-defined]
    return wrapper


def holding_what_was_there_in_a_box(site: Flask, inner: Any) -> Any:
    return Around(Box(inner))


def holding_itself(site: Flask, inner: Any) -> Any:
    wrapper = Around(print)
    wrapper.itself = wrapper  # type: ignore[attr-defined]
    return wrapper


def around_many_times(count: int, inner: Any) -> Any:
    for _ in range(count):
        inner = Around(inner)
    return inner


WRAPPERS = [
    pytest.param(lambda _, inner: around_many_times(498, inner), "bypassed", id="behind 498 wrappers"),
    pytest.param(lambda _, inner: around_many_times(499, inner), "wrapped", id="behind 499 wrappers"),
    pytest.param(holding_the_entry_unseen, "wrapped", id="the method of another app"),
    pytest.param(holding_what_was_there_in_a_box, "wrapped", id="what is not callable"),
    pytest.param(holding_itself, "wrapped", id="what holds itself"),
]


@pytest.mark.parametrize(("wrap", "code"), WRAPPERS)
def test_check_looks_for_what_was_there_before_among_the_callables_that_a_wrapper_holds(wrap: Any, code: str) -> None:
    app, inner = make_site()
    app.wsgi_app = wrap(app, inner)  # type: ignore[method-assign]
    result = app.test_cli_runner().invoke(cors, ["check", "--json"])
    assert [finding["code"] for finding in json.loads(result.output)["findings"]] == [code]


def in_a_request_context(app: Flask) -> None:
    with app.test_request_context("/x"):
        app.preprocess_request()
        assert request.endpoint == "x"


def in_a_test_client(app: Flask) -> None:
    assert app.test_client().get("/x", headers={"Origin": A}).status_code == 200


def by_a_preflight_that_is_handed_through(app: Flask) -> None:
    headers = {"Origin": A, "Access-Control-Request-Method": "GET"}
    assert app.test_client().options("/x", headers=headers).status_code == 200


def by_an_inner_wrapper_that_copies_the_environ(app: Flask) -> None:
    assert call(app, environ_for("GET", "/x", A)).body == b"x"


NOT_AROUND = [
    in_a_request_context,
    in_a_test_client,
    by_a_preflight_that_is_handed_through,
    by_an_inner_wrapper_that_copies_the_environ,
]


@pytest.mark.parametrize("ask", NOT_AROUND, ids=lambda ask: ask.__name__)
def test_what_comes_by_is_no_bypass(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "x", lambda: "x")
    inner = app.wsgi_app
    app.wsgi_app = lambda environ, start_response: inner(dict(environ), start_response)  # type: ignore[method-assign]
    CORS(app, resources={"/other": {"origins": A}})
    ask(app)
    assert bypasses(caplog) == 0


def test_connexion_takes_the_app_in_its_constructor(caplog: pytest.LogCaptureFixture) -> None:
    needs_module("connexion")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import connexion

        outer = connexion.FlaskApp("site")
        outer.app.add_url_rule("/x", "x", lambda: "x")
        CORS(outer.app, origins=A)
        answer = outer.test_client().get("/x", headers={"Origin": A})
    assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (200, None)
    assert bypasses(caplog) == 1


def test_the_remedy_of_the_error_works() -> None:
    app = make_app()
    app.add_url_rule("/x", "x", lambda: "x")
    CORS(app, origins=A)
    captured = app.wsgi_app
    assert Server(captured).request(path="/x", origin=A).values("Access-Control-Allow-Origin") == [A]
