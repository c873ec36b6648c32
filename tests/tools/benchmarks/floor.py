"""The floor: a middleware written by hand for one fixed policy, as fast as it can be while it keeps the same promises.

It reads the Origin on entry, copies the app's header list, removes the app's own CORS headers, shares nothing where the
app's own Allow-Origin names somebody else, merges Vary and Expose-Headers, and passes exc_info. It knows nothing of
patterns, paths, hooks, logs or risks, and cannot be configured.
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
_EXPOSED = ("Access-Control-Expose-Headers", "ETag")


def make_floor(app: WSGIApplication, origins: Iterable[str], *, credentials: bool) -> WSGIApplication:
    """Wrap `app`; methods, headers and age are those of the benchmark's policy."""
    allowed_origins = frozenset(origins)
    with_credentials = [("Access-Control-Allow-Credentials", "true")] if credentials else []
    granted = [
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY"),
        ("Access-Control-Allow-Headers", "Content-Type, X-Token"),
        *with_credentials,
        ("Access-Control-Max-Age", "600"),
        _ASKED,
    ]
    shared = [*with_credentials, _EXPOSED, _VARY]

    def middleware(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        origin: Any = environ.get("HTTP_ORIGIN")
        allowed = origin in allowed_origins
        if (
            origin is not None
            and environ["REQUEST_METHOD"] == "OPTIONS"
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        ):
            if allowed:
                start_response("204 No Content", [("Access-Control-Allow-Origin", origin), *granted])
            else:
                start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "0"), _ASKED])
            return []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            for name, _ in headers:
                if name.lower() in _OWNED:
                    headers = merge(headers, origin, allowed=allowed)
                    break
            else:
                headers = [*headers, ("Access-Control-Allow-Origin", origin), *shared] if allowed else [*headers, _VARY]
            if exc_info is None:
                return start_response(status, headers)
            return start_response(status, headers, exc_info)

        return app(environ, start)

    def merge(headers: list[tuple[str, str]], origin: str, *, allowed: bool) -> list[tuple[str, str]]:
        kept, varies, exposed, own = [], [], ["ETag"], []
        for header in headers:
            name = header[0].lower()
            if name not in _OWNED:
                kept.append(header)
            elif name == "vary":
                varies.append(header[1])
            elif name == "access-control-expose-headers":
                exposed.append(header[1])
            elif name == "access-control-allow-origin":
                own.append(header[1])
        if allowed and (not own or ", ".join(own) in ("*", origin)):
            kept += [("Access-Control-Allow-Origin", origin), *with_credentials]
            kept.append(("Access-Control-Expose-Headers", ", ".join(exposed)))
        vary = ", ".join(varies)
        if not vary:
            kept.append(_VARY)
        elif "*" in vary or ("origin" in vary.lower() and "origin" in [v.strip().lower() for v in vary.split(",")]):
            kept.append(("Vary", vary))
        else:
            kept.append(("Vary", vary + ", Origin"))
        return kept

    return middleware
