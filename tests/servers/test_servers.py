"""Real servers and real frameworks: the same requests, the same answers on all."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest
from servers.client import VARYING, Answer, ask
from servers.frameworks import NAMES
from servers.policies import EVIL, ORIGIN
from support.needs import needs_module
from support.servers import KINDS, serve

pytestmark = pytest.mark.server

PAIRS = [
    ("gunicorn-sync", "flask"),
    ("gunicorn-gthread", "django"),
    ("waitress", "pyramid"),
    ("uwsgi", "falcon"),
    ("gevent", "bottle"),
    ("wsgiref", "flask"),
]
"""Pairwise: each server with one framework, each framework on one server."""

SHARED = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "ETag",
}
GRANTED = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY",
    "Access-Control-Allow-Headers": "x-token",
    "Access-Control-Max-Age": "600",
}
EVERYBODY = {"Access-Control-Allow-Origin": "*"}
ORIGIN_VARIES = frozenset({"Origin"})
ASKED = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-token"}


def test_every_server_and_every_framework_is_there() -> None:
    assert {server for server, _ in PAIRS} == set(KINDS)
    assert {framework for _, framework in PAIRS} == set(NAMES)


@pytest.fixture(scope="module", params=PAIRS, ids=" serves ".join)
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    server, framework = request.param
    needs_module(framework)
    with serve(server, "servers.served:app", SERVED_FRAMEWORK=framework) as port:
        yield port


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        pytest.param("GET", "/item", {"Origin": ORIGIN}, (200, SHARED, ORIGIN_VARIES, b"item"), id="allowed"),
        pytest.param("GET", "/item", {"Origin": EVIL}, (200, {}, ORIGIN_VARIES, b"item"), id="refused"),
        pytest.param("GET", "/item", {}, (200, {}, ORIGIN_VARIES, b"item"), id="no Origin"),
        pytest.param("HEAD", "/item", {"Origin": ORIGIN}, (200, SHARED, ORIGIN_VARIES, b""), id="HEAD"),
        pytest.param(
            "OPTIONS", "/item", {"Origin": ORIGIN} | ASKED, (204, GRANTED, VARYING, b""), id="preflight allowed"
        ),
        pytest.param("OPTIONS", "/item", {"Origin": EVIL} | ASKED, (403, {}, VARYING, b""), id="preflight refused"),
        pytest.param("POST", "/item", {"Origin": ORIGIN}, (200, SHARED, ORIGIN_VARIES, b"item"), id="trusted POST"),
        pytest.param("POST", "/item", {"Origin": EVIL}, (403, {}, ORIGIN_VARIES, b""), id="untrusted POST blocked"),
        pytest.param("GET", "/public/item", {}, (200, EVERYBODY, frozenset(), b"item"), id="everybody, no Origin"),
        pytest.param("GET", "/public/item", {"Origin": EVIL}, (200, EVERYBODY, frozenset(), b"item"), id="everybody"),
    ],
)
def test_answers_are_the_same_everywhere(
    port: int, method: str, path: str, headers: dict[str, str], expected: tuple[object, ...]
) -> None:
    assert ask(port, method, path, headers)[:4] == expected


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        pytest.param("GET", "/item", {200}, id="200"),
        pytest.param("HEAD", "/item", {200}, id="HEAD"),
        pytest.param("GET", "/nowhere", {404}, id="404"),
        pytest.param("GET", "/crash", {500}, id="500"),
        pytest.param("OPTIONS", "/item", {200, 204, 404, 405}, id="OPTIONS that is no preflight"),
    ],
)
def test_the_frameworks_own_answers_stay_as_they_are(port: int, method: str, path: str, statuses: set[int]) -> None:
    bare = ask(port, method, path, {"Origin": ORIGIN, "X-Bare": "yes"})
    assert bare.status in statuses
    assert bare.cors == {}
    allowed = Answer(bare.status, SHARED, ORIGIN_VARIES, bare.body, bare.others)
    assert ask(port, method, path, {"Origin": ORIGIN}) == allowed
    assert ask(port, method, path, {"Origin": EVIL}) == allowed._replace(cors={})


@pytest.mark.parametrize("server", sorted(KINDS))
def test_an_exception_of_the_app_reaches_the_server_as_it_is(server: str) -> None:
    with serve(server, "servers.plain:bare") as port:
        bare = ask_for_an_exception(port)
    with serve(server, "servers.plain:wrapped") as port:
        assert ask_for_an_exception(port) == bare
        assert ask(port, "GET", "/200", {"Origin": ORIGIN})[:4] == (200, SHARED, ORIGIN_VARIES, b"")
    assert bare == "nothing" if server == "uwsgi" else bare[:3] == (500, {}, frozenset())


def ask_for_an_exception(port: int) -> Answer | str:
    """Return how the server answers for an app that raises: uWSGI closes the connection without a word."""
    try:
        return ask(port, "GET", "/500", {"Origin": ORIGIN, "Connection": "close"})
    except http.client.RemoteDisconnected:
        return "nothing"
