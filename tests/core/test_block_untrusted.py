"""`block_untrusted`: which requests it judges, and in which order it trusts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.wsgi import (
    EVIL,
    FOR_EVERYBODY,
    VARY_ORIGIN,
    A,
    Answer,
    allow,
    app_with,
    call,
    environ_for,
    forbidden,
    from_app,
    wrap,
)

from cors_wsgi import DENY, CORSMiddleware, Policy, PolicyError, PolicyWarning, Problem
from cors_wsgi.origins import show_rule

MINE = Policy(A)
HERE = "http://127.0.0.1"
"""The origin of the server itself in these tests: its Host is 127.0.0.1."""


def passes(policy: Any, origin: str | None) -> Answer:
    if policy is None or policy is DENY:
        return from_app()
    return from_app(allow(A), VARY_ORIGIN) if origin == A else from_app(VARY_ORIGIN)


def blocked(policy: Any) -> Answer:
    return forbidden() if policy is DENY else forbidden(VARY_ORIGIN)


@pytest.mark.parametrize(
    ("policy", "origin", "site", "through"),
    [
        pytest.param(None, EVIL, "cross-site", True, id="hands off"),
        pytest.param(None, "null", None, True, id="hands off, null"),
        pytest.param(MINE, HERE, "same-origin", True, id="the browser says same-origin"),
        pytest.param(MINE, EVIL, "same-origin", True, id="the browser's word beats the Origin"),
        pytest.param(MINE, None, "same-origin", True, id="same-origin, no Origin"),
        pytest.param(MINE, None, "none", True, id="the user typed it"),
        pytest.param(DENY, EVIL, "same-origin", True, id="denied, yet same-origin"),
        pytest.param(DENY, None, "none", True, id="denied, yet the user typed it"),
        pytest.param(MINE, None, None, True, id="no browser"),
        pytest.param(DENY, None, None, True, id="denied, no browser"),
        pytest.param(MINE, A, "cross-site", True, id="a trusted origin"),
        pytest.param(MINE, A, "same-site", True, id="a trusted origin of the same site"),
        pytest.param(MINE, A, None, True, id="a trusted origin of an old browser"),
        pytest.param(DENY, A, None, False, id="denied trusts nobody"),
        pytest.param(MINE, HERE, None, True, id="an old browser, the host is ours"),
        pytest.param(DENY, HERE, None, True, id="denied, an old browser, the host is ours"),
        pytest.param(MINE, HERE, "cross-site", False, id="the browser says otherwise than the host"),
        pytest.param(MINE, EVIL, None, False, id="an old browser, another origin"),
        pytest.param(MINE, EVIL, "cross-site", False, id="another origin"),
        pytest.param(MINE, EVIL, "same-site", False, id="another origin of the same site"),
        pytest.param(MINE, "null", None, False, id="null"),
        pytest.param(MINE, "null", "cross-site", False, id="null, cross-site"),
        pytest.param(MINE, "", None, False, id="an empty Origin"),
        pytest.param(MINE, None, "cross-site", False, id="cross-site, no Origin"),
        pytest.param(MINE, None, "same-site", False, id="same-site, no Origin"),
        pytest.param(MINE, None, "", False, id="an empty Sec-Fetch-Site"),
        pytest.param(MINE, EVIL, "Same-Origin", False, id="no browser writes it so"),
        pytest.param(MINE, EVIL, "same-origin, none", False, id="two values"),
        pytest.param(DENY, EVIL, "cross-site", False, id="denied"),
    ],
)
def test_who_may_change_something(policy: Any, origin: str | None, site: str | None, through: bool) -> None:
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    expected = passes(policy, origin) if through else blocked(policy)
    server = wrap(policy, block_untrusted=True)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert server.request(method, origin=origin, headers=headers) == expected
    upgrade = {**headers, "Upgrade": "WebSocket", "Connection": "Upgrade"}
    assert server.request("GET", origin=origin, headers=upgrade) == expected
    for method in ("GET", "OPTIONS", "TRACE"):
        assert server.request(method, origin=origin, headers=headers) == passes(policy, origin)
    assert wrap(policy).request("POST", origin=origin, headers=headers) == passes(policy, origin)


@pytest.mark.parametrize(
    ("method", "upgrade", "judged"),
    [
        ("GET", None, False),
        ("OPTIONS", None, False),
        ("TRACE", None, False),
        ("POST", None, True),
        ("PURGE", None, True),
        ("QUERY", None, True),
        ("get", None, True),
        ("", None, True),
        ("GET", "websocket", True),
        ("GET", "h2c, WebSocket ", True),
        ("GET", "h2c,\twebsocket", True),
        ("GET", "websocket,h2c", True),
        ("GET", "websocket\xa0", False),
        ("GET", "h2c", False),
        ("GET", "websockets", False),
        ("GET", "", False),
    ],
)
def test_what_is_judged(method: str, upgrade: str | None, judged: bool) -> None:
    headers = {} if upgrade is None else {"Upgrade": upgrade}
    environ = environ_for(method, origin=EVIL, headers=headers)
    statuses: list[str] = []
    middleware = CORSMiddleware(app_with(), MINE, block_untrusted=True)
    middleware(environ, lambda status, headers: statuses.append(status))  # type: ignore[arg-type]
    assert statuses == ["403 Forbidden" if judged else "200 OK"]


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://a.test", "a.test", True),
        ("http://a.test", "a.test", True),
        ("https://a.test", "A.Test", True),
        ("https://a.test", "a.test:443", True),
        ("http://a.test", "a.test:80", True),
        ("http://a.test", "a.test:443", False),
        ("https://a.test", "a.test:80", False),
        ("https://a.test:8443", "a.test:8443", True),
        ("http://a.test:8443", "a.test:8443", True),
        ("https://a.test:8443", "a.test", False),
        ("https://a.test", "a.test:8443", False),
        ("https://a.test", "a.test.", False),
        ("https://a.test", "b.test", False),
        ("https://a.test", "xa.test", False),
        ("https://a.test", "a.testx", False),
        ("https://a.test", "", False),
        ("https://a.test", "a.test, b.test", False),
        ("http://[::1]:3000", "[::1]:3000", True),
        ("http://[::1]", "[::1]:80", True),
        ("http://[::1]", "[::1]", True),
        ("http://[::1]", "::1", False),
        ("app://a.test", "a.test", False),
        ("app://a.test", "a.test:", False),
        ("capacitor://localhost", "localhost", False),
        ("http://localhost", "localhost", True),
        ("ws://a.test", "a.test", False),
        ("ftp://a.test", "a.test:21", False),
        ("null", "null", False),
        ("https://a.test/", "a.test", False),
        ("", "", False),
        ("https://", "", False),
    ],
)
def test_an_old_browser_s_own_origin(origin: str, host: str, same: bool) -> None:
    server = wrap(MINE, block_untrusted=True)
    expected = from_app(VARY_ORIGIN) if same else forbidden(VARY_ORIGIN)
    assert server.request("POST", origin=origin, headers={"Host": host}) == expected
    forwarded = {"Host": "other.test", "X-Forwarded-Host": host, "Forwarded": f"host={host}"}
    assert server.request("POST", origin=origin, headers=forwarded) == forbidden(VARY_ORIGIN)


def test_without_a_host_no_origin_is_the_server_s_own() -> None:
    environ = environ_for("POST", origin=HERE)
    del environ["HTTP_HOST"]
    assert call(CORSMiddleware(app_with(), MINE, block_untrusted=True), environ).status == "403 Forbidden"


def test_a_preflight_is_never_judged() -> None:
    server = wrap(MINE, block_untrusted=True)
    headers = {"Sec-Fetch-Site": "cross-site", "Upgrade": "websocket"}
    assert server.preflight(A, headers=headers) == wrap(MINE).preflight(A)
    assert server.preflight(EVIL, headers=headers) == wrap(MINE).preflight(EVIL)


def test_each_path_is_judged_by_its_own_policy() -> None:
    server = wrap(
        MINE,
        paths={"/public/*": Policy("*"), "/internal/*": None, "/admin/*": DENY, "/login": Policy(EVIL)},
        block_untrusted=True,
    )
    headers = {"Sec-Fetch-Site": "cross-site"}
    expected = {
        "/": forbidden(VARY_ORIGIN),
        "/public/x": from_app(FOR_EVERYBODY),
        "/internal/x": from_app(),
        "/admin/x": forbidden(),
        "/login": from_app(allow(EVIL), VARY_ORIGIN),
        "/login/../": forbidden(),
    }
    assert {path: server.request("POST", path, EVIL, headers) for path in expected} == expected


EVERYWHERE = {"Sec-Fetch-Site": "cross-site"}
READ_BY_NOBODY_IN_PARTICULAR = Policy([A, "null", "file://"], accept_risks=["null-origin"])


@pytest.mark.parametrize(
    ("origin", "shared", "through"),
    [
        pytest.param("null", True, False, id="null, from a sandboxed frame"),
        pytest.param("file://", True, False, id="a local file"),
        pytest.param(None, True, False, id="a browser that names no origin"),
        pytest.param(A, True, True, id="a named origin"),
        pytest.param("https://anybody.example", False, False, id="another origin"),
    ],
)
@pytest.mark.parametrize("headers", [{}, EVERYWHERE], ids=["an old browser", "a browser"])
def test_what_any_page_can_send_may_read_but_never_change_something(
    origin: str | None, shared: bool, through: bool, headers: dict[str, str]
) -> None:
    through = through or (origin is None and not headers)  # no browser at all
    named = wrap(READ_BY_NOBODY_IN_PARTICULAR, block_untrusted=True)
    read = from_app(allow(origin), VARY_ORIGIN) if shared and origin else from_app(VARY_ORIGIN)
    assert named.request("GET", origin=origin, headers=headers) == read
    assert named.request("POST", origin=origin, headers=headers) == (read if through else forbidden(VARY_ORIGIN))
    upgrade = {**headers, "Upgrade": "websocket"}
    assert named.request("GET", origin=origin, headers=upgrade) == (read if through else forbidden(VARY_ORIGIN))
    # Where a part is for everybody, its pages may be anybody's, but they have an origin.
    everybody = wrap(MINE, paths={"/public/*": Policy("*")}, block_untrusted=True)
    through = through or origin == "https://anybody.example"
    assert everybody.request("GET", "/public/x", origin, headers) == from_app(FOR_EVERYBODY)
    assert everybody.request("POST", "/public/x", origin, headers) == (
        from_app(FOR_EVERYBODY) if through else forbidden()
    )


class OnePolicy:
    """A source that says the same of every request, and may take the verdict on its origin early."""

    def __init__(self, policy: Policy, *, early: bool) -> None:
        self.policy, self.early = policy, early

    def look_up(self, environ: Any, method: str, verdict: Any) -> Any:
        if self.early:
            verdict.of(self.policy)
        return self.policy

    def follow(self, environ: Any, verdict: Any) -> Any:
        return lambda: self.policy


@pytest.mark.parametrize("early", [True, False], ids=["the source asks first", "the middleware asks"])
@pytest.mark.parametrize(
    ("policy", "origin", "expected"),
    [
        pytest.param(MINE, A, from_app(allow(A), VARY_ORIGIN), id="a named origin"),
        pytest.param(READ_BY_NOBODY_IN_PARTICULAR, "null", forbidden(VARY_ORIGIN), id="null"),
        pytest.param(READ_BY_NOBODY_IN_PARTICULAR, "file://", forbidden(VARY_ORIGIN), id="a local file"),
        pytest.param(Policy("*"), "null", forbidden(), id="null, and everybody"),
        pytest.param(Policy("*"), A, from_app(FOR_EVERYBODY), id="everybody"),
    ],
)
def test_a_source_s_verdict_lets_no_opaque_origin_through(
    policy: Policy, origin: str, expected: Answer, early: bool
) -> None:
    server = wrap(source=OnePolicy(policy, early=early), block_untrusted=True)
    assert server.request("POST", origin=origin) == expected


@pytest.mark.parametrize("origin", ["null", "file://"])
@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_browser_s_word_for_its_own_pages_holds_for_an_opaque_origin_too(origin: str, site: str) -> None:
    headers = {"Sec-Fetch-Site": site}
    answer = wrap(MINE, block_untrusted=True).request("POST", origin=origin, headers=headers)
    assert answer == from_app(VARY_ORIGIN)


ASKED = (
    "'POST' '/login' from 'null': refused, origin-is-null (the origin is null (a sandboxed frame, local file or "
    "redirect), which is not trusted)"
)


def test_the_server_s_own_form_without_a_referrer_is_blocked_over_plain_http_and_the_log_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = wrap(MINE, block_untrusted=True)
    with caplog.at_level("DEBUG", "cors_wsgi"):
        assert server.request("POST", "/login", "null", {"Host": "app.test"}) == forbidden(VARY_ORIGIN)
        over_https = {"Host": "app.test", "Sec-Fetch-Site": "same-origin"}
        assert server.request("POST", "/login", "null", over_https) == from_app(VARY_ORIGIN)
    assert [record.getMessage() for record in caplog.records] == [
        (
            f"blocked {ASKED}; null never passes block_untrusted; your own form sends it where its page has "
            "Referrer-Policy: no-referrer and comes over plain http, so serve that page over https, or with "
            "Referrer-Policy: same-origin"
        ),
        f"actual {ASKED}",
    ]


SUFFIXES = [
    pytest.param(Policy("https://*.github.io"), "github.io", id="without credentials"),
    pytest.param(
        Policy("https://*.github.io", supports_credentials=True, accept_risks=["public-suffix"]),
        "github.io",
        id="with credentials, and the risk accepted",
    ),
    pytest.param(Policy([A, "https://*.co.uk:*"]), "co.uk", id="beside an origin"),
    pytest.param(Policy("http://*.com:8080"), "com", id="over http, and with a port"),
]


@pytest.mark.parametrize(("policy", "suffix"), SUFFIXES)
def test_a_pattern_that_anybody_can_satisfy_is_refused(policy: Policy, suffix: str) -> None:
    pattern = policy.origins[-1]
    strict = CORSMiddleware(app_with(), MINE, block_untrusted=True)
    makes: list[Any] = [
        lambda: CORSMiddleware(app_with(), policy, block_untrusted=True),
        lambda: CORSMiddleware(app_with(), MINE, paths={"/x": policy, "/y": policy}, block_untrusted=True),
        lambda: CORSMiddleware(app_with(), DENY, paths={"/x": policy}, block_untrusted=True),
        lambda: setattr(strict, "policy", policy),
    ]
    for make in makes:
        with pytest.raises(PolicyError) as caught:
            make()
        assert caught.value.problems == (
            Problem(
                "block_untrusted",
                True,
                "blocks-nothing",
                f"The policy trusts {pattern!r}, and anybody can register a name under {suffix}: nobody would be "
                "blocked.",
                "Name the one site that you trust, or leave block_untrusted off.",
            ),
        )
    assert strict.policy is MINE
    CORSMiddleware(app_with(), policy)
    CORSMiddleware(app_with(), Policy("https://*.mine.github.io"), block_untrusted=True)
    CORSMiddleware(app_with(), Policy("https://mine.github.io"), block_untrusted=True)
    CORSMiddleware(app_with(), Policy([]), block_untrusted=True)


def test_a_policy_for_everybody_blocks_nothing() -> None:
    with pytest.raises(PolicyError) as caught:
        CORSMiddleware(app_with(), Policy("*"), block_untrusted=True)
    assert caught.value.problems == (
        Problem(
            "block_untrusted",
            True,
            "blocks-nothing",
            "Every page on the web is trusted, so nothing would ever be blocked.",
            "Name the origins you trust, or leave block_untrusted off.",
        ),
    )


def test_a_regex_that_lets_one_stranger_send_is_warned_of_with_its_text() -> None:
    rule = re.compile(r"https://[a-z]+\.com")
    with pytest.warns(PolicyWarning) as caught:
        CORSMiddleware(app_with(), Policy(rule), block_untrusted=True)
    (warning,) = caught
    assert str(warning.message) == (
        f"{show_rule(rule)}: it also matches https://example.com. Make sure that you trust everyone who can have such "
        "an origin."
    )


def test_a_callable_is_asked_once_for_both_questions() -> None:
    asked: list[str] = []

    def rule(origin: str, environ: Any) -> bool:
        asked.append(origin)
        return origin == A

    server = wrap(Policy(rule), block_untrusted=True)
    assert server.request("POST", origin=A) == from_app(allow(A), VARY_ORIGIN)
    assert server.request("POST", origin=EVIL) == forbidden(VARY_ORIGIN)
    assert asked == [A, EVIL]
