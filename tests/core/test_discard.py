"""The body of a request that the app will not see is read, within bounds, so that the connection survives."""

from __future__ import annotations

import io

import pytest
from support.wsgi import Answer, call, environ_for, wrap

from cors_wsgi import Policy
from cors_wsgi.middleware import LONGEST_DISCARD

ORIGIN, EVIL = "https://a.example", "https://evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "PUT"}
SERVER = wrap(Policy(ORIGIN), block_untrusted=True)


class Counted(io.BytesIO):
    """A body that notes how much of it each read asks for."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.asked: list[int | None] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked.append(size)
        return super().read(size)


class Gone(io.BytesIO):
    """The body of a client that goes away."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise ConnectionResetError


def ask(method: str, origin: str, body: io.BytesIO, length: str) -> Answer:
    environ = environ_for(method, "/", origin, PREFLIGHT)
    environ["wsgi.input"] = body
    environ["CONTENT_LENGTH"] = length
    return call(SERVER.app, environ)


@pytest.mark.parametrize(
    ("method", "origin", "status"),
    [
        pytest.param("OPTIONS", ORIGIN, "204 No Content", id="an answered preflight"),
        pytest.param("OPTIONS", EVIL, "403 Forbidden", id="a refused preflight"),
        pytest.param("POST", EVIL, "403 Forbidden", id="a blocked request"),
    ],
)
@pytest.mark.parametrize(
    ("size", "length", "left"),
    [
        pytest.param(200_000, "200000", 0, id="all of a body"),
        pytest.param(200_000, "100000", 100_000, id="no more than Content-Length says"),
        pytest.param(1, "1", 0, id="a body of one byte"),
        pytest.param(65537, "65537", 0, id="a last piece of one byte"),
        pytest.param(100, "200", 0, id="a body that ends early"),
        pytest.param(100, "0", 100, id="nothing"),
        pytest.param(100, "-1", 100, id="nothing, of a negative length"),
        pytest.param(100, "\xb2", 100, id="nothing, of a length in other digits"),
        pytest.param(100, "9" * 5000, 100, id="nothing, of a length too long to read as a number"),
        pytest.param(100, str(LONGEST_DISCARD), 0, id="a body of the longest length"),
        pytest.param(100, str(LONGEST_DISCARD + 1), 100, id="nothing of a longer one"),
    ],
)
def test_a_body_that_the_app_will_not_see_is_read(
    method: str, origin: str, status: str, size: int, length: str, left: int
) -> None:
    body = io.BytesIO(b"x" * size)
    environ = environ_for(method, "/", origin, PREFLIGHT)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, length
    started: list[str] = []
    SERVER.app(environ, lambda given, headers, exc_info=None: started.append(given))  # type: ignore[arg-type,return-value]
    assert started == [status]
    assert len(body.read()) == left


def test_a_body_is_read_in_pieces_and_never_past_its_end() -> None:
    body = Counted(b"x" * 200_000)
    assert ask("POST", EVIL, body, "200000").status == "403 Forbidden"
    assert body.asked == [65536, 65536, 65536, 3392]


def test_a_client_that_goes_away_changes_nothing() -> None:
    assert ask("POST", EVIL, Gone(), "100").status == "403 Forbidden"


def test_a_body_that_the_app_sees_is_left_to_it() -> None:
    body = io.BytesIO(b"x" * 100)
    assert ask("POST", ORIGIN, body, "100").app_ran
    assert len(body.read()) == 100
