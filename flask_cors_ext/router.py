"""The router: what Flask's own URL map says of a path and method, redirects followed to their target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect, Rule

from .blind_map import bind_alike

if TYPE_CHECKING:
    from flask import Request
    from werkzeug.routing import Map, MapAdapter

MOST_HOPS: Final = 5
"""A longer chain of redirects is not followed."""

NO_METHOD: Final = "--"
"""A method that no route has, to ask which ones there are."""


class Found(NamedTuple):
    """What a path and method lead to.

    Attributes:
        path: the path in the end, behind redirects.
        method: the method.
        rule: the rule whose view answers, or None.
        is_known: whether the path has rules at all; without `rule`, they are for other methods.
    """

    path: str
    method: str
    rule: Rule | None = None
    is_known: bool = False


_Step: TypeAlias = "Found | str | None"


class Router:
    """Flask's URL map, bound to one request. Each rule's converters are asked at most once for a path.

    Args:
        adapter: the URL map, bound.
        request: the request, for its host.
        blind: a copy of the URL map that asks no converter, if there is one; see `make_blind_map`.
    """

    __slots__ = ("_adapter", "_asked", "_blind", "_request", "path")

    def __init__(self, adapter: MapAdapter, request: Request, blind: Map | None = None) -> None:
        self._adapter = adapter
        self._blind = None if blind is None else bind_alike(blind, adapter)
        self._request = request
        self._asked: dict[tuple[str, int], Rule | _Step] = {}
        self.path: str = adapter.path_info

    def find(self, method: str) -> Found:
        """Return what the request's path leads to with another method."""
        return self._follow(method, asks=self._blind is not None)

    def guess(self, method: str) -> Found:
        """Return what the request's path leads to if no converter of the user's own refuses it; none is asked."""
        return self._follow(method, asks=False)

    def _follow(self, method: str, *, asks: bool) -> Found:
        path = self.path
        for _ in range(1 + MOST_HOPS):
            step = self._match(self._blind or self._adapter, path, method)
            if asks and isinstance(step, Rule):
                step = self._ask(path, method, step)
            if isinstance(step, Rule):
                return Found(path, method, None if is_automatic(step, method) else step, is_known=True)
            if isinstance(step, Found):
                return step
            if step is None:
                break
            path = step
        return Found(self.path, method)

    def _ask(self, path: str, method: str, blind_rule: Rule) -> Rule | _Step:
        """Return what Flask's own URL map says, which asks the converters of the rule that matches."""
        key = path, id(blind_rule)
        if key not in self._asked:
            self._asked[key] = self._match(self._adapter, path, method)
        return self._asked[key]

    def _match(self, adapter: MapAdapter, path: str, method: str) -> Rule | _Step:
        """Return the rule that a path leads to, or the path that it redirects to, or None where there is no route."""
        try:
            rule: Rule = adapter.match(path, method, return_rule=True)[0]
        except RequestRedirect as redirect:
            return self._path_of(redirect.new_url)
        except MethodNotAllowed:
            return Found(path, method, is_known=True)
        except Exception:  # noqa: BLE001 - an HTTPException, or whatever a user's converter raises
            return None
        return rule

    def _path_of(self, url: str) -> str | None:
        """Return the path of a redirect's target as the app would see it, or None if the app would not see it."""
        parts = urlsplit(url)
        prefix = self._adapter.script_name
        path = unquote(parts.path)
        if parts.netloc.lower() != self._request.host.lower() or not path.startswith(prefix):
            return None
        return "/" + path[len(prefix) :]


def is_automatic(rule: Any, method: str) -> bool:
    """Tell whether Flask answers OPTIONS itself for this rule, whichever view it belongs to."""
    return method == "OPTIONS" and bool(getattr(rule, "provide_automatic_options", False))
