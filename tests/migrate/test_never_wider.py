"""Whatever Flask-CORS is told, what stands for it here lets nobody in who was kept out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.needs import needs_module

from cors_wsgi import PathMap
from cors_wsgi.migrate.origins import translate_origin
from cors_wsgi.migrate.paths import list_probes, translate_path
from cors_wsgi.migrate.predecessor import matches, read_matcher, read_resources
from cors_wsgi.migrate.samples import find_lookalikes, sample_regex, sample_rule
from cors_wsgi.origins import OriginSet, parse_origin


@pytest.fixture(autouse=True)
def libcst_is_installed() -> None:
    needs_module("libcst")


SCHEMES = st.sampled_from(
    ["https://", "http://", "https?://", "^https://", "HTTP://", "", "capacitor://", "https:/*", ".*"]
)
SUBS = st.sampled_from(["", r".*\.", "*.", r"(.*\.)?", r"[a-z]+\.", "www.", ".*", r"(www\.|app\.)?", r".+\.", r"\w+."])
HOSTS = st.sampled_from(
    ["example.com", r"example\.com", "localhost", r"127\.0\.0\.1", "Example.com", "10.0.0.*", "*", "null"]
)
PORTS = st.sampled_from(
    ["", ":3000", r":\d+", r"(:\d+)?", ":*", ":(3000|5173)", "*", "/", "/.*", ":443", "$", r":\d+$"]
)
nonsense = st.text(alphabet="htps:/.*\\a1-d+[]()^$", max_size=14)
texts = st.builds("".join, st.tuples(SCHEMES, SUBS, HOSTS, PORTS)) | nonsense
said = texts | st.sampled_from(["*", "", "null", "a,b"]) | texts.filter(lambda text: _compiles(text)).map(re.compile)


def _compiles(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


ALWAYS = (
    *("https://example.com", "https://a.example.com", "https://a.b.example.com", "https://evilexample.com"),
    *("http://localhost", "http://localhost:3000", "http://localhost.evil.example", "http://127.0.0.1:8080"),
    *("https://example.com.evil.example", "https://axexample.com", "null", "capacitor://localhost", "http://10.0.0.7"),
)
translated = {"kept": 0, "dropped": 0}


@given(said)
def test_an_origin_lets_in_nobody_new(said: Any) -> None:
    translation = translate_origin(said)
    translated["kept" if translation.rules else "dropped"] += 1
    try:
        old = read_matcher(said, ignore_case=True)
    except ValueError:
        assert translation.rules == ()
        return
    if translation.is_everybody:
        assert all(matches(origin, old, ignore_case=True) for origin in ALWAYS)
        return
    new = OriginSet(translation.rules)
    samples = [sample for rule in translation.rules for sample in sample_rule(rule)]
    samples += [text for text in (sample_regex(old) if isinstance(old, re.Pattern) else []) if parse_origin(text)]
    near = [origin for sample in samples[:4] for origin in find_lookalikes(sample)]
    for origin in dict.fromkeys([*ALWAYS, *samples, *near]):
        if new.allows(origin, {}):
            assert matches(origin, old, ignore_case=True), origin


def test_both_outcomes_were_met_often() -> None:
    assert min(translated.values()) >= 40 or not any(translated.values())


PIECES = st.sampled_from(
    ["/api", "/", "/*", "*", ".*", "/v1", r"/v\d+", "$", "^", r"\.json", "x", "(?!admin)", "/[^/]+", "|"]
)
keys = st.lists(PIECES, min_size=1, max_size=4).map("".join)


@given(keys)
def test_a_path_rule_covers_nothing_new(key: str) -> None:
    try:
        translation = translate_path(key)
    except ValueError:
        with pytest.raises(ValueError, match="regular expression"):
            read_resources([key])
        return
    if translation.rule is None:
        return
    old = read_resources([key])[0][0]
    plain, exact = PathMap({translation.rule: True}), PathMap({translation.exact: True})
    for path in [*list_probes([key]), "/api", "/api/", "/api/admin", "/apix", "/v1/x", "/v1", "/", "/a.json"]:
        was = matches(path, old, ignore_case=False)
        assert was or not plain.get(path, False), path
        assert was == exact.get(path, False), path
