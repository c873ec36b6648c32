"""What a browser remembers of one view's preflight never lets it send what another view at the URL would refuse."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask, request
from support.wsgi import (
    A,
    B,
    Server,
)

from cors_wsgi.browser import Browser, FetchError
from flask_cors_ext import CORS, cross_origin, same_origin

JSON = {"Content-Type": "application/json"}


def serve(marks: dict[str, Any], **options: Any) -> tuple[Flask, list[str]]:
    """Return an app with one view for each method at `/x`, and a list of the methods that have run."""
    app, ran = Flask("site", static_folder=None), []

    def view() -> str:
        ran.append(request.method)
        return "x"

    for method, mark in marks.items():
        app.add_url_rule("/x", method, mark(_copy(view)), methods=[method], provide_automatic_options=False)
    CORS(app, **options)
    return app, ran


def _copy(view: Any) -> Any:
    return lambda: view()


def send(page: Any, method: str, headers: dict[str, str], credentials: str) -> bool:
    body = "{}" if method not in ("GET", "HEAD") else None
    try:
        page.fetch("/x", method=method, headers=headers, credentials=credentials, body=body)
    except FetchError:
        return False
    return True


def test_an_account_that_pages_may_read_is_not_written_from_a_warm_cache() -> None:
    """A GET with a JSON Content-Type is preflighted; POST needs no entry, and the header's name is remembered."""
    marks = {"GET": cross_origin(origins=A, supports_credentials=True), "POST": same_origin}
    app, ran = serve(marks)
    browser = Browser(app, url="https://api.example")
    page = browser.open(A)
    assert send(page, "GET", JSON, "include")
    assert not send(page, "POST", JSON, "include")
    assert ran == ["GET"]
    assert [exchange.request.method for exchange in browser.exchanges] == ["OPTIONS", "GET", "OPTIONS"]


MARKS: list[Any] = [
    same_origin,
    lambda view: view,
    cross_origin(origins=A),
    cross_origin(origins=[A, B]),
    cross_origin(origins=B),
    cross_origin(origins="*"),
    cross_origin(origins=A, supports_credentials=True),
    cross_origin(origins=A, allow_headers=["Content-Type"]),
    cross_origin(origins=A, allow_headers=[]),
    cross_origin(origins=A, max_age=5),
    cross_origin(origins=A, expose_headers=["ETag"]),
    cross_origin(origins=A, methods="*"),
    cross_origin(origins=A, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
]
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
HEADERS: list[dict[str, str]] = [{}, JSON, {"X-A": "1"}, {**JSON, "X-A": "1"}, {"Authorization": "x"}]
HISTORIES = 600


def forget_nothing(app: Any) -> Any:
    """Serve the app to a browser that is told to remember every preflight, as if no two policies had met."""

    def serve_remembered(environ: Any, start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            age = "Access-Control-Max-Age"
            return start_response(status, [(name, "600" if name == age else value) for name, value in headers], *more)

        return app(environ, start)

    return serve_remembered


def run_history(choose: random.Random, *, forgets: bool) -> tuple[bool, list[str]]:
    """Let one page send requests; return whether a warm one went to another owner, and the views that ran wrongly."""
    options = choose.choice([{}, {"origins": A}, {"origins": "*"}])
    some = choose.sample(MARKS, choose.choice([2, 2, 3]))
    marks = {method: choose.choice(some) for method in METHODS}
    app, ran = serve(marks, **options)
    server = app if forgets else forget_nothing(app)
    warm = Browser(server, url="https://api.example")
    page = warm.open(A)
    granted: set[int] = set()
    is_warm, wrong = False, []
    for _ in range(choose.randint(2, 6)):
        asked = choose.choice(METHODS), choose.choice(HEADERS), choose.choice(["omit", "include"])
        cold = Browser(server, url="https://api.example")
        ran.clear()
        send(cold.open(A), *asked)
        cold_ran, is_simple = list(ran), cold.exchanges[0].request.method != "OPTIONS"
        is_warm = is_warm or (not is_simple and bool(granted - {id(marks[asked[0]])}))
        ran.clear()
        if send(page, *asked) and not is_simple:
            granted.add(id(marks[asked[0]]))
        if ran and not cold_ran and not is_simple:
            wrong.append(f"{asked} ran from a warm cache: {marks}")
    return is_warm, wrong


def test_no_view_runs_by_what_its_own_policy_would_have_refused() -> None:
    choose = random.Random(20)
    histories = [run_history(choose, forgets=True) for _ in range(HISTORIES)]
    assert [wrong for _, wrong in histories if wrong] == []
    assert sum(is_warm for is_warm, _ in histories) >= HISTORIES / 4


def test_that_is_not_so_without_the_max_age_of_zero() -> None:
    choose = random.Random(20)
    assert any(run_history(choose, forgets=False)[1] for _ in range(HISTORIES))


ALIKE = [
    pytest.param({"max_age": 5}, id="max_age"),
    pytest.param({"expose_headers": ["ETag"]}, id="expose_headers"),
    pytest.param({"methods": ["POST"]}, id="methods"),
]


@pytest.mark.parametrize("other", ALIKE)
def test_what_cannot_be_abused_is_remembered_as_ever(other: dict[str, Any]) -> None:
    app, _ = serve({"GET": cross_origin(origins=A), "POST": cross_origin(origins=A, **other)})
    assert Server(app).preflight(A, "GET", path="/x").values("Access-Control-Max-Age") == ["600"]
    assert Server(app).preflight(A, "POST", path="/x").values("Access-Control-Max-Age") == [
        str(other.get("max_age", 600))
    ]


DIFFERENT = [
    pytest.param(same_origin, id="never shared"),
    pytest.param(lambda view: view, id="hands off"),
    pytest.param(cross_origin(origins=[A, B]), id="origins"),
    pytest.param(cross_origin(origins=A, supports_credentials=True), id="credentials"),
    pytest.param(cross_origin(origins=A, allow_headers=["X-A"]), id="allow_headers"),
]


@pytest.mark.parametrize("other", DIFFERENT)
@pytest.mark.parametrize("max_age", [600, None, 0])
def test_where_owners_differ_nothing_is_remembered(other: Any, max_age: int | None) -> None:
    app, _ = serve({"GET": cross_origin(origins=A, max_age=max_age), "POST": other})
    app.add_url_rule("/y", "y", cross_origin(origins=A, max_age=max_age)(lambda: "y"))
    assert Server(app).preflight(A, "GET", path="/x").values("Access-Control-Max-Age") == ["0"]
    elsewhere = Server(app).preflight(A, "GET", path="/y").values("Access-Control-Max-Age")
    assert elsewhere == ([] if max_age is None else [str(max_age)])
