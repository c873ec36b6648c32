"""HTTP that is odd or wrong, read by the model as real browsers were seen to read it; and what is sent."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from support.nonsense import read_request, saying, serve
from tools.engines.hostile import ANSWERS, FILE, serving_hostile_answers, shorten

from cors_wsgi.browser import Browser, FetchError, Page, WireRequest
from cors_wsgi.browser.connections import HTTPTransport
from cors_wsgi.browser.transports import NetworkError
from cors_wsgi.browser.urls import parse_url

RECORDED: Final = json.loads(FILE.read_text("utf-8"))

APART: Final = {
    ("firefox", "a chunk without a size"): "it reads the first chunk before it hands out the response",
    ("webkit", "HTTP/1.2"): "WebKitGTK's library refuses versions that it does not know",
    ("webkit", "a value of 100,000 bytes"): "its library reads no more",
    ("webkit", "two lengths"): "its library takes the first",
    ("webkit", "two lengths in one line"): "its library reads no lists there",
    ("webkit", "a length with a sign"): "its library reads the number behind it",
    ("webkit", "a negative length"): "its library takes it for none",
    ("webkit", "chunks that end early"): "its library takes the end of the connection for that of the body",
    ("webkit", "a chunk without a size"): "its library takes it for the last",
    ("webkit", "an end amid a line"): "its library wants the empty line",
}
"""Not modelled, and why; WebKitGTK's library is not Safari's."""

GOOD: Final = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok"


def ask(page: Page, url: str) -> Any:
    try:
        response = page.fetch(url)
    except FetchError:
        return "failed"
    return shorten(
        {
            "status": response.status,
            "words": response.status_text,
            "headers": response.headers.items(),
            "body": None if response.error else response.content.decode("latin-1"),
        }
    )


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    """What the model makes of every answer, by engine; after each, a plain answer from the same server."""
    found: dict[str, dict[str, Any]] = {}
    with serving_hostile_answers() as (page_server, api):
        for engine in RECORDED:
            page = Browser.live(api.origin, engine=engine, timeout=5).open(page_server.origin)
            found[engine] = {}
            for number, name in enumerate(ANSWERS):
                found[engine][name] = ask(page, f"{api.origin}/h/{number}")
                assert ask(page, f"{api.origin}/plain")["body"] == "next"
    return found


@pytest.mark.parametrize("engine", RECORDED)
def test_what_browsers_make_of_odd_answers(engine: str, played: dict[str, dict[str, Any]]) -> None:
    recorded = RECORDED[engine]["answers"]
    assert set(recorded) == set(ANSWERS)
    wrong = {name for name in ANSWERS if played[engine][name] != recorded[name]}
    assert wrong == {name for other, name in APART if other == engine}


@pytest.fixture
def heard() -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers well and keeps what it heard."""
    requests: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        requests.append(read_request(connection))
        connection.sendall(GOOD.replace(b"Origin: *", b"Origin: *\r\nAccess-Control-Allow-Methods: *, patch"))

    with serve(talk) as origin:
        yield origin, requests


def test_the_method_goes_over_the_wire_as_the_script_wrote_it(heard: tuple[str, list[bytes]]) -> None:
    origin, requests = heard
    Browser.live(origin).open("http://app.example").fetch("/x?y", method="patch")
    first, second = (request.split(b"\r\n") for request in requests)
    assert (first[0], second[0]) == (b"OPTIONS /x?y HTTP/1.1", b"patch /x?y HTTP/1.1")
    assert b"Access-Control-Request-Method: patch" in first


def test_a_request_goes_over_the_wire_byte_for_byte(heard: tuple[str, list[bytes]]) -> None:
    origin, requests = heard
    page = Browser.live(origin).open("http://app.example")
    page.fetch("/", headers=[("Accept", "a/b \t"), ("accept", "\xe9"), ("Accept-Language", "de")])
    page.fetch("/", method="POST")
    host = origin.removeprefix("http://").encode()
    common = b"User-Agent: Mozilla/5.0 (compatible; cors-wsgi)\r\n"
    fetched = b"Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site\r\n"
    start = b" / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: keep-alive\r\n"
    from_page = b"Origin: http://app.example\r\n" + fetched + common + b"\r\n"
    assert requests == [
        b"GET" + start + b"Accept: a/b, \xe9\r\nAccept-Language: de\r\n" + from_page,
        b"POST" + start + b"Accept: */*\r\nAccept-Language: en\r\nContent-Length: 0\r\n" + from_page,
    ]


def kept(answers: Callable[[int, int], bytes | None]) -> tuple[str, list[tuple[int, int]], socket.socket]:
    """Serve connections that are kept; `answers` is given the number of the connection and of the request on it."""
    server = socket.create_server(("127.0.0.1", 0))
    seen: list[tuple[int, int]] = []

    def run(connection: socket.socket, number: int) -> None:
        with connection:
            place = 0
            while read_request(connection):
                seen.append((number, place))
                answer = answers(number, place)
                if answer is None:
                    return
                connection.sendall(answer)
                place += 1

    def accept() -> None:
        number = 0
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=run, args=(connection, number), daemon=True).start()
            number += 1

    threading.Thread(target=accept, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}", seen, server


def test_a_kept_connection_that_is_closed_under_a_request_is_made_anew_once() -> None:
    origin, seen, server = kept(lambda number, place: GOOD if place == 0 else None)
    with server:
        page = Browser.live(origin).open("http://app.example")
        assert [page.fetch("/", method="POST", body="x").text for _ in range(3)] == ["ok"] * 3
    assert seen == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]


def test_a_streamed_body_is_not_sent_again() -> None:
    origin, seen, server = kept(lambda number, place: GOOD if place == 0 else None)
    with server:
        transport, url = HTTPTransport(timeout=2), parse_url(origin)
        assert url is not None
        request = WireRequest("POST", origin, [("Content-Length", "1")], b"x")
        assert transport.send_once(url, request).status == 200
        with pytest.raises(NetworkError, match="closed without a response"):
            transport.send_once(url, request)
    assert seen == [(0, 0), (0, 1)]


def test_a_new_connection_that_is_closed_is_a_failure() -> None:
    origin, seen, server = kept(lambda number, place: None)
    with server, pytest.raises(FetchError, match="closed without a response"):
        Browser.live(origin).open("http://app.example").fetch("/")
    assert seen == [(0, 0)]


def test_a_kept_connection_that_breaks_off_amid_an_answer_is_a_failure() -> None:
    origin, seen, server = kept(lambda number, place: GOOD if place == 0 else b"HTTP")
    with server:
        page = Browser.live(origin, timeout=0.3).open("http://app.example")
        page.fetch("/")
        with pytest.raises(FetchError, match=r"after 0\.3 seconds"):
            page.fetch("/")
    assert seen == [(0, 0), (0, 1)]


def test_what_a_faulty_answer_left_over_does_not_spoil_the_next() -> None:
    faulty = GOOD.replace(b"200 OK", b"304 Not Modified") + b"HTTP/1.1 200 OK\r\n\r\nstolen"
    origin, seen, server = kept(lambda number, place: faulty)
    with server:
        page = Browser.live(origin).open("http://app.example")
        assert [page.fetch("/").status for _ in range(2)] == [304, 304]
    assert seen == [(0, 0), (1, 0)]


def test_a_server_that_answers_before_it_has_read_everything_is_heard() -> None:
    with serve(saying(GOOD)) as origin:
        body = b"x" * 20_000_000
        assert Browser.live(origin).open("http://app.example").fetch("/", method="POST", body=body).text == "ok"
