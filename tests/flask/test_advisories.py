"""Published advisories on CORS code, on Flask: actual requests and preflights both."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask
from support.site import granted, make_app, site, twins
from support.wsgi import (
    EVIL,
    FOR_EVERYBODY,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    WITH_CREDENTIALS,
    A,
    B,
    Server,
    allow,
    forbidden,
)

from cors_wsgi import PolicyError
from flask_cors_ext import CORS, cross_origin

LOOSE, STRICT = "https://loose.example", "https://strict.example"


def routed(*rules: str) -> Any:
    def build(app: Flask) -> None:
        for rule in rules:
            app.add_url_rule(rule, rule.replace(".", "_"), lambda **_: "x", methods=["GET", "PUT"])

    return build


def may_read(server: Server, origin: str, path: str) -> bool:
    """Tell whether an origin may read a response, after checking that preflights say the same."""
    read = server.request("PUT", path, origin).values("Access-Control-Allow-Origin")
    asked = server.preflight(origin, "PUT", path=path).values("Access-Control-Allow-Origin")
    assert read == asked
    return bool(read)


def test_cve_2018_20744_everybody_is_a_star_and_never_an_echo() -> None:
    server = site(routed("/x"), origins="*")
    assert server.request(path="/x", origin=EVIL).cors == ("200", FOR_EVERYBODY)
    assert server.preflight(EVIL, "PUT", path="/x") == granted("*", "GET, HEAD, PUT")


EVERYBODY_WITH_CREDENTIALS = [
    pytest.param({"origins": "*", "supports_credentials": True}, {}, {}, id="CVE-2024-25124: keywords"),
    pytest.param({"origins": ["*"], "supports_credentials": True}, {}, {}, id="a list"),
    pytest.param({"supports_credentials": True}, {"CORS_ORIGINS": "*"}, {}, id="a setting"),
    pytest.param({"origins": "*"}, {"CORS_SUPPORTS_CREDENTIALS": "true"}, {}, id="the other setting"),
    pytest.param({"supports_credentials": True, "origins": A}, {}, {"origins": "*"}, id="a view's own origins"),
    pytest.param({"origins": "*"}, {}, {"supports_credentials": True}, id="a view's own credentials"),
    pytest.param({"resources": {"/x": {"origins": "*"}}, "supports_credentials": True}, {}, {}, id="a resource"),
    pytest.param({"origins": [A, "*"]}, {}, {}, id="a star beside an origin"),
]


@pytest.mark.parametrize(("keywords", "config", "mark"), EVERYBODY_WITH_CREDENTIALS)
def test_everybody_with_credentials_never_starts(keywords: Any, config: Any, mark: Any) -> None:
    def serve() -> None:
        app = make_app(config=config)
        app.add_url_rule("/x", "x", cross_origin(**mark)(lambda: "x") if mark else lambda: "x")
        CORS(app, **keywords)
        Server(app).request(path="/x", origin=EVIL)

    with pytest.raises(PolicyError):
        serve()


def test_cve_2026_54290_credentials_without_origins_share_nothing() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "x", cross_origin(max_age=5)(lambda: "x"))

    pair = twins(build, supports_credentials=True)
    for origin in (A, EVIL, "null", None):
        assert pair.are_alike_but_for(path="/x", origin=origin)
    assert pair.with_cors.preflight(EVIL, "GET", path="/x") == forbidden()


def test_cve_2018_8014_no_credentials_by_default() -> None:
    server = site(routed("/x"), origins=A)
    assert server.request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.preflight(A, "PUT", path="/x") == granted(A, "GET, HEAD, PUT")


NOT_ALLOWED = [
    EVIL, f"{A}, {EVIL}", "a.example", "", "null", "http://a.example", f"{A}:444", f"{A}.evil.example", f"{A}/",
    "https://a.examplex", "https://xa.example", "https://a.example_.evil.example", "https://a.example`.evil.example",
    "https://aXexample", "https://evil.example/a.example", f"{A}\n",
]  # fmt: skip


@pytest.mark.parametrize("origin", NOT_ALLOWED)
def test_cve_2017_20146_who_is_not_named_is_not_allowed(origin: str) -> None:
    server = site(routed("/x"), origins=[A])
    assert may_read(server, origin, "/x") is False
    assert may_read(server, A, "/x") is True


@pytest.mark.parametrize("headers", [{"Cookie": "a=b"}, {"Host": "evil.example"}, {"X-Forwarded-Host": "a.example"}])
def test_cve_2024_47084_other_headers_do_not_change_the_verdict(headers: dict[str, str]) -> None:
    server = site(routed("/x"), origins=[A])
    assert server.request(path="/x", origin=A, headers=headers).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request(path="/x", origin=EVIL, headers=headers).cors == ("200", VARY_ORIGIN)


PATHS = [
    pytest.param("/api/public/x", LOOSE, id="the public path"),
    pytest.param("/api/private/x", STRICT, id="the private path"),
    pytest.param("/api/public/../private/x", None, id="CVE-2020-25032: dot segments"),
    pytest.param("/api/./private/x", None, id="CVE-2019-18978: a single dot"),
    pytest.param("/api/public/%2e%2e/private/x", None, id="encoded twice"),
    pytest.param("/api/public%2f..%2fprivate/x", None, id="encoded slashes"),
    pytest.param("/api/public\\..\\private\\x", None, id="backslashes"),
    pytest.param("//api/private/x", None, id="two slashes"),
    pytest.param("/api/public/\x00", None, id="NUL"),
    pytest.param("/API/public/x", None, id="CVE-2024-6866: another case"),
    pytest.param("/api/publicity", None, id="a longer word"),
]


@pytest.mark.parametrize(("path", "allowed"), PATHS)
def test_a_path_has_its_own_resource_or_none(path: str, allowed: str | None) -> None:
    resources = {"/api/public/*": {"origins": LOOSE}, "/api/private/*": {"origins": STRICT}}
    server = site(routed("/<path:any>"), resources=resources)
    for origin in (LOOSE, STRICT):
        assert may_read(server, origin, path) is (origin == allowed)


def test_cve_2024_6844_a_plus_is_a_plus_and_nothing_is_decoded_twice() -> None:
    resources = {"/service+path": {"origins": A}, "/service path": {"origins": B}, "/u/public": {"origins": EVIL}}
    server = site(routed("/<path:any>"), resources=resources)
    seen = [[may_read(server, origin, path) for origin in (A, B)] for path in ("/service+path", "/service path")]
    assert seen == [[True, False], [False, True]]
    assert may_read(server, EVIL, "/u/%70ublic") is False
    assert may_read(server, EVIL, "/u/public") is True


def test_cve_2024_6839_the_more_specific_resource_wins_in_either_order() -> None:
    rules = {"/api/admin/*": {"origins": STRICT}, "/api/*": {"origins": LOOSE}}
    for resources in (rules, dict(reversed(rules.items()))):
        server = site(routed("/<path:any>"), resources=resources)
        assert may_read(server, STRICT, "/api/admin/x") is True
        assert may_read(server, LOOSE, "/api/admin/x") is False


def test_cve_2015_9243_a_routes_own_option_does_not_widen_the_rest() -> None:
    server = site(
        lambda app: app.add_url_rule("/x", "x", cross_origin(max_age=5)(lambda: "x"), methods=["PUT"]), origins=A
    )
    assert may_read(server, EVIL, "/x") is False
    assert may_read(server, A, "/x") is True


def test_cve_2015_9236_a_route_that_is_off_has_no_preflight_of_the_apps() -> None:
    server = site(routed("/off", "/on"), resources={"/*": {"origins": A}, "/off": None})
    assert may_read(server, A, "/off") is False
    assert may_read(server, A, "/on") is True


def test_cve_2020_5397_a_preflight_runs_no_view() -> None:
    ran: list[str] = []
    server = site(
        lambda app: app.add_url_rule("/x", "x", lambda: ran.append("x") or "x", methods=["PUT", "OPTIONS"]), origins=A
    )
    assert server.preflight(A, "PUT", path="/x") == granted(A, "PUT, OPTIONS")
    assert server.preflight(EVIL, "PUT", path="/x") == forbidden(VARY_PREFLIGHT)
    assert ran == []


HOSTILE = [",", "a,", "accept,", " ", "x" + " " * 100, "\t,"]


@pytest.mark.parametrize("part", HOSTILE)
def test_cve_2025_47908_requested_headers_cost_little(part: str) -> None:
    server = site(routed("/x"), origins=A, supports_credentials=True)
    names = "x" + part * (200_000 // len(part)) + "x"
    begun = time.thread_time()
    answer = server.preflight(A, "PUT", names, path="/x")
    assert time.thread_time() - begun < 1
    assert answer == granted(A, "GET, HEAD, PUT", WITH_CREDENTIALS, headers=None)


def test_cve_2023_35943_the_origin_may_vanish_inside() -> None:
    def build(app: Flask) -> None:
        inner = app.wsgi_app

        def meddle(environ: Any, start_response: Any) -> Any:
            environ.pop("HTTP_ORIGIN", None)
            return inner(environ, start_response)

        app.wsgi_app = meddle  # type: ignore[method-assign]
        app.add_url_rule("/x", "x", lambda: "x")

    assert site(build, origins=A).request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)


def test_go_2026_5278_hooks_are_registered_once() -> None:
    server = site(routed("/x"), origins=A)
    app: Any = server.app

    def hooks() -> tuple[int, ...]:
        lists = (
            app.url_value_preprocessors,
            app.before_request_funcs,
            app.after_request_funcs,
            app.teardown_request_funcs,
        )
        return tuple(sum(map(len, hooked.values())) for hooked in lists)

    assert hooks() == (1, 0, 0, 0)
    for _ in range(100):
        server.request(path="/x", origin=A)
    assert hooks() == (1, 0, 0, 0)


def test_ghsa_q7jf_gf43_6x6p_the_requests_vary_stays_the_requests() -> None:
    answer = site(routed("/x"), origins=A).request(path="/x", origin=A, headers={"Vary": "X-Evil"})
    assert answer.cors == ("200", allow(A), VARY_ORIGIN)


def test_cve_2024_6221_private_networks_are_not_spoken_of() -> None:
    server = site(routed("/x"), origins=A)
    asked = {"Access-Control-Request-Private-Network": "true"}
    assert server.preflight(A, "PUT", path="/x", headers=asked) == granted(A, "GET, HEAD, PUT")


def test_cve_2017_11173_patterns_end_where_the_origin_ends() -> None:
    server = site(routed("/x"), origins=["https://*.example.com", "http://localhost:*"])
    for origin in ("https://api.example.com", "http://localhost:5173"):
        assert server.request(path="/x", origin=origin).cors == ("200", allow(origin), VARY_ORIGIN)
    for origin in (
        "https://example.com",
        "https://evilexample.com",
        "https://a.example.com.evil.example",
        "http://localhost.evil.example:1",
    ):
        assert may_read(server, origin, "/x") is False
