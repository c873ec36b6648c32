"""A comparison agrees with the browser model, asked about everything in a grid by force."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.browser import Browser, FetchError
from cors_wsgi.compare import Change, Question, compare, make_side
from cors_wsgi.origins import parse_origin

URL = "https://api.example.com"
SETS: list[Any] = [
    "*",
    [],
    ["https://app.example.com"],
    ["https://app.example.com", "https://www.example.com"],
    ["https://app.example.com:8443"],
    ["http://app.example.com"],
    ["https://*.example.com"],
    ["https://*.example.com:*"],
    ["https://*.app.example.com"],
    ["http://localhost:*", "https://app.example.com"],
    ["http://localhost:3000"],
    ["capacitor://localhost"],
    [re.compile(r"https://(app|www)\.example\.com")],
    [re.compile(r"https://app\.example\.com")],
    [re.compile(r"https://.*\.example\.com")],
    [re.compile(r"https://[a-z]+\.example\.com")],
    [re.compile(r"https://[a-z0-9-]{1,8}\.example\.com(:\d+)?")],
    [re.compile(r"https?://app.example\.com")],
    [re.compile(r"https://app\.example\.com.*")],
    [re.compile(r"https://(?:[^.]+\.)?example\.com")],
    [re.compile(r"https://app\.(?!example\.net)example\.(com|org|net)")],
]
"""Origins as they are stated. The point are rules that are nearly the same: a regex, and a pattern."""

ORIGINS = [
    "https://app.example.com",
    "https://www.example.com",
    "https://app.example.com:8443",
    "https://app.example.com:444",
    "http://app.example.com",
    "https://a.b.example.com",
    "https://a-b.example.com",
    "https://x1.app.example.com",
    "https://example.com",
    "https://app.example.com.evil.example",
    "https://evilexample.com",
    "https://appxexample.com",
    "https://app.example.org",
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:9",
    "https://evil.example",
    "null",
]
METHODS = ["GET", "POST", "PUT", "DELETE", "LINK"]
HEADERS = [None, "authorization", "x-a", "x-b"]
READS = ["x-a", "x-b", "x-c"]

OPTIONS: dict[str, list[Any]] = {
    "origins": SETS,
    "methods": ["*", ["GET"], ["GET", "PUT"], ["GET", "PUT", "DELETE"], ["LINK", "PUT"]],
    "allow_headers": ["*", [], ["x-a"], ["X-A", "x-b"], ["Authorization"]],
    "expose_headers": [[], ["x-a"], ["x-a", "X-B"], "*"],
    "supports_credentials": [False, True],
    "max_age": [0, 600],
}
QUOTAS = {"origins": 8, "methods": 3, "allow_headers": 3, "expose_headers": 3, "supports_credentials": 3}
"""Pairs that differ in this option alone, and whose verdicts differ in the grid, at least."""
PAIRS = 55


def make_policy(values: dict[str, Any]) -> Policy | None:
    """Make a policy, or nothing of what a policy may not be."""
    try:
        return Policy(**values, accept_risks=["open-regex"])
    except ValueError:
        return None


def find_pairs(number: int) -> Iterator[tuple[str | None, Policy, Policy]]:
    """Yield pairs of policies, with the one option in which they differ; None where each was made up alone."""
    chance = random.Random(16)
    while number:
        values = {name: chance.choice(choices) for name, choices in OPTIONS.items()}
        only = chance.choice([*OPTIONS, *QUOTAS, "origins", None])
        if only is None:
            other = {name: chance.choice(choices) for name, choices in OPTIONS.items()}
        else:
            other = {**values, only: chance.choice([value for value in OPTIONS[only] if value != values[only]])}
        old, new = make_policy(values), make_policy(other)
        if old is not None and new is not None:
            yield only, old, new
            number -= 1


@dataclass
class Force:
    """The browser model in front of a policy: it fetches, and tells whether the script sees what it asked for."""

    policy: Policy

    def __post_init__(self) -> None:
        self.browser = Browser(CORSMiddleware(app, self.policy), url=URL)
        self.pages = {}

    def allows(self, question: Question) -> bool:
        self.browser.clear_preflight_cache()
        page = self.pages.get(question.origin) or self.pages.setdefault(
            question.origin, self.browser.open(question.origin)
        )
        try:
            response = page.fetch(
                question.path,
                method=question.method,
                headers=[(question.header, "(")] if question.header else [],
                credentials="include" if question.credentials else "omit",
            )
        except FetchError:
            return False
        return question.reads is None or question.reads in response.headers


def app(environ: Any, start_response: Any) -> list[bytes]:
    exposed = [(name, "1") for name in (*READS, "x-cors-audit", environ.get("HTTP_X_READS", "x-a"))]
    start_response("200 OK", [("Content-Type", "text/plain"), *exposed])
    return [b""]


def grid() -> Iterator[Question]:
    for origin, credentials in product(ORIGINS, (False, True)):
        for method in METHODS:
            yield Question("/", origin, method, credentials)
        for header in HEADERS:
            yield Question("/", origin, "GET", credentials, header)
        yield Question("/", origin, "PUT", credentials, "x-a")
        for name in READS:
            yield Question("/", origin, "GET", credentials, None, name)


GRID = list(dict.fromkeys(grid()))


def is_of_a_page(origin: str) -> bool:
    """Tell whether the model has pages of this origin; of an app's own scheme, or several in one, it has none."""
    return origin == "null" or (origin.startswith("http") and parse_origin(origin) is not None)


def find_changes(old: Policy, new: Policy) -> list[Change]:
    before, after = Force(old), Force(new)
    asked = [(question, before.allows(question), after.allows(question)) for question in GRID]
    return [Change(*each) for each in asked if each[1] != each[2]]


def test_it_finds_a_change_wherever_there_is_one_and_nothing_else() -> None:
    seen: Counter[str] = Counter()
    for only, old, new in find_pairs(PAIRS):
        by_force = find_changes(old, new)
        result = compare(make_side(old, "old"), make_side(new, "new"))
        shown = f"{old} -> {new}: {by_force[:2]}"
        assert bool(result.changes) >= bool(by_force), shown
        assert bool(result.gains) >= any(change.is_gain for change in by_force), shown
        losses = [change for change in result.changes if not change.is_gain]
        assert bool(losses) >= any(not change.is_gain for change in by_force), shown
        if only == "max_age":
            assert result.changes == [], shown
            seen["the same"] += 1
        before, after = Force(old), Force(new)
        for change in [*result.gains[:4], *losses[:4]]:
            question = change.question
            if not is_of_a_page(question.origin):
                continue
            assert (before.allows(question), after.allows(question)) == (change.before, change.after), shown
            seen["confirmed"] += 1
        if by_force and only is not None:
            seen[only] += 1
    missed = {name: seen[name] for name, quota in QUOTAS.items() if seen[name] < quota}
    assert missed == {}
    assert seen["the same"] >= 2
    assert seen["confirmed"] >= 90


@pytest.mark.parametrize(
    ("pattern", "regex", "expected"),
    [
        pytest.param(
            "https://*.example.com",
            r"https://.*\.example\.com",
            False,
            id="the same, since only origins are ever asked about",
        ),
        pytest.param("https://*.example.com", r"https://.*\.example\.com.*", True, id="open at its end"),
        pytest.param("https://*.example.com", r"https://.*example\.com", True, id="open at its beginning"),
        pytest.param("https://*.example.com", r"https?://([a-z0-9_-]+\.)+example\.com", True, id="another scheme"),
        pytest.param("https://*.example.com", r"https://([a-z0-9_-]+\.)+example.com", True, id="a dot too open"),
        pytest.param("https://*.example.com", r"https://([a-z0-9_-]+\.)*example\.com", True, id="the bare domain"),
        pytest.param("https://*.example.com", r"https://([a-z0-9_-]+\.)+example\.com\.?", True, id="a trailing dot"),
        pytest.param("https://*.example.com", r"https://([a-z0-9_-]+\.)+example\.com(:\d+)?", True, id="any port"),
        pytest.param("https://*.example.com", r"https://([a-z0-9_-]+\.)+example\.com", False, id="just the same"),
    ],
)
def test_a_pattern_replaced_by_a_regex_is_found_out(pattern: str, regex: str, expected: bool) -> None:
    old, new = Policy(pattern), Policy(re.compile(regex))
    forth = compare(make_side(old, "old"), make_side(new, "new"))
    back = compare(make_side(new, "new"), make_side(old, "old"))
    assert bool(forth.gains) is expected
    assert back.asked == forth.asked
    turned = {Change(change.question, change.after, change.before) for change in back.changes}
    assert turned == set(forth.changes)
