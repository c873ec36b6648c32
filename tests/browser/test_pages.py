"""What scripts give to fetch and XMLHttpRequest, and what becomes of it; the browser that opens pages."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest
from support.scripted import API, OTHER, PAGE, PREFLIGHT, answering, by_request, last, lines, open_everything

from cors_wsgi.browser import (
    ENGINES,
    Blob,
    Browser,
    Document,
    FailureReason,
    FetchError,
    FormData,
    ReadableStream,
    URLSearchParams,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PARAMETERS = "application/x-www-form-urlencoded;charset=UTF-8"
TEXT = "text/plain;charset=UTF-8"


def make(engine: str = "standard") -> Browser:
    return Browser(by_request(open_everything), API, engine=engine)


def sent(browser: Browser, api: str = "fetch", **options: Any) -> tuple[bytes | None, str | None]:
    """Return body and Content-Type of what a POST sends."""
    getattr(browser.open(PAGE), api)("/x", **{"method": "POST", **options})
    return last(browser).request.body, last(browser).sent("Content-Type")


@pytest.mark.parametrize("api", ["fetch", "xhr"])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (None, None)),
        ({"body": ""}, (b"", TEXT)),
        ({"body": "é"}, ("é".encode(), TEXT)),
        ({"body": "\ud800"}, ("\ufffd".encode(), TEXT)),
        ({"body": b"x"}, (b"x", None)),
        ({"body": bytearray(b"x")}, (b"x", None)),
        ({"body": Blob(b"x")}, (b"x", None)),
        ({"body": Blob("é", "Text/PLAIN")}, ("é".encode(), "text/plain")),
        ({"body": Blob(b"x", "text/plain\n")}, (b"x", None)),
        ({"body": "\ud83d\ude00\ude00"}, ("\U0001f600\ufffd".encode(), TEXT)),
        ({"body": URLSearchParams({"a*~": "\ud800"})}, (b"a*%7E=%EF%BF%BD", PARAMETERS)),
        ({"body": URLSearchParams({"a": "1 2"})}, (b"a=1+2", PARAMETERS)),
        ({"form": [("a", "1"), ("a", "é")]}, (b"a=1&a=%C3%A9", PARAMETERS)),
        ({"json": {"a": None}}, (b'{"a": null}', "application/json")),
        ({"json": 1, "headers": {"content-type": "x/y"}}, (b"1", "x/y")),
        ({"body": "x", "headers": {"Content-Type": "x/y"}}, (b"x", "x/y")),
        ({"body": Blob(b"x", "a/b"), "headers": [("Content-Type", "x/y")]}, (b"x", "x/y")),
    ],
)
def test_bodies_bring_their_content_type(
    api: str, options: dict[str, Any], expected: tuple[bytes | None, str | None]
) -> None:
    browser = make()
    assert sent(browser, api, **options) == expected
    assert last(browser).sent("Content-Length") == str(len(expected[0] or b""))


def test_form_data_is_multipart() -> None:
    body, kind = sent(make(), body=FormData({'a"\r\nb': "1", "c": "2"}))
    assert kind is not None
    assert body is not None
    prefix, boundary = kind.split("=")
    assert prefix == "multipart/form-data; boundary"
    assert body.decode() == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="a%22%0D%0Ab"\r\n\r\n1\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="c"\r\n\r\n2\r\n--{boundary}--\r\n'
    )
    assert lines(make()) == []


def test_bodies_of_simple_types_need_no_preflight() -> None:
    browser = make()
    for body in ("x", b"x", FormData({"a": "b"}), URLSearchParams({"a": "b"}), Blob("x", "text/plain"), Blob("x")):
        sent(browser, body=body)
    assert lines(browser) == [f"POST {API}/x"] * 6
    sent(browser, body=Blob("x", "application/json"))
    sent(browser, "xhr", body=Document("<p>"))
    assert lines(browser) == [f"OPTIONS {API}/x", f"POST {API}/x", f"POST {API}/x"]


def test_one_body_at_a_time() -> None:
    with pytest.raises(TypeError, match="pass only one of body, json and form"):
        make().open(PAGE).fetch("/x", method="POST", json=1, form={"a": "b"})
    with pytest.raises(TypeError, match="pass only one of body, json and form"):
        make().open(PAGE).xhr("/x", method="POST", json=1, body="x")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"body": "x"}, "a GET request cannot have a body"),
        ({"method": "head", "body": "x"}, "a HEAD request cannot have a body"),
        ({"mode": "navigate"}, "mode 'navigate' is not one of cors, no-cors, same-origin"),
        ({"credentials": True}, "credentials True is not one of omit, same-origin, include"),
        ({"redirect": "x"}, "redirect 'x' is not one of follow, error, manual"),
        ({"cache": "x"}, "cache 'x' is not one of default, no-store, reload, no-cache, force-cache, only-if-cached"),
        ({"cache": "only-if-cached"}, "the cache mode only-if-cached needs the mode same-origin"),
        ({"url": "http://["}, "'http://[' is not a URL"),
        ({"url": "https://u:p@a.example/"}, "the URL has a user name or password in it"),
        ({"method": "POST", "body": ReadableStream([])}, "a stream as the body needs duplex='half'"),
        (
            {"method": "POST", "body": ReadableStream([]), "duplex": "half", "keepalive": True},
            "a request with keepalive cannot have a stream as the body",
        ),
        ({"priority": "urgent"}, "priority 'urgent' is not one of auto, high, low"),
        ({"referrer": "https://a b/"}, "the referrer 'https://a b/' is not a URL"),
        ({"method": "POST", "body": ReadableStream([]), "duplex": "full"}, "duplex 'full' is not half"),
    ],
)
def test_what_fetch_refuses_before_anything_is_sent(options: dict[str, Any], why: str) -> None:
    browser = make()
    with pytest.raises(FetchError) as caught:
        browser.open(PAGE).fetch(**{"url": "/x", **options})
    assert (caught.value.reason, caught.value.facts["value"]) == (FailureReason.INVALID_REQUEST, why)
    assert "<" not in str(caught.value)
    assert browser.exchanges == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"method": "TRACE"}, FailureReason.FORBIDDEN_METHOD),
        ({"method": "GE T"}, FailureReason.INVALID_METHOD),
        ({"headers": {"X Y": "1"}}, FailureReason.INVALID_HEADER),
        ({"headers": {"X": "a\nb"}}, FailureReason.INVALID_HEADER),
        ({"headers": {"X": "€"}}, FailureReason.INVALID_HEADER),
        ({"url": "https://a b/"}, FailureReason.INVALID_REQUEST),
    ],
)
def test_what_an_xhr_refuses_before_anything_is_sent(options: dict[str, Any], reason: FailureReason) -> None:
    browser = make()
    with pytest.raises(FetchError) as caught:
        browser.open(PAGE).xhr(**{"url": "/x", **options})
    assert (caught.value.reason, browser.exchanges) == (reason, [])


@pytest.mark.parametrize("engine", ["standard", "chromium", "firefox", "webkit"])
def test_an_xhr_sends_a_stream_as_the_text_that_it_turns_into(engine: str) -> None:
    browser = make(engine=engine)
    browser.open(PAGE).xhr("/x", method="POST", body=ReadableStream([b"x"]))
    exchange = last(browser)
    assert exchange.request.body == b"[object ReadableStream]"
    assert exchange.sent("Content-Type") == "text/plain;charset=UTF-8"


def test_an_xhr_leaves_out_the_body_of_a_get() -> None:
    assert sent(make(), "xhr", method="GET", body="x") == (None, None)


@pytest.mark.parametrize("api", ["fetch", "xhr"])
def test_forbidden_headers_are_dropped_without_a_word(api: str) -> None:
    browser = make()
    headers = {"Cookie": "a", "Host": "x", "Sec-Fetch-Site": "none", "Proxy-A": "1", "X-Method-Override": "TRACK"}
    getattr(browser.open(PAGE), api)("/x", headers=headers)
    assert lines(browser) == [f"GET {API}/x"]
    getattr(browser.open(PAGE), api)("/x", headers={**headers, "X-A": "1"})
    assert browser.exchanges[0].sent("Access-Control-Request-Headers") == "x-a"
    names = {name for name, _ in last(browser).request.headers}
    added = {"Accept", "Accept-Language", "Origin", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "User-Agent"}
    assert names == {"X-A", *added}


def test_an_xhr_joins_the_values_of_a_header_and_fetch_sends_them_apart() -> None:
    browser, pairs = make(), [("X-A", "1"), ("x-a", "2")]
    page = browser.open(PAGE)
    page.xhr("/x", headers=pairs)
    assert ("X-A", "1, 2") in last(browser).request.headers
    page.fetch("/x", headers=pairs)
    assert [pair for pair in last(browser).request.headers if pair[0].lower() == "x-a"] == pairs


@pytest.mark.parametrize(
    ("own", "body", "expected"),
    [
        (None, Document("<p>"), "text/html;charset=UTF-8"),
        (None, Document("<a/>", is_html=False), "application/xml;charset=UTF-8"),
        ("text/xml", Document("<p>"), "text/xml"),
        ("text/plain;charset=utf-8", "x", "text/plain;charset=utf-8"),
        ("text/plain; charset=latin1; a=b", "x", "text/plain;charset=UTF-8;a=b"),
        ("text/plain; charset=latin1", b"x", "text/plain; charset=latin1"),
        ("junk; charset=latin1", "x", "junk; charset=latin1"),
        ('a/b;c="d e"; charset=x', "x", 'a/b;c="d e";charset=UTF-8'),
    ],
)
def test_an_xhr_sends_text_as_utf8_and_says_so(own: str | None, body: Any, expected: str) -> None:
    headers = {} if own is None else {"content-TYPE": own}
    assert sent(make(), "xhr", body=body, headers=headers)[1] == expected


def test_chromium_writes_the_charset_in_its_place() -> None:
    own = "text/plain ; charset=utf-8 ;CHARSET = 'x';xcharset=y"
    expected = "text/plain ; charset=UTF-8 ;CHARSET = 'UTF-8';xcharset=y"
    assert sent(make("chromium"), "xhr", body="x", headers={"Content-Type": own})[1] == expected
    assert sent(make("chromium"), body="x", headers={"Content-Type": own})[1] == own


@pytest.mark.parametrize(
    ("kind", "kept_by"),
    [
        ("text/plain;a=b", {"standard", "chromium", "firefox", "webkit"}),
        ("text/plain;", {"standard", "firefox", "webkit"}),
        ("text/plain;a=(b)", {"standard", "firefox", "webkit"}),
        ("foo", {"standard", "firefox"}),
    ],
)
def test_some_engines_drop_the_odd_type_of_a_blob_in_an_xhr(kind: str, kept_by: set[str]) -> None:
    kept = {name for name in ENGINES if sent(make(name), "xhr", body=Blob(b"x", kind))[1] == kind}
    assert kept == kept_by
    assert {name for name in ENGINES if sent(make(name), body=Blob(b"x", kind))[1] == kind} == set(ENGINES)


@pytest.mark.parametrize(
    ("options", "preflighted_by"),
    [
        ({"method": "POST", "body": "x"}, {"standard", "chromium", "firefox", "webkit"}),
        ({"method": "POST", "body": ""}, {"standard", "chromium", "firefox", "webkit"}),
        ({"method": "POST"}, {"standard", "firefox", "webkit"}),
        ({}, {"standard", "firefox", "webkit"}),
        ({"method": "POST", "body": "x", "sync": True}, {"standard", "firefox"}),
    ],
)
def test_a_listener_on_the_upload_forces_a_preflight(options: dict[str, Any], preflighted_by: set[str]) -> None:
    found = set()
    for name in ENGINES:
        browser = make(name)
        browser.open(PAGE).xhr("/x", upload_listener=True, **options)
        found |= {name} if browser.exchanges[0].is_preflight else set()
    assert found == preflighted_by
    browser = make()
    browser.open(PAGE).xhr("/x", **options)
    assert len(browser.exchanges) == 1


def test_streams_are_sent_or_not_as_engines_do() -> None:
    outcomes: dict[str, Any] = {}
    for name in ENGINES:
        browser = make(name)
        try:
            browser.open(PAGE).fetch("/x", method="POST", body=ReadableStream([b"x"]), duplex="half")
        except FetchError as error:
            outcomes[name] = error.facts["value"]
        else:
            outcomes[name] = (len(browser.exchanges), last(browser).request.body, last(browser).sent("Content-Type"))
    assert outcomes == {
        "standard": (2, b"x", None),
        "chromium": (2, b"x", None),
        "firefox": (1, b"[object ReadableStream]", TEXT),
        "webkit": "this engine sends no streams",
    }


def test_some_engines_change_headers_on_the_wire() -> None:
    headers = [("Content-Type", "text/plain"), ("Content-Type", "a/b"), ("Range", "bytes= 0-1"), ("X", "é")]
    seen = {}
    for name in ENGINES:
        browser = make(name)
        browser.open(PAGE).fetch("/x", headers=headers)
        seen[name] = tuple(last(browser).sent(header) for header in ("Content-Type", "Range", "X"))
    assert seen == {
        "standard": ("text/plain, a/b", "bytes= 0-1", "é"),
        "chromium": ("text/plain, a/b", "bytes=0-1", "é"),
        "firefox": ("a/b", "bytes= 0-1", "é"),
        "webkit": ("text/plain, a/b", "bytes= 0-1", "Ã©"),
    }


def test_paths_are_the_apps_and_other_urls_the_pages() -> None:
    browser = make()
    browser.mount(PAGE, by_request(open_everything))
    browser.mount(OTHER, by_request(open_everything))
    page = browser.open(f"{PAGE}/shop/index.html")
    for url in ("/x", "x", "?x", "//other.example/x", f"{OTHER}/y"):
        page.fetch(url)
    assert lines(browser) == [
        f"GET {API}/x",
        f"GET {PAGE}/shop/x",
        f"GET {PAGE}/shop/index.html?x",
        f"GET {OTHER}/x",
        f"GET {OTHER}/y",
    ]


def test_a_page_without_url_resolves_nothing_but_the_apps_paths() -> None:
    browser = Browser(answering(headers=[("Access-Control-Allow-Origin", "*")]), API)
    page = browser.open("null")
    assert page.fetch("/x").status == 200
    with pytest.raises(FetchError, match="'x' is not a URL"):
        page.fetch("x")


def test_responses_are_read_as_text_or_json() -> None:
    headers = [("Access-Control-Allow-Origin", "*")]
    page = Browser(answering("201 Created", headers, b'\xef\xbb\xbf{"a": 1}'), API).open(PAGE)
    response = page.fetch("/")
    assert (response.ok, response.text, response.json()) == (True, '{"a": 1}', {"a": 1})
    page = Browser(answering("404 Not Found", headers, b"\xff"), API).open(PAGE)
    response = page.fetch("/")
    assert (response.ok, response.text) == (False, "�")
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()


def test_browsers_and_pages_say_what_they_are() -> None:
    browser = make("firefox")
    assert repr(browser) == "<Browser at https://api.example.com, engine firefox>"
    assert repr(browser.open(PAGE + "/x")) == "<Page of https://app.example.com>"
    assert (browser.url, browser.engine) == (API, ENGINES["firefox"])
    assert Browser(answering()).url == "https://api.example.com"


@pytest.mark.parametrize("url", ["api.example.com", "ftp://a.example", "https://u:p@a.example", ""])
def test_an_app_is_served_over_http(url: str) -> None:
    with pytest.raises(ValueError, match=r"is not an http or https URL; write one such as 'https://api.example.com'"):
        Browser(answering(), url)
    with pytest.raises(ValueError, match="is not an http or https URL"):
        make().mount(url, answering())
    with pytest.raises(ValueError, match="is not an http or https URL"):
        Browser.live(url)


def test_an_engine_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="'edge' is not an engine; write one of standard, chromium, firefox, webkit"):
        Browser(answering(), engine="edge")
    assert Browser(answering(headers=PREFLIGHT), engine=ENGINES["webkit"]).engine.name == "webkit"


def test_an_xhr_sends_the_password_of_its_url_once_the_server_of_its_own_origin_asks() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_AUTHORIZATION")
        status = "200 OK" if given else "401 Unauthorized"
        start_response(status, [("Access-Control-Allow-Origin", "*"), ("WWW-Authenticate", "Basic realm=x")])
        return [(given or "").encode()]

    browser = Browser(app, API)
    own, other = browser.open(API), browser.open(PAGE)
    assert own.xhr("https://u%3A:p@api.example.com/", method="POST", body="x").text == "Basic dTo6cA=="
    assert [exchange.status for exchange in browser.exchanges] == [401, 200]
    assert own.fetch("/").text == "Basic dTo6cA=="  # an authentication entry was made
    assert own.xhr("/", username="ü", password="q:r").text == "Basic w7w6cTpy"
    assert own.xhr("https://a:b@api.example.com/", password="c").text == "Basic YTpj"
    assert other.xhr("https://u:p@api.example.com/").status == 401


def test_a_body_must_have_the_hash_that_the_page_asks_for() -> None:
    page = make().open(PAGE)
    good = "sha256-" + base64.b64encode(hashlib.sha256(b"open").digest()).decode()
    assert page.fetch("/", integrity=good).text == "open"
    assert page.fetch("/", integrity=f"md5-x {good} sha256-other?x").text == "open"
    for options, reason in (
        ({"integrity": "sha256-x"}, FailureReason.INTEGRITY_MISMATCH),
        ({"integrity": f"{good} sha384-x"}, FailureReason.INTEGRITY_MISMATCH),
        ({"integrity": good, "mode": "no-cors"}, FailureReason.INTEGRITY_NEEDS_CORS),
    ):
        with pytest.raises(FetchError) as caught:
            page.fetch("/", **options)
        assert caught.value.reason is reason
        assert "/" in caught.value.say("firefox")


def test_the_body_of_a_request_with_keepalive_is_short() -> None:
    seen = {}
    for engine in ENGINES:
        browser = Browser(by_request(open_everything), API, engine=engine)
        page = browser.open(PAGE)
        assert page.fetch("/", method="POST", body="x" * 65536, keepalive=True, priority="low", referrer="").ok
        try:
            seen[engine] = page.fetch("/", method="POST", body="x" * 65537, keepalive=True).ok
        except FetchError as error:
            seen[engine] = "65536 bytes" not in error.explanation
    assert seen == {"standard": False, "chromium": False, "firefox": True, "webkit": False}
