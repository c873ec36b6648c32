"""What engines do beside the standard when a request is redirected, as generated requests showed it."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted import API, PAGE, SHARED, answering, by_path, by_request, echo_origin, lines, open_everything

from cors_wsgi.browser import ENGINES, Browser, FetchError

NAMES = tuple(ENGINES)


def play(engine: str, first: str, location: str, *, api: str = "fetch", **options: Any) -> tuple[str, list[str]]:
    """Return the outcome and the requests of a script of PAGE whose first request is redirected."""
    browser = Browser(by_request(open_everything), API, engine=engine)
    browser.mount(first, by_path({"/a": ("307 X", [*SHARED, ("Location", location)]), "/b": ("200 OK", SHARED)}))
    page = browser.open(PAGE)
    try:
        getattr(page, api)(f"{first}/a", **options)
    except FetchError as error:
        return error.reason.value, lines(browser)
    return "shared", lines(browser)


def by_engine(*args: Any, **options: Any) -> dict[str, str]:
    return {name: play(name, *args, **options)[0] for name in NAMES}


def test_chromium_lets_no_fetch_be_redirected_within_its_origin_to_a_url_with_a_password() -> None:
    shared = dict.fromkeys(NAMES, "shared")
    location = PAGE.replace("//", "//u:p@") + "/b"
    assert by_engine(PAGE, location) == {**shared, "chromium": "redirect-with-credentials"}
    assert by_engine(PAGE, location, api="xhr") == shared
    assert by_engine(PAGE, f"{PAGE}/b") == shared


def test_webkit_asks_before_it_refuses_a_password_in_a_redirect_from_the_own_origin() -> None:
    location = API.replace("//", "//u:p@") + "/b"
    early, late = [f"PUT {PAGE}/a"], [f"PUT {PAGE}/a", f"OPTIONS {API}/b"]
    sent = {name: play(name, PAGE, location, method="PUT") for name in NAMES}
    refused = ("redirect-with-credentials", early)
    assert sent == {**dict.fromkeys(NAMES, refused), "webkit": ("redirect-with-credentials", late)}
    assert play("webkit", PAGE, location) == ("redirect-with-credentials", [f"GET {PAGE}/a"])
    other = "https://third.example"
    assert play("webkit", other, location) == ("redirect-with-credentials", [f"GET {other}/a"])


@pytest.mark.parametrize(
    ("credentials", "headers", "webkit"),
    [
        ("same-origin", [("Access-Control-Allow-Origin", "*")], "wildcard-with-credentials"),
        ("same-origin", [("Access-Control-Allow-Origin", PAGE)], "credentials-not-true"),
        ("same-origin", SHARED, "shared"),
        ("omit", [("Access-Control-Allow-Origin", "*")], "shared"),
    ],
)
@pytest.mark.parametrize("start", [PAGE, API])
def test_webkit_checks_a_redirect_of_another_origin_as_if_it_were_with_credentials(
    credentials: str, headers: list[tuple[str, str]], webkit: str, start: str
) -> None:
    seen, sent = {}, {}
    for name in NAMES:
        on_api = {"/a": ("307 X", [*headers, ("Location", f"{API}/c")]), "/c": ("200 OK", SHARED)}
        browser = Browser(by_path(on_api), API, engine=name)
        browser.mount(PAGE, by_path({"/start": ("307 X", [("Location", f"{API}/a")])}))
        try:
            browser.open(PAGE).fetch(
                f"{PAGE}/start" if start == PAGE else f"{API}/a", method="PUT", credentials=credentials
            )
        except FetchError as error:
            seen[name] = error.reason.value
        else:
            seen[name] = "shared"
        sent[name] = lines(browser)[-1]
    assert seen == {**dict.fromkeys(NAMES, "shared"), "webkit": webkit if start == PAGE else "shared"}
    assert sent["webkit"] == (f"PUT {API}/c" if seen["webkit"] == "shared" else f"OPTIONS {API}/c")


def test_chromium_follows_a_redirect_to_see_that_it_leads_nowhere() -> None:
    shared = dict.fromkeys(NAMES, "shared")
    assert by_engine(API, "http://", redirect="manual") == {**shared, "chromium": "bad-redirect"}
    assert by_engine(API, "/b", redirect="manual") == shared


def test_firefox_counts_a_header_that_the_own_origin_got() -> None:
    browsers = {name: Browser(by_request(open_everything), API, engine=name) for name in NAMES}
    preflighted = {}
    for name, browser in browsers.items():
        browser.mount(PAGE, by_path({"/a": ("303 X", [("Location", f"{API}/b")])}))
        browser.open(PAGE).fetch(f"{PAGE}/a", headers={"Authorization": "1"})
        preflighted[name] = [exchange.sent("Access-Control-Request-Headers") for exchange in browser.exchanges]
    assert preflighted == {
        "standard": [None, None],
        "chromium": [None, None],
        "firefox": [None, None, None],
        "webkit": [None, "authorization", None],
    }


def test_a_redirect_to_nowhere_fails_or_not_where_redirects_shall_fail() -> None:
    seen = {}
    for name in NAMES:
        browser = Browser(answering("302 X"), API, engine=name)
        page = browser.open(PAGE)
        try:
            seen[name] = page.fetch("/a", redirect="error").status
        except FetchError:
            seen[name] = 0
        assert page.fetch("/a").status == 302
    assert seen == {"standard": 0, "chromium": 302, "firefox": 0, "webkit": 302}


def status_of(engine: str, *, sync: bool) -> int:
    try:
        browser = Browser(answering("302 X", [*SHARED, ("Location", "")]), API, engine=engine)
        return browser.open(PAGE).xhr("/a", sync=sync).status
    except FetchError:
        return 0


def test_webkit_takes_an_empty_location_for_none_in_a_synchronous_request() -> None:
    seen = {name: [status_of(name, sync=sync) for sync in (False, True)] for name in NAMES}
    assert seen == {"standard": [0, 0], "chromium": [302, 302], "firefox": [0, 0], "webkit": [0, 302]}


def test_webkit_drops_the_body_of_a_delete_that_it_makes_a_get() -> None:
    received: list[bytes] = []

    def record(environ: Any) -> Any:
        received.append(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        return "200 OK", echo_origin(environ), b""

    bodies = {}
    for name in NAMES:
        browser = Browser(by_request(record), API, engine=name)
        browser.mount(PAGE, by_path({"/a": ("307 X", [("Location", f"{API}/b")])}))
        browser.open(PAGE).fetch(f"{PAGE}/a", method="DELETE", body="x")
        bodies[name] = received[-1]
    assert bodies == {"standard": b"x", "chromium": b"x", "firefox": b"x", "webkit": b""}
