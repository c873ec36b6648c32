"""The extension under gunicorn, asked by pages of two origins in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from support.engines import chromium_driver, needs_engine
from support.needs import needs_module
from support.servers import serve, serving

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.server]

FETCH = """
const [url, options, done] = arguments;
fetch(url, options)
  .then(async response => done({status: response.status, body: await response.text(),
                                names: [...response.headers.keys()].sort()}))
  .catch(error => done({blocked: error.name}));
"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "15")
        self.end_headers()
        self.wfile.write(b"<!doctype html>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


@pytest.fixture(scope="module")
def pages() -> Iterator[tuple[str, str]]:
    """Serve an empty page at two origins, and yield them."""
    one, other = (ThreadingHTTPServer(("127.0.0.1", 0), Page) for _ in range(2))
    with serving(one), serving(other):
        yield f"http://localhost:{one.server_port}", f"http://localhost:{other.server_port}"


@pytest.fixture(scope="module")
def api(pages: tuple[str, str]) -> Iterator[str]:
    needs_module("flask")
    with serve("gunicorn-gthread", "flask_served.app:app", PAGE_ORIGIN=pages[0], OTHER_ORIGIN=pages[1]) as port:
        # The same site as the pages, so that a browser sends the session's cookie along; another origin nevertheless.
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chrome]:
    needs_engine("chromium")
    with chromium_driver() as driver:
        yield driver


@pytest.fixture
def page(chromium: Chrome, pages: tuple[str, str]) -> Chrome:
    chromium.get(pages[0] + "/")
    return chromium


def fetch(driver: Chrome, url: str, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = driver.execute_async_script(FETCH, url, options)  # type: ignore[no-untyped-call]
    return answer


BLOCKED = {"blocked": "TypeError"}


def test_a_session_cookie_comes_along_where_credentials_are_allowed(page: Chrome, api: str) -> None:
    assert fetch(page, api + "/login", credentials="include")["body"] == "welcome"
    with_cookie = fetch(page, api + "/me", credentials="include")
    assert (with_cookie["status"], json.loads(with_cookie["body"])) == (200, {"session": "ada"})
    assert with_cookie["names"] == ["content-length", "content-type", "x-total"]
    assert json.loads(fetch(page, api + "/me", credentials="omit")["body"]) == {"session": None}


def test_a_preflighted_route_exposes_what_its_own_layer_says(page: Chrome, api: str) -> None:
    answer = fetch(page, api + "/items/7", method="PUT", body="{}", headers={"Content-Type": "application/json"})
    assert answer == {"status": 200, "body": "saved 7", "names": ["content-length", "content-type", "etag"]}


def test_the_page_of_a_crash_is_readable(page: Chrome, api: str) -> None:
    answer = fetch(page, api + "/boom")
    assert answer["status"] == 500
    assert "Internal Server Error" in answer["body"]


def test_404_and_405_are_readable(page: Chrome, api: str) -> None:
    assert fetch(page, api + "/nowhere")["status"] == 404
    assert fetch(page, api + "/me", method="POST")["status"] == 405


def test_same_origin_routes_and_other_peoples_blueprints_are_not_shared(
    page: Chrome, api: str, pages: tuple[str, str]
) -> None:
    assert fetch(page, api + "/admin") == BLOCKED
    assert fetch(page, api + "/partners/report") == BLOCKED
    page.get(pages[1] + "/")
    assert fetch(page, api + "/partners/report")["body"] == "report"
    assert fetch(page, api + "/me") == BLOCKED


def test_a_grant_to_read_is_no_grant_to_write_at_the_same_url(page: Chrome, api: str, pages: tuple[str, str]) -> None:
    """The attack: preflight a GET with credentials, then PUT, which only another origin may; the browser asks again."""
    url = api + "/shared-url"
    asked = {"headers": {"X-Any": "1"}, "credentials": "include"}
    assert fetch(page, url, **asked)["body"] == "read"
    assert fetch(page, url, method="PUT", credentials="include") == BLOCKED
    assert fetch(page, url, method="PUT", **asked) == BLOCKED
    page.get(pages[1] + "/")
    assert fetch(page, url, method="PUT")["body"] == "written"
    calls = json.loads(fetch(page, api + "/calls")["body"])
    assert [call for call in calls if "shared-url" in call] == [
        f"GET /shared-url {pages[0]}",
        f"PUT /shared-url {pages[1]}",
    ]
