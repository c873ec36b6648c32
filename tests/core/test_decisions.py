"""Decisions: what the hook, the log and the debug header are told, and that none of them can be misused."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import re
import sys
from typing import Any

import pytest
from support.needs import needs_module
from support.wsgi import (
    ALL_HEADERS,
    ALL_METHODS,
    FOR_EVERYBODY,
    TEN_MINUTES,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    A,
    Server,
    allow,
    app_with,
    forbidden,
    from_app,
    no_content,
    wrap,
)

from cors_wsgi import DENY, Decision, Kind, Policy, Reason

EVIL = "https://a.example.evil.example"
MINE = Policy(A, methods=["GET", "PUT", "PATCH"], allow_headers=["X-A"])
MINE_WITH_CREDENTIALS = Policy(A, supports_credentials=True, methods="*")
EVERYBODY = Policy("*")
MINE_AND_NULL = Policy([A, "null", "file://"], accept_risks="null-origin")
LOCAL = Policy(["http://localhost:5173", "https://127.0.0.1:*", re.compile("app://localhost")])
WHEN_BLOCKED = {
    "null": (
        "; null never passes block_untrusted; your own form sends it where its page has Referrer-Policy: "
        "no-referrer and comes over plain http, so serve that page over https, or with Referrer-Policy: same-origin"
    ),
    "file://": "; file:// never passes block_untrusted",
}
PREFLIGHT, ACTUAL, BLOCKED = Kind.PREFLIGHT, Kind.ACTUAL, Kind.BLOCKED

ACTUAL_REQUESTS = [
    # policy, origin, reasons, nearest rule
    (MINE, A, (), None),
    (MINE, EVIL, (Reason.ORIGIN_NOT_ALLOWED,), None),
    (MINE, "http://a.example", (Reason.ORIGIN_NOT_ALLOWED,), A),
    (MINE, "https://a.example/", (Reason.ORIGIN_MALFORMED,), A),
    (MINE, "null", (Reason.ORIGIN_IS_NULL,), None),
    (MINE, "file://", (Reason.ORIGIN_IS_FILE,), None),
    (MINE, "file:///", (Reason.ORIGIN_MALFORMED,), None),
    (MINE_AND_NULL, "null", (), None),
    (MINE_AND_NULL, "file://", (), None),
    (Policy([]), A, (Reason.ORIGIN_NOT_ALLOWED,), None),
    (Policy([]), "http://localhost", (Reason.ORIGIN_NOT_ALLOWED,), None),
    (LOCAL, "http://127.0.0.1:5173", (Reason.ORIGIN_UNDER_ANOTHER_NAME,), "http://localhost:5173"),
    (LOCAL, "http://[::1]:5173", (Reason.ORIGIN_UNDER_ANOTHER_NAME,), "http://localhost:5173"),
    (LOCAL, "https://[::1]:9", (Reason.ORIGIN_UNDER_ANOTHER_NAME,), "https://127.0.0.1:*"),
    (LOCAL, "https://localhost", (Reason.ORIGIN_UNDER_ANOTHER_NAME,), "https://127.0.0.1:*"),
    (LOCAL, "app://127.0.0.1", (Reason.ORIGIN_UNDER_ANOTHER_NAME,), None),
    (LOCAL, "http://127.0.0.1:5174", (Reason.ORIGIN_NOT_ALLOWED,), "https://127.0.0.1:*"),
    (LOCAL, "http://[::1]:5174", (Reason.ORIGIN_NOT_ALLOWED,), "http://localhost:5173"),
    (LOCAL, "https://localhost.:5173", (Reason.ORIGIN_NOT_ALLOWED,), "http://localhost:5173"),
    (LOCAL, "http://127.0.0.2:5173", (Reason.ORIGIN_NOT_ALLOWED,), None),
    (LOCAL, "http://127.0.0.1:5173/", (Reason.ORIGIN_MALFORMED,), "http://localhost:5173"),
    (MINE, "", (Reason.ORIGIN_MALFORMED,), None),
    (MINE, f"{A}, {EVIL}", (Reason.ORIGIN_MALFORMED,), None),
    (EVERYBODY, EVIL, (), None),
    (EVERYBODY, "null", (), None),
    (EVERYBODY, "garbage", (), None),
    (DENY, A, (Reason.DENIED,), None),
    (DENY, "null", (Reason.DENIED,), None),
]


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(("policy", "origin", "reasons", "nearest"), ACTUAL_REQUESTS)
def test_an_actual_request_is_one_decision(
    policy: Any, origin: str, reasons: tuple[Reason, ...], nearest: str | None, method: str
) -> None:
    decisions: list[Decision] = []
    wrap(policy, on_decision=decisions.append).request(method, "/x", origin)
    assert decisions == [Decision(ACTUAL, origin, method, "/x", not reasons, reasons, nearest)]


@pytest.mark.parametrize(("policy", "origin", "reasons", "nearest"), ACTUAL_REQUESTS)
def test_a_preflight_from_a_refused_origin_is_one_decision(
    policy: Any, origin: str, reasons: tuple[Reason, ...], nearest: str | None
) -> None:
    decisions: list[Decision] = []
    wrap(policy, on_decision=decisions.append).preflight(origin, "PUT", "x-a", "/x")
    assert decisions == [Decision(PREFLIGHT, origin, "PUT", "/x", not reasons, reasons, nearest)]


@pytest.mark.parametrize(
    ("policy", "method", "names", "reasons"),
    [
        pytest.param(MINE, "PUT", None, (), id="a named method"),
        pytest.param(MINE, "PUT", "x-a,, X-A", (), id="a named header, in any case of letters"),
        pytest.param(MINE, "PUT", "", (), id="no header"),
        pytest.param(MINE, "POST", None, (), id="a safelisted method needs no name"),
        pytest.param(MINE, "DELETE", None, (Reason.METHOD_NOT_ALLOWED,), id="another method"),
        pytest.param(MINE, "put", None, (Reason.METHOD_NOT_ALLOWED,), id="a method that browsers would raise"),
        pytest.param(MINE, "patch", None, (Reason.METHOD_CASE,), id="a method that browsers do not raise"),
        pytest.param(MINE, "QUERY", None, (Reason.METHOD_NOT_ALLOWED,), id="QUERY is not safelisted"),
        pytest.param(EVERYBODY, "QUERY", None, (), id="QUERY is granted by default"),
        pytest.param(EVERYBODY, "query", None, (Reason.METHOD_CASE,), id="QUERY, which browsers do not raise either"),
        pytest.param(MINE, "post", None, (Reason.METHOD_NOT_ALLOWED,), id="post, which no browser sends"),
        pytest.param(MINE, "TRACE", None, (Reason.METHOD_MALFORMED,), id="a forbidden method"),
        pytest.param(MINE, "P UT", None, (Reason.METHOD_MALFORMED,), id="no method"),
        pytest.param(MINE, "", None, (Reason.METHOD_MALFORMED,), id="an empty method"),
        pytest.param(MINE, "PUT", "x-b", (Reason.HEADER_NOT_ALLOWED,), id="another header"),
        pytest.param(MINE, "PUT", "x-a, x-aa", (Reason.HEADER_NOT_ALLOWED,), id="one header too many"),
        pytest.param(MINE, "PUT", "x-a;x-b", (Reason.HEADERS_MALFORMED,), id="no list"),
        pytest.param(MINE, "PUT", "x-a," * 1025, (Reason.HEADERS_MALFORMED,), id="a list that is too long"),
        pytest.param(MINE, "PUT", "x-a," * 1024, (), id="a list that is just not too long"),
        pytest.param(
            MINE,
            "PUT",
            "access-control-allow-origin",
            (Reason.RESPONSE_HEADER_REQUESTED,),
            id="a response header that the client sends",
        ),
        pytest.param(MINE, "DELETE", "x-b", (Reason.METHOD_NOT_ALLOWED, Reason.HEADER_NOT_ALLOWED), id="both"),
        pytest.param(Policy(A, methods=[], allow_headers=[]), "POST", None, (), id="nothing named, nothing needed"),
        pytest.param(
            Policy(A, methods=[], allow_headers=[]),
            "PUT",
            "x-a",
            (Reason.METHOD_NOT_ALLOWED, Reason.HEADER_NOT_ALLOWED),
            id="nothing named",
        ),
        pytest.param(EVERYBODY, "PURGE", "x-a", (Reason.METHOD_NOT_ALLOWED,), id="any header is a star"),
        pytest.param(Policy(A, methods="*"), "PURGE", "authorization", (), id="any method is a star"),
        pytest.param(Policy(A, methods="*"), "TRACE", None, (Reason.METHOD_MALFORMED,), id="even of a star"),
        pytest.param(MINE_WITH_CREDENTIALS, "PURGE", "x-a, x-b", (), id="both are echoed"),
        pytest.param(
            MINE_WITH_CREDENTIALS,
            "TRACE",
            "x-a x-b",
            (Reason.METHOD_MALFORMED, Reason.HEADERS_MALFORMED),
            id="neither can be echoed",
        ),
    ],
)
def test_a_preflight_s_decision_is_what_a_browser_will_conclude(
    policy: Policy, method: str, names: str | None, reasons: tuple[Reason, ...]
) -> None:
    decisions: list[Decision] = []
    silent = wrap(policy).preflight(A, method, names)
    assert wrap(policy, on_decision=decisions.append).preflight(A, method, names) == silent
    assert silent.status == "204 No Content"
    assert decisions == [Decision(PREFLIGHT, A, method, "/", not reasons, reasons)]


@pytest.mark.parametrize("policy", [MINE, EVERYBODY, DENY, None], ids=repr)
def test_a_request_without_an_origin_and_hands_off_are_no_decision(policy: Any) -> None:
    decisions: list[Decision] = []
    server = wrap(policy, on_decision=decisions.append, debug=True)
    server.request()
    server.request("OPTIONS", headers={"Access-Control-Request-Method": "PUT"})
    if policy is None:
        server.request(origin=A)
        server.preflight(A)
    assert decisions == []


@pytest.mark.parametrize(
    ("policy", "origin", "site", "reasons"),
    [
        (MINE, EVIL, "cross-site", (Reason.ORIGIN_NOT_ALLOWED,)),
        (MINE, "null", None, (Reason.ORIGIN_IS_NULL,)),
        (MINE, "file://", None, (Reason.ORIGIN_IS_FILE,)),
        (MINE_AND_NULL, "null", "cross-site", (Reason.ORIGIN_IS_NULL,)),
        (MINE_AND_NULL, "file://", None, (Reason.ORIGIN_IS_FILE,)),
        (MINE, "x", None, (Reason.ORIGIN_MALFORMED,)),
        (MINE, None, "cross-site", (Reason.ORIGIN_MISSING,)),
        (DENY, A, "cross-site", (Reason.DENIED,)),
        (DENY, None, "same-site", (Reason.DENIED,)),
    ],
)
def test_a_blocked_request_is_one_decision(
    policy: Any, origin: str | None, site: str | None, reasons: tuple[Reason, ...]
) -> None:
    decisions: list[Decision] = []
    server = wrap(policy, on_decision=decisions.append, block_untrusted=True)
    server.request("POST", "/x", origin, {"Sec-Fetch-Site": site} if site else {})
    assert decisions == [Decision(BLOCKED, origin, "POST", "/x", False, reasons)]


def test_a_second_start_of_the_response_is_no_second_decision() -> None:
    decisions: list[Decision] = []

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        start_response("500 Oops", [("Content-Type", "text/plain")], (None, None, None))
        return []

    wrap(MINE, app=app, on_decision=decisions.append).request(origin=A)
    assert [decision.allowed for decision in decisions] == [True]


class Forging(Exception):
    def __repr__(self) -> str:
        return "first\nsecond"

    __str__ = __repr__


@pytest.mark.parametrize("error", [ValueError("mine"), Forging()])
def test_a_hook_that_fails_changes_nothing_and_is_logged_once(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(decision: Decision) -> None:
        raise error

    for origin in (A, EVIL):
        for ask in (Server.request, Server.preflight):
            caplog.clear()
            with caplog.at_level(logging.INFO, "cors_wsgi"):
                assert ask(wrap(MINE, on_decision=failing), origin=origin) == ask(wrap(MINE), origin=origin)  # type: ignore[operator]
            ((name, level, message),) = caplog.record_tuples
            assert (name, level) == ("cors_wsgi", logging.ERROR)
            assert message.startswith("on_decision raised '")
            assert type(error).__name__ in message
            assert repr(origin) in message
            assert len(message.splitlines()) == 1


def test_a_hook_may_not_swallow_an_interrupt() -> None:
    def interrupted(decision: Decision) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wrap(MINE, on_decision=interrupted).request(origin=A)


def test_refusals_are_logged_at_debug_and_nothing_else_is(caplog: pytest.LogCaptureFixture) -> None:
    server = wrap(MINE)
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        server.request()
        server.request(origin=A)
        server.preflight(A, "PUT", "x-a")
        assert caplog.record_tuples == []
        server.request("POST", "/x", "http://a.example")
        server.preflight(A, "DELETE", "x-b", "/y")
    assert caplog.record_tuples == [
        (
            "cors_wsgi",
            logging.DEBUG,
            (
                "actual 'POST' '/x' from 'http://a.example': refused, origin-not-allowed (no rule of the policy allows "
                "this origin); the nearest rule is 'https://a.example'"
            ),
        ),
        (
            "cors_wsgi",
            logging.DEBUG,
            (
                "preflight 'DELETE' '/y' from 'https://a.example': refused, method-not-allowed (the policy does not "
                "allow the requested method); header-not-allowed (the policy does not allow a requested header)"
            ),
        ),
    ]


def test_by_default_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "cors_wsgi"):
        server = wrap(MINE, on_decision=lambda decision: None, debug=True, block_untrusted=True)
        for origin in (A, EVIL, "null", None):
            server.request(origin=origin)
            server.request("POST", origin=origin)
            server.preflight(origin)
    assert caplog.record_tuples == []
    logger = logging.getLogger("cors_wsgi")
    assert {type(handler) for handler in logger.handlers} == {logging.NullHandler}
    assert (logger.level, logger.propagate) == (logging.NOTSET, True)


@pytest.mark.parametrize(
    ("options", "origin", "computed"),
    [
        pytest.param({}, A, False, id="allowed, nobody listens"),
        pytest.param({}, EVIL, False, id="refused, nobody listens"),
        pytest.param({"debug": True}, A, False, id="allowed, which is nothing to explain"),
        pytest.param({"debug": True}, EVIL, True, id="refused, the header shall say it"),
        pytest.param({"on_decision": str}, A, True, id="allowed, the hook listens"),
        pytest.param({"on_decision": str}, EVIL, True, id="refused, the hook listens"),
    ],
)
def test_decisions_are_computed_only_if_somebody_listens(
    options: dict[str, Any], origin: str, computed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    server = wrap(MINE, **options)
    called: set[str] = set()
    with caplog.at_level(logging.INFO, "cors_wsgi"):
        sys.setprofile(lambda frame, event, argument: called.add(frame.f_code.co_name))
        try:
            server.request(origin=origin)
        finally:
            sys.setprofile(None)
    assert ("_decide" in called) is computed


@pytest.mark.parametrize(
    ("method", "names", "times"),
    [
        pytest.param("PUT", "x-a", 1, id="all is granted"),
        pytest.param("PATCH", "x-b", 1, id="something is missed"),
        pytest.param("PUT", "x-a," * 2000, 0, id="too long to be remembered"),
        pytest.param("M" * 5000, "x-a", 0, id="a method too long to be remembered"),
    ],
)
def test_what_a_preflight_misses_is_found_out_once_where_nobody_listens(
    method: str, names: str, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    policy = Policy(A, methods=["PUT"], allow_headers=["X-A"])
    server, called = wrap(policy), 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal called
        called += event == "call" and frame.f_code.co_name == "find_preflight_reasons"

    with caplog.at_level(logging.INFO, "cors_wsgi"):
        sys.setprofile(count)
        try:
            for _ in range(5):
                server.preflight(A, method, names)
        finally:
            sys.setprofile(None)
    assert (called, len(policy.compiled.fully_granted)) == (times, times)
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):  # what is missed is told whenever somebody listens
        server.preflight(A, method, names)
    assert len(caplog.records) == (0 if (method, names) == ("PUT", "x-a") else 1)


def test_what_preflights_miss_is_kept_for_few_and_short_ones_of_allowed_origins() -> None:
    policy = Policy(A, methods=["PUT"], allow_headers=["X-A"])
    server, kept = wrap(policy), policy.compiled.fully_granted
    server.preflight(EVIL, "PUT", "x-a")
    assert kept == {}
    longest = {("M" * 4096, None): False, ("PUT", "x" * 4096): False}
    for method, names in (("PUT", "x-a"), ("PUT", None), ("PATCH", "x-a"), *longest):
        server.preflight(A, method, names)
    for method, names in (("M" * 4097, None), ("PUT", "x" * 4097)):
        server.preflight(A, method, names)
    assert kept == {("PUT", "x-a"): True, ("PUT", None): True, ("PATCH", "x-a"): False, **longest}
    for number in range(100):
        server.preflight(A, "PUT", f"x-{number}")
    assert (len(kept), kept["PUT", "x-a"], kept["PUT", "x-0"]) == (64, True, False)


FIELDS = ("kind", "origin", "method", "path", "allowed", "reasons", "nearest")

AS_DICT = [
    pytest.param(
        Decision(Kind.ACTUAL, A, "GET", "/é", True),
        {
            "kind": "actual",
            "origin": A,
            "method": "GET",
            "path": "/é",
            "allowed": True,
            "reasons": [],
            "nearest": None,
        },
        id="what is allowed",
    ),
    pytest.param(
        Decision(
            Kind.PREFLIGHT, "a\r\n", "put", "/", False, (Reason.METHOD_CASE, Reason.HEADER_NOT_ALLOWED), "http://a"
        ),
        {
            "kind": "preflight",
            "origin": "a\r\n",
            "method": "put",
            "path": "/",
            "allowed": False,
            "reasons": ["method-case", "header-not-allowed"],
            "nearest": "http://a",
        },
        id="what is refused, as the client sent it",
    ),
    pytest.param(
        Decision(Kind.BLOCKED, None, "POST", "/", False, (Reason.ORIGIN_MISSING,)),
        {
            "kind": "blocked",
            "origin": None,
            "method": "POST",
            "path": "/",
            "allowed": False,
            "reasons": ["origin-missing"],
            "nearest": None,
        },
        id="what names no origin",
    ),
]


@pytest.mark.parametrize(("decision", "expected"), AS_DICT)
def test_a_decision_as_a_dict_is_what_json_has(decision: Decision, expected: dict[str, Any]) -> None:
    found = decision.as_dict()
    assert found == expected
    escaped = {name: repr(text)[1:-1].replace("é", r"\xe9") for name, text in expected.items() if isinstance(text, str)}
    assert decision.as_log_fields() == {**expected, **escaped}
    assert tuple(found) == FIELDS == tuple(field.name for field in dataclasses.fields(Decision))
    assert json.loads(json.dumps(found)) == expected
    assert {type(value) for value in (found["kind"], *found["reasons"])} == {str}  # no enum, whatever serialises it


def test_a_record_of_the_log_carries_the_decision_as_fields(caplog: pytest.LogCaptureFixture) -> None:
    server = wrap(MINE, on_decision=lambda decision: None)
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        server.request(origin=A)
        server.preflight("http://a.example", "DELETE", "x-b", "/y\x1b[31m")
        server.preflight(A, "DELETE", "x-b", "/" + "y" * 300)
        server.preflight(A, "DELETE", "x-b", "/" + "y" * 199)
    first, second, third = caplog.records
    assert {name: getattr(first, name) for name in FIELDS} == {
        "kind": "preflight",
        "origin": "http://a.example",
        "method": "DELETE",
        "path": "/y\\x1b[31m",
        "allowed": False,
        "reasons": ["origin-not-allowed"],
        "nearest": A,
    }
    assert second.reasons == ["method-not-allowed", "header-not-allowed"]  # type: ignore[attr-defined]
    assert second.path == "/" + "y" * 199 + "… (301 characters)"  # type: ignore[attr-defined]
    assert third.path == "/" + "y" * 199  # type: ignore[attr-defined]
    assert '"origin": "http://a.example"' in json.dumps(vars(first), default=str)


def test_the_formatter_that_most_people_use_for_json_shows_the_fields() -> None:
    needs_module("pythonjsonlogger")
    from pythonjsonlogger.json import JsonFormatter

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("cors_wsgi")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        wrap(MINE).request("POST", "/x", EVIL)
    finally:
        logger.removeHandler(handler)
    shown = json.loads(stream.getvalue())
    assert shown.pop("message").startswith("actual 'POST' '/x'")
    assert shown == Decision(Kind.ACTUAL, EVIL, "POST", "/x", False, (Reason.ORIGIN_NOT_ALLOWED,)).as_dict()


HOSTILE = [
    "a\r\nERROR:root:forged",
    "a\nb",
    "a\x1b[31mred",
    "a\u2028b",
    "a\u2029b",
    "a\x85b",
    "a\x00\x0b\x0c\x1c\x1d\x1e",
    "%s %d %(name)s",
    "a'b\"c\\",
    "\ud800",
    "é" * 100_000,
    "," * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text[:20]) for text in HOSTILE])
@pytest.mark.parametrize("where", ["origin", "path", "method", "names"])
def test_what_the_client_sent_is_logged_escaped_on_one_line(
    text: str, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent = {"origin": EVIL, "method": "PUT", "names": "x-a", "path": "/", where: text}
    sent["path"] = "/" + sent["path"]
    decisions: list[Decision] = []
    server = wrap(MINE, on_decision=decisions.append, debug=True)
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        answers = [server.preflight(**sent), server.request(path=sent["path"], origin=sent["origin"])]
    assert len(caplog.records) == len(decisions) == 2
    for record in caplog.records:
        message = record.getMessage()
        assert len(message.splitlines()) == 1
        assert message.isprintable()
        assert len(message) < 3000
        fields = " ".join(str(getattr(record, name)) for name in FIELDS)
        assert len(fields.splitlines()) == 1
        assert fields.isprintable()
        assert len(fields) < 3000
    assert [decision.origin for decision in decisions] == [sent["origin"]] * 2
    for answer in answers:
        assert sum(len(name) + len(value) for name, value in answer.headers) + len(answer.body) < 1000
        if len(text) > 5:
            assert text[:6] not in repr(answer)


@pytest.mark.parametrize(
    ("policy", "origin", "note"),
    [
        pytest.param(
            MINE, EVIL, "origin-not-allowed (no rule of the policy allows this origin)", id="a refused origin"
        ),
        pytest.param(
            MINE,
            "https://www.a.example",
            "origin-not-allowed (no rule of the policy allows this origin); the nearest rule is 'https://a.example'",
            id="a near origin",
        ),
        pytest.param(
            MINE,
            "null",
            "origin-is-null (the origin is null (a sandboxed frame, local file or redirect), which is not trusted)",
            id="null",
        ),
        pytest.param(
            MINE,
            "file://",
            "origin-is-file (the origin is file:// (a local file, in some Android web views), which is not trusted)",
            id="a local file",
        ),
        pytest.param(
            Policy("http://localhost:5173"),
            "http://127.0.0.1:5173",
            "origin-under-another-name (open the page under the name that the policy has for it: localhost, 127.0.0.1 "
            "and [::1] are three origins and three sites, and browsers hold cookies back between sites); the nearest "
            "rule is 'http://localhost:5173'",
            id="another name of the own machine",
        ),
        pytest.param(
            MINE,
            A + "/",
            "origin-malformed (the Origin header is not a single serialized origin); the nearest rule is "
            "'https://a.example'",
            id="malformed",
        ),
        pytest.param(DENY, A, "denied (this path or route is never shared)", id="denied"),
    ],
)
def test_debug_says_why_an_origin_is_refused(policy: Any, origin: str, note: str) -> None:
    header = ("X-CORS-Debug", note)
    vary = [] if policy is DENY else [VARY_ORIGIN]
    server = wrap(policy, debug=True, block_untrusted=True)
    assert server.request(origin=origin) == from_app(*vary, header)
    blocked = note + WHEN_BLOCKED.get(origin, "")
    assert server.request("POST", origin=origin) == forbidden(
        *vary, ("X-CORS-Debug", blocked), body=blocked.encode() + b"\n"
    )
    assert server.preflight(origin) == forbidden(
        *([] if policy is DENY else [VARY_PREFLIGHT]), header, body=note.encode() + b"\n"
    )
    silent = wrap(policy)
    assert silent.request(origin=origin) == from_app(*vary)
    assert silent.preflight(origin) == forbidden(*([] if policy is DENY else [VARY_PREFLIGHT]))


def test_debug_says_what_an_allowed_origin_will_miss() -> None:
    assert wrap(EVERYBODY, debug=True).preflight(A, "patch") == no_content(
        FOR_EVERYBODY,
        ALL_METHODS,
        ALL_HEADERS,
        TEN_MINUTES,
        VARY_PREFLIGHT,
        (
            "X-CORS-Debug",
            "method-case (method names are case-sensitive: the client has to send this one in upper case)",
        ),
    )


def test_debug_says_nothing_where_nothing_is_refused() -> None:
    server = wrap(Policy(A), debug=True)
    assert server.request() == from_app(VARY_ORIGIN)
    assert server.request(origin=A) == from_app(allow(A), VARY_ORIGIN)
    assert server.preflight(A) == no_content(allow(A), ALL_METHODS, ALL_HEADERS, TEN_MINUTES, VARY_PREFLIGHT)
    assert wrap(None, debug=True).request(origin=A) == from_app()


def test_headers_that_the_app_set_are_warned_of_once_by_each_middleware(caplog: pytest.LogCaptureFixture) -> None:
    app = app_with(
        ("access-control-ALLOW-origin", "*"),
        ("Access-Control-Max-Age", "1"),
        ("Access-Control-Expose-Headers", "ETag"),
        ("Vary", "Cookie"),
    )
    with caplog.at_level(logging.WARNING, "cors_wsgi"):
        for policy in (MINE, EVERYBODY, DENY, None):
            server = wrap(policy, app=app)
            caplog.clear()
            for origin in (A, EVIL, None):
                server.request(origin=origin)
            expected = [] if policy is None else ["access-control-allow-origin", "access-control-max-age"]
            assert caplog.record_tuples == [
                (
                    "cors_wsgi",
                    logging.WARNING,
                    (
                        f"The app sets {name} itself; it was removed, since the policy owns the CORS headers. "
                        "Remove it in the app, or give its path the policy None."
                    ),
                )
                for name in expected
            ]


def test_a_header_that_was_not_warned_of_yet_is_warned_of_beside_one_that_was(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent = [("Access-Control-Allow-Origin", "*")]

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), *sent])
        return []

    server = wrap(MINE, app=app)
    server.request(origin=A)
    sent.append(("Access-Control-Max-Age", "1"))
    server.request(origin=A)
    assert [record.args for record in caplog.records] == [
        ("access-control-allow-origin",),
        ("access-control-max-age",),
    ]


def test_the_closed_sets() -> None:
    assert [kind.value for kind in Kind] == ["preflight", "actual", "blocked"]
    assert {reason.value for reason in Reason} == {
        "origin-not-allowed",
        "origin-under-another-name",
        "origin-is-null",
        "origin-is-file",
        "origin-malformed",
        "origin-missing",
        "method-not-allowed",
        "method-malformed",
        "method-case",
        "header-not-allowed",
        "headers-malformed",
        "response-header-requested",
        "app-refused",
        "denied",
    }


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_name_and_an_explanation_in_ascii(reason: Reason) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+|denied", str(reason))
    assert f"{reason}" == str(reason) == reason.value
    assert reason.explanation.isascii()
    assert reason.explanation.isprintable()
    assert len(reason.explanation) > 20


def test_a_decision_reads_as_a_sentence() -> None:
    assert str(Decision(ACTUAL, A, "GET", "/x", True)) == "actual 'GET' '/x' from 'https://a.example': allowed"
    assert str(Decision(BLOCKED, None, "POST", "/x", False, (Reason.ORIGIN_MISSING,))) == (
        "blocked 'POST' '/x' from no origin: refused, "
        "origin-missing (the browser calls the request cross-site, and it names no origin)"
    )
    shown = str(Decision(ACTUAL, "o" * 201, "G" * 200, "/", True))
    assert shown == f"actual '{'G' * 200}' '/' from '{'o' * 200}'… (201 characters): allowed"
    assert Decision(ACTUAL, A, "GET", "/x", True).advice == ""


def test_a_decision_is_a_frozen_value() -> None:
    decision = Decision(ACTUAL, A, "GET", "/x", True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        decision.allowed = False  # type: ignore[misc]
    assert decision == Decision(ACTUAL, A, "GET", "/x", True)
    assert len({decision, Decision(ACTUAL, A, "GET", "/x", True)}) == 1
