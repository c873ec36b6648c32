"""Three real browsers, and what they remember of a preflight where two policies meet at one URL."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from support.engines import ENGINES, needs_engine, open_page
from support.needs import needs_module
from support.servers import serving

pytestmark = [pytest.mark.browser, pytest.mark.server]

PAGE = """<!doctype html><meta charset=utf-8><title>asking</title><script>
(async () => {
  const results = [];
  for (const method of ["GET", "POST", "PUT"]) {
    const body = method === "GET" ? undefined : "{}";
    const options = {method, body, credentials: "include", headers: {"Content-Type": "application/json"}};
    results.push(await fetch("API" + location.pathname, options).then(answer => answer.text(), () => "blocked"));
  }
  await fetch("/done", {method: "POST", body: JSON.stringify(results)});
})();
</script>"""


class PageServer(ThreadingHTTPServer):
    """A page that asks an API of another origin, and tells this server what came of it."""

    api = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.done = threading.Event()
        self.results: list[str] = []


class Page(BaseHTTPRequestHandler):
    server: PageServer

    def do_GET(self) -> None:
        self.answer(PAGE.replace("API", self.server.api).encode(), 404 if self.path == "/favicon.ico" else 200)

    def do_POST(self) -> None:
        self.server.results = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(b"")
        self.server.done.set()

    def answer(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


def make_api(page_origin: str, requests: list[str], ran: list[str]) -> Any:
    from flask import Flask, request

    from flask_cors_ext import CORS, cross_origin, same_origin

    app = Flask("api", static_folder=None)
    mark = cross_origin(origins=page_origin, supports_credentials=True)
    longer = cross_origin(origins=page_origin, supports_credentials=True, max_age=60)

    def view(name: str) -> str:
        ran.append(request.method)
        return request.method

    app.add_url_rule("/<any(alike):name>", "get", mark(lambda name: view(name)), methods=["GET"])
    app.add_url_rule("/<any(alike):name>", "post", longer(lambda name: view(name)), methods=["POST", "PUT"])
    app.add_url_rule("/<any(apart):name>", "read", mark(lambda name: view(name)), methods=["GET"])
    app.add_url_rule("/<any(apart):name>", "write", same_origin(lambda name: view(name)), methods=["POST", "PUT"])
    CORS(app)

    def recording(environ: Any, start_response: Any) -> Any:
        requests.append(environ["REQUEST_METHOD"])
        return app(environ, start_response)

    return recording


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("path", "results", "requests"),
    [
        # POST needs no entry for its method, and the name of its header is remembered; PUT is asked for anew.
        pytest.param("/alike", ["GET", "POST", "PUT"], ["OPTIONS", "GET", "POST", "OPTIONS", "PUT"], id="alike"),
        pytest.param(
            "/apart", ["GET", "blocked", "blocked"], ["OPTIONS", "GET", "OPTIONS", "OPTIONS"], id="never shared"
        ),
    ],
)
def test_what_is_remembered(engine: str, path: str, results: list[str], requests: list[str]) -> None:
    needs_engine(engine)
    needs_module("flask")
    from werkzeug.serving import make_server

    pages, seen, ran = PageServer(), [], []
    origin = f"http://localhost:{pages.server_port}"
    api = make_server("127.0.0.1", 0, make_api(origin, seen, ran), threaded=True)
    pages.api = f"http://localhost:{api.server_port}"
    with serving(pages), serving(api), open_page(engine, origin + path):
        assert pages.done.wait(60)
    assert (pages.results, seen) == (results, requests)
    assert ran == [method for method in results if method != "blocked"]
