"""The messages that the model prints are those that real consoles printed."""

from __future__ import annotations

from typing import Final

import pytest

from .consoles import CASES, fail, list_printed, read_console
from .failures import FAILURES

BROWSERS: Final = ("chromium", "firefox", "webkit")


@pytest.mark.parametrize("name", CASES)
def test_the_model_gives_the_reason(name: str) -> None:
    error = fail(CASES[name], "standard")
    assert error is not None
    assert error.reason.value == FAILURES[name.rpartition("-")[0]][0]


@pytest.mark.parametrize("engine", BROWSERS)
def test_every_failure_was_recorded(engine: str) -> None:
    recorded = read_console(engine)
    assert list(recorded) == list(CASES)
    assert [one["reason"] for one in recorded.values()] == [FAILURES[name.rpartition("-")[0]][0] for name in CASES]


WORDS: Final = [
    pytest.param(engine, name, id=f"{engine}, {name}")
    for engine in BROWSERS
    for name, text in list_printed(engine).items()
    if text
]


@pytest.mark.parametrize(("engine", "name"), WORDS)
def test_the_console_printed_what_the_model_prints(engine: str, name: str) -> None:
    printed = list_printed(engine)[name]
    error = fail(CASES[name], engine)
    said = "nothing failed" if error is None else error.say(engine)
    assert (said in printed) is ((engine, name.rpartition("-")[0]) not in WORDED_OTHERWISE)


WORDED_OTHERWISE: Final[dict[tuple[str, str], str]] = {
    ("chromium", "bad-port"): "the console has words of its own, which are not of CORS",
    ("chromium", "corp"): "the console has words of its own, which are not of CORS",
    ("chromium", "file"): "the console has words of its own, which are not of CORS",
    ("chromium", "nobody-listens"): "the model does not know why nobody answered",
    ("chromium", "own-scheme"): "the console has words of its own, or another list of schemes",
    ("chromium", "redirect-for-ever"): "the console has words of its own, which are not of CORS",
    ("chromium", "redirect-mode-error"): "the console has words of its own, which are not of CORS",
    ("chromium", "redirect-null-origin"): "the console names the page's origin, and not the null that was sent",
    ("chromium", "redirect-to-data"): "the console speaks of the network",
    (
        "chromium",
        "redirect-with-password",
    ): "the console leaves the location out, or says only that the request did not succeed",
    ("chromium", "same-origin-mode"): "the console has words of its own, which are not of CORS",
    ("firefox", "authorization-under-star"): "the console warns of what it lets pass",
    ("firefox", "corp"): "the console has words of its own, which are not of CORS",
    ("firefox", "file"): "the console has words of its own, which are not of CORS",
    ("firefox", "list"): "the console tells one line with a list from two lines",
    ("firefox", "preflight-redirect-no-header"): "the console finds the missing header first",
    ("firefox", "preflight-star-with-credentials"): "the console puts the URL in quotes here",
    ("firefox", "redirect-for-ever"): "the console has words of its own, which are not of CORS",
    ("firefox", "redirect-to-data"): "the console speaks of the network",
    (
        "firefox",
        "redirect-with-password",
    ): "the console leaves the location out, or says only that the request did not succeed",
    ("firefox", "same-origin-mode"): "the console has words of its own, which are not of CORS",
    ("firefox", "star-and-origin"): "the console tells one line with a list from two lines",
    ("firefox", "star-with-credentials"): "the console puts the URL in quotes here",
    ("firefox", "two-with-a-space"): "the console takes the value for one origin that does not match",
    ("webkit", "bad-port"): "the console has words of its own, which are not of CORS",
    ("webkit", "corp"): "the console has words of its own, which are not of CORS",
    ("webkit", "file"): "the console has words of its own, which are not of CORS",
    ("webkit", "header-not-named"): "the console spells the header as the script did",
    ("webkit", "no-headers"): "the console spells the header as the script did",
    ("webkit", "own-scheme"): "the console has words of its own, or another list of schemes",
    ("webkit", "redirect-for-ever"): "the console has words of its own, which are not of CORS",
    ("webkit", "redirect-mode-error"): "the console has words of its own, which are not of CORS",
    ("webkit", "same-origin-mode"): "the console has words of its own, which are not of CORS",
    ("webkit", "star-headers-with-credentials"): "the console spells the header as the script did",
    ("webkit", "two-with-a-space"): "the console takes the value for one origin that does not match",
}
"""Where the model says it in other words than the console, which are in the record; and why."""
