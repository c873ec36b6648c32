"""What is compared between a proxy and the middleware: status, CORS headers, Vary, and whether the app ran."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from support.raw_http import Answer, read_order

from cors_wsgi import CORSMiddleware, Policy

CORS = (
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
)
_VARIES = ("origin", "access-control-request-method", "access-control-request-headers")


class Asked(NamedTuple):
    """A request; `is_sent` tells whether a browser could send it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    is_sent: bool = True


class Seen(NamedTuple):
    """An answer, as far as it matters to CORS; lists of names are compared as sets where order means nothing."""

    status: int
    cors: tuple[tuple[str, Any], ...]
    vary: frozenset[str]
    ran: bool


def see(status: int, headers: Iterable[tuple[str, str]], *, ran: bool) -> Seen:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    cors: list[tuple[str, Any]] = []
    for name in CORS:
        if name not in found:
            continue
        value: Any = ", ".join(text.strip(" \t") for text in found[name])
        if name == "access-control-expose-headers":
            names = frozenset(part.strip(" \t").lower() for part in value.split(",")) - {""}
            value = frozenset("*") if "*" in names else names
        else:
            value = value.replace("\t", " ")
        if value:
            cors.append((name, value))
    vary = {part.strip(" \t").lower() for value in found.get("vary", ()) for part in value.split(",")}
    return Seen(status, tuple(cors), frozenset("*") if "*" in vary else frozenset(vary & set(_VARIES)), ran)


def ask_middleware(wrap: Any, asked: Asked, *, status: int | None = None) -> Seen:
    """Return what the middleware answers around the app that X-Order tells what to say.

    Args:
        wrap: makes the wrapped app of a bare one.
        asked: the request.
        status: what is answered in the app's place, as by a proxy whose app is down.
    """
    ran: list[bool] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        ran.append(True)
        code, headers = read_order(environ.get("HTTP_X_ORDER", ""))
        if status is not None:
            code, headers = status, []
        start_response(f"{code} Status", headers)
        return []

    return _call(wrap(app), asked, ran, status=status)


def ask_app(app: Any, asked: Asked) -> Seen:
    """Return what an app answers that has its CORS layer inside, and marks what it has answered with X-App-Ran."""
    return _call(app, asked, None)


def _call(app: Any, asked: Asked, ran: list[bool] | None, *, status: int | None = None) -> Seen:
    joined: dict[str, list[str]] = {}
    for name, value in asked.headers:
        joined.setdefault(name.lower(), []).append(value.strip(" \t"))
    path = asked.target.partition("?")[0]
    environ = {
        "REQUEST_METHOD": asked.method,
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "SCRIPT_NAME": "",
        "QUERY_STRING": asked.target.partition("?")[2],
        "SERVER_NAME": "api.example.com",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "api.example.com",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **{"HTTP_" + name.upper().replace("-", "_"): ",".join(values) for name, values in joined.items()},
    }
    got: list[Any] = []

    def start_response(line: str, headers: Sequence[tuple[str, str]], exc_info: Any = None) -> Any:
        got[:] = [line, headers]

    body = app(environ, start_response)
    list(body)
    if hasattr(body, "close"):
        body.close()
    has_run = bool(ran) and status is None if ran is not None else any(name == "X-App-Ran" for name, _ in got[1])
    return see(int(got[0].split()[0]), got[1], ran=has_run)


def see_proxy(answer: Answer) -> Seen:
    return see(answer.status, answer.headers, ran=any(name.lower() == "x-app-ran" for name, _ in answer.headers))


def describe_policy(middleware: CORSMiddleware) -> str:
    """Return a middleware as one line, for what is printed of a difference."""
    rules = () if middleware.paths is None else middleware.paths.items()
    paths = {getattr(rule, "pattern", rule): value for rule, value in rules}
    return f"{middleware.policy!r}" + (f" paths={paths!r}" if paths else "")


__all__ = ["CORS", "Asked", "Policy", "Seen", "ask_middleware", "describe_policy", "see_proxy"]
