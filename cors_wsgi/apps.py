"""What may be wrapped: the app behind a proxy, and the attribute that holds the app where the wrong object is given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_ATTRIBUTES = ("app", "server", "flask_app", "wsgi_app", "application")
_MOST_PROXIES = 10


def unwrap_proxy(value: Any) -> Any:
    """Return the object behind a proxy at the moment, and anything else unchanged.

    Known are the context-local proxies of Werkzeug, such as Flask's `current_app`, and those of wrapt and
    lazy-object-proxy, which keep the object in `__wrapped__`.

    Raises:
        TypeError: if the proxy stands for nothing here, as `current_app` does outside an app context.
    """
    for _ in range(_MOST_PROXIES):
        try:
            if _has(value, "_get_current_object"):
                value = value._get_current_object()
            elif _has(value, "__wrapped__"):
                value = value.__wrapped__
            else:
                break
        except RuntimeError as error:
            name = type(value).__name__
            raise TypeError(f"This {name} does not refer to an app here. Pass the app, not the proxy.") from error
    return value


def find_inner(value: object, is_wanted: Callable[[object], bool]) -> str | None:
    """Return the attribute of an object that holds what was wanted instead, such as `server`, or None."""
    for name in _ATTRIBUTES:
        try:
            inner = getattr(value, name, None)
        except Exception:  # noqa: BLE001 - the user's own object; it only helps to say what to write
            continue
        if is_wanted(inner):
            return name
    return None


def check_wsgi_app(app: object, right_call: str) -> WSGIApplication:
    """Return a WSGI app, or the one that a proxy stands for.

    Args:
        app: what was given.
        right_call: a sentence that shows the right call.

    Raises:
        TypeError: if it is not a WSGI app; it names the attribute that holds one.
    """
    app = unwrap_proxy(app)
    if _is_wsgi_app(app):
        return app  # type: ignore[return-value]
    kind = type(app).__name__
    what = f"{kind} is an ASGI app, and this is for WSGI apps" if callable(app) else f"{kind} is not a WSGI app"
    inner = find_inner(app, _is_wsgi_app)
    remedy = f"Pass its WSGI app, which is its attribute .{inner}." if inner else right_call
    raise TypeError(f"{what}. {remedy}")


def _is_wsgi_app(value: object) -> bool:
    if not callable(value):
        return False
    return not inspect.iscoroutinefunction(value) and not inspect.iscoroutinefunction(type(value).__call__)


def _has(value: object, attribute: str) -> bool:
    """Tell whether every object of this class has an attribute; the object itself is not asked."""
    return inspect.getattr_static(type(value), attribute, None) is not None
