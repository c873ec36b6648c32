"""No code of the user's runs while a lock of the extension is held: log handlers may call the app, from any thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from support.site import make_app
from support.wsgi import A, B, Server

from cors_wsgi import CORSMiddleware, Policy
from flask_cors_ext import CORS, cross_origin, same_origin


class Calling(logging.Handler):
    """A log handler that calls the app in another thread, and waits for the answer."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server
        self.answered: list[str] = []
        self.hung = False

    def emit(self, record: logging.LogRecord) -> None:
        if threading.current_thread().name == "from a handler":
            return
        thread = threading.Thread(target=self.ask, name="from a handler", daemon=True)
        thread.start()
        thread.join(10)
        self.hung = self.hung or thread.is_alive()

    def ask(self) -> None:
        self.answered.append(self.server.request(path="/x", origin=A).status)


@pytest.fixture
def listen() -> Iterator[Any]:
    """Put such a handler on a logger, for one test."""
    added: list[tuple[logging.Logger, logging.Handler]] = []

    def add(name: str, server: Server) -> Calling:
        logger, handler = logging.getLogger(name), Calling(server)
        logger.addHandler(handler)
        added.append((logger, handler))
        return handler

    yield add
    for logger, handler in added:
        logger.removeHandler(handler)


def forget(view: Any) -> Any:
    return lambda: view()


def say_too_late(app: Flask) -> None:
    app.config["CORS_MAX_AGE"] = 5


def lose_a_mark(app: Flask) -> None:
    app.add_url_rule("/lost", "lost", forget(same_origin(lambda: "lost")))


def name_nobody(app: Flask) -> None:
    app.add_url_rule("/marked", "marked", cross_origin(lambda: "marked"))


FIRST = [
    pytest.param(say_too_late, {"origins": A}, id="a setting that came too late"),
    pytest.param(lose_a_mark, {"origins": A}, id="a lost mark"),
    pytest.param(name_nobody, {}, id="nobody names an origin"),
]


@pytest.mark.parametrize(("spoil", "options"), FIRST)
def test_a_handler_of_the_first_request_s_log_may_call_the_app(spoil: Any, options: Any, listen: Any) -> None:
    app = make_app()
    app.add_url_rule("/x", "x", lambda: "x")
    CORS(app, **options)
    spoil(app)
    handler = listen("site", Server(app))
    assert Server(app).request(path="/x", origin=A).status == "200 OK"
    assert (handler.answered, handler.hung) == (["200 OK"], False)


LATE = [
    pytest.param(lambda view: forget(same_origin(view)), id="a lost mark"),
    pytest.param(cross_origin(supports_credentials=True), id="layers that do not fit"),
]


@pytest.mark.parametrize("mark", LATE)
def test_a_handler_of_a_late_view_s_error_may_call_the_app(mark: Any, listen: Any) -> None:
    app = make_app()
    app.add_url_rule("/x", "x", lambda: "x")
    CORS(app, origins="*")
    Server(app).request(path="/x")
    handler = listen("site", Server(app))
    app.view_functions["late"] = mark(lambda: "x")
    app.url_map.add(app.url_rule_class("/late", endpoint="late", methods=["GET"]))
    assert Server(app).request(path="/late", origin=A).values("Access-Control-Allow-Origin") == []
    assert (handler.answered, handler.hung) == (["200 OK"], False)


def test_a_handler_of_the_core_s_warning_may_call_the_app(listen: Any) -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "x", lambda: ("x", {"Access-Control-Allow-Origin": B}))
    middleware = CORSMiddleware(app, Policy(A))
    asked = Server(lambda environ, start_response: middleware(environ, start_response))
    handler = listen("cors_wsgi", asked)
    assert app.test_client().get("/x").status_code == 200
    assert asked.request(path="/x", origin=A).status == "200 OK"
    assert (handler.answered, handler.hung) == (["200 OK"], False)


def test_many_first_requests_at_once_are_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.add_url_rule("/x", "x", lambda: "x")
    lose_a_mark(app)
    CORS(app, origins=A)
    start, answers = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        answers.append(Server(app).request(path="/x", origin=A).status)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["200 OK"] * 8
    assert [record.levelname for record in caplog.records] == ["ERROR"]
