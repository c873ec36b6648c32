"""Runs: the plans to try, where they are served, and what really went over the wire."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from cors_wsgi.browser import Exchange, WireRequest, WireResponse
from cors_wsgi.fetch import ORIGIN, REQUEST_METHOD

from .api import ENTERED, make_api
from .experiment import Plan

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX: Final = "/run/"
_KEPT: Final = 200


@dataclass(frozen=True)
class Recorded:
    """An exchange, and whether the app ran for it."""

    exchange: Exchange
    entered: bool


@dataclass(frozen=True)
class Run:
    """A plan being tried.

    Attributes:
        name: unguessable.
        plan: the plan.
        app: the API with the plan's policy.
        recorded: what went over the wire so far.
    """

    name: str
    plan: Plan
    app: WSGIApplication
    recorded: list[Recorded] = field(default_factory=list)

    @property
    def base(self) -> str:
        """The path below which the run is served."""
        return PREFIX + self.name

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the API does, wherever it is served, without recording anything."""
        environ["SCRIPT_NAME"] += self.base
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(self.base)
        return self.app(environ, start_response)


class Runs:
    """The latest runs, and the WSGI app that serves them all."""

    def __init__(self, elsewhere: str) -> None:
        self._elsewhere = elsewhere
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, plan: Plan) -> Run:
        """Start serving a plan, and drop the oldest one if there are too many."""
        run = Run(secrets.token_hex(6), plan, make_api(plan, self._elsewhere))
        with self._lock:
            self._runs[run.name] = run
            if len(self._runs) > _KEPT:
                self._runs.popitem(last=False)
        return run

    def find(self, name: str) -> Run | None:
        """Return the run of that name, if there is one and it was not dropped."""
        return self._runs.get(name)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request to a run, and record it."""
        run = self.find(environ.get("PATH_INFO", "").removeprefix(PREFIX).partition("/")[0])
        if run is None:
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        request = read_request(environ)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            code, _, phrase = status.partition(" ")
            asked = request.method == "OPTIONS" and {ORIGIN, REQUEST_METHOD} <= {name for name, _ in request.headers}
            exchange = Exchange(request, WireResponse(int(code), phrase, tuple(headers), b""), asked)
            # Before the first byte of the answer: as soon as the page has it, it asks for the recording.
            run.recorded.append(Recorded(exchange, ENTERED in environ))
            return start_response(status, headers, exc_info)

        return run(environ, start)


def read_request(environ: WSGIEnvironment) -> WireRequest:
    """Return the request, with header names spelled as in the standards."""
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").title(), value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    ]
    path = quote(environ.get("PATH_INFO", "").encode("latin-1"))
    query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
    url = f"http://{environ.get('HTTP_HOST', '')}{path}{query}"
    return WireRequest(environ["REQUEST_METHOD"], url, headers, None)
