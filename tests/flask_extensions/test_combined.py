"""Real extensions, combined with CORS: preflight, allowed and refused origin, and error, each answered whole."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_extensions import apps
from flask_extensions.apps import EVIL, ORIGIN
from support.needs import needs_module
from support.servers import serving
from support.wsgi import Answer, Server, call, environ_for

SHARED = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "Retry-After",
}


def granted(methods: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "authorization,content-type",
        "Access-Control-Max-Age": "600",
    }


def cors(answer: Answer) -> tuple[int, dict[str, str], bool]:
    """Return the status, every CORS header, and whether Vary names Origin once."""
    headers = {name: value for name, value in answer.headers if name.lower().startswith("access-control-")}
    assert len(headers) == sum(name.lower().startswith("access-control-") for name, _ in answer.headers)
    names = [name.strip() for value in answer.values("Vary") for name in value.split(",")]
    return int(answer.status[:3]), headers, names.count("Origin") == 1


def ask(server: Server, origin: str, method: str = "PUT", path: str = "/item", **headers: str) -> Answer:
    environ = environ_for(method, path, origin, headers, b'{"name": "lamp"}' if method == "PUT" else b"")
    environ["CONTENT_TYPE"] = "application/json"
    return call(server.app, environ)


def preflight(server: Server, origin: str, method: str = "PUT", path: str = "/item") -> Answer:
    return server.preflight(origin, method, "authorization,content-type", path)


@pytest.fixture(
    params=[
        pytest.param((apps.with_flask_login, "/item", {"Authorization": "Bearer ada"}), id="Flask-Login"),
        pytest.param((apps.with_flask_httpauth, "/item", {"Authorization": "Bearer ada"}), id="Flask-HTTPAuth"),
        pytest.param((apps.with_flask_limiter, "/item", {}), id="Flask-Limiter"),
        pytest.param((apps.with_flask_smorest, "/item", {}), id="flask-smorest, a blueprint's policy"),
        pytest.param((apps.with_blueprint_of_its_own, "/api/item", {}), id="a plain blueprint's policy"),
        pytest.param((apps.with_flask_sock, "/item", {}), id="Flask-Sock"),
    ]
)
def combined(request: pytest.FixtureRequest) -> tuple[Server, str, dict[str, str]]:
    make, path, credentials = request.param
    app: Flask = make()
    return Server(app), path, credentials


def test_a_preflight_is_answered_before_the_extension_sees_it(combined: tuple[Server, str, dict[str, str]]) -> None:
    server, path, _ = combined
    for _ in range(3):  # a limiter does not count them
        assert cors(preflight(server, ORIGIN, path=path)) == (204, granted("PUT"), True)
    assert cors(preflight(server, EVIL, path=path)) == (403, {}, True)


def test_the_answer_is_shared_with_the_allowed_origin_only(combined: tuple[Server, str, dict[str, str]]) -> None:
    server, path, credentials = combined
    assert cors(ask(server, ORIGIN, path=path, **credentials)) == (200, SHARED, True)


def test_a_refused_origin_gets_no_cors_header(combined: tuple[Server, str, dict[str, str]]) -> None:
    server, path, credentials = combined
    status, headers, varies = cors(ask(server, EVIL, path=path, **credentials))
    # Where untrusted requests are blocked, this one does not reach the app.
    assert (status, headers, varies) in ((200, {}, True), (403, {}, True))


@pytest.mark.parametrize(
    ("make", "status", "kept"),
    [
        pytest.param(apps.with_flask_login, 401, None, id="Flask-Login's 401"),
        pytest.param(apps.with_flask_login_below_the_mark, 401, None, id="Flask-Login's 401, above the mark"),
        pytest.param(apps.with_flask_httpauth, 401, "WWW-Authenticate", id="Flask-HTTPAuth's 401"),
    ],
)
def test_a_refusal_of_the_user_is_readable(make: Any, status: int, kept: str | None) -> None:
    server = Server(make())
    answer = ask(server, ORIGIN)
    assert cors(answer) == (status, SHARED, True)
    assert kept is None or answer.values(kept)
    assert cors(ask(server, EVIL)) == (status, {}, True)


def test_a_preflight_passes_although_login_is_required_above_the_mark() -> None:
    server = Server(apps.with_flask_login_below_the_mark())
    assert cors(preflight(server, ORIGIN)) == (204, granted("PUT"), True)
    assert cors(server.request("OPTIONS", "/item", ORIGIN)) == (200, SHARED, True)


def test_the_limiters_429_is_readable_and_says_when_to_come_back() -> None:
    server = Server(apps.with_flask_limiter())
    for _ in range(20):
        assert cors(preflight(server, ORIGIN))[0] == 204
    assert cors(ask(server, ORIGIN)) == (200, SHARED, True)
    refused = ask(server, ORIGIN)
    assert cors(refused) == (429, SHARED, True)
    assert refused.values("Retry-After")


def test_flask_restful_resources_are_marked_by_their_decorators_and_their_errors_shared() -> None:
    server = Server(apps.with_flask_restful())
    assert cors(preflight(server, ORIGIN)) == (204, granted("PUT, DELETE"), True)
    assert cors(preflight(server, EVIL)) == (403, {}, True)
    assert cors(ask(server, ORIGIN)) == (200, SHARED, True)
    assert cors(ask(server, ORIGIN, "DELETE")) == (400, SHARED, True)
    assert cors(ask(server, EVIL, "DELETE")) == (400, {}, True)


def test_flask_smorests_validation_error_is_readable() -> None:
    server = Server(apps.with_flask_smorest())
    assert cors(server.request("PUT", "/item", ORIGIN)) == (422, SHARED, True)
    assert cors(server.request("PUT", "/item", EVIL)) == (422, {}, True)


def test_flask_talismans_redirect_to_https_is_shared_and_never_answers_a_preflight() -> None:
    server = Server(apps.with_flask_talisman())
    assert cors(preflight(server, ORIGIN)) == (204, granted("PUT"), True)
    redirect = ask(server, ORIGIN)
    assert cors(redirect) == (302, SHARED, True)
    assert redirect.values("Location") == ["https://127.0.0.1/item"]
    assert cors(ask(server, EVIL)) == (302, {}, True)


@pytest.fixture
def tenants(tmp_path: Path) -> Iterator[Server]:
    with apps.with_flask_sqlalchemy(tmp_path) as app:
        yield Server(app)


def test_each_tenants_origin_comes_from_the_database(tenants: Server) -> None:
    server = tenants
    assert cors(preflight(server, ORIGIN, path="/t/ada/item")) == (204, granted("PUT, DELETE"), True)
    assert cors(preflight(server, ORIGIN, path="/t/grace/item")) == (403, {}, True)
    assert cors(ask(server, ORIGIN, path="/t/ada/item")) == (200, SHARED, True)
    assert cors(ask(server, ORIGIN, path="/t/grace/item")) == (200, {}, True)


def test_a_tenant_who_comes_later_is_trusted_without_a_restart(tenants: Server) -> None:
    server = tenants
    other = "https://grace.example"
    assert cors(preflight(server, other, path="/t/grace/item")) == (403, {}, True)
    assert server.request("POST", "/t/grace", body=other.encode()).status == "200 OK"
    assert cors(preflight(server, other, path="/t/grace/item"))[0] == 204
    assert cors(preflight(server, ORIGIN, path="/t/grace/item")) == (403, {}, True)


def test_the_verdict_holds_although_the_view_breaks_the_session(tenants: Server) -> None:
    server = tenants
    assert cors(ask(server, ORIGIN, "DELETE", "/t/ada/item")) == (500, SHARED, True)
    assert cors(ask(server, EVIL, "DELETE", "/t/ada/item")) == (500, {}, True)


def test_files_of_whitenoise_are_shared_with_errors_behind_it(tmp_path: Path) -> None:
    server = Server(apps.with_whitenoise(tmp_path))
    answer = server.request("GET", "/assets/data.json", ORIGIN)
    # WhiteNoise shares its files with everybody by default; the policy owns the headers, and names the origin.
    assert cors(answer) == (200, SHARED, True)
    assert answer.body == b"{}"
    assert cors(server.request("GET", "/assets/data.json", EVIL)) == (200, {}, True)
    assert cors(preflight(server, ORIGIN, path="/assets/data.json"))[0] == 204
    assert cors(server.request("GET", "/broken", ORIGIN)) == (500, SHARED, True)
    assert cors(server.request("GET", "/broken", EVIL)) == (500, {}, True)
    etag = answer.values("ETag") or answer.values("Last-Modified")
    name = "If-None-Match" if answer.values("ETag") else "If-Modified-Since"
    assert cors(server.request("GET", "/assets/data.json", ORIGIN, {name: etag[0]})) == (304, SHARED, True)


def _status_of_handshake(port: int, origin: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    try:
        connection.request(
            "GET", "/echo", headers={"Origin": origin, "Upgrade": "websocket", "Connection": "Upgrade"} | key
        )
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.server
def test_web_sockets_of_flask_sock_open_for_trusted_origins_only() -> None:
    needs_module("simple_websocket")
    import simple_websocket
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, apps.with_flask_sock(), threaded=True)
    url = f"ws://127.0.0.1:{server.server_port}/echo"
    with serving(server):
        client = simple_websocket.Client(url, headers={"Origin": ORIGIN})
        client.send("hello")
        assert client.receive(timeout=10) == "hello"
        client.close()
        assert _status_of_handshake(server.server_port, EVIL) == 403
        assert _status_of_handshake(server.server_port, ORIGIN) == 101


def test_an_error_behind_flask_sock_is_shared() -> None:
    server = Server(apps.with_flask_sock())
    assert cors(server.request("GET", "/broken", ORIGIN)) == (500, SHARED, True)
    assert cors(server.request("GET", "/broken", EVIL)) == (500, {}, True)
