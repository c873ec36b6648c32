"""A real shared cache in front: nobody ever gets an answer that was cached for somebody else."""

from __future__ import annotations

import contextlib
import http.client
import itertools
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from support.nginx import free_port, run_nginx
from support.servers import serving

from cors_wsgi import CORSMiddleware, Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

pytestmark = pytest.mark.server

FIRST, SECOND, REFUSED, ABSENT = "https://one.example", "https://two.example", "https://evil.example", None
ORIGINS = (FIRST, SECOND, REFUSED, ABSENT)
NAMED = "/named"
EVERYBODY = "/everybody"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


class Counting:
    """An app whose answers may be cached by everybody, and which counts how often it was really asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, environ, start_response):
        self.calls += 1
        headers = [("Content-Type", "text/plain"), ("Cache-Control", "public, max-age=60"), ("Vary", "Accept-Encoding")]
        start_response("200 OK", headers)
        return [b"answer"]


class Careless:
    """An app that echoes the Origin and forgets Vary."""

    def __call__(self, environ, start_response):
        headers = [("Content-Type", "text/plain"), ("Cache-Control", "public, max-age=60")]
        start_response("200 OK", [*headers, ("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "-"))])
        return [b"answer"]


def share(app: Counting) -> CORSMiddleware:
    return CORSMiddleware(app, Policy([FIRST, SECOND]), paths={"/everybody/*": Policy("*")})


@contextlib.contextmanager
def cached(app: WSGIApplication, tmp_path: Path, key: str) -> Iterator[int]:
    """Serve `app` behind a caching nginx, and yield nginx's port."""
    server = make_server("127.0.0.1", 0, app, server_class=_Server, handler_class=_Quiet)
    port = free_port()
    config = f"""
    proxy_cache_path {tmp_path}/cache keys_zone=shared:1m;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{server.server_port};
            proxy_cache shared;
            proxy_cache_key "{key}";
            proxy_cache_valid 200 1m;
            add_header X-Cache $upstream_cache_status;
        }}
    }}
    """
    with serving(server), run_nginx(tmp_path, config, port):
        yield port


def get(port: int, path: str, origin: str | None) -> tuple[int, str | None, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={} if origin is None else {"Origin": origin})
        response = connection.getresponse()
        allow_origin = response.getheader("Access-Control-Allow-Origin")
        return response.status, allow_origin, response.getheader("X-Cache", ""), response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("$uri", id="a cache whose key is the path alone obeys Vary"),
        pytest.param("$uri $http_origin", id="a cache whose key holds the Origin, too"),
    ],
)
def test_in_every_order_of_origins_each_gets_its_own_answer(tmp_path: Path, key: str) -> None:
    app = Counting()
    with cached(share(app), tmp_path, key) as port:
        for number, order in enumerate(itertools.permutations(ORIGINS)):
            path = f"{NAMED}/{number}"
            for origin in order * 2:
                expected = origin if origin in (FIRST, SECOND) else None
                assert get(port, path, origin)[:2] == (200, expected), (order, origin)
        asked = 2 * len(ORIGINS) * (number + 1)
        assert app.calls < asked, "nothing came from the cache, so that nothing was shown"


def test_a_policy_for_everybody_is_cached_once(tmp_path: Path) -> None:
    app = Counting()
    with cached(share(app), tmp_path, "$uri") as port:
        answers = [get(port, f"{EVERYBODY}/x", origin) for origin in ORIGINS * 2]
    assert {(status, allow_origin, body) for status, allow_origin, _, body in answers} == {(200, "*", b"answer")}
    assert [cache for _, _, cache, _ in answers] == ["MISS"] + ["HIT"] * 7
    assert app.calls == 1


def test_without_vary_the_same_cache_mixes_up_origins(tmp_path: Path) -> None:
    with cached(Careless(), tmp_path, "$uri") as port:
        assert get(port, "/x", FIRST)[1] == FIRST
        assert get(port, "/x", SECOND)[1] == FIRST
