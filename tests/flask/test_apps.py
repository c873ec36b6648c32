"""What stands for a Flask app is unwrapped where it is given; what only holds one is refused, with the attribute."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, current_app
from support.needs import needs_module
from support.site import make_app
from support.wsgi import VARY_ORIGIN, A, Server, allow, app_with
from werkzeug.local import LocalProxy

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.audit import audit_app
from cors_wsgi.browser import Browser
from flask_cors_ext import CORS, share_debugger


def make_site() -> Flask:
    app = make_app()
    app.add_url_rule("/x", "x", lambda: "x")
    return app


def by_current_app(app: Flask) -> Any:
    return current_app


def by_a_proxy_of_a_proxy(app: Flask) -> Any:
    return LocalProxy(lambda: current_app)


def by_wrapt(app: Flask) -> Any:
    needs_module("wrapt")
    import wrapt

    return wrapt.ObjectProxy(app)


def by_a_lazy_proxy(app: Flask) -> Any:
    needs_module("lazy_object_proxy")
    import lazy_object_proxy

    return lazy_object_proxy.Proxy(lambda: app)


PROXIES = [by_current_app, by_a_proxy_of_a_proxy, by_wrapt, by_a_lazy_proxy]


@pytest.mark.parametrize("stand_for", PROXIES)
def test_a_proxy_is_unwrapped_where_it_is_given(stand_for: Any) -> None:
    app = make_site()
    with app.app_context():
        proxy = stand_for(app)
        extension = CORS(proxy, origins=A)
        extension.validate(proxy)
        share_debugger(proxy)
        with pytest.raises(RuntimeError, match="has CORS already"):
            CORS().init_app(stand_for(app))
    answer = Server(app).request(path="/x", origin=A)
    assert (answer.status, answer.headers[-2:]) == ("200 OK", (allow(A), VARY_ORIGIN))


@pytest.mark.parametrize("stand_for", PROXIES)
def test_the_core_and_the_browser_unwrap_it_too(stand_for: Any) -> None:
    app = Flask("site")
    app.add_url_rule("/x", "x", lambda: "x")
    with app.app_context():
        wrapped = CORSMiddleware(stand_for(app), Policy(A))
        bare = Browser(stand_for(app))
        report = audit_app(stand_for(app), "https://api.example.com/x")
    assert Browser(wrapped).open(A).fetch("/x").body == b"x"
    assert bare.open(A).fetch("/x", mode="no-cors").type == "opaque"
    assert report.worst is None


class Holder:
    """What holds an app, and is not one; asked for other attributes it fails."""

    def __init__(self, name: str, app: object) -> None:
        self.__dict__[name] = app

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name) if not name.startswith("__") else AttributeError(name)


def a_restx_api() -> Any:
    needs_module("flask_restx")
    import flask_restx

    return flask_restx.Api(Flask("site"))


TAKES_FLASK = [
    pytest.param(lambda app: CORS(app), id="CORS"),
    pytest.param(lambda app: CORS().init_app(app), id="init_app"),
    pytest.param(lambda app: CORS().validate(app), id="validate"),
    pytest.param(lambda app: share_debugger(app), id="share_debugger"),
]
TAKES_WSGI = [
    pytest.param(lambda app: CORSMiddleware(app, Policy("*")), id="CORSMiddleware"),
    pytest.param(lambda app: Browser(app), id="Browser"),
    pytest.param(lambda app: Browser(app_with()).mount("https://other.example", app), id="mount"),
    pytest.param(lambda app: audit_app(app, "https://api.example.com/"), id="audit_app"),
]
HOLDERS = [
    pytest.param(a_restx_api, "app", id="Flask-RESTX's Api"),
    pytest.param(lambda: Holder("server", Flask("site")), "server", id="server, as Dash has it"),
    pytest.param(lambda: Holder("flask_app", Flask("site")), "flask_app", id="flask_app"),
]


@pytest.mark.parametrize(("make", "attribute"), HOLDERS)
@pytest.mark.parametrize("call", TAKES_FLASK)
def test_what_holds_a_flask_app_is_refused_with_the_attribute(call: Any, make: Any, attribute: str) -> None:
    with pytest.raises(TypeError, match=rf"a Flask app.*Pass its Flask app, which is its attribute \.{attribute}\.$"):
        call(make())


@pytest.mark.parametrize(("make", "attribute"), HOLDERS)
@pytest.mark.parametrize("call", TAKES_WSGI)
def test_what_holds_a_wsgi_app_is_refused_with_the_attribute(call: Any, make: Any, attribute: str) -> None:
    with pytest.raises(
        TypeError, match=rf"is not a WSGI app\. Pass its WSGI app, which is its attribute \.{attribute}\.$"
    ):
        call(make())


@pytest.mark.parametrize("call", [*TAKES_FLASK, *TAKES_WSGI])
def test_a_proxy_that_stands_for_nothing_is_refused_at_the_call(call: Any) -> None:
    with pytest.raises(
        TypeError, match=r"This LocalProxy does not refer to an app here\. Pass the app, not the proxy\."
    ):
        call(current_app)


def test_a_chain_of_proxies_has_an_end() -> None:
    app = make_site()
    proxies: list[Any] = [app]
    for _ in range(11):
        proxies.append(LocalProxy(lambda inner=proxies[-1]: inner))
    with pytest.raises(TypeError, match=r"a Flask app or a Blueprint, not LocalProxy\."):
        CORS(proxies[-1])
    CORS(proxies[-2], origins=A)
    assert Server(app).request(path="/x", origin=A).headers[-2:] == (allow(A), VARY_ORIGIN)


class ASGI:
    def __init__(self) -> None:
        self.app = Flask("site")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError


@pytest.mark.parametrize("call", TAKES_WSGI)
def test_an_asgi_app_is_refused(call: Any) -> None:
    with pytest.raises(TypeError, match=r"^ASGI is an ASGI app, and this is for WSGI apps\. Pass .* \.app\.$"):
        call(ASGI())
    with pytest.raises(TypeError, match=r"^function is an ASGI app, and this is for WSGI apps\. "):
        call(asgi)


CALLS = [
    pytest.param(CORS, "CORS takes a Flask app or a Blueprint", id="CORS"),
    pytest.param(CORS().init_app, "CORS takes a Flask app or a Blueprint", id="init_app"),
    pytest.param(CORS().validate, "validate takes a Flask app", id="validate"),
    pytest.param(share_debugger, "share_debugger takes a Flask app", id="share_debugger"),
]


@pytest.mark.parametrize("value", [5, "app", None.__class__, []], ids=repr)
@pytest.mark.parametrize(("call", "takes"), CALLS)
def test_what_holds_nothing_is_refused_with_the_right_call(call: Any, takes: str, value: Any) -> None:
    with pytest.raises(TypeError) as error:
        call(value)
    assert str(error.value) == f"{takes}, not {type(value).__name__}. Write CORS(app)."
