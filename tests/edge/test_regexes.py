"""A regular expression that is written anew matches what its original matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cors_wsgi.export.automata import Automaton, TooLargeError, automaton_of, have_common, is_within
from cors_wsgi.export.dialects import PCRE, RE2, RE2_ASCII, escape, write, write_whole
from cors_wsgi.export.origins import read_pattern, read_regex
from cors_wsgi.export.regexes import UnwritableError, find_longest, parse, parse_text
from cors_wsgi.origins import OriginSet, parse_origin

PIECES = st.sampled_from(
    [
        "https?://",
        r"[a-z0-9-]+",
        r"\.",
        "example",
        "(?P<n>a|b)",
        "(?:x|yz)*",
        "(?i:App)",
        r"\d{2,3}",
        r"\w",
        ".",
        "[^.]",
        r"(:\d+)?",
        "-",
        "$",
        "^",
        r"[^\W_]",
        "|",
        "com",
        "(?!evil)",
        "(?<=/)",
        r"(c)\1",
        "(?#note)",
        r"[\s\S]",
        r"\D+",
        "[+./-]",
        "a??",
        r"\b",
    ]
)
ORIGINS = st.builds(
    "{}://{}{}".format,
    st.sampled_from(["https", "http", "capacitor", "ws"]),
    st.text("abcxyz019.-_ABE", min_size=1, max_size=12),
    st.sampled_from(["", ":1", ":443", ":8443"]),
)


def _as_python(text: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\g\{(\d+)\}", r"\\\1", text.replace(r"\z", r"\Z")))


@settings(max_examples=400)
@given(st.lists(PIECES, min_size=1, max_size=7).map("".join), st.lists(ORIGINS, min_size=1, max_size=12))
@example("(?x) https:// # comment\n [a-z]+ [.] example", ["https://x.example"])
def test_an_expression_for_origins_is_the_same_in_pcre(source: str, origins: list[str]) -> None:
    try:
        pattern = re.compile(source)
    except re.error:
        assume(False)
    read = read_regex(pattern, source)
    conditions = [_as_python(text) for text in read.conditions]
    written = _as_python(read.write(PCRE))
    for origin in [*origins, *(f"https://{piece}.example" for piece in ("a", "App", "12"))]:
        is_allowed = parse_origin(origin) is not None and pattern.fullmatch(origin) is not None
        assert is_allowed == all(text.fullmatch(origin) for text in (written, *conditions))


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            ["/", "a", r"\.", "[^/]+", r"\d+", ".*", "(?:x|é)", "[à-ü]", r"\w", "%", '"', "$", " ", "k(?i:k)"]
        ),
        max_size=6,
    ).map("".join),
    st.lists(st.text('/a.9é٣ü%"$ kK\u212a', max_size=8), max_size=12),
)
def test_an_expression_for_paths_is_the_same_in_pcre(source: str, paths: list[str]) -> None:
    node = parse(re.compile(source), is_path=True)
    text = write_whole(node, PCRE).removeprefix("(*UTF)").replace(r"\p{Nd}", "".join(map(re.escape, "٠-٩")))
    text = re.sub(r"\\x\{([0-9a-f]+)\}", lambda match: re.escape(chr(int(match[1], 16))), text)
    text = text.replace(r"\p{L}\p{N}", "à-üa-zA-Z٠-٩\u212a").replace(r"٠\-٩", "٠-٩")
    for path in paths:
        assert (re.fullmatch(source, path) is None) == (re.search(text.replace(r"\z", r"\Z"), path) is None)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (r"https://(?P<name>pr-\d+)\.example\.dev", r"https://pr-[0-9]+\.example\.dev"),
        (r"(?i)https://a", r"[Hh][Tt][Tt][Pp][Ss]://[Aa]"),
        (r"https://[a-z]{2}\.x", r"https://[a-z]{2}\.x"),
        (r"https://[a-z]{2,}?\.x", r"https://[a-z]{2,}\.x"),
        (r"https://(?:a|b){1,3}", "https://[ab]{1,3}"),
        (r"https://(?:aa|b){0,3}", "https://(?:aa|b){0,3}"),
        (r"a|(?:b|cc)", "(?:a|b|cc)"),
        (r"https://(é|aa)", r"https://(?:[^\x00-\x{10ffff}]|aa)"),
        (r"(?!)", r"[^\x00-\x{10ffff}]"),
        (r"https://[^.]+", r"https://[-+/-:A-\[\]_a-z]+"),
        (r"^https://a\Z", r"\Ahttps://a\z"),
        (r"https://\Ba", r"https://\Ba"),
        (r"[\]\[^+]", r"[+\[\]]"),
        (r"\D", r"[+\x2d-/:A-\[\]_a-z]"),
        (r"[+./-]", r"[+\x2d-/]"),
    ],
)
def test_what_is_written_in_re2_is_what_a_person_would_write(source: str, written: str) -> None:
    assert write(parse(re.compile(source)), RE2) == written


def test_what_envoy_gets_knows_ascii_alone() -> None:
    assert write(parse(re.compile("https://(?:aé|b)")), RE2_ASCII) == r"https://(?:a[^\x00-\xff]|b)"
    assert write(parse(re.compile(r"(?i:/sk/)\d[^/é]"), is_path=True), RE2_ASCII) == r"/[Ss][Kk]/[0-9][^/]"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (r"https://(?!evil).*", "look-around"),
        (r"(?<=x)a", "look-around"),
        (r"(a)\1", "back-reference"),
        (r"(a)?(?(1)b|c)", "back-reference"),
        (r"a{1,2000}", "regex"),
    ],
)
def test_what_re2_lacks_is_named(source: str, code: str) -> None:
    node = parse(re.compile(source))
    with pytest.raises(UnwritableError) as caught:
        write(node, RE2)
    assert caught.value.code == code
    assert write(node, PCRE)


@pytest.mark.skipif("sys.version_info < (3, 11)", reason="Python 3.10 has neither")
@pytest.mark.parametrize(("source", "written"), [("a++b", "a++b"), ("(?>ab?)c", "(?>ab?)c"), ("a*+", "a*+")])
def test_what_never_goes_back_is_named_too(source: str, written: str) -> None:
    node = parse(re.compile(source))
    assert write(node, PCRE) == written
    with pytest.raises(UnwritableError, match="never goes back"):
        write(node, RE2)


@pytest.mark.parametrize("source", [r"/\S+", r"/\W", r"/\bx", r"(?m)/a$", "(?i)/é"])
def test_what_means_other_characters_to_a_proxy_is_refused_in_paths(source: str) -> None:
    with pytest.raises(UnwritableError):
        parse(re.compile(source), is_path=True)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (r"/\d", r"(*UTF)^/[0-9\p{Nd}]\z"),
        (r"(?a)/\d\s", r"^/[0-9][\x09-\x0d\x20]\z"),
        (r"/\D", r"(*UTF)^/[\x00-/:-\x7f\P{Nd}]\z"),
        (r"(?a)/\W", None),
        (r"/(?s:.)", r"(*UTF)^/(?s:.)\z"),
        (r"(?ai)/\bkey", r"^/\b[Kk][Ee][Yy]\z"),
        (r"/[^\n]", r"(*UTF)^/.\z"),
    ],
)
def test_classes_in_paths_are_spelled_out(source: str, written: str | None) -> None:
    if written is None:
        with pytest.raises(UnwritableError):
            parse(re.compile(source), is_path=True)
        return
    assert write_whole(parse(re.compile(source), is_path=True), PCRE) == written


@pytest.mark.parametrize(
    ("source", "longest"),
    [
        ("a", 1),
        ("ab?", 2),
        ("a{3}", 3),
        ("a*", None),
        ("a|bcd", 3),
        (r"(a)\1", None),
        (r"\Aa(?=b)", 1),
        (r"(a)?(?(1)b|cc)", 3),
    ],
)
def test_the_longest_text_is_known_where_there_is_one(source: str, longest: int | None) -> None:
    assert find_longest(parse_text(source)) == longest


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            "https://*.example.com",
            "http://localhost:*",
            "https://*.a.b:*",
            "capacitor://*.x:*",
            "https://*.x:8443",
            "ws://a.b:*",
            "http://[::1]:*",
            "http://127.0.0.1:*",
        ]
    ),
    st.sampled_from(["a.", "b.c.", "", "A.", "..", "a_.", "a..", "1.", "x" * 600 + "."]),
    st.one_of(st.just(""), st.integers(0, 70000).map(":{}".format), st.sampled_from([":080", ":80", ":443"])),
    st.sampled_from(["", ".", "x", "/"]),
)
def test_a_pattern_is_the_same_as_an_expression(pattern: str, labels: str, port: str, tail: str) -> None:
    origin = pattern.replace("*.", labels).replace(":*", port) + tail
    read = read_pattern(pattern)
    texts = [re.compile(text) for text in (read.write(RE2), *read.conditions)]
    assert OriginSet([pattern]).allows(origin, {}) == all(text.fullmatch(origin) for text in texts)


@pytest.mark.parametrize(
    ("source", "met"),
    [
        (r"https://.*\.example\.com", False),
        (r"https://[a-z]+", False),
        (r"https://.*", True),
        (r"https?://[^/]+:8443", True),
        (r"https://\[::1\]", True),
        (r".*", True),
    ],
)
def test_whether_an_expression_meets_addresses_in_brackets_is_found_out(source: str, met: bool) -> None:
    assert read_regex(re.compile(source), source).meets_ipv6 is met


def test_an_expression_that_keeps_to_well_formed_origins_needs_no_other_check() -> None:
    assert read_regex(re.compile(r"https://[a-z]+\.example\.com"), "").well_formed is None
    assert read_regex(re.compile(r"https://.+\.example\.com"), "").well_formed is not None
    assert read_regex(re.compile("ftp://x"), "").well_formed is None
    assert read_regex(re.compile("nothing"), "").well_formed is None


def test_an_expression_too_large_to_look_into_gets_every_check() -> None:
    read = read_regex(re.compile("https://(?:[a-z]{1,200}x?){1,200}"), "")
    assert read.well_formed is not None
    assert read.may_be_long
    assert read.meets_ipv6
    with pytest.raises(TooLargeError):
        Automaton(read.node)


def test_what_takes_too_long_to_compare_is_taken_for_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cors_wsgi.export.automata._MOST_STEPS", 10)
    one, other = Automaton(parse_text("[a-z]{50}")), Automaton(parse_text("[a-z]{49}"))
    assert have_common(one, other)
    assert not is_within(one, automaton_of(".*"))


def test_automata_read_groups_and_references_as_more_than_they_match() -> None:
    read = Automaton(parse_text(r"(a)?(?(1)b|c)\1(?=x)"))
    assert have_common(read, automaton_of("ab.*"))
    assert not have_common(read, automaton_of("x"))


def test_text_is_escaped() -> None:
    assert escape('a.b$"') == r"a\.b\x24\x22"
