# ruff: noqa: E501 - a table reads best with one row per line
"""Which strings are serialized origins, and which of them a set of rules allows."""

from __future__ import annotations

import functools
import logging
import re
import sys
import time
from collections.abc import Iterable
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
    from_app,
    wrap,
)

from cors_wsgi import Policy
from cors_wsgi.origins import (
    MAX_ORIGIN_LENGTH,
    Origin,
    OriginSet,
    is_ip_address,
    is_loopback,
    parse_origin,
    parse_pattern,
)

WELL_FORMED = [
    ("https://app.example.com", ("https", "app.example.com", "")),
    ("http://app.example.com:8080", ("http", "app.example.com", "8080")),
    ("https://app.example.com.", ("https", "app.example.com.", "")),
    ("https://a:1", ("https", "a", "1")),
    ("https://a:65535", ("https", "a", "65535")),
    ("https://a:80", ("https", "a", "80")),
    ("http://a:443", ("http", "a", "443")),
    ("https://-a-._b_", ("https", "-a-._b_", "")),
    ("https://xn--bcher-kva.example", ("https", "xn--bcher-kva.example", "")),
    ("https://1.example", ("https", "1.example", "")),
    ("https://0x1g", ("https", "0x1g", "")),
    ("http://0.0.0.0", ("http", "0.0.0.0", "")),
    ("http://255.255.255.255:1", ("http", "255.255.255.255", "1")),
    ("http://[::]", ("http", "[::]", "")),
    ("http://[::1]:3000", ("http", "[::1]", "3000")),
    ("http://[1:2:3:4:5:6:7:8]", ("http", "[1:2:3:4:5:6:7:8]", "")),
    ("http://[2001:db8::1:0:0:1]", ("http", "[2001:db8::1:0:0:1]", "")),
    ("http://[::ffff:102:304]", ("http", "[::ffff:102:304]", "")),
    ("http://[1:0:2::3]", ("http", "[1:0:2::3]", "")),
    ("chrome-extension://abcdef", ("chrome-extension", "abcdef", "")),
    ("capacitor://localhost", ("capacitor", "localhost", "")),
    ("capacitor://localhost:80", ("capacitor", "localhost", "80")),
    ("app+x.y-1://A.b_c-D", ("app+x.y-1", "A.b_c-D", "")),
    ("a://..", ("a", "..", "")),
    ("ws://a:443", ("ws", "a", "443")),
    ("https://" + "a" * 504, ("https", "a" * 504, "")),
]
MALFORMED = [
    "",
    "null",
    "*",
    "https",
    "https:",
    "https://",
    "https://*",
    "https://*.example.com",
    "http://localhost:*",
    "app.example.com",
    "//app.example.com",
    "https:app.example.com",
    "https:/app.example.com",
    "https:///app.example.com",
    "HTTPS://app.example.com",
    "https://App.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://app.example.com?",
    "https://app.example.com#",
    "https://app.example.com\\",
    "https://user@app.example.com",
    "https://user:@app.example.com",
    "https://app.example.com:",
    "https://app.example.com:443",
    "http://app.example.com:80",
    "ws://a:80",
    "wss://a:443",
    "ftp://a:21",
    "https://a:0",
    "https://a:01",
    "https://a:65536",
    "https://a:100000",
    "https://a:+1",
    "https://a:1_0",
    "https://a:\u0661",
    "https://a:8080x",
    "https://a:80:80",
    "https://a..b",
    "https://.a",
    "https://.",
    "https://a..",
    "https://a b",
    "https://a%20b",
    "https://bücher.example",
    "https://a\u2024b",
    "https://app.example.com\n",
    "\nhttps://app.example.com",
    "https://app.example.com\r\nSet-Cookie: a=b",
    " https://app.example.com",
    "https://app.example.com ",
    "https://a.example, https://b.example",
    "https://a.example https://b.example",
    "https://a.example,https://b.example",
    "https://a\x00b",
    "https://a`b",
    "https://a'b",
    "https://1.2.3",
    "https://1.2.3.4.5",
    "https://1.2.3.4.",
    "https://256.0.0.1",
    "https://01.2.3.4",
    "https://a.1",
    "https://a.1.",
    "https://a.0x",
    "https://0x7f000001",
    "https://2130706433",
    "http://[::1",
    "http://::1",
    "http://[]",
    "http://[::1]x",
    "http://[::01]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::1%eth0]",
    "http://[::FFFF]",
    "http://[::ffff:1.2.3.4]",
    "http://[1::2::3]",
    "http://[1:2:3:4:5:6:7:8:9]",
    "http://[1:0:0:2:0:0:0:3]",
    "http://[1::2:3:4:5:6:7]",
    "http://[v1.a]",
    "chrome-extension://[::1]",
    "chrome-extension://a/b",
    "chrome-extension://a:",
    "file://",
    "file://a",
    "1a://b",
    "-a://b",
    "a_b://c",
    "https://" + "a" * 505,
    "https://a.example" + ":1" * 100_000,
    "a" * 1_000_000,
]


@pytest.mark.parametrize(("text", "parts"), WELL_FORMED, ids=[row[0][:60] for row in WELL_FORMED])
def test_a_serialized_origin_has_parts(text: str, parts: tuple[str, str, str]) -> None:
    assert parse_origin(text) == Origin(*parts)


@pytest.mark.parametrize("text", MALFORMED, ids=[ascii(text[:60]) for text in MALFORMED])
def test_anything_else_is_no_origin(text: str) -> None:
    assert parse_origin(text) is None


def test_the_longest_origin() -> None:
    assert MAX_ORIGIN_LENGTH == 512
    assert len("https://" + "a" * 504) == 512


@pytest.mark.parametrize("text", MALFORMED, ids=[ascii(text[:60]) for text in MALFORMED])
def test_what_is_no_origin_reaches_neither_regular_expressions_nor_callables(text: str) -> None:
    seen: list[str] = []
    policy = Policy([re.compile(".*", re.DOTALL), lambda origin, environ: seen.append(origin) is None])
    assert policy.allows(text) is False
    assert wrap(policy).request(origin=text) == from_app(VARY_ORIGIN)
    assert wrap(policy).preflight(text).headers == wrap(Policy("https://a.example")).preflight(text).headers
    assert seen == []


@pytest.mark.parametrize("text", [row[0] for row in WELL_FORMED], ids=[row[0][:60] for row in WELL_FORMED])
def test_every_origin_reaches_them(text: str) -> None:
    seen: list[str] = []
    assert Policy(re.compile(".*")).allows(text)
    assert Policy(lambda origin, environ: seen.append(origin) is None).allows(text)
    assert seen == [text]
    assert Policy(text).allows(text)


@pytest.mark.parametrize(
    ("pattern", "allowed", "refused"),
    [
        pytest.param(
            "https://*.example.com",
            ["https://a.example.com", "https://a.b.example.com", "https://_.example.com", "https://1.example.com"],
            ["https://example.com", "https://evilexample.com", "https://evil-example.com", "https://.example.com", "https://..example.com", "http://a.example.com", "https://a.example.com:8443", "https://a.example.com.", "https://a.example.com.evil.com", "https://a.example.comx", "https://example.com.evil.com", "https://a.example.org", "https://A.example.com", "app://a.example.com", "https://*.example.com"],
            id="any name below a domain",
        ),
        pytest.param(
            "https://*.example.com:8443",
            ["https://a.example.com:8443", "https://a.b.example.com:8443"],
            ["https://a.example.com", "https://example.com:8443", "https://a.example.com:8444", "https://a.example.com:84430"],
            id="any name below a domain, one port",
        ),
        pytest.param(
            "http://localhost:*",
            ["http://localhost", "http://localhost:1", "http://localhost:5173", "http://localhost:65535"],
            ["https://localhost", "https://localhost:1", "http://localhost:80", "http://localhost:0", "http://localhost:", "http://localhost:*", "http://localhost.evil.com", "http://localhost.evil.com:1", "http://localhost:80.evil", "http://localhost:8080@evil", "http://a.localhost:1", "http://localhost."],
            id="any port",
        ),
        pytest.param(
            "https://*.example.com:*",
            ["https://a.example.com", "https://a.example.com:1", "https://a.b.example.com:65535"],
            ["https://example.com", "https://example.com:1", "http://a.example.com:1", "https://a.example.com:443", "https://a.example.com:99999"],
            id="any name below a domain, any port",
        ),
        pytest.param(
            "http://[::1]:*",
            ["http://[::1]", "http://[::1]:3000"],
            ["http://[::2]:3000", "https://[::1]:3000", "http://[0::1]:3000"],
            id="any port of an IPv6 address",
        ),
        pytest.param(
            "app://*.B",
            ["app://a.B", "app://a..B", "app://1.B"],
            ["app://B", "app://.B", "app://a.b", "apps://a.B"],
            id="another scheme",
        ),
        pytest.param(
            "https://*.2.example",
            ["https://1.2.example", "https://0.1.2.example"],
            ["https://2.example", "https://12.example"],
            id="labels of digits",
        ),
    ],
)  # fmt: skip
def test_a_pattern_allows(pattern: str, allowed: list[str], refused: list[str]) -> None:
    for policy in (Policy(pattern), Policy(["https://*.other.example", "https://*.other.example:*", pattern])):
        assert [origin for origin in (*allowed, *refused) if policy.allows(origin)] == allowed


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://*.example.com", ("https", "*.example.com", "")),
        ("http://localhost:*", ("http", "localhost", "*")),
        ("https://*.example.com:*", ("https", "*.example.com", "*")),
        ("https://*.example.com:8443", ("https", "*.example.com", "8443")),
        ("http://[::1]:*", ("http", "[::1]", "*")),
        ("http://127.0.0.1:*", ("http", "127.0.0.1", "*")),
        ("https://example.com", None),
        ("https://*", None),
        ("https://*:*", None),
        ("https://*.", None),
        ("https://*.*.example.com", None),
        ("https://*.127.0.0.1", None),
        ("https://*.[::1]", None),
        ("https://a*.example.com", None),
        ("https://example.com:80*", None),
        ("https://example.com:8443:*", None),
        ("https://*.example.com:443", None),
        ("*://example.com", None),
        ("*.example.com", None),
        ("localhost:*", None),
        ("https://*.example.com/", None),
        ("https://*.Example.com", None),
    ],
)
def test_a_pattern_has_a_star_for_labels_or_for_the_port(text: str, parts: tuple[str, str, str] | None) -> None:
    assert parse_pattern(text) == (None if parts is None else Origin(*parts))


@pytest.mark.parametrize(
    ("rule", "allowed", "refused"),
    [
        pytest.param(
            re.compile(r"https://trusted\.com"),
            ["https://trusted.com"],
            ["https://trusted.com.attacker.io", "https://trusted.com:8080", "https://trusted.comx", "http://trusted.com", "https://trusted.com\n"],
            id="matched against the whole origin",
        ),
        pytest.param(
            re.compile(r"^https://trusted\.com$"),
            ["https://trusted.com"],
            ["https://trusted.com\n", "https://trusted.com:1"],
            id="anchors change nothing",
        ),
        pytest.param(
            re.compile(r"https://.*\.example\.com"),
            ["https://a.example.com"],
            ["https://a.example.com.evil.com", "https://evil.com/.example.com", "https://evil.com#.example.com", "https://evil.com\\.example.com"],
            id="greedy, among origins alone",
        ),
        pytest.param(re.compile("https://a|https://b"), ["https://a", "https://b"], ["https://ab", "https://a.evil"], id="alternatives"),
        pytest.param(re.compile("HTTPS://A", re.IGNORECASE), ["https://a"], ["HTTPS://A", "https://b"], id="flags are kept"),
    ],
)  # fmt: skip
def test_a_regular_expression_allows(rule: re.Pattern[str], allowed: list[str], refused: list[str]) -> None:
    assert [origin for origin in (*allowed, *refused) if Policy(rule).allows(origin)] == allowed


def test_rules_of_all_kinds_stand_in_one_list() -> None:
    policy = Policy(
        [
            "https://exact.example",
            "https://*.pattern.example",
            re.compile(r"https://regex-[0-9]+\.example"),
            lambda origin, environ: origin.endswith("callable.example"),
            re.compile(r"https://second\.example"),
            lambda origin, environ: origin.endswith("other.example"),
        ]
    )
    allowed = [
        "https://exact.example",
        "https://a.pattern.example",
        "https://regex-1.example",
        "https://callable.example",
        "https://second.example",
        "https://other.example",
    ]
    refused = ["https://a.exact.example", "https://pattern.example", "https://regex-.example", "https://none.example"]
    assert [origin for origin in (*allowed, *refused) if policy.allows(origin)] == allowed


def test_callables_come_last_and_once() -> None:
    asked: list[tuple[str, str]] = []

    def rule(origin: str, environ: Any) -> bool:
        asked.append((origin, environ["PATH_INFO"]))
        return True

    server = wrap(
        Policy([rule, "https://exact.example", "https://*.pattern.example", re.compile("https://regex.example")])
    )
    for origin in ("https://exact.example", "https://a.pattern.example", "https://regex.example", "null", None, ""):
        server.request(origin=origin)
        server.preflight(origin)
    assert asked == []
    assert server.request(path="/x", origin="https://a.example") == from_app(allow("https://a.example"), VARY_ORIGIN)
    assert asked == [("https://a.example", "/x")]
    assert server.preflight("https://b.example", path="/y").cors == (
        "204",
        allow("https://b.example"),
        ALL_METHODS,
        ALL_HEADERS,
        TEN_MINUTES,
        VARY_PREFLIGHT,
    )
    assert asked == [("https://a.example", "/x"), ("https://b.example", "/y")]


@pytest.mark.parametrize("returned", [None, 1, "https://a.example", "*", [True], "true"], ids=repr)
def test_a_callable_allows_with_true_alone(returned: object) -> None:
    def refuses(origin: str, environ: Any) -> Any:
        return returned

    assert wrap(Policy(refuses)).request(origin="https://a.example") == from_app(VARY_ORIGIN)
    assert wrap(Policy([refuses, lambda origin, environ: True])).request(origin="https://a.example") == from_app(
        allow("https://a.example"), VARY_ORIGIN
    )


class Forging(Exception):
    def __repr__(self) -> str:
        return "first line\nERROR cors_wsgi second line"

    __str__ = __repr__


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        pytest.param(ValueError("broken"), "ValueError: broken", id="an error"),
        pytest.param(Forging(), r"Forging: first line\nERROR cors_wsgi second line", id="an error of two lines"),
        pytest.param(ValueError("x" * 10_000), "ValueError: xxx", id="a long error"),
        pytest.param(
            SyntaxError("bad", ("rules.txt", 7, 1, "a b", 7, 1)),
            """'File "rules.txt", line 7\\n    a b\\n    ^\\nSyntaxError: bad'""",
            id="an error that is shown in several lines",
        ),
    ],
)
def test_a_callable_that_fails_does_not_allow_and_is_logged(
    error: Exception, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    def look_up_tenant(origin: str, environ: Any) -> bool:
        raise error

    server = wrap(Policy(look_up_tenant))
    with caplog.at_level(logging.INFO, "cors_wsgi"):
        assert server.request(origin="https://a.example") == from_app(VARY_ORIGIN)
    ((name, level, message),) = caplog.record_tuples
    assert (name, level) == ("cors_wsgi", logging.ERROR)
    assert "look_up_tenant" in message
    assert shown in message
    assert f"{__file__}:{look_up_tenant.__code__.co_firstlineno + 1}" in message
    assert message.endswith("does not allow 'https://a.example'.")
    assert len(message.splitlines()) == 1
    assert len(message) < 1000
    caplog.clear()
    also = wrap(Policy([look_up_tenant, lambda origin, environ: True]))
    assert also.request(origin="https://a.example") == from_app(allow("https://a.example"), VARY_ORIGIN)


def test_where_a_callable_failed_is_the_innermost_place(caplog: pytest.LogCaptureFixture) -> None:
    names: dict[str, Any] = {}
    exec(compile("def look_up(origin):\n\n    raise LookupError(origin)\n", "lookup.py", "exec"), names)
    exec(compile("def rule(origin, environ):\n    return look_up(origin)\n", "rules.py", "exec"), names)
    with caplog.at_level(logging.INFO, "cors_wsgi"):
        assert wrap(Policy(names["rule"])).request(origin="https://a.example") == from_app(VARY_ORIGIN)
    assert "at lookup.py:3 and does not allow" in caplog.messages[0]


def is_tenant(origin: str, environ: Any) -> bool:
    return bool(environ["tenants"])


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        pytest.param(lambda origin, environ: is_tenant(origin, environ), "<lambda>", id="a function"),
        pytest.param(functools.partial(is_tenant), "functools.partial(<function is_tenant at 0x", id="an object"),
    ],
)
def test_the_failure_of_a_callable_is_logged_in_one_sentence_with_its_innermost_line(
    rule: Any, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not Policy(rule).allows("https://a.example")
    where = f"{__file__}:{is_tenant.__code__.co_firstlineno + 1}"
    (message,) = caplog.messages
    pattern = r"The origin rule (.+) raised \"KeyError: 'tenants'\" at (.+) and does not allow 'https://a.example'\."
    match = re.fullmatch(pattern, message)
    assert match is not None
    assert match[1].startswith(shown)
    assert match[2] == where


def test_a_callable_may_not_swallow_an_interrupt() -> None:
    def interrupted(origin: str, environ: Any) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Policy(interrupted).allows("https://a.example")


@pytest.mark.parametrize(
    ("host", "loopback", "address"),
    [
        ("localhost", True, False),
        ("localhost.", True, False),
        ("a.localhost", True, False),
        ("a.localhost.", True, False),
        ("127.0.0.1", True, True),
        ("127.1.2.3", True, True),
        ("[::1]", True, True),
        ("[::2]", False, True),
        ("128.0.0.1", False, True),
        ("127.example", False, False),
        ("127.0.0.1.example", False, False),
        ("localhost.example", False, False),
        ("notlocalhost", False, False),
        ("a.example", False, False),
    ],
)
def test_hosts_that_never_leave_the_machine(host: str, loopback: bool, address: bool) -> None:
    assert (is_loopback(host), is_ip_address(host)) == (loopback, address)


class Work:
    """How many Python calls, and calls from Python into C, some code makes."""

    def __init__(self) -> None:
        self.calls = 0

    def __enter__(self) -> Work:
        sys.setprofile(self._count)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    def _count(self, frame: object, event: str, argument: object) -> None:
        self.calls += event in ("call", "c_call")


def calls_to_judge(rules: Iterable[Any], origins: list[str]) -> int:
    policy = Policy(rules)
    with Work() as work:
        for origin in origins:
            policy.allows(origin)
    return work.calls


def test_a_million_origins_compile_in_seconds_and_cost_what_ten_cost() -> None:
    origins = [f"https://app{number}.example" for number in range(1_000_000)]
    asked = [origins[0], origins[9], "https://app1000000.example", "https://app9.example:8443", "null"]
    few = calls_to_judge(origins[:10], asked)
    started = time.monotonic()
    policy = Policy(origins)
    assert time.monotonic() - started < 60
    assert calls_to_judge(origins, asked) == few
    assert [policy.allows(origin) for origin in asked] == [True, True, False, False, False]
    assert policy.allows(origins[-1])
    assert len(policy.origins) == 1_000_000


def test_ten_thousand_patterns_cost_what_ten_cost() -> None:
    patterns = [
        pattern
        for number in range(5_000)
        for pattern in (f"https://*.app{number}.example", f"http://app{number}.example:*")
    ]
    asked = [
        "https://a.app0.example",
        "http://app4.example:8080",
        "https://a.b.c.d.app0.example:8443",
        "https://a.app5000.example",
        "https://app0.example",
    ]
    assert calls_to_judge(patterns, asked) == calls_to_judge(patterns[:10], asked)
    policy = Policy(patterns)
    assert [policy.allows(origin) for origin in asked] == [True, True, False, False, False]
    assert policy.allows("https://a.app4999.example")


def test_a_look_up_costs_the_labels_of_the_host() -> None:
    rules = ["https://*.example", "https://*.b.example:*"]
    deep = calls_to_judge(rules, ["https://" + "a." * 250 + "c"])
    flat = calls_to_judge(rules, ["https://" + "a." * 25 + "c"])
    assert deep <= 10 * flat


def test_the_nearest_rule_of_a_million_is_found_in_bounded_work() -> None:
    few, many = (OriginSet(f"https://app{number}.example" for number in range(count)) for count in (2_000, 100_000))
    for origin in ("https://app.example", "https://zzz.evil", "https://app1.example/", "x" * 100_000):
        with Work() as small:
            few.nearest(origin)
        with Work() as large:
            many.nearest(origin)
        assert large.calls < 2 * small.calls + 5_000


def test_the_answer_names_the_origin_byte_for_byte() -> None:
    answer = wrap(Policy(re.compile(".*"))).request(origin="https://_a.example:8443")
    assert answer == Answer(
        "200 OK",
        (("Content-Type", "text/plain"), allow("https://_a.example:8443"), VARY_ORIGIN),
        b"from the app",
        True,
    )


@pytest.mark.parametrize(
    ("rules", "exact", "is_exact", "calls_user_code"),
    [
        pytest.param([], set(), True, False, id="nobody"),
        pytest.param(["https://a.example"], {"https://a.example"}, True, False, id="one origin"),
        pytest.param(["https://a.example", "https://*.b.example"], {"https://a.example"}, False, False, id="a pattern"),
        pytest.param([re.compile("x")], set(), False, False, id="a regular expression"),
        pytest.param([lambda origin, environ: True], set(), False, True, id="a callable"),
    ],
)
def test_what_a_set_of_origins_knows_of_its_rules(
    rules: list[Any], exact: set[str], is_exact: bool, calls_user_code: bool
) -> None:
    for known in (OriginSet(rules), Policy(rules).compiled):
        assert (known.exact, known.is_exact, known.calls_user_code) == (exact, is_exact, calls_user_code)


def test_a_set_of_origins_alone_finds_exact_ones_too() -> None:
    origins = OriginSet(["https://a.example", "https://*.b.example"])
    assert [
        origins.allows(origin, {}) for origin in ("https://a.example", "https://x.b.example", "https://b.example")
    ] == [*(True, True, False)]
