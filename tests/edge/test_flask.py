"""Each proxy, with the routes of an exported Flask app, answers as the extension does."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from support.nginx import free_port
from support.proxies import check_config, find_proxy, run_proxy
from support.raw_http import Client, order
from tools.edge.answers import Asked, ask_app, see_proxy
from tools.edge.compare import ACCEPTED
from tools.edge.flask_apps import ADMIN, APP, APPS, TARGETS, serve_app
from tools.edge.requests import APP_HEADERS
from werkzeug.routing import BaseConverter

from cors_wsgi.cli.flask_routes import describe_flask
from cors_wsgi.export import TARGETS as PROXIES
from cors_wsgi.export import Address, Edge, Refusal, Setting, export
from flask_cors_ext import CORS, cross_origin
from flask_cors_ext.state import find_state

METHODS = ["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "PURGE", "QUERY"]


def _describe(app: Flask) -> tuple[Edge, list[Refusal]]:
    state = find_state(app)
    assert state is not None
    return describe_flask(state, "shop")


def _draw(seed: int, count: int) -> list[Asked]:
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        origin = rng.choice([APP, APP, ADMIN, "https://a.preview.example.dev", "https://evil.example", None])
        headers = [] if origin is None else [("Origin", origin)]
        target = rng.choice(TARGETS)
        if origin is not None and rng.random() < 0.5:
            headers.append(("Access-Control-Request-Method", rng.choice(METHODS)))
            headers += [("Access-Control-Request-Headers", "x-a,x-b")] * rng.randrange(2)
            found.append(Asked("OPTIONS", target, tuple(headers)))
        else:
            headers.append(order(rng.choice([200, 404, 500]), rng.choice(APP_HEADERS)))
            found.append(Asked(rng.choice(["GET", "HEAD", *METHODS]), target, tuple(headers)))
    return found


@pytest.mark.server
@pytest.mark.parametrize("name", APPS)
@pytest.mark.parametrize("proxy", PROXIES)
def test_the_routes_of_an_app_are_answered_alike(proxy: str, name: str, tmp_path: Path) -> None:
    find_proxy(proxy)
    covered, bare = APPS[name](with_cors=True), APPS[name](with_cors=False)
    edge, refusals = _describe(covered)
    assert refusals == []
    port = free_port()
    with serve_app(bare) as app_port:
        setting = Setting(Address("127.0.0.1", port), Address("127.0.0.1", app_port), frozenset(ACCEPTED))
        config = export(proxy, edge, setting, made_by="the tests")
        assert check_config(proxy, tmp_path, config) == ""
        with run_proxy(proxy, tmp_path, config, port):
            client = Client(port)
            for asked in _draw(1, 500):
                if proxy == "envoy" and "%" in asked.target:
                    continue  # the difference `escaped-paths`
                assert see_proxy(client.ask(*asked[:3])) == ask_app(covered, asked), asked
            client.close()


def _refused(make: Any) -> list[str]:
    app = Flask("shop", static_folder=None)
    app.url_map.converters["even"] = type("Even", (BaseConverter,), {})
    make(app)
    return [f"{refusal.value}: {refusal.problem}" for refusal in _describe(app)[1]]


def test_what_only_flask_s_router_can_tell_is_refused_with_the_reason() -> None:
    def make(app: Flask) -> None:
        CORS(app, origins=[APP], resources={"/a/x/*": {}}, debug=True, block_untrusted=True)
        for number, rule in enumerate(["/<one>/b", "/c/<two>", "/<int(max=3):n>", "/e/<even:n>", "/a/<n>", "/<a>/b/c"]):
            app.add_url_rule(rule, str(number), lambda **values: "")

    refused = _refused(make)
    assert refused[:2] == [
        "True: A proxy that shares responses as the middleware does cannot block requests as it does.",
        "True: X-CORS-Debug names the rule closest to an origin, which only the middleware can do.",
    ]
    problems = dict(line.split(": ", 1) for line in refused[2:])
    overlap = "Some of its URLs may be another rule's, and which ones only Flask's router can tell."
    assert problems["/<one>/b"] == problems["/c/<two>"] == problems["/a/<n>"] == overlap
    assert problems["/<int(max=3):n>"] == "Its numbers are bounded, and a proxy compares text."
    assert "/e/<even:n>" in problems


def test_routes_that_a_resource_splits_are_refused() -> None:
    def make(app: Flask) -> None:
        CORS(app, origins=[APP], resources={"/a/x/*": {}, "/b/c": {}})
        app.add_url_rule("/a/<n>", "a", lambda n: "")
        app.add_url_rule("/b/<n>", "b", lambda n: "")
        app.add_url_rule("/a/x/y/<n>/z", "c", lambda n: "")

    split = "Some of its URLs lie in a resource, and others do not."
    assert _refused(make) == [f"/a/<n>: {split}", f"/b/<n>: {split}"]


def test_routes_of_a_host_are_refused_and_of_web_sockets_left_out() -> None:
    def make(app: Flask) -> None:
        CORS(app, origins=[APP])
        app.add_url_rule("/x", "x", lambda: "", subdomain="api")
        app.add_url_rule("/ws", "ws", lambda: "", websocket=True)

    assert _refused(make) == ["/x: It depends on the host, and an exported table is for one."]


def test_an_app_whose_views_are_all_alike_needs_no_paths() -> None:
    app = Flask("shop", static_folder=None)
    CORS(app, origins=[APP], methods=["GET", "PUT"])
    app.add_url_rule("/x", "x", lambda: "", methods=["GET", "PUT"])
    app.add_url_rule("/y/<n>", "y", cross_origin(lambda n: ""), methods=["GET", "PUT"])
    edge, refusals = _describe(app)
    assert (edge.rules, refusals) == ((), [])
