"""Apache's directives: `Header always set` covers errors too, and its table is separate from that of `Header set`."""

from __future__ import annotations

import re

from cors_wsgi.fetch import ALLOW_ORIGIN, VARY

from .model import Piece
from .plans import GUARDED, Plan, Task

_PREFLIGHTS = (
    "RewriteEngine On",
    "RewriteCond %{REQUEST_METHOD} =OPTIONS",
    "RewriteRule ^ - [R=204,L]",
)


def write(plan: Plan) -> tuple[Piece, ...]:
    """Return what to write in Apache's configuration; nothing where no line would help."""
    instead = "replacing every other Header line for these headers"
    if plan.task is Task.ADD:
        return (Piece(instead, tuple(_set(name, value, guarded=True) for name, value in plan.pairs)),)
    if plan.task is Task.SET:
        return (Piece(instead, tuple(_set(name, value) for name, value in plan.pairs)),)
    if plan.task is Task.LIST:
        return _list(plan, instead)
    if plan.task is Task.PREFLIGHT:
        lines = [_set(name, value, guarded=True) for name, value in plan.pairs]
        return (Piece(f"outside any <Location>, or in the one for {plan.path}; {instead}", (*_PREFLIGHTS, *lines)),)
    if plan.task is Task.LOGIN:
        return (
            Piece(
                "next to the `Require` that asks for the login: either of the two is then enough",
                ("Require method OPTIONS",),
            ),
        )
    if plan.task is Task.ONE_LAYER:
        unset = tuple(f"Header unset {name}" for name, _ in plan.pairs)
        return (Piece("above the Header line that sets it: drops what the app behind it sends", unset),)
    return ()


def _list(plan: Plan, instead: str) -> tuple[Piece, ...]:
    variable = plan.variable or "CORS_ORIGIN"
    origins = "|".join(map(re.escape, plan.origins))
    match = f'SetEnvIf Origin "^({origins})$" {variable}=$0'.replace("\\-", "-")
    if plan.variable:
        return (Piece("below the existing SetEnvIf, with the variable that it sets", (match,)),)
    sets = f'Header always set {ALLOW_ORIGIN} "%{{{variable}}}e" env={variable}'
    others = [_set(name, value) for name, value in plan.pairs if name != ALLOW_ORIGIN]
    return (Piece(instead, (match, sets, *others)),)


def _set(name: str, value: str, *, guarded: bool = False) -> str:
    if name == VARY:
        return f"Header always merge {name} {value}"
    unless = f' "expr=-z %{{resp:{name}}}"' if guarded and name in GUARDED else ""
    return f'Header always set {name} "{value}"{unless}'
