"""A plan written for the server that carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cors_wsgi.fetch import ALLOW_ORIGIN

from . import apache, nginx, proxies
from .apps import WRITERS as APPS
from .model import Piece, Remedy
from .plans import Plan, Task
from .servers import ServerName

_WRITERS: Final[Mapping[ServerName, Callable[[Plan], tuple[Piece, ...]]]] = {
    ServerName.NGINX: nginx.write,
    ServerName.APACHE: apache.write,
    ServerName.CADDY: proxies.write_caddy,
    ServerName.HAPROXY: proxies.write_haproxy,
    ServerName.LIGHTTPD: proxies.write_lighttpd,
    ServerName.VARNISH: proxies.write_varnish,
    **APPS,
}
_NOT_FOR_APPS: Final = (Task.ONE_LAYER, Task.VARY)


def write_remedy(server: ServerName | None, plan: Plan, text: str) -> Remedy:
    """Return the remedy, with lines where this server can be configured for the plan.

    Args:
        server: the server to configure; None if it is not known.
        plan: what to configure.
        text: the remedy in sentences.
    """
    writer = None if server is None else _WRITERS.get(server)
    if server is None or writer is None or (not server.is_proxy and plan.task in _NOT_FOR_APPS):
        return Remedy(_close(text))
    if "null" in plan.origins and plan.find(ALLOW_ORIGIN) == "null":
        return Remedy(_close(text))
    if not all(_can_be_written(part) for pair in plan.pairs for part in pair) or not all(
        map(_can_be_written, plan.origins)
    ):
        return Remedy(_close(text))
    pieces = writer(plan)
    return Remedy(text, server.title, pieces) if pieces else Remedy(_close(text))


def _close(text: str) -> str:
    """Return a text that leads up to lines as one that does not."""
    return f"{text[:-1]}." if text.endswith(":") else text


def _can_be_written(value: str) -> bool:
    """Tell whether a value is safe in a configuration: what a server sent may be anything."""
    return value.isprintable() and not set(value) & set("\"'\\;{}$%#`<>")
