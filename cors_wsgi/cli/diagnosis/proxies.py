"""What to write for Caddy, HAProxy, lighttpd and Varnish."""

from __future__ import annotations

import re

from cors_wsgi.fetch import ALLOW_ORIGIN, VARY

from .model import Piece
from .plans import GUARDED, Plan, Task


def write_caddy(plan: Plan) -> tuple[Piece, ...]:
    """Return what to write in a Caddyfile; nothing where no line would help."""
    if plan.task is Task.ADD:
        lines = [f'header {"+" if name == VARY else "?"}{name} "{value}"' for name, value in plan.pairs]
        return (Piece("in the site's block, replacing the header lines for these headers", tuple(lines)),)
    if plan.task is Task.SET:
        lines = [f'header {"+" if name == VARY else ""}{name} "{value}"' for name, value in plan.pairs]
        return (Piece("in the site's block, replacing the header lines for these headers", tuple(lines)),)
    if plan.task is Task.LIST:
        origins = "|".join(re.escape(origin).replace("\\-", "-") for origin in plan.origins)
        others = [
            f'header {"+" if name == VARY else ""}{name} "{value}"'
            for name, value in plan.pairs
            if name != ALLOW_ORIGIN
        ]
        lines = [f"@cors header_regexp Origin ^({origins})$", f"header @cors {ALLOW_ORIGIN} {{header.Origin}}", *others]
        return (Piece("in the site's block, replacing the header lines for these headers", tuple(lines)),)
    if plan.task in (Task.PREFLIGHT, Task.LOGIN):
        lines = [f'\theader {name} "{value}"' for name, value in plan.pairs]
        matcher = ("@preflight {", "\tmethod OPTIONS", "\theader Access-Control-Request-Method *", "}")
        answer = Piece("in the site's block", (*matcher, "handle @preflight {", *lines, "\trespond 204", "}"))
        if plan.task is not Task.LOGIN:
            return (answer,)
        # Caddy runs these before any handle, wherever they are written.
        passes = ("@login not method OPTIONS", "basic_auth @login {")
        return (answer, Piece("replacing the first line of basic_auth (before Caddy 2.8: basicauth), if any", passes))
    if plan.task is Task.ONE_LAYER:
        return (Piece("inside reverse_proxy { }", tuple(f"header_down -{name}" for name, _ in plan.pairs)),)
    return ()


def write_haproxy(plan: Plan) -> tuple[Piece, ...]:
    """Return what to write in HAProxy's configuration; nothing where no line would help."""
    here = "in the frontend, replacing the http-response lines for these headers"
    if plan.task in (Task.ADD, Task.SET):
        return (Piece(here, tuple(_set(name, value, guarded=plan.task is Task.ADD) for name, value in plan.pairs)),)
    if plan.task is Task.LIST:
        keep = (
            f"http-request set-var(txn.cors) req.hdr(Origin) if {{ req.hdr(Origin) -m str {' '.join(plan.origins)} }}"
        )
        sets = f"http-after-response set-header {ALLOW_ORIGIN} %[var(txn.cors)] if {{ var(txn.cors) -m found }}"
        others = [_set(name, value) for name, value in plan.pairs if name != ALLOW_ORIGIN]
        return (Piece(here, (keep, sets, *others)),)
    if plan.task in (Task.PREFLIGHT, Task.LOGIN):
        headers = " ".join(f'hdr {name} "{value}"' for name, value in plan.pairs)
        line = f"http-request return status 204 {headers} if METH_OPTIONS"
        return (
            Piece("in the frontend, above every other http-request line, replacing one that answers OPTIONS", (line,)),
        )
    if plan.task is Task.ONE_LAYER:
        return (
            Piece(
                "above the http-response line that sets it",
                tuple(f"http-response del-header {name}" for name, _ in plan.pairs),
            ),
        )
    return ()


def _set(name: str, value: str, *, guarded: bool = False) -> str:
    if name == VARY:
        return f"http-after-response add-header {name} {value}"
    unless = f" unless {{ res.hdr({name}) -m found }}" if guarded and name in GUARDED else ""
    return f'http-after-response set-header {name} "{value}"{unless}'


def write_lighttpd(plan: Plan) -> tuple[Piece, ...]:
    """Return what to write in lighttpd's configuration; nothing where no line would help."""
    if plan.task in (Task.ADD, Task.SET):
        pairs = ", ".join(f'"{name}" => "{value}"' for name, value in plan.pairs)
        line = f"setenv.set-response-header = ( {pairs} )"
        return (Piece("with mod_setenv, replacing the setenv lines for these headers", (line,)),)
    if plan.task is Task.LIST:
        origins = "|".join(re.escape(origin).replace("\\-", "-") for origin in plan.origins)
        others = ", ".join(f'"{name}" => "{value}"' for name, value in plan.pairs if name != ALLOW_ORIGIN)
        block = (
            f'$HTTP["Origin"] =~ "^({origins})$" {{',
            f'    setenv.set-response-header = ( "{ALLOW_ORIGIN}" => "%0", {others} )',
            "}",
        )
        return (Piece("with mod_setenv, replacing the setenv lines for these headers", block),)
    if plan.task in (Task.PREFLIGHT, Task.LOGIN):
        pairs = ", ".join(f'"{name}" => "{value}"' for name, value in plan.pairs)
        answer = (
            '$HTTP["request-method"] == "OPTIONS" {',
            f"    setenv.set-response-header = ( {pairs} )",
            "    proxy.server = ()",
            *(["    auth.require = ()"] if plan.task is Task.LOGIN else []),
            "}",
        )
        return (Piece("at the end: lighttpd itself answers what no app takes", answer),)
    return ()


def write_varnish(plan: Plan) -> tuple[Piece, ...]:
    """Return what to write in VCL; nothing where no line would help."""
    above = "above every other subroutine"
    if plan.task in (Task.ADD, Task.SET):
        unless = f"if (!resp.http.{ALLOW_ORIGIN}) {{" if plan.task is Task.ADD else "if (true) {"
        body = [f"    {unless}", *(f"        {_set_vcl(name, value)}" for name, value in plan.pairs), "    }", "}"]
        return (Piece(above, ("sub vcl_deliver {", *body, "sub vcl_synth {", *body)),)
    if plan.task is Task.LIST:
        origins = "|".join(re.escape(origin).replace("\\-", "-") for origin in plan.origins)
        others = [_set_vcl(name, value) for name, value in plan.pairs if name != ALLOW_ORIGIN]
        inner = [f"set resp.http.{ALLOW_ORIGIN} = req.http.Origin;", *others]
        condition = f'    if (req.http.Origin ~ "^({origins})$") {{'
        return (Piece(above, ("sub vcl_deliver {", condition, *(f"        {line}" for line in inner), "    }", "}")),)
    if plan.task in (Task.PREFLIGHT, Task.LOGIN):
        lines = [f"        {_set_vcl(name, value)}" for name, value in plan.pairs]
        asks = 'req.method == "OPTIONS" && req.http.Access-Control-Request-Method'
        answer = [f"    if ({asks}) {{", *lines, "        return (deliver);", "    }", "}"]
        return (
            Piece(
                above,
                ("sub vcl_recv {", f"    if ({asks}) {{ return (synth(204)); }}", "}", "sub vcl_synth {", *answer),
            ),
        )
    if plan.task is Task.ONE_LAYER:
        lines = [f"    unset beresp.http.{name};" for name, _ in plan.pairs]
        return (Piece(above, ("sub vcl_backend_response {", *lines, "}")),)
    return (Piece(above, ("sub vcl_hash {", "    hash_data(req.http.Origin);", "}")),)


def _set_vcl(name: str, value: str) -> str:
    return f'set resp.http.{name} = "{value}";'
