"""Cookies and stored authentication: which go with a request, by credentials mode and the cookie's attributes."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted import API, OTHER, PAGE, SHARED, answering, by_path, by_request, last, open_everything

from cors_wsgi.browser import Browser
from cors_wsgi.browser.cookie_syntax import parse_date


def make(*headers: tuple[str, str], engine: str = "standard", url: str = API) -> Browser:
    return Browser(
        by_request(lambda environ: ("200 OK", [*open_everything(environ)[1], *headers], b"")), url, engine=engine
    )


def cookie_sent(
    browser: Browser, page: str = PAGE, url: str = "/x", credentials: Any = "include", **options: Any
) -> str | None:
    browser.open(page).fetch(url, credentials=credentials, **options)
    return last(browser).sent("Cookie")


@pytest.mark.parametrize(
    ("page", "credentials", "sent"),
    [
        (PAGE, "omit", None),
        (PAGE, "same-origin", None),
        (PAGE, "include", "a=b"),
        (API, "omit", None),
        (API, "same-origin", "a=b"),
        (API, "include", "a=b"),
    ],
)
def test_the_credentials_mode_decides_whether_cookies_are_sent_and_kept(
    page: str, credentials: Any, sent: str | None
) -> None:
    browser = make()
    browser.cookies.set(API, "a", "b")
    assert cookie_sent(browser, page, credentials=credentials) == sent
    browser = make(("Set-Cookie", "a=b"))
    browser.open(page).fetch("/x", credentials=credentials)
    assert [cookie.name for cookie in browser.cookies] == (["a"] if sent else [])


def test_an_xhr_sends_cookies_with_credentials_alone() -> None:
    browser = make()
    browser.cookies.set(API, "a", "b")
    browser.open(PAGE).xhr("/x")
    assert last(browser).sent("Cookie") is None
    browser.open(PAGE).xhr("/x", with_credentials=True)
    assert last(browser).sent("Cookie") == "a=b"


def test_a_preflight_has_no_cookies_and_sets_none() -> None:
    browser = make(("Set-Cookie", "from=answer"))
    browser.cookies.set(API, "a", "b")
    browser.authenticate(API, "me", "secret")
    browser.open(PAGE).fetch("/x", method="PUT", credentials="include")
    preflight, actual = browser.exchanges
    assert (preflight.sent("Cookie"), preflight.sent("Authorization")) == (None, None)
    assert (actual.sent("Cookie"), actual.sent("Authorization")) == ("a=b", "Basic bWU6c2VjcmV0")
    assert sorted(cookie.name for cookie in browser.cookies) == ["a", "from"]


@pytest.mark.parametrize(
    ("set_at", "domain", "asked", "sent"),
    [
        (API, None, API, True),
        (API, None, "https://a.api.example.com", False),
        (API, None, PAGE, False),
        (API, "example.com", PAGE, True),
        (API, "example.com", "https://example.com", True),
        (API, ".example.com", API, True),
        (API, "api.example.com", "https://a.api.example.com", True),
        (API, "example.com", "https://notexample.com", False),
    ],
)
def test_domain_decides_which_hosts_get_a_cookie(set_at: str, domain: str | None, asked: str, sent: bool) -> None:
    browser = make(url=asked)
    browser.cookies.set(set_at, "a", "b", domain=domain)
    assert cookie_sent(browser, asked) == ("a=b" if sent else None)


@pytest.mark.parametrize(
    ("url", "attributes"),
    [
        (API, {"domain": "other.example"}),
        (API, {"domain": "a.api.example.com"}),
        (API, {"domain": "com"}),
        ("https://me.github.io", {"domain": "github.io"}),
        ("http://api.example.com", {"secure": True}),
        (API, {"samesite": "None"}),
        (API, {"name": "__Secure-a"}),
        (API, {"name": "__Host-a", "secure": True}),
        (API, {"name": "__Host-a", "secure": True, "path": "/x"}),
        (API, {"name": "__Host-a", "secure": True, "path": "/", "domain": "api.example.com"}),
    ],
)
def test_cookies_that_no_browser_keeps_are_refused(url: str, attributes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"browsers do not keep the cookie '.*=b"):
        make().cookies.set(url, **{"name": "a", "value": "b", **attributes})
    assert list(make().cookies) == []


@pytest.mark.parametrize(
    "attributes",
    [
        {"domain": "example.com"},
        {"secure": True},
        {"samesite": "None", "secure": True},
        {"name": "__Secure-a", "secure": True},
        {"name": "__Host-a", "secure": True, "path": "/"},
        {"httponly": True, "max_age": 60},
    ],
)
def test_their_accepting_twins(attributes: dict[str, Any]) -> None:
    browser = make()
    browser.cookies.set(API, **{"name": "a", "value": "b", **attributes})
    assert [(cookie.name, cookie.value) for cookie in browser.cookies] == [(attributes.get("name", "a"), "b")]


def test_a_cookie_needs_a_url_of_http() -> None:
    with pytest.raises(ValueError, match=r"'ftp://a.example' is not an http or https URL"):
        make().cookies.set("ftp://a.example", "a", "b")


@pytest.mark.parametrize(
    ("path", "asked", "sent"),
    [
        ("/api", "/api", True),
        ("/api", "/api/x", True),
        ("/api", "/apis", False),
        ("/api/", "/api/x", True),
        ("/", "/x", True),
        (None, "/x", True),
    ],
)
def test_path_decides_which_urls_get_a_cookie(path: str | None, asked: str, sent: bool) -> None:
    browser = make()
    browser.cookies.set(API, "a", "b", path=path)
    assert cookie_sent(browser, url=asked) == ("a=b" if sent else None)


def test_a_secure_cookie_is_sent_over_https_alone() -> None:
    browser = make()
    browser.mount("http://api.example.com", by_request(open_everything))
    browser.cookies.set(API, "a", "b", secure=True)
    browser.cookies.set(API, "c", "d")
    page = "http://app.example.com"
    assert cookie_sent(browser) == "a=b; c=d"
    assert cookie_sent(browser, page, "http://api.example.com/x") == "c=d"


@pytest.mark.parametrize(
    ("samesite", "same_site", "cross_site"),
    [("Strict", True, False), ("Lax", True, False), (None, True, False), ("None", True, True), ("Junk", True, False)],
)
def test_samesite_decides_which_pages_send_a_cookie(samesite: str | None, same_site: bool, cross_site: bool) -> None:
    browser = make()
    browser.cookies.set(API, "a", "b", samesite=samesite, secure=True)
    sent = {page: cookie_sent(browser, page) is not None for page in (PAGE, OTHER, "null", "http://app.example.com")}
    assert sent == {PAGE: same_site, OTHER: cross_site, "null": cross_site, "http://app.example.com": cross_site}


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("a=b", False),
        ("a=b; SameSite=None", False),
        ("a=b; SameSite=None; Secure", True),
        ("a=b; secure; SAMESITE=none", True),
        ("a=b; Secure; SameSite=Lax", False),
        ("a=b; Secure; SameSite=Strict", False),
    ],
)
def test_a_response_to_another_site_sets_cookies_that_may_cross_sites(header: str, kept: bool) -> None:
    browser = make(("Set-Cookie", header))
    browser.open(OTHER).fetch("/x", credentials="include")
    assert bool(list(browser.cookies)) == kept


def test_engines_differ_in_what_may_cross_sites() -> None:
    sent = {}
    for engine in ("standard", "chromium", "firefox", "webkit"):
        browser = make(engine=engine)
        browser.cookies.set(API, "plain", "1")
        browser.cookies.set(API, "none", "1", samesite="None", secure=True)
        sent[engine] = cookie_sent(browser, OTHER)
        assert cookie_sent(browser) == "plain=1; none=1"
    assert sent == {"standard": "none=1", "chromium": None, "firefox": "plain=1; none=1", "webkit": None}


def test_cookies_grow_old_by_the_browsers_clock() -> None:
    browser = make()
    browser.cookies.set(API, "a", "b", max_age=100)
    browser.cookies.set(API, "c", "d")
    browser.clock.advance(98)
    assert cookie_sent(browser) == "a=b; c=d"
    browser.cookies.set(API, "e", "f", max_age=100)
    browser.clock.advance(3)
    assert cookie_sent(browser) == "c=d; e=f"
    browser.clock.advance(100)
    assert [cookie.name for cookie in browser.cookies] == ["c"]


def test_a_response_can_end_a_cookie() -> None:
    browser = make(("Set-Cookie", "a=; Max-Age=0"), ("Set-Cookie", "c=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"))
    for name in ("a", "c", "e"):
        browser.cookies.set(API, name, "x")
    browser.open(PAGE).fetch("/x", credentials="include")
    assert [cookie.name for cookie in browser.cookies] == ["e"]
    browser.cookies.clear()
    assert (list(browser.cookies), cookie_sent(browser)) == ([], None)


def test_a_redirect_sends_the_cookies_of_each_host() -> None:
    answers = {
        "/a": ("302 Found", [*SHARED, ("Location", f"{OTHER}/b"), ("Set-Cookie", "new=1; Secure; SameSite=None")])
    }
    browser = Browser(by_path(answers), API)
    browser.mount(
        OTHER,
        answering(headers=[("Access-Control-Allow-Origin", "null"), ("Access-Control-Allow-Credentials", "true")]),
    )
    browser.cookies.set(API, "a", "1", samesite="None", secure=True)
    browser.cookies.set(OTHER, "b", "2", samesite="None", secure=True)
    assert cookie_sent(browser, url="/a") == "b=2"
    assert browser.exchanges[0].sent("Cookie") == "a=1"
    assert sorted(cookie.name for cookie in browser.cookies) == ["a", "b", "new"]


@pytest.mark.parametrize(
    ("page", "credentials", "sent"),
    [
        (PAGE, "include", True),
        (PAGE, "same-origin", False),
        (API, "same-origin", True),
        (API, "omit", False),
        (OTHER, "include", True),
    ],
)
def test_stored_authentication_goes_with_credentials(page: str, credentials: Any, sent: bool) -> None:
    browser = make()
    browser.authenticate(API, "me", "secret:x")
    browser.open(page).fetch("/x", credentials=credentials)
    assert last(browser).sent("Authorization") == ("Basic bWU6c2VjcmV0Ong=" if sent else None)


def test_stored_authentication_is_for_one_origin_and_never_before_the_scripts_own() -> None:
    browser = make()
    browser.authenticate(API, "me", "secret")
    browser.mount(OTHER, by_request(open_everything))
    browser.open(PAGE).fetch(f"{OTHER}/x", credentials="include")
    assert last(browser).sent("Authorization") is None
    browser.open(PAGE).fetch("/x", credentials="include", headers={"Authorization": "Bearer x"})
    assert last(browser).sent("Authorization") == "Bearer x"


def test_a_401_is_a_response_like_any_other() -> None:
    browser = Browser(answering("401 Unauthorized", [*SHARED, ("WWW-Authenticate", "Basic")]), API)
    assert browser.open(PAGE).fetch("/x", credentials="include").status == 401


def test_what_cannot_be_stored_is_an_error() -> None:
    with pytest.raises(ValueError, match="has a colon in it"):
        make().authenticate(API, "a:b", "c")
    with pytest.raises(ValueError, match="'nowhere' is not an http or https URL"):
        make().authenticate("nowhere", "a", "c")


@pytest.mark.parametrize(
    "junk", ["", "=", ";;;", "a", "\x00=\xff", "a=b; Max-Age=x; Expires=never; Domain=; Path=", "a" * 9000]
)
def test_no_set_cookie_raises(junk: str) -> None:
    browser = make(("Set-Cookie", junk), ("Set-Cookie", "ok=1"))
    browser.open(API).fetch("/x")
    assert "ok" in [cookie.name for cookie in browser.cookies]


def test_secure_cookies_work_on_loopback_except_in_webkit() -> None:
    kept = set()
    for engine in ("standard", "chromium", "firefox", "webkit"):
        url = "http://localhost:5000"
        browser = make(("Set-Cookie", "a=1; Secure"), ("Set-Cookie", "b=1"), engine=engine, url=url)
        browser.open(url).fetch("/x")
        kept |= {engine} if cookie_sent(browser, url) == "a=1; b=1" else set()
        assert "b=1" in (cookie_sent(browser, url) or "")
    assert kept == {"standard", "chromium", "firefox"}


def test_webkit_takes_prefixes_and_samesite_at_their_face() -> None:
    browser = make(("Set-Cookie", "__Host-a=1; Path=/x"), ("Set-Cookie", "c=1; SameSite=None"), engine="webkit")
    browser.open(API).fetch("/x")
    assert sorted(cookie.name for cookie in browser.cookies) == ["__Host-a", "c"]
    browser = make(("Set-Cookie", "__Host-a=1; Path=/x"), ("Set-Cookie", "c=1; SameSite=None"))
    browser.open(API).fetch("/x")
    assert list(browser.cookies) == []


@pytest.mark.parametrize(
    ("header", "path"),
    [("a=1; Path=/x; Path=/other", "/other"), ("a=1; Path=/other; Path=/x", "/x"), ("a=1; PATH = /x ;", "/x")],
)
def test_of_several_attributes_the_last_counts(header: str, path: str) -> None:
    browser = make(("Set-Cookie", header))
    browser.open(API).fetch("/x/y")
    assert [cookie.path for cookie in browser.cookies] in ([path], [])
    browser.cookies.clear()
    browser.open(API).fetch(f"{path}/y")
    assert [cookie.path for cookie in browser.cookies] == [path]


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        ("a=1; Domain=localhost", "a=1"),
        ("a=1; Domain=.localhost", "a=1"),
        ("a=1; Domain=", "a=1"),
        ("a=1; Domain=LOCALHOST; Domain=", "a=1"),
        ("a=1; Path=x", "a=1"),
        ("a=1; Max-Age=x", "a=1"),
        ("a=1; Max-Age=-1", None),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("a=1; Expires=Fri, 01 Jan 2038 00:00:00 GMT; Max-Age=0", None),
        ("a=1; Max-Age=0; Max-Age=x", None),
        ("a=1; Expires=Mon, 32 Jan 2038 00:00:00 GMT", "a=1"),
        ("a=1; SameSite=Bogus", "a=1"),
        ("a", "a"),
        ("=a", "a"),
        ("a=", "a="),
        ("=", None),
        ("=a=b", None),
        ("a=1\x01", None),
        ("a=\xe9", "a=\xe9"),
        ("a=1; Partitioned", None),
        ("a=1; Partitioned; Secure", "a=1"),
        ("__Host-a=1; Secure; Path=/; Domain=localhost", "__Host-a=1"),
        ("__host-a=1; Path=/", None),
        ("__SECURE-a=1", None),
        ("=__Host-a", None),
        ("a=" + "x" * 4096, None),
        ("a=1; Path=/" + "x" * 1024, "a=1"),
    ],
)
def test_set_cookie_is_read_as_rfc_6265bis_says(header: str, sent: str | None) -> None:
    url = "http://localhost:5000"
    browser = make(("Set-Cookie", header), url=url)
    browser.open(url).fetch("/x/y")
    assert bool(list(browser.cookies)) == (sent is not None)
    assert cookie_sent(browser, url, "/x/z") == sent


def test_of_two_cookies_the_one_with_the_longer_path_comes_first() -> None:
    browser = make(("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/x"), ("Set-Cookie", "c=3; Path=/"))
    browser.open(API).fetch("/x/y")
    assert cookie_sent(browser, url="/x/z") == "b=2; a=1; c=3"


def test_an_insecure_origin_lays_no_cookie_over_a_secure_one() -> None:
    url = "http://api.example.com"
    browser = make(("Set-Cookie", "a=2"), ("Set-Cookie", "a=3; Path=/"), ("Set-Cookie", "b=4"), url=url)
    browser.cookies.set(API, "a", "1", secure=True, path="/x")
    browser.open(url).fetch("/x/y")
    assert sorted(str(cookie) for cookie in browser.cookies) == ["a=1", "a=3", "b=4"]


def test_a_partitioned_cookie_goes_with_pages_of_one_site() -> None:
    seen = {}
    for engine in ("standard", "chromium", "firefox", "webkit"):
        browser = make(("Set-Cookie", "a=1; Secure; SameSite=None; Partitioned"), engine=engine)
        browser.open(OTHER).fetch("/x", credentials="include")
        browser.mount(API, by_request(open_everything))
        seen[engine] = [cookie_sent(browser, page) for page in (OTHER, PAGE, "https://third.example")]
    only = ["a=1", None, None]
    assert seen == {"standard": only, "chromium": only, "firefox": only, "webkit": [None, None, None]}
    browser.cookies.set(API, "b", "2", secure=True, partitioned=True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Thu, 01-Jan-70 00:00:10 GMT", 10),
        ("1 Jan 1970 00:00:10x", 10),
        ("00:00:10 1 january 70", 10),
        ("Thu Jan  1 00:00:10 1970", 10),
        ("1 Jan 69 00:00:00", 3124224000),
        ("1 Jan 1600 00:00:00", None),
        ("29 Feb 2001 00:00:00", None),
        ("1 Jan 1970 24:00:00", None),
        ("1 Jan 1970 00:60:00", None),
        ("Jan 1970 00:00:00", None),
        ("", None),
    ],
)
def test_dates_are_read_leniently(text: str, seconds: float | None) -> None:
    assert parse_date(text) == seconds
