"""What a comparison asks with: texts of regular expressions, origins that rules match, and what looks like them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cors_wsgi import Policy
from cors_wsgi.compare.origins import list_lookalikes, list_matches
from cors_wsgi.compare.texts import list_texts

PARTS = st.sampled_from(
    [
        *("a", "b-", r"\.", ".", "[a-c]", "[^/]", r"\d", r"\w", "[^a]", r"\W", r"\s", "(x|yy|)", "(?:p|q)", "(?i:K)"),
        *("$", "^", r"\b", "(?=a)", "(?!z)", r"(v)\1", "[]a-]", "é", "(?#c)"),
    ]
)
SUFFIXES = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{0,1}", "*?", "+?", "{2,}"])


@st.composite
def patterns(draw: st.DrawFn) -> re.Pattern[str]:
    parts = draw(st.lists(st.tuples(PARTS, SUFFIXES), max_size=5))
    text = "".join(part if part in ("$", "^", r"\b", "(?#c)") else part + suffix for part, suffix in parts)
    return re.compile(text)


@given(patterns())
def test_every_text_is_matched_as_a_whole_and_there_are_few(pattern: re.Pattern[str]) -> None:
    texts = list_texts(pattern)
    assert all(map(pattern.fullmatch, texts))
    assert len(texts) <= 130
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("https://(app|www|)x", {"https://appx", "https://wwwx", "https://x"}),
        ("(a|b)(c|d)", {"ac", "bc", "ad", "bd"}),
        ("a(:[0-9]+)?", {"a", "a:0", "a:9", "a:443", "a:8443"}),
        ("[a-f]", {"a", "f"}),
        ("[^a]", {"1", "-", "."}),
        ("x{2,3}", {"xx", "xxx"}),
        ("(?i:HTTPS)://a", {"https://a"}),
        ("(?:(a)|b)++", {"a", "b", "aa"}),
        ("(?>a|b)c", {"ac", "bc"}),
        (r"\w+\.\d{4}", {"a.1111"}),
        (".+", {"a", "a.b", "cors-audit.example"}),
        ("(a)(?=b)b", {"ab"}),
    ],
)
def test_each_branch_and_repetition_is_seen_at_work(pattern: str, expected: set[str]) -> None:
    try:
        compiled = re.compile(pattern)
    except re.error:
        pytest.skip("possessive repetitions and atomic groups came with Python 3.11")
    assert expected <= set(list_texts(compiled))


MATCHES: list[tuple[Any, set[str]]] = [
    ("https://app.example.com", {"https://app.example.com"}),
    ("https://*.example.com", {"https://app.example.com", "https://a.b.example.com", "https://a-1.example.com"}),
    ("http://localhost:*", {"http://localhost", "http://localhost:3000"}),
    ("https://*.example.com:*", {"https://app.example.com", "https://app.example.com:3000", "https://a.b.example.com"}),
    (re.compile(r"https://(app|www)\.example\.com"), {"https://app.example.com", "https://www.example.com"}),
    (re.compile(r"https://.*"), {"https://a", "https://canary.example"}),
    (lambda origin, environ: True, set()),
]


@pytest.mark.parametrize(("rule", "some"), MATCHES, ids=lambda value: None if callable(value) else str(value)[:40])
def test_what_a_rule_matches_is_allowed_by_it(rule: Any, some: set[str]) -> None:
    found = list_matches(rule)
    assert some <= set(found)
    policy = Policy(rule, accept_risks=["open-regex"])
    assert all(map(policy.allows, found))
    assert len(found) < 150


LOOKALIKES: list[tuple[Any, set[str]]] = [
    (
        "https://app.example.com",
        {
            "http://app.example.com",
            "https://app.example.com.",
            "https://app.example.com:8443",
            "https://example.com",
            "https://www.example.com",
            "https://appxexample.com",
            "https://app.example.com.cors-audit.example",
            "https://cors-audit.app.example.com",
        },
    ),
    ("https://*.example.com", {"https://example.com", "https://cors-auditexample.com", "http://app.example.com"}),
    ("http://*.localhost", {"http://localhost"}),
    ("https://example.com:8443", {"https://example.com", "http://example.com:8443", "https://example.com.:8443"}),
    ("http://127.0.0.1:3000", {"http://127.0.0.1", "https://127.0.0.1:3000"}),
    ("http://[::1]:3000", {"http://[::1]", "https://[::1]:3000"}),
    (re.compile(r"https://app\.example\.com"), {"https://app.example.com.cors-audit.example"}),
]


@pytest.mark.parametrize(("rule", "some"), LOOKALIKES, ids=str)
def test_what_looks_like_a_rule_is_refused_by_it(rule: Any, some: set[str]) -> None:
    found = list_lookalikes(rule)
    assert some <= set(found)
    policy = Policy(rule)
    assert not [origin for origin in some if policy.allows(origin)]


@pytest.mark.parametrize("rule", ["capacitor://localhost", lambda origin, environ: True])
def test_an_app_s_own_scheme_and_a_callable_look_like_nothing(rule: Any) -> None:
    assert list_lookalikes(rule) == []
