"""Falcon's CORSMiddleware."""

from __future__ import annotations

from typing import Any

from tools.peers.setups import EXPOSED, PAGE, CannotExpressError, Setup

NAME, PACKAGES, INTERFACE = "Falcon", ("falcon",), "wsgi"

CANNOT_SAY = {
    "header": "request headers cannot be configured; it allows those that are requested",
    "max-age": "the time cannot be configured; it sends 86400 seconds",
}


def build(setup: Setup) -> Any:
    from falcon.middleware import CORSMiddleware

    if setup.origins in ("subdomains", "regex"):
        raise CannotExpressError("origins are a list of whole origins")
    if setup.origins == "misspelled":
        return _make_app(CORSMiddleware(allow_orgins=PAGE))  # type: ignore[call-arg]
    if setup.origins == "none":
        return _make_app(CORSMiddleware())
    origin = PAGE if setup.origins == "named" else "*"
    credentials = origin if setup.credentials else None
    return _make_app(CORSMiddleware(allow_origins=origin, expose_headers=EXPOSED, allow_credentials=credentials))


def build_bare() -> Any:
    return _make_app()


def _make_app(*middleware: Any) -> Any:
    import falcon

    entered = [0]

    class Items:
        def on_get(self, request: Any, response: Any) -> None:
            entered[0] += 1
            response.text = "items"
            response.etag = "1"

        on_put = on_get

    class Entered:
        def on_get(self, request: Any, response: Any) -> None:
            response.text = str(entered[0])

    class Vary:
        def on_get(self, request: Any, response: Any) -> None:
            response.append_header("Vary", "Accept-Language")

    class Crash:
        def on_get(self, request: Any, response: Any) -> None:
            raise RuntimeError("on purpose")

    app = falcon.App(middleware=list(middleware))
    for path, resource in (("/items", Items()), ("/entered", Entered()), ("/vary", Vary()), ("/crash", Crash())):
        app.add_route(path, resource)
    return app
