"""The router: what Flask's own URL map says of a path and method, redirects followed to their target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect

if TYPE_CHECKING:
    from flask import Request
    from werkzeug.routing import MapAdapter, Rule

MOST_HOPS: Final = 5
"""A longer chain of redirects is not followed."""

NO_METHOD: Final = "--"
"""A method that no route has, to ask which ones there are."""


class Found(NamedTuple):
    """What a path and method lead to.

    Attributes:
        path: the path in the end, behind redirects.
        rule: the rule whose view answers, or None.
        is_known: whether the path has rules at all; without `rule`, they are for other methods.
    """

    path: str
    rule: Rule | None = None
    is_known: bool = False


class Router:
    """Flask's URL map, bound to one request.

    Args:
        adapter: the URL map, bound.
        request: the request, for its host.
    """

    __slots__ = ("_adapter", "_request", "path")

    def __init__(self, adapter: MapAdapter, request: Request) -> None:
        self._adapter = adapter
        self._request = request
        self.path: str = adapter.path_info

    def find(self, method: str) -> Found:
        """Return what the request's path leads to with another method."""
        path = self.path
        for _ in range(1 + MOST_HOPS):
            step = self._match(path, method)
            if isinstance(step, Found):
                return step
            if step is None:
                break
            path = step
        return Found(self.path)

    def _match(self, path: str, method: str) -> Found | str | None:
        """Return what the path leads to, or the path that it redirects to, or None where Flask would not route."""
        try:
            rule: Rule = self._adapter.match(path, method, return_rule=True)[0]
        except RequestRedirect as redirect:
            return self._path_of(redirect.new_url)
        except MethodNotAllowed:
            return Found(path, is_known=True)
        except Exception:  # noqa: BLE001 - an HTTPException, or whatever a user's converter raises
            return None
        return Found(path, None if is_automatic(rule, method) else rule, is_known=True)

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
