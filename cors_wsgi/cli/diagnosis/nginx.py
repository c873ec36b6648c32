"""nginx's directives: a level with an `add_header` inherits none from outside, and `always` covers errors too."""

from __future__ import annotations

from cors_wsgi.fetch import ALLOW_CREDENTIALS, ALLOW_ORIGIN

from .model import Piece
from .plans import GUARDED, Plan, Task

_VARIABLES = {ALLOW_ORIGIN: "$cors_origin", ALLOW_CREDENTIALS: "$cors_credentials"}
_APP_S = "$upstream_http_access_control_allow_origin"


def write(plan: Plan) -> tuple[Piece, ...]:
    """Return what to write in nginx's configuration; nothing where no line would help."""
    here = f"in the location that answers {plan.path}"
    if plan.task is Task.ADD:
        maps = [
            f"map {_APP_S} {_VARIABLES[name]} {{ '' {_quote(value)}; }}"
            for name, value in plan.pairs
            if name in GUARDED
        ]
        lines = [_add(name, _VARIABLES.get(name, _quote(value))) for name, value in plan.pairs]
        return (
            Piece("in http { }: only where the app behind has not set it itself", tuple(maps)),
            Piece(f"{here}, replacing its add_header lines for these headers", tuple(lines)),
        )
    if plan.task is Task.SET:
        lines = [_add(name, _quote(value)) for name, value in plan.pairs]
        return (Piece(f"{here}, replacing its add_header lines for these headers", tuple(lines)),)
    if plan.task is Task.LIST:
        rows = " ".join(f"{_quote(origin)} $http_origin;" for origin in plan.origins)
        lines = [_add(name, "$cors_origin" if name == ALLOW_ORIGIN else _quote(value)) for name, value in plan.pairs]
        return (
            Piece("in http { }", (f"map $http_origin $cors_origin {{ {rows} }}",)),
            Piece(f"{here}, replacing its add_header lines for these headers", tuple(lines)),
        )
    if plan.task in (Task.PREFLIGHT, Task.LOGIN):
        lines = [f"    {_add(name, _quote(value))}" for name, value in plan.pairs]
        block = ("if ($request_method = OPTIONS) {", *lines, "    return 204;", "}")
        return (Piece(f"{here}, replacing an existing `if` for OPTIONS", block),)
    if plan.task is Task.ONE_LAYER:
        return (Piece(f"next to proxy_pass {here}", tuple(f"proxy_hide_header {name};" for name, _ in plan.pairs)),)
    key = "proxy_cache_key $scheme$proxy_host$request_uri$http_origin;"
    return (Piece(f"next to proxy_cache {here}", (key,)),)


def _add(name: str, value: str) -> str:
    return f"add_header {name} {value} always;"


def _quote(value: str) -> str:
    return value if value.isalnum() else f'"{value}"'
