"""The nginx configuration of the page on deploying shares nginx's own errors, and leaves the app's answers alone."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from support.manual import DOCS, read_sections
from support.nginx import free_port, run_nginx
from support.servers import serving

from cors_wsgi import CORSMiddleware, Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = pytest.mark.server

APP, EVIL = "https://app.example.com", "https://evil.example"


def _config(port: int, upstream: int) -> str:
    section = next(section for section in read_sections(DOCS / "deploy.md") if section.title == "nginx")
    shown = next(block.text for block in section.blocks if "error_page" in block.text)
    for old, new in (("listen 443 ssl;", f"listen 127.0.0.1:{port};"), ("127.0.0.1:8000", f"127.0.0.1:{upstream}")):
        assert old in shown
        shown = shown.replace(old, new)
    return shown


def _ask(port: int, origin: str, announced: int = 0) -> tuple[int, str | None, str | None, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(
            "POST" if announced else "GET", "/", headers={"Origin": origin, "Content-Length": str(announced)}
        )
        response = connection.getresponse()
        names = ("Access-Control-Allow-Origin", "Vary")
        return (response.status, *(response.getheader(name) for name in names), response.read())
    finally:
        connection.close()


class _Silent(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def _missing(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Vary", "Cookie")])
    return [b"from the app"]


@pytest.fixture
def upstream() -> Iterator[int]:
    server = make_server("127.0.0.1", 0, CORSMiddleware(_missing, Policy(APP)), handler_class=_Silent)
    with serving(server):
        yield server.server_port


def test_an_error_of_nginx_is_shared_with_the_origins_in_the_map_alone(tmp_path: Path) -> None:
    port = free_port()
    with run_nginx(tmp_path, _config(port, free_port()), port):
        assert _ask(port, APP) == (502, APP, "Origin", b"not available")
        assert _ask(port, EVIL) == (502, None, "Origin", b"not available")
        assert _ask(port, APP, announced=1024 * 1024 + 1) == (413, APP, "Origin", b"not available")


def test_an_error_of_the_app_passes_as_it_is(tmp_path: Path, upstream: int) -> None:
    port = free_port()
    with run_nginx(tmp_path, _config(port, upstream), port):
        assert _ask(port, APP) == (503, APP, "Cookie, Origin", b"from the app")
        assert _ask(port, EVIL) == (503, None, "Cookie, Origin", b"from the app")
