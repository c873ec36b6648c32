"""Regular expressions that let strangers in, where what they let in may act as a user."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest
from support.wsgi import PLAIN_APP

from cors_wsgi import CORSMiddleware, Policy, PolicyError, PolicyWarning, ProblemCode
from cors_wsgi.options import find_conflicts, normalize
from cors_wsgi.origins import show_rule

REFUSED = [
    (".*", ["https://canary.example", "https://stranger.example"]),
    (r"https?://.*", ["https://canary.example", "https://stranger.example"]),
    (r"(?i)HTTPS://.*", ["https://canary.example", "https://stranger.example"]),
    (r"\w+://.*", ["https://canary.example", "https://stranger.example"]),
    (r"http://.*", ["http://canary.example", "http://stranger.example"]),
    (r"https://[^.]+\.[^.]+", ["https://canary.example", "https://stranger.example"]),
    (r"https://.*\.shop", ["https://canary.shop", "https://stranger.shop"]),
    (r"https://.*\.(shop|my\.shop)", ["https://canary.shop", "https://stranger.shop"]),
    (r"https://.*\.(com|de)", ["https://example.com", "https://canary.de"]),
    (r"https://app\..*", ["https://app.canary.example", "https://app.stranger.example"]),
    (r"https://.+:8443", ["https://canary.example:8443", "https://stranger.example:8443"]),
    (r"https://.*\.(com|org)", ["https://example.com", "https://example.org"]),
    (r"https://[a-z]+\.github\.io", ["https://canary.github.io", "https://stranger.github.io"]),
    (r"https://.*\.vercel\.app", ["https://canary.vercel.app", "https://stranger.vercel.app"]),
    (r"https://.*\.co\.uk", ["https://canary.co.uk", "https://stranger.co.uk"]),
    (r"https://([0-9.]+|\[[0-9a-f:]+\])", ["https://198.51.100.7", "https://[2001:db8::7]"]),
]
WARNED = [
    (r"https://.*\.com", "https://example.com"),
    (r"https://(\d+\.){3}\d+", "https://198.51.100.7"),
    (r"chrome-extension://[a-p]{32}", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
    (r"https://.*example\.com", "https://canaryexample.com"),
    (r"https://[a-z0-9-]+-myteam\.vercel\.app", "https://canary-myteam.vercel.app"),
]
MEANT = [
    r"https://(.+\.)?example\.com",
    r"https://.*\.myapp\.com",
    r"https://myapp-\w+\.vercel\.app",
    r"https?://(localhost|127\.0\.0\.1)(:\d+)?",
    r"http://192\.168\.\d+\.\d+:\d+",
    r"https://canary\.example",
]


@pytest.mark.parametrize(("regex", "strangers"), REFUSED)
def test_a_regex_that_matches_two_strangers_is_refused(regex: str, strangers: list[str]) -> None:
    rule = re.compile(regex)
    for make in (
        lambda: Policy(rule, supports_credentials=True),
        lambda: CORSMiddleware(PLAIN_APP, Policy(rule), block_untrusted=True),
        lambda: CORSMiddleware(PLAIN_APP, None, paths={"/a": Policy(["https://a.test", rule])}, block_untrusted=True),
    ):
        with pytest.raises(PolicyError) as caught:
            make()
        (problem,) = caught.value.problems
        assert (problem.option, problem.value, problem.code, problem.risk) == (
            "origins",
            rule,
            ProblemCode.OPEN_REGEX,
            "open-regex",
        )
        assert re.findall(r"https?://[^ ,]+", problem.problem) == strangers


@pytest.mark.parametrize("regex", [regex for regex, _ in REFUSED])
def test_it_is_accepted_by_name_and_where_nobody_can_act_as_a_user(regex: str) -> None:
    rule = re.compile(regex)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        policy = Policy(rule, supports_credentials=True, accept_risks="open-regex")
        assert policy.origins == (rule,)
        CORSMiddleware(PLAIN_APP, policy, block_untrusted=True)
        CORSMiddleware(PLAIN_APP, Policy(rule, accept_risks="open-regex"), block_untrusted=True)
        CORSMiddleware(PLAIN_APP, Policy(rule))


@pytest.mark.parametrize(("regex", "stranger"), WARNED)
def test_one_stranger_alone_is_warned_of(regex: str, stranger: str) -> None:
    rule = re.compile(regex)
    said = f"it also matches {stranger}. Make sure that you trust everyone who can have such an origin."
    with pytest.warns(PolicyWarning) as caught:
        Policy(rule, supports_credentials=True)
    assert [str(warning.message) for warning in caught] == [f"origins={show_rule(rule)}: {said}"]
    with pytest.warns(PolicyWarning) as caught:
        CORSMiddleware(PLAIN_APP, Policy(rule), block_untrusted=True)
    assert [str(warning.message) for warning in caught] == [f"{show_rule(rule)}: {said}"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Policy(rule, supports_credentials=True, accept_risks="open-regex")
        CORSMiddleware(PLAIN_APP, Policy(rule, accept_risks="open-regex"), block_untrusted=True)


@pytest.mark.parametrize("regex", MEANT)
def test_a_regex_that_names_whom_it_means_is_believed(regex: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        policy: Any = Policy(re.compile(regex), supports_credentials=True)
        CORSMiddleware(PLAIN_APP, Policy(re.compile(regex)), block_untrusted=True)
    assert policy.origins[0].pattern == regex


def is_ours(origin: str, environ: Any) -> bool:
    return False


def test_a_regex_that_is_refused_is_not_warned_of_as_well() -> None:
    read = normalize({"origins": re.compile(r"https://[a-z]+\.(com|org)"), "supports_credentials": True})
    (problem,) = find_conflicts(read.values)
    assert (problem.code, read.warnings) == ("open-regex", ())
    assert problem.problem.startswith("It also matches https://example.com and https://example.org, ")


def test_what_is_wrong_with_an_open_regex_and_what_to_write_are_said_in_full() -> None:
    rule = re.compile("https://.*")
    with pytest.raises(PolicyError) as error:
        Policy(rule, supports_credentials=True)
    (problem,) = error.value.problems
    first, second = problem.problem.removeprefix("It also matches ").split(", ")[0].split(" and ")
    assert (problem.option, problem.value, problem.code, problem.risk) == ("origins", rule, "open-regex", "open-regex")
    assert problem.problem == f"It also matches {first} and {second}, strangers that its text does not name."
    assert rule.fullmatch(first)
    assert rule.fullmatch(second)
    assert problem.remedy == (
        "Write a pattern such as 'https://*.example.com', or a regular expression that names your domain; or write "
        "accept_risks=['open-regex'] if you trust everyone who can have such an origin."
    )


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        (re.compile("a"), "re.compile('a')"),
        (re.compile("a", re.IGNORECASE), "re.compile('a', re.IGNORECASE)"),
        ("https://*.example.com", "https://*.example.com"),
        (is_ours, "is_ours"),
    ],
)
def test_a_rule_is_shown_as_its_author_knows_it(rule: Any, shown: str) -> None:
    assert show_rule(rule) == shown
