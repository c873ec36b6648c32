"""A source of policies: a framework's router decides, asked before the app runs, or followed while it does."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from support.wsgi import (
    FOR_EVERYBODY,
    GRANTED,
    PLAIN,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    A,
    B,
    Wrapped,
    allow,
    call,
    environ_for,
    forbidden,
    from_app,
    no_content,
    wrap,
)

from cors_wsgi import DENY, CORSMiddleware, Decision, Kind, Policy, PolicySource, Reason, Verdict
from cors_wsgi.middleware import DENIALS

EVIL = "https://attacker.test"


@dataclass
class Route:
    pattern: re.Pattern[str]
    method: str
    policy: Any


@dataclass
class Router:
    """A framework in miniature: it routes by path and method, keeps what it matched in its own context, and serves."""

    routes: list[Route]
    holder_key: str = "router.matched"
    looked_up: list[tuple[str, str]] = field(default_factory=list)
    asked: int = 0
    fails: Callable[[], None] = lambda: None
    judges_early: bool = False

    def match(self, path: str, method: str) -> Route | None:
        return next((r for r in self.routes if r.pattern.fullmatch(path) and r.method == method), None)

    # what a PolicySource does

    def look_up(self, environ: Any, method: str, verdict: Verdict) -> Any:
        self.looked_up.append((environ["PATH_INFO"], method))
        route = self.match(environ["PATH_INFO"], method)
        if route and self.judges_early:
            verdict.of(route.policy)
        return route.policy if route else None

    def follow(self, environ: Any, verdict: Verdict) -> Callable[[], Any]:
        matched: list[Route] = []
        environ[self.holder_key] = matched

        def ask() -> Any:
            self.asked += 1
            self.fails()
            return matched[0].policy if matched else None

        return ask

    # what the framework's app does

    def app(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        route = self.match(environ["PATH_INFO"], environ["REQUEST_METHOD"])
        if route:
            environ[self.holder_key].append(route)
        start_response("200 OK", [PLAIN])
        return [b"from the app"]


def routed(*routes: tuple[str, str, Any], **options: Any) -> tuple[Router, Wrapped]:
    router = Router([Route(re.compile(pattern), method, policy) for pattern, method, policy in routes])
    source: PolicySource = router
    return router, wrap(source=source, app=router.app, **options)


ROUTES = (
    ("/items", "GET", Policy("*")),
    ("/items", "PUT", Policy(A)),
    ("/admin", "GET", DENY),
    ("/admin", "PUT", DENY),
    ("/plain", "GET", None),
)


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        pytest.param("/items", "GET", no_content(FOR_EVERYBODY, *GRANTED), id="the policy of the GET view"),
        pytest.param("/items", "PUT", no_content(allow(A), *GRANTED), id="the policy of the PUT view at the same URL"),
        pytest.param("/items", "DELETE", from_app(), id="no view for this method: hands off"),
        pytest.param("/admin", "PUT", forbidden(), id="denied"),
        pytest.param("/plain", "GET", from_app(), id="hands off"),
        pytest.param("/nowhere", "GET", from_app(), id="no view"),
    ],
)
def test_a_preflight_is_looked_up_with_the_requested_method(path: str, method: str, expected: Any) -> None:
    router, server = routed(*ROUTES)
    assert server.preflight(A, method, path=path) == expected
    assert router.looked_up == [(path, method)]
    assert router.asked == 0


@pytest.mark.parametrize(
    ("path", "method", "origin", "expected"),
    [
        pytest.param("/items", "GET", EVIL, from_app(FOR_EVERYBODY), id="for everybody"),
        pytest.param("/items", "PUT", A, from_app(allow(A), VARY_ORIGIN), id="an allowed origin"),
        pytest.param("/items", "PUT", EVIL, from_app(VARY_ORIGIN), id="a refused origin"),
        pytest.param("/items", "PUT", None, from_app(VARY_ORIGIN), id="no origin"),
        pytest.param("/admin", "GET", A, from_app(), id="denied"),
        pytest.param("/plain", "GET", A, from_app(), id="hands off"),
        pytest.param("/nowhere", "GET", A, from_app(), id="no view"),
    ],
)
def test_an_actual_request_is_followed_and_asked_of_once(path: str, method: str, origin: str, expected: Any) -> None:
    router, server = routed(*ROUTES)
    assert server.request(method, path, origin) == expected
    assert router.looked_up == []
    assert router.asked == 1


def test_a_second_start_of_the_response_asks_no_more() -> None:
    router, _ = routed(*ROUTES)

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ["router.matched"].append(router.match("/items", "PUT"))
        start_response("200 OK", [PLAIN])
        environ["router.matched"][0] = router.match("/items", "GET")
        start_response("500 Oops", [PLAIN, ("Vary", "Cookie")], (None, None, None))
        return []

    answer = wrap(source=router, app=app).request("PUT", "/items", A)
    assert (answer.status, answer.headers) == ("500 Oops", (PLAIN, allow(A), ("Vary", "Cookie, Origin")))
    assert router.asked == 1


def test_an_app_that_never_starts_a_response_is_not_asked_of() -> None:
    router, _ = routed(*ROUTES)

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wrap(source=router, app=app).request("PUT", "/items", A)
    assert router.asked == 0


@pytest.mark.parametrize("allowed", [True, False])
def test_a_source_may_judge_the_origin_first_and_nobody_asks_again(allowed: bool) -> None:
    asked: list[str] = []

    def rule(origin: str, environ: Any) -> bool:
        asked.append(origin)
        return allowed

    router, server = routed(("/x", "POST", Policy(rule)), block_untrusted=True)
    router.judges_early = True
    shared = from_app(allow(EVIL), VARY_ORIGIN)
    assert server.request("POST", "/x", EVIL) == (shared if allowed else forbidden(VARY_ORIGIN))
    assert asked == [EVIL]
    assert server.preflight(EVIL, "POST", path="/x") == (
        no_content(allow(EVIL), *GRANTED) if allowed else forbidden(VARY_PREFLIGHT)
    )
    assert asked == [EVIL, EVIL]


def test_a_verdict_is_kept_for_all_policies_of_the_same_origins() -> None:
    asked: list[str] = []

    def rule(origin: str, environ: Any) -> bool:
        asked.append(origin)
        return True

    policy = Policy(rule)
    verdict = Verdict(A, {})
    assert verdict.of(policy) is verdict.of(policy.with_methods("PUT")) is True
    assert verdict.of(replace(policy, max_age=5)) is True
    assert asked == [A]
    assert verdict.of(Policy(rule)) is True
    assert asked == [A, A]


def test_where_there_is_no_origin_or_everybody_is_allowed_there_is_nothing_to_judge() -> None:
    everybody, named = Policy("*"), Policy(lambda origin, environ: True)
    assert [Verdict(origin, {}).of(everybody) for origin in (None, A)] == [True, True]
    assert [Verdict(None, {}).of(policy) for policy in (named, DENY, None)] == [False, False, False]
    assert [Verdict(A, {}).of(policy) for policy in (named, DENY, None)] == [True, False, False]


@pytest.mark.parametrize("listens", [True, False])
@pytest.mark.parametrize("policy", [Policy(A), DENY, None])
def test_a_request_whose_app_raises_before_it_starts_a_response_is_told_of(policy: Any, listens: bool) -> None:
    decisions: list[Decision] = []
    router = Router([Route(re.compile("/x"), "PUT", policy)])

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ[router.holder_key].append(router.routes[0])
        raise ZeroDivisionError

    hook = decisions.append if listens else None
    for server in (wrap(source=router, app=app, on_decision=hook), wrap(policy, app=raising, on_decision=hook)):
        for origin in (A, None):
            with pytest.raises(ZeroDivisionError):
                server.request("PUT", "/x", origin)
    reasons = (Reason.DENIED,) if policy is DENY else ()
    told = [Decision(Kind.ACTUAL, A, "PUT", "/x", policy is not DENY, reasons)] if policy is not None else []
    assert decisions == told * 2 * listens


def raising(environ: Any, start_response: Any) -> Iterable[bytes]:
    raise ZeroDivisionError


def test_a_body_that_fails_as_it_is_read_fails_where_nothing_is_blocked() -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        yield from ()
        raise LookupError

    router = Router([Route(re.compile("/x"), "PUT", Policy(A))])
    with pytest.raises(LookupError):
        wrap(source=router, app=app, block_untrusted=True).request("PUT", "/x", A)


class Late(Router):
    """A source of an app that routes only as its body is read, and is judged there."""

    verdict: Verdict

    def follow(self, environ: Any, verdict: Verdict) -> Callable[[], Any]:
        self.verdict = verdict
        return lambda: None


@pytest.mark.parametrize("ends", ["with a response", "with an exception", "with nothing"])
def test_a_body_that_comes_to_what_must_not_run_is_answered_403_as_it_is_read(ends: str) -> None:
    router, closed = Late([]), []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        try:
            assert router.verdict.must_block(Policy(A), "PUT")
            if ends == "with an exception":
                raise LookupError
            if ends == "with a response":
                start_response("200 OK", [PLAIN])
                yield b"secret"
                closed.append("read on")
        finally:
            closed.append("closed")

    decisions: list[Decision] = []
    server = wrap(source=router, app=app, block_untrusted=True, on_decision=decisions.append)
    assert server.request("GET", "/x", EVIL) == replace(forbidden(VARY_ORIGIN), app_ran=True)
    assert closed == ["closed"]
    assert [(decision.kind, decision.origin) for decision in decisions] == [(Kind.BLOCKED, EVIL)]


def test_an_app_that_raises_although_it_must_not_run_is_answered_403() -> None:
    router, decisions = Late([]), []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        assert router.verdict.must_block(Policy(A), "PUT")
        raise LookupError

    server = wrap(source=router, app=app, block_untrusted=True, on_decision=decisions.append)
    assert server.request("GET", "/x", EVIL) == replace(forbidden(VARY_ORIGIN), app_ran=True)
    assert decisions == [Decision(Kind.BLOCKED, EVIL, "GET", "/x", False, (Reason.ORIGIN_NOT_ALLOWED,))]


@pytest.mark.parametrize("block_untrusted", [False, True])
def test_a_body_is_returned_untouched_where_nothing_can_be_blocked_any_more(block_untrusted: bool) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        if block_untrusted:
            start_response("200 OK", [PLAIN])
        return body

    body: list[bytes] = []
    middleware = CORSMiddleware(app, source=Late([]), block_untrusted=block_untrusted)
    assert middleware(environ_for("GET", "/x", EVIL), lambda *given: lambda data: None) is body


def test_a_body_that_is_read_late_and_may_run_is_passed_on_chunk_by_chunk() -> None:
    router = Late([])

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [PLAIN])
        yield b"one"
        yield b"two"

    answer = wrap(source=router, app=app, block_untrusted=True).request("GET", "/x", EVIL)
    assert (answer.status, answer.body) == ("200 OK", b"onetwo")


def test_what_an_app_writes_although_it_must_not_run_is_not_sent() -> None:
    closed: list[bool] = []

    class Judging(Router):
        verdict: Verdict

        def follow(self, environ: Any, verdict: Verdict) -> Callable[[], Any]:
            self.verdict = verdict
            return lambda: None

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    router = Judging([])

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        assert router.verdict.must_block(Policy(A), "PUT")
        write = start_response("200 OK", [PLAIN])
        write(b"written")
        start_response("500 Oops", [PLAIN], (None, None, None))
        return Body([b"returned"])

    decisions: list[Decision] = []
    server = wrap(source=router, app=app, block_untrusted=True, on_decision=decisions.append)
    assert server.request("GET", "/x", EVIL) == replace(forbidden(VARY_ORIGIN), app_ran=True)
    assert closed == [True]
    assert decisions == [Decision(Kind.BLOCKED, EVIL, "GET", "/x", False, (Reason.ORIGIN_NOT_ALLOWED,))]


def test_a_body_without_close_is_dropped_too() -> None:
    """Called without the validator, whose bodies all have one."""

    class Judging(Router):
        def follow(self, environ: Any, verdict: Verdict) -> Callable[[], Any]:
            assert verdict.must_block(Policy(A), "PUT")
            return lambda: None

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [PLAIN])
        return [b"returned"]

    middleware = CORSMiddleware(app, source=Judging([]), block_untrusted=True)
    started: list[str] = []
    body = middleware(environ_for("GET", "/x", EVIL), lambda status, headers: started.append(status))  # type: ignore[arg-type,func-returns-value]
    assert (started, list(body)) == (["403 Forbidden"], [])


def test_blocking_looks_the_policy_up_before_the_app_runs() -> None:
    router, server = routed(*ROUTES, ("/plain", "PUT", None), block_untrusted=True)
    assert server.request("PUT", "/items", EVIL) == forbidden(VARY_ORIGIN)
    assert server.request("PUT", "/admin", EVIL) == forbidden()
    assert (router.looked_up, router.asked) == ([("/items", "PUT"), ("/admin", "PUT")], 0)
    assert server.request("PUT", "/items", A) == from_app(allow(A), VARY_ORIGIN)
    assert server.request("PUT", "/plain", EVIL) == from_app()
    assert server.request("PUT", "/nowhere", EVIL) == from_app()
    assert router.asked == 3
    router.looked_up.clear()
    assert server.request("GET", "/admin", EVIL) == from_app()
    assert router.looked_up == []
    assert server.request("GET", "/admin", EVIL, {"Upgrade": "websocket"}) == forbidden()
    assert router.looked_up == [("/admin", "GET")]


def test_a_callable_is_asked_once_though_the_policy_is_needed_twice() -> None:
    asked: list[str] = []

    def rule(origin: str, environ: Any) -> bool:
        asked.append(origin)
        return origin == A

    _, server = routed(("/x", "POST", Policy(rule)), block_untrusted=True)
    assert server.request("POST", "/x", A) == from_app(allow(A), VARY_ORIGIN)
    assert server.request("POST", "/x", EVIL) == forbidden(VARY_ORIGIN)
    assert asked == [A, EVIL]


@pytest.mark.parametrize("block_untrusted", [False, True])
def test_a_callable_sees_the_request(block_untrusted: bool) -> None:
    def rule(origin: str, environ: Any) -> bool:
        return bool(environ["PATH_INFO"] == "/x")

    _, server = routed(("/x|/y", "POST", Policy(rule)), block_untrusted=block_untrusted)
    refused = forbidden(VARY_ORIGIN) if block_untrusted else from_app(VARY_ORIGIN)
    assert server.request("POST", "/x", A) == from_app(allow(A), VARY_ORIGIN)
    assert server.request("POST", "/y", A) == refused
    assert server.preflight(A, "POST", path="/x") == no_content(allow(A), *GRANTED)
    assert server.preflight(A, "POST", path="/y") == forbidden(VARY_PREFLIGHT)


def test_a_policy_found_later_is_judged_anew() -> None:
    first, then = Policy(EVIL), Policy(A)

    class Changing(Router):
        def follow(self, environ: Any, verdict: Verdict) -> Callable[[], Any]:
            return lambda: then

    router = Changing([Route(re.compile("/x"), "POST", first)])
    server = wrap(source=router, block_untrusted=True)
    assert server.request("POST", "/x", EVIL) == from_app(VARY_ORIGIN)


def test_decisions_about_followed_requests() -> None:
    decisions: list[Decision] = []
    _, server = routed(*ROUTES, on_decision=decisions.append, debug=True, block_untrusted=True)
    note = ("X-CORS-Debug", "origin-not-allowed (no rule of the policy allows this origin)")
    denied = ("X-CORS-Debug", "denied (this path or route is never shared)")
    assert server.request("GET", "/items", EVIL) == from_app(FOR_EVERYBODY)
    assert server.request("PUT", "/items", A) == from_app(allow(A), VARY_ORIGIN)
    assert server.request("PUT", "/items", EVIL) == forbidden(VARY_ORIGIN, note, body=note[1].encode() + b"\n")
    assert server.request("GET", "/admin", EVIL) == from_app(denied)
    assert server.request("GET", "/plain", EVIL) == from_app()
    assert server.request("GET", "/items") == from_app(FOR_EVERYBODY)
    assert server.preflight(EVIL, path="/items") == forbidden(VARY_PREFLIGHT, note, body=note[1].encode() + b"\n")
    assert decisions == [
        Decision(Kind.ACTUAL, EVIL, "GET", "/items", True),
        Decision(Kind.ACTUAL, A, "PUT", "/items", True),
        Decision(Kind.BLOCKED, EVIL, "PUT", "/items", False, (Reason.ORIGIN_NOT_ALLOWED,)),
        Decision(Kind.ACTUAL, EVIL, "GET", "/admin", False, (Reason.DENIED,)),
        Decision(Kind.PREFLIGHT, EVIL, "PUT", "/items", False, (Reason.ORIGIN_NOT_ALLOWED,)),
    ]


def test_a_followed_request_that_is_refused_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    _, server = routed(*ROUTES)
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        server.request("PUT", "/items", A)
        server.request("PUT", "/items", EVIL)
    assert caplog.messages == [str(Decision(Kind.ACTUAL, EVIL, "PUT", "/items", False, (Reason.ORIGIN_NOT_ALLOWED,)))]


def test_a_server_is_told_of_an_error_only_where_there_is_one() -> None:
    router, _ = routed(*ROUTES)
    given: list[tuple[Any, ...]] = []
    CORSMiddleware(router.app, source=router)(environ_for("PUT", "/items", A), lambda *call: given.append(call))  # type: ignore[arg-type,return-value]
    assert given == [("200 OK", [PLAIN, allow(A), VARY_ORIGIN])]


def test_what_a_source_raises_passes_through() -> None:
    def fail() -> None:
        raise LookupError("no such tenant")

    router, server = routed(*ROUTES)
    router.fails = fail
    with pytest.raises(LookupError, match="no such tenant"):
        server.request("GET", "/items", A)


def test_the_holder_lies_under_the_source_s_own_key_and_nothing_else_changes() -> None:
    router, _ = routed(*ROUTES)
    environ = environ_for("GET", "/items", A)
    before = dict(environ)
    CORSMiddleware(router.app, source=router)(environ, lambda *given: lambda data: None)
    assert {key: environ[key] for key in before} == before
    assert environ.keys() - before.keys() == {"router.matched", DENIALS}


def test_nested_sources_keep_their_holders_apart() -> None:
    inner, _ = routed(("/x", "GET", Policy(B)))
    outer = Router([Route(re.compile("/x"), "GET", Policy(A))], holder_key="outer.matched")

    def mount(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ["outer.matched"].append(outer.match("/x", "GET"))
        return CORSMiddleware(inner.app, source=inner)(environ, start_response)

    middleware = CORSMiddleware(mount, source=outer)
    assert call(middleware, environ_for("GET", "/x", A)).headers == (PLAIN, allow(A), VARY_ORIGIN)
    assert call(middleware, environ_for("GET", "/x", B)).headers == (PLAIN, VARY_ORIGIN)


def test_the_policy_of_a_followed_request_owns_the_cors_headers(caplog: pytest.LogCaptureFixture) -> None:
    router, _ = routed(*ROUTES)
    headers = [
        PLAIN,
        ("Access-Control-Allow-Origin", "*"),
        ("access-control-expose-headers", "ETag"),
        ("Vary", "Cookie"),
    ]

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ["router.matched"].append(router.match(environ["PATH_INFO"], environ["REQUEST_METHOD"]))
        start_response("200 OK", headers)
        return [b"from the app"]

    server = wrap(source=router, app=app)
    vary, exposed = ("Vary", "Cookie, Origin"), ("Access-Control-Expose-Headers", "ETag")
    with caplog.at_level(logging.WARNING, "cors_wsgi"):
        for _ in range(2):
            assert server.request("PUT", "/items", A) == from_app(allow(A), exposed, vary)
            assert server.request("PUT", "/items", EVIL) == from_app(vary)
            assert server.request("GET", "/admin", A) == from_app(("Vary", "Cookie"))
            assert server.request("GET", "/plain", A) == from_app(*headers[1:])
    assert [record.args for record in caplog.records] == [("access-control-allow-origin",)]
    assert len(headers) == 4


def test_a_followed_request_is_reported_as_it_came() -> None:
    decisions: list[Decision] = []
    router, _ = routed(*ROUTES)

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ["router.matched"].append(router.match("/items", "PUT"))
        environ.update(PATH_INFO="/changed", REQUEST_METHOD="GET", HTTP_ORIGIN=EVIL)
        start_response("200 OK", [PLAIN])
        return [b"from the app"]

    server = wrap(source=router, app=app, on_decision=decisions.append)
    assert server.request("PUT", "/items", A) == from_app(allow(A), VARY_ORIGIN)
    assert decisions == [Decision(Kind.ACTUAL, A, "PUT", "/items", True)]
