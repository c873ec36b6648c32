"""The table of answers: who asks, under which policy, gets what."""

from __future__ import annotations

import pytest
from support.wsgi import (
    ALL_HEADERS,
    ALL_METHODS,
    FOR_EVERYBODY,
    GRANTED,
    PLAIN,
    TEN_MINUTES,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    WITH_CREDENTIALS,
    A,
    Answer,
    B,
    allow,
    app_with,
    forbidden,
    from_app,
    no_content,
    wrap,
)

from cors_wsgi import DENY, Policy

EVIL = "https://a.example.evil.example"

EVERYBODY = Policy("*")
NAMED = Policy([A, B])
LOGGED_IN = Policy([A, B], supports_credentials=True)

ORIGINS = {
    "an allowed origin": A,
    "a refused origin": EVIL,
    "no origin": None,
    "a null origin": "null",
    "an empty origin": "",
    "a malformed origin": "https://a.example/",
    "two origins": f"{A}, {B}",
}
ALLOWED_PREFLIGHT = {
    "everybody": no_content(FOR_EVERYBODY, *GRANTED),
    "named": no_content(allow(A), *GRANTED),
    "named, with credentials": no_content(
        allow(A),
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY"),
        ("Access-Control-Allow-Headers", "x-a"),
        WITH_CREDENTIALS,
        TEN_MINUTES,
        VARY_PREFLIGHT,
    ),
    "deny": forbidden(),
    "none": from_app(),
}
REFUSED_PREFLIGHT = {
    "everybody": no_content(FOR_EVERYBODY, *GRANTED),
    "named": forbidden(VARY_PREFLIGHT),
    "named, with credentials": forbidden(VARY_PREFLIGHT),
    "deny": forbidden(),
    "none": from_app(),
}
SHARED = {
    "everybody": from_app(FOR_EVERYBODY),
    "named": from_app(allow(A), VARY_ORIGIN),
    "named, with credentials": from_app(allow(A), WITH_CREDENTIALS, VARY_ORIGIN),
    "deny": from_app(),
    "none": from_app(),
}
NOT_SHARED = {
    "everybody": from_app(FOR_EVERYBODY),
    "named": from_app(VARY_ORIGIN),
    "named, with credentials": from_app(VARY_ORIGIN),
    "deny": from_app(),
    "none": from_app(),
}
POLICIES = {"everybody": EVERYBODY, "named": NAMED, "named, with credentials": LOGGED_IN, "deny": DENY, "none": None}


@pytest.mark.parametrize("who", ORIGINS)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_request_that_is_no_preflight_reaches_the_app(policy: str, method: str, who: str) -> None:
    expected = SHARED if who == "an allowed origin" else NOT_SHARED
    assert wrap(POLICIES[policy]).request(method, origin=ORIGINS[who]) == expected[policy]


@pytest.mark.parametrize("who", ORIGINS)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_preflight_is_answered_without_the_app(policy: str, who: str) -> None:
    expected = ALLOWED_PREFLIGHT if who == "an allowed origin" else REFUSED_PREFLIGHT
    if who == "no origin":  # without one it is no preflight
        expected = NOT_SHARED
    assert wrap(POLICIES[policy]).preflight(ORIGINS[who], "PUT", "x-a") == expected[policy]


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        pytest.param(
            {"methods": ["GET", "PURGE"]},
            [("Access-Control-Allow-Methods", "GET, PURGE"), ALL_HEADERS, TEN_MINUTES],
            id="methods are named whole",
        ),
        pytest.param(
            {"methods": "*"},
            [("Access-Control-Allow-Methods", "*"), ALL_HEADERS, TEN_MINUTES],
            id="without credentials any method is a star",
        ),
        pytest.param({"methods": []}, [ALL_HEADERS, TEN_MINUTES], id="no method leaves the header out"),
        pytest.param(
            {"allow_headers": ["X-B", "x-a"]},
            [ALL_METHODS, ("Access-Control-Allow-Headers", "X-B, x-a"), TEN_MINUTES],
            id="header names are named whole, as configured",
        ),
        pytest.param({"allow_headers": []}, [ALL_METHODS, TEN_MINUTES], id="no header name leaves the header out"),
        pytest.param(
            {"max_age": 0}, [ALL_METHODS, ALL_HEADERS, ("Access-Control-Max-Age", "0")], id="an age of zero is sent"
        ),
        pytest.param({"max_age": None}, [ALL_METHODS, ALL_HEADERS], id="an age of None is left to the browser"),
        pytest.param(
            {"expose_headers": ["ETag"]}, [ALL_METHODS, ALL_HEADERS, TEN_MINUTES], id="a preflight exposes nothing"
        ),
    ],
)
@pytest.mark.parametrize("names", [None, "x-a", "X-B,x-a", ","])
def test_the_preflight_answer_is_constant_per_origin(
    options: dict[str, object], headers: list[tuple[str, str]], names: str | None
) -> None:
    server = wrap(Policy([A, B], **options))  # type: ignore[arg-type]
    for method in ("PUT", "DELETE", "put", "BAD METHOD", ""):
        for origin in (A, B):
            assert server.preflight(origin, method, names) == no_content(allow(origin), *headers, VARY_PREFLIGHT)


CREDENTIALS_ECHO = Policy(A, supports_credentials=True, methods="*", allow_headers="*", max_age=None)
LONGEST = "x-" + "a" * 4094


@pytest.mark.parametrize(
    ("method", "echoed"),
    [
        pytest.param("PUT", True, id="a standard method"),
        pytest.param("patch", True, id="a method in lower case, as it is"),
        pytest.param("PURGE-all.of_it", True, id="a custom method"),
        pytest.param("A" * 4096, True, id="a token of 4096 bytes"),
        pytest.param("A" * 4097, False, id="a token of 4097 bytes"),
        pytest.param("", False, id="an empty method"),
        pytest.param("*", True, id="a star, which is a token"),
        pytest.param("P UT", False, id="no token"),
        pytest.param("PUT\n", False, id="a line feed"),
        pytest.param("GET, PUT", False, id="two methods"),
        pytest.param("PÜT", False, id="beyond ASCII"),
        pytest.param("TRACE", False, id="TRACE"),
        pytest.param("connect", False, id="connect, whatever its case"),
        pytest.param("Track", False, id="Track, whatever its case"),
        pytest.param("TRACER", True, id="a method that only begins like a forbidden one"),
    ],
)
def test_with_credentials_any_method_is_echoed_if_a_script_can_use_it(method: str, echoed: bool) -> None:
    methods = [("Access-Control-Allow-Methods", method)] if echoed else []
    answer = wrap(CREDENTIALS_ECHO).preflight(A, method)
    assert answer == no_content(allow(A), *methods, WITH_CREDENTIALS, VARY_PREFLIGHT)


@pytest.mark.parametrize(
    ("names", "echoed"),
    [
        pytest.param("x-a", "x-a", id="one name"),
        pytest.param("x-b,X-A, authorization", "x-b,X-A, authorization", id="byte for byte"),
        pytest.param(" x-a ,, x-b,", " x-a ,, x-b,", id="empty elements and spaces"),
        pytest.param("x-a x-b", "x-a x-b", id="names without a comma: the browser judges"),
        pytest.param("*", "*", id="a star, which is a token"),
        pytest.param(LONGEST, LONGEST, id="4096 bytes"),
        pytest.param(LONGEST + "a", None, id="4097 bytes"),
        pytest.param(None, None, id="no header"),
        pytest.param("", None, id="an empty header"),
        pytest.param(",", None, id="a comma alone"),
        pytest.param(" \t, ", None, id="no name between commas, spaces and tabs"),
        pytest.param("x-a;x-b", None, id="a semicolon"),
        pytest.param("x-a\r\nSet-Cookie: a=b", None, id="a line break"),
        pytest.param("x-a\n", None, id="a line feed at the end"),
        pytest.param("x-ä", None, id="beyond ASCII"),
        pytest.param("x-a, x\x00b", None, id="a control character"),
    ],
)
def test_with_credentials_any_header_is_echoed_if_it_is_a_list_of_names(names: str | None, echoed: str | None) -> None:
    headers = [("Access-Control-Allow-Headers", echoed)] if echoed is not None else []
    answer = wrap(CREDENTIALS_ECHO).preflight(A, "PUT", names)
    expected = no_content(allow(A), ("Access-Control-Allow-Methods", "PUT"), *headers, WITH_CREDENTIALS, VARY_PREFLIGHT)
    assert answer == expected


def test_a_tab_between_echoed_names_becomes_a_space_since_wsgi_bans_control_characters() -> None:
    answer = wrap(CREDENTIALS_ECHO).preflight(A, "PUT", "x-a,\tx-b\t")
    assert answer == no_content(
        allow(A),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "x-a, x-b "),
        WITH_CREDENTIALS,
        VARY_PREFLIGHT,
    )


def test_with_credentials_named_methods_and_headers_are_not_echoed() -> None:
    policy = Policy(A, supports_credentials=True, methods=["PUT"], allow_headers=["X-A"], max_age=None)
    expected = no_content(
        allow(A),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "X-A"),
        WITH_CREDENTIALS,
        VARY_PREFLIGHT,
    )
    assert wrap(policy).preflight(A, "DELETE", "x-b") == expected


@pytest.mark.parametrize(
    ("policy", "given", "merged"),
    [
        pytest.param(NAMED, ["Accept-Encoding"], ["Accept-Encoding, Origin"], id="the app's own comes first"),
        pytest.param(
            NAMED,
            ["Cookie", "Accept-Encoding, Cookie"],
            ["Cookie, Accept-Encoding, Origin"],
            id="several lines become one, each name once",
        ),
        pytest.param(NAMED, ["origin"], ["origin"], id="a name is there already, whatever its case"),
        pytest.param(
            NAMED, ["Accept ,, Origin, Cookie"], ["Accept, Origin, Cookie"], id="empty elements and spaces go"
        ),
        pytest.param(NAMED, [""], ["Origin"], id="an empty line"),
        pytest.param(NAMED, ["*"], ["*"], id="a star says it all"),
        pytest.param(NAMED, ["Cookie", "*"], ["Cookie", "*"], id="lines with a star are left alone"),
        pytest.param(NAMED, ["Cookie\xa0"], ["Cookie\xa0, Origin"], id="only spaces and tabs go"),
        pytest.param(NAMED, ["Origins"], ["Origins, Origin"], id="a longer name is another name"),
        pytest.param(
            EVERYBODY, ["Cookie", "accept"], ["Cookie", "accept"], id="for everybody the app's own lines stay"
        ),
        pytest.param(EVERYBODY, [], [], id="for everybody there is none"),
        pytest.param(DENY, ["Cookie"], ["Cookie"], id="denied, the app's own stays"),
        pytest.param(None, ["Cookie"], ["Cookie"], id="hands off, the app's own stays"),
    ],
)
@pytest.mark.parametrize("origin", [A, EVIL, None])
def test_vary_is_merged(policy: Policy | None, given: list[str], merged: list[str], origin: str | None) -> None:
    app = app_with(*(("Vary", value) for value in given))
    expected = [("Vary", value) for value in merged]
    if policy is EVERYBODY:
        expected.append(FOR_EVERYBODY)
    elif policy is NAMED and origin == A:
        expected.insert(0, allow(A))
    assert wrap(policy, app=app).request(origin=origin) == from_app(*expected)


APPS_OWN = [
    ("access-control-allow-origin", "*"),
    ("ACCESS-CONTROL-ALLOW-CREDENTIALS", "true"),
    ("Access-Control-Allow-Methods", "GET"),
    ("Access-Control-Allow-Headers", "x-a"),
    ("Access-Control-Allow-Private-Network", "true"),
    ("Access-Control-Max-Age", "1"),
    ("Access-Control-Expose-Headers", "X-Of-App, etag"),
    ("ETag", '"1"'),
    ("Set-Cookie", "a=b"),
    ("Set-Cookie", "c=d"),
]
REST = (("ETag", '"1"'), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"))
EXPOSED = ("Access-Control-Expose-Headers", "X-Of-App, etag, X-Of-Policy")
EXPOSING = {"expose_headers": ["ETag", "X-Of-Policy"]}


@pytest.mark.parametrize(
    ("policy", "origin", "expected"),
    [
        pytest.param(Policy("*", **EXPOSING), A, [*REST, FOR_EVERYBODY, EXPOSED], id="for everybody"),
        pytest.param(Policy("*", **EXPOSING), None, [*REST, FOR_EVERYBODY, EXPOSED], id="for everybody, no origin"),
        pytest.param(Policy(A, **EXPOSING), A, [*REST, allow(A), EXPOSED, VARY_ORIGIN], id="allowed"),
        pytest.param(
            Policy(A, supports_credentials=True, **EXPOSING),
            A,
            [*REST, allow(A), WITH_CREDENTIALS, EXPOSED, VARY_ORIGIN],
            id="allowed, with credentials",
        ),
        pytest.param(Policy(A, **EXPOSING), EVIL, [*REST, VARY_ORIGIN], id="refused"),
        pytest.param(Policy(A, **EXPOSING), None, [*REST, VARY_ORIGIN], id="no origin"),
        pytest.param(DENY, A, REST, id="denied"),
        pytest.param(None, A, APPS_OWN, id="hands off"),
    ],
)
def test_the_policy_owns_the_cors_headers(
    policy: Policy | None, origin: str | None, expected: list[tuple[str, str]]
) -> None:
    assert wrap(policy, app=app_with(*APPS_OWN)).request(origin=origin) == from_app(*expected)


def test_an_app_may_set_nothing_but_what_the_policy_owns() -> None:
    server = wrap(NAMED, app=app_with(("Access-Control-Allow-Origin", "*"), status="304 Not Modified", body=b""))
    assert server.request(origin=A) == Answer("304 Not Modified", (allow(A), VARY_ORIGIN), b"", True)
    assert server.request(origin=EVIL) == Answer("304 Not Modified", (VARY_ORIGIN,), b"", True)


@pytest.mark.parametrize(
    ("configured", "given", "merged"),
    [
        pytest.param([], [], None, id="nothing"),
        pytest.param(["ETag"], [], "ETag", id="the policy's alone"),
        pytest.param([], ["X-A", "X-B,x-a"], "X-A, X-B", id="the app's lines become one, each name once"),
        pytest.param(["ETag"], ["X-A"], "X-A, ETag", id="both, the app's first"),
        pytest.param("*", ["X-A"], "*", id="the policy's star covers all"),
        pytest.param([], ["*"], "*", id="the app's own star"),
        pytest.param(["ETag"], ["*"], "*, ETag", id="the app's own star beside a name of the policy's"),
        pytest.param([], ["X-A, not a token, X-B"], "X-A, X-B", id="what is no name goes, and does not spoil the rest"),
        pytest.param([], [","], None, id="no name at all"),
    ],
)
def test_expose_headers_is_merged(configured: object, given: list[str], merged: str | None) -> None:
    app = app_with(*(("Access-Control-Expose-Headers", value) for value in given))
    expose = [("Access-Control-Expose-Headers", merged)] if merged is not None else []
    policy = Policy(A, expose_headers=configured)  # type: ignore[arg-type]
    assert wrap(policy, app=app).request(origin=A) == from_app(allow(A), *expose, VARY_ORIGIN)
    assert wrap(policy, app=app).request(origin=EVIL) == from_app(VARY_ORIGIN)


@pytest.mark.parametrize(
    "status",
    [
        "302 Found",
        "304 Not Modified",
        "401 Unauthorized",
        "404 Not Found",
        "405 Method Not Allowed",
        "413 Content Too Large",
        "429 Too Many Requests",
        "500 Internal Server Error",
    ],
)
def test_errors_redirects_and_304_are_shared_like_any_other_response(status: str) -> None:
    own = (("Allow", "GET"), ("Location", "/elsewhere"))
    server = wrap(LOGGED_IN, app=app_with(*own, status=status, body=b""))
    first = () if status.startswith("304") else (PLAIN,)
    shared = Answer(status, (*first, *own, allow(A), WITH_CREDENTIALS, VARY_ORIGIN), b"", True)
    assert server.request(origin=A) == shared
    assert server.request(origin=EVIL) == Answer(status, (*first, *own, VARY_ORIGIN), b"", True)


def test_whatever_does_not_depend_on_the_request_is_known_before_the_first() -> None:
    constant, echoing = Policy([A, B], expose_headers=["ETag", "Link"]).compiled, LOGGED_IN.compiled
    exposed = ("Access-Control-Expose-Headers", "ETag, Link")
    assert constant.preflight_allowed == GRANTED
    assert (constant.preflight_tail, constant.preflight_refused) == ((TEN_MINUTES, VARY_PREFLIGHT), (VARY_PREFLIGHT,))
    assert (constant.methods, constant.headers) == (ALL_METHODS[1], ALL_HEADERS[1])
    assert (constant.actual_allowed, constant.actual_refused) == ((exposed, VARY_ORIGIN), (VARY_ORIGIN,))
    assert (echoing.preflight_allowed, echoing.methods, echoing.headers) == (None, ALL_METHODS[1], None)
    assert echoing.preflight_tail == (WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)
    assert constant.managed_headers - EVERYBODY.compiled.managed_headers == {"vary"}
    assert EVERYBODY.compiled.actual_allowed == EVERYBODY.compiled.actual_refused == ()


def test_of_the_names_of_harmless_headers_a_few_are_remembered() -> None:
    policy = Policy(A)
    for number in range(100):
        wrap(policy, app=app_with((f"X-{number}", "1"))).request(origin=A)
    assert policy.compiled.harmless == {"Content-Type", *(f"X-{number}" for number in range(63))}
