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
        ("query", "query"),
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


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("::1", "::1"),
        ("0:0:0:0:0:0:0:0", "::"),
        ("2001:4860:4860::8888", "2001:4860:4860::8888"),
        ("fe80::1", "fe80::1"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("2001:0DB8::0001", "2001:db8::1"),
        ("::ffff:1.2.3.4", "::ffff:102:304"),
        ("::1.2.3.04", None),
        ("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"),
        ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
        ("10:0:0:10:0:0:100:0", "10::10:0:0:100:0"),
        ("", None),
        ("1", None),
        ("::g", None),
        ("fe80::1%eth0", None),
    ],
)
def test_browsers_write_an_ipv6_address_so(text: str, canonical: str | None) -> None:
    assert fetch.canonical_ipv6(text) == canonical


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        pytest.param("App.Example.", "app.example.", id="ASCII is lowered"),
        pytest.param("", "", id="an empty domain stays empty"),
        pytest.param("a..b", "a..b", id="labels may be empty"),
        pytest.param("-a--b_c-", "-a--b_c-", id="hyphens and underscores stand anywhere"),
        pytest.param("bücher.example", "xn--bcher-kva.example", id="punycode"),
        pytest.param("BÜCHER.example", "xn--bcher-kva.example", id="upper case"),
        pytest.param("bu\u0308cher.example", "xn--bcher-kva.example", id="a combining mark behind its letter"),
        pytest.param("\u0300a.example", None, id="a combining mark in front"),
        pytest.param("straße.de", "xn--strae-oqa.de", id="a sharp s is kept"),
        pytest.param("STRAẞE.de", "xn--strae-oqa.de", id="an upper-case sharp s"),
        pytest.param("ΒΌΛΟΣ", "xn--nxasmq6b", id="an upper-case sigma at the end is no final one"),
        pytest.param("βόλος", "xn--nxasmm1c", id="a final sigma is kept"),
        pytest.param("क्\u200dष.in", "xn--11b2ezcw70k.in", id="a joiner behind a virama is kept"),
        pytest.param("a\u200db.in", None, id="a joiner elsewhere"),
        pytest.param("\u200c.in", None, id="a non-joiner alone"),
        pytest.param("\u200d\u06fa.in", None, id="a joiner in front"),
        pytest.param("a\u00adb.example", "ab.example", id="a soft hyphen vanishes"),
        pytest.param("☕.example", "xn--53h.example", id="a symbol"),
        pytest.param("a。b．c｡d", "a.b.c.d", id="other dots"),
        pytest.param("１２７.１", "127.1", id="wide digits"),
        pytest.param("a\ue000b", None, id="for private use"),
        pytest.param("a\ud800", None, id="half a character"),
        pytest.param("א.example", "xn--4db.example", id="right to left"),
        pytest.param("אa.example", None, id="both directions in a label"),
        pytest.param("با.example", "xn--mgbb.example", id="Arabic"),
        pytest.param("بa.example", None, id="Arabic and Latin letters in a label"),
        pytest.param("a٠.example", None, id="an Arabic digit behind a Latin letter"),
        pytest.param("0a.א", None, id="a label that begins with a digit beside one from right to left"),
        pytest.param("0a.ü", "0a.xn--tda", id="a label that begins with a digit beside another"),
        pytest.param("א..example", "xn--4db..example", id="an empty label beside one from right to left"),
        pytest.param("XN--BCHER-KVA.example", "xn--bcher-kva.example", id="punycode in upper case"),
        pytest.param("xn--bcher-kva.ü", "xn--bcher-kva.xn--tda", id="punycode beside what will be"),
        pytest.param("xn--a.example", None, id="no punycode"),
        pytest.param("a.xn--a", None, id="no punycode in a later label"),
        pytest.param("xn--_-dha", "xn--_-dha", id="punycode of an underscore and another letter"),
        pytest.param("xn--a-.example", None, id="punycode of plain ASCII"),
        pytest.param("xn--.example", None, id="punycode of nothing"),
        pytest.param("xn--ü.example", None, id="punycode that is not ASCII"),
        pytest.param("xn--bcher-2pa.example", None, id="punycode of an upper-case letter"),
        pytest.param("xn--1ug.example", None, id="punycode of a joiner alone"),
        pytest.param("xn--xn---epa.example", None, id="punycode of what looks like punycode"),
        pytest.param("ü" * 64, "xn--" + ("ü" * 64).encode("punycode").decode(), id="a label that is too long for DNS"),
        pytest.param(
            "ü" * 1024, "xn--" + ("ü" * 1024).encode("punycode").decode(), id="the longest domain that is looked at"
        ),
        pytest.param("ü" * 1025, None, id="a domain that is too long for anybody"),
    ],
)
def test_domains_are_what_browsers_make_of_them(domain: str, expected: str | None) -> None:
    assert fetch.domain_to_ascii(domain) == expected
