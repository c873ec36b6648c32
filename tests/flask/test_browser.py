"""A real headless Chromium against the extension under gunicorn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from support.engines import chromium_driver
from support.servers import serve

pytestmark = [pytest.mark.browser, pytest.mark.server]

FETCH = """
const [url, options, done] = arguments;
fetch(url, options).then(
    async (response) => done([response.status, await response.text(), response.headers.get("X-Seen")]),
    (error) => done(error.name));
"""
BLOCKED = "TypeError"


@dataclass
class Sites:
    """Two pages in one browser, and the API that they call."""

    driver: Any
    api: str
    page_a: str
    page_b: str

    def fetch(self, page: str, path: str, method: str = "GET", **options: Any) -> Any:
        """Return what a script of a page gets to see: status, body and X-Seen, or the error's name."""
        if self.driver.current_url != page:
            self.driver.get(page)
        return self.driver.execute_async_script(FETCH, self.api + path, {"method": method, **options})


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    served = "support.flask_served:app"
    with chromium_driver() as driver, serve("gunicorn-gthread", served) as pages:
        page_a, page_b = f"http://localhost:{pages}", f"http://b.localhost:{pages}"
        with serve("gunicorn-gthread", served, SITE_A=page_a, SITE_B=page_b) as api:
            driver.set_script_timeout(20)
            yield Sites(driver, f"http://localhost:{api}", f"{page_a}/page", f"{page_b}/page")


def test_routes_and_blueprints_have_their_own_readers(sites: Sites) -> None:
    assert sites.fetch(sites.page_a, "/items/1", credentials="include") == [200, "read 1", "yes"]
    assert sites.fetch(sites.page_a, "/blueprint/x", "DELETE", headers={"X-Key": "k"}) == BLOCKED
    assert sites.fetch(sites.page_a, "/never") == BLOCKED
    assert sites.fetch(sites.page_b, "/items/1") == BLOCKED
    assert sites.fetch(sites.page_b, "/blueprint/x", "DELETE", headers={"X-Key": "k"}) == [200, "deleted", "yes"]
    assert sites.fetch(sites.page_b, "/blueprint/x", "DELETE", headers={"X-Other": "k"}) == BLOCKED


def test_errors_and_redirects_can_be_read(sites: Sites) -> None:
    assert sites.fetch(sites.page_a, "/boom")[0] == 500
    assert sites.fetch(sites.page_a, "/nowhere")[0] == 404
    assert sites.fetch(sites.page_a, "/nowhere", "PUT")[0] == 404
    assert sites.fetch(sites.page_a, "/boom", "POST")[0] == 405
    json = {"headers": {"Content-Type": "application/json"}, "body": "{}"}
    assert sites.fetch(sites.page_a, "/slash", "POST", **json) == [200, "behind the redirect", "yes"]
    assert sites.fetch(sites.page_b, "/blueprint/x", "DELETE")[0] == 401
    assert sites.fetch(sites.page_b, "/boom") == BLOCKED


def test_credentials_with_a_cookie(sites: Sites) -> None:
    assert sites.fetch(sites.page_a, "/whoami", credentials="include")[0] == 401
    json = {"headers": {"Content-Type": "application/json"}, "body": '{"name": "ann"}'}
    assert sites.fetch(sites.page_a, "/login", "POST", credentials="include", **json)[:2] == [200, "welcome"]
    assert sites.fetch(sites.page_a, "/whoami", credentials="include") == [200, "ann", "yes"]
    assert sites.fetch(sites.page_a, "/whoami", credentials="omit")[0] == 401
    assert sites.fetch(sites.page_b, "/whoami", credentials="include") == BLOCKED


def test_the_attack_get_with_credentials_then_put(sites: Sites) -> None:
    asked = {"credentials": "include", "headers": {"X-Why": "so that there is a preflight"}}
    assert sites.fetch(sites.page_a, "/items/7", **asked) == [200, "read 7", "yes"]
    assert sites.fetch(sites.page_a, "/items/7", "PUT", **asked) == BLOCKED
    assert sites.fetch(sites.page_a, "/runs")[1] == "0"
    assert sites.fetch(sites.page_b, "/items/7", "PUT", **asked)[1] == "written 7"
    assert sites.fetch(sites.page_b, "/runs")[1] == "1"
