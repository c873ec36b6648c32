"""Option strings, as ini files and environment variables hold them."""

from __future__ import annotations

from typing import Any

import pytest

from cors_wsgi import Policy, PolicyError, Problem
from cors_wsgi.options import unknown_option
from cors_wsgi.settings import PARSERS, parse_flag, parse_list, parse_seconds, parse_settings


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", []),
        (" \n ", []),
        ("*", ["*"]),
        ("https://a.example", ["https://a.example"]),
        ("https://a.example, https://b.example", ["https://a.example", "https://b.example"]),
        ("\n  https://a.example\n  https://b.example\n", ["https://a.example", "https://b.example"]),
        ("a,,b,\r\n,c", ["a", "b", "c"]),
        ('["a", "b"]', ["a", "b"]),
        (' ["a,b"]', ["a,b"]),
        ("[]", []),
        ("[1, null]", [1, None]),
        ("[broken", "[broken"),
        ("[" * 100_000, "[" * 100_000),
        ("[" + "9" * 5000 + "]", "[" + "9" * 5000 + "]"),
        ('{"a": 1}', ['{"a": 1}']),
    ],
)
def test_lists(text: str, value: object) -> None:
    assert parse_list(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, True) for text in ("true", "True", " YES ", "on", "1")),
        *((text, False) for text in ("false", "FALSE", "no", "off\n", "0")),
        *((text, text) for text in ("", "maybe", "2", "truely", "None")),
    ],
)
def test_booleans(text: str, value: object) -> None:
    assert parse_flag(text) is value or (isinstance(value, str) and parse_flag(text) == value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("600", 600),
        (" 0 ", 0),
        ("-1", -1),
        ("none", None),
        ("None", None),
        ("", ""),
        ("10m", "10m"),
        ("1.5", "1.5"),
        ("1_000", "1_000"),
        ("\u0661", "\u0661"),
        ("9" * 12, 999_999_999_999),
        ("9" * 13, "9" * 13),
    ],
)
def test_seconds(text: str, value: object) -> None:
    assert parse_seconds(text) == value
    assert type(parse_seconds(text)) is type(value)


def test_every_option_is_read_by_its_name() -> None:
    assert parse_settings(
        {
            "origins": "https://a.example",
            "methods": "GET, PUT",
            "allow_headers": "X-A",
            "expose_headers": "ETag",
            "supports_credentials": "yes",
            "max_age": "60",
            "accept_risks": "public-suffix",
            "block_untrusted": "on",
            "debug": "off",
        }
    ) == {
        "origins": ["https://a.example"],
        "methods": ["GET", "PUT"],
        "allow_headers": ["X-A"],
        "expose_headers": ["ETag"],
        "supports_credentials": True,
        "max_age": 60,
        "accept_risks": ["public-suffix"],
        "block_untrusted": True,
        "debug": False,
    }
    assert parse_settings({}) == {}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param({"origins": "[broken"}, "looks-like-regex", id="broken JSON"),
        pytest.param({"origins": "[1]"}, "origin-type", id="JSON of something else"),
        pytest.param({"origins": "a.example"}, "missing-scheme", id="no scheme"),
        pytest.param({"origins": "https://a.example https://b.example"}, "comma-list", id="a space for a comma"),
        pytest.param({"origins": "*", "supports_credentials": "true"}, "wildcard-with-credentials", id="everybody"),
        pytest.param({"origins": "*", "supports_credentials": "maybe"}, "not-a-bool", id="no boolean"),
        pytest.param({"origins": "*", "max_age": "10m"}, "max-age", id="no number"),
        pytest.param({"origins": "*", "methods": "[GET]"}, "not-a-token", id="JSON without quotes"),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_policy(settings: dict[str, str], code: str) -> None:
    options: dict[str, Any] = parse_settings(settings)
    with pytest.raises(PolicyError) as caught:
        Policy(**options)
    assert [problem.code for problem in caught.value.problems] == [code]
    Policy(**parse_settings({"origins": "*", "supports_credentials": "false", "max_age": "none", "methods": "[]"}))


@pytest.mark.parametrize("text", ["", " \n", ",", "[]"], ids=repr)
def test_an_option_that_is_written_and_empty_is_nobody(text: str) -> None:
    assert Policy(**parse_settings({"origins": text})) == Policy([])


def test_unknown_names_are_refused_together() -> None:
    with pytest.raises(PolicyError) as caught:
        parse_settings({"origin": "*", "origins": "*", "zzz": "1", "Max_Age": "1"}, prefix="cors.")
    assert [(problem.option, problem.value, problem.code) for problem in caught.value.problems] == [
        ("cors.origin", "origin", "unknown-option"),
        ("cors.zzz", "zzz", "unknown-option"),
        ("cors.Max_Age", "Max_Age", "unknown-option"),
    ]
    assert [problem.remedy for problem in caught.value.problems] == [
        "Did you mean 'cors.origins'?",
        "The options are " + ", ".join(f"cors.{name}" for name in sorted(PARSERS)) + ".",
        "Did you mean 'cors.max_age'?",
    ]


def test_one_unknown_name_is_a_problem_of_its_own() -> None:
    expected = Problem("metods", "metods", "unknown-option", "There is no such option.", "Did you mean 'methods'?")
    assert unknown_option("metods", ["methods"]) == expected
    with pytest.raises(PolicyError) as caught:
        parse_settings({"metods": "GET"})
    assert caught.value.problems == (expected,)
