"""Werkzeug's debugger: outside it hides the headers, and `share_debugger` puts one inside."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from support.site import make_app
from support.wsgi import EVIL, VARY_ORIGIN, A, Answer, Server, allow
from werkzeug.debug import DebuggedApplication

from flask_cors_ext import CORS, share_debugger


def served(*, shares: bool, debug: bool = True, evalex: bool = False) -> tuple[Flask, Server]:
    """Return an app that fails, as `app.run(debug=True)` serves it."""
    app = make_app()
    app.add_url_rule("/boom", "boom", lambda: str(1 // 0))
    app.add_url_rule("/fine", "fine", lambda: "fine")
    CORS(app, origins=A)
    if shares:
        share_debugger(app, evalex=evalex)
    app.debug = debug
    return app, Server(DebuggedApplication(app, evalex=True))


def is_debugger_page(answer: Answer) -> bool:
    return answer.status == "500 INTERNAL SERVER ERROR" and b"ZeroDivisionError" in answer.body


def has_console(answer: Answer) -> bool:
    console = re.search(rb"EVALEX = (true|false)", answer.body)
    assert console is not None
    return console[1] == b"true"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_without_it_the_page_carries_no_cors_headers() -> None:
    _, server = served(shares=False)
    answer = server.request(path="/boom", origin=A)
    assert is_debugger_page(answer)
    assert answer.cors == ("500",)


@pytest.mark.parametrize("evalex", [False, True])
def test_with_it_the_page_is_shared(evalex: bool) -> None:
    _, server = served(shares=True, evalex=evalex)
    answer = server.request(path="/boom", origin=A)
    assert is_debugger_page(answer)
    assert answer.cors == ("500", allow(A), VARY_ORIGIN)
    assert has_console(answer) is evalex
    assert server.request(path="/boom", origin=EVIL).cors == (
        "500",
        VARY_ORIGIN,
        (
            "X-CORS-Debug",
            "origin-not-allowed (no rule of the policy allows this origin); the nearest rule is 'https://a.example'",
        ),
    )
    assert server.request(path="/fine", origin=A).body == b"fine"


def test_the_page_has_no_console_unless_it_is_asked_for() -> None:
    app = make_app()
    app.add_url_rule("/boom", "boom", lambda: str(1 // 0))
    CORS(app, origins=A)
    share_debugger(app)
    app.debug = True
    assert has_console(Server(app).request(path="/boom", origin=A)) is False


def test_without_debug_it_does_nothing() -> None:
    app, _ = served(shares=True, debug=False)
    answer = Server(app).request(path="/boom", origin=A)
    assert (answer.status, b"ZeroDivisionError" in answer.body) == ("500 INTERNAL SERVER ERROR", False)
    assert answer.cors == ("500", allow(A), VARY_ORIGIN)


def test_it_needs_the_extension() -> None:
    with pytest.raises(RuntimeError, match=r"The app 'x' has no CORS yet. Write CORS\(app, ...\), and then share_deb"):
        share_debugger(Flask("x"))
