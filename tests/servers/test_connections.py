"""Connections survive what the middleware answers by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers.client import connect, has_closed, read
from servers.policies import EVIL, ORIGIN
from servers.test_servers import ASKED, GRANTED, ORIGIN_VARIES, SHARED
from support.needs import needs_module
from support.servers import KINDS, serve

pytestmark = pytest.mark.server

NEVER = "it speaks HTTP/1.0, or closes every connection by design"
CLOSES = {
    ("gunicorn-sync", 204): NEVER,
    ("gunicorn-sync", 403): NEVER,
    ("wsgiref", 204): NEVER,
    ("wsgiref", 403): NEVER,
    ("waitress", 204): "it closes after every answer without a Content-Length, and a 204 has none",
    ("uwsgi", 204): "its router takes an answer without a Content-Length to end with the connection",
}
"""What a server does to a bare app's answer, too, and why."""


@pytest.fixture(scope="module", params=sorted(KINDS))
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    needs_module("bottle")
    with serve(request.param, "servers.served:app", SERVED_FRAMEWORK="bottle") as port:
        yield request.param, port


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        pytest.param("OPTIONS", {"Origin": ORIGIN} | ASKED, (204, GRANTED), id="204"),
        pytest.param("OPTIONS", {"Origin": EVIL} | ASKED, (403, {}), id="403 to a preflight"),
        pytest.param("POST", {"Origin": EVIL}, (403, {}), id="403 to a blocked request"),
    ],
)
def test_the_answer_arrives_and_the_connection_survives_unless_the_server_closes_it(
    served: tuple[str, int], method: str, headers: dict[str, str], expected: tuple[int, object]
) -> None:
    server, port = served
    with connect(port) as connection:
        connection.request(method, "/item", headers=headers)
        assert read(connection)[:2] == expected
        if (server, expected[0]) in CLOSES:
            assert has_closed(connection)
            return
        own = connection.sock
        assert own is not None, "the server announced that it closes the connection"
        connection.request("GET", "/item", headers={"Origin": ORIGIN})
        assert read(connection)[:4] == (200, SHARED, ORIGIN_VARIES, b"item")
        assert connection.sock is own


@pytest.mark.parametrize(("server", "status"), sorted(CLOSES))
def test_the_same_server_closes_after_the_same_status_of_a_bare_app(server: str, status: int) -> None:
    with serve(server, "servers.plain:bare") as port, connect(port) as connection:
        connection.request("GET", f"/{status}")
        assert read(connection)[:4] == (status, {}, frozenset(), b"")
        assert has_closed(connection)
