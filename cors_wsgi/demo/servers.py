"""The demo's two servers: an API on one loopback origin, and the page on another."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from cors_wsgi import CORSMiddleware

from .exchanges import ScenarioResult, run_scenario
from .origins import DemoOrigins
from .page_server import PageServer
from .runs import PREFIX, Runs
from .scenarios import SCENARIOS, make_paths

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class Demo:
    """The running demo.

    Attributes:
        origins: where it is.
        outcomes: what each scenario of the table came to.
    """

    origins: DemoOrigins
    outcomes: Sequence[ScenarioResult]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> WSGIEnvironment:
        """Return the environ without a Content-Type that nobody sent; wsgiref makes one up."""
        environ = super().get_environ()
        if "Content-Type" not in self.headers:
            del environ["CONTENT_TYPE"]
        return environ

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Leave the terminal to the table."""


@contextlib.contextmanager
def serve_demo() -> Iterator[Demo]:
    """Serve the API and the page on free ports until the context ends."""
    with _bind() as page_server, _bind() as api_server:
        origins = DemoOrigins.at(page_server.server_port, api_server.server_port)
        runs = Runs(origins.elsewhere)
        api_server.set_app(_join(runs, CORSMiddleware(api, None, paths=make_paths(origins.page))))
        with _run(api_server):
            outcomes = [run_scenario(scenario, origins) for scenario in SCENARIOS]
            page_server.set_app(PageServer(origins, runs, outcomes))
            with _run(page_server):
                yield Demo(origins, outcomes)


def api(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The table's app, which knows nothing of CORS; but at `/admin`, where it shares on its own, and unwisely."""
    path = environ.get("PATH_INFO", "")
    status = "404 Not Found" if path.endswith("/nowhere") else "200 OK"
    body = json.dumps({"path": path, "method": environ["REQUEST_METHOD"]}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("ETag", '"1"')]
    if path.startswith("/admin/"):
        headers.append(("Access-Control-Allow-Origin", "*"))
    start_response(status, headers)
    return [body]


def _join(runs: WSGIApplication, others: WSGIApplication) -> WSGIApplication:
    def joined(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        app = runs if environ.get("PATH_INFO", "").startswith(PREFIX) else others
        return app(environ, start_response)

    return joined


def _bind() -> WSGIServer:
    return make_server("127.0.0.1", 0, api, server_class=_Server, handler_class=_Handler)


@contextlib.contextmanager
def _run(server: WSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
