"""The words that the model prints are the words that real consoles printed."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from cors_wsgi.browser import FetchError

from .cases import Case
from .consoles import DATA
from .failures import FAILURES, list_failures
from .model import play

ORIGINS: Final = {
    "page": "http://localhost:18080",
    "api": "http://127.0.0.1:18081",
    "api2": "http://localhost:18082",
    "nobody": "http://127.0.0.1:18099",
}

CASES: Final = {case["id"]: case for case in list_failures(ORIGINS["nobody"])}

CONSOLES: Final[dict[str, dict[str, dict[str, Any]]]] = {
    engine: {
        one["case"]: one for one in json.loads((DATA / f"console-{engine}.json").read_text("utf-8"))["messages"]
    }
    for engine in ("chromium", "firefox", "webkit")
}


def fail(case: Case, engine: str) -> FetchError | None:
    [(_, error)] = play(case, ORIGINS, [0.0], engine)
    return error


def fill_origins(text: str) -> str:
    """Return recorded text with the origins of these tests in it."""
    for name, origin in ORIGINS.items():
        text = text.replace(f"{{{name}}}", origin).replace(f"{{{name}-host}}", origin.removeprefix("http://"))
    return text


@pytest.mark.parametrize("name", CASES)
def test_the_model_gives_the_reason(name: str) -> None:
    error = fail(CASES[name], "standard")
    assert error is not None
    assert error.reason.value == FAILURES[name.rpartition("-")[0]][0]


@pytest.mark.parametrize("engine", CONSOLES)
def test_every_failure_was_recorded(engine: str) -> None:
    assert list(CONSOLES[engine]) == list(CASES)
    assert [one["reason"] for one in CONSOLES[engine].values()] == [
        FAILURES[name.rpartition("-")[0]][0] for name in CASES
    ]


WORDS: Final = [
    pytest.param(engine, name, id=f"{engine}, {name}")
    for engine, messages in CONSOLES.items()
    for name, one in messages.items()
    if one["text"]
]


@pytest.mark.parametrize(("engine", "name"), WORDS)
def test_the_console_printed_what_the_model_prints(engine: str, name: str) -> None:
    printed = fill_origins("\n".join(CONSOLES[engine][name]["text"]))
    error = fail(CASES[name], engine)
    said = "nothing failed" if error is None else error.say(engine)
    assert (said in printed) is ((engine, name.rpartition("-")[0]) not in WORDED_OTHERWISE)


WORDED_OTHERWISE: Final[dict[tuple[str, str], str]] = {}
