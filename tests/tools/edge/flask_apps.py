"""Flask apps to export, each created twice: with the extension, and bare, to run behind the proxy."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Flask, request
from support.raw_http import read_order

from flask_cors_ext import CORS, cross_origin, same_origin

APP, ADMIN = "https://app.example.com", "https://admin.example.com"


def shop(*, with_cors: bool) -> Flask:
    """Views with policies of their own, by method and path; resources; a blueprint; redirects; static files."""
    app = Flask("shop")
    if with_cors:
        CORS(
            app,
            origins=[APP, "https://*.preview.example.dev"],
            supports_credentials=True,
            resources={
                "/api/*": {},
                "/open/*": {"origins": "*", "supports_credentials": False},
                "/open/secret": {"origins": []},
            },
        )
    app.add_url_rule("/api/items/", "items", _view, methods=["GET", "POST"])
    app.add_url_rule("/api/items/<int:number>", "item", _view, methods=["GET"])
    app.add_url_rule(
        "/api/items/<int:number>", "save", cross_origin(origins=[ADMIN])(_copy()), methods=["PUT", "DELETE"]
    )
    app.add_url_rule("/api/items/new", "new", cross_origin(expose_headers=["X-Total"])(_copy()), methods=["POST"])
    app.add_url_rule("/api/files/<path:name>", "files", _view)
    app.add_url_rule("/api/<uuid:key>/log", "log", _view, strict_slashes=False)
    app.add_url_rule("/open/feed", "feed", _view)
    app.add_url_rule("/admin", "admin", same_origin(_copy()), methods=["GET", "POST"])
    app.add_url_rule("/marked/<name>", "marked", cross_origin(origins="*", supports_credentials=False)(_copy()))
    return _finish(app)


def small(*, with_cors: bool) -> Flask:
    """What most apps are: one call, and some views."""
    app = Flask("small", static_folder=None)
    if with_cors:
        CORS(app, origins=[APP], expose_headers=["ETag"])
    blueprint = Blueprint("v1", __name__, url_prefix="/v1")
    blueprint.add_url_rule("/users/<name>", "user", _view, methods=["GET", "PATCH"])
    blueprint.add_url_rule("/users/me", "me", _view)
    app.register_blueprint(blueprint)
    app.add_url_rule("/", "home", _view)
    return _finish(app)


def twins(*, with_cors: bool) -> Flask:
    """Paths that two routes, or a route and a resource, have in common; methods that few proxies know."""
    app = Flask("twins", static_folder=None)
    if with_cors:
        CORS(app, origins=[APP], resources={"/v1/users/me": {}, "/admin": {"origins": [ADMIN]}})
    app.add_url_rule("/v1/users/me", "me", _view, methods=["GET", "PATCH"])
    app.add_url_rule("/v1/users/me", "query", cross_origin(origins=[ADMIN])(_copy()), methods=["QUERY", "PURGE"])
    app.add_url_rule("/api/items/<int:number>", "item", _view, methods=["GET"])
    app.add_url_rule("/api/items/<int:number>", "save", cross_origin(origins=[ADMIN])(_copy()), methods=["PATCH"])
    app.add_url_rule("/admin", "admin", same_origin(_copy()), methods=["GET"], strict_slashes=False)
    app.add_url_rule("/admin/", "others", cross_origin(origins=[APP])(_copy()), methods=["PATCH"])
    return _finish(app)


APPS: dict[str, Callable[..., Flask]] = {"shop": shop, "small": small, "twins": twins}

TARGETS = [
    "/",
    "/api/items/",
    "/api/items",
    "/api/items/1",
    "/api/items/1/",
    "/api/items/%31",
    "/api/items/x",
    "/api/items/new",
    "/api/files/a/b.txt",
    "/api/files/%c3%a9",
    "/api/00000000-0000-4000-8000-000000000000/log",
    "/api/00000000-0000-4000-8000-000000000000/log/",
    "/api/nowhere",
    "/open/feed",
    "/open/secret",
    "/open/x",
    "/admin",
    "/admin/",
    "/marked/x",
    "/marked/x/y",
    "/static/a.css",
    "/elsewhere",
    "/v1/users/bob",
    "/v1/users/me",
    "/v1/users/",
]


@contextlib.contextmanager
def serve_app(app: Flask) -> Iterator[int]:
    """Serve an app from a thread; gives its port."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *args: object) -> None:
            pass

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _view(**values: object) -> tuple[str, int, list[tuple[str, str]]]:
    status, headers = read_order(request.headers.get("X-Order", ""))
    return "", status, headers


def _copy() -> Callable[..., Any]:
    return lambda **values: _view(**values)


def _finish(app: Flask) -> Flask:
    @app.after_request
    def mark(response: Any) -> Any:
        response.headers["X-App-Ran"] = "yes"
        return response

    return app
