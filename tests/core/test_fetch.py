"""What the standard says of names and lists, as pure functions over strings."""

from __future__ import annotations

import pytest

from cors_wsgi import fetch


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X-Token", True),
        ("!#$%&'*+-.^_`|~09azAZ", True),
        ("*", True),
        ("", False),
        ("X Token", False),
        ("X-Token\n", False),
        ("X:Token", False),
        ("X-Töken", False),
        ("X-Token\u0663", False),
        ("(comment)", False),
        ('"', False),
        ("a/b", False),
        ("a,b", False),
    ],
)
def test_tokens(text: str, expected: bool) -> None:
    assert fetch.is_token(text) is expected


@pytest.mark.parametrize(
    ("method", "normalized"),
    [
        *((name.lower(), name) for name in ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")),
        ("pUt", "PUT"),
        ("PUT", "PUT"),
        ("patch", "patch"),
        ("Patch", "Patch"),
        ("purge", "purge"),
        ("po\u017ft", "po\u017ft"),
        ("", ""),
    ],
)
def test_browsers_raise_some_methods_to_upper_case(method: str, normalized: str) -> None:
    assert fetch.normalize_method(method) == normalized


@pytest.mark.parametrize(
    ("method", "forbidden"),
    [("CONNECT", True), ("trace", True), ("Track", True), ("TRACER", False), ("GET", False), ("TRACE ", False)],
)
def test_forbidden_methods(method: str, forbidden: bool) -> None:
    assert fetch.is_forbidden_method(method) is forbidden


FORBIDDEN_NAMES = [
    "Accept-Charset",
    "Accept-Encoding",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Connection",
    "Content-Length",
    "Cookie",
    "Cookie2",
    "Date",
    "DNT",
    "Expect",
    "Host",
    "Keep-Alive",
    "Origin",
    "Referer",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Proxy-",
    "proxy-authorization",
    "Sec-",
    "SEC-Fetch-Site",
]


@pytest.mark.parametrize("name", FORBIDDEN_NAMES)
def test_a_script_may_not_set_a_forbidden_header_but_one_that_looks_like_it(name: str) -> None:
    assert fetch.is_forbidden_request_header(name)
    assert fetch.is_forbidden_request_header(name.upper(), "any value")
    assert not fetch.is_forbidden_request_header("X-" + name)


@pytest.mark.parametrize("name", ["X-HTTP-Method", "X-HTTP-Method-Override", "x-method-override"])
@pytest.mark.parametrize(
    ("value", "forbidden"),
    [
        ("", False),
        ("GET", False),
        ("TRACE", True),
        ("get,\tconnect ", True),
        ("GET TRACE", False),
        ("TRACER", False),
        ("XTRACE", False),
        ("TRACE\xa0", False),
    ],
)
def test_a_method_override_may_not_name_a_forbidden_method(name: str, value: str, forbidden: bool) -> None:
    assert fetch.is_forbidden_request_header(name, value) is forbidden
    assert not fetch.is_forbidden_request_header("X-Other", value)


@pytest.mark.parametrize("name", ["Authorization", "Content-Type", "X-Token", "User-Agent", "Proxy", "Secret"])
def test_a_script_may_set_any_other_header(name: str) -> None:
    assert not fetch.is_forbidden_request_header(name)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("", []),
        (" \t,, ", []),
        ("x-a", ["x-a"]),
        ("X-A,x-b", ["X-A", "x-b"]),
        (" x-a ,,\tx-b,", ["x-a", "x-b"]),
        ("x-a x-b", None),
        ("x-a;x-b", None),
        ("x-a,\nx-b", None),
        ("x-a,x-ä", None),
    ],
)
def test_a_list_of_names(value: str, names: list[str] | None) -> None:
    assert fetch.extract_names(value) == names


def test_the_sets_that_both_sides_share() -> None:
    assert {"GET", "HEAD", "POST"} == fetch.SAFELISTED_METHODS
    assert {"CONNECT", "TRACE", "TRACK"} == fetch.FORBIDDEN_METHODS
    assert {"set-cookie", "set-cookie2"} == fetch.FORBIDDEN_RESPONSE_HEADERS
    assert {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    } == fetch.SAFELISTED_RESPONSE_HEADERS
