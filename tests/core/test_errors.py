"""What a mistake looks like: every problem with its code, a caret under the character, a remedy."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from textwrap import dedent

import pytest

from cors_wsgi import Policy, PolicyError, PolicyWarning, Problem


def text_of(**options: object) -> str:
    with pytest.raises(PolicyError) as caught:
        Policy(**options)  # type: ignore[arg-type]
    return str(caught.value)


def test_one_problem_points_at_the_character() -> None:
    assert text_of(origins=["https://a.example", "https://b.example/"]) + "\n" == dedent(
        """\
        1 problem:
          origins: 'https://b.example/'  [trailing-slash]
                                     ^
              Browsers send an origin without a trailing slash.
              Write 'https://b.example'.
        """
    )


def test_problems_are_shown_together() -> None:
    assert text_of(origins="a.example", max_age=-1) + "\n" == dedent(
        """\
        2 problems:
          origins: 'a.example'  [missing-scheme]
                    ^
              The origin has no scheme.
              Write 'https://a.example'.
          max_age: -1  [max-age]
              The age must be a whole number of seconds, zero or more.
              Write 600, timedelta(minutes=10), 0 to switch caching off, or None to leave it to the browser.
        """
    )


def test_the_caret_counts_what_is_shown_and_not_what_is_meant() -> None:
    lines = text_of(origins="https://a\x07b\n").splitlines()
    assert lines[1:3] == [
        r"  origins: 'https://a\x07b\n'  [white-space]",
        "  " + " " * len(r"origins: 'https://a\x07b") + "^",
    ]


@pytest.mark.parametrize(
    ("value", "position", "caret"),
    [
        pytest.param("abc", 0, 10, id="the first character"),
        pytest.param("abc", 2, 12, id="the last character"),
        pytest.param("abc", 3, 13, id="behind the last character"),
        pytest.param("abc", None, None, id="no character is to blame"),
        pytest.param(7, 0, None, id="a value without characters"),
        pytest.param("a" * 300, 150, 160, id="in what is shown of a long value"),
        pytest.param("a" * 300, 198, 208, id="at the end of what is shown of a long value"),
        pytest.param("a" * 300, 199, None, id="behind what is shown of a long value"),
        pytest.param("a" * 300, 250, None, id="in what is cut off of a long value"),
    ],
)
def test_where_the_caret_stands(value: object, position: int | None, caret: int | None) -> None:
    lines = str(Problem("origins", value, "code", "problem.", "remedy.", position)).splitlines()
    carets = [line.index("^") for line in lines if line.strip() == "^"]
    assert carets == ([] if caret is None else [caret])
    assert all(len(line) < 240 for line in lines)
    assert lines[-2:] == ["    problem.", "    remedy."]


def test_a_value_is_shown_in_two_hundred_characters_at_most() -> None:
    shown = [str(Problem("x", "a" * count, "code", "problem.", "remedy.")).splitlines()[0] for count in (198, 199)]
    assert shown == [f"x: '{'a' * 198}'  [code]", f"x: '{'a' * 198}…  [code]"]


def test_a_problem_is_a_frozen_value() -> None:
    problem = Problem("origins", "x", "missing-scheme", "a.", "b.", 0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        problem.code = "other"  # type: ignore[misc]
    assert problem == Problem("origins", "x", "missing-scheme", "a.", "b.", 0)
    assert hash(problem) == hash(Problem("origins", "x", "missing-scheme", "a.", "b.", 0))


def test_many_problems_are_counted_and_twenty_shown() -> None:
    text = text_of(origins=[f"a{number}.example" for number in range(25)])
    assert text.startswith("25 problems:\n")
    assert text.count("[missing-scheme]") == 20
    assert text.endswith("\n  … and 5 more")
    assert not text_of(origins=[f"a{number}.example" for number in range(20)]).endswith("more")


def test_a_place_is_named_in_the_first_line() -> None:
    error = PolicyError([Problem("origins", "x", "missing-scheme", "a.", "b.")], "the view 'save'")
    assert str(error).splitlines()[0] == "1 problem in the view 'save':"


def test_the_place_of_a_problem_and_an_advice_are_shown_in_full() -> None:
    problem = Problem(
        "origins", "x", "missing-scheme", "No scheme.", "Write it.", 0, said_in="the setting CORS_ORIGINS"
    )
    assert str(PolicyError([problem], "two layers", "Also,\nthis.")) + "\n" == dedent(
        """\
        1 problem in two layers:
          origins (the setting CORS_ORIGINS): 'x'  [missing-scheme]
                                               ^
              No scheme.
              Write it.
          Also,
          this.
        """
    )


def test_an_error_survives_copy_and_pickle() -> None:
    error = PolicyError(iter([Problem("origins", "x", "missing-scheme", "a.", "b.", 0)]), "here", "Do.")
    assert (error.where, error.advice) == ("here", "Do.")
    assert error.args == (error.problems, "here", "Do.")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(twin), twin.problems, twin.where, twin.advice, str(twin)) == (
            PolicyError,
            error.problems,
            "here",
            "Do.",
            str(error),
        )


def test_what_they_are() -> None:
    assert issubclass(PolicyError, ValueError)
    assert issubclass(PolicyWarning, UserWarning)
