"""What is told: the signal, the log, the debug header, and marks that nothing reads."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request_started
from support.needs import needs_module
from support.site import make_app, site
from support.wsgi import EVIL, VARY_ORIGIN, A, B, Server, allow

from cors_wsgi import Decision, Kind, Reason
from flask_cors_ext import CORS, cors_decided, cross_origin, same_origin
from flask_cors_ext.marks import UNCLAIMED_MARKS, warn_if_missing


@pytest.fixture
def heard() -> Iterator[list[tuple[Any, Decision]]]:
    """What the signal was sent with."""
    sent: list[tuple[Any, Decision]] = []

    def hear(app: Flask, decision: Decision) -> None:
        sent.append((app, decision))

    with cors_decided.connected_to(hear):
        yield sent


def build(app: Flask) -> None:
    app.add_url_rule("/x", "x", lambda: "x", methods=["GET", "POST"])
    app.add_url_rule("/never", "never", same_origin(lambda: "never"))


def test_the_signal_is_sent_once_for_each_decision(heard: list[tuple[Any, Decision]]) -> None:
    server = site(build, origins=A, block_untrusted=True)
    server.request(path="/x", origin=A)
    server.request(path="/x")
    server.request("POST", "/x", EVIL)
    server.preflight(A, "PUT", path="/x")
    server.preflight(EVIL, "GET", path="/x")
    server.request(path="/never", origin=A)
    assert [app for app, _ in heard] == [server.app] * 5
    assert [decision for _, decision in heard] == [
        Decision(Kind.ACTUAL, A, "GET", "/x", True),
        Decision(Kind.BLOCKED, EVIL, "POST", "/x", False, (Reason.ORIGIN_NOT_ALLOWED,), A),
        Decision(Kind.PREFLIGHT, A, "PUT", "/x", False, (Reason.METHOD_NOT_ALLOWED,)),
        Decision(Kind.PREFLIGHT, EVIL, "GET", "/x", False, (Reason.ORIGIN_NOT_ALLOWED,), A),
        Decision(Kind.ACTUAL, A, "GET", "/never", False, (Reason.DENIED,)),
    ]


def test_a_receiver_may_come_and_go_while_serving() -> None:
    server = site(build, origins=A)
    server.request(path="/x", origin=A)
    sent: list[Decision] = []

    def hear(app: Flask, decision: Decision) -> None:
        sent.append(decision)

    with cors_decided.connected_to(hear, server.app):
        server.request(path="/x", origin=A)
    server.request(path="/x", origin=A)
    assert len(sent) == 1


def test_a_coroutine_may_receive_the_signal() -> None:
    needs_module("asgiref")
    server = site(build, origins=A)
    sent: list[Decision] = []

    async def hear(app: Flask, decision: Decision) -> None:
        sent.append(decision)

    with cors_decided.connected_to(hear, server.app):
        assert server.request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert [decision.allowed for decision in sent] == [True]


def test_a_receiver_that_fails_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail(app: Flask, decision: Decision) -> None:
        raise RuntimeError("no metrics")

    server = site(build, origins=A)
    with cors_decided.connected_to(fail, server.app):
        assert server.request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_refusal_is_one_debug_record_with_the_nearest_rule(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site(build, origins=A).request(path="/x", origin="http://a.example")
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("cors_wsgi", "DEBUG")
    assert "origin-not-allowed" in record.getMessage()
    assert f"the nearest rule is '{A}'" in record.getMessage()


def test_requests_leave_nothing_in_the_log_by_default(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server = site(build, origins=A)
    for _ in range(300):
        server.request(path="/x", origin=A)
        server.request(path="/nowhere", origin=EVIL)
        server.preflight(EVIL, "PUT", path="/x")
    assert caplog.records == []


@pytest.mark.parametrize("text", ["a\r\nb", "\x1b[31m", "\u2028"])
def test_what_a_client_sends_is_logged_on_one_line(text: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "cors_wsgi")
    path = f"/{text}".encode().decode("latin-1")
    site(build, origins=A).request(path=path, origin=f"https://{text}")
    messages = [record.getMessage() for record in caplog.records if record.name == "cors_wsgi"]
    assert len(messages) == 1
    assert len(messages[0].splitlines()) == 1
    assert "\x1b" not in messages[0]


DEBUG = [
    pytest.param(None, False, False, id="as the app: off"),
    pytest.param(None, True, True, id="as the app: on"),
    pytest.param(None, 1, True, id="as the app: 1, which from_prefixed_env() makes of FLASK_DEBUG=1"),
    pytest.param(None, 0, False, id="as the app: 0"),
    pytest.param(False, True, False, id="off by its keyword"),
    pytest.param(True, False, True, id="on by its keyword"),
]


@pytest.mark.parametrize(("keyword", "app_debug", "shown"), DEBUG)
def test_debug_follows_the_app_at_the_first_request(keyword: bool | None, app_debug: Any, shown: bool) -> None:
    server = site(build, origins=A, **({} if keyword is None else {"debug": keyword}))
    server.app.debug = app_debug  # type: ignore[attr-defined]
    for answer in (server.request(path="/x", origin=EVIL), server.preflight(EVIL, "GET", path="/x")):
        assert [value.partition(" ")[0] for value in answer.values("X-CORS-Debug")] == ["origin-not-allowed"] * shown
        assert EVIL not in str(answer)
    assert server.request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)


def test_a_missing_extension_is_one_warning_that_names_the_views(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.add_url_rule("/a", "a", cross_origin(origins=A)(lambda: "a"))
    app.add_url_rule("/b", "b", same_origin(lambda: "b"))
    app.add_url_rule("/c", "c", lambda: "c")
    server = Server(app)
    for path in ("/a", "/b", "/c"):
        assert server.request(path=path, origin=A).cors == ("200",)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("site", "WARNING")
    assert record.getMessage() == (
        "Nothing is shared: these views are marked with @cross_origin or @same_origin, and no extension reads the "
        "marks: a, b. Write CORS(app)."
    )


def test_where_the_extension_is_there_is_no_warning_and_flask_is_heard_no_longer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    UNCLAIMED_MARKS.clear()
    server = site(lambda app: app.add_url_rule("/a", "a", cross_origin(origins=A)(lambda: "a")))
    assert len(UNCLAIMED_MARKS) == 1
    assert warn_if_missing in list(request_started.receivers_for(server.app))
    server.request(path="/a", origin=A)
    assert (len(UNCLAIMED_MARKS), caplog.records) == (0, [])
    assert warn_if_missing not in list(request_started.receivers_for(server.app))


def test_an_app_that_is_served_later_is_warned_of_too(caplog: pytest.LogCaptureFixture) -> None:
    later = make_app()
    later.add_url_rule("/later", "later", cross_origin(origins=B)(lambda: "later"))
    site(build, origins=A).request(path="/x")
    assert caplog.records == []
    Server(later).request(path="/later")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_marked_method_is_seen_as_its_function_is(caplog: pytest.LogCaptureFixture) -> None:
    class Views:
        def a(self) -> str:
            return "a"

    UNCLAIMED_MARKS.clear()
    views = Views()
    server = site(lambda app: app.add_url_rule("/a", "a", cross_origin(origins=A)(views.a)))
    assert list(UNCLAIMED_MARKS.values()) == [Views.a]
    server.request(path="/a", origin=A)
    assert (len(UNCLAIMED_MARKS), caplog.records) == (0, [])


def test_an_app_without_marks_is_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    cross_origin(origins=A)(lambda: "nowhere")
    app = make_app()
    app.add_url_rule("/x", "x", lambda: "x")
    Server(app).request(path="/x")
    Server(app).request(path="/x")
    CORS(Flask("other"), origins=A)
    assert caplog.records == []
