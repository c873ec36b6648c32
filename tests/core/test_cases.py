# ruff: noqa: E501 - a table reads best with one row per line
"""What users of CORS middleware ran into, a case each, and the complete answer to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from wsgiref.validate import validator

import pytest
from support.wsgi import (
    ALL_HEADERS,
    ALL_METHODS,
    EVIL,
    FOR_EVERYBODY,
    GRANTED,
    PLAIN,
    TEN_MINUTES,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    WITH_CREDENTIALS,
    Answer,
    Server,
    Wrapped,
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

from cors_wsgi import DENY, CORSMiddleware, Policy, PolicyError, PolicyWarning

O = "https://app.example.com"  # noqa: E741 - it stands in every row
O2 = "https://admin.example.com"
MINE = Policy(O)
EVERYBODY = Policy("*")
LOGGED_IN = Policy(O, supports_credentials=True)

SHARED = from_app(allow(O), VARY_ORIGIN)
NOT_SHARED = from_app(VARY_ORIGIN)
GRANT = no_content(allow(O), *GRANTED)
REFUSAL = forbidden(VARY_PREFLIGHT)
TO_EVERYBODY = no_content(FOR_EVERYBODY, *GRANTED)


def grant(
    methods: str | None = ALL_METHODS[1], headers: str | None = ALL_HEADERS[1], age: str | None = "600"
) -> Answer:
    named = [
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", headers),
        ("Access-Control-Max-Age", age),
    ]
    return no_content(allow(O), *((name, value) for name, value in named if value is not None), VARY_PREFLIGHT)


def answer(status: str, *headers: tuple[str, str], body: bytes = b"from the app") -> Answer:
    first = () if status.startswith("304") else (PLAIN,)
    return Answer(status, (*first, *headers), body, True)


def get(origin: str | None = O, path: str = "/", **headers: str) -> Callable[[Server], Answer]:
    return lambda server: server.request(
        "GET", path, origin, {name.replace("_", "-"): value for name, value in headers.items()}
    )


def send(method: str, origin: str | None = O, path: str = "/", **headers: str) -> Callable[[Server], Answer]:
    return lambda server: server.request(
        method, path, origin, {name.replace("_", "-"): value for name, value in headers.items()}
    )


def preflight(
    method: str = "PUT", names: str | None = None, origin: str | None = O, path: str = "/", **headers: str
) -> Callable[[Server], Answer]:
    return lambda server: server.preflight(
        origin, method, names, path, {name.replace("_", "-"): value for name, value in headers.items()}
    )


def guarded(environ: Any, start_response: Any) -> Iterable[bytes]:
    """An app that lets nobody in, with whatever method."""
    return app_with(("WWW-Authenticate", "Basic"), status="401 Unauthorized")(environ, start_response)


def counting(environ: Any, start_response: Any) -> Iterable[bytes]:
    raise AssertionError("a rate limit would count this request")


def mounted(environ: Any, start_response: Any) -> Iterable[bytes]:
    environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/sub", environ["PATH_INFO"].removeprefix("/sub")
    return app_with()(environ, start_response)


def twice(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [PLAIN])
    start_response("500 Oops", [PLAIN], (None, None, None))
    return [b"from the app"]


def writing(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [PLAIN])(b"from the app")
    return []


def lazy(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [PLAIN])
    yield b"from the app"


def of_tenant(origin: str, environ: Any) -> bool:
    return environ["PATH_INFO"].startswith(f"/t/{origin.removeprefix('https://').partition('.')[0]}/")


def failing(origin: str, environ: Any) -> bool:
    raise ValueError


ACRM = {"Access_Control_Request_Method": "PUT"}
CASES = [
    # id, the policy (and what else the middleware gets), the app, the request, the complete answer
    ("an error of the app is shared", MINE, app_with(status="500 Oops"), get(), answer("500 Oops", allow(O), VARY_ORIGIN)),
    ("a 401 is shared", LOGGED_IN, guarded, get(), answer("401 Unauthorized", ("WWW-Authenticate", "Basic"), allow(O), WITH_CREDENTIALS, VARY_ORIGIN)),
    ("a 404 is shared", MINE, app_with(status="404 Not Found"), get(), answer("404 Not Found", allow(O), VARY_ORIGIN)),
    ("a 405 is shared, Allow intact", MINE, app_with(("Allow", "GET"), status="405 No"), send("POST"), answer("405 No", ("Allow", "GET"), allow(O), VARY_ORIGIN)),
    ("a 429 is shared, Retry-After readable", Policy(O, expose_headers="Retry-After"), app_with(("Retry-After", "1"), status="429 No"), get(), answer("429 No", ("Retry-After", "1"), allow(O), ("Access-Control-Expose-Headers", "Retry-After"), VARY_ORIGIN)),
    ("a 413 is shared", MINE, app_with(status="413 No"), send("POST"), answer("413 No", allow(O), VARY_ORIGIN)),
    ("a 304 is shared", LOGGED_IN, app_with(("ETag", '"1"'), status="304 Not Modified", body=b""), get(If_None_Match='"1"'), answer("304 Not Modified", ("ETag", '"1"'), allow(O), WITH_CREDENTIALS, VARY_ORIGIN, body=b"")),
    ("a response started twice is shared once", MINE, twice, get(), answer("500 Oops", allow(O), VARY_ORIGIN)),
    ("a redirect is shared", MINE, app_with(("Location", "/x"), status="302 Found"), get(), answer("302 Found", ("Location", "/x"), allow(O), VARY_ORIGIN)),
    ("HEAD is shared like GET", MINE, app_with(body=b""), send("HEAD"), answer("200 OK", allow(O), VARY_ORIGIN, body=b"")),
    ("a mounted app is shared by the full path", (None, {"paths": {"/sub/*": MINE}}), mounted, get(path="/sub/x"), SHARED),
    ("authentication never sees a preflight", MINE, guarded, preflight("PUT", "authorization"), GRANT),
    ("the app never runs for a preflight", MINE, counting, preflight(), GRANT),
    ("OPTIONS that is no preflight passes authentication", MINE, guarded, send("OPTIONS", None), answer("401 Unauthorized", ("WWW-Authenticate", "Basic"), VARY_ORIGIN)),
    ("OPTIONS without a requested method is the app's", MINE, app_with(("Allow", "GET, PUT")), send("OPTIONS"), answer("200 OK", ("Allow", "GET, PUT"), allow(O), VARY_ORIGIN)),
    ("OPTIONS without an origin is the app's", MINE, app_with(), send("OPTIONS", None, **ACRM), NOT_SHARED),
    ("an app that answers preflights itself gets them with None", (MINE, {"paths": {"/own/*": None}}), app_with(allow("https://x.example")), preflight(path="/own/x"), from_app(allow("https://x.example"))),
    ("a preflight at an unknown URL is granted, so that the 404 is readable", MINE, app_with(status="404 Not Found"), preflight(path="/nope"), GRANT),
    ("a method that is not allowed is not named", Policy(O, methods=["GET", "PUT"]), counting, preflight("DELETE"), grant("GET, PUT")),
    ("a header that is not allowed is not named", Policy(O, allow_headers=["content-type"]), counting, preflight("PUT", "x-secret"), grant(headers="content-type")),
    ("a refused preflight gets nothing", LOGGED_IN, counting, preflight(origin=EVIL), REFUSAL),
    ("a granted preflight is a bare 204", MINE, app_with(("Set-Cookie", "a=b")), preflight(), GRANT),
    ("a preflight exposes nothing", Policy(O, expose_headers=["ETag"]), counting, preflight(), GRANT),
    ("a rate limit does not count preflights", MINE, counting, preflight(), GRANT),
    ("cookies change no preflight", MINE, counting, preflight(Cookie="a=b", Authorization="x"), GRANT),
    ("TRACE is not reflected", Policy(O, methods="*", supports_credentials=True, allow_headers=["x"]), counting, preflight("TRACE"), no_content(allow(O), ("Access-Control-Allow-Headers", "x"), WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)),
    ("what is no method is not reflected", Policy(O, methods="*", supports_credentials=True, allow_headers=["x"]), counting, preflight("GE T"), no_content(allow(O), ("Access-Control-Allow-Headers", "x"), WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)),
    ("a string is one origin, not its letters", Policy(O), app_with(), get(), SHARED),
    ("a suffix", MINE, app_with(), get(O + ".evil.com"), NOT_SHARED),
    ("another scheme", MINE, app_with(), get("http://app.example.com"), NOT_SHARED),
    ("another port", MINE, app_with(), get(O + ":8443"), NOT_SHARED),
    ("a trailing slash", MINE, app_with(), get(O + "/"), NOT_SHARED),
    ("a prefix", MINE, app_with(), get("https://xapp.example.com"), NOT_SHARED),
    ("null", MINE, app_with(), get("null"), NOT_SHARED),
    ("an empty origin", MINE, app_with(), get(""), NOT_SHARED),
    ("one label below", Policy("https://*.example.com"), app_with(), get(), SHARED),
    ("two labels below", Policy("https://*.example.com"), app_with(), get("https://a.b.example.com"), from_app(allow("https://a.b.example.com"), VARY_ORIGIN)),
    ("the bare domain", Policy("https://*.example.com"), app_with(), get("https://example.com"), NOT_SHARED),
    ("a longer name", Policy("https://*.example.com"), app_with(), get("https://evilexample.com"), NOT_SHARED),
    ("a suffix of a pattern", Policy("https://*.example.com"), app_with(), get("https://a.example.com.evil.com"), NOT_SHARED),
    ("an empty label", Policy("https://*.example.com"), app_with(), get("https://.example.com"), NOT_SHARED),
    ("another scheme of a pattern", Policy("https://*.example.com"), app_with(), get("http://a.example.com"), NOT_SHARED),
    ("a regular expression is matched whole", Policy(re.compile(r"https://.*\.example\.com")), app_with(), get("https://a.example.com.evil.com"), NOT_SHARED),
    ("what is no origin reaches no regular expression", Policy(re.compile(r"https://.*\.example\.com")), app_with(), get("https://evil.com/.example.com"), NOT_SHARED),
    ("a dot in a string is a dot", MINE, app_with(), get("https://appxexample.com"), NOT_SHARED),
    ("any port", Policy("http://localhost:*"), app_with(), get("http://localhost:5173"), from_app(allow("http://localhost:5173"), VARY_ORIGIN)),
    ("any port, or none", Policy("http://localhost:*"), app_with(), get("http://localhost"), from_app(allow("http://localhost"), VARY_ORIGIN)),
    ("any port of this host alone", Policy("http://localhost:*"), app_with(), get("http://localhost.evil.com:1"), NOT_SHARED),
    ("any port of this scheme alone", Policy("http://localhost:*"), app_with(), get("https://localhost:1"), NOT_SHARED),
    ("null is refused", Policy(re.compile(".*")), app_with(), get("null"), NOT_SHARED),
    ("null is allowed knowingly", Policy("null", accept_risks=["null-origin"]), app_with(), get("null"), from_app(allow("null"), VARY_ORIGIN)),
    *(
        (f"an origin of the scheme {rule.partition(':')[0]}", Policy(rule), app_with(), get(rule), from_app(allow(rule), VARY_ORIGIN))
        for rule in ("capacitor://localhost", "ionic://localhost", "tauri://localhost", "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "moz-extension://8e2a5b3c-0f5a-4c9e-9d0a-6b1c2d3e4f50")
    ),
    ("an IPv6 address", Policy("http://[::1]:3000"), app_with(), get("http://[::1]:3000"), from_app(allow("http://[::1]:3000"), VARY_ORIGIN)),
    ("punycode", Policy("https://xn--bcher-kva.example"), app_with(), get("https://xn--bcher-kva.example"), from_app(allow("https://xn--bcher-kva.example"), VARY_ORIGIN)),
    ("two origins", MINE, app_with(), get(f"{O}, {EVIL}"), NOT_SHARED),
    ("an origin of 10 kB", Policy([O, re.compile(".*")]), app_with(), get("https://" + "a" * 10_000), NOT_SHARED),
    ("an origin with control characters", Policy([O, re.compile(".*")]), app_with(), get("https://a\x01\x7f\xff"), NOT_SHARED),
    ("one value, byte for byte", Policy([O, O2]), app_with(("access-control-allow-ORIGIN", " * ")), get(O2), from_app(allow(O2), VARY_ORIGIN)),
    ("the server's own origin is served", MINE, app_with(), send("POST", "http://127.0.0.1"), NOT_SHARED),
    ("credentials", LOGGED_IN, app_with(), get(), from_app(allow(O), WITH_CREDENTIALS, VARY_ORIGIN)),
    ("a refused origin learns nothing of credentials", LOGGED_IN, app_with(), get(EVIL), NOT_SHARED),
    ("with credentials headers are named", LOGGED_IN, counting, preflight("PUT", "x-a, authorization"), no_content(allow(O), ALL_METHODS, ("Access-Control-Allow-Headers", "x-a, authorization"), WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)),
    ("with credentials methods are named", Policy(O, supports_credentials=True, methods="*"), counting, preflight("DELETE"), no_content(allow(O), ("Access-Control-Allow-Methods", "DELETE"), WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)),
    ("Authorization is named beside the star", MINE, counting, preflight("GET", "authorization"), GRANT),
    ("a public path sends no credentials header", (LOGGED_IN, {"paths": {"/public/*": EVERYBODY}}), app_with(), get(path="/public/x"), from_app(FOR_EVERYBODY)),
    ("the other paths keep theirs", (LOGGED_IN, {"paths": {"/public/*": EVERYBODY}}), app_with(), get(path="/private/x"), from_app(allow(O), WITH_CREDENTIALS, VARY_ORIGIN)),
    *(
        (f"without an origin it varies, {name}", policy, app_with(), get(None), NOT_SHARED)
        for name, policy in (("one", MINE), ("two", Policy([O, O2])), ("a pattern", Policy("https://*.example.com")), ("a callable", Policy(of_tenant)))
    ),
    ("refused it varies", Policy([O, O2]), app_with(), get(EVIL), NOT_SHARED),
    ("allowed it varies", Policy([O, O2]), app_with(), get(), SHARED),
    ("for everybody, with an origin", EVERYBODY, app_with(), get(), from_app(FOR_EVERYBODY)),
    ("for everybody, without one", EVERYBODY, app_with(), get(None), from_app(FOR_EVERYBODY)),
    ("the app's Vary is merged", MINE, app_with(("Vary", "Accept-Encoding")), get(), from_app(allow(O), ("Vary", "Accept-Encoding, Origin"))),
    ("the app varies already", MINE, app_with(("Vary", "origin")), get(), from_app(allow(O), ("Vary", "origin"))),
    ("the app varies on everything", MINE, app_with(("Vary", "*")), get(), from_app(allow(O), ("Vary", "*"))),
    ("a preflight varies on what it asks", EVERYBODY, counting, preflight(), TO_EVERYBODY),
    ("so does a refused one", MINE, counting, preflight(origin=EVIL), REFUSAL),
    ("a path without a policy is left alone", (MINE, {"paths": {"/own": None}}), app_with(), get(path="/own"), from_app()),
    ("a 304 for nobody varies", MINE, app_with(status="304 Not Modified", body=b""), get(None), answer("304 Not Modified", VARY_ORIGIN, body=b"")),
    ("a callable that raises does not allow", Policy(failing), app_with(), get(), NOT_SHARED),
    ("a tenant's origin at its own path", Policy(of_tenant), counting, preflight(origin="https://a.example", path="/t/a/x"), no_content(allow("https://a.example"), *GRANTED)),
    ("a tenant's origin at another's", Policy(of_tenant), counting, preflight(origin="https://b.example", path="/t/a/x"), REFUSAL),
    ("the policy wins over the view", MINE, app_with(FOR_EVERYBODY), get(), SHARED),
    ("a path outside the rules has the policy", (MINE, {"paths": {"/x": DENY}}), app_with(), get(path="/y"), SHARED),
    *(
        (f"a rule for /api/* and the path {path}", (None, {"paths": {"/api/*": MINE}}), app_with(), get(path=path), expected)
        for path, expected in (("/api/x", SHARED), ("/api", SHARED), ("/apikeys", from_app()), ("/API/x", from_app()), ("/api/../secret", from_app()), ("/api/+x", SHARED), ("/api/a+b", SHARED))
    ),
    ("the longer prefix wins", (None, {"paths": {"/api/public/*": EVERYBODY, "/api/*": MINE}}), app_with(), get(EVIL, "/api/private"), NOT_SHARED),
    ("the longer prefix wins, public", (None, {"paths": {"/api/*": MINE, "/api/public/*": EVERYBODY}}), app_with(), get(EVIL, "/api/public"), from_app(FOR_EVERYBODY)),
    ("header names are matched in any case", Policy(O, allow_headers=["Content-Type", "Authorization"]), counting, preflight("PUT", "authorization, Content-type"), grant(headers="Content-Type, Authorization")),
    ("a longer name is another name", Policy(O, allow_headers=["X-Test"]), counting, preflight("PUT", "x-testfoo"), grant(headers="X-Test")),
    ("spaces and empty elements", LOGGED_IN, counting, preflight("PUT", "a ,,b"), no_content(allow(O), ALL_METHODS, ("Access-Control-Allow-Headers", "a ,,b"), WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)),
    ("2000 names", LOGGED_IN, counting, preflight("PUT", ",".join(f"x-{i}" for i in range(2000))), no_content(allow(O), ALL_METHODS, WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)),
    ("2000 names, anonymous", MINE, counting, preflight("PUT", ",".join(f"x-{i}" for i in range(2000))), GRANT),
    ("illegal bytes are not reflected", LOGGED_IN, counting, preflight("PUT", "x-a\xff\x01"), no_content(allow(O), ALL_METHODS, WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)),
    ("patch is not PATCH", Policy(O, methods=["PATCH"]), counting, preflight("patch"), grant("PATCH")),
    ("safelisted methods need no name", Policy(O, methods=["PUT"]), counting, preflight("POST"), grant("PUT")),
    ("custom methods", Policy(O, methods=["REPORT", "PROPFIND"]), counting, preflight("REPORT"), grant("REPORT, PROPFIND")),
    ("a response header is not named", Policy(O, allow_headers=["X-A"]), counting, preflight("POST", "access-control-allow-origin"), grant(headers="X-A")),
    ("JSON and a bearer token by default", MINE, counting, preflight("POST", "content-type, authorization"), GRANT),
    ("exposed on actual responses", Policy(O, expose_headers=["Content-Disposition"]), app_with(), get(), from_app(allow(O), ("Access-Control-Expose-Headers", "Content-Disposition"), VARY_ORIGIN)),
    ("one name as a string, a safelisted one dropped", Policy(O, expose_headers=["ETag", "Content-Type"]), app_with(), get(), from_app(allow(O), ("Access-Control-Expose-Headers", "ETag"), VARY_ORIGIN)),
    ("an age in seconds", Policy(O, max_age=60), counting, preflight(), grant(age="60")),
    ("an age as a timedelta", Policy(O, max_age=timedelta(hours=2)), counting, preflight(), grant(age="7200")),
    ("an age of zero", Policy(O, max_age=0), counting, preflight(), grant(age="0")),
    ("no age", Policy(O, max_age=None), counting, preflight(), grant(age=None)),
    ("what belongs to preflights is not on actual responses", Policy(O, methods=["PUT"], allow_headers=["X-A"], max_age=1), app_with(), get(), SHARED),
    ("headers that are not CORS stay", MINE, app_with(("Cross-Origin-Resource-Policy", "same-site"), ("Timing-Allow-Origin", "*")), get(), from_app(("Cross-Origin-Resource-Policy", "same-site"), ("Timing-Allow-Origin", "*"), allow(O), VARY_ORIGIN)),
    ("debug off", MINE, app_with(), get(EVIL), NOT_SHARED),
    ("debug on", (MINE, {"debug": True}), app_with(), get(EVIL), from_app(VARY_ORIGIN, ("X-CORS-Debug", "origin-not-allowed (no rule of the policy allows this origin)"))),
    ("write", MINE, writing, get(), SHARED),
    ("start_response during iteration", MINE, lazy, get(), SHARED),
    ("private network access is not granted", EVERYBODY, counting, preflight(Access_Control_Request_Private_Network="true"), TO_EVERYBODY),
    ("nor is a preflight refused for it", MINE, counting, preflight(Access_Control_Request_Private_Network="true"), GRANT),
    ("a WebSocket passes", MINE, app_with(), get(EVIL, Upgrade="websocket"), NOT_SHARED),
    ("an untrusted origin is blocked on demand", (MINE, {"block_untrusted": True}), counting, send("POST", EVIL), forbidden(VARY_ORIGIN)),
    ("no origin passes", (MINE, {"block_untrusted": True}), app_with(), send("POST", None), NOT_SHARED),
    ("the same origin passes", (MINE, {"block_untrusted": True}), app_with(), send("POST", "http://127.0.0.1", Sec_Fetch_Site="same-origin"), NOT_SHARED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "app", "ask", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_a_case_is_answered(policy: Any, app: Any, ask: Callable[[Wrapped], Answer], expected: Answer) -> None:
    policy, options = policy if isinstance(policy, tuple) else (policy, {})
    assert ask(wrap(policy, app=app, **options)) == expected


REFUSED = [
    # id, the options, the code of the problem
    ("a trailing slash", {"origins": [O + "/"]}, "trailing-slash"),
    ("no scheme", {"origins": ["app.example.com"]}, "missing-scheme"),
    ("a path", {"origins": [O + "/path"]}, "path"),
    ("a query", {"origins": [O + "?q"]}, "query"),
    ("a fragment", {"origins": [O + "#f"]}, "fragment"),
    ("user info", {"origins": ["https://user@app.example.com"]}, "user-info"),
    ("the default port of https", {"origins": [O + ":443"]}, "default-port"),
    ("the default port of http", {"origins": ["http://app.example.com:80"]}, "default-port"),
    ("upper case", {"origins": ["https://APP.Example.com"]}, "upper-case"),
    ("a comma", {"origins": "https://a.example.com, https://b.example.com"}, "comma-list"),
    ("None", {"origins": None}, "no-origins"),
    ("a part of a label", {"origins": "https://myapp-*.netlify.app"}, "wildcard-place"),
    ("a public suffix", {"origins": "https://*.com", "supports_credentials": True}, "public-suffix"),
    ("a public suffix of two labels", {"origins": "https://*.co.uk", "supports_credentials": True}, "public-suffix"),
    ("a private suffix", {"origins": "https://*.github.io", "supports_credentials": True}, "public-suffix"),
    ("a star for the host", {"origins": "https://*"}, "wildcard-place"),
    ("stars alone", {"origins": "*.*"}, "missing-scheme"),
    ("a star at the end", {"origins": "https://app.*"}, "wildcard-place"),
    ("a backslash", {"origins": r"https://app\.example\.com"}, "looks-like-regex"),
    ("a pattern of the shell", {"origins": "https://app?.example.com"}, "query"),
    ("a regular expression in a string", {"origins": "https://(app|admin).example.com"}, "looks-like-regex"),
    ("null", {"origins": ["null"]}, "null-origin"),
    ("null with credentials", {"origins": ["null"], "supports_credentials": True, "accept_risks": ["null-origin"]}, "null-with-credentials"),
    ("a host in Unicode", {"origins": "https://bücher.example"}, "unicode-host"),
    ("everybody with credentials", {"origins": "*", "supports_credentials": True}, "wildcard-with-credentials"),
    ("everything exposed with credentials", {"expose_headers": "*", "supports_credentials": True}, "expose-wildcard-with-credentials"),
    ("a comma in a name", {"allow_headers": "Content-Type, Authorization"}, "comma-list"),
    ("a forbidden header", {"allow_headers": ["Origin"]}, "forbidden-header"),
    ("Host", {"allow_headers": ["Host"]}, "forbidden-header"),
    ("a header of preflights", {"allow_headers": ["Access-Control-Request-Method"]}, "forbidden-header"),
    ("a response header", {"allow_headers": ["Access-Control-Allow-Origin"]}, "response-header"),
    ("a negative age", {"max_age": -1}, "max-age"),
    ("an age with a unit", {"max_age": "10m"}, "max-age"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_case_is_refused_at_construction(options: Any, code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy(**{"origins": O, **options})
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize("keyword", ["origin", "allowed_origins", "status", "vary", "preflight_continue"])
def test_an_unknown_keyword_is_a_type_error(keyword: str) -> None:
    with pytest.raises(TypeError):
        Policy(O, **{keyword: "x"})  # type: ignore[arg-type]


def test_an_age_beyond_what_browsers_honour_is_warned_of() -> None:
    with pytest.warns(PolicyWarning, match="86400"):
        Policy(O, max_age=86401)


def test_a_stream_is_shared_before_its_first_chunk() -> None:
    seen: list[str] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/event-stream")])

        def chunks() -> Iterable[bytes]:
            try:
                seen.append("first chunk")
                yield b"data: 1\n\n"
                seen.append("second chunk")
                yield b"data: 2\n\n"
            finally:
                seen.append("closed")

        return chunks()

    started: list[Any] = []
    stream = CORSMiddleware(app, MINE)(environ_for(origin=O), lambda *given: started.append(given))  # type: ignore[func-returns-value, arg-type]
    assert (started[0][1][1:], seen) == ([allow(O), VARY_ORIGIN], [])
    assert (next(iter(stream)), seen) == (b"data: 1\n\n", ["first chunk"])
    stream.close()  # type: ignore[attr-defined]
    assert seen == ["first chunk", "closed"]


@pytest.mark.parametrize("policy", [MINE, EVERYBODY, DENY, None], ids=repr)
def test_what_the_app_raises_is_not_hidden(policy: Any) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wrap(policy, app=app).request(origin=O)


def test_what_wraps_the_app_is_shared_if_the_middleware_is_outermost() -> None:
    def debugger(app: Any) -> Any:
        def debugging(environ: Any, start_response: Any) -> Iterable[bytes]:
            try:
                return app(environ, start_response)
            except ZeroDivisionError:
                return app_with(status="500 Oops")(environ, start_response)

        return debugging

    def boom(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise ZeroDivisionError

    assert wrap(MINE, app=debugger(boom)).request(origin=O) == answer("500 Oops", allow(O), VARY_ORIGIN)
    inside = Server(watch(debugger(CORSMiddleware(boom, MINE))))
    assert inside.request(origin=O) == answer("500 Oops")


def test_a_shared_cache_that_honours_vary_serves_no_wrong_answer() -> None:
    def vary_key(answered: Answer, origin: str | None) -> tuple[str | None, ...]:
        return (origin,) if "Origin" in answered.values("Vary") else ()

    server = wrap(MINE)
    assert vary_key(server.request(), None) != vary_key(server.request(), O)
    assert server.request(origin=O) == SHARED
    public = wrap(EVERYBODY)
    assert public.request() == public.request(origin=O) == from_app(FOR_EVERYBODY)
    assert vary_key(public.request(), None) == vary_key(public.request(), O)


def test_an_origin_that_is_added_later_is_allowed_without_a_restart() -> None:
    table: set[str] = set()
    server = wrap(Policy(lambda origin, environ: origin in table))
    assert server.request(origin=O) == NOT_SHARED
    table.add(O)
    assert server.request(origin=O) == SHARED


@pytest.mark.parametrize("returned", [None, "*", [O], 1])
def test_a_callable_allows_with_true_alone(returned: Any) -> None:
    assert wrap(Policy(lambda origin, environ: returned)).request(origin=O) == NOT_SHARED


def test_a_callable_is_asked_once_for_an_origin_and_never_else() -> None:
    asked: list[str] = []
    server = wrap(Policy(lambda origin, environ: asked.append(origin) is None), app=twice)
    for origin in (None, "", "garbage", "null", O):
        server.request(origin=origin)
    assert asked == [O]


def test_policies_are_swapped_at_run_time() -> None:
    server = wrap(MINE)
    server.app.policy = Policy(O2)
    assert (server.request(origin=O), server.request(origin=O2)) == (NOT_SHARED, from_app(allow(O2), VARY_ORIGIN))


def test_of_two_layers_one_answers_and_the_other_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    server = Server(CORSMiddleware(validator(CORSMiddleware(watch(app_with()), Policy([O, O2]))), MINE))
    with caplog.at_level(logging.WARNING, "cors_wsgi"):
        assert [server.request(origin=O) for _ in range(3)] == [SHARED] * 3
    assert len(caplog.records) == 1


def test_rules_are_for_the_path_without_the_mount() -> None:
    server = wrap(None, paths={"/api/*": MINE, "/svc/*": DENY})
    environ = environ_for(path="/api/x", origin=O)
    environ["SCRIPT_NAME"] = "/svc"
    assert call(server.app, environ) == SHARED


def test_a_refusal_is_one_record_with_reason_and_nearest_rule(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        wrap(MINE).request(path="/x", origin=O + "/")
    (message,) = (record.getMessage() for record in caplog.records)
    assert message == (
        f"actual 'GET' '/x' from '{O}/': refused, origin-malformed (the Origin header is not a single serialized origin); "
        f"the nearest rule is '{O}'"
    )


def test_a_thousand_requests_log_nothing_above_debug(caplog: pytest.LogCaptureFixture) -> None:
    server = wrap(MINE)
    with caplog.at_level(logging.INFO):
        for _ in range(500):
            server.request(origin=EVIL)
            server.preflight(EVIL)
    assert caplog.records == []


def test_what_the_client_sent_is_escaped(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        wrap(MINE).request(path="/\r\nx", origin="\x1b[31m\r\n")
    assert [record.getMessage().count("\n") for record in caplog.records] == [0]
    assert r"'/\r\nx' from '\x1b[31m\r\n'" in caplog.text


def test_a_regular_expression_is_never_asked_about_a_long_origin() -> None:
    catastrophic = Policy(re.compile(r"https://(a+)+b"))
    assert wrap(catastrophic).request(origin="https://" + "a" * 100_000) == NOT_SHARED
