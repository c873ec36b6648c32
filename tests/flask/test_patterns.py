"""Which rules can meet at a URL; what is said to be apart is checked against Werkzeug itself."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, PathConverter

from flask_cors_ext.url_map import never_overlaps

APART = [
    pytest.param(["/a", "/b"], id="other words"),
    pytest.param(["/a", "/aX"], id="a longer word"),
    pytest.param(["/a/<x>", "/b/<x>"], id="other words before what varies"),
    pytest.param(["/a/<x>", "/a/<x>/b"], id="other lengths"),
    pytest.param(["/a/<int:x>", "/a/<int:x>"], id="the same pattern"),
    pytest.param(["/a/<int:x>/c", "/a/<int:x>/b"], id="other words behind what varies"),
    pytest.param(["/a/<path:x>", "/b"], id="a path below another word"),
    pytest.param(["/a/<any('x', y):x>", "/b/<any(a):x>"], id="arguments"),
    pytest.param(["/a/<path:x>", "/a/<path:x>"], id="the same path that takes everything"),
]
TOGETHER = [
    pytest.param(["/a/<x>", "/a/b"], id="a word that fits"),
    pytest.param(["/a/<x>", "/a/<int:x>"], id="another converter"),
    pytest.param(["/<path:x>", "/a"], id="a path that takes everything"),
    pytest.param(["/a", "/a/"], id="a slash at the end"),
    pytest.param(["/a/v<int:x>", "/a/<x>"], id="half a segment"),
    pytest.param(["/a/<any('x)', y):x>", "/b"], id="arguments that cannot be read"),
]


def rules_of(patterns: list[str], **options: object) -> Flask:
    app = Flask("site", static_folder=None)
    for number, pattern in enumerate(patterns):
        app.add_url_rule(pattern, f"view{number}", lambda **_: "", methods=[f"M{number}"], **options)  # type: ignore[arg-type]
    return app


@pytest.mark.parametrize("patterns", APART)
def test_rules_that_are_apart(patterns: list[str]) -> None:
    rules = list(rules_of(patterns).url_map.iter_rules())
    assert [never_overlaps(rule, rules) for rule in rules] == [True, True]


@pytest.mark.parametrize("patterns", TOGETHER)
def test_rules_that_may_meet(patterns: list[str]) -> None:
    rules = list(rules_of(patterns).url_map.iter_rules())
    assert never_overlaps(rules[0], rules) is False


def test_a_converter_that_does_not_say_so_may_reach_over_slashes() -> None:
    app = Flask("site", static_folder=None)
    app.url_map.converters["made"] = lambda *args: PathConverter(*args)  # type: ignore[assignment]
    app.add_url_rule("/a/<made:x>", "one", lambda x: x)
    app.add_url_rule("/a/b/c", "other", lambda: "")
    rule, *rest = app.url_map.iter_rules()
    assert never_overlaps(rule, [rule, *rest]) is False


@pytest.mark.parametrize(("one", "other", "apart"), [("a", "b", True), ("a", "a", False), ("<x>", "b", False)])
def test_subdomains_and_flags(one: str, other: str, apart: bool) -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "one", lambda **_: "", subdomain=one, strict_slashes=False)
    app.add_url_rule("/x", "other", lambda **_: "", subdomain=other)
    rule, *rest = app.url_map.iter_rules()
    assert never_overlaps(rule, [rule, *rest]) is apart


@pytest.mark.parametrize(("other", "apart"), [("b.example", True), ("a.example", False)])
def test_hosts(other: str, apart: bool) -> None:
    app = Flask("site", static_folder=None, host_matching=True)
    app.add_url_rule("/x", "one", lambda: "", host="a.example", strict_slashes=False)
    app.add_url_rule("/x", "other", lambda: "", host=other)
    rule, *rest = app.url_map.iter_rules()
    assert never_overlaps(rule, [rule, *rest]) is apart


@pytest.mark.parametrize(("options", "apart"), [({}, True), ({"redirect_to": "/y"}, False), ({"alias": True}, False)])
def test_a_rule_that_redirects_by_itself(options: Any, apart: bool) -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/x", "x", lambda: "", **options)
    (rule,) = app.url_map.iter_rules()
    assert never_overlaps(rule, [rule]) is apart


def test_values_that_redirect_are_not_told_from_the_pattern() -> None:
    app = Flask("site", static_folder=None)
    app.add_url_rule("/pages/", "pages", lambda page: "", defaults={"page": 1})
    app.add_url_rule("/pages/<int:page>", "pages")
    app.add_url_rule("/pages/<int:page>", "change", lambda page: "", methods=["PUT"])
    app.add_url_rule("/other", "other", lambda: "")
    rules = list(app.url_map.iter_rules())
    assert [never_overlaps(rule, rules) for rule in rules] == [False, False, False, True]


def match(adapter: MapAdapter, path: str, method: str) -> str | None:
    try:
        endpoint: str = adapter.match(path, method)[0]
    except HTTPException:
        return None
    return endpoint


SEGMENTS = st.sampled_from(["a", "b", "1", "<x>", "<int:x>", "<path:x>", "a<x>", "<any(a, b):x>"])
PATTERNS = st.lists(SEGMENTS, min_size=1, max_size=3).map(
    lambda parts: "/" + "/".join(part.replace("x>", f"x{i}>").replace(":x", ":x") for i, part in enumerate(parts))
)
PATHS = ["/" + "/".join(parts) for n in (1, 2, 3, 4) for parts in itertools.product(["a", "1", "ab"], repeat=n)]


@settings(max_examples=80)
@given(st.lists(PATTERNS, min_size=2, max_size=4, unique=True), st.booleans())
def test_rules_that_are_apart_never_share_a_url(patterns: list[str], strict: bool) -> None:
    app = rules_of([pattern + ("/" if not strict else "") for pattern in patterns], strict_slashes=strict)
    rules = list(app.url_map.iter_rules())
    adapter = app.url_map.bind("localhost")
    apart = {rule.endpoint for rule in rules if never_overlaps(rule, rules)}
    for path in PATHS:
        matched = {endpoint for rule in rules if (endpoint := match(adapter, path, f"M{rule.endpoint[4:]}"))}
        assert len(matched) <= 1 or not matched & apart, (path, matched)
