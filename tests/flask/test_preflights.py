"""Preflights never enter Flask, and everything else does."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, abort, request
from support.site import SHARED_WITH_A, granted, site, twins
from support.wsgi import VARY_ORIGIN, VARY_PREFLIGHT, WITH_CREDENTIALS, A, B, allow, environ_for, forbidden

from flask_cors_ext import CORS, cross_origin

EVERYTHING = "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY"


def build(app: Flask) -> None:
    app.extensions["calls"] = calls = []

    @app.before_request
    def guard() -> None:
        calls.append(request.method)
        abort(401)

    @app.after_request
    def cookie(response: Response) -> Response:
        response.set_cookie("seen", "1")
        return response

    @app.route("/x", methods=["PUT", "OPTIONS"])
    def own_options() -> str:
        return "the view's own OPTIONS"

    @app.put("/y")
    def automatic() -> str:
        return "y"


def test_a_preflight_runs_nothing_of_the_app() -> None:
    server = site(build, origins=A)
    assert server.preflight(A, "PUT", "authorization", path="/y") == granted(A, "PUT")
    assert server.preflight(A, "PUT", path="/x") == granted(A, "PUT, OPTIONS")
    assert server.app.extensions["calls"] == []  # type: ignore[union-attr]
    assert server.request("PUT", "/y", A).cors == ("401", allow(A), VARY_ORIGIN)
    assert server.app.extensions["calls"] == ["PUT"]  # type: ignore[union-attr]


def test_a_refused_preflight_runs_nothing_either() -> None:
    server = site(build, origins=A)
    assert server.preflight(B, "PUT", path="/y") == forbidden(VARY_PREFLIGHT)
    assert server.app.extensions["calls"] == []  # type: ignore[union-attr]


NO_PREFLIGHT = [
    pytest.param({"path": "/x", "origin": A}, SHARED_WITH_A, id="an OPTIONS that the view handles"),
    pytest.param({"path": "/y", "origin": A}, SHARED_WITH_A, id="an OPTIONS that Flask handles keeps its Allow"),
    pytest.param({"path": "/y", "headers": {"Access-Control-Request-Method": "PUT"}}, (VARY_ORIGIN,), id="no Origin"),
    pytest.param({"path": "/nowhere", "origin": A}, SHARED_WITH_A, id="an OPTIONS to an unknown URL"),
]


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize(("asked", "headers"), NO_PREFLIGHT)
def test_an_options_that_is_no_preflight_is_the_apps(asked: dict[str, Any], headers: Any, guarded: bool) -> None:
    def build_some(app: Flask) -> None:
        build(app)
        if not guarded:
            app.before_request_funcs.clear()

    pair = twins(build_some, origins=A)
    assert pair.without.request("OPTIONS", **asked).status.startswith("401" if guarded else ("2", "404"))
    assert pair.are_alike_but_for(*headers, method="OPTIONS", **asked)


@pytest.mark.parametrize("how", ["setting", "route"])
def test_without_automatic_options_preflights_work(how: str) -> None:
    def build_plain(app: Flask) -> None:
        options = {"provide_automatic_options": False} if how == "route" else {}
        app.add_url_rule("/x", "x", lambda: "x", methods=["PUT"], **options)

    server = site(build_plain, origins=A, config={"PROVIDE_AUTOMATIC_OPTIONS": False})
    assert server.preflight(A, "PUT", path="/x") == granted(A, "PUT")
    assert server.preflight(B, "PUT", path="/x") == forbidden(VARY_PREFLIGHT)


def test_a_preflight_for_an_unknown_url_passes_so_that_the_404_can_be_read() -> None:
    server = site(build, origins=A)
    assert server.preflight(A, "PUT", path="/nowhere") == granted(A, EVERYTHING)
    assert server.preflight(B, "PUT", path="/nowhere") == forbidden(VARY_PREFLIGHT)


def test_the_answer_names_what_is_allowed_and_the_browser_decides() -> None:
    server = site(build, origins=A, methods=["GET", "PUT"], allow_headers=["content-type"])
    expected = granted(A, "GET, PUT", headers=("Access-Control-Allow-Headers", "content-type"))
    assert server.preflight(A, "PUT", "content-type", path="/y") == expected
    assert server.preflight(A, "DELETE", "x-secret", path="/y") == expected
    assert server.preflight(A, "DELETE", path="/nowhere") == expected


def test_expose_headers_are_for_responses_and_max_age_for_preflights() -> None:
    server = site(lambda app: app.add_url_rule("/x", "x", lambda: "x"), origins=A, expose_headers=["ETag"], max_age=60)
    assert server.preflight(A, "GET", path="/x").headers == (
        ("Access-Control-Allow-Origin", A),
        ("Access-Control-Allow-Methods", "GET, HEAD"),
        ("Access-Control-Allow-Headers", "*, Authorization"),
        ("Access-Control-Max-Age", "60"),
        VARY_PREFLIGHT,
    )
    assert server.request(path="/x", origin=A).cors == (
        "200",
        allow(A),
        ("Access-Control-Expose-Headers", "ETag"),
        VARY_ORIGIN,
    )


def test_cookies_and_authorization_change_nothing() -> None:
    server = site(build, origins=A)
    with_more = server.preflight(A, "PUT", path="/y", headers={"Cookie": "a=b", "Authorization": "Basic YTpi"})
    assert with_more == server.preflight(A, "PUT", path="/y") == granted(A, "PUT")


MALFORMED = ["TRACE", "CONNECT", "GE T", "", "--", "\x1b[31m", "Straße", "x" * 5000]


@pytest.mark.parametrize("method", MALFORMED)
def test_a_method_that_no_script_can_use_is_not_named(method: str) -> None:
    server = site(build, origins=A)
    assert server.preflight(A, method, path="/y") == granted(A, "PUT")


@pytest.mark.parametrize("method", MALFORMED)
def test_nor_is_it_echoed_with_credentials(method: str) -> None:
    server = site(build, origins=A, methods="*", supports_credentials=True)
    assert server.preflight(A, method, path="/y") == granted(
        A, "--" if method == "--" else "", WITH_CREDENTIALS, headers=None
    )


def test_a_method_in_lower_case_is_not_the_views_and_the_answer_says_so() -> None:
    server = site(lambda app: app.add_url_rule("/x", "x", lambda: "x", methods=["PATCH"]), origins=A)
    assert server.preflight(A, "patch", path="/x") == granted(A, "PATCH")


@pytest.mark.parametrize("methods", [["TRACE", "GET"], ["GET", "M-SEARCH"], ["GE T", "GET"]])
def test_methods_of_a_route_that_scripts_cannot_use_are_left_out(methods: list[str]) -> None:
    server = site(lambda app: app.add_url_rule("/x", "x", lambda: "x", methods=methods), origins=A)
    named = "GET, HEAD, M-SEARCH" if "M-SEARCH" in methods else "GET, HEAD"
    assert server.preflight(A, "GET", path="/x") == granted(A, named)


def test_a_view_of_hands_off_answers_its_preflights_itself() -> None:
    def build_two(app: Flask) -> None:
        app.add_url_rule("/plain", "plain", lambda: "plain", methods=["PUT"])
        app.add_url_rule("/marked", "marked", cross_origin(origins=A)(lambda: "marked"), methods=["PUT"])

    pair = twins(build_two)
    headers = {"Access-Control-Request-Method": "PUT"}
    assert pair.are_alike_but_for(method="OPTIONS", path="/plain", origin=A, headers=headers)
    assert pair.with_cors.preflight(A, "PUT", path="/marked") == granted(A, "PUT")


@pytest.mark.parametrize("origin", [A, B])
def test_a_preflight_leaves_nothing_in_the_environ(origin: str) -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "x", lambda: "x", methods=["PUT"])
    CORS(app, origins=lambda given, environ: given == A)
    environ = environ_for("OPTIONS", "/x", origin, {"Access-Control-Request-Method": "PUT"})
    before = dict(environ)
    assert list(app(environ, lambda status, headers, exc=None: lambda _: None)) == []
    assert environ == before


def test_the_extension_is_silent_about_requests_in_its_app_context() -> None:
    app = Flask("site")
    app.add_url_rule("/x", "x", lambda: "x")
    CORS(app, origins=A)
    with app.app_context():
        assert app.test_client().get("/x", headers={"Origin": A}).headers["Access-Control-Allow-Origin"] == A
