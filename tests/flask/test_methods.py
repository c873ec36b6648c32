"""A preflight never names a method whose view at the URL has another policy."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from support.site import granted, site
from support.wsgi import (
    ALL_METHODS,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    WITH_CREDENTIALS,
    A,
    B,
    Server,
    allow,
    forbidden,
    unremembered,
)
from werkzeug.routing import Rule

from cors_wsgi import Policy
from flask_cors_ext import CORS, cross_origin, same_origin
from flask_cors_ext.policies import ResolvedPolicy
from flask_cors_ext.preflights import find_common, restrict_methods

C = "https://c.example"


def view(origins: Any, **options: Any) -> Any:
    return cross_origin(origins=origins, supports_credentials=True, **options)(lambda **_: "x")


def creds(origin: str, methods: str) -> Any:
    return granted(origin, methods, WITH_CREDENTIALS, headers=None)


class RememberingBrowser:
    """A browser as far as it matters here: it remembers the methods that preflights named, by URL and origin."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.remembered: set[tuple[str, str, str]] = set()

    def send(self, origin: str, method: str, path: str) -> str:
        if (origin, method, path) not in self.remembered:
            answer = self.server.preflight(origin, method, "x-why", path)
            named = ", ".join(answer.values("Access-Control-Allow-Methods")).split(", ")
            self.remembered |= {(origin, name, path) for name in named}
            if answer.status[:3] != "204" or method not in {*named, "GET", "HEAD", "POST"}:
                return "blocked"
        return self.server.request(method, path, origin).body.decode()


@pytest.mark.parametrize("methods", [None, "*", ["GET", "PUT", "DELETE"]], ids=["derived", "everything", "listed"])
@pytest.mark.parametrize("path", ["/static", "/items/7"])
def test_the_attack_get_then_put(methods: Any, path: str) -> None:
    options = {} if methods is None else {"methods": methods}
    ran: list[str] = []

    def build(app: Flask) -> None:
        for rule in ("/static", "/items/<int:number>"):
            app.add_url_rule(rule, f"get{rule}", view(A, **options), methods=["GET"])

            @cross_origin(origins=B, supports_credentials=True)
            def put(**_: Any) -> str:
                ran.append("put")
                return "done"

            app.add_url_rule(rule, f"put{rule}", put, methods=["PUT"])

    browser = RememberingBrowser(site(build))
    assert browser.send(A, "GET", path) == "x"
    assert browser.send(A, "PUT", path) == "blocked"
    assert ran == []
    assert browser.send(B, "PUT", path) == "done"


DEFAULT = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY")
TABLE = [
    pytest.param({}, {}, "GET, HEAD", "PUT", id="nobody gives methods"),
    pytest.param({"methods": "*"}, {"methods": "*"}, "GET, HEAD", "PUT", id="both give everything"),
    pytest.param(
        {"methods": DEFAULT}, {}, "GET, HEAD, POST, PATCH, DELETE, QUERY", "PUT", id="one gives the usual ones"
    ),
    pytest.param({"methods": ["PUT"]}, {"methods": ["GET"]}, "", "", id="each gives the other's"),
]


@pytest.mark.parametrize(("of_get", "of_put", "named_for_get", "named_for_put"), TABLE)
def test_what_is_named_where_two_policies_meet(
    of_get: Any, of_put: Any, named_for_get: str, named_for_put: str
) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "get", view(A, **of_get), methods=["GET"])
        app.add_url_rule("/x", "put", view(B, **of_put), methods=["PUT"])

    server = site(build)
    for _ in range(2):
        assert server.preflight(A, "GET", path="/x") == unremembered(creds(A, named_for_get))
        assert server.preflight(B, "PUT", path="/x") == unremembered(creds(B, named_for_put))


ALONE = [
    pytest.param({}, creds(A, "GET, HEAD, PUT"), id="the URL's real methods where none are given"),
    pytest.param({"methods": ["DELETE"]}, creds(A, "DELETE"), id="an explicit list stays"),
    pytest.param({"methods": "*"}, creds(A, "GET"), id="everything is echoed"),
]


@pytest.mark.parametrize(("options", "answer"), ALONE)
def test_what_is_named_where_one_policy_is_alone(options: Any, answer: Any) -> None:
    shared = view(A, **options)
    server = site(lambda app: app.add_url_rule("/x", "x", shared, methods=["GET", "PUT"]))
    assert server.preflight(A, "GET", path="/x") == answer


def test_views_that_are_not_shared_own_their_methods_too() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "get", view(A, methods=DEFAULT), methods=["GET"])
        app.add_url_rule("/x", "put", lambda: "x", methods=["PUT"])
        app.add_url_rule("/x", "delete", same_origin(lambda: "x"), methods=["DELETE"])

    assert site(build).preflight(A, "GET", path="/x") == unremembered(creds(A, "GET, HEAD, POST, PATCH, QUERY"))


def test_two_rules_that_meet_at_some_urls_only() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/items/<name>", "by_name", view(A, methods=DEFAULT), methods=["GET", "PUT"])
        app.add_url_rule("/items/<int:number>", "by_number", view(B), methods=["PUT"])
        app.add_url_rule("/items/new", "new", view(C), methods=["POST"])

    server = site(build)
    for _ in range(2):
        assert server.preflight(A, "GET", path="/items/x") == creds(A, ", ".join(DEFAULT))
        without_put, without_post = "GET, HEAD, POST, PATCH, DELETE, QUERY", "GET, HEAD, PUT, PATCH, DELETE, QUERY"
        assert server.preflight(A, "GET", path="/items/7") == unremembered(creds(A, without_put))
        assert server.preflight(A, "GET", path="/items/new") == unremembered(creds(A, without_post))


def test_a_catch_all_route_owns_what_other_rules_leave() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/<path:rest>", "rest", view(A, methods=DEFAULT), methods=["GET", "PUT"])
        app.add_url_rule("/api/<name>", "api", view(B), methods=["PUT"])

    server = site(build)
    assert server.preflight(A, "GET", path="/api/x") == unremembered(creds(A, "GET, HEAD, POST, PATCH, DELETE, QUERY"))
    assert server.preflight(A, "GET", path="/x") == creds(A, ", ".join(DEFAULT))


def test_a_rule_for_every_method_has_the_usual_ones() -> None:
    def build(app: Flask) -> None:
        app.view_functions["any"] = view(A, methods=[*DEFAULT, "PURGE", "REPORT"])
        app.add_url_rule("/x", "purge", view(B), methods=["PURGE"])
        app.url_map.add(Rule("/x", endpoint="any"))
        app.add_url_rule("/x", "put", view(B), methods=["PUT"])

    server = site(build)
    answer = unremembered(creds(A, f"{', '.join(DEFAULT)}, REPORT"))
    assert server.preflight(A, "GET", path="/x") == answer
    assert server.preflight(B, "PURGE", path="/x") == unremembered(creds(B, "PURGE"))
    assert server.preflight(B, "GET", path="/x") == forbidden(VARY_PREFLIGHT)


def test_a_rule_for_every_method_owns_what_another_view_would_name() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "get", view(A, methods=["GET", "REPORT"]), methods=["GET"])
        app.view_functions["any"] = view(B)
        app.url_map.add(Rule("/x", endpoint="any"))

    assert site(build).preflight(A, "GET", path="/x") == unremembered(creds(A, "GET"))


@pytest.mark.parametrize(("other", "named"), [(B, ", ".join(DEFAULT)), (A, "GET")])
def test_a_star_does_not_cover_a_rule_for_every_method_of_another_policy(other: str, named: str) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "get", view(A, methods="*"), methods=DEFAULT)
        app.view_functions["any"] = view(other, methods="*")
        app.url_map.add(Rule("/x", endpoint="any"))

    answer = creds(A, named)
    assert site(build).preflight(A, "GET", path="/x") == (answer if other == A else unremembered(answer))


def test_a_redirect_does_not_answer_as_its_target_does() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/items", "items", view(A), methods=["GET", "PUT"])
        app.add_url_rule("/old", "old", lambda: "old", methods=["GET"], redirect_to="items")
        app.add_url_rule("/old", "put", view(B), methods=["PUT"])

    server = site(build)
    for _ in range(2):
        assert server.preflight(A, "GET", path="/items") == creds(A, "GET, HEAD, PUT")
        assert server.preflight(A, "GET", path="/old") == unremembered(creds(A, "GET, HEAD"))


@pytest.mark.parametrize("rest", [[], ["/<name>"]])
@pytest.mark.parametrize("options", [{}, {"block_untrusted": True}, {"resources": {"/*": {}}}])
def test_a_method_of_a_view_class_may_have_a_policy_of_its_own(rest: list[str], options: Any) -> None:
    class X(MethodView):
        def get(self) -> str:
            return "x"

        @cross_origin(origins=B)
        def put(self) -> str:
            return "x"

    def build(app: Flask) -> None:
        app.add_url_rule("/x", view_func=X.as_view("x"))
        for rule in rest:
            app.add_url_rule(rule, "rest", lambda name: name, methods=["DELETE"])

    server = site(build, origins=A, **options)
    assert server.preflight(A, "GET", path="/x") == unremembered(
        granted(A, "GET, HEAD, DELETE" if rest else "GET, HEAD")
    )
    assert server.preflight(B, "PUT", path="/x") == unremembered(granted(B, "PUT"))
    assert server.preflight(A, "PUT", path="/x") == forbidden(VARY_PREFLIGHT)
    assert server.request("PUT", "/x", B).cors == ("200", allow(B), VARY_ORIGIN)
    assert server.request("PUT", "/x", A).cors == ("403" if options.get("block_untrusted") else "200", VARY_ORIGIN)
    assert server.request("GET", "/x", A).cors == ("200", allow(A), VARY_ORIGIN)


def test_a_policy_is_restricted_once() -> None:
    resolved, other = ResolvedPolicy(Policy(A, methods=["GET", "PUT"])), ResolvedPolicy(Policy(B))
    first, second = (restrict_methods(resolved, {"GET": resolved, "PUT": other}, is_known=True) for _ in range(2))
    assert first == Policy(A, methods=["GET"], max_age=0)
    assert first is second


def test_what_nothing_has_in_common() -> None:
    one, same, other = ResolvedPolicy(Policy(A)), ResolvedPolicy(Policy(A)), ResolvedPolicy(Policy(B))
    assert find_common([]) is None
    assert find_common([one, other]) is None
    assert find_common([one, same]) is one


@pytest.mark.parametrize(("of_get", "of_put"), [("/x", "/x/"), ("/x/", "/x")])
@pytest.mark.parametrize("path", ["/x", "/x/"])
def test_rules_that_do_not_insist_on_a_slash(of_get: str, of_put: str, path: str) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule(of_get, "get", view(A, methods=DEFAULT), methods=["GET"], strict_slashes=False)
        app.add_url_rule(of_put, "put", view(B), methods=["PUT"], strict_slashes=False)

    server = site(build)
    assert server.request("PUT", path, B).cors == ("200", allow(B), WITH_CREDENTIALS, VARY_ORIGIN)
    assert server.preflight(B, "PUT", path=path) == unremembered(creds(B, "PUT"))
    assert server.preflight(A, "GET", path=path) == unremembered(creds(A, "GET, HEAD, POST, PATCH, DELETE, QUERY"))


def build_put_without_strict_slashes(app: Flask) -> None:
    app.add_url_rule("/x/", "put", view(B), methods=["PUT"], strict_slashes=False)


def build_put_beside_a_redirect(app: Flask) -> None:
    app.add_url_rule("/x", "get", lambda: "x", methods=["GET"], redirect_to="https://elsewhere.example/")
    app.add_url_rule("/x", "put", view(B), methods=["PUT"])


@pytest.mark.parametrize("build", [build_put_without_strict_slashes, build_put_beside_a_redirect])
def test_where_the_requested_method_leads_nowhere_other_methods_keep_their_owners(build: Any) -> None:
    server = site(build, origins=C)
    assert server.preflight(C, "GET", path="/x") == unremembered(granted(C, "GET, HEAD, POST, PATCH, DELETE, QUERY"))
    assert server.preflight(C, "GET", path="/nowhere") == granted(C, ", ".join(DEFAULT))
    assert server.preflight(B, "PUT", path="/x") == creds(B, "PUT")


COMMON = [
    pytest.param(A, A, "/x", A, id="what the views have in common"),
    pytest.param(A, B, "/x", C, id="else the layers below the views"),
    pytest.param(A, B, "/bp/x", "https://d.example", id="of which the blueprint's is one"),
]


@pytest.mark.parametrize(("of_get", "of_put", "path", "allowed"), COMMON)
@pytest.mark.parametrize("method", ["DELETE", "OPTIONS"])
def test_a_known_url_without_the_method(of_get: str, of_put: str, path: str, allowed: str, method: str) -> None:
    def build(app: Flask) -> None:
        bp = Blueprint("bp", __name__, url_prefix="/bp")
        CORS(bp, origins="https://d.example")
        for target in (app, bp):
            target.add_url_rule("/x", "get", view(of_get), methods=["GET"])
            target.add_url_rule("/x", "put", view(of_put), methods=["PUT"])
        app.register_blueprint(bp)

    server = site(build, origins=C)
    shared = (allow(allowed), *((WITH_CREDENTIALS,) if allowed == A else ()), VARY_ORIGIN)
    assert server.request(method, path, allowed).cors == ("200" if method == "OPTIONS" else "405", *shared)
    named = "GET, HEAD, PUT" if allowed == A else ""
    answer = server.preflight(allowed, method, path=path)
    assert answer == (creds(A, named) if allowed == A else unremembered(granted(allowed, named)))
    for refused in {A, B, C, "https://d.example"} - {allowed}:
        assert server.preflight(refused, method, path=path) == forbidden(VARY_PREFLIGHT)


def test_an_options_that_the_view_handles_is_the_views() -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/x", "options", view(B), methods=["OPTIONS"])
        app.add_url_rule("/x", "get", view(A), methods=["GET"])

    server = site(build)
    assert server.request("OPTIONS", "/x", B).cors == ("200", allow(B), WITH_CREDENTIALS, VARY_ORIGIN)
    assert server.request("OPTIONS", "/x", A).cors == ("200", VARY_ORIGIN)
    assert server.preflight(B, "OPTIONS", path="/x") == unremembered(creds(B, "OPTIONS"))


def test_an_options_of_a_rule_that_flask_did_not_make_is_the_views() -> None:
    def build(app: Flask) -> None:
        app.view_functions["raw"] = view(B)
        app.url_map.add(Rule("/x", endpoint="raw", methods=["OPTIONS"]))

    server = site(build, origins=A)
    assert server.request("OPTIONS", "/x", B).cors == ("200", allow(B), WITH_CREDENTIALS, VARY_ORIGIN)
    assert server.preflight(B, "OPTIONS", path="/x") == creds(B, "OPTIONS")


def test_a_url_that_only_flask_answers_is_granted_what_an_unknown_one_is() -> None:
    server = site(lambda app: app.add_url_rule("/none", "none", lambda: "x", methods=[]), origins=A)
    for path in ("/none", "/nowhere"):
        assert server.preflight(A, "PUT", path=path) == granted(A, ALL_METHODS[1])


def test_where_rules_overlap_what_covers_a_method_that_none_has_is_found_for_each_url() -> None:
    app = Flask("site")
    for name, origin in (("a", A), ("b", B)):
        app.add_url_rule(f"/{name}/<x>", name, view(origin), methods=["GET"])
        app.add_url_rule(f"/{name}/me", f"{name}-me", view(origin), methods=["GET"])
    CORS(app, origins=C)
    server = Server(app)
    for path, trusted, other in (("/a/1", A, B), ("/b/1", B, A), ("/a/2", A, B)):
        assert server.preflight(trusted, "DELETE", path=path) == creds(trusted, "GET, HEAD")
        assert server.preflight(other, "DELETE", path=path) == forbidden(VARY_PREFLIGHT)


def test_late_views_are_seen() -> None:
    app = Flask("site")
    app.add_url_rule("/x/<name>", "get", view(A, methods=["GET", "PUT"]), methods=["GET"])
    CORS(app)
    server = Server(app)
    assert server.preflight(A, "GET", path="/x/1") == creds(A, "GET, PUT")
    app.view_functions["late"] = view(B)
    app.url_map.add(Rule("/x/<name>", endpoint="late", methods=["PUT"]))
    assert server.preflight(A, "GET", path="/x/1") == unremembered(creds(A, "GET"))
    assert server.preflight(B, "PUT", path="/x/1") == unremembered(creds(B, "PUT"))


def test_late_views_are_among_those_whose_layers_are_asked_where_none_answers() -> None:
    app = Flask("site")
    bp = Blueprint("bp", __name__)
    bp.add_url_rule("/x", "get", view(A), methods=["GET"])
    CORS(bp, origins=C)
    app.register_blueprint(bp)
    CORS(app, origins="https://d.example")
    server = Server(app)
    assert server.preflight(A, "DELETE", path="/x") == creds(A, "GET, HEAD")
    app.view_functions["late"] = view(B)
    app.url_map.add(Rule("/x", endpoint="late", methods=["PUT"]))
    assert server.preflight("https://d.example", "DELETE", path="/x") == unremembered(granted("https://d.example", ""))
    assert server.preflight(C, "DELETE", path="/x") == forbidden(VARY_PREFLIGHT)
