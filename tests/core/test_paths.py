"""Paths: which rule covers a path, which paths have more than one reading, and what a rule may look like."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from support.wsgi import (
    FOR_EVERYBODY,
    VARY_ORIGIN,
    A,
    allow,
    forbidden,
    from_app,
    wrap,
)

from cors_wsgi import DENY, PathMap, Policy, PolicyError
from cors_wsgi.paths import find_path_problem, is_canonical

RULES: dict[Any, str] = {
    re.compile("/api/[a-z]+"): "first regex",
    re.compile("/(api|regex)/.*"): "second regex",
    "/api/*": "api",
    "/api/admin/*": "admin",
    "/api/admin/help": "help",
    "/api/deep/er/*": "deeper",
    "/exact": "exact",
    "/exact/": "exact with slash",
    "/a+b": "plus",
    "/a b": "space",
    "/Case/*": "case",
    "/bücher/*": "books",
    "/semi;colon=1": "semicolon",
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/api", "api"),
        ("/api/", "api"),
        ("/api/x", "api"),
        ("/api/x/y/z", "api"),
        ("/apikeys", None),
        ("/ap", None),
        ("/API/x", None),
        ("/api/admin", "admin"),
        ("/api/admin/", "admin"),
        ("/api/admin/x", "admin"),
        ("/api/administrator", "api"),
        ("/api/admin/help", "help"),
        ("/api/admin/help/", "admin"),
        ("/api/deep", "api"),
        ("/api/deep/er", "deeper"),
        ("/api/deep/er/still", "deeper"),
        ("/api/deep/erx", "api"),
        ("/exact", "exact"),
        ("/exact/", "exact with slash"),
        ("/exact/x", None),
        ("/exact.html", None),
        ("/a+b", "plus"),
        ("/a b", "space"),
        ("/Case/x", "case"),
        ("/case/x", None),
        ("/bücher/x", "books"),
        ("/semi;colon=1", "semicolon"),
        ("/semi", None),
        ("/regex/x/y", "second regex"),
        ("/regex", None),
        ("/", None),
        ("", None),
        ("*", None),
        ("api/x", None),
    ],
)
def test_which_rule_covers_a_path(path: str, value: str | None) -> None:
    for rules in (RULES, dict(reversed(RULES.items()))):
        assert PathMap(rules).get(path, None) == value


def test_any_literal_beats_any_regular_expression_and_those_come_in_order() -> None:
    first, second = re.compile("/.*"), re.compile("/x")
    assert PathMap({first: 1, second: 2}).get("/x", 0) == 1
    assert PathMap({second: 2, first: 1}).get("/x", 0) == 2
    assert PathMap({first: 1, "/*": 3}).get("/x", 0) == 3
    assert PathMap({first: 1, "/y/*": 3}).get("/x", 0) == 1


def test_a_regular_expression_is_matched_against_the_whole_path() -> None:
    rules = PathMap({re.compile("/a|/ab"): 1})
    assert [rules.get(path, 0) for path in ("/a", "/ab", "/abc", "/x/a", "/a\n")] == [1, 1, 0, 0, 0]


@pytest.mark.parametrize("path", ["/", "", "/x", "/x/y/", "/x" * 1000])
def test_the_shortest_prefix_covers_every_path(path: str) -> None:
    assert PathMap({"/*": 1}).get(path, 0) == 1
    assert PathMap({}).get(path, 0) == 0
    assert PathMap({"/only": 1}).get(path, 0) == 0


def test_a_value_may_be_anything_none_too() -> None:
    assert PathMap({"/x": None}).get("/x", "default") is None
    assert PathMap({"/x/*": None}).get("/x", "default") is None
    assert PathMap({re.compile("/x"): None}).get("/x", "default") is None


@pytest.mark.parametrize(
    ("rule", "code", "position", "named", "twin"),
    [
        pytest.param("api/*", "path-start", 0, "'/api/*'", "/api/*", id="no slash first"),
        pytest.param("*", "path-start", 0, "'/*'", "/*", id="a star alone"),
        pytest.param("", "path-start", 0, "'/api/*'", "/", id="empty"),
        pytest.param("https://a.example/api", "path-start", 0, "'/api/*'", "/api", id="a URL"),
        pytest.param("/api*", "path-wildcard", 4, "'/api/*'", "/api/*", id="a star without a slash"),
        pytest.param("/*/x", "path-wildcard", 1, "re.compile('/[^/]*/x')", "/x/*", id="a star in the middle"),
        pytest.param("/X*", "path-wildcard", 2, "'/X/*'", "/X/*", id="a star without a slash, behind an X"),
        pytest.param(
            "/*/x/*/y", "path-wildcard", 1, "re.compile('/[^/]*/x/[^/]*/y')", "/x/*", id="two stars in the middle"
        ),
        pytest.param("/*/*", "path-wildcard", 1, "re.compile('/[^/]*/[^/]*')", "/x/*", id="two stars"),
        pytest.param("/x?a=b", "path-query", 2, "'/x'", "/x", id="a query"),
        pytest.param("/x#top", "path-query", 2, "'/x'", "/x", id="a fragment"),
        pytest.param("/a%20b", "path-escape", 2, "the character itself", "/a b", id="an escape"),
        pytest.param("/a%2fb", "path-escape", 2, "the character itself", "/a/b", id="an escaped slash"),
        pytest.param("/a//b", "path-not-canonical", 2, "empty segments", "/a/b", id="an empty segment"),
        pytest.param("//a", "path-not-canonical", 0, "empty segments", "/a", id="two slashes first"),
        pytest.param("/a//*", "path-not-canonical", 2, "empty segments", "/a/*", id="an empty segment before the star"),
        pytest.param("/a/../b", "path-not-canonical", 2, "'..'", "/b", id="two dots"),
        pytest.param("/a/.", "path-not-canonical", 2, "'.'", "/a/", id="one dot, last"),
        pytest.param("/a\\b", "path-not-canonical", 2, "backslashes", "/a/b", id="a backslash"),
        pytest.param("/a\0", "path-not-canonical", 2, "Write it without", "/a", id="a NUL"),
        pytest.param(re.compile(b"/a"), "path-type", None, "'/api/*'", re.compile("/a"), id="a regex of bytes"),
        pytest.param(7, "path-type", None, "'/api/*'", "/7", id="a number"),
        pytest.param(None, "path-type", None, "'/api/*'", "/", id="None"),
    ],
)
def test_a_rule_that_can_never_match_is_refused(
    rule: Any, code: str, position: int | None, named: str, twin: Any
) -> None:
    with pytest.raises(PolicyError) as caught:
        PathMap({rule: 1, "/fine": 2, "fault": 3})
    assert [(problem.value, problem.code) for problem in caught.value.problems] == [
        (rule, code),
        ("fault", "path-start"),
    ]
    problem = caught.value.problems[0]
    assert (problem.option, problem.position) == ("paths", position)
    assert named in problem.remedy
    PathMap({twin: 1, "/fine": 2})


STARS = "A '*' is allowed only at the end of a path, after a slash."
REGEX = "A string is a path and never a regular expression, and this looks like one."
TYPE = "A path rule must be a string or a compiled regular expression of text, not "


@pytest.mark.parametrize(
    ("rule", "code", "problem", "remedy"),
    [
        ("api/*", "path-start", "A path must start with a slash.", "Write '/api/*'."),
        ("api/.*", "path-start", "A path must start with a slash.", "Write '/api/*'."),
        ("api", "path-start", "A path must start with a slash.", "Write '/api'."),
        ("", "path-start", "A path must start with a slash.", "Write a path such as '/api/*'."),
        ("https://a.example/api", "path-start", "A path must start with a slash.", "Write a path such as '/api/*'."),
        ("/api*", "path-wildcard", STARS, "Write '/api/*'."),
        (
            "/a*b/*",
            "path-wildcard",
            STARS,
            "Write re.compile('/a[^/]*b/[^/]*'), or a prefix such as '/api/*'.",
        ),
        ("/x?a=b", "path-query", "A rule matches the path only, without query or fragment.", "Write '/x'."),
        ("/a%20b", "path-escape", "Paths are compared decoded, as the app sees them.", "Write the character itself."),
        (
            "/a//b",
            "path-not-canonical",
            "A path like this is never shared, because it can be read in more than one way.",
            "Write it without empty segments, '.', '..' and backslashes.",
        ),
        (re.compile(b"/a"), "path-type", TYPE + "Pattern.", "Write a path such as '/api/*'."),
        (7, "path-type", TYPE + "int.", "Write a path such as '/api/*'."),
        ("/api/.*", "looks-like-regex", REGEX, "Write '/api/*'."),
        ("^/api$", "looks-like-regex", REGEX, "Write '/api'."),
        (
            r"^/v\d+/.*$",
            "looks-like-regex",
            REGEX,
            r"Write re.compile('/v\\d+/.*'), which must match the whole path.",
        ),
    ],
)
def test_what_is_wrong_with_a_rule_and_what_to_write_are_said_in_full(
    rule: Any, code: str, problem: str, remedy: str
) -> None:
    found = find_path_problem(rule, "resources")
    assert found is not None
    assert (found.option, found.value, found.code) == ("resources", rule, code)
    assert (found.problem, found.remedy) == (problem, remedy)


def test_a_map_made_of_a_mapping_does_not_follow_it() -> None:
    rules = {"/x": 1}
    found = PathMap(rules)
    rules["/y"] = 2
    assert (found.get("/y", 0), dict(found.items())) == (0, {"/x": 1})


def test_the_option_may_have_another_name() -> None:
    with pytest.raises(PolicyError) as caught:
        PathMap({"x": 1}, option="resources")
    assert caught.value.problems[0].option == "resources"


NOT_CANONICAL = [
    "//",
    "//public/x",
    "/public//x",
    "/public/x//",
    "/public/./x",
    "/public/.",
    "/./public/x",
    "/public/../private/x",
    "/public/..",
    "/../public/x",
    "..",
    ".",
    "../public/x",
    "/public/\\private",
    "/public\\..\\private",
    "\\public",
    "/public/x\0",
    "\0",
    "/public/%2e%2e/private",
    "/public/%2E./private",
    "/public%2fprivate",
    "/public%2F..%2Fprivate",
    "/public/%5c",
    "/public/%5Cprivate",
    "/public/../public/x",
    "/private/../public/x",
    "/bücher/../x",
]
CANONICAL = [
    "",
    "/",
    "*",
    "/public",
    "/public/",
    "/public/x",
    "/public/...",
    "/public/.x",
    "/public/x.",
    "/public/x..",
    "/public/..x",
    "/public/. .",
    "/public/%",
    "/public/%2",
    "/public/%70ublic",
    "/public/%252e",
    "/public/a+b",
    "/public/a b",
    "/public/;/x",
    "/public/~",
    "/public/\x01\x7f",
    "/public/bücher",
]


@pytest.mark.parametrize("path", NOT_CANONICAL, ids=ascii)
def test_a_path_with_more_than_one_reading_is_never_shared(path: str) -> None:
    assert not is_canonical(path)
    if path[0] != "/":  # wsgiref.validate, like servers, lets none of them pass
        return
    everything = Policy("*")
    rules = {"/*": everything, re.compile(".*", re.DOTALL): everything, "/public/*": None}
    server = wrap(everything, paths=rules)
    path = path.encode().decode("latin-1")
    assert server.request(path=path, origin=A) == from_app()
    assert server.preflight(A, path=path) == forbidden()


@pytest.mark.parametrize("path", CANONICAL, ids=ascii)
def test_a_path_with_one_reading_gets_its_policy(path: str) -> None:
    assert is_canonical(path)
    if path == "*":  # the one request target without a slash; wsgiref.validate does not know it
        return
    server = wrap(Policy("*"), paths={"/public/*": Policy(A)})
    covered = path.startswith("/public")
    path = path.encode().decode("latin-1")
    assert server.request(path=path, origin=A) == from_app(*((allow(A), VARY_ORIGIN) if covered else (FOR_EVERYBODY,)))


def test_without_paths_the_path_is_never_looked_at() -> None:
    for path in ("/public/../private", "//", "/\xff"):
        assert wrap(Policy("*")).request(path=path, origin=A) == from_app(FOR_EVERYBODY)
        assert wrap(Policy("*"), paths={}).request(path="/x", origin=A) == from_app(FOR_EVERYBODY)
    assert wrap(Policy("*"), paths={}).request(path="/a/../b", origin=A) == from_app()


@pytest.mark.parametrize(
    ("raw", "rule", "covered"),
    [
        pytest.param("/bücher/x".encode(), "/bücher/*", True, id="UTF-8"),
        pytest.param("/bücher".encode(), re.compile("/b.cher"), True, id="UTF-8, one character for a dot"),
        pytest.param("/☃".encode(), "/☃", True, id="a character of three bytes"),
        pytest.param("/bücher/x".encode("latin-1"), "/bücher/*", False, id="Latin-1, which is not what browsers send"),
        pytest.param("/bu\u0308cher/x".encode(), "/bücher/*", False, id="another normal form"),
        pytest.param(b"/public/\xff", "/public/*", False, id="bytes that are no UTF-8, below a prefix"),
        pytest.param(b"/publ\xffic", "/public", False, id="bytes that are no UTF-8, in a name"),
        pytest.param(b"/\xc0\xae\xc0\xae/x", "/../x".replace("..", "x"), False, id="overlong dots"),
    ],
)
def test_rules_are_text_and_paths_are_utf_8(raw: bytes, rule: Any, covered: bool) -> None:
    server = wrap(None, paths={rule: Policy("*")})
    expected = from_app(FOR_EVERYBODY) if covered else from_app()
    assert server.request(path=raw.decode("latin-1"), origin=A) == expected


def test_paths_choose_among_policies() -> None:
    public, mine = Policy("*"), Policy(A)
    server = wrap(mine, paths={"/public/*": public, "/internal/*": None, "/admin/*": DENY, "/public/mine": mine})
    evil = "https://evil.example"
    assert server.request(path="/public/x", origin=evil) == from_app(FOR_EVERYBODY)
    assert server.request(path="/public/mine", origin=evil) == from_app(VARY_ORIGIN)
    assert server.request(path="/internal/x", origin=A) == from_app()
    assert server.preflight(A, path="/internal/x") == from_app()
    assert server.request(path="/admin/x", origin=A) == from_app()
    assert server.preflight(A, path="/admin/x") == forbidden()
    assert server.request(path="/elsewhere", origin=A) == from_app(allow(A), VARY_ORIGIN)
    assert server.request(path="/", origin=evil) == from_app(VARY_ORIGIN)


def calls_to_look_up(rules: dict[Any, int], path: str) -> int:
    paths, calls = PathMap(rules), 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        paths.get(path, 0)
    finally:
        sys.setprofile(None)
    return calls


def test_ten_thousand_literals_cost_what_ten_cost() -> None:
    rules = {f"/a{number}/b{'/*' if number % 2 else ''}": number for number in range(10_000)}
    few = dict(list(rules.items())[:10])
    for path in ("/a1/b/c", "/a2/b", "/none/at/all", "/" + "x/" * 1000):
        assert calls_to_look_up(rules, path) == calls_to_look_up(few, path)


def test_a_long_path_costs_no_more_than_the_deepest_rule() -> None:
    rules = {"/a/b/c/*": 1}
    assert calls_to_look_up(rules, "/x" * 100_000) <= calls_to_look_up(rules, "/x" * 10)
