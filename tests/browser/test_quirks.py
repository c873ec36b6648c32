"""What engines do to headers on the wire, to redirects and to caches, as generated requests showed it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from support.scripted import API, PAGE, PREFLIGHT, SHARED, answering, by_path, by_request, last, lines, open_everything

from cors_wsgi.browser import ENGINES, Blob, Browser, FetchError
from cors_wsgi.browser.wire_headers import change_received, change_sent

NAMES = tuple(ENGINES)


@pytest.mark.parametrize(
    ("values", "expected"),
    [(["1", "2"], "1, 2"), (["1", ""], ""), (["", "2"], "2"), (["1", "", "3"], "3"), (["1"], "1"), ([""], "")],
)
def test_firefox_folds_lines_one_by_one(values: list[str], expected: str) -> None:
    headers = [("X-A", value) for value in values]
    assert change_sent(headers, ENGINES["firefox"], has_body=False, is_cached=True) == [("X-A", expected)]
    assert change_sent(headers, ENGINES["standard"], has_body=False, is_cached=True) == headers


@pytest.mark.parametrize(
    ("name", "has_body", "expected"),
    [
        ("Authorization", False, "2"),
        ("Authorization", True, "2"),
        ("Content-Type", False, "2"),
        ("Content-Type", True, "1"),
        ("X-Location", False, "1, 2"),
    ],
)
def test_firefox_sends_one_line_of_what_is_no_list(name: str, has_body: bool, expected: str) -> None:
    headers = [(name, "1"), (name.lower(), "2")]
    assert change_sent(headers, ENGINES["firefox"], has_body=has_body, is_cached=True) == [(name, expected)]


def test_firefox_passes_over_empty_lines_of_responses() -> None:
    headers = [("X-A", ""), ("x-a", "1"), ("X-B", ""), ("X-B", ""), ("Access-Control-Allow-Origin", "*")]
    empty = ("access-control-allow-origin", "")
    assert change_received([*headers, empty], ENGINES["firefox"]) == [*headers[1:3], *headers[4:], empty]
    assert change_received([*headers, empty], ENGINES["standard"]) == [*headers, empty]


def test_an_empty_second_line_of_allow_credentials_is_enough_for_firefox() -> None:
    shared_to = set()
    for name in NAMES:
        browser = Browser(answering(headers=[*SHARED, ("Access-Control-Allow-Credentials", "")]), API, engine=name)
        try:
            browser.open(PAGE).fetch("/", credentials="include")
        except FetchError:
            continue
        shared_to.add(name)
    assert shared_to == {"firefox"}


def test_webkit_takes_header_bytes_for_utf8() -> None:
    headers = [("X-A", "\u00e9"), ("X-B", "\u00c3\u00a9"), ("X-C", "c")]
    expected = [("X-A", "\u00ef\u00bf\u00bd"), ("X-B", "\u00c3\u00a9"), ("X-C", "c")]
    assert change_received(headers, ENGINES["webkit"]) == expected


def test_chromium_leaves_several_ranges_alone() -> None:
    headers = [("Range", "bytes= 0-1"), ("range", "bytes= 2-3")]
    chromium = ENGINES["chromium"]
    assert change_sent(headers, chromium, has_body=False, is_cached=True) == headers
    assert change_sent(headers[:1], chromium, has_body=False, is_cached=True) == [("Range", "bytes=0-1")]
    assert change_sent(headers[:1], chromium, has_body=False, is_cached=False) == headers[:1]


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, "bytes=0-1"),
        ({"cache": "reload"}, "bytes=0-1"),
        ({"method": "HEAD"}, "bytes=00-01"),
        ({"cache": "no-store"}, "bytes=00-01"),
        ({"headers": {"If-Match": "x"}}, "bytes=00-01"),
    ],
)
def test_chromium_rewrites_a_range_on_its_way_through_the_cache(options: dict[str, Any], sent: str) -> None:
    options = {**options, "headers": {**options.get("headers", {}), "Range": "bytes=00-01"}}
    seen = {}
    for name in NAMES:
        browser = Browser(
            answering(headers=[*SHARED, ("Access-Control-Allow-Headers", "if-match,range")]), API, engine=name
        )
        browser.open(PAGE).fetch("/", **options)
        seen[name] = last(browser).sent("Range")
    assert seen == {**dict.fromkeys(NAMES, "bytes=00-01"), "chromium": sent}


def outcome(engine: str, **options: Any) -> str:
    browser = Browser(by_path({"/a": ("302 X", [*SHARED, ("Location", "")])}), API, engine=engine)
    try:
        response = browser.open(PAGE).fetch("/a", **options)
    except FetchError as error:
        return f"{error.reason.value} after {len(lines(browser))}"
    return f"{response.type} {response.status}"


def test_engines_differ_about_an_empty_location() -> None:
    assert {name: outcome(name) for name in NAMES} == {
        "standard": "bad-redirect after 21",
        "chromium": "cors 302",
        "firefox": "bad-redirect after 21",
        "webkit": "bad-redirect after 1",
    }
    assert {name: outcome(name, redirect="error") for name in NAMES} == {
        "standard": "bad-redirect after 1",
        "chromium": "cors 302",
        "firefox": "bad-redirect after 1",
        "webkit": "cors 302",
    }
    assert {outcome(name, redirect="manual") for name in NAMES} == {"opaqueredirect 0"}


def test_webkit_turns_a_delete_into_a_get_across_origins() -> None:
    seen = {}
    for name in NAMES:
        browser = Browser(by_request(open_everything), API, engine=name)
        browser.mount(PAGE, by_path({"/a": ("307 X", [("Location", f"{API}/b")])}))
        browser.open(PAGE).fetch(f"{PAGE}/a", method="DELETE")
        seen[name] = last(browser).method
    assert seen == {"standard": "DELETE", "chromium": "DELETE", "firefox": "DELETE", "webkit": "GET"}


def test_webkit_keeps_the_origin_of_a_request_that_becomes_a_get() -> None:
    seen = {}
    for name in NAMES:
        app = by_path({"/a": ("303 X", [("Location", "/b")]), "/b": ("200 OK", [])})
        browser = Browser(app, API, engine=name)
        browser.open(API).fetch("/a", method="PUT")
        seen[name] = last(browser).sent("Origin")
    assert seen == {"standard": None, "chromium": None, "firefox": None, "webkit": API}


def test_what_a_redirect_takes_comes_back_in_firefox() -> None:
    seen = {}
    for name in NAMES:
        answers = {"/a": ("303 X", [("Location", "/b")]), "/b": ("307 X", [("Location", "/c")]), "/c": ("200 OK", [])}
        browser = Browser(by_path(answers), API, engine=name)
        browser.open(API).fetch("/a", method="PUT", body="x")
        seen[name] = [exchange.sent("Content-Type") is not None for exchange in browser.exchanges]
    once = [True, False, False]
    assert seen == {"standard": once, "chromium": once, "firefox": [True, False, True], "webkit": once}


def sites(engine: str, *hops: str) -> list[str | None]:
    """Return Sec-Fetch-Site of each exchange of a PUT from PAGE that is redirected over the hops."""
    browser = Browser(by_request(open_everything), API, engine=engine)

    def redirect(to: str) -> Any:
        return by_request(lambda environ: ("307 X" if environ["REQUEST_METHOD"] == "PUT" else "204 X", [
            *open_everything(environ)[1], ("Location", f"{to}/x"),
        ], b""))  # fmt: skip

    for origin, to in pairwise(hops):
        browser.mount(origin, redirect(to))
    browser.mount(hops[-1], by_request(open_everything))
    browser.open(PAGE).fetch(f"{hops[0]}/x", method="PUT")
    return [exchange.sent("Sec-Fetch-Site") for exchange in browser.exchanges]


def test_sec_fetch_site_after_redirects() -> None:
    far, near = "https://other.example", "https://api.example.com"
    crossing = {name: sites(name, far, near) for name in NAMES}
    assert crossing == {
        "standard": ["cross-site", "cross-site", "cross-site", "cross-site"],
        "chromium": ["cross-site", "cross-site", "same-site", "cross-site"],
        "firefox": ["cross-site", "cross-site", "same-site", "cross-site"],
        "webkit": ["cross-site", "cross-site", "cross-site", None],
    }
    leaving = {name: sites(name, PAGE, near) for name in NAMES}
    assert leaving == {
        "standard": ["same-origin", "same-site", "same-site"],
        "chromium": ["same-origin", "same-site", "same-site"],
        "firefox": ["same-origin", "same-site", "cross-site"],
        "webkit": ["same-origin", "same-site", None],
    }


def test_firefox_calls_a_redirect_within_the_own_origin_same_origin() -> None:
    app = by_path({"/a": ("302 X", [("Location", "/b")]), "/b": ("200 OK", [])})
    seen = {}
    for name in NAMES:
        browser = Browser(app, API, engine=name)
        browser.open(API).fetch("/a")
        seen[name] = last(browser).sent("Sec-Fetch-Site")
    assert seen == dict.fromkeys(NAMES, "same-origin")


def test_webkit_sends_no_fetch_metadata_with_synchronous_requests() -> None:
    seen = {}
    for name in NAMES:
        browser = Browser(answering(), API, engine=name)
        browser.open(PAGE).xhr("/", sync=True)
        seen[name] = last(browser).sent("Sec-Fetch-Mode")
    assert seen == {"standard": "cors", "chromium": "cors", "firefox": "cors", "webkit": None}


def test_chromium_keeps_no_answer_for_an_opaque_origin() -> None:
    counts = {}
    for name in NAMES:
        browser = Browser(
            answering(headers=[*PREFLIGHT[1:], ("Access-Control-Allow-Origin", "null")]), API, engine=name
        )
        page = browser.open("null")
        page.fetch("/", method="PUT")
        page.fetch("/", method="PUT")
        counts[name] = len(browser.exchanges)
    assert counts == {"standard": 3, "chromium": 4, "firefox": 3, "webkit": 3}


def test_webkit_keeps_refusals_and_forgets_on_a_miss() -> None:
    preflighted: dict[str, list[bool]] = {}
    for name in NAMES:
        browser = Browser(answering(headers=PREFLIGHT), API, engine=name)
        page = browser.open(PAGE)
        with pytest.raises(FetchError):
            page.fetch("/", method="PATCH")
        found = []
        for headers in ({}, {"X-A": "1"}):
            browser.exchanges.clear()
            page.fetch("/", method="PUT", headers=headers)
            found.append(browser.exchanges[0].is_preflight)
        preflighted[name] = found
    others = [True, False]
    assert preflighted == {"standard": others, "chromium": others, "firefox": others, "webkit": [False, False]}


def test_browsers_write_the_charset_of_url_search_params_too() -> None:
    seen = {}
    for name in NAMES:
        browser = Browser(by_request(open_everything), API, engine=name)
        browser.open(PAGE).xhr("/", method="POST", form={"a": "b"}, headers={"Content-Type": "a/b;charset=x"})
        seen[name] = last(browser).sent("Content-Type")
    others = dict.fromkeys(("chromium", "firefox", "webkit"), "a/b;charset=UTF-8")
    assert seen == {"standard": "a/b;charset=x", **others}


def test_webkit_sends_the_type_of_a_body_to_other_origins_unseen() -> None:
    seen = {}
    for name in NAMES:
        browser = Browser(answering(), API, engine=name)
        browser.open(PAGE).fetch("/", method="POST", mode="no-cors", body=Blob(b"x", "text/weird"))
        seen[name] = last(browser).sent("Content-Type")
    assert seen == {"standard": None, "chromium": None, "firefox": None, "webkit": "text/weird"}


def test_webkit_names_the_type_of_a_form_that_a_get_does_not_send() -> None:
    seen = {}
    for name in NAMES:
        browser = Browser(answering(), API, engine=name)
        browser.open(PAGE).xhr("/", form={"a": "b"})
        seen[name] = last(browser).sent("Content-Type")
    form = "application/x-www-form-urlencoded;charset=UTF-8"
    assert seen == {"standard": None, "chromium": None, "firefox": None, "webkit": form}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("a/b;charset=x", "a/b;charset=UTF-8"),
        ("a,b/c/d;charset=x", "a,b/c/d;charset=UTF-8"),
        ("/;charset=x;charset=y", "/;charset=UTF-8;charset=UTF-8"),
        ("a/b c;charset=x", "a/b c;charset=UTF-8"),
        ("a b/c;charset=x", "a b/c;charset=x"),
        ("ab;charset=x/y", "ab;charset=x/y"),
        (";charset=x", ";charset=x"),
    ],
)
def test_firefox_replaces_the_charsets_of_what_begins_with_a_slash_in_a_word(given: str, sent: str) -> None:
    browser = Browser(answering(), API, engine="firefox")
    browser.open(API).xhr("/", method="POST", form={"a": "b"}, headers={"Content-Type": given})
    assert last(browser).sent("Content-Type") == sent


def test_firefox_judges_the_type_that_the_author_gave() -> None:
    asked = {}
    for name in NAMES:
        browser = Browser(by_request(open_everything), API, engine=name)
        browser.open(PAGE).xhr("/", method="POST", body="x", headers={"Content-Type": 'text/plain;charset="x"'})
        asked[name] = [exchange.sent("Access-Control-Request-Headers") for exchange in browser.exchanges]
    simple, preflighted = [None], ["content-type", None]
    assert asked == {"standard": simple, "chromium": preflighted, "firefox": preflighted, "webkit": simple}


def test_firefox_sends_the_password_of_a_url_to_other_origins_too() -> None:
    seen = {}
    allowed = [*SHARED, ("Access-Control-Allow-Headers", "authorization"), ("WWW-Authenticate", "Basic realm=x")]
    for name in NAMES:
        browser = Browser(
            by_request(lambda environ: ("200 OK" if environ["REQUEST_METHOD"] == "OPTIONS" else "401 X", allowed, b"")),
            API,
            engine=name,
        )
        page = browser.open(PAGE)
        page.xhr("/", username="u", password="p", with_credentials=True)
        page.xhr("/", username="u", password="p", headers={"Authorization": "x"})
        seen[name] = [exchange.sent("Authorization") for exchange in browser.exchanges if not exchange.is_preflight]
    others = [None, "x"]
    assert seen == {"standard": others, "chromium": others, "firefox": [None, "Basic dTpw", "x"], "webkit": others}


def ask_own_server(name: str, challenges: list[str], **options: Any) -> list[Any]:
    """Return what an XMLHttpRequest sends to its own origin, which always asks for a password, and the URL it gets."""
    headers = [("WWW-Authenticate", challenge) for challenge in challenges]
    browser = Browser(answering("401 X", headers=headers), API, engine=name)
    response = browser.open(API).xhr("https://u:p@api.example.com/", **options)
    return [*(exchange.sent("Authorization") for exchange in browser.exchanges), response.url]


@pytest.mark.parametrize(
    ("challenges", "is_asked"),
    [
        (["Basic realm=x"], True),
        (["bASIC"], True),
        (["Bearer", "Basic realm=x"], True),
        (["Digest nonce=x, Basic realm=x"], True),
        ([], False),
        (["Bearer"], False),
        (["Basically"], False),
        ([""], False),
    ],
)
def test_browsers_send_a_password_only_where_basic_asks_for_it(challenges: list[str], is_asked: bool) -> None:
    sent = {name: ask_own_server(name, challenges)[1:-1] for name in NAMES}
    again = ["Basic dTpw"]
    assert sent == {"standard": again, **dict.fromkeys(("chromium", "firefox", "webkit"), again if is_asked else [])}


def test_webkit_sends_the_password_in_place_of_the_authorization_of_the_script() -> None:
    sent = {name: ask_own_server(name, ["Basic"], headers={"Authorization": "x"})[:-1] for name in NAMES}
    assert sent == {"standard": ["x", "x"], "chromium": ["x", "x"], "firefox": ["x"], "webkit": ["x", "Basic dTpw"]}


def test_webkit_hides_the_password_that_it_sent_and_one_for_another_origin() -> None:
    shown, hidden = "https://u:p@api.example.com/", "https://api.example.com/"
    for name in NAMES:
        expected = hidden if name == "webkit" else shown
        assert ask_own_server(name, ["Basic"])[-1] == expected
        assert ask_own_server(name, ["Bearer"])[-1] == (shown if name == "webkit" else expected)
        browser = Browser(answering(headers=SHARED), API, engine=name)
        assert browser.open(PAGE).xhr(shown, with_credentials=True).url == expected
        assert browser.open(API).xhr(shown).url == shown
