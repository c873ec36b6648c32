"""What to write for frameworks: where the CORS middleware goes, its options, and how OPTIONS gets past the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from cors_wsgi.fetch import MAX_AGE

from .model import Piece
from .plans import Plan, Task
from .servers import ServerName

_SETS: Final = (Task.ADD, Task.SET, Task.LIST)


_BY_DEFAULT: Final = frozenset({"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"})
"""The methods that the CORS packages of Node.js allow by default; they allow any header that is requested."""


def _js_options(plan: Plan, *, methods: str, one: bool = False, methods_too: bool = False) -> str:
    origin = json.dumps(plan.origin if one and len(plan.origins) == 1 else list(plan.origins))
    parts = [f"origin: {origin}"]
    if plan.include:
        parts.append("credentials: true")
    if not set(plan.methods) <= _BY_DEFAULT or methods_too:
        parts.append(f"{methods}: {json.dumps(sorted(_BY_DEFAULT | set(plan.methods)))}")
    return "{" + ", ".join(parts) + "}"


def _write_express(plan: Plan) -> tuple[Piece, ...]:
    line = f"app.use(cors({_js_options(plan, methods='methods')}));"
    return (Piece("above every other app.use() and route, replacing the existing line", (line,)),)


def _write_koa(plan: Plan) -> tuple[Piece, ...]:
    options = _js_options(plan, methods="allowMethods", one=True)
    line = f'app.use(require("@koa/cors")({options}));'
    return (Piece("above every other app.use(), replacing the existing line", (line,)),)


def _write_hono(plan: Plan) -> tuple[Piece, ...]:
    line = f'app.use("*", cors({_js_options(plan, methods="allowMethods", one=False)}));'
    return (Piece("above every other app.use() and route, replacing the existing line", (line,)),)


def _write_fastify(plan: Plan) -> tuple[Piece, ...]:
    options = _js_options(plan, methods="methods", methods_too=True)
    line = f'await app.register(require("@fastify/cors"), {options});'
    return (Piece("above every other register(), hook and route, replacing the existing line", (line,)),)


def _write_node(plan: Plan) -> tuple[Piece, ...]:
    if plan.task is not Task.LOGIN:
        return ()
    lines = (
        'if (request.method === "OPTIONS") return next();  // Express',
        'if (ctx.method === "OPTIONS") return next();  // Koa',
        'if (c.req.method === "OPTIONS") return next();  // Hono',
        'if (request.method === "OPTIONS") return;  // Fastify, in an async hook',
    )
    return (Piece("one of these, at the top of the middleware that requires the login", lines),)


def _write_django(plan: Plan) -> tuple[Piece, ...]:
    lines = [f"CORS_ALLOWED_ORIGINS = {list(plan.origins)!r}"]
    if plan.include:
        lines.append("CORS_ALLOW_CREDENTIALS = True")
    if plan.methods:
        lines.append(f"CORS_ALLOW_METHODS = {plan.methods!r}")
    if plan.names:
        lines.append(f"CORS_ALLOW_HEADERS = {plan.names!r}")
    lines.append('MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", ...]  # first; keep the others')
    return (Piece("in settings.py, with django-cors-headers", tuple(lines)),)


def _write_fastapi(plan: Plan) -> tuple[Piece, ...]:
    parts = [f"allow_origins={list(plan.origins)!r}"]
    if plan.include:
        parts.append("allow_credentials=True")
    parts.append(f"allow_methods={plan.methods or ['*']!r}")
    parts.append(f"allow_headers={plan.names or ['*']!r}")
    if plan.task is Task.WRAP:
        line = f"app = CORSMiddleware(app, {', '.join(parts)})"
        return (Piece("below the last route, replacing add_middleware(CORSMiddleware, ...)", (line,)),)
    line = f"app.add_middleware(CORSMiddleware, {', '.join(parts)})"
    return (Piece("below every other add_middleware(): the last one is the outermost", (line,)),)


def _write_flask(plan: Plan) -> tuple[Piece, ...]:
    if plan.task is Task.LOGIN:
        lines = ('if request.method == "OPTIONS":', "    return None")
        return (Piece("at the top of the before_request function that requires the login", lines),)
    parts = [f"origins={list(plan.origins)!r}"]
    if plan.include:
        parts.append("supports_credentials=True")
    return (
        Piece("where the app is created, replacing what sets the headers now", (f"CORS(app, {', '.join(parts)})",)),
    )


def _let_pass(plan: Plan, where: str, lines: tuple[str, ...], piece: Piece) -> tuple[Piece, ...]:
    """Return what answers preflights, and before it what lets them pass, where a login comes first."""
    if plan.task is not Task.LOGIN:
        return (piece,)
    return (Piece(f"at the top of the {where} that requires the login", lines), piece)


def _write_tornado(plan: Plan) -> tuple[Piece, ...]:
    sets = ["def set_default_headers(self):", *(f"    self.set_header({n!r}, {v!r})" for n, v in plan.pairs)]
    answers = ["def options(self, *args):", "    self.set_status(204)"]
    lines = answers if plan.is_status_alone else [*sets, *answers]
    passes = ('if self.request.method == "OPTIONS":', "    return")
    return _let_pass(plan, "prepare()", passes, Piece("in the handler's class", tuple(lines)))


def _write_sanic(plan: Plan) -> tuple[Piece, ...]:
    options = (
        f'@app.options("{plan.path}")',
        "async def preflight(request, **_):",
        "    return sanic.response.empty()",
    )
    sets = (
        "@app.on_response",
        "async def share(request, response):",
        f"    response.headers.update({dict(plan.pairs)!r})",
    )
    piece = Piece("beside the route, with `import sanic`", options if plan.is_status_alone else (*options, *sets))
    return _let_pass(plan, "on_request function", ('if request.method == "OPTIONS":', "    return None"), piece)


def _write_aiohttp(plan: Plan) -> tuple[Piece, ...]:
    allows = [f"allow_credentials={plan.include}", 'allow_headers="*"', 'expose_headers="*"']
    options = f"aiohttp_cors.ResourceOptions({', '.join(allows)})"
    lines = (
        f"cors = aiohttp_cors.setup(app, defaults={{{plan.origin!r}: {options}}})",
        "for route in list(app.router.routes()):",
        "    cors.add(route)",
    )
    passes = ('if request.method == "OPTIONS":', "    return await handler(request)")
    return _let_pass(plan, "middleware", passes, Piece("below the last route, with aiohttp-cors", lines))


def _write_bottle(plan: Plan) -> tuple[Piece, ...]:
    sets = [f"    bottle.response.set_header({name!r}, {value!r})" for name, value in plan.pairs]
    lines = ["@app.hook('after_request')", "def share():", *sets]
    options = [f"@app.route({plan.path!r}, method='OPTIONS')", "def preflight():", "    bottle.response.status = 204"]
    errors = ["def share_errors(error, write=app.default_error_handler):", "    share()", "    return write(error)"]
    errors.append("app.default_error_handler = share_errors  # an @app.error function calls share(), too")
    piece = Piece("beside the routes, with `import bottle`", (*lines, *options, *errors))
    return _let_pass(plan, "before_request hook", ("if bottle.request.method == 'OPTIONS':", "    return"), piece)


def _write_http_server(plan: Plan) -> tuple[Piece, ...]:
    sets = [f"    self.send_header({name!r}, {value!r})" for name, value in plan.pairs]
    lines = [
        "def do_OPTIONS(self):",
        "    self.send_response(204)",
        *sets,
        "    self.send_header('Content-Length', '0')",
        "    self.end_headers()",
    ]
    if plan.task in _SETS:
        lines = ["def end_headers(self):", *sets, "    super().end_headers()"]
    return (Piece("in the handler's class", tuple(lines)),)


def _write_ours(plan: Plan) -> tuple[Piece, ...]:
    parts = [f"{list(plan.origins)!r}"]
    if plan.include:
        parts.append("supports_credentials=True")
    if age := plan.find(MAX_AGE):
        parts.append(f"max_age={age}")
    line = f"app = CORSMiddleware(app, Policy({', '.join(parts)}))"
    return (Piece("around everything else", (line,)),)


WRITERS: Final[Mapping[ServerName, Callable[[Plan], tuple[Piece, ...]]]] = {
    ServerName.EXPRESS: _write_express,
    ServerName.KOA: _write_koa,
    ServerName.HONO: _write_hono,
    ServerName.FASTIFY: _write_fastify,
    ServerName.NODE: _write_node,
    ServerName.DJANGO: _write_django,
    ServerName.FASTAPI: _write_fastapi,
    ServerName.FLASK: _write_flask,
    ServerName.TORNADO: _write_tornado,
    ServerName.SANIC: _write_sanic,
    ServerName.AIOHTTP: _write_aiohttp,
    ServerName.BOTTLE: _write_bottle,
    ServerName.HTTP_SERVER: _write_http_server,
    ServerName.CORS_WSGI: _write_ours,
}
"""A function for each framework; it returns nothing where no line would help."""
