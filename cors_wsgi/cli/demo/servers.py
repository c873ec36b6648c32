"""The demo's two servers: an API on one loopback origin, and the page on another."""

from __future__ import annotations

import contextlib
import html
import json
import mimetypes
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from cors_wsgi import CORSMiddleware

from .scenarios import SCENARIOS, Scenario, make_paths

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PAGE: Final = files(__name__.rpartition(".")[0]) / "page"
_FILES: Final = frozenset({"index.html", "page.css", "page.js", "icon.svg"})


@dataclass(frozen=True)
class Demo:
    """Where the running demo is.

    Attributes:
        page_origin: the origin of the page, `http://localhost:…`.
        api_origin: the origin of the API, `http://127.0.0.1:…`; to a browser another site.
    """

    page_origin: str
    api_origin: str


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Leave the terminal to the table."""


@contextlib.contextmanager
def serve_demo() -> Iterator[Demo]:
    """Serve the API and the page on free ports until the context ends."""
    with _bind() as page_server, _bind() as api_server:
        demo = Demo(f"http://localhost:{page_server.server_port}", f"http://127.0.0.1:{api_server.server_port}")
        page_server.set_app(make_page(demo))
        api_server.set_app(CORSMiddleware(api, None, paths=make_paths(demo.page_origin)))
        with _run(page_server), _run(api_server):
            yield demo


def api(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The demo's app, which knows nothing of CORS; but at `/admin`, where it shares on its own, and unwisely."""
    path = environ.get("PATH_INFO", "")
    status = "404 Not Found" if path.endswith("/nowhere") else "200 OK"
    body = json.dumps({"path": path, "method": environ["REQUEST_METHOD"]}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("ETag", '"1"')]
    if path.startswith("/admin/"):
        headers.append(("Access-Control-Allow-Origin", "*"))
    start_response(status, headers)
    return [body]


def make_page(demo: Demo) -> WSGIApplication:
    """Return the app that serves the page, its files, and the scenarios as JSON."""

    def page(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        name = environ.get("PATH_INFO", "").lstrip("/") or "index.html"
        if name == "scenarios.json":
            return _send(start_response, describe(demo).encode(), "application/json")
        if name not in _FILES:
            return _send(start_response, b"Not found.\n", "text/plain", "404 Not Found")
        content = (_PAGE / name).read_bytes()
        if name == "index.html":
            content = _fill(content.decode(), demo).encode()
        return _send(start_response, content, mimetypes.guess_type(name)[0] or "text/plain")

    return page


def describe(demo: Demo) -> str:
    """Return what the page's script needs to know, as JSON."""
    scenarios = [
        {
            "name": scenario.name,
            "method": scenario.method,
            "path": scenario.path,
            "headers": dict(scenario.headers),
            "body": scenario.body,
            "credentials": "include" if scenario.credentials else "omit",
            "isReadable": scenario.is_readable,
            "status": scenario.actual.status if scenario.actual else None,
        }
        for scenario in SCENARIOS
    ]
    return json.dumps({"api": demo.api_origin, "scenarios": scenarios})


def _fill(template: str, demo: Demo) -> str:
    rows = "\n".join(_row(scenario) for scenario in SCENARIOS)
    for name, value in (("page", demo.page_origin), ("api", demo.api_origin)):
        template = template.replace(f"[[{name}]]", html.escape(value))
    return template.replace("[[rows]]", rows)


def _row(scenario: Scenario) -> str:
    notes = [f"{name}: {value}" for name, value in scenario.headers.items()]
    notes += ["with credentials"] if scenario.credentials else []
    preflight = f"preflight {scenario.preflight.status}, " if scenario.preflight else ""
    answer = preflight + (str(scenario.actual.status) if scenario.actual else "never sent")
    state = "readable" if scenario.is_readable else "blocked"
    cells = {
        "scenario": f"<strong>{html.escape(scenario.title)}</strong>"
        f"<code>{scenario.method} {html.escape(scenario.path)}</code>"
        + "".join(f"<small>{html.escape(note)}</small>" for note in notes),
        "answer": html.escape(answer),
        "expected": f'<span class="{state}">{state}</span> {html.escape(scenario.verdict)}',
        "seen": '<span class="waiting">not run</span>',
    }
    labels = {"scenario": "Scenario", "answer": "The API answers", "expected": "A browser", "seen": "This browser"}
    inner = "".join(f'<td data-label="{labels[name]}" class="{name}">{cell}</td>' for name, cell in cells.items())
    return f'<tr id="{scenario.name}">{inner}</tr>'


def _send(start_response: StartResponse, content: bytes, media_type: str, status: str = "200 OK") -> Iterable[bytes]:
    headers = [("Content-Type", f"{media_type}; charset=utf-8"), ("Content-Length", str(len(content)))]
    start_response(status, [*headers, ("Cache-Control", "no-store")])
    return [content]


def _bind() -> WSGIServer:
    return make_server("127.0.0.1", 0, api, server_class=_Server, handler_class=_QuietHandler)


@contextlib.contextmanager
def _run(server: WSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
