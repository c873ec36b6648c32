"""The body of a request that the middleware answers by itself is never read: no client can hold a worker with it."""

from __future__ import annotations

from typing import Any

import pytest
from support.wsgi import (
    ALL_HEADERS,
    ALL_METHODS,
    TEN_MINUTES,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    Answer,
    allow,
    call,
    environ_for,
    forbidden,
    from_app,
    no_content,
    wrap,
)

from cors_wsgi import DENY, CORSMiddleware, Policy

ORIGIN, EVIL = "https://a.example", "https://evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "PUT"}
POLICY = Policy(ORIGIN)


class Source:
    """A source whose every path has one policy."""

    def look_up(self, environ: Any, method: str, verdict: Any) -> Any:
        return POLICY

    def follow(self, environ: Any, verdict: Any) -> Any:
        return lambda: POLICY


class Silent:
    """The body of a client that sends nothing: whoever reads it would wait."""

    def read(self, size: int = -1, /) -> bytes:
        raise AssertionError("the body is read")

    readline = readlines = __iter__ = read


MIDDLEWARES = [
    pytest.param((POLICY,), {}, id="a policy"),
    pytest.param((POLICY,), {"debug": True, "on_decision": print}, id="a policy, and somebody listens"),
    pytest.param((None,), {"paths": {"/*": POLICY}}, id="a policy by path"),
    pytest.param((), {"source": Source()}, id="a source"),
]
LENGTHS = [
    pytest.param({"CONTENT_LENGTH": "4000000"}, id="four megabytes"),
    pytest.param({"CONTENT_LENGTH": "1"}, id="one byte"),
    pytest.param({"CONTENT_LENGTH": "9" * 5000}, id="a length too long to be a number"),
    pytest.param({"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}, id="in chunks"),
]


def ask(app: CORSMiddleware, method: str, origin: str, length: dict[str, Any]) -> str:
    """Send a request whose body never comes, and return the status."""
    environ = environ_for(method, "/", origin, PREFLIGHT) | length | {"wsgi.input": Silent()}
    started: list[str] = []
    app(environ, lambda status, headers, exc_info=None: started.append(status))  # type: ignore[arg-type,return-value]
    return started[-1]


@pytest.mark.parametrize(("policy", "options"), MIDDLEWARES)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(
    ("method", "origin", "status"),
    [
        pytest.param("OPTIONS", ORIGIN, "204 No Content", id="a granted preflight"),
        pytest.param("OPTIONS", EVIL, "403 Forbidden", id="a refused preflight"),
        pytest.param("POST", EVIL, "403 Forbidden", id="a blocked request"),
    ],
)
def test_what_the_middleware_answers_is_answered_without_the_body(
    policy: Any, options: Any, method: str, origin: str, status: str, length: dict[str, Any]
) -> None:
    app = wrap(*policy, block_untrusted=True, **options).app
    assert ask(app, method, origin, length) == status


@pytest.mark.parametrize("length", LENGTHS)
def test_what_is_denied_is_answered_without_the_body(length: dict[str, Any]) -> None:
    app = wrap(DENY, block_untrusted=True).app
    assert {ask(app, method, ORIGIN, length) for method in ("OPTIONS", "POST")} == {"403 Forbidden"}


@pytest.mark.parametrize(
    ("method", "origin", "expected"),
    [
        pytest.param(
            "OPTIONS",
            ORIGIN,
            no_content(allow(ORIGIN), ALL_METHODS, ALL_HEADERS, TEN_MINUTES, VARY_PREFLIGHT),
            id="a granted preflight",
        ),
        pytest.param("OPTIONS", EVIL, forbidden(VARY_PREFLIGHT), id="a refused preflight"),
        pytest.param("POST", EVIL, forbidden(VARY_ORIGIN), id="a blocked request"),
        pytest.param("POST", ORIGIN, from_app(allow(ORIGIN), VARY_ORIGIN), id="a request that the app sees"),
    ],
)
def test_a_body_is_left_where_it_is(method: str, origin: str, expected: Answer) -> None:
    environ = environ_for(method, "/", origin, PREFLIGHT, b"x" * 100)
    body = environ["wsgi.input"]
    assert call(wrap(POLICY, block_untrusted=True).app, environ) == expected
    assert len(body.read()) == 100
