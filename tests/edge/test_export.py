"""What is exported, what is refused, and what is said of both."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest
from support.manual import DOCS
from tools.edge.policies import by_hand

from cors_wsgi import DENY, CORSMiddleware, Policy
from cors_wsgi.export import (
    TARGETS,
    Address,
    CannotExportError,
    Difference,
    RefusalCode,
    Setting,
    describe,
    export,
    load_target,
)
from cors_wsgi.export.caddy import quote as quote_for_caddy
from cors_wsgi.export.description import ByMethod, Edge, Fixed, PathKind, PathRule
from cors_wsgi.export.subjects import make_identifier

APP = "https://app.example.com"
MADE_BY = "cors-wsgi 1.0 with `cors-wsgi export`"


def _app(environ: Any, start_response: Any) -> Any:
    raise AssertionError("never called")


def _setting(*accepted: Difference, upstream: Address | None = None) -> Setting:
    return Setting(Address("127.0.0.1", 8080), upstream or Address("127.0.0.1", 8000), frozenset(accepted))


def _export(target: str, subject: Any, *accepted: Difference, snippet: bool = False) -> str:
    edge, refusals = describe(subject, "shop:policy")
    return export(target, edge, _setting(*accepted), made_by=MADE_BY, snippet=snippet, refusals=refusals)


def _refused(target: str, subject: Any, *accepted: Difference) -> list[tuple[str, str]]:
    try:
        _export(target, subject, *accepted)
    except CannotExportError as caught:
        error = caught
    else:
        return []
    assert str(error).count("\n") + 1 == len(error.refusals)
    assert all(refusal.problem.endswith(".") and refusal.remedy.endswith(".") for refusal in error.refusals)
    return [(refusal.option, str(refusal.code)) for refusal in error.refusals]


LOOKS = re.compile(r"https://(?!evil)[a-z]+\.example\.com")
REFERS = re.compile(r"https://([a-z]+)\.\1\.example\.com")
WIDE = re.compile(r"https?://[^/]+:8443")
OPEN = {"accept_risks": ["open-regex"]}


@pytest.mark.parametrize("target", TARGETS)
def test_what_no_proxy_can_say_is_refused_all_together(target: str) -> None:
    policy = Policy([APP, lambda origin, environ: True])
    middleware = CORSMiddleware(_app, policy, block_untrusted=False, debug=True, paths={re.compile(r"/\w+\b"): DENY})
    assert _refused(target, middleware) == [("debug", "debug"), ("origins", "callable"), ("paths", "regex")]
    blocking = CORSMiddleware(_app, Policy(APP), block_untrusted=True)
    assert _refused(target, blocking) == [("block_untrusted", "block-untrusted")]

    class Source:
        look_up = follow = None

        def __init__(self) -> None:
            self.look_up = self.follow = lambda *given: None  # type: ignore[assignment]

    assert ("source", "source") in _refused(target, CORSMiddleware(_app, source=Source()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "refused_by"),
    [
        pytest.param(Policy([LOOKS]), {"envoy": "look-around", "caddy": "look-around"}, id="look-around"),
        pytest.param(Policy([REFERS]), {"envoy": "back-reference", "caddy": "back-reference"}, id="back-reference"),
        pytest.param(Policy([APP]), {}, id="an exact origin"),
        pytest.param(Policy([re.compile(r"(?x) https:// # all\n [a-z]+ \. example \. com")]), {}, id="a verbose regex"),
        pytest.param(
            Policy([re.compile(r"https://(?:[a-z]\.){3000}example\.com")]),
            {"envoy": "regex", "caddy": "regex"},
            id="more repetitions than RE2 takes",
        ),
    ],
)
def test_what_one_proxy_cannot_say_is_refused_there_alone(policy: Policy, refused_by: dict[str, str]) -> None:
    for target in TARGETS:
        assert [code for _, code in _refused(target, policy)] == ([refused_by[target]] if target in refused_by else [])


@pytest.mark.parametrize(("target", "most"), [("haproxy", 200_000), ("caddy", 10_000), ("apache", 10_000)])
def test_a_limit_of_exact_origins_is_said(target: str, most: int) -> None:
    edge, _ = describe(Policy([APP]), "shop")
    sharing = edge.sharings[0]
    for count in (most, most + 1):
        object.__setattr__(sharing, "exact", tuple(f"https://a{number}.example" for number in range(count)))
        refusals = load_target(target).find_refusals(edge, _setting())
        assert [refusal.code for refusal in refusals] == [RefusalCode.TOO_MANY_ORIGINS] * (count > most)


def test_envoy_looks_up_many_origins_in_a_table() -> None:
    origins = [f"https://a{number}.example" for number in range(1001)]
    middleware = CORSMiddleware(_app, Policy("*"), paths={"/x/*": Policy(origins)})
    config = _export("envoy", middleware)
    assert "tables['x-cors-x'] = [[" in config
    assert "request_headers_to_remove: [x-cors-x]" in config
    assert _refused("envoy", middleware, Difference.NO_CEILING) == [("origins", "too-many-origins")]
    assert "tables" not in _export("envoy", Policy(origins[:1000]))


def test_a_difference_stands_in_the_output_where_it_arises_and_nowhere_else() -> None:
    everything = tuple(Difference)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wide = Policy([WIDE], **OPEN)  # type: ignore[arg-type]
    for target in TARGETS:
        assert _refused(target, wide) == [("origins of shop_policy", "ipv6-in-regex")]
        assert "- ipv6-in-regex: An IPv6" in _export(target, wide, Difference.IPV6_IN_REGEX)
        assert "ipv6-in-regex" not in _export(target, Policy([APP]), *everything)
        assert ("- no-ceiling:" in _export(target, Policy([APP]), *everything)) is (target == "envoy")
        assert "no-ceiling" not in _export(target, Policy("*"), *everything)
        by_path = CORSMiddleware(_app, Policy(APP), paths={re.compile("/v[0-9]+"): DENY})
        expected = [("paths", "escaped-paths")] if target == "envoy" else []
        assert _refused(target, by_path) == expected
        assert ("- escaped-paths:" in _export(target, by_path, *everything)) is (target == "envoy")
    ceiling = _export("envoy", Policy([APP]))
    assert "envoy.filters.http.lua" in ceiling
    assert "envoy.filters.http.lua" not in _export("envoy", Policy([APP]), Difference.NO_CEILING)


@pytest.mark.parametrize("target", TARGETS)
def test_a_configuration_says_what_made_it_and_is_the_same_each_time(target: str) -> None:
    for name, middleware in by_hand().items():
        config = _export(target, middleware, Difference.ESCAPED_PATHS, Difference.IPV6_IN_REGEX)
        first, _, rest = config.partition("\n")
        assert first == f"# Made by {MADE_BY}. Do not edit it: change the policy, and export again."
        assert "Answers as cors_wsgi.CORSMiddleware does, with differences that a browser cannot notice:" in rest
        assert config == _export(target, middleware, Difference.ESCAPED_PATHS, Difference.IPV6_IN_REGEX)
        assert config.endswith("\n")
        assert not config.endswith("\n\n")
        assert not re.search(r"[ \t]$", config, re.MULTILINE), name


@pytest.mark.parametrize("target", TARGETS)
def test_a_snippet_says_where_each_piece_belongs(target: str) -> None:
    snippet = _export(target, Policy([APP]), snippet=True)
    whole = [line.strip() for line in _export(target, Policy([APP])).splitlines()]
    places = [line for line in snippet.splitlines() if line.startswith("# == ")]
    assert len(places) == {"nginx": 2, "haproxy": 2, "envoy": 4, "caddy": 2, "apache": 1}[target]
    assert all(line.strip() in whole for line in snippet.splitlines() if not line.startswith("# == "))
    assert "127.0.0.1:8080" not in snippet


@pytest.mark.parametrize("target", TARGETS)
def test_an_app_that_speaks_tls_is_reached_by_tls(target: str) -> None:
    edge, _ = describe(Policy([APP]), "shop")
    for host in ("app.internal", "127.0.0.1", "fd00::7"):
        config = export(target, edge, _setting(upstream=Address(host, 8443, True)), made_by=MADE_BY)
        assert {
            "nginx": "proxy_pass https://",
            "haproxy": "ssl verify required",
            "envoy": "UpstreamTlsContext",
            "caddy": "reverse_proxy https://",
            "apache": "SSLProxyEngine On",
        }[target] in config


def test_names_tell_policies_apart() -> None:
    assert make_identifier("/api/v1/*") == "api_v1"
    assert make_identifier("2nd") == "cors_2nd"
    assert make_identifier("") == "cors"
    assert make_identifier("x" * 100) == "x" * 24
    paths: Any = {"/a b/*": Policy(APP), "/a-b/*": Policy("*"), "/A.B": Policy([]), "/*": Policy(APP)}
    edge, _ = describe(CORSMiddleware(_app, None, paths=paths), "shop")
    assert [sharing.name for sharing in edge.sharings] == ["a_b_3", "a_b", "a_b_2"]


def test_a_value_that_is_too_long_for_a_line_is_refused() -> None:
    long = [f"X-{number:0100}" for number in range(200)]
    policy = Policy(APP, allow_headers=long)
    assert _refused("nginx", policy) == [("allow_headers", "regex")]
    assert _refused("haproxy", policy) == [("names", "regex")]
    assert _refused("nginx", Policy(APP, methods=[name.upper() for name in long])) == [("methods", "regex")]
    assert _refused("nginx", Policy(APP, expose_headers=long)) == [("expose_headers", "regex")]
    regex = re.compile(r"https://(?:" + "|".join(f"{number}{number:040}" for number in range(120)) + r")\.example\.com")
    assert _refused("nginx", Policy([regex])) == [("origins", "regex")]
    path = CORSMiddleware(_app, Policy(APP), paths={"/" + "x" * 4100: DENY})
    assert _refused("nginx", path) == [("paths", "regex")]
    exact = {"/" + "x" * 13000: DENY}
    assert _refused("haproxy", CORSMiddleware(_app, Policy(APP), paths=exact)) == [("paths", "regex")]


def test_a_refusal_is_one_printable_line() -> None:
    with pytest.raises(CannotExportError) as caught:
        _export("caddy", Policy([re.compile("(?=\n\x1b" + "x" * 200 + r")https://a\.example")]))
    line = str(caught.value)
    assert line.isprintable()
    assert "[look-around]" in line
    assert "…" in line


@pytest.mark.parametrize("target", TARGETS)
def test_an_edge_by_method_passes_through_every_proxy(target: str) -> None:
    one, _ = describe(Policy(APP, supports_credentials=True, expose_headers=["X-A"]), "one")
    two, _ = describe(Policy("*"), "two")
    by_method = ByMethod(((("PUT", "PATCH"), two.otherwise), (("PURGE",), Fixed.HANDS_OFF)), one.otherwise)
    elsewhere = ByMethod(((("GET",), one.otherwise),), Fixed.HANDS_OFF)
    rules = (
        PathRule(PathKind.EXACT, "/items", None, by_method, "/items"),
        PathRule(PathKind.EXACT, "/other", None, elsewhere, "/other"),
        PathRule(PathKind.EXACT, "/plain", None, two.otherwise, "/plain"),
    )
    config = export(target, Edge("shop", rules, Fixed.DENY), _setting(), made_by=MADE_BY)
    assert "PATCH" in config


@pytest.mark.parametrize("target", TARGETS)
def test_resources_behind_expressions_stay_behind_them(target: str) -> None:
    subject = CORSMiddleware(_app, None, paths={"/x/*": Policy(APP), re.compile("/[a-z]/1"): DENY, "/*": Policy("*")})
    edge, _ = describe(subject, "shop")
    behind = Edge("shop", tuple(reversed(edge.rules)), edge.otherwise)
    config = export(target, behind, _setting(Difference.ESCAPED_PATHS), made_by=MADE_BY)
    if target == "nginx":
        assert 'location ~ "^/x(?:/|\\\\z)"' in config
        assert "^~" not in config


def test_nginx_gets_room_for_what_it_looks_up() -> None:
    many, long = Policy([f"https://a{number}.example" for number in range(1500)]), Policy(["https://" + "a" * 300])
    assert "map_hash_max_size 4096;" in _export("nginx", many)
    assert "map_hash_bucket_size 512;" in _export("nginx", long)
    assert "map_hash" not in _export("nginx", Policy(APP))


def test_what_re2_lacks_is_refused_in_paths_too() -> None:
    subject = CORSMiddleware(_app, None, paths={re.compile(r"/(?!x).*"): Policy(APP)})
    assert _refused("caddy", subject) == [("paths", "look-around")]
    assert _refused("envoy", subject, *Difference) == [("paths", "look-around")]
    assert _refused("nginx", subject) == []


def test_the_manual_names_every_refusal_and_difference() -> None:
    page = (DOCS / "outgrow-one-machine.md").read_text("utf-8")
    for code in (*RefusalCode, *Difference):
        assert f"`{code}`" in page


def test_caddy_s_words_are_quoted_either_way() -> None:
    assert quote_for_caddy("a") == "`a`"
    assert quote_for_caddy('a`"') == '"a`\\""'
