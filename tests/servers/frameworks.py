"""The same small app in five frameworks, each written as its documentation would.

Each answers `/item` and `/public/item` with “item”, fails at `/crash`, and takes GET, HEAD, POST and OPTIONS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NAMES = ("flask", "django", "falcon", "bottle", "pyramid")
ITEM_PATHS = ("/item", "/public/item")


def make_flask() -> WSGIApplication:
    from flask import Flask

    app = Flask("served")

    def item() -> tuple[str, dict[str, str]]:
        return "item", {"Content-Type": "text/plain", "ETag": '"1"'}

    for path in ITEM_PATHS:
        app.add_url_rule(path, path, item, methods=["GET", "POST"])

    @app.get("/crash")
    def crash() -> str:
        raise ZeroDivisionError

    app.logger.disabled = True
    return app


def make_django() -> WSGIApplication:
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path as at

    def item(request: HttpRequest) -> HttpResponse:
        return HttpResponse("item", content_type="text/plain", headers={"ETag": '"1"'})

    def crash(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    urls = [*(at(path.lstrip("/"), item) for path in ITEM_PATHS), at("crash", crash)]
    settings.configure(
        ALLOWED_HOSTS=["*"], ROOT_URLCONF=tuple(urls), SECRET_KEY="a secret of the tests", LOGGING_CONFIG=None
    )
    django.setup()
    app: WSGIApplication = get_wsgi_application()
    return app


def make_falcon() -> WSGIApplication:
    import falcon

    class Item:
        def on_get(self, request: Any, response: Any) -> None:
            response.content_type, response.text = "text/plain", "item"
            response.etag = "1"

        on_head = on_post = on_get

    class Crash:
        def on_get(self, request: Any, response: Any) -> None:
            raise ZeroDivisionError

    app = falcon.App()
    for path in ITEM_PATHS:
        app.add_route(path, Item())
    app.add_route("/crash", Crash())
    wsgi: WSGIApplication = app
    return wsgi


def make_bottle() -> WSGIApplication:
    import bottle

    app = bottle.Bottle()

    def item() -> str:
        bottle.response.content_type = "text/plain"
        bottle.response.set_header("ETag", '"1"')
        return "item"

    for path in ITEM_PATHS:
        app.route(path, ["GET", "POST", "OPTIONS"], item)

    @app.get("/crash")
    def crash() -> str:
        raise ZeroDivisionError

    wsgi: WSGIApplication = app
    return wsgi


def make_pyramid() -> WSGIApplication:
    from pyramid.config import Configurator
    from pyramid.response import Response

    def item(request: Any) -> Response:
        return Response("item", content_type="text/plain", etag="1")

    def crash(request: Any) -> Response:
        raise ZeroDivisionError

    def apologize(error: Exception, request: Any) -> Response:
        return Response("crash", status=500, content_type="text/plain")

    config = Configurator()
    for path in ITEM_PATHS:
        config.add_route(path, path)
        config.add_view(item, route_name=path)
    config.add_route("crash", "/crash")
    config.add_view(crash, route_name="crash")
    config.add_exception_view(apologize, context=ZeroDivisionError)
    wsgi: WSGIApplication = config.make_wsgi_app()
    return wsgi


def make(name: str) -> WSGIApplication:
    """Return the app of a framework."""
    app: WSGIApplication = globals()[f"make_{name}"]()
    return app
