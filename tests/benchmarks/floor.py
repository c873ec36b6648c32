"""The floor: a middleware written by hand for one fixed policy, as fast as it can be while it keeps the same promises.

It reads the Origin on entry, copies the app's header list, removes the app's own CORS headers, merges Vary and passes
exc_info. It knows nothing of patterns, paths, hooks or risks, and cannot be configured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_OWNED = frozenset(
    {
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-allow-private-network",
        "access-control-expose-headers",
        "access-control-max-age",
        "vary",
    }
)
_VARY = ("Vary", "Origin")
_ASKED = ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")


def make_floor(app: WSGIApplication, origins: Iterable[str], *, credentials: bool) -> WSGIApplication:
    """Wrap `app`; methods, headers and age are those of the benchmark's policy."""
    allowed_origins = frozenset(origins)
    shared = [("Access-Control-Allow-Credentials", "true")] if credentials else []
    granted = [
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"),
        ("Access-Control-Allow-Headers", "Content-Type, X-Token"),
        *shared,
        ("Access-Control-Max-Age", "600"),
        _ASKED,
    ]
    exposed = [*shared, ("Access-Control-Expose-Headers", "ETag")]

    def middleware(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        origin = environ.get("HTTP_ORIGIN")
        if (
            origin is not None
            and environ["REQUEST_METHOD"] == "OPTIONS"
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        ):
            if origin in allowed_origins:
                start_response("204 No Content", [("Access-Control-Allow-Origin", origin), *granted])
            else:
                start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "0"), _ASKED])
            return []
        allowed = origin in allowed_origins

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            kept = [header for header in headers if header[0].lower() not in _OWNED]
            vary = _VARY
            if len(kept) != len(headers):
                names = [value for name, value in headers if name.lower() == "vary"]
                vary = ("Vary", ", ".join([*names, "Origin"]))
            if allowed:
                kept.append(("Access-Control-Allow-Origin", origin))
                kept += exposed
            kept.append(vary)
            if exc_info is None:
                return start_response(status, kept)
            return start_response(status, kept, exc_info)

        return app(environ, start)

    return middleware
