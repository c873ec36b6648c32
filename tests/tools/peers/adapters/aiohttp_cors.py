"""aiohttp-cors."""

from __future__ import annotations

from typing import Any

from tools.peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, CannotExpressError, Setup

NAME, PACKAGES, INTERFACE = "aiohttp-cors", ("aiohttp-cors", "aiohttp"), "aiohttp"


def build(setup: Setup) -> Any:
    import aiohttp_cors
    from aiohttp import web

    entered = [0]

    async def items(request: Any) -> Any:
        entered[0] += 1
        return web.Response(text="items", headers={"ETag": '"1"'})

    async def count(request: Any) -> Any:
        return web.Response(text=str(entered[0]))

    async def vary(request: Any) -> Any:
        return web.Response(headers={"Vary": "Accept-Language"})

    async def crash(request: Any) -> Any:
        raise RuntimeError("on purpose")

    if setup.origins in ("subdomains", "regex"):
        raise CannotExpressError("origins are whole origins, or *")
    options: dict[str, Any] = {
        "allow_credentials": setup.credentials,
        "expose_headers": EXPOSED,
        "allow_headers": HEADERS,
        "allow_methods": list(METHODS),
        "max_age": MAX_AGE,
    }
    if setup.origins == "misspelled":
        defaults = {PAGE: aiohttp_cors.ResourceOptions(allow_header=HEADERS)}
    else:
        resource = aiohttp_cors.ResourceOptions(**options)
        defaults = {} if setup.origins == "none" else {PAGE if setup.origins == "named" else "*": resource}
    app = web.Application()
    cors = aiohttp_cors.setup(app, defaults=defaults)
    resource = cors.add(app.router.add_resource("/items"))
    cors.add(resource.add_route("GET", items))
    cors.add(resource.add_route("PUT", items))
    for path, handler in (("/entered", count), ("/vary", vary), ("/crash", crash)):
        cors.add(cors.add(app.router.add_resource(path)).add_route("GET", handler))
    return app
