"""Whatever Flask's router can do, preflights and responses find the same view."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, current_app
from support.site import granted, make_app, site, twins
from support.wsgi import ALL_METHODS, VARY_ORIGIN, VARY_PREFLIGHT, A, B, Server, allow, environ_for, forbidden, watch
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.routing import BaseConverter, Map
from werkzeug.wrappers import Response

from flask_cors_ext import CORS, cross_origin


def marked(**_: Any) -> str:
    return "marked"


MARKED = cross_origin(origins=A)(marked)


class Known(BaseConverter):
    """A converter that needs the app, and fails for one value."""

    def to_python(self, value: str) -> str:
        if value == "broken":
            raise RuntimeError("no database")
        if value == "gone":
            abort(410)
        return f"{current_app.name}/{value}"


def build_converters(app: Flask) -> None:
    app.url_map.converters["known"] = Known
    for number, rule in enumerate(["/int/<int:x>", "/any/<any(a, b):x>", "/u/<uuid:x>", "/p/<path:x>", "/k/<known:x>"]):
        app.add_url_rule(rule, f"view{number}", MARKED, methods=["PUT"])


FOUND = ["/int/1", "/any/b", "/u/12345678-1234-1234-1234-123456789abc", "/p/a/b", "/k/x"]
NOT_FOUND = ["/int/x", "/any/c", "/u/1", "/p", "/k", "/k/broken", "/k/gone"]


@pytest.mark.parametrize("path", FOUND)
def test_a_path_that_a_converter_takes_is_covered_by_its_view(path: str) -> None:
    pair = twins(build_converters, origins=B)
    assert pair.with_cors.preflight(A, "PUT", path=path) == granted(A, "PUT")
    assert pair.with_cors.preflight(B, "PUT", path=path) == forbidden(VARY_PREFLIGHT)
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, method="PUT", path=path, origin=A)


@pytest.mark.parametrize("path", NOT_FOUND)
def test_what_no_converter_takes_is_covered_by_its_path(path: str) -> None:
    pair = twins(build_converters, origins=B)
    assert pair.with_cors.preflight(B, "PUT", path=path) == granted(B, ALL_METHODS[1])
    assert pair.with_cors.preflight(A, "PUT", path=path) == forbidden(VARY_PREFLIGHT)
    assert pair.are_alike_but_for(allow(B), VARY_ORIGIN, method="PUT", path=path, origin=B)


def build_hosts(app: Flask) -> None:
    app.add_url_rule("/x", "api", MARKED, host="api.example")
    app.add_url_rule("/x", "other", lambda: "other", host="www.example")


def build_subdomains(app: Flask) -> None:
    app.add_url_rule("/x", "api", MARKED, subdomain="api")
    app.add_url_rule("/x", "tenant", lambda tenant: tenant, subdomain="<tenant>")


HOSTS = [
    pytest.param(build_hosts, {"host_matching": True}, {}, "api.example", "www.example", id="host matching"),
    pytest.param(
        build_subdomains, {"subdomain_matching": True}, {"SERVER_NAME": "site.example"},
        "api.site.example", "some.site.example", id="subdomains",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("build", "flask", "config", "host", "other"), HOSTS)
def test_the_host_chooses_the_view(build: Any, flask: Any, config: Any, host: str, other: str) -> None:
    pair = twins(build, flask=flask, config=config, origins=B)
    there, elsewhere = {"Host": host}, {"Host": other}
    assert pair.with_cors.preflight(A, "GET", path="/x", headers=there) == granted(A, "GET, HEAD")
    assert pair.with_cors.preflight(B, "GET", path="/x", headers=elsewhere) == granted(B, "GET, HEAD")
    assert pair.with_cors.preflight(A, "GET", path="/x", headers=elsewhere) == forbidden(VARY_PREFLIGHT)
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path="/x", origin=A, headers=there)
    assert pair.are_alike_but_for(VARY_ORIGIN, path="/x", origin=A, headers=elsewhere)


@pytest.mark.parametrize("host", ["evil.example", "a b", "", "api.example:99999"])
def test_a_host_that_flask_does_not_know_is_covered_by_its_path(host: str) -> None:
    pair = twins(build_hosts, flask={"host_matching": True}, config={"TRUSTED_HOSTS": ["api.example"]}, origins=B)
    assert pair.with_cors.preflight(B, "GET", path="/x", headers={"Host": host}) == granted(B, ALL_METHODS[1])
    assert pair.are_alike_but_for(allow(B), VARY_ORIGIN, path="/x", origin=B, headers={"Host": host})


@pytest.mark.parametrize(("path", "origin"), [("/x", B), ("/y", A)])
def test_a_host_that_flask_does_not_trust_is_covered_by_the_path_s_resource(path: str, origin: str) -> None:
    resources = {"/x": {"origins": B}, "/y": {"origins": A}}
    server = site(
        build_hosts, flask={"host_matching": True}, config={"TRUSTED_HOSTS": ["a.example"]}, resources=resources
    )
    assert server.preflight(origin, "GET", path=path, headers={"Host": "evil.example"}) == granted(
        origin, ALL_METHODS[1]
    )
    other = A if origin == B else B
    assert server.preflight(other, "GET", path=path, headers={"Host": "evil.example"}) == forbidden(VARY_PREFLIGHT)


def test_a_host_that_flask_does_not_trust_is_judged_by_the_path_s_policy() -> None:
    config = {"TRUSTED_HOSTS": ["a.example"]}
    server = site(build_hosts, flask={"host_matching": True}, config=config, origins=B, block_untrusted=True)
    elsewhere = {"Host": "evil.example"}
    assert server.request("PUT", "/x", A, elsewhere) == forbidden(VARY_ORIGIN)
    assert server.request("PUT", "/x", B, elsewhere).app_ran  # 400 or, in Flask 3.0, which trusts every host, 404


def test_a_callable_is_asked_in_an_app_context_about_a_host_that_flask_does_not_trust() -> None:
    def is_ours(origin: str, environ: Any) -> bool:
        return origin == A and current_app.name == "site"

    server = site(build_hosts, flask={"host_matching": True}, config={"TRUSTED_HOSTS": ["a.example"]}, origins=is_ours)
    elsewhere = {"Host": "evil.example"}
    assert server.preflight(A, path="/x", headers=elsewhere) == granted(A, ALL_METHODS[1])
    assert server.preflight(B, path="/x", headers=elsewhere) == forbidden(VARY_PREFLIGHT)


def without_path_info(app: Any, method: str, **headers: str) -> tuple[str, dict[str, str]]:
    """Ask as a server may that leaves an empty PATH_INFO out."""
    environ = environ_for(method, origin=A, headers=headers)
    del environ["PATH_INFO"]
    started: list[Any] = []
    list(app(environ, lambda status, headers, error=None: started.append((status, dict(headers)))))
    ((status, answered),) = started
    return status, answered


def routed(app: Flask) -> None:
    app.add_url_rule("/", "root", lambda: "root")


def never_routed(app: Flask) -> None:
    app.wsgi_app = lambda environ, start: (start("200 OK", [("Content-Type", "text/plain")]), [b""])[1]  # type: ignore[method-assign]


def untrusting(app: Flask) -> None:
    app.config["TRUSTED_HOSTS"] = ["a.example"]
    routed(app)


@pytest.mark.parametrize("build", [routed, never_routed, untrusting])
def test_a_path_info_that_is_missing_is_the_empty_path(build: Any) -> None:
    app = Flask("site", static_folder=None)
    build(app)
    CORS(app, resources={"/*": {"origins": A}, re.compile("None|XXXX"): None})
    assert without_path_info(app, "GET")[1]["Access-Control-Allow-Origin"] == A
    status, headers = without_path_info(app, "OPTIONS", **{"Access-Control-Request-Method": "GET"})
    assert (status, headers["Access-Control-Allow-Origin"]) == ("204 No Content", A)


def test_blueprints_with_url_defaults_subdomain_and_a_prefix_given_late() -> None:
    def build(app: Flask) -> None:
        bp = Blueprint("bp", __name__, url_defaults={"lang": "en"})
        bp.add_url_rule("/x", "x", lambda lang, n=0: lang, methods=["PUT"])
        CORS(bp, origins=A)
        app.register_blueprint(bp, url_prefix="/late/<int:n>", url_defaults={"n": 1}, name="again")
        app.register_blueprint(bp, url_prefix="/en")

    server = site(build)
    for path in ("/en/x", "/late/2/x"):
        assert server.preflight(A, "PUT", path=path) == granted(A, "PUT")
        assert server.request("PUT", path, A).cors == ("200", allow(A), VARY_ORIGIN)
        assert server.request("PUT", path, A).body == b"en"


def test_static_files(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("static")
    flask = {"static_folder": str(tmp_path), "static_url_path": "/static"}
    pair = twins(lambda app: None, flask=flask, origins=A)

    def seen(server: Server) -> tuple[str, dict[str, str], bytes]:
        answer = server.request(path="/static/x.txt", origin=A)
        return answer.status, {name: value for name, value in answer.headers if name != "Date"}, answer.body

    status, headers, body = seen(pair.without)
    assert status == "200 OK"
    assert seen(pair.with_cors) == (status, headers | dict([allow(A), VARY_ORIGIN]), body)
    assert pair.with_cors.preflight(A, "GET", path="/static/x.txt") == granted(A, "GET, HEAD")


@pytest.mark.parametrize("strict", [True, False])
def test_strict_slashes(strict: bool) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x/", "x", MARKED, strict_slashes=strict)

    pair = twins(build)
    assert pair.without.request(path="/x").status[:3] == ("308" if strict else "200")
    for path in ("/x", "/x/"):
        assert pair.with_cors.preflight(A, "GET", path=path) == granted(A, "GET, HEAD")
        assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path=path, origin=A)


def test_merge_slashes_off() -> None:
    def build(app: Flask) -> None:
        app.url_map = Map(merge_slashes=False)
        app.add_url_rule("/a/b", "ab", MARKED)

    pair = twins(build, origins=B)
    assert pair.without.request(path="/a//b").status == "404 NOT FOUND"
    assert pair.with_cors.preflight(B, "GET", path="/a//b") == granted(B, ALL_METHODS[1])
    assert pair.with_cors.preflight(A, "GET", path="/a/b") == granted(A, "GET, HEAD")


def test_application_root_and_script_name() -> None:
    server = site(lambda app: app.add_url_rule("/x", "x", MARKED), config={"APPLICATION_ROOT": "/svc"})
    mounted = Server(DispatcherMiddleware(Response("root"), {"/svc": server.app}))
    assert mounted.preflight(A, "GET", path="/svc/x") == granted(A, "GET, HEAD")
    assert mounted.request(path="/svc/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert mounted.preflight(A, "GET", path="/x").body == b"root"


@pytest.mark.parametrize("inner_has_cors", [True, False])
def test_an_app_mounted_inside_is_covered_by_its_path_and_the_outer_owns(inner_has_cors: bool) -> None:
    outer, inner = make_app(), Flask("inner", static_folder=None)
    inner.add_url_rule("/x", "x", lambda: "inner")
    if inner_has_cors:
        CORS(inner, origins=B)
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/sub": watch(inner)})  # type: ignore[method-assign]
    CORS(outer, resources={"/sub/*": {"origins": A}})
    server = Server(outer)
    answer = server.request(path="/sub/x", origin=A)
    assert (answer.body, answer.cors) == (b"inner", ("200", allow(A), VARY_ORIGIN))
    assert server.request(path="/sub/x", origin=B).cors == ("200", VARY_ORIGIN)
    assert server.preflight(A, "PUT", path="/sub/x") == granted(A, "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY")
    assert server.request(path="/x", origin=A).cors == ("404",)


def test_one_app_inside_the_other_keeps_its_policies_where_the_outer_keeps_its_hands_off() -> None:
    outer, inner = make_app(), Flask("inner", static_folder=None)
    inner.add_url_rule("/x", "x", MARKED)
    CORS(inner)
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/sub": watch(inner)})  # type: ignore[method-assign]
    CORS(outer, resources={"/*": {"origins": B}, "/sub/*": None})
    server = Server(outer)
    assert server.request(path="/sub/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request(path="/nowhere", origin=B).cors == ("404", allow(B), VARY_ORIGIN)


def test_an_app_that_serves_inside_another_without_its_own_entrance_says_nothing() -> None:
    outer, inner = make_app(), Flask("inner", static_folder=None)
    inner.add_url_rule("/x", "x", MARKED)
    without_entrance = inner.wsgi_app
    CORS(inner)
    Server(inner).request(path="/x")
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/sub": watch(without_entrance)})  # type: ignore[method-assign]
    CORS(outer, origins=B)
    server = Server(outer)
    assert server.request(path="/sub/x", origin=B).cors == ("200", allow(B), VARY_ORIGIN)
    assert server.request(path="/sub/x", origin=A).cors == ("200", VARY_ORIGIN)


def test_a_websocket_route_is_no_pages_to_preflight() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/ws", "ws", MARKED, websocket=True)

    server = site(build, origins=B)
    assert server.preflight(B, "GET", path="/ws") == granted(B, ALL_METHODS[1])
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert server.request(path="/ws", origin=A, headers=upgrade).cors == ("200", allow(A), VARY_ORIGIN)


def test_a_rule_without_a_view_is_covered_by_the_app() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "missing")

    pair = twins(build, origins=A)
    assert pair.without.request(path="/x").status == "500 INTERNAL SERVER ERROR"
    assert pair.are_alike_but_for(allow(A), VARY_ORIGIN, path="/x", origin=A)
