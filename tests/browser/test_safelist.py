"""The safelist of request headers: bytes, lengths, media types, ranges, client hints."""

from __future__ import annotations

import string

import pytest

from cors_wsgi.browser.engines import ENGINES
from cors_wsgi.browser.safelist import (
    CLIENT_HINTS,
    find_unsafe_value,
    has_unsafe_byte,
    is_no_cors_safelisted,
    is_valid_client_hint,
    parse_single_range,
    shorten_range,
)

UNSAFE_BYTES = {*map(chr, range(0x20)), *'"():<>?@[\\]{}\x7f'} - {"\t"}
LANGUAGE_BYTES = {*string.ascii_letters, *string.digits, *" *,-.;="}


@pytest.mark.parametrize("byte", range(256))
def test_each_byte_is_safe_or_not_as_the_standard_lists_it(byte: int) -> None:
    char = chr(byte)
    assert has_unsafe_byte(char) == (char in UNSAFE_BYTES)
    assert (find_unsafe_value("accept", char) is not None) == (char in UNSAFE_BYTES)
    for name in ("accept-language", "content-language"):
        assert (find_unsafe_value(name, char) is None) == (char in LANGUAGE_BYTES)
    media_type = f"text/plain;a={char}b"
    assert (find_unsafe_value("content-type", media_type) is None) == (char not in UNSAFE_BYTES)


@pytest.mark.parametrize("byte", range(256))
def test_bytes_above_7f_are_unsafe_to_firefox_in_accept_and_content_type(byte: int) -> None:
    char, firefox = chr(byte), ENGINES["firefox"]
    expected = char in UNSAFE_BYTES or byte > 0x7F
    assert (find_unsafe_value("accept", char, firefox) is not None) == expected
    assert (find_unsafe_value("accept-language", char, firefox) is None) == (char in LANGUAGE_BYTES)


@pytest.mark.parametrize("name", ["accept", "accept-language", "content-language", "content-type", "range"])
def test_a_value_has_at_most_128_bytes(name: str) -> None:
    start = {"content-type": "text/plain;a=", "range": "bytes=0-"}.get(name, "")
    filler = "1" if name == "range" else "a"
    assert find_unsafe_value(name, start + filler * (128 - len(start))) is None
    refused = find_unsafe_value(name, start + filler * (129 - len(start)))
    assert refused == "its value has 129 bytes, more than 128"


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("text/plain", True),
        ("TEXT/Plain ; Charset=x", True),
        ("application/x-www-form-urlencoded", True),
        ("multipart/form-data; boundary=x", True),
        ("text/plain;", True),
        ("text/plain;;", True),
        ("text/plain;a=b,c", True),
        (" text/plain ", True),
        ("text/plain, text/plain", False),
        ("text/plain/x", False),
        ("text", False),
        ("", False),
        ("application/json", False),
        ("text/html", False),
        ("text/plain-x", False),
        ('text/plain;charset="utf-8"', False),
    ],
)
def test_three_media_types_are_safelisted(value: str, safe: bool) -> None:
    assert (find_unsafe_value("content-type", value) is None) == safe


@pytest.mark.parametrize(
    ("value", "standard", "firefox"),
    [
        ("text/plain;", True, True),
        ("text/plain;;", True, False),
        ("text/plain; ;a=b", True, True),
        ("text/plain;a=b;", True, False),
        ("text/plain;a=b;;c=d", True, True),
        ("text/plain;a=b,c", True, False),
    ],
)
def test_firefox_is_strict_with_parameters(value: str, standard: bool, firefox: bool) -> None:
    assert (find_unsafe_value("content-type", value) is None) == standard
    assert (find_unsafe_value("content-type", value, ENGINES["firefox"]) is None) == firefox


def test_firefox_takes_the_type_of_a_blob_as_it_is() -> None:
    firefox, long = ENGINES["firefox"], "text/plain;a=" + "b" * 116
    assert find_unsafe_value("content-type", long, firefox, raw_type=True) is None
    assert find_unsafe_value("content-type", long, firefox) is not None
    assert find_unsafe_value("content-type", long, raw_type=True) is not None
    assert find_unsafe_value("content-type", " text/plain", firefox, raw_type=True) is not None
    assert find_unsafe_value("content-type", " text/plain", firefox) is None
    assert find_unsafe_value("content-type", "text/plain", firefox, raw_type=True) is None


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        ("bytes=0-99", (0, 99)),
        ("bytes=5-5", (5, 5)),
        ("bytes=007-08", (7, 8)),
        ("bytes=5-", (5, None)),
        ("bytes=-5", (None, 5)),
        ("bytes=-", None),
        ("bytes=6-5", None),
        ("bytes= 0-1", None),
        ("bytes=0-1,2-3", None),
        ("Bytes=0-1", None),
        ("bytes=+0-1", None),
        ("bytes=²-3", None),
        ("bytes=0-1\n", None),
        ("bytes", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_a_single_range(value: str, parsed: tuple[int | None, int | None] | None) -> None:
    assert parse_single_range(value) == parsed


def test_a_range_needs_a_first_position() -> None:
    assert find_unsafe_value("range", "bytes=5-") is None
    assert find_unsafe_value("range", "bytes=-5") == "its range has no first position"
    assert find_unsafe_value("range", "bytes=5") == "its value is not a single range such as bytes=0-99"


@pytest.mark.parametrize(
    ("value", "safe_to"),
    [
        (f"bytes={2**63 - 2}-", {"standard", "chromium", "firefox", "webkit"}),
        (f"bytes={2**63 - 1}-", {"standard", "firefox", "webkit"}),
        (f"bytes=0-{2**64 - 1}", {"standard", "firefox", "webkit"}),
        (f"bytes=0-{2**64}", {"standard"}),
        ("Bytes=0-1", {"webkit"}),
        ("bytes=+0-+1", {"webkit"}),
    ],
)
def test_engines_set_their_own_limits_to_ranges(value: str, safe_to: set[str]) -> None:
    assert {name for name, engine in ENGINES.items() if find_unsafe_value("range", value, engine) is None} == safe_to


@pytest.mark.parametrize(
    ("name", "valid", "invalid"),
    [
        ("dpr", ["1", "1.5", "0"], ["", "x", "-1", "+1", ".5", "2.", "1e3", "1x", " 1", "0x1", "inf", "1" * 129]),
        ("downlink", ["10.5", "0"], ["-1", "x"]),
        ("device-memory", ["0.5", "8"], ["", "8 GB"]),
        ("rtt", ["100", "0"], ["1.5", "x", "-1", ""]),
        ("width", ["100"], ["1.5", "-1"]),
        ("viewport-width", ["100"], ["1.5", "x"]),
        ("ect", ["slow-2g", "2g", "3g", "4g"], ["4G", "5g", ""]),
        ("save-data", ["on", "ON", "On"], ["off", "1", ""]),
        ("intervention", ["", "anything"], []),
    ],
)
def test_client_hints_have_valid_values(name: str, valid: list[str], invalid: list[str]) -> None:
    assert [value for value in valid if not is_valid_client_hint(name, value)] == []
    assert [value for value in invalid if is_valid_client_hint(name, value)] == []
    assert name in CLIENT_HINTS or name == "intervention"
    assert not is_valid_client_hint(f"x-{name}", valid[0])


def test_no_cors_requests_have_four_headers() -> None:
    assert is_no_cors_safelisted("Accept", "text/html")
    assert is_no_cors_safelisted("CONTENT-TYPE", "text/plain")
    assert not is_no_cors_safelisted("Content-Type", "application/json")
    assert not is_no_cors_safelisted("Range", "bytes=0-1")
    assert not is_no_cors_safelisted("X-A", "1")
    assert not is_no_cors_safelisted("DPR", "1")


@pytest.mark.parametrize(
    ("value", "short"),
    [
        ("bytes= 0-100", "bytes=0-100"),
        ("BYTES=0-1", "bytes=0-1"),
        ("bytes =0 - 1", "bytes=0-1"),
        ("bytes=000-009", "bytes=0-9"),
        ("bytes=+0-+1", "bytes=0-1"),
        ("bytes=,0-1,", "bytes=0-1"),
        ("bytes=0-,", "bytes=0-"),
        ("bytes=-05", "bytes=-5"),
        ("bytes=0-1,2-3", "bytes=0-1,2-3"),
        ("bytes=10-5", "bytes=10-5"),
        ("bytes=-", "bytes=-"),
        ("bytes", "bytes"),
        ("bytes=a-5", "bytes=a-5"),
        ("items= 0-1", "items= 0-1"),
        ("bytes= 5", "bytes= 5"),
        ("bytes= --5", "bytes= --5"),
        ("bytes=00--0", "bytes=0-0"),
        ("bytes=0--1", "bytes=0-"),
        ("bytes=0--2", "bytes=0--2"),
        ("bytes=-00", "bytes=-00"),
        (f"bytes= 0-{2**63}", f"bytes= 0-{2**63}"),
        ("bytes= 0-" + "1" * 5000, "bytes= 0-" + "1" * 5000),
    ],
)
def test_chromium_sends_the_shortest_spelling_of_one_range(value: str, short: str) -> None:
    assert shorten_range(value) == short
