"""The middleware as WSGI: what it takes, what it leaves alone, and how it follows an app that does unusual things."""

from __future__ import annotations

import copy
import gc
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

import pytest
from support.wsgi import (
    ALL_HEADERS,
    ALL_METHODS,
    EVIL,
    FOR_EVERYBODY,
    PLAIN,
    PLAIN_APP,
    TEN_MINUTES,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    A,
    Answer,
    B,
    Server,
    allow,
    app_with,
    call,
    environ_for,
    forbidden,
    from_app,
    no_content,
    watch,
    wrap,
)

from cors_wsgi import DENY, CORSMiddleware, Decision, Kind, PathMap, Policy, PolicyError, Problem, ProblemCode
from cors_wsgi.middleware import DENIALS

MINE = Policy(A)
EVERYBODY = Policy("*")


def recording(calls: list[Any]) -> Any:
    """Return a start_response that notes its calls."""

    def start_response(*given: Any) -> Callable[[bytes], object]:
        calls.append(given)
        return lambda data: None

    return start_response


class Source:
    def look_up(self, environ: Any, method: str) -> Any:
        raise AssertionError("not asked")

    def follow(self, environ: Any, verdict: Any) -> Any:
        raise AssertionError("not asked")


class OnlyLooksUp:
    look_up = Source.look_up


async def coroutine(decision: object) -> None: ...


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        pytest.param((PLAIN_APP,), {}, "neither is given.*Write CORSMiddleware", id="no policy"),
        pytest.param(
            (PLAIN_APP, MINE), {"source": Source()}, "both is given.*Write CORSMiddleware", id="a policy and a source"
        ),
        pytest.param((PLAIN_APP, None), {"source": Source()}, "both is given", id="None and a source"),
        pytest.param(
            (PLAIN_APP,), {"source": Source(), "paths": {}}, "source excludes paths.*Write", id="a source and paths"
        ),
        pytest.param((PLAIN_APP,), {"source": OnlyLooksUp()}, "OnlyLooksUp lacks one", id="half a source"),
        pytest.param((PLAIN_APP,), {"source": MINE}, "look_up and follow", id="a policy as source"),
        pytest.param(("app", MINE), {}, "str is not a WSGI app.*Write CORSMiddleware", id="no app"),
        pytest.param((PLAIN_APP, A), {}, "not str.*Policy", id="an origin as policy"),
        pytest.param((PLAIN_APP, [A]), {}, "not list.*Policy", id="origins as policy"),
        pytest.param((PLAIN_APP, Policy), {}, "not type", id="the class as policy"),
        pytest.param((PLAIN_APP, False), {}, "not bool", id="False as policy"),
        pytest.param((PLAIN_APP, MINE), {"paths": {"/x": "*"}}, "not str.*Policy", id="a string as policy of a path"),
        pytest.param((PLAIN_APP, MINE), {"paths": ["/x"]}, "mapping.*not list.*Write paths=", id="a list as paths"),
        pytest.param((PLAIN_APP, MINE), {"paths": []}, "mapping.*not list", id="an empty list as paths"),
        pytest.param((PLAIN_APP, MINE), {"paths": PathMap({})}, "mapping.*not PathMap", id="a PathMap as paths"),
        pytest.param((PLAIN_APP, MINE), {"on_decision": "print"}, "on_decision=print", id="a name as hook"),
        pytest.param((PLAIN_APP, MINE), {"on_decision": coroutine}, "plain function", id="a coroutine as hook"),
        pytest.param(
            (PLAIN_APP, MINE),
            {"zzz": 1},
            "^CORSMiddleware has no option 'zzz'. The options are app, block_",
            id="a keyword",
        ),
        pytest.param((PLAIN_APP, MINE), {"path": {}}, "no option 'path'. Did you mean 'paths'", id="a near miss"),
        pytest.param((PLAIN_APP, MINE, {}), {}, "positional argument", id="paths without their name"),
    ],
)
def test_a_wrong_argument_is_a_type_error_that_says_what_is_right(
    arguments: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=f"(?s){message}"):
        CORSMiddleware(*arguments, **options)


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        pytest.param({"debug": "false"}, [("debug", "false", "not-a-bool")], id="debug is no string"),
        pytest.param(
            {"debug": 1, "block_untrusted": None},
            [("block_untrusted", None, "not-a-bool"), ("debug", 1, "not-a-bool")],
            id="both at once",
        ),
        pytest.param(
            {"paths": {"x": None, "/y*": None}},
            [("paths", "x", "path-start"), ("paths", "/y*", "path-wildcard")],
            id="paths",
        ),
    ],
)
def test_a_wrong_option_is_a_policy_error(options: dict[str, Any], problems: list[tuple[str, object, str]]) -> None:
    with pytest.raises(PolicyError) as caught:
        CORSMiddleware(PLAIN_APP, MINE, **options)
    assert [(problem.option, problem.value, problem.code) for problem in caught.value.problems] == problems


@pytest.mark.parametrize(
    ("arguments", "options", "wrong", "call"),
    [
        pytest.param(
            (), {"origins": [A]}, "no option 'origins'; it belongs to", f"Policy([{A!r}])", id="origins for a policy"
        ),
        pytest.param(
            (),
            {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["X-A"]},
            "no options 'allow_origins', 'allow_methods', 'allow_headers'; they belong to",
            "Policy(['*'], methods=['*'], allow_headers=['X-A'])",
            id="another library's options",
        ),
        pytest.param(
            (),
            {"supports_credential": True},
            "no option 'supports_credential'; it belongs to",
            "Policy(['https://app.example.com'], supports_credentials=True)",
            id="an option without origins",
        ),
        pytest.param(
            ([A],),
            {"max_age": 5, "block_untrusted": True},
            "no option 'max_age'; it belongs to",
            f"Policy([{A!r}], max_age=5)",
            id="origins in the policy's place",
        ),
        pytest.param(
            (MINE,),
            {"allow_headers": ["X-A"], "zzz": 1},
            "no option 'allow_headers'; it belongs to",
            "Policy(..., allow_headers=['X-A'])",
            id="an option beside a policy",
        ),
        pytest.param(
            (),
            {"policy": MINE, "expose_header": "ETag" * 50},
            "no option 'expose_header'; it belongs to",
            "Policy(..., expose_headers=...)",
            id="a long value beside a policy by keyword",
        ),
        pytest.param(
            (MINE,),
            {"expose_header": "E" * 78},
            "no option 'expose_header'; it belongs to",
            f"Policy(..., expose_headers='{'E' * 78}')",
            id="the longest value that is shown",
        ),
    ],
)
def test_an_option_of_the_policy_is_answered_with_the_right_call(
    arguments: tuple[Any, ...], options: dict[str, Any], wrong: str, call: str
) -> None:
    with pytest.raises(TypeError) as caught:
        CORSMiddleware(PLAIN_APP, *arguments, **options)
    assert str(caught.value) == f"CORSMiddleware has {wrong} the policy. Write CORSMiddleware(app, {call})."
    if "..." not in call:
        CORSMiddleware(PLAIN_APP, eval(call))


def test_the_signature_is_the_written_one() -> None:
    for called in (CORSMiddleware, Policy):
        kinds = {parameter.kind.name for parameter in inspect.signature(called).parameters.values()}
        assert kinds == {"POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY"}


@pytest.mark.parametrize(
    ("policy", "paths"),
    [
        pytest.param(EVERYBODY, None, id="everybody alone"),
        pytest.param(EVERYBODY, {"/x": None, "/y": Policy("*", methods=["PUT"])}, id="everybody on every path"),
        pytest.param(None, {"/x": EVERYBODY}, id="everybody on one path, hands off elsewhere"),
    ],
)
def test_blocking_where_everybody_is_trusted_is_refused(policy: Policy | None, paths: dict[str, Any] | None) -> None:
    with pytest.raises(PolicyError) as caught:
        CORSMiddleware(PLAIN_APP, policy, paths=paths, block_untrusted=True)
    assert caught.value.problems == (
        Problem(
            "block_untrusted",
            True,
            ProblemCode.BLOCKS_NOTHING,
            "Every page on the web is trusted, so nothing would ever be blocked.",
            "Name the origins you trust, or leave block_untrusted off.",
        ),
    )
    for twin in (MINE, DENY):
        CORSMiddleware(PLAIN_APP, twin, paths=paths, block_untrusted=True)
    CORSMiddleware(PLAIN_APP, policy, paths={**(paths or {}), "/z": MINE}, block_untrusted=True)
    CORSMiddleware(PLAIN_APP, policy, paths=paths, block_untrusted=False)
    CORSMiddleware(PLAIN_APP, None, block_untrusted=True)


def test_a_policy_is_replaced_at_once() -> None:
    server = wrap(MINE, paths={"/fixed": MINE})
    assert server.app.policy is MINE
    for policy, allowed in ((Policy(B), B), (MINE, A)):
        server.app.policy = policy
        assert server.app.policy is policy
        for origin in (A, B):
            expected = (allow(origin), VARY_ORIGIN) if origin == allowed else (VARY_ORIGIN,)
            assert server.request(origin=origin) == from_app(*expected)
        assert server.request(path="/fixed", origin=A) == from_app(allow(A), VARY_ORIGIN)
    server.app.policy = None
    assert server.preflight(A) == from_app()
    server.app.policy = DENY
    assert server.preflight(A) == forbidden()


def test_a_wrong_replacement_is_refused_and_changes_nothing() -> None:
    server = wrap(MINE, block_untrusted=True)
    with pytest.raises(TypeError, match="not str"):
        server.app.policy = "*"  # type: ignore[assignment]
    with pytest.raises(PolicyError, match="blocks-nothing"):
        server.app.policy = EVERYBODY
    assert server.app.policy is MINE
    followed = CORSMiddleware(PLAIN_APP, source=Source())
    with pytest.raises(TypeError, match="gets its policies from its source"):
        followed.policy = MINE
    assert followed.policy is None


def test_a_response_follows_the_policy_that_stood_when_its_request_came() -> None:
    def replacing(environ: Any, start_response: Any) -> Iterable[bytes]:
        server.app.policy = Policy(B)
        return PLAIN_APP(environ, start_response)

    server = wrap(MINE, app=replacing)
    assert server.request(origin=A) == from_app(allow(A), VARY_ORIGIN)
    assert server.request(origin=A) == from_app(VARY_ORIGIN)


def test_nothing_is_in_the_way_with_hands_off() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        return environ, start_response

    environ, start_response = environ_for(origin=A), object()
    assert CORSMiddleware(app, None)(environ, start_response) == (environ, start_response)  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", [EVERYBODY, MINE, DENY, None], ids=repr)
@pytest.mark.parametrize("origin", [A, EVIL, None])
def test_the_apps_iterable_is_returned_untouched(policy: Any, origin: str | None) -> None:
    bodies: list[Any] = [[b"x"], FileWrapper(open(__file__, "rb")), (chunk for chunk in [b"x"])]  # noqa: SIM115
    for body in bodies:

        def app(environ: Any, start_response: Any, body: Any = body) -> Any:
            start_response("200 OK", [PLAIN])
            return body

        middleware = CORSMiddleware(app, policy)
        assert middleware(environ_for(origin=origin), lambda *given: lambda data: None) is body
    bodies[1].close()


@pytest.mark.parametrize("policy", [EVERYBODY, MINE, DENY, None], ids=repr)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_the_environ_and_the_apps_headers_are_not_changed(policy: Any, method: str) -> None:
    sent = [PLAIN, ("Access-Control-Allow-Origin", "*"), ("Vary", "Cookie"), ("Access-Control-Expose-Headers", "ETag")]
    kept = list(sent)
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append(dict(environ))
        start_response("200 OK", sent)
        return []

    environ = environ_for(method, "/x", A, {"Sec-Fetch-Site": "cross-site", "Vary": "X-Evil"})
    before = dict(environ)
    received: list[list[tuple[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> Any:
        received.append(headers)
        headers.append(("Server", "mutates its list"))

    CORSMiddleware(app, policy, block_untrusted=policy is not EVERYBODY, debug=True)(environ, start_response)
    # What an inner middleware may have to say to an outer one is all that is added, and only where an app runs.
    assert {name: value for name, value in environ.items() if name != DENIALS} == before
    assert [{name: value for name, value in each.items() if name != DENIALS} for each in seen] == [before]
    if policy is not None:
        assert sent == kept
        assert received[0] is not sent
        assert type(received[0]) is list
    assert all("X-Evil" not in value for _, value in received[0])


def test_a_header_list_that_the_app_shares_or_changes_later_is_not_ours() -> None:
    shared = [PLAIN]

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", shared)
        shared.append(("Access-Control-Allow-Origin", "https://late.example"))
        yield b"from the app"
        shared.clear()
        shared.append(PLAIN)

    server = wrap(MINE, app=app)
    for origin, expected in ((A, from_app(allow(A), VARY_ORIGIN)), (EVIL, from_app(VARY_ORIGIN))):
        for _ in range(3):
            assert server.request(origin=origin) == expected


def late(environ: Any, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [PLAIN])
    yield b"from "
    yield b"the app"


def with_write(environ: Any, start_response: Any) -> Iterable[bytes]:
    write = start_response("200 OK", [PLAIN])
    write(b"from ")
    write(b"the ")
    return [b"app"]


def failing_first(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [PLAIN, ("X-Lost", "1"), ("Access-Control-Allow-Origin", "*")])
    try:
        raise RuntimeError
    except RuntimeError:
        start_response("500 Oops", [PLAIN, ("Vary", "Cookie")], sys.exc_info())
    return [b"from the app"]


ERROR = Answer("500 Oops", (PLAIN,), b"from the app", True)


@pytest.mark.parametrize(
    ("app", "shared", "refused"),
    [
        pytest.param(
            late, from_app(allow(A), VARY_ORIGIN), from_app(VARY_ORIGIN), id="start_response during iteration"
        ),
        pytest.param(with_write, from_app(allow(A), VARY_ORIGIN), from_app(VARY_ORIGIN), id="write"),
        pytest.param(
            failing_first,
            Answer("500 Oops", (PLAIN, allow(A), ("Vary", "Cookie, Origin")), b"from the app", True),
            Answer("500 Oops", (PLAIN, ("Vary", "Cookie, Origin")), b"from the app", True),
            id="start_response a second time, with exc_info",
        ),
    ],
)
def test_an_app_that_starts_its_response_unusually(app: Any, shared: Answer, refused: Answer) -> None:
    assert wrap(MINE, app=app).request(origin=A) == shared
    assert wrap(MINE, app=app).request(origin=EVIL) == refused
    assert wrap(MINE, app=app).request() == refused


def test_exc_info_reaches_the_server_and_nothing_takes_its_place() -> None:
    calls: list[tuple[Any, ...]] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        start_response("200 OK", [], None)
        start_response("500 Oops", [], ("type", "error", "traceback"))
        return []

    CORSMiddleware(app, DENY)(environ_for(), recording(calls))
    assert calls == [("200 OK", []), ("200 OK", []), ("500 Oops", [], ("type", "error", "traceback"))]


def test_a_server_that_has_sent_the_headers_raises_through_us() -> None:
    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], object]:
        if exc_info:
            raise exc_info[1]
        return lambda data: None

    with pytest.raises(RuntimeError, match=r"^$"):
        CORSMiddleware(failing_first, MINE)(environ_for(origin=A), start_response)


def test_the_verdict_is_fixed_on_entry_and_reused() -> None:
    asked: list[str] = []
    started: list[list[tuple[str, str]]] = []

    def allow_the_first(origin: str, environ: Any) -> bool:
        asked.append(origin)
        return len(asked) == 1

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ["HTTP_ORIGIN"] = B
        start_response("200 OK", [PLAIN])
        del environ["HTTP_ORIGIN"]
        start_response("500 Oops", [PLAIN], sys.exc_info())
        return []

    CORSMiddleware(app, Policy(allow_the_first))(
        environ_for(origin=A), lambda status, headers, exc_info=None: started.append(headers)
    )
    assert started == [[PLAIN, allow(A), VARY_ORIGIN]] * 2
    assert asked == [A]


def test_an_origin_that_the_app_adds_is_not_the_clients() -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ["HTTP_ORIGIN"] = A
        return PLAIN_APP(environ, start_response)

    assert wrap(MINE, app=app).request() == from_app(VARY_ORIGIN)


class Body:
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks = iter(chunks)
        self.closed = 0
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self.chunks)
        self.sent += 1
        return chunk

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("policy", [EVERYBODY, MINE, DENY, None], ids=repr)
def test_a_stream_is_not_buffered_and_closed_once(policy: Any) -> None:
    body = Body([b"one", b"two", b"three"])
    started: list[Any] = []

    def app(environ: Any, start_response: Any) -> Body:
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return body

    chunks = CORSMiddleware(app, policy)(environ_for(origin=A), recording(started))
    assert len(started) == 1
    assert (next(iter(chunks)), body.sent, body.closed) == (b"one", 1, 0)
    chunks.close()  # type: ignore[attr-defined]
    assert body.closed == 1


@pytest.mark.parametrize("policy", [EVERYBODY, MINE, DENY, None], ids=repr)
@pytest.mark.parametrize("error", [ZeroDivisionError("mine"), KeyboardInterrupt(), SystemExit(3)], ids=repr)
def test_what_the_app_raises_passes_through(policy: Any, error: BaseException) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise error

    with pytest.raises(type(error)) as caught:
        wrap(policy, app=app).request(origin=A)
    assert caught.value is error


def test_a_head_request_is_shared_like_a_get() -> None:
    app = app_with(("Content-Length", "12"), body=b"")
    expected = Answer("200 OK", (PLAIN, ("Content-Length", "12"), allow(A), VARY_ORIGIN), b"", True)
    assert wrap(MINE, app=app).request("HEAD", origin=A) == expected


@pytest.mark.parametrize("method", ["options", "Options", "GET", "POST", "OPTION"])
def test_only_options_is_a_preflight(method: str) -> None:
    headers = {"Access-Control-Request-Method": "PUT"}
    started: list[Any] = []
    environ = environ_for(method, origin=A, headers=headers)
    CORSMiddleware(PLAIN_APP, MINE)(environ, recording(started))
    assert started == [("200 OK", [PLAIN, allow(A), VARY_ORIGIN])]


def test_nothing_but_the_origin_changes_the_verdict() -> None:
    for name, value in (
        ("Cookie", "a=b"),
        ("Authorization", "x"),
        ("X-Forwarded-Host", "a"),
        ("Host", "e"),
        ("Referer", A),
    ):
        extra = {name: value}
        assert wrap(MINE).request(origin=A, headers=extra) == from_app(allow(A), VARY_ORIGIN)
        for origin in (EVIL, None):
            assert wrap(MINE).request(origin=origin, headers=extra) == from_app(VARY_ORIGIN)
        assert wrap(MINE).preflight(EVIL, headers=extra) == forbidden(VARY_PREFLIGHT)
        assert wrap(MINE).preflight(A, headers=extra) == wrap(MINE).preflight(A)


def test_private_network_access_is_neither_granted_nor_refused() -> None:
    headers = {"Access-Control-Request-Private-Network": "true"}
    for policy, who in ((EVERYBODY, FOR_EVERYBODY), (MINE, allow(A))):
        assert wrap(policy).preflight(A, headers=headers) == no_content(
            who, ALL_METHODS, ALL_HEADERS, TEN_MINUTES, VARY_PREFLIGHT
        )


@pytest.mark.parametrize("policy", [EVERYBODY, MINE, DENY, None], ids=repr)
def test_an_upgrade_passes_untouched_unless_it_shall_be_blocked(policy: Any) -> None:
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert wrap(policy).request(origin=EVIL, headers=headers) == wrap(policy).request(origin=EVIL)


def test_of_nested_middlewares_the_outer_owns() -> None:
    inner = CORSMiddleware(watch(PLAIN_APP), Policy(B, expose_headers=["ETag"]))
    server = Server(CORSMiddleware(validator(inner), MINE))
    assert server.request(origin=A) == from_app(allow(A), VARY_ORIGIN)
    assert server.request(origin=B) == from_app(VARY_ORIGIN)
    assert server.preflight(A) == no_content(allow(A), ALL_METHODS, ALL_HEADERS, TEN_MINUTES, VARY_PREFLIGHT)
    assert server.preflight(B) == forbidden(VARY_PREFLIGHT)


def test_an_outer_none_lets_the_inner_decide() -> None:
    inner = CORSMiddleware(watch(PLAIN_APP), Policy(B))
    server = Server(CORSMiddleware(validator(inner), MINE, paths={"/inner/*": None}))
    assert server.request(path="/inner/x", origin=B) == from_app(allow(B), VARY_ORIGIN)
    assert server.request(path="/inner/x", origin=A) == from_app(VARY_ORIGIN)
    assert server.preflight(B, path="/inner/x") == no_content(
        allow(B), ALL_METHODS, ALL_HEADERS, TEN_MINUTES, VARY_PREFLIGHT
    )
    assert server.request(path="/outer", origin=A) == from_app(allow(A), VARY_ORIGIN)


def test_the_path_is_the_one_that_the_app_sees() -> None:
    server = wrap(None, paths={"/x": MINE})
    environ = environ_for(path="/x", origin=A)
    environ["SCRIPT_NAME"] = "/mounted"
    assert call(server.app, environ) == from_app(allow(A), VARY_ORIGIN)
    environ = environ_for(path="", origin=A)
    environ["SCRIPT_NAME"] = "/x"
    assert call(server.app, environ) == from_app()
    assert call(CORSMiddleware(watch(PLAIN_APP), None, paths={"/*": MINE}), copy.copy(environ)) == from_app(
        allow(A), VARY_ORIGIN
    )


def test_a_path_info_that_is_missing_is_the_empty_path() -> None:
    for policy, paths in ((MINE, None), (None, {"/*": MINE}), (MINE, {"/x": None})):
        environ = environ_for(origin=A)
        del environ["PATH_INFO"]
        started: list[Any] = []
        CORSMiddleware(PLAIN_APP, policy, paths=paths)(environ, recording(started))
        assert started == [("200 OK", [PLAIN, allow(A), VARY_ORIGIN])]


class Following:
    """A source whose every path has one policy, and that looks at nothing."""

    def look_up(self, environ: Any, method: str, verdict: Any) -> Any:
        return MINE

    def follow(self, environ: Any, verdict: Any) -> Any:
        return lambda: MINE


@pytest.mark.parametrize("source", [None, Following()])
def test_a_path_info_that_is_missing_is_reported_as_the_empty_path(source: Any) -> None:
    decisions: list[Decision] = []
    policy = [] if source else [MINE]
    middleware = CORSMiddleware(PLAIN_APP, *policy, source=source, on_decision=decisions.append, block_untrusted=True)
    for method, headers in (("GET", {}), ("POST", {}), ("OPTIONS", {"Access-Control-Request-Method": "PUT"})):
        environ = environ_for(method, origin=EVIL, headers=headers)
        del environ["PATH_INFO"]
        middleware(environ, recording([]))
    assert [(decision.kind, decision.path) for decision in decisions] == [
        (Kind.ACTUAL, ""),
        (Kind.BLOCKED, ""),
        (Kind.PREFLIGHT, ""),
    ]


def test_requests_leave_nothing_behind() -> None:
    server = wrap(MINE, app=app_with(("Access-Control-Allow-Origin", "*")), debug=True)

    def objects_after(requests: int) -> int:
        for number in range(requests):
            server.request("POST", f"/{number}", f"https://a{number}.example")
            server.preflight(A, f"M{number}", f"x-{number}")
        gc.collect()
        return len(gc.get_objects())

    few = objects_after(20)
    assert objects_after(500) <= few + 50


def test_what_is_remembered_of_headers_and_preflights_is_bounded_and_changes_no_answer() -> None:
    sent: list[tuple[str, str]] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [PLAIN, *sent])
        return [b"from the app"]

    policy = Policy(A)
    server, compiled = wrap(policy, app=app), policy.compiled
    for number in range(200):
        sent[:] = [(f"X-{number}", "1"), ("Vary", "Cookie"), ("x-last", "2")]
        expected = (f"X-{number}", "1"), ("x-last", "2"), allow(A), ("Vary", "Cookie, Origin")
        assert server.request(origin=A) == from_app(*expected)
        assert server.preflight(A, "PUT", f"x-{number}").status == "204 No Content"
    assert (len(compiled.harmless), len(compiled.fully_granted)) == (64, 64)


def test_an_error_of_an_app_that_sets_no_cors_headers_reaches_the_server_whole() -> None:
    error = (ZeroDivisionError, ZeroDivisionError("mine"), None)

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [PLAIN])
        start_response("500 Oops", [PLAIN], error)
        return []

    calls: list[Any] = []
    list(CORSMiddleware(app, MINE)(environ_for(origin=A), recording(calls)))
    headers = [PLAIN, allow(A), VARY_ORIGIN]
    assert calls == [("200 OK", headers), ("500 Oops", headers, error)]
