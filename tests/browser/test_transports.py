"""How requests reach servers: a WSGI app in this process, and live servers, sensible and not."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest
from support.needs import needs_module
from support.nonsense import hanging_up, saying, serve, trickling
from support.scripted import API, PAGE, by_request, last, open_everything
from support.servers import serving

from cors_wsgi.browser import Browser, FailureReason, FetchError
from cors_wsgi.browser.exchange import WireRequest
from cors_wsgi.browser.http_reading import MAX_BODY
from cors_wsgi.browser.transports import build_environ
from cors_wsgi.browser.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from support.scripted import Headers

PAGE_HTTP = "http://app.example"
GOOD = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(autouse=True)
def _client() -> None:
    needs_module("urllib3")


def environ_of(url: str, **parts: Any) -> dict[str, Any]:
    parsed = parse_url(url)
    assert parsed is not None
    fields: dict[str, Any] = {"method": "GET", "url": parsed.request_url, "headers": [], "body": None, **parts}
    return build_environ(parsed, WireRequest(**fields))


def test_the_environ_is_what_a_server_makes() -> None:
    headers = [("Content-Type", "text/plain"), ("Content-Length", "2"), ("X-A", "1"), ("x-a", "2"), ("Origin", PAGE)]
    environ = environ_of("https://api.example.com:8443/a%20b/%C3%A9?q=%20", method="PUT", headers=headers, body=b"hi")
    body = environ.pop("wsgi.input").read()
    assert (body, environ.pop("wsgi.errors")) == (b"hi", sys.stderr)
    assert environ == {
        "REQUEST_METHOD": "PUT",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a b/Ã©",
        "QUERY_STRING": "q=%20",
        "REQUEST_URI": "/a%20b/%C3%A9?q=%20",
        "RAW_URI": "/a%20b/%C3%A9?q=%20",
        "SERVER_NAME": "api.example.com",
        "SERVER_PORT": "8443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "api.example.com:8443",
        "HTTP_ORIGIN": PAGE,
        "HTTP_X_A": "1, 2",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "2",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


@pytest.mark.parametrize(
    ("url", "name", "port", "host"),
    [
        ("https://a.example/", "a.example", "443", "a.example"),
        ("http://a.example/", "a.example", "80", "a.example"),
        ("http://[::1]:5000/", "::1", "5000", "[::1]:5000"),
    ],
)
def test_the_environ_names_host_and_port(url: str, name: str, port: str, host: str) -> None:
    environ = environ_of(url)
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"], environ["HTTP_HOST"]) == (name, port, host)


def test_apps_are_called_as_wsgi_asks() -> None:
    closed = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        headers = [("Access-Control-Allow-Origin", " * "), ("Content-Type", "text/plain"), ("X-A", "1"), ("X-A", "2")]
        start_response("200 Fine", [*headers[1:], ("Access-Control-Allow-Origin", "*")])
        yield environ["wsgi.input"].read(size)
        closed.append(True)

    browser = Browser(validator(app), API)
    response = browser.open(PAGE).fetch("/x", method="POST", body="body")
    exchange = last(browser)
    assert (response.body, closed) == (b"body", [True])
    assert exchange.response is not None
    assert (exchange.response.phrase, exchange.received("x-a")) == ("Fine", "1, 2")


def test_white_space_around_a_header_value_is_no_part_of_it() -> None:
    browser = Browser(by_request(lambda environ: ("200 OK", [("Access-Control-Allow-Origin", " \t* ")], b"")), API)
    assert browser.open(PAGE).fetch("/").status == 200


def test_a_head_request_has_no_body() -> None:
    browser = Browser(by_request(open_everything), API)
    assert browser.open(PAGE).fetch("/", method="HEAD").body == b""
    assert browser.open(PAGE).fetch("/").body == b"open"


def test_what_an_app_raises_is_raised() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise {"/type": TypeError, "/zero": ZeroDivisionError}[environ["PATH_INFO"]]("of the app")

    page = Browser(app, API).open(PAGE)
    with pytest.raises(TypeError, match="of the app"):
        page.fetch("/type")
    with pytest.raises(ZeroDivisionError, match="of the app"):
        page.fetch("/zero")


def test_what_an_app_writes_and_returns_is_one_body_and_is_closed() -> None:
    closed = []

    class Rest(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", [("Access-Control-Allow-Origin", "*")])
        write(b"written ")
        return Rest([b"and ", b"returned"])

    assert Browser(app, API).open(PAGE).fetch("/").body == b"written and returned"
    assert closed == [True]


def test_an_app_that_never_starts_a_response_is_a_network_failure() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return iter(())

    with pytest.raises(FetchError) as caught:
        Browser(app, API).open(PAGE).fetch("/")
    assert caught.value.facts["value"] == "the app ended without calling start_response"


@pytest.mark.parametrize("status", ["OK", "2000 OK", "", "²00 OK"])
def test_a_status_that_is_none_is_a_network_failure(status: str) -> None:
    browser = Browser(by_request(lambda environ: (status, [], b"")), API)
    with pytest.raises(FetchError) as caught:
        browser.open(PAGE).fetch("/")
    assert caught.value.facts["value"] == f"the app gave the status {status!r}"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has above
        """Say nothing."""


@pytest.fixture
def live() -> Iterator[str]:
    def decide(environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
        if environ["PATH_INFO"] == "/moved":
            location = ("Location", "/here?x=1")
            return "307 X", [*open_everything(environ)[1], location, ("Content-Length", "0")], b""
        size = int(environ.get("CONTENT_LENGTH") or 0)
        shown = f"{environ['REQUEST_METHOD']} {environ['QUERY_STRING']} {environ['wsgi.input'].read(size)!r}".encode()
        return "200 OK", [*open_everything(environ)[1], ("Content-Length", str(len(shown)))], shown

    server = make_server("127.0.0.1", 0, by_request(decide), handler_class=_Quiet)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


def test_a_live_server_is_asked_over_http(live: str) -> None:
    browser = Browser.live(live)
    response = browser.open(PAGE_HTTP).fetch("/x", method="PUT", json=[1], credentials="include")
    assert (response.type, response.status, response.text) == ("cors", 200, "PUT  b'[1]'")
    assert [exchange.method for exchange in browser.exchanges] == ["OPTIONS", "PUT"]
    assert last(browser).received("access-control-allow-origin") == PAGE_HTTP
    browser.open(PAGE_HTTP).fetch("/x", method="PUT", credentials="include")
    assert [exchange.method for exchange in browser.exchanges] == ["OPTIONS", "PUT", "PUT"]
    browser.clock.advance(6)
    browser.open(PAGE_HTTP).fetch("/x", method="PUT", headers={"Content-Type": "x/y"}, credentials="include")
    assert [exchange.method for exchange in browser.exchanges] == ["OPTIONS", "PUT", "PUT", "OPTIONS", "PUT"]


def test_the_browser_follows_redirects_and_not_the_client_below(live: str) -> None:
    browser = Browser.live(live)
    response = browser.open(PAGE_HTTP).fetch("/moved", method="POST", body="x")
    assert (response.url, response.text) == (f"{live}/here?x=1", "POST x=1 b'x'")
    assert [(exchange.url, exchange.status) for exchange in browser.exchanges] == [
        (f"{live}/moved", 307),
        (f"{live}/here?x=1", 200),
    ]
    assert browser.open(PAGE_HTTP).fetch("/moved", redirect="manual").type == "opaqueredirect"


def test_an_app_can_be_mounted_beside_live_servers(live: str) -> None:
    browser = Browser.live(live)
    browser.mount("http://other.example", by_request(open_everything))
    assert browser.open(PAGE_HTTP).fetch("http://other.example/").text == "open"


def ask(origin: str, timeout: float = 2, **options: Any) -> Any:
    """Fetch, and return the reason and its value, or the response."""
    browser = Browser.live(origin, timeout=timeout)
    try:
        return browser.open(PAGE_HTTP).fetch("/", **options)
    except FetchError as error:
        about = error.exchange is last(browser) and bool(str(error))
        return (error.reason, error.facts.get("value", "")) if about else error


@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param(b"", "closed", id="nothing"),
        pytest.param(b"\x00\xff\xfe garbage\r\n\r\n", "", id="garbage"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", "SSH", id="another protocol"),
        pytest.param(b"HTTP/1.1\r\n\r\n", "", id="a status line without status"),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", "", id="a status that is no number"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n", "", id="a header of a megabyte"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 50_000 + b"\r\n", "", id="fifty thousand headers"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + GOOD, "101", id="another protocol to switch to"),
    ],
)
def test_nonsense_is_a_network_failure_that_says_what_is_wrong(data: bytes, word: str) -> None:
    with serve(saying(data)) as origin:
        reason, value = ask(origin)
    assert reason is FailureReason.NETWORK_FAILURE
    assert word in value
    assert 0 < len(value) <= 300
    assert value.isprintable()


def test_the_sensible_twin_of_nonsense_is_read() -> None:
    with serve(saying(GOOD)) as origin:
        assert ask(origin).body == b"ok"
    with serve(saying(b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD)) as origin:
        assert ask(origin).body == b"ok"
    with serve(saying(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD)) as origin:
        assert ask(origin).body == b"ok"


def test_a_connection_that_is_closed_or_refused_is_a_network_failure() -> None:
    with serve(hanging_up) as origin:
        assert ask(origin)[0] is FailureReason.NETWORK_FAILURE
        assert ask(origin, method="PUT")[0] is FailureReason.NETWORK_FAILURE
    reason, value = ask(origin)
    assert reason is FailureReason.NETWORK_FAILURE
    assert "refused" in value


def test_a_host_that_does_not_exist_is_a_network_failure() -> None:
    assert ask("http://nowhere.invalid")[0] is FailureReason.NETWORK_FAILURE


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(saying(b"", linger=1.2), id="silence"),
        pytest.param(trickling(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n", 2), id="headers without end"),
    ],
)
def test_a_server_that_does_not_answer_in_time_is_given_up(talk: Any) -> None:
    with serve(talk) as origin:
        start = time.monotonic()
        reason, value = ask(origin, timeout=0.3)
        assert time.monotonic() - start < 2.5
    assert reason is FailureReason.NETWORK_FAILURE
    assert "time" in value or "seconds" in value


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(GOOD.replace(b"Content-Length: 2", b"Content-Length: 9"), "", id="too short"),
        pytest.param(
            GOOD.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked") + b"\r\nzz\r\n", "", id="bad chunks"
        ),
    ],
)
def test_a_body_that_breaks_off_fails_when_it_is_read(data: bytes, why: str) -> None:
    with serve(saying(data)) as origin:
        response = ask(origin)
    assert (response.status, dict(response.headers) != {"x": ""}) == (200, True)
    assert response.error
    with pytest.raises(FetchError) as caught:
        response.body  # noqa: B018 - reading it is the test
    assert (caught.value.reason, caught.value.facts["value"]) == (FailureReason.NETWORK_FAILURE, response.error)
    assert response.content in (b"ok", b"")


def test_a_body_without_end_is_given_up_in_time() -> None:
    start = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/event-stream\r\n\r\n"
    with serve(trickling(start, b"data: x\n\n", 1)) as origin:
        response = ask(origin, timeout=0.3)
    assert (response.headers["content-type"], response.content[:7]) == ("text/event-stream", b"data: x")
    assert response.error == "there was no complete response after 0.3 seconds"


def test_a_body_that_is_too_long_is_cut() -> None:
    head = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\n"
    with serve(saying(head + b"x" * (MAX_BODY + 70_000))) as origin:
        response = ask(origin, timeout=20)
    assert response.error == f"the body is longer than {MAX_BODY} bytes"
    assert MAX_BODY < len(response.content) <= MAX_BODY + 65536
