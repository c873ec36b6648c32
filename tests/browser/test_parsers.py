"""The parsers against independent readings of their grammars, for arbitrary text: they never raise, and agree."""

from __future__ import annotations

import re
import string

from hypothesis import example, given
from hypothesis import strategies as st

from cors_wsgi.browser.cache import parse_max_age
from cors_wsgi.browser.checks import check_cors, find_exposed
from cors_wsgi.browser.engines import ENGINES
from cors_wsgi.browser.headers import extract_list, get_header, is_header_value, normalize_value
from cors_wsgi.browser.mime import MIMEType, is_strict_mime_type, parse_mime_type
from cors_wsgi.browser.origins import open_origin
from cors_wsgi.browser.safelist import (
    SAFELISTED_NAMES,
    find_unsafe_value,
    is_valid_client_hint,
    parse_single_range,
    shorten_range,
)
from cors_wsgi.browser.urls import parse_url

BYTES = st.text(st.characters(max_codepoint=0xFF), max_size=40)
TOKEN_CHARS = set(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")


def some(alphabet: str, max_size: int = 25) -> st.SearchStrategy[str]:
    """Text that is near to what a parser expects, so that both of its answers come up."""
    return st.text(st.sampled_from(alphabet), max_size=max_size)


def is_naive_token(text: str) -> bool:
    return text != "" and set(text) <= TOKEN_CHARS


class Input:
    """A string read character by character, as the standards' own algorithms read."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0

    def is_over(self) -> bool:
        return self.position >= len(self.text)

    def next(self) -> str:
        return self.text[self.position]

    def collect(self, stop: str) -> str:
        start = self.position
        while not self.is_over() and self.next() not in stop:
            self.position += 1
        return self.text[start : self.position]

    def skip(self, chars: str) -> None:
        while not self.is_over() and self.next() in chars:
            self.position += 1

    def collect_quoted(self) -> str:
        self.position += 1
        value = ""
        while True:
            value += self.collect('"\\')
            if self.is_over():
                return value
            char = self.next()
            self.position += 1
            if char == '"':
                return value
            if self.is_over():
                return value + "\\"
            value += self.next()
            self.position += 1


def parse_naive_mime_type(text: str) -> MIMEType | None:
    """Follow `#parse-a-mime-type` step by step."""
    given = Input(text.strip("\t\n\r "))
    kind = given.collect("/")
    if not is_naive_token(kind) or given.is_over():
        return None
    given.position += 1
    subtype = given.collect(";").rstrip("\t\n\r ")
    if not is_naive_token(subtype):
        return None
    parameters: dict[str, str] = {}
    while not given.is_over():
        given.position += 1
        given.skip("\t\n\r ")
        name = given.collect(";=").lower()
        if not given.is_over():
            if given.next() == ";":
                continue
            given.position += 1
        if given.is_over():
            break
        if given.next() == '"':
            value = given.collect_quoted()
            given.collect(";")
        else:
            value = given.collect(";").rstrip("\t\n\r ")
            if value == "":
                continue
        is_quotable = all(char == "\t" or " " <= char <= "~" or "\x80" <= char <= "\xff" for char in value)
        if is_naive_token(name) and is_quotable and name not in parameters:
            parameters[name] = value
    return MIMEType(kind.lower(), subtype.lower(), parameters)


@given(BYTES | some('text/plain;=" \\a') | st.builds("text/plain{}".format, some(';=" \\ab\t\n\x01é')))
@example('a/b;c="d\\')
@example('a/b;c="d\\"e"f;g=h')
@example("a/b;=c;d=;e")
@example('a/b;c="')
@example("/")
def test_mime_types_are_parsed_as_the_standard_says(text: str) -> None:
    parsed = parse_mime_type(text)
    assert parsed == parse_naive_mime_type(text)
    if parsed is not None:
        assert parse_mime_type(str(parsed)) == parsed


@given(BYTES | some('text/plain;="ab \\'))
def test_a_strict_mime_type_is_one_whose_every_parameter_counts(text: str) -> None:
    """RFC 2045: nothing that the lenient parser would pass over."""
    if not is_strict_mime_type(text):
        return
    parsed = parse_naive_mime_type(text)
    assert parsed is not None
    assert len(parsed.parameters) <= text.count("=")
    assert not re.search(r";[ \t]*(;|$)", re.sub(r'"(?:[^"\\]|\\.)*"', "", text))


def parse_naive_range(text: str) -> tuple[int | None, int | None] | None:
    """Follow `#simple-range-header-value` step by step, without white space."""
    if not text.startswith("bytes"):
        return None
    given = Input(text)
    given.position = 5
    if given.is_over() or given.next() != "=":
        return None
    given.position += 1
    start = ""
    while not given.is_over() and given.next() in "0123456789":
        start += given.next()
        given.position += 1
    if given.is_over() or given.next() != "-":
        return None
    given.position += 1
    end = text[given.position :]
    if not set(end) <= set("0123456789") or (start == end == ""):
        return None
    first, last = (int(part) if part else None for part in (start, end))
    return None if first is not None and last is not None and first > last else (first, last)


@given(BYTES | some("bytes=0123456789-+, ") | st.from_regex(r"bytes=[0-9]{0,3}-[0-9]{0,3}", fullmatch=True))
@example("bytes=1-1")
@example("bytes=2-1")
@example("bytes=²-")
def test_ranges_are_parsed_as_the_standard_says(text: str) -> None:
    parsed = parse_single_range(text)
    assert parsed == parse_naive_range(text)
    if parsed is not None:
        assert parse_single_range(shorten_range(text)) == parsed


@given(BYTES)
def test_shortening_a_range_twice_changes_nothing(text: str) -> None:
    for value in (text, f"bytes={text}"):
        assert shorten_range(shorten_range(value)) == shorten_range(value)


def extract_naive_list(values: list[str]) -> list[str] | None:
    """Read `#field-name` lists by the grammar of RFC 9110: elements, commas, optional white space."""
    found: list[str] = []
    for value in values:
        element = ""
        for char in [*value, ","]:
            if char != ",":
                element += char
                continue
            element = element.strip(" \t")
            if element and not is_naive_token(element):
                return None
            found += [element] if element else []
            element = ""
    return found


@given(st.lists(BYTES | some("ab,* \t@"), max_size=4))
def test_header_lists_are_extracted_by_their_grammar(values: list[str]) -> None:
    headers = [("X-List" if place % 2 else "x-LIST", value) for place, value in enumerate(values)]
    assert extract_list([("Other", "x y"), *headers], "x-list") == extract_naive_list(values)
    assert get_header(headers, "x-list") == (", ".join(values) if values else None)


@given(st.lists(BYTES | some("0123456789+- "), max_size=2))
@example(["-9223372036854775809"])
@example(["-9223372036854775808"])
@example(["9223372036854775807"])
@example(["9223372036854775808"])
@example(["99999999999999999999999"])
@example(["0" * 50 + "7"])
def test_delta_seconds_are_digits_or_mean_what_each_engine_says(values: list[str]) -> None:
    headers = [("Access-Control-Max-Age", value) for value in values]
    text = ", ".join(values).strip(" \t")
    is_delta = len(values) == 1 and text != "" and set(text) <= set("0123456789")
    is_integer = len(values) == 1 and re.fullmatch("[+-]?[0-9]+", text) is not None and -(2**63) <= int(text) < 2**63
    ages = {name: parse_max_age(headers, engine) for name, engine in ENGINES.items()}
    default = 5 if text == "" and len(values) < 2 else None
    assert ages["standard"] == (min(int(text), 10**18) if is_delta else 5)
    assert ages["firefox"] == (default or (min(int(text), 86400) if is_delta else 0))
    for name, limit in (("chromium", 7200), ("webkit", 600)):
        assert ages[name] == (min(max(int(text), 0), limit) if is_integer else 5)


@given(BYTES)
def test_values_are_normalized_and_judged(text: str) -> None:
    value = normalize_value(text)
    assert value == value.strip("\t\n\r ")
    assert value in text
    assert is_header_value(value) == (set(value).isdisjoint("\0\r\n"))
    assert not is_header_value(value + "€")


@given(BYTES, st.sampled_from(sorted(ENGINES)), st.booleans())
def test_judging_a_value_never_raises(text: str, engine: str, raw: bool) -> None:
    for name in SAFELISTED_NAMES:
        why = find_unsafe_value(name, text, ENGINES[engine], raw_type=raw)
        assert why is None or why.startswith("its ")
    for name in ("dpr", "ect", "rtt", "save-data"):
        assert is_valid_client_hint(name, text) in (True, False)


@given(
    st.lists(st.tuples(st.sampled_from(["Access-Control-Allow-Origin", "X", "access-control-expose-headers"]), BYTES))
)
def test_checking_a_response_never_raises(headers: list[tuple[str, str]]) -> None:
    for include in (False, True):
        failure = check_cors(headers, "https://a.example", include=include)
        assert failure is None or failure.reason.is_cors
        assert find_exposed(headers, include=include) <= {name.lower() for name, _ in headers}


@given(st.text(max_size=40) | some("htps:/\\@[]:.%?#ax01 \t") | st.builds("http://{}".format, some("[]:@.0x1af%/?#\\")))
def test_urls_are_parsed_or_none_and_stay_what_they_are(text: str) -> None:
    base = parse_url("https://h.example/a/b?c")
    for parsed in (parse_url(text), parse_url(text, base)):
        if parsed is None:
            continue
        again = parse_url(str(parsed))
        assert again is not None
        if parsed.is_http:
            assert str(again) == str(parsed)
            assert str(parsed).isascii()
            assert open_origin(parsed.request_url)[0].serialized == parsed.origin
