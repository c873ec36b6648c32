"""Redirects by Flask's router: preflights never meet one, and the redirect itself can be followed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from support.site import granted, site, twins
from support.wsgi import VARY_ORIGIN, VARY_PREFLIGHT, A, B, Server, allow, forbidden, unremembered
from werkzeug.routing import Rule

from flask_cors_ext import cross_origin, same_origin

EVERYTHING = "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY"


def marked(origin: str = A, **options: Any) -> Any:
    return cross_origin(origins=origin, **options)(lambda **_: "marked")


def build(app: Flask) -> None:
    app.add_url_rule("/items/", "items", marked(), methods=["GET", "POST"])
    app.add_url_rule("/a/b", "merged", marked())
    app.add_url_rule("/old", "old", lambda: "old", redirect_to="items/")
    app.add_url_rule("/away", "away", lambda: "away", redirect_to="https://elsewhere.example/items/")
    app.add_url_rule("/up", "up", lambda: "up", redirect_to="//localhost:9/items/")
    app.add_url_rule("/loop", "loop", lambda: "loop", redirect_to="loop")
    app.add_url_rule("/pages/", "pages", marked(), defaults={"page": 1})
    app.add_url_rule("/pages/<int:page>", "pages", methods=["GET"])
    app.add_url_rule("/never/", "never", same_origin(lambda: "never"), methods=["POST"])


TO_MARKED = [
    pytest.param("/items", "POST", "GET, HEAD, POST", id="strict_slashes"),
    pytest.param("/a//b", "GET", "GET, HEAD", id="merge_slashes"),
    pytest.param("/old", "GET", "GET, HEAD", id="redirect_to"),
    pytest.param("/pages/1", "GET", "GET, HEAD", id="a default value"),
]


@pytest.mark.parametrize(("path", "method", "methods"), TO_MARKED)
def test_a_redirect_has_the_policy_of_its_target(path: str, method: str, methods: str) -> None:
    pair = twins(build)
    assert pair.without.request(method, path).status == "308 PERMANENT REDIRECT"
    assert pair.with_cors.preflight(A, method, path=path) == granted(A, methods)
    assert pair.with_cors.preflight(B, method, path=path) == forbidden(VARY_PREFLIGHT)
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, method=method, path=path, origin=A)
    assert pair.are_alike_but_for(VARY_ORIGIN, method=method, path=path, origin=B)


@pytest.mark.parametrize("host", ["Site.Example:8080", "site.example"])
def test_the_target_s_host_is_compared_in_any_case_of_letters(host: str) -> None:
    server = site(build)
    assert server.preflight(A, "POST", path="/items", headers={"Host": host}) == granted(A, "GET, HEAD, POST")


@pytest.mark.parametrize(("path", "code"), [("/away", "308"), ("/up", "308"), ("/loop", "308"), ("/nowhere", "404")])
def test_a_redirect_to_another_host_or_in_circles_is_covered_by_its_path(path: str, code: str) -> None:
    pair = twins(build, origins=B)
    assert pair.without.request(path=path).status.startswith(code)
    assert pair.with_cors.preflight(B, "GET", path=path) == granted(B, EVERYTHING)
    assert pair.are_alike_but_for(allow(B), VARY_ORIGIN, path=path, origin=B)
    assert pair.are_alike_but_for(VARY_ORIGIN, path=path, origin=A)


@pytest.mark.parametrize(("hops", "allowed"), [(5, A), (6, B)])
def test_redirects_are_followed_five_times(hops: int, allowed: str) -> None:
    def build_chain(app: Flask) -> None:
        app.add_url_rule("/0", "end", marked())
        for number in range(1, hops + 1):
            app.add_url_rule(f"/{number}", f"hop{number}", lambda: "", redirect_to=str(number - 1))

    server = site(build_chain, origins=B)
    assert server.preflight(allowed, "GET", path=f"/{hops}") == granted(
        allowed, "GET, HEAD" if allowed == A else EVERYTHING
    )
    assert server.preflight({A: B, B: A}[allowed], "GET", path=f"/{hops}") == forbidden(VARY_PREFLIGHT)
    assert server.request(path=f"/{hops}", origin=allowed).cors == ("308", allow(allowed), VARY_ORIGIN)


def test_a_redirect_to_a_view_that_is_never_shared_is_not_shared() -> None:
    server = site(build, origins=A)
    assert server.preflight(A, "POST", path="/never") == forbidden()
    assert server.preflight(A, "POST", path="/items") == granted(A, "GET, HEAD, POST")


def test_each_method_of_a_url_is_followed_on_its_own() -> None:
    def build_mixed(app: Flask) -> None:
        app.add_url_rule("/items", "here", marked(B), methods=["PUT"])
        app.add_url_rule("/items/", "there", marked(A), methods=["GET", "POST"])

    server = site(build_mixed)
    assert server.preflight(A, "POST", path="/items") == unremembered(granted(A, "GET, HEAD, POST"))
    assert server.preflight(B, "PUT", path="/items") == unremembered(granted(B, "PUT"))
    assert server.preflight(B, "POST", path="/items") == forbidden(VARY_PREFLIGHT)


def test_the_target_is_found_below_script_name() -> None:
    server = site(build)
    mounted = Server(lambda environ, start: server.app({**environ, "SCRIPT_NAME": "/svc"}, start))
    assert mounted.preflight(A, "POST", path="/items") == granted(A, "GET, HEAD, POST")
    assert mounted.request(path="/items", origin=A).values("Location") == ["http://127.0.0.1/svc/items/"]


def test_a_redirect_out_of_the_app_is_covered_by_its_path() -> None:
    def build_root(app: Flask) -> None:
        app.add_url_rule("/out", "out", lambda: "out", redirect_to="/items/")
        app.add_url_rule("/items/", "items", marked())

    server = site(build_root, origins=B)
    mounted = Server(lambda environ, start: server.app({**environ, "SCRIPT_NAME": "/svc"}, start))
    assert mounted.preflight(B, "GET", path="/out") == granted(B, EVERYTHING)
    assert server.preflight(A, "GET", path="/out") == granted(A, "GET, HEAD")


def test_percent_encoded_targets_are_decoded() -> None:
    def build_named(app: Flask) -> None:
        app.add_url_rule("/café/", "cafe", marked())

    server = site(build_named)
    path = "/café".encode().decode("latin-1")
    assert server.preflight(A, "GET", path=path) == granted(A, "GET, HEAD")


def test_an_alias_is_the_views() -> None:
    def build_alias(app: Flask) -> None:
        app.add_url_rule("/true", "view", marked())
        app.url_map.add(Rule("/alias", endpoint="view", alias=True, methods=["GET"]))

    server = site(build_alias)
    assert server.preflight(A, "GET", path="/alias") == granted(A, "GET, HEAD")
