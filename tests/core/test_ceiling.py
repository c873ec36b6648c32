"""A policy is a ceiling: the app's own Allow-Origin, and an inner DENY, can lower it, and nothing raises it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from support.wsgi import (
    FOR_EVERYBODY,
    PLAIN,
    VARY_ORIGIN,
    WITH_CREDENTIALS,
    A,
    Answer,
    B,
    allow,
    app_with,
    from_app,
    wrap,
)

from cors_wsgi import DENY, CORSMiddleware, Decision, Kind, Policy, Reason
from cors_wsgi.browser import Browser, CORSError

EVIL = "https://attacker.test"
EVERYBODY, NAMED, LOGGED_IN = Policy("*"), Policy([A, B]), Policy([A, B], supports_credentials=True)

OWN = {
    "absent": [],
    "a star": ["*"],
    "a star and white space": [" * "],
    "this origin": [A],
    "another of the list": [B],
    "this origin and a letter": [f"{A}X"],
    "a stranger": [EVIL],
    "null": ["null"],
    "empty": [""],
    "two lines": [A, B],
    "twice this origin": [A, A],
    "two stars": ["*", "*"],
    "a list": [f"{A}, {B}"],
}
SAYS_NOTHING = {"absent", "a star", "a star and white space"}
ROWS = [(name, policy) for name in OWN for policy in (EVERYBODY, NAMED, LOGGED_IN)]
CREDENTIALS = [[], [("access-control-allow-CREDENTIALS", "true")], [("Access-Control-Allow-Credentials", "false")]]


def expected(own: str, policy: Policy) -> tuple[Answer, bool]:
    """Return the whole answer to origin A, and whether A may read it."""
    lines = tuple(allow(value) for value in OWN[own])
    if policy is EVERYBODY:
        return (from_app(FOR_EVERYBODY), True) if own in SAYS_NOTHING else (from_app(*lines), own == "this origin")
    if own not in SAYS_NOTHING | {"this origin"}:
        return from_app(VARY_ORIGIN), False
    credentials = (WITH_CREDENTIALS,) if policy is LOGGED_IN else ()
    return from_app(allow(A), *credentials, VARY_ORIGIN), True


def can_read(app: Any, *, credentials: str = "omit") -> bool:
    def serve(environ: Any, start_response: Any) -> Any:
        return app({**environ, "tests.app-ran": []}, start_response)

    try:
        Browser(serve, url="https://api.example").open(A).fetch("/", credentials=credentials)
    except CORSError:
        return False
    return True


@pytest.mark.parametrize(("own", "policy"), ROWS, ids=[f"{name}, {policy!r}" for name, policy in ROWS])
@pytest.mark.parametrize("credentials", CREDENTIALS, ids=["no credentials", "credentials", "false"])
@pytest.mark.parametrize("listens", [False, True], ids=["nobody listens", "somebody listens"])
def test_the_lower_of_two_wins(own: str, policy: Policy, credentials: Any, listens: bool) -> None:
    app = app_with(*(allow(value) for value in OWN[own]), *credentials)
    decisions: list[Decision] = []
    server = wrap(policy, app=app, on_decision=decisions.append if listens else None)
    answer, readable = expected(own, policy)
    assert server.request(origin=A) == answer
    refused = (Reason.APP_REFUSED,) if not readable else ()
    assert decisions == [Decision(Kind.ACTUAL, A, "GET", "/", readable, refused)] * listens
    assert can_read(server.app) is readable
    # Never wider than either side alone; that a response carries credentials is the policy's to say.
    assert not readable or can_read(CORSMiddleware(app_with(), policy))
    assert not readable or own in SAYS_NOTHING or can_read(app_with(*(allow(value) for value in OWN[own])))
    assert can_read(server.app, credentials="include") is (readable and policy is LOGGED_IN)


@pytest.mark.parametrize("own", OWN)
def test_a_refused_origin_and_a_denied_path_get_nothing_whatever_the_app_says(own: str) -> None:
    app = app_with(*(allow(value) for value in OWN[own]))
    for policy in (NAMED, LOGGED_IN):
        assert wrap(policy, app=app).request(origin=EVIL) == from_app(VARY_ORIGIN)
        assert wrap(policy, app=app).request() == from_app(VARY_ORIGIN)
    assert wrap(DENY, app=app).request(origin=A) == from_app()
    everybody = from_app(FOR_EVERYBODY) if own in SAYS_NOTHING else from_app(*(allow(value) for value in OWN[own]))
    assert wrap(EVERYBODY, app=app).request() == wrap(EVERYBODY, app=app).request(origin=EVIL) == everybody


def test_what_else_the_app_says_is_merged_as_ever() -> None:
    more = [("Vary", "Cookie"), ("Access-Control-Expose-Headers", "X-A"), ("Access-Control-Max-Age", "9")]
    app = app_with(allow(B), *more)
    exposed = ("Access-Control-Expose-Headers", "X-A")
    assert wrap(NAMED, app=app).request(origin=A) == from_app(("Vary", "Cookie, Origin"))
    assert wrap(NAMED, app=app).request(origin=B) == from_app(allow(B), exposed, ("Vary", "Cookie, Origin"))
    assert wrap(EVERYBODY, app=app).request(origin=A) == from_app(allow(B), ("Vary", "Cookie"), exposed)
    exposing = Policy("*", expose_headers=["X-B"])
    assert wrap(exposing, app=app_with(allow(B))).request(origin=B) == from_app(
        allow(B), ("Access-Control-Expose-Headers", "X-B")
    )


def test_each_header_list_is_taken_by_itself_and_the_decision_is_told_once() -> None:
    decisions: list[Decision] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [PLAIN, allow(B)])
        start_response("500 Oops", [PLAIN], (None, None, None))
        return [b"from the app"]

    for options in ({}, {"on_decision": decisions.append}):
        answer = wrap(NAMED, app=app, **options).request(origin=A)
        assert answer == Answer("500 Oops", (PLAIN, allow(A), VARY_ORIGIN), b"from the app", True)
    assert decisions == [Decision(Kind.ACTUAL, A, "GET", "/", False, (Reason.APP_REFUSED,))]


def test_a_lowered_200_and_a_304_without_cors_headers() -> None:
    """A 304 that says nothing gets what the policy says: the manual asks apps to narrow both alike."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        if "HTTP_IF_NONE_MATCH" in environ:
            start_response("304 Not Modified", [("ETag", '"1"')])
            return []
        start_response("200 OK", [PLAIN, ("ETag", '"1"'), allow(B)])
        return [b"from the app"]

    server = wrap(NAMED, app=app)
    assert server.request(origin=A).cors == ("200", VARY_ORIGIN)
    assert server.request(origin=A, headers={"If-None-Match": '"1"'}).cors == ("304", allow(A), VARY_ORIGIN)
    assert server.request(origin=EVIL, headers={"If-None-Match": '"1"'}).cors == ("304", VARY_ORIGIN)


NOTE = (
    "app-refused (the app's own Access-Control-Allow-Origin names somebody else, which narrows what the policy shares; "
    "if this origin may read the response, remove that header in the app)"
)


def test_the_debug_header_and_the_log_say_it_once(caplog: pytest.LogCaptureFixture) -> None:
    app = app_with(allow(B))
    assert wrap(NAMED, app=app, debug=True).request(origin=A) == from_app(VARY_ORIGIN, ("X-CORS-Debug", NOTE))
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        assert wrap(NAMED, app=app).request(origin=A) == from_app(VARY_ORIGIN)
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG]
    assert said == [f"actual 'GET' '/' from '{A}': refused, {NOTE}"]


def nest(inner: Any, **options: Any) -> Any:
    return wrap(NAMED, app=CORSMiddleware(app_with(allow("*")), inner), **options)


def test_an_inner_deny_stands_and_of_policies_the_outer_owns() -> None:
    decisions: list[Decision] = []
    assert nest(DENY).request(origin=A) == from_app()
    assert nest(DENY, on_decision=decisions.append).request(origin=A) == from_app()
    assert nest(None).request(origin=A) == nest(EVERYBODY).request(origin=A) == from_app(allow(A), VARY_ORIGIN)
    assert nest(Policy(B)).request(origin=A) == from_app(allow(A), ("Vary", "Origin"))
    assert decisions == [Decision(Kind.ACTUAL, A, "GET", "/", False, (Reason.DENIED,))]


def test_an_inner_deny_stands_beneath_several_and_through_what_copies_the_environ() -> None:
    denied = CORSMiddleware(app_with(), DENY)

    def mount(environ: Any, start_response: Any) -> Any:
        return denied({**environ, "SCRIPT_NAME": "/x", "PATH_INFO": "/"}, start_response)

    assert wrap(NAMED, app=CORSMiddleware(mount, EVERYBODY)).request(origin=A) == from_app()
    assert wrap(None, app=CORSMiddleware(mount, EVERYBODY)).request(origin=A) == from_app()


def test_a_deny_of_one_request_is_not_remembered_for_the_next() -> None:
    inner = CORSMiddleware(app_with(), DENY)
    server = wrap(NAMED, app=inner)
    assert server.request(origin=A) == from_app()
    inner.policy = None
    assert server.request(origin=A) == from_app(allow(A), VARY_ORIGIN)
