"""The demo's two servers: an API on one loopback origin, and the page on another."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from .origins import DemoOrigins
from .page_server import PageServer
from .recorded import RECORDED, Recording
from .runs import Runs
from .scenarios import SCENARIOS, Scenario
from .trials import ScenarioResult, try_scenario

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class Demo:
    """The running demo.

    Attributes:
        origins: where it is served.
        results: the outcome of each recorded scenario.
    """

    origins: DemoOrigins
    results: Sequence[ScenarioResult]


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
        """Keep the terminal free for the table."""


@contextlib.contextmanager
def serve_demo(
    scenarios: Sequence[Scenario] = SCENARIOS,
    recorded: Mapping[str, Recording] = RECORDED,
    wrap_page: Callable[[WSGIApplication], WSGIApplication] | None = None,
) -> Iterator[Demo]:
    """Serve the API and the page on free ports until the context ends.

    Args:
        scenarios: the ready scenarios.
        recorded: the recordings, by the name of a scenario; these scenarios are tried immediately.
        wrap_page: a WSGI middleware around the server of the page.
    """
    with _bind() as page_server, _bind() as api_server:
        origins = DemoOrigins.at(page_server.server_port, api_server.server_port)
        runs = Runs(origins.elsewhere)
        api_server.set_app(runs)
        with _run(api_server):
            results = [
                try_scenario(scenario, recorded[scenario.name], runs, origins)
                for scenario in scenarios
                if scenario.name in recorded
            ]
            page = PageServer(origins, runs, scenarios, results)
            page_server.set_app(page if wrap_page is None else wrap_page(page))
            with _run(page_server):
                yield Demo(origins, results)


def _bind() -> WSGIServer:
    """Return a server that is bound but has no app yet, since the apps must know the ports of both."""
    return _Server(("127.0.0.1", 0), _Handler)


@contextlib.contextmanager
def _run(server: WSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
