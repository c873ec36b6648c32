# ruff: noqa: E501 - a table reads best with one row per line
"""Published advisories on CORS code, each with the test that shows that it does not apply here."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterable
from typing import Any

import pytest
from support.wsgi import (
    ALL_METHODS,
    EVIL,
    FOR_EVERYBODY,
    GRANTED,
    PLAIN,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    A,
    Answer,
    Wrapped,
    allow,
    app_with,
    environ_for,
    forbidden,
    from_app,
    no_content,
    wrap,
)

from cors_wsgi import DENY, CORSMiddleware, Policy, PolicyError
from cors_wsgi.settings import parse_settings

MINE = Policy(A)
EVERYBODY = Policy("*")
NOT_SHARED = from_app(VARY_ORIGIN)


def is_refused(server: Wrapped, origin: str | None, path: str = "/") -> bool:
    """Tell whether neither an actual request nor a preflight learns anything; the complete answers are compared."""
    preflight = server.preflight(origin, path=path)
    return server.request(path=path, origin=origin) == NOT_SHARED and preflight == (
        NOT_SHARED if origin is None else forbidden(VARY_PREFLIGHT)
    )


def is_allowed(server: Wrapped, origin: str, path: str = "/") -> bool:
    """Tell whether both an actual request and a preflight are shared with this origin by name."""
    return server.request(path=path, origin=origin) == from_app(allow(origin), VARY_ORIGIN) and server.preflight(
        origin, path=path
    ) == no_content(allow(origin), *GRANTED)


MUST_NOT_START = [
    # id, the options, the code of the problem
    ("CVE-2018-20744 a star with credentials", {"origins": "*", "supports_credentials": True}, "wildcard-with-credentials"),
    ("CVE-2024-25124 a star in a list, with credentials", {"origins": ["*"], "supports_credentials": True}, "wildcard-with-credentials"),
    ("CVE-2024-25124 a star beside an origin", {"origins": [A, "*"], "supports_credentials": True}, "wildcard-beside-rules"),
    ("CVE-2024-25124 a star from a setting", parse_settings({"origins": "*", "supports_credentials": "true"}), "wildcard-with-credentials"),
    ("CVE-2023-49803 None configured", {"origins": None}, "no-origins"),
    ("rs/cors 197 h*", {"origins": "h*"}, "missing-scheme"),
    ("rs/cors 197 http*", {"origins": "http*"}, "missing-scheme"),
    ("rs/cors 197 https://*", {"origins": "https://*"}, "wildcard-place"),
    ("rs/cors 197 *://*", {"origins": "*://*"}, "wildcard-place"),
    ("rs/cors 197 https://*.com", {"origins": "https://*.com", "supports_credentials": True}, "public-suffix"),
    ("rs/cors 197 *.example.com", {"origins": "*.example.com"}, "missing-scheme"),
    ("rs/cors 197 https://ex*.com", {"origins": "https://ex*.com"}, "wildcard-place"),
    ("CVE-2017-11173 a domain as origin", {"origins": "example.com"}, "missing-scheme"),
    ("CVE-2022-1996 a regular expression in a string", {"origins": r"https://example\.com"}, "looks-like-regex"),
    ("CVE-2019-25211 a star behind a path", {"origins": "https://example.com/*"}, "path"),
    ("CVE-2019-25211 a star behind a host", {"origins": "http://localhost/*"}, "path"),
    ("rack-cors 1.0.0 file://", {"origins": ["file://"]}, "null-origin"),
    ("rack-cors 1.0.0 an empty origin", {"origins": [""]}, "origin-empty"),
    ("rack-cors 1.0.0 null", {"origins": ["null"]}, "null-origin"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "code"), [row[1:] for row in MUST_NOT_START], ids=[row[0] for row in MUST_NOT_START]
)
def test_what_must_not_start_does_not_start(options: Any, code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy(**options)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_cve_2026_54290_credentials_with_origins_left_out() -> None:
    with pytest.raises(TypeError, match="origins"):
        Policy(supports_credentials=True)  # type: ignore[call-arg]


@pytest.mark.parametrize("origin", [EVIL, "null", "garbage", A])
def test_cve_2018_20744_a_star_is_sent_as_a_star(origin: str) -> None:
    assert wrap(EVERYBODY).request(origin=origin) == from_app(FOR_EVERYBODY)
    assert wrap(EVERYBODY).preflight(origin) == no_content(FOR_EVERYBODY, *GRANTED)


def test_cve_2018_8014_credentials_are_off_by_default() -> None:
    for policy, shared in ((MINE, (allow(A), VARY_ORIGIN)), (EVERYBODY, (FOR_EVERYBODY,))):
        assert wrap(policy).request(origin=A) == from_app(*shared)
        assert wrap(policy).preflight(A) == no_content(shared[0], *GRANTED)


REFUSED = [
    # id, the rules, origins that must be refused, origins that must be allowed
    ("CVE-2017-20146 what the requester says", [A], [EVIL, f"{A}, {EVIL}", f"{EVIL}, {A}", f"{A},{A}", f"{A} {EVIL}", "a.example", "", "null"], [A]),
    ("CVE-2026-37737 a prefix", [re.compile(r"https://trusted\.com")], ["https://trusted.com.attacker.io", "https://trusted.com:8080", "https://trusted.comx", "https://trusted.com\n"], ["https://trusted.com"]),
    ("CVE-2026-40110 a prefix, anchored by hand", [re.compile(r"^https://trusted\.com$")], ["https://trusted.com\n", "https://trusted.com.attacker.io"], ["https://trusted.com"]),
    ("CVE-2017-11173 no end anchor", ["https://example.com"], ["https://example.com.example.net", "https://example.com-example.net"], ["https://example.com"]),
    ("CVE-2022-1996 a dot is a dot", ["https://example.com"], ["https://exampleXcom", "https://examplexcom", "https://example.com.malicious.domain"], ["https://example.com"]),
    ("litestar 2.20 an unescaped dot", ["https://good.example", "https://*.good.example"], ["https://goodxexample", "https://a.goodxexample", "https://axgood.example"], ["https://good.example", "https://a.good.example"]),
    ("CVE-2024-27302 a suffix", ["https://*.victim.com"], ["https://evil-victim.com", "https://evilvictim.com", "https://victim.com", "https://.victim.com"], ["https://a.victim.com"]),
    ("CVE-2019-25211 any port", ["http://localhost:*"], ["http://localhost.example.com", "http://localhost:80.evil", "http://localhost:8080@evil"], ["http://localhost:8080", "http://localhost"]),
    ("Play 5703 http and https", [A], ["http://a.example", "https://a.example:444"], [A]),
    ("corsy before the domain", ["https://target.com"], ["https://eviltarget.com", "https://evil.target.com", "https://evil-target.com"], ["https://target.com"]),
    ("corsy behind the domain", ["https://target.com"], ["https://target.com.evil.com", "https://target.comevil.com"], ["https://target.com"]),
    ("corsy underscore", ["https://target.com", "https://*.target.com"], ["https://target.com_.evil", "https://a.target.com_.evil"], ["https://a.target.com"]),
    ("corsy backtick", ["https://target.com", "https://*.target.com"], ["https://target.com`.evil", "https://a.target.com`.evil", "https://evil`.target.com"], ["https://a.target.com"]),
    ("corsy characters that browsers once sent", ["https://*.target.com"], [f"https://evil{character}.target.com" for character in "`!\"$&'()*+,;<=>@[\\]^{|}~%/?# \x7f\x0b"], ["https://evil-.target.com", "https://evil_.target.com"]),
    ("corsy the scheme", ["https://target.com"], ["http://target.com", "ftp://target.com", "file://target.com"], ["https://target.com"]),
    ("gradio null for localhost", ["http://localhost:3000"], ["null", "http://127.0.0.1:3000", "file://"], ["http://localhost:3000"]),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "refused", "allowed"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_must_be_refused_is_refused_and_nothing_else(rules: Any, refused: list[str], allowed: list[str]) -> None:
    server = wrap(Policy(rules))
    assert [origin for origin in refused if not is_refused(server, origin)] == []
    assert [origin for origin in allowed if not is_allowed(server, origin)] == []


def test_ghsa_vhxv_fg4m_p2w8_hosts_that_share_a_suffix_do_not_mix() -> None:
    hosts = ["foo.com", "bar.com", "barfoo.com", "foobar.com", "o.com", "oo.com", "r.com", "com", "a.foo.com"]
    for count in (1, 2, 3):
        for chosen in itertools.permutations(hosts, count):
            for prefix in ("", "*."):
                server = Policy([f"https://{prefix}{host}" for host in chosen])
                for asked in hosts:
                    expected = asked in chosen if prefix == "" else any(asked.endswith("." + host) for host in chosen)
                    assert server.allows(f"https://{asked}") is expected, (prefix, chosen, asked)


def test_jub0bs_12_every_configured_origin_and_header_passes() -> None:
    origins = [f"https://{sub}.{name}.example" for sub in ("a", "b", "aa") for name in ("x", "xx", "y")]
    names = ["x-a", "x-b", "x-aa"]
    server = wrap(Policy(origins, allow_headers=names))
    for origin in origins:
        for count in range(len(names) + 1):
            for asked in itertools.combinations(names, count):
                assert server.preflight(origin, "PUT", ",".join(asked)) == no_content(
                    allow(origin), ALL_METHODS, ("Access-Control-Allow-Headers", "x-a, x-b, x-aa"), *GRANTED[2:]
                )


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "a=b"},
        {"Host": "evil"},
        {"Host": "a.example"},
        {"X-Forwarded-Host": "a.example", "X-Forwarded-Proto": "https"},
    ],
    ids=repr,
)
def test_cve_2024_47165_no_other_header_changes_the_verdict(headers: dict[str, str]) -> None:
    server = wrap(MINE)
    for origin in (EVIL, "null", "http://a.example"):
        assert server.request(origin=origin, headers=headers) == NOT_SHARED
        assert server.preflight(origin, headers=headers) == forbidden(VARY_PREFLIGHT)
    assert server.request(origin=A, headers=headers) == from_app(allow(A), VARY_ORIGIN)


@pytest.mark.parametrize(
    "path",
    [
        "/api/public/../private/x",
        "/api/public/%2e%2e/private/x",
        "/api/public%2f..%2fprivate/x",
        "//api/public/x",
        "/api//public/x",
        "/api/./public/x",
        "/api/public/./x",
        "/api/public/..",
        "/api/public/.",
        "/api/public\\..\\private\\x",
        "/api/public/x\\",
        "/api/public/%5c..%5cprivate/x",
        "/api/public/x\0",
    ],
)
def test_cve_2020_25032_a_path_that_is_not_canonical_gets_no_policy(path: str) -> None:
    server = wrap(EVERYBODY, paths={"/api/public/*": EVERYBODY, "/api/private/*": MINE, re.compile(".*"): EVERYBODY})
    assert server.request(path=path, origin=EVIL) == from_app()
    assert server.preflight(EVIL, path=path) == forbidden()
    assert server.request(path="/api/public/x", origin=EVIL) == from_app(FOR_EVERYBODY)
    assert is_refused(server, EVIL, "/api/private/x")


@pytest.mark.parametrize(
    "path", ["/public/\xff", "/public/\xc0\xae\xc0\xae/x", "/public/\xed\xa0\x80", "/\xfe\xff"], ids=ascii
)
def test_cve_2019_18978_an_invalid_encoding_gets_no_policy_and_no_error(path: str) -> None:
    server = wrap(EVERYBODY, paths={"/public/*": EVERYBODY})
    assert server.request(path=path, origin=EVIL) == from_app()
    assert server.preflight(EVIL, path=path) == forbidden()
    assert server.request(path="/public/\xc3\xbf", origin=EVIL) == from_app(FOR_EVERYBODY)


def test_cve_2024_6844_a_plus_is_a_plus() -> None:
    first, second = "https://f1.example", "https://f2.example"
    server = wrap(None, paths={"/service+path": Policy(first), "/service path": Policy(second)})
    for path, mine, other in (("/service+path", first, second), ("/service path", second, first)):
        assert is_allowed(server, mine, path)
        assert is_refused(server, other, path)


def test_cve_2024_6844_a_path_is_not_decoded_a_second_time() -> None:
    server = wrap(MINE, paths={"/u/public": EVERYBODY})
    assert is_refused(server, EVIL, "/u/%70ublic")
    assert server.request(path="/u/public", origin=EVIL) == from_app(FOR_EVERYBODY)


def test_cve_2024_6866_paths_are_case_sensitive() -> None:
    server = wrap(MINE, paths={"/Admin": EVERYBODY, "/Deep/*": EVERYBODY})
    for path in ("/admin", "/ADMIN", "/deep/x"):
        assert is_refused(server, EVIL, path)
    assert server.request(path="/Admin", origin=EVIL) == from_app(FOR_EVERYBODY)


@pytest.mark.parametrize("reverse", [False, True])
def test_cve_2024_6839_a_literal_beats_a_longer_regular_expression(reverse: bool) -> None:
    rules: list[Any] = [("/api/admin/*", MINE), (re.compile("/api/[a-z0-9A-Z_]+/x"), EVERYBODY)]
    server = wrap(None, paths=dict(reversed(rules) if reverse else rules))
    assert is_refused(server, EVIL, "/api/admin/x")
    assert server.request(path="/api/other/x", origin=EVIL) == from_app(FOR_EVERYBODY)


def test_cve_2024_6839_regular_expressions_are_tried_in_their_order() -> None:
    strict, loose = re.compile("/api/admin/x.*"), re.compile("/api/[a-z0-9A-Z_]+/x")
    assert is_refused(wrap(None, paths={strict: MINE, loose: EVERYBODY}), EVIL, "/api/admin/x")


def test_cve_2015_9236_a_path_without_cors_has_no_preflight_either() -> None:
    server = wrap(MINE, paths={"/off": DENY, "/own": None})
    assert server.preflight(A, path="/off") == forbidden()
    assert server.preflight(A, path="/own") == from_app()
    assert is_allowed(server, A, "/on")


def test_cve_2020_5397_a_preflight_never_runs_the_app() -> None:
    for policy in (MINE, EVERYBODY, DENY):
        for origin in (A, EVIL, "null"):
            answer = wrap(policy).preflight(origin)
            assert (answer.body, answer.app_ran) == (b"", False)


def test_cve_2023_35943_an_app_may_change_the_origin_that_it_sees() -> None:
    def removing(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ.pop("HTTP_ORIGIN", None)
        return app_with()(environ, start_response)

    def adding(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ["HTTP_ORIGIN"] = A
        return app_with()(environ, start_response)

    for app in (removing, adding):
        server = wrap(MINE, app=app)
        assert server.request(origin=A) == from_app(allow(A), VARY_ORIGIN)
        assert server.request(origin=EVIL) == NOT_SHARED
        assert server.request() == NOT_SHARED


@pytest.mark.parametrize(
    "text", ["\r\nERROR root forged", "%0d%0aforged", "\x1b[31m", "\u2028forged", "\x85forged"], ids=ascii
)
def test_cve_2024_1681_a_path_forges_no_line_of_the_log(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        wrap(MINE).request(path="/" + text, origin=text)
        wrap(MINE).preflight(text, text, text, "/" + text)
        wrap(Policy(A, supports_credentials=True)).preflight(A, text, text, "/" + text)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 3
    assert all(len(message.splitlines()) == 1 and message.isprintable() for message in messages)


def test_rs_cors_198_no_response_shares_a_list_with_another() -> None:
    received: list[list[tuple[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> Any:
        received.append(list(headers))
        headers.clear()
        headers.append(("Access-Control-Allow-Origin", "https://forged.example"))

    middleware = CORSMiddleware(app_with(("X-A", "1")), MINE)
    for origin in (A, EVIL, A):
        middleware(environ_for("GET", origin=origin), start_response)
        asked = {"Access-Control-Request-Method": "PUT"}
        middleware(environ_for("OPTIONS", origin=origin, headers=asked), start_response)
    allowed = [[PLAIN, ("X-A", "1"), allow(A), VARY_ORIGIN], [allow(A), *GRANTED]]
    refused = [[PLAIN, ("X-A", "1"), VARY_ORIGIN], [PLAIN, ("Content-Length", "0"), VARY_PREFLIGHT]]
    assert received == [*allowed, *refused, *allowed]


@pytest.mark.parametrize("origin", [A, EVIL, None])
def test_cve_2017_7674_every_response_varies_on_origin(origin: str | None) -> None:
    shared = (allow(A), VARY_ORIGIN) if origin == A else (VARY_ORIGIN,)
    assert wrap(MINE).request(origin=origin) == from_app(*shared)
    assert wrap(MINE, app=app_with(status="500 Oops")).request(origin=origin).cors == ("500", *shared)


@pytest.mark.parametrize(
    ("given", "merged"),
    [(["Cookie"], ["Cookie, Origin"]), (["Cookie", "Accept"], ["Cookie, Accept, Origin"]), (["*"], ["*"])],
)
def test_play_20171005_the_apps_vary_survives(given: list[str], merged: list[str]) -> None:
    server = wrap(MINE, app=app_with(*(("Vary", value) for value in given)))
    vary = [("Vary", value) for value in merged]
    assert server.request(origin=A) == from_app(allow(A), *vary)
    assert [server.request(origin=origin) for origin in (EVIL, None)] == [from_app(*vary)] * 2


def test_ghsa_q7jf_gf43_6x6p_a_vary_of_the_request_is_not_the_responses() -> None:
    headers = {"Vary": "X-Evil"}
    assert wrap(MINE).request(origin=A, headers=headers) == from_app(allow(A), VARY_ORIGIN)
    assert wrap(MINE).preflight(A, headers=headers) == no_content(allow(A), *GRANTED)


def test_cve_2024_6221_private_network_access_is_never_granted() -> None:
    headers = {"Access-Control-Request-Private-Network": "true"}
    assert wrap(EVERYBODY).preflight(EVIL, headers=headers) == no_content(FOR_EVERYBODY, *GRANTED)
    app = app_with(("Access-Control-Allow-Private-Network", "true"))
    assert wrap(EVERYBODY, app=app).request(origin=EVIL) == from_app(FOR_EVERYBODY)


@pytest.mark.parametrize("origin", [EVIL, "null", "garbage", ""])
def test_cve_2022_4147_an_untrusted_request_does_not_proceed_where_it_shall_be_blocked(origin: str) -> None:
    blocking = wrap(MINE, block_untrusted=True)
    assert blocking.request("POST", origin=origin) == forbidden(VARY_ORIGIN)
    assert blocking.request("POST", origin=A) == from_app(allow(A), VARY_ORIGIN)
    assert wrap(MINE).request("POST", origin=origin) == NOT_SHARED


def test_ghsa_583g_g682_crxf_a_page_may_not_drive_a_server_on_localhost() -> None:
    server = wrap(Policy("http://localhost:*"), block_untrusted=True)
    for host in ("localhost:8080", "127.0.0.1:8080"):
        headers = {"Host": host, "Sec-Fetch-Site": "cross-site"}
        assert server.request("POST", origin=EVIL, headers=headers) == forbidden(VARY_ORIGIN)
    assert server.request("POST", origin="http://localhost:3000", headers={"Host": "localhost:8080"}) == Answer(
        "200 OK", (PLAIN, allow("http://localhost:3000"), VARY_ORIGIN), b"from the app", True
    )
