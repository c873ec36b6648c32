"""Properties: the code against naive, obviously right models of what it does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.wsgi import Answer, app_with, call, environ_for, from_app, watch, wrap

from cors_wsgi import DENY, CORSMiddleware, PathMap, Policy, PolicyError
from cors_wsgi.origin_rules import find_origin_problem, suggest_origin
from cors_wsgi.origins import parse_origin
from cors_wsgi.paths import is_canonical

LABELS = st.sampled_from(["a", "b", "ab", "ba", "x_y", "1", "xn--a", "com", "-"])
HOSTS = st.lists(LABELS, min_size=1, max_size=4).map(lambda labels: ".".join([*labels, "com"]))
SCHEMES = st.sampled_from(["http", "https"])
PORTS = st.sampled_from(["", ":1", ":8443", ":65535"])
EXACT = st.builds(lambda scheme, host, port: f"{scheme}://{host}{port}", SCHEMES, HOSTS, PORTS)
PATTERNS = st.builds(
    lambda scheme, star, host, port: f"{scheme}://{star}{host}{port}",
    SCHEMES,
    st.sampled_from(["", "*."]),
    HOSTS,
    st.sampled_from(["", ":8443", ":*"]),
)
RULES = st.lists(st.one_of(EXACT, PATTERNS), min_size=1, max_size=6)
PIECES = st.sampled_from(
    [
        "",
        "/",
        ".",
        "..",
        ":",
        ":80",
        ":443",
        ":0",
        ":8443",
        "a",
        "A",
        ".com",
        "com",
        " ",
        "\n",
        "@",
        "*",
        "://",
        ",",
        "é",
    ]
)
NEAR = st.builds(
    lambda origin, at, piece, cut: origin[: at % (len(origin) + 1)] + piece + origin[at % (len(origin) + 1) + cut :],
    EXACT,
    st.integers(0, 40),
    PIECES,
    st.integers(0, 3),
)
ORIGINS = st.one_of(EXACT, EXACT, NEAR, st.text(max_size=20))
LATIN = st.text(st.characters(max_codepoint=255), max_size=30)


def naive_pattern(rule: str) -> re.Pattern[str]:
    """Say what a rule means, as a regular expression over what browsers can send."""
    scheme, host, port = re.fullmatch(r"(https?)://(.*?)(:[0-9]+|:\*)?", rule).groups("")  # type: ignore[union-attr]
    labels = "(?:[a-z0-9_-]+[.])+" if host.startswith("*.") else ""
    other = {"http": 80, "https": 443}[scheme]
    up_to_65535 = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
    any_port = f"(?::(?!{other}$)(?:{up_to_65535}))?"
    return re.compile(
        re.escape(scheme + "://") + labels + re.escape(host.removeprefix("*.")) + (any_port if port == ":*" else port)
    )


@given(RULES, ORIGINS)
def test_an_origin_is_shared_with_exactly_if_a_naive_matcher_says_so(rules: list[str], origin: str) -> None:
    expected = any(naive_pattern(rule).fullmatch(origin) for rule in rules)
    assert Policy(rules).allows(origin) is expected


@given(RULES, st.data())
def test_every_configured_origin_is_shared_with(rules: list[str], data: Any) -> None:
    rule = data.draw(st.sampled_from(rules))
    label, port = data.draw(st.sampled_from(["a.", "x_y.b."])), data.draw(st.sampled_from(["", ":1", ":65535"]))
    origin = rule.replace("*.", label).replace(":*", port)
    assert Policy(rules).allows(origin)


@given(st.one_of(ORIGINS, PATTERNS, st.text("htps:/.*a1[]@?#-_é\n%(\\ ,", max_size=25), LATIN))
def test_any_text_is_a_rule_or_has_one_problem(text: str) -> None:
    problem = find_origin_problem(text)
    if problem is None:
        assert Policy(text).origins == (text,)
        if "*" not in text:
            assert Policy(text).allows(text)
        return
    assume(text not in ("*", "null"))
    with pytest.raises(PolicyError) as caught:
        Policy(text)
    assert caught.value.problems == (problem,)
    assert problem.position is None or 0 <= problem.position <= len(text)
    assert str(caught.value).isascii() or not text.isascii()
    if re.match("Write '.*'[.]$", problem.remedy):
        assert Policy(problem.remedy[7:-2]).origins == (suggest_origin(text),)


@given(st.one_of(ORIGINS, st.from_regex(r"\A[a-z]{1,6}://[a-zA-Z0-9._\[\]:-]{1,20}\Z")))
def test_a_parsed_origin_reads_as_before(text: str) -> None:
    parts = parse_origin(text)
    assume(parts is not None)
    assert parts is not None
    assert f"{parts.scheme}://{parts.host}" + (f":{parts.port}" if parts.port else "") == text


NAMES = st.sampled_from(["x-a", "X-B", "etag", "authorization", "Content-Type"])
TOKENS = st.sampled_from(["GET", "PUT", "PATCH", "patch", "QUERY", "query", "PURGE", "TRACE"])
POLICIES = st.one_of(
    st.builds(
        Policy,
        st.one_of(st.just("*"), st.just([]), RULES),
        methods=st.one_of(st.just("*"), st.lists(st.sampled_from(["GET", "PUT", "PATCH", "QUERY", "PURGE"]))),
        allow_headers=st.one_of(st.just("*"), st.lists(st.sampled_from(["x-a", "X-B", "Authorization"]))),
        expose_headers=st.one_of(st.just("*"), st.lists(st.sampled_from(["ETag", "x-b", "Link"]))),
        max_age=st.sampled_from([None, 0, 600]),
    ),
    st.builds(
        lambda rules, **options: Policy(
            rules, supports_credentials=True, accept_risks=["insecure-origins", "public-suffix"], **options
        ),
        RULES,
        methods=st.one_of(st.just("*"), st.lists(st.sampled_from(["GET", "PUT", "PATCH", "QUERY", "PURGE"]))),
        allow_headers=st.one_of(st.just("*"), st.lists(st.sampled_from(["x-a", "X-B", "Authorization"]))),
        expose_headers=st.lists(st.sampled_from(["ETag", "x-b", "Link"])),
        max_age=st.sampled_from([None, 0, 600]),
    ),
    st.just(DENY),
    st.none(),
)
CORS_NAMES = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Private-Network",
    "Access-Control-Max-Age",
]
CASES = st.sampled_from([str, str.lower, str.upper])
APP_HEADERS = st.lists(
    st.tuples(
        st.builds(
            lambda name, spell: spell(name),
            st.sampled_from([*CORS_NAMES, "Access-Control-Expose-Headers", "Vary", "ETag", "X-Vary", "Set-Cookie"]),
            CASES,
        ),
        st.sampled_from(
            ["*", "true", "Origin", "x-b, Cookie", "ETag", "", "https://a.com", "https://b.com", "null", "x a", ",,"]
        ),
    ),
    max_size=6,
)


def elements(values: list[str]) -> list[str]:
    return [part.strip(" \t").lower() for value in values for part in value.split(",") if part.strip(" \t")]


@given(
    policy=POLICIES,
    method=st.sampled_from(["GET", "POST", "OPTIONS", "HEAD"]),
    origin=st.one_of(st.none(), ORIGINS, st.just("null")),
    requested=st.one_of(st.none(), TOKENS, LATIN),
    names=st.one_of(st.none(), st.lists(NAMES).map(",".join), LATIN),
    headers=APP_HEADERS,
    debug=st.booleans(),
    listens=st.booleans(),
)
def test_every_answer_obeys_the_table(
    policy: Any,
    method: str,
    origin: str | None,
    requested: str | None,
    names: str | None,
    headers: list[tuple[str, str]],
    debug: bool,
    listens: bool,
) -> None:
    asked = {"Access-Control-Request-Method": requested, "Access-Control-Request-Headers": names}
    decisions: list[Any] = []
    body = b"" if method == "HEAD" else b"from the app"
    server = wrap(
        policy, app=app_with(*headers, body=body), debug=debug, on_decision=decisions.append if listens else None
    )
    answer = server.request(method, "/", origin, {name: value for name, value in asked.items() if value is not None})
    is_preflight = method == "OPTIONS" and origin is not None and requested is not None
    if policy is None:
        assert answer == Answer("200 OK", from_app(*headers).headers, body, True)
        assert decisions == []
        return
    named = policy is not DENY and policy.origins != "*"
    allowed = policy is not DENY and (
        policy.origins == "*" or any(origin and naive_pattern(rule).fullmatch(origin) for rule in policy.origins)
    )
    assert len(decisions) == (listens and origin is not None)
    own = [] if is_preflight else [value for name, value in headers if name.lower() == "access-control-allow-origin"]
    readable = allowed and (not own or ", ".join(own) in ("*", origin))
    if listens and not is_preflight and origin is not None:
        assert decisions[0].allowed is readable
    if own and ", ".join(own) != "*" and policy is not DENY and policy.origins == "*":
        assert answer.values("Access-Control-Allow-Origin") == own  # a ceiling for everybody, whoever asks
    else:
        allowed = readable
        check_sharing(policy, answer, origin, named=named, allowed=allowed)
    if is_preflight:
        check_preflight(policy, answer, requested, names, allowed=allowed)
    else:
        check_app_survives(answer, headers, body, named=named)
        check_exposed(policy, answer, headers, allowed=allowed)


def check_sharing(policy: Any, answer: Answer, origin: str | None, *, named: bool, allowed: bool) -> None:
    shared_with = (origin if named else "*") if allowed else None
    assert answer.values("Access-Control-Allow-Origin") == ([shared_with] if allowed else [])
    credentials = allowed and policy.supports_credentials
    assert answer.values("Access-Control-Allow-Credentials") == (["true"] if credentials else [])
    assert answer.values("Access-Control-Allow-Private-Network") == []


def check_preflight(policy: Any, answer: Answer, method: str | None, names: str | None, *, allowed: bool) -> None:
    assert (answer.status, answer.app_ran) == ("204 No Content" if allowed else "403 Forbidden", False)
    vary = ["origin", "access-control-request-method", "access-control-request-headers"]
    assert elements(answer.values("Vary")) == ([] if policy is DENY else vary)
    assert answer.values("Access-Control-Expose-Headers") == []
    if not allowed:
        assert [name for name, _ in answer.headers if name.startswith("Access-Control-")] == []
        return
    assert answer.body == b""
    assert answer.values("Access-Control-Max-Age") == ([] if policy.max_age is None else [str(policy.max_age)])
    for granted, header, asked, star in (
        (policy.methods, "Access-Control-Allow-Methods", method, "*"),
        (policy.allow_headers, "Access-Control-Allow-Headers", names, "*, Authorization"),
    ):
        values = answer.values(header)
        if granted != "*":
            assert values == ([", ".join(granted)] if granted else [])
        elif not policy.supports_credentials:
            assert values == [star]
        else:
            assert values in ([], [(asked or "").replace("\t", " ")])
            if re.fullmatch("[A-Za-z-]+", asked or "") and (asked or "").upper() not in ("TRACE", "TRACK", "CONNECT"):
                assert values == [asked]


def check_app_survives(answer: Answer, headers: list[tuple[str, str]], body: bytes, *, named: bool) -> None:
    assert (answer.status, answer.body, answer.app_ran) == ("200 OK", body, True)
    owned = {name.lower() for name in CORS_NAMES} | {"access-control-expose-headers", "vary"}
    kept = [header for header in headers if header[0].lower() not in owned]
    passed = [header for header in answer.headers[1:] if header[0].lower() not in owned | {"x-cors-debug"}]
    assert passed == kept
    given = [value for name, value in headers if name.lower() == "vary"]
    if not named or "*" in elements(given):
        assert answer.values("Vary") == given
    else:
        assert elements(answer.values("Vary")) == list(dict.fromkeys([*elements(given), "origin"]))
        assert len(answer.values("Vary")) == 1
    for name in CORS_NAMES[2:]:
        assert answer.values(name) == []


def check_exposed(policy: Any, answer: Answer, headers: list[tuple[str, str]], *, allowed: bool) -> None:
    exposed = answer.values("Access-Control-Expose-Headers")
    if not allowed:
        assert exposed == []
        return
    given = elements([value for name, value in headers if name.lower() == "access-control-expose-headers"])
    wanted = [
        name for name in dict.fromkeys([*given, *(name.lower() for name in policy.expose_headers)]) if " " not in name
    ]
    assert elements(exposed) == (["*"] if policy.expose_headers == "*" else wanted)


SEGMENTS = st.sampled_from(["a", "b", "ab", "A", "*", "", ".", "..", "é", "a+b"])
PATHS = st.lists(SEGMENTS, max_size=5).map(lambda segments: "/" + "/".join(segments))
PATH_RULES = st.lists(
    st.one_of(PATHS, PATHS.map(lambda path: path.rstrip("/") + "/*")).filter(
        lambda rule: "*" not in rule.removesuffix("/*") and is_canonical(rule)
    ),
    unique=True,
    max_size=6,
)


@given(PATH_RULES, PATHS)
def test_the_rule_of_a_path_is_the_one_that_a_naive_matcher_finds(rules: list[str], path: str) -> None:
    exact = [rule for rule in rules if rule == path and not rule.endswith("/*")]
    prefixes = [rule for rule in rules if rule.endswith("/*") and (path + "/").startswith(rule[:-1])]
    expected = exact[0] if exact else max(prefixes, key=len, default=None)
    assert PathMap({rule: rule for rule in rules}).get(path, None) == expected


@given(PATHS.map(lambda path: path.replace("*", "x")))
def test_a_path_is_canonical_exactly_if_none_of_its_segments_is_empty_or_dots(path: str) -> None:
    segments = path.split("/")[1:]
    inner = segments[:-1] if segments[-1] == "" else segments
    assert is_canonical(path) is not any(segment in ("", ".", "..") for segment in inner)


@given(
    policy=POLICIES,
    sent=st.dictionaries(
        st.sampled_from(
            [
                "HTTP_ORIGIN",
                "HTTP_ACCESS_CONTROL_REQUEST_METHOD",
                "HTTP_ACCESS_CONTROL_REQUEST_HEADERS",
                "HTTP_HOST",
                "HTTP_SEC_FETCH_SITE",
                "HTTP_UPGRADE",
            ]
        ),
        st.text(st.characters(max_codepoint=255), max_size=200),
    ),
    path=LATIN,
    method=st.sampled_from(["GET", "POST", "OPTIONS", "DELETE"]),
)
def test_nothing_that_a_client_sends_raises(policy: Any, sent: dict[str, str], path: str, method: str) -> None:
    blocks = not (isinstance(policy, Policy) and policy.allows_everybody)
    middleware = CORSMiddleware(
        watch(app_with()),
        policy,
        paths={"/a/*": policy, "/b": None, re.compile("/c.*"): DENY},
        block_untrusted=blocks,
        debug=True,
        on_decision=str,
    )
    environ = {**environ_for(method, "/" + path), **sent}
    answer = call(middleware, environ)
    assert answer.status in ("200 OK", "204 No Content", "403 Forbidden")
    assert answer.app_ran is (answer.status == "200 OK")
