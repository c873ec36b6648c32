"""A page in each of three engines, through each proxy: what the policy says is what the script gets to see."""

from __future__ import annotations

import contextlib
import json
import queue
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.engines import ENGINES, needs_engine, open_page
from support.nginx import free_port
from support.proxies import find_proxy, run_proxy
from support.raw_http import order, serve_bare_app
from support.servers import serving
from tools.edge.compare import export_for
from tools.edge.policies import bare_app

from cors_wsgi import DENY, CORSMiddleware, Policy
from cors_wsgi.export import TARGETS

pytestmark = [pytest.mark.browser, pytest.mark.server]

SCRIPT = """<!doctype html><script>
const cases = %s, found = [];
(async () => {
  for (const [name, url, options] of cases) {
    try {
      const response = await fetch(url, options);
      found.push([name, response.status, await response.text(), response.headers.get("X-Total")]);
    } catch (error) { found.push([name, "blocked"]); }
  }
  await fetch("/found", {method: "POST", body: JSON.stringify(found)});
})();
</script>"""


class Pages(ThreadingHTTPServer):
    """Serves one page, and takes what it found."""

    cases: list[Any]
    found: queue.Queue[Any]


class _Handler(BaseHTTPRequestHandler):
    server: Pages

    def do_GET(self) -> None:
        body = (SCRIPT % json.dumps(self.server.cases)).encode() if self.path == "/" else b""
        self._answer(200 if body else 404, body)

    def do_POST(self) -> None:
        self.server.found.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(204, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


@contextlib.contextmanager
def _serve_page() -> Iterator[Pages]:
    pages = Pages(("127.0.0.1", 0), _Handler)
    pages.found = queue.Queue()
    with serving(pages):
        yield pages


def _list_cases(ports: dict[str, int]) -> list[Any]:
    (name, total), (_, partner) = (
        order(200, [("X-Total", "7")]),
        order(200, [("Access-Control-Allow-Origin", "http://p.example")]),
    )
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "preflighted, with credentials": ("/x", {"method": "PUT", "credentials": "include", "headers": {name: total}}),
        "a method that is not granted": ("/x", {"method": "PATCH", "credentials": "include"}),
        "simple": ("/x", {"credentials": "include"}),
        "lowered by the app": ("/x", {"headers": {name: partner}}),
        "for everybody": ("/public/x", {"headers": {"X-A": "1"}}),
        "never shared": ("/admin", {}),
    }
    return [
        [f"{target}: {what}", f"http://127.0.0.1:{port}{path}", options]
        for target, port in ports.items()
        for what, (path, options) in asked.items()
    ]


ALLOWED: dict[str, list[Any]] = {
    "preflighted, with credentials": [200, "ok", "7"],
    "a method that is not granted": ["blocked"],
    "simple": [200, "ok", None],
    "lowered by the app": ["blocked"],
    "for everybody": [200, "ok", None],
    "never shared": ["blocked"],
}
REFUSED = {name: [200, "ok", None] if name == "for everybody" else ["blocked"] for name in ALLOWED}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_page_sees_what_the_policy_says(engine: str, tmp_path: Path) -> None:
    needs_engine(engine)
    with contextlib.ExitStack() as stack:
        app_port = stack.enter_context(serve_bare_app())
        page, stranger = stack.enter_context(_serve_page()), stack.enter_context(_serve_page())
        policy = Policy(
            f"http://localhost:{page.server_port}",
            methods=["PUT"],
            supports_credentials=True,
            expose_headers=["X-Total"],
        )
        middleware = CORSMiddleware(bare_app, policy, paths={"/public/*": Policy("*"), "/admin": DENY})
        ports = {target: free_port() for target in TARGETS}
        for target, port in ports.items():
            find_proxy(target)
            folder = tmp_path / target
            folder.mkdir()
            stack.enter_context(run_proxy(target, folder, export_for(target, middleware, port, app_port), port))
        page.cases = stranger.cases = _list_cases(ports)
        for pages, expected in ((page, ALLOWED), (stranger, REFUSED)):
            with open_page(engine, f"http://localhost:{pages.server_port}/"):
                found = pages.found.get(timeout=60)
            assert found == [[f"{target}: {name}", *seen] for target in TARGETS for name, seen in expected.items()]
