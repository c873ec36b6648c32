"""Regular expressions in strings: what they are taken to mean, which starts and is never wider than what they named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cors_wsgi import PathMap, Policy, PolicyError
from cors_wsgi.written_regexes import find_meant_origins, find_meant_path, matches_every_host

ORIGINS = [
    (r"http://localhost:\d+", ["http://localhost:*"]),
    (r"http://127\.0\.0\.1:[0-9]{4}", ["http://127.0.0.1:*"]),
    (r"http://localhost(:\d+)?", ["http://localhost:*"]),
    (r"http:\/\/localhost:\d+", ["http://localhost:*"]),
    (r"http://localhost:.*", ["http://localhost:*"]),
    (
        r"http(s)?://localhost:(3000|5173)",
        [f"http://localhost:{p}" for p in (3000, 5173)] + [f"https://localhost:{p}" for p in (3000, 5173)],
    ),
    (r"http://localhost(:3000)?", ["http://localhost", "http://localhost:3000"]),
    (
        r"(?i)^https?://(localhost|127\.0\.0\.1)$",
        ["http://localhost", "https://localhost", "http://127.0.0.1", "https://127.0.0.1"],
    ),
    (r"https://.*\.example\.com", ["https://*.example.com"]),
    (r"^https://.*\.example\.com$", ["https://*.example.com"]),
    (r"https://[\w-]+\.example\.com", ["https://*.example.com"]),
    (r"https://[a-z0-9]{1,63}\.example\.com", ["https://*.example.com"]),
    (r"https://([a-z0-9-]+\.)*example\.com", ["https://example.com", "https://*.example.com"]),
    (r"https?://(.*\.)?example\.com", ["https://example.com", "https://*.example.com"]),
    (r"https://.*example\.com", ["https://example.com", "https://*.example.com"]),
    (r"https://*\.example\.com", ["https://*.example.com"]),
    (r".*\.example\.com", ["https://*.example.com"]),
    (r".+\.example\.com", ["https://*.example.com"]),
    (
        r"https?://(localhost|127\.0\.0\.1):(1|2)",
        [
            f"{scheme}://{host}:{port}"
            for host in ("localhost", "127.0.0.1")
            for scheme in ("http", "https")
            for port in (1, 2)
        ],
    ),
    (r"https://.*\.(foo|bar)\.com:8443", ["https://*.foo.com:8443", "https://*.bar.com:8443"]),
    (r"https://app\.example\.com", ["https://app.example.com"]),
    (r"https?://.*\.localhost(:\d+)?", ["http://*.localhost:*", "https://*.localhost:*"]),
]
UNCLEAR = [
    r"https://preview-\d+\.example\.com",
    r"https://[a-z]\.example\.com",
    r"http://192\.168\.\d+\.\d+:3000",
    r"https?://(a|b)\.example\.com:(1|2|3|4|5)",
    r"ftp://.*\.example\.com",
    r"https://app\.example\.com/.*",
    r"https://.*\.",
    "",
]
EVERYBODY = [
    r".*",
    r".+",
    r"^.*$",
    r"https?://.*",
    r"https://.+",
    r"(http|https)://.*",
    r"https://(.*)",
    r"https://(.+)",
]
STRANGERS = ["https://evil.example", "http://example.com.evil.example", "https://exampleXcom", "null", "https://com"]


@pytest.mark.parametrize(("text", "rules"), ORIGINS, ids=[row[0] for row in ORIGINS])
def test_a_regex_of_origins_becomes_the_rules_that_it_means(text: str, rules: list[str]) -> None:
    assert list(find_meant_origins(text)) == rules
    with pytest.raises(PolicyError) as error:
        Policy(text)
    (problem,) = error.value.problems
    assert re.findall(r"'([^']+)'", problem.remedy) == rules
    meant = Policy(rules)
    for origin in STRANGERS:
        assert not meant.compiled.origins.allows(origin, {})


@pytest.mark.parametrize("text", UNCLEAR)
def test_one_that_no_pattern_means_is_left_a_regex(text: str) -> None:
    assert find_meant_origins(text) == ()
    assert not matches_every_host(text)


def test_the_remedy_for_one_is_to_compile_it() -> None:
    with pytest.raises(PolicyError) as error:
        Policy([r"https://preview-\d+\.example\.com", r"https://[\.example\.com"])
    assert [problem.remedy for problem in error.value.problems] == [
        (
            "Write re.compile('https://preview-\\\\d+\\\\.example\\\\.com'), which must match the whole origin; or a "
            "pattern such as 'https://*.example.com'."
        ),
        "Write re.compile(...), which must match the whole origin; or a pattern such as 'https://*.example.com'.",
    ]


@pytest.mark.parametrize("text", EVERYBODY)
def test_one_that_matches_every_origin_is_told_so(text: str) -> None:
    assert matches_every_host(text)
    with pytest.raises(PolicyError) as error:
        Policy(text)
    (problem,) = error.value.problems
    assert problem.problem.endswith("this looks like one that matches every origin.")
    assert "or write origins='*', without any other rule and without credentials" in problem.remedy


WILDCARDS = [
    ("https://app-*.example.com", re.compile(r"https://app\-[a-z0-9-]+\.example\.com")),
    ("https://*.app-*.example.com:8443", re.compile(r"https://(?:[a-z0-9-]+\.)+app\-[a-z0-9-]+\.example\.com:8443")),
    ("http://app*.example.com:*", re.compile(r"http://app[a-z0-9-]+\.example\.com(?::[0-9]+)?")),
    ("http://192.168.1.*", re.compile(r"http://192\.168\.1\.[0-9]+")),
]


@pytest.mark.parametrize(("text", "meant"), WILDCARDS, ids=[row[0] for row in WILDCARDS])
def test_a_star_within_a_label_becomes_a_regex(text: str, meant: re.Pattern[str]) -> None:
    with pytest.raises(PolicyError) as error:
        Policy(text)
    (problem,) = error.value.problems
    assert problem.remedy == f"Write {meant}, or a pattern such as 'https://*.example.com'."
    example = text.replace("://*.", "://a.").replace(":*", ":1").replace("*", "7")
    policy = Policy(meant)
    assert policy.compiled.origins.allows(example, {})
    assert not policy.compiled.origins.allows(f"{example}.evil.example", {})


PATHS = [
    ("*", "/*"),
    (".*", "/*"),
    ("/.*", "/*"),
    ("^.*$", "/*"),
    ("/api*", "/api/*"),
    ("/api/.*", "/api/*"),
    ("/api/.+", "/api/*"),
    ("/api/(.*)", "/api/*"),
    ("^/api/.*$", "/api/*"),
    ("^/api/", "/api/*"),
    ("^/api", "/api/*"),
    ("/api/?", "/api/*"),
    (r"\/api\/.*", "/api/*"),
    (r"^/api/v1\.0/.*", "/api/v1.0/*"),
    ("/api/users$", "/api/users"),
    (r"/api/v1\.0$ ", "/api/v1.0"),
    (r"/api/users\Z", "/api/users"),
    (r"/api/v1\.0$", "/api/v1.0"),
    ("/X/.*", "/X/*"),
    (r"/api/v\d+/x$ ", re.compile(r"/api/v\d+/x")),
    (r"/api/v\d+/x\Z", re.compile(r"/api/v\d+/x")),
    ("^/api/(?!admin).*$", re.compile("/api/(?!admin).*")),
    (r"/api/v\d+/", re.compile(r"/api/v\d+/.*")),
    ("/api/v[0-9]+/*", re.compile("/api/v[0-9]+(?:/.*)?")),
    ("/(a|b)/.*", re.compile("/(a|b)/.*")),
    ("/api/.*/items", re.compile("/api/.*/items(?:/.*)?")),
]


@pytest.mark.parametrize(("text", "meant"), PATHS, ids=[row[0] for row in PATHS])
def test_a_regex_of_paths_becomes_the_rule_that_it_means(text: str, meant: Any) -> None:
    assert find_meant_path(text) == meant
    with pytest.raises(PolicyError) as error:
        PathMap({text: 1})
    (problem,) = error.value.problems
    assert problem.remedy.startswith(f"Write {meant!r}")
    PathMap({meant: 1})


@pytest.mark.parametrize("text", ["/", "/api", "/api/*", "/*", "/wiki/a_(b)", "/a+b", "/a.json", "/x[1]", "/~me", ""])
def test_a_path_is_not_taken_for_a_regex(text: str) -> None:
    assert find_meant_path(text) in (None, text)


@pytest.mark.parametrize("text", ["api/*", "a/.*", "/api/(?P<x", "http://.*"])
def test_what_cannot_be_read_is_left_to_its_author(text: str) -> None:
    assert find_meant_path(text) is None


@pytest.mark.filterwarnings("error")
def test_what_python_would_warn_of_is_compiled_quietly() -> None:
    with pytest.raises(PolicyError, match=r"Write re\.compile"):
        Policy(r"https://[[a]x\.example")
    with pytest.raises(PolicyError, match=r"Write re\.compile"):
        PathMap({r"/api/[[a]/\d": 1})
