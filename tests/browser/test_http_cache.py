"""The HTTP cache: what is kept, what is used of it, and what it does to CORS."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted import API, PAGE, by_request

from cors_wsgi.browser import Browser, FailureReason, FetchError


def make(*headers: tuple[str, str], status: str = "200 OK", http_cache: bool = True) -> Browser:
    """Make a browser for an app that allows the origin that it is told of, and answers these headers too."""

    def answer(environ: Any) -> tuple[str, list[tuple[str, str]], bytes]:
        origin = environ.get("HTTP_ORIGIN")
        shared = [("Access-Control-Allow-Origin", origin)] if origin else []
        return status, [("Content-Type", "image/png"), *headers, *shared], b"x"

    return Browser(by_request(answer), API, http_cache=http_cache)


FRESH = ("Cache-Control", "public, max-age=600")


@pytest.mark.parametrize(
    ("headers", "is_kept"),
    [
        ([FRESH], True),
        ([("Cache-Control", 'MAX-AGE="600"')], True),
        ([("Cache-Control", "max-age=0")], False),
        ([("Cache-Control", "max-age=600, no-store")], False),
        ([("Cache-Control", "no-cache, max-age=600")], False),
        ([("Cache-Control", "max-age=x")], False),
        ([("Expires", "Fri, 01 Jan 2038 00:00:00 GMT")], False),
        ([FRESH, ("Vary", "Accept-Encoding")], True),
        ([FRESH, ("Vary", "*")], False),
    ],
)
def test_what_says_how_long_it_is_fresh_is_kept(headers: list[tuple[str, str]], is_kept: bool) -> None:
    browser = make(*headers)
    page = browser.open(PAGE)
    assert [page.fetch("/x").content for _ in range(2)] == [b"x", b"x"]
    assert len(browser.exchanges) == (1 if is_kept else 2)


def test_a_browser_without_a_cache_asks_each_time() -> None:
    browser = make(FRESH, http_cache=False)
    for _ in range(2):
        browser.open(PAGE).fetch("/x")
    assert len(browser.exchanges) == 2


def test_only_successful_answers_to_get_are_kept() -> None:
    failing, posted = make(FRESH, status="404 X"), make(FRESH)
    for _ in range(2):
        failing.open(PAGE).fetch("/x")
        posted.open(PAGE).fetch("/x", method="POST")
    assert (len(failing.exchanges), len(posted.exchanges)) == (2, 2)


def test_a_response_is_fresh_by_the_browsers_clock() -> None:
    browser = make(FRESH)
    page = browser.open(PAGE)
    page.fetch("/x")
    browser.clock.advance(599)
    page.fetch("/x")
    assert len(browser.exchanges) == 1
    browser.clock.advance(1)
    page.fetch("/x")
    page.fetch("/y")
    assert len(browser.exchanges) == 3


@pytest.mark.parametrize(
    ("mode", "asked"),
    [("default", False), ("no-store", True), ("reload", True), ("no-cache", True), ("force-cache", False)],
)
def test_the_cache_mode_decides_whether_it_is_used(mode: Any, asked: bool) -> None:
    browser = make(FRESH)
    page = browser.open(PAGE)
    page.fetch("/x")
    page.fetch("/x", cache=mode)
    assert len(browser.exchanges) == (2 if asked else 1)


def test_what_is_stale_is_used_where_the_script_asks_for_it() -> None:
    browser = make(FRESH)
    page = browser.open(API)
    page.fetch("/x")
    browser.clock.advance(1000)
    assert page.fetch("/x", cache="only-if-cached", mode="same-origin").ok
    assert page.fetch("/x", cache="force-cache").ok
    assert len(browser.exchanges) == 1
    with pytest.raises(FetchError, match="the HTTP cache does not have it"):
        page.fetch("/y", cache="only-if-cached", mode="same-origin")


def test_what_a_script_does_not_want_stored_is_not() -> None:
    browser = make(FRESH)
    page = browser.open(PAGE)
    page.fetch("/x", cache="no-store")
    page.fetch("/x")
    assert len(browser.exchanges) == 2


def test_a_picture_that_was_cached_without_cors_is_refused_to_scripts_and_vary_is_the_cure() -> None:
    browser = make(FRESH)
    page = browser.open(PAGE)
    assert page.load("img", "/x").outcome == "tainted"
    refused = page.load("img", "/x", crossorigin="anonymous")
    assert (refused.reason, refused.exchange) == (FailureReason.MISSING_ACAO, browser.exchanges[0])
    browser = make(FRESH, ("Vary", "Origin"))
    page = browser.open(PAGE)
    page.load("img", "/x")
    for _ in range(2):
        assert page.load("img", "/x", crossorigin="anonymous").outcome == "loaded"
    page.load("img", "/x")
    assert [exchange.sent("Origin") for exchange in browser.exchanges] == [None, PAGE]
