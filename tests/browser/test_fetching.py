"""What a page's fetch does: modes, preflights, filtered responses, redirects, origins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.scripted import (
    API,
    OTHER,
    PAGE,
    PREFLIGHT,
    SHARED,
    answering,
    by_path,
    by_request,
    last,
    lines,
    open_everything,
)

from cors_wsgi.browser import Browser, CORSError, FailureReason, FetchError, ReadableStream, Response, ResponseHeaders

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from support.scripted import Headers


def found(status: str, location: str, headers: Headers = SHARED) -> tuple[str, Headers]:
    return status, [*headers, ("Location", location)]


def refused(browser: Browser, url: str = "/x", page: str = PAGE, **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        browser.open(page).fetch(url, **options)
    return caught.value


def test_a_simple_request_is_sent_with_its_origin_and_filtered() -> None:
    headers = [*SHARED, ("Content-Type", "text/plain"), ("ETag", "x"), ("Set-Cookie", "a=b")]
    browser = Browser(answering(headers=headers), API)
    response = browser.open(PAGE).fetch("/items?q=1#top")
    seen = ResponseHeaders([("content-type", "text/plain")])
    assert response == Response("cors", 200, seen, f"{API}/items?q=1", False, b"ok", status_text="OK")
    assert last(browser).request == (
        "GET",
        "https://api.example.com/items?q=1",
        [
            ("Accept", "*/*"),
            ("Accept-Language", "en"),
            ("Origin", PAGE),
            ("Sec-Fetch-Dest", "empty"),
            ("Sec-Fetch-Mode", "cors"),
            ("Sec-Fetch-Site", "same-site"),
            ("User-Agent", "Mozilla/5.0 (compatible; cors-wsgi)"),
        ],
        None,
    )


def test_a_preflight_asks_for_method_and_headers_to_the_byte() -> None:
    browser = Browser(answering(headers=PREFLIGHT), API)
    response = browser.open(PAGE).fetch("/items/1", method="put", json={"a": 1}, headers={"X-A": "1"})
    preflight, actual = browser.exchanges
    assert response.text == "ok"
    assert (preflight.is_preflight, actual.is_preflight) == (True, False)
    assert preflight.request == (
        "OPTIONS",
        "https://api.example.com/items/1",
        [
            ("Accept", "*/*"),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "content-type,x-a"),
            ("Origin", PAGE),
            ("Sec-Fetch-Dest", "empty"),
            ("Sec-Fetch-Mode", "cors"),
            ("Sec-Fetch-Site", "same-site"),
            ("User-Agent", "Mozilla/5.0 (compatible; cors-wsgi)"),
        ],
        None,
    )
    assert (actual.method, actual.request.body) == ("PUT", b'{"a": 1}')
    assert actual.sent("Content-Type") == "application/json"
    assert actual.sent("Content-Length") == "8"


def test_a_preflight_without_unsafe_headers_asks_for_none() -> None:
    browser = Browser(answering(headers=PREFLIGHT), API)
    browser.open(PAGE).fetch("/", method="DELETE")
    assert browser.exchanges[0].sent("Access-Control-Request-Headers") is None


def test_a_refused_preflight_keeps_the_request_from_being_sent() -> None:
    browser = Browser(answering(headers=PREFLIGHT), API)
    error = refused(browser, method="PATCH")
    assert isinstance(error, CORSError)
    assert (error.reason, error.exchange) == (FailureReason.METHOD_NOT_ALLOWED, browser.exchanges[0])
    assert lines(browser) == ["OPTIONS https://api.example.com/x"]


def test_a_response_that_is_not_shared_was_still_sent() -> None:
    browser = Browser(answering(headers=[]), API)
    error = refused(browser, method="POST", body="x")
    assert isinstance(error, CORSError)
    assert (error.reason, error.exchange) == (FailureReason.MISSING_ACAO, browser.exchanges[0])
    assert lines(browser) == ["POST https://api.example.com/x"]


def test_a_page_of_the_same_origin_needs_nothing() -> None:
    browser = Browser(answering(headers=[("ETag", "x"), ("Set-Cookie", "a=b")]), API)
    response = browser.open(API).fetch("/x", method="PATCH", headers={"X-A": "1"})
    assert (response.type, dict(response.headers)) == ("basic", {"etag": "x"})
    assert lines(browser) == ["PATCH https://api.example.com/x"]


@pytest.mark.parametrize(("method", "origin"), [("GET", None), ("HEAD", None), ("POST", API), ("DELETE", API)])
def test_a_same_origin_request_names_its_origin_unless_it_only_reads(method: str, origin: str | None) -> None:
    browser = Browser(answering(headers=[]), API)
    browser.open(API).fetch("/x", method=method)
    assert last(browser).sent("Origin") == origin


def test_mode_same_origin_sends_nothing_elsewhere() -> None:
    browser = Browser(answering(), API)
    assert refused(browser, mode="same-origin").reason is FailureReason.DISALLOWED_BY_MODE
    assert browser.exchanges == []
    assert browser.open(API).fetch("/x", mode="same-origin").status == 200


def test_mode_no_cors_gives_an_opaque_response() -> None:
    browser = Browser(answering(headers=[("Content-Type", "text/plain")]), API)
    response = browser.open(PAGE).fetch("/x", mode="no-cors", method="POST", body="x", headers={"X-A": "1"})
    assert response == Response("opaque", 0, response.headers, "", False, b"")
    assert (dict(response.headers), response.ok, response.body) == ({}, False, b"")
    assert (last(browser).sent("X-A"), last(browser).sent("Content-Type")) == (None, "text/plain;charset=UTF-8")
    assert last(browser).sent("Origin") == PAGE


def test_mode_no_cors_drops_a_content_type_that_is_not_safelisted() -> None:
    browser = Browser(answering(), API)
    browser.open(PAGE).fetch("/x", mode="no-cors", method="POST", json=1)
    assert last(browser).sent("Content-Type") == "text/plain;charset=UTF-8"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"method": "PUT"}, "a no-cors request cannot have the method PUT"),
        ({"redirect": "manual"}, "a no-cors request must follow redirects"),
        (
            {"method": "POST", "body": ReadableStream([b"x"]), "duplex": "half"},
            "a no-cors request cannot have a stream as the body",
        ),
    ],
)
def test_what_mode_no_cors_cannot_do(options: dict[str, Any], why: str) -> None:
    error = refused(Browser(answering(), API), mode="no-cors", **options)
    assert (error.reason, error.facts["value"]) == (FailureReason.INVALID_REQUEST, why)


@pytest.mark.parametrize(
    ("page", "policy", "blocked"),
    [
        (PAGE, "same-origin", True),
        (PAGE, "same-site", False),
        (OTHER, "same-site", True),
        (OTHER, "cross-origin", False),
        (API, "same-origin", False),
    ],
)
def test_mode_no_cors_obeys_the_resource_policy(page: str, policy: str, blocked: bool) -> None:
    browser = Browser(answering(headers=[("Cross-Origin-Resource-Policy", policy)]), API)
    if blocked:
        assert refused(browser, page=page, mode="no-cors").reason is FailureReason.CORP_BLOCKED
    else:
        assert browser.open(page).fetch("/x", mode="no-cors").type in ("opaque", "basic")


@pytest.mark.parametrize(
    ("policy", "page", "engine", "origin"),
    [
        ("", PAGE, "standard", PAGE),
        ("no-referrer", PAGE, "standard", "null"),
        ("no-referrer", PAGE, "chromium", PAGE),
        ("same-origin", PAGE, "standard", "null"),
        ("same-origin", API, "standard", API),
        ("origin", PAGE, "standard", PAGE),
    ],
)
def test_the_referrer_policy_hides_the_origin_of_a_no_cors_post(
    policy: Any, page: str, engine: str, origin: str
) -> None:
    browser = Browser(answering(), API, engine=engine)
    browser.open(page).fetch("/x", mode="no-cors", method="POST", referrer_policy=policy)
    assert last(browser).sent("Origin") == origin


def test_a_downgrade_hides_the_origin_under_the_default_policy() -> None:
    browser = Browser(answering(), "http://localhost:5000")
    browser.open(PAGE).fetch("/x", mode="no-cors", method="POST")
    assert last(browser).sent("Origin") == "null"
    browser.open(PAGE).fetch("/x", mode="no-cors", method="POST", referrer_policy="unsafe-url")
    assert last(browser).sent("Origin") == PAGE


def test_a_secure_page_reaches_no_insecure_server_but_loopback() -> None:
    browser = Browser(answering(), "http://api.example.com")
    assert refused(browser).reason is FailureReason.MIXED_CONTENT
    assert browser.exchanges == []
    shared = [("Access-Control-Allow-Origin", "*")]
    for url in ("http://localhost:5000", "http://127.0.0.1:5000", "http://[::1]:5000", "http://a.localhost"):
        browser.mount(url, answering(headers=shared))
        assert browser.open(PAGE).fetch(f"{url}/x").status == 200
    browser.mount("http://api.example.com", answering(headers=shared))
    assert browser.open("http://app.example.com").fetch("/x").status == 200


def test_no_browser_connects_to_a_bad_port() -> None:
    browser = Browser(answering(), "https://api.example.com:6000")
    assert refused(browser).reason is FailureReason.BAD_PORT
    browser.mount("https://api.example.com:6001", answering())
    assert browser.open(PAGE).fetch("https://api.example.com:6001/").status == 200


@pytest.mark.parametrize(
    ("page", "url", "site"),
    [
        (API, f"{API}/x", "same-origin"),
        (PAGE, f"{API}/x", "same-site"),
        ("http://app.example.com", f"{API}/x", "cross-site"),
        (OTHER, f"{API}/x", "cross-site"),
        ("null", f"{API}/x", "cross-site"),
        ("https://one.github.io", "https://two.github.io/x", "cross-site"),
        ("https://one.github.io", "https://a.one.github.io/x", "same-site"),
    ],
)
def test_fetch_metadata_tells_the_site(page: str, url: str, site: str) -> None:
    browser = Browser(by_request(open_everything), url)
    browser.open(page).fetch(url)
    assert last(browser).sent("Sec-Fetch-Site") == site


def test_fetch_metadata_is_for_secure_urls_alone() -> None:
    browser = Browser(by_request(open_everything), "http://api.example.com")
    browser.open("http://app.example.com").fetch("/")
    assert last(browser).sent("Sec-Fetch-Site") is None


def test_an_opaque_origin_is_sent_as_null_and_is_the_same_as_no_other() -> None:
    browser = Browser(answering(headers=[("Access-Control-Allow-Origin", "null")]), API)
    for opened in ("null", "file:///home/index.html", "data:text/html,x"):
        page = browser.open(opened)
        assert (page.origin, page.fetch("/x").type, last(browser).sent("Origin")) == ("null", "cors", "null")
    assert refused(browser, page="null", mode="same-origin").reason is FailureReason.DISALLOWED_BY_MODE


def test_a_host_where_nothing_is_mounted_is_a_network_error() -> None:
    browser = Browser(answering(), API)
    error = refused(browser, "https://nowhere.example/x")
    assert not isinstance(error, CORSError)
    assert (error.reason, error.facts["value"]) == (
        FailureReason.NETWORK_FAILURE,
        "nothing is mounted at https://nowhere.example",
    )
    assert error.exchange is last(browser)
    assert (last(browser).response, last(browser).status) == (None, None)


def test_other_schemes_than_http_cannot_be_fetched() -> None:
    browser = Browser(answering(), API)
    assert refused(browser, "ftp://api.example.com/x").reason is FailureReason.NOT_HTTP
    assert refused(browser, "about:blank", mode="no-cors").reason is FailureReason.NOT_HTTP


@pytest.mark.parametrize(
    ("url", "kind", "body"),
    [
        ("data:,a%20b", "text/plain;charset=US-ASCII", b"a b"),
        ("data:text/html;charset=utf-8,<p>é#x", "text/html;charset=utf-8", "<p>é".encode()),
        ("data:;charset=utf-8,x", "text/plain;charset=utf-8", b"x"),
        ("data:image/png;base64,aGk=", "image/png", b"hi"),
        ("data:image/png; BASE64 ,aGk", "image/png", b"hi"),
        ("data: image/png ;base64,a G%6b", "image/png", b"hi"),
        ("data:base64,aGk", "text/plain;charset=US-ASCII", b"aGk"),
    ],
)
def test_a_data_url_is_read_without_any_request(url: str, kind: str, body: bytes) -> None:
    browser = Browser(answering(), API)
    for mode in ("cors", "no-cors", "same-origin"):
        response = browser.open(PAGE).fetch(url, mode=mode)
        assert (response.type, response.status, dict(response.headers)) == ("basic", 200, {"content-type": kind})
        assert response.body == body
    assert browser.exchanges == []


@pytest.mark.parametrize("url", ["data:text/plain", "data:;base64,a", "data:;base64,a_-b"])
def test_what_is_no_data_url_cannot_be_fetched(url: str) -> None:
    assert refused(Browser(answering(), API), url).reason is FailureReason.NETWORK_FAILURE


def test_a_redirect_never_leads_to_a_data_url() -> None:
    browser = Browser(answering(*found("302 X", "data:,x")), API)
    assert refused(browser).reason is FailureReason.NOT_HTTP


def test_a_blob_url_says_that_it_is_not_modelled() -> None:
    error = refused(Browser(answering(), API), f"blob:{PAGE}/1234")
    assert error.reason is FailureReason.NOT_MODELLED
    assert error.explanation == "This model of a browser does not cover blob: URLs."


def test_a_redirect_within_the_api_keeps_the_origin() -> None:
    browser = Browser(by_path({"/a": found("307 X", "/b#f"), "/b": ("200 OK", SHARED)}), API)
    response = browser.open(PAGE).fetch("/a", method="PUT", headers={"X-A": "1"}, body="x")
    assert (response.url, response.redirected, response.body) == (f"{API}/b", True, b"/b")
    assert [(e.method, e.url, e.sent("Origin"), e.request.body) for e in browser.exchanges] == [
        ("OPTIONS", f"{API}/a", PAGE, None),
        ("PUT", f"{API}/a", PAGE, b"x"),
        ("OPTIONS", f"{API}/b", PAGE, None),
        ("PUT", f"{API}/b", PAGE, b"x"),
    ]


def test_a_redirect_to_a_third_origin_makes_the_origin_null() -> None:
    browser = Browser(by_path({"/a": found("302 Found", f"{OTHER}/b")}), API)
    browser.mount(OTHER, answering(headers=[("Access-Control-Allow-Origin", "null")]))
    assert browser.open(PAGE).fetch("/a").status == 200
    assert [(e.url, e.sent("Origin")) for e in browser.exchanges] == [(f"{API}/a", PAGE), (f"{OTHER}/b", "null")]
    browser.mount(OTHER, answering())
    error = refused(browser, "/a")
    assert (error.reason, error.console_reason) == (FailureReason.REDIRECT_NULL_ORIGIN, FailureReason.ACAO_MISMATCH)


def test_a_redirect_from_the_own_origin_keeps_it() -> None:
    browser = Browser(answering(), API)
    browser.mount(PAGE, by_path({"/a": found("302 Found", f"{API}/b", [])}))
    response = browser.open(PAGE).fetch(f"{PAGE}/a")
    assert (response.type, response.redirected) == ("cors", True)
    assert [(e.url, e.sent("Origin")) for e in browser.exchanges] == [(f"{PAGE}/a", None), (f"{API}/b", PAGE)]
    assert last(browser).sent("Sec-Fetch-Site") == "same-site"


def test_a_redirect_back_to_the_own_origin_is_checked_with_the_origin_null() -> None:
    browser = Browser(by_path({"/a": found("302 Found", f"{PAGE}/b")}), API)
    browser.mount(PAGE, answering())
    error = refused(browser, "/a")
    assert (error.reason, last(browser).sent("Origin")) == (FailureReason.REDIRECT_NULL_ORIGIN, "null")
    browser.mount(PAGE, answering(headers=[("Access-Control-Allow-Origin", "*")]))
    assert browser.open(PAGE).fetch("/a").type == "cors"


def test_every_hop_needs_to_be_shared() -> None:
    browser = Browser(by_path({"/a": found("302 Found", "/b", []), "/b": ("200 OK", SHARED)}), API)
    assert refused(browser, "/a").reason is FailureReason.MISSING_ACAO
    assert lines(browser) == [f"GET {API}/a"]


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        ("301", "POST", "GET"),
        ("302", "POST", "GET"),
        ("303", "POST", "GET"),
        ("307", "POST", "POST"),
        ("308", "POST", "POST"),
        ("301", "PUT", "PUT"),
        ("303", "PUT", "GET"),
        ("303", "QUERY", "GET"),
        ("302", "QUERY", "QUERY"),
        ("303", "HEAD", "HEAD"),
    ],
)
def test_redirects_change_method_and_body(status: str, method: str, becomes: str) -> None:
    browser = Browser(by_path({"/a": found(f"{status} X", "/b"), "/b": ("200 OK", SHARED)}), API)
    body = None if method == "HEAD" else "x"
    browser.open(PAGE).fetch("/a", method=method, body=body, headers={"Content-Language": "en", "X-A": "1"})
    sent = last(browser)
    kept = (None, None, None) if becomes in ("GET", "HEAD") else (b"x", "text/plain;charset=UTF-8", "en")
    if method == "HEAD":
        kept = (None, None, "en")
    assert (sent.method, sent.request.body, sent.sent("Content-Type"), sent.sent("Content-Language")) == (
        becomes,
        *kept,
    )
    assert sent.sent("X-A") == "1"


def test_authorization_is_left_behind_when_the_origin_changes() -> None:
    browser = Browser(
        by_path({"/a": found("307 X", f"{OTHER}/b"), "/c": found("307 X", "/d"), "/d": ("200 OK", SHARED)}), API
    )
    browser.mount(OTHER, by_request(open_everything))
    page = browser.open(PAGE)
    page.fetch("/a", headers={"Authorization": "Bearer x"})
    assert (last(browser).url, last(browser).sent("Authorization")) == (f"{OTHER}/b", None)
    page.fetch("/c", headers={"Authorization": "Bearer x"})
    assert (last(browser).url, last(browser).sent("Authorization")) == (f"{API}/d", "Bearer x")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://user:secret@api.example.com/b", FailureReason.REDIRECT_WITH_CREDENTIALS),
        ("https://user@other.example/b", FailureReason.REDIRECT_WITH_CREDENTIALS),
        ("http://[", FailureReason.BAD_REDIRECT),
        ("data:text/plain,x", FailureReason.NOT_HTTP),
        ("http://other.example/", FailureReason.MIXED_CONTENT),
        ("https://other.example:25/", FailureReason.BAD_PORT),
    ],
)
def test_redirects_that_are_not_followed(location: str, reason: FailureReason) -> None:
    browser = Browser(by_path({"/a": found("302 Found", location)}), API)
    assert refused(browser, "/a").reason is reason
    assert lines(browser) == [f"GET {API}/a"]


def test_a_redirect_without_location_is_an_ordinary_response() -> None:
    browser = Browser(by_path({"/a": ("302 Found", SHARED)}), API)
    assert browser.open(PAGE).fetch("/a").status == 302


def test_twenty_redirects_are_followed_and_no_more() -> None:
    hops = {f"/{n}": found("302 Found", f"/{n + 1}") for n in range(21)}
    browser = Browser(by_path({**hops, "/21": ("200 OK", SHARED)}), API)
    assert refused(browser, "/0").reason is FailureReason.BAD_REDIRECT
    assert browser.open(PAGE).fetch("/1").url == f"{API}/21"


def test_a_script_may_have_redirects_fail_or_kept() -> None:
    browser = Browser(by_path({"/a": found("302 Found", "/b"), "/b": ("200 OK", SHARED)}), API)
    assert refused(browser, "/a", redirect="error").reason is FailureReason.BAD_REDIRECT
    response = browser.open(PAGE).fetch("/a", redirect="manual")
    assert (response.type, response.status, dict(response.headers), response.body) == ("opaqueredirect", 0, {}, b"")
    browser = Browser(by_path({"/a": found("302 Found", "/b", [])}), API)
    assert refused(browser, "/a", redirect="manual").reason is FailureReason.MISSING_ACAO


def test_a_no_cors_redirect_stays_opaque() -> None:
    browser = Browser(by_path({"/a": found("302 Found", f"{OTHER}/b", [])}), API)
    browser.mount(OTHER, answering(headers=[]))
    assert browser.open(PAGE).fetch("/a", mode="no-cors").type == "opaque"
    browser.mount(OTHER, by_path({"/b": found("302 Found", f"{PAGE}/c", [])}))
    browser.mount(PAGE, answering(headers=[]))
    assert browser.open(PAGE).fetch("/a", mode="no-cors").type == "opaque"


def test_a_stream_is_sent_once_and_over_http2_alone() -> None:
    def stream() -> dict[str, Any]:
        return {"method": "POST", "body": ReadableStream([b"a", b"b"]), "duplex": "half"}

    browser = Browser(answering(headers=PREFLIGHT), API)
    browser.open(PAGE).fetch("/x", **stream())
    assert [(e.method, e.request.body) for e in browser.exchanges] == [("OPTIONS", None), ("POST", b"ab")]
    browser = Browser(answering(headers=PREFLIGHT), API, http2=False)
    assert refused(browser, **stream()).reason is FailureReason.STREAM_NEEDS_HTTP2
    assert lines(browser) == [f"OPTIONS {API}/x"]
    browser = Browser(by_path({"/a": found("307 X", "/b"), "/c": found("303 X", "/b"), "/b": ("200 OK", SHARED)}), API)
    assert refused(browser, "/a", **stream()).reason is FailureReason.BAD_REDIRECT
    assert browser.open(PAGE).fetch("/c", **stream()).status == 200


def test_a_misdirected_request_is_repeated_once() -> None:
    statuses = iter(["421 X", "200 OK", "421 X", "421 X"])

    def decide(environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
        return next(statuses), SHARED, b""

    browser = Browser(by_request(decide), API)
    page = browser.open(PAGE)
    assert page.fetch("/x").status == 200
    assert page.fetch("/x").status == 421
    assert lines(browser) == [f"GET {API}/x"] * 4


@pytest.mark.parametrize(
    ("cache", "sent"),
    [
        ("default", (None, None)),
        ("no-cache", (None, "max-age=0")),
        ("no-store", ("no-cache", "no-cache")),
        ("reload", ("no-cache", "no-cache")),
    ],
)
def test_cache_modes_send_their_headers_without_preflight(cache: Any, sent: tuple[str | None, str | None]) -> None:
    browser = Browser(answering(), API)
    browser.open(PAGE).fetch("/x", cache=cache)
    assert (last(browser).sent("Pragma"), last(browser).sent("Cache-Control")) == sent


def test_the_scripts_own_cache_headers_are_kept() -> None:
    browser = Browser(answering(headers=[]), API)
    browser.open(API).fetch("/x", cache="reload", headers={"Cache-Control": "a", "Pragma": "b"})
    assert (last(browser).sent("Pragma"), last(browser).sent("Cache-Control")) == ("b", "a")
    browser.open(API).fetch("/x", cache="no-cache", headers={"Cache-Control": "a"})
    assert last(browser).sent("Cache-Control") == "a"


def test_there_is_no_http_cache_to_read_from() -> None:
    browser = Browser(answering(headers=[]), API)
    error = refused(browser, page=API, cache="only-if-cached", mode="same-origin")
    assert error.reason is FailureReason.NETWORK_FAILURE
    assert browser.exchanges == []
    assert refused(browser, cache="only-if-cached").reason is FailureReason.INVALID_REQUEST


def test_a_header_that_is_not_exposed_is_missing_and_the_message_says_why() -> None:
    headers = [*SHARED, ("ETag", "x"), ("Access-Control-Expose-Headers", "X-A"), ("X-A", "1"), ("x-a", "2")]
    response = Browser(answering(headers=headers), API).open(PAGE).fetch("/")
    assert (response.headers["x-A"], response.headers.get("ETag"), "etag" in response.headers) == ("1, 2", None, False)
    with pytest.raises(KeyError, match="ETag was sent, but Access-Control-Expose-Headers does not name it"):
        response.headers["ETag"]
    with pytest.raises(KeyError, match="age"):
        response.headers["Age"]
    assert repr(response.headers) == "ResponseHeaders({'x-a': '1, 2'})"
    assert (len(response.headers), 1 in response.headers) == (1, False)
