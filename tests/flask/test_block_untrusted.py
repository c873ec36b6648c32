"""block_untrusted: requests that could change something, from whom no layer trusts, never reach Flask."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from support.site import make_app, site
from support.wsgi import VARY_ORIGIN, A, B, Server, allow, forbidden

from cors_wsgi import PolicyError, Problem
from flask_cors_ext import CORS, cross_origin


def build(app: Flask) -> None:
    app.add_url_rule("/plain", "plain", lambda: "plain", methods=["GET", "POST"])
    app.add_url_rule("/login", "login", cross_origin(origins=B)(lambda: "login"), methods=["POST"])
    app.add_url_rule("/off/x", "off", lambda: "off", methods=["POST"])


REQUESTS = [
    pytest.param("POST", "/plain", A, {}, "403 Forbidden", id="a route that nobody names is denied"),
    pytest.param("POST", "/plain", None, {}, "200 OK", id="no browser"),
    pytest.param("POST", "/plain", "https://127.0.0.1", {}, "200 OK", id="its own origin"),
    pytest.param("POST", "/plain", A, {"Sec-Fetch-Site": "same-origin"}, "200 OK", id="same-origin by the browser"),
    pytest.param("POST", "/plain", None, {"Sec-Fetch-Site": "cross-site"}, "403 Forbidden", id="cross-site, no Origin"),
    pytest.param("GET", "/plain", A, {}, "200 OK", id="a GET is not judged"),
    pytest.param("GET", "/plain", A, {"Upgrade": "websocket"}, "403 Forbidden", id="an upgrade is"),
    pytest.param("POST", "/login", B, {}, "200 OK", id="who is named may post"),
    pytest.param("POST", "/nowhere", A, {}, "403 Forbidden", id="an unknown URL is denied, too"),
]


@pytest.mark.parametrize(("method", "path", "origin", "headers", "status"), REQUESTS)
def test_who_may_change_something(method: str, path: str, origin: str | None, headers: Any, status: str) -> None:
    server = site(build, block_untrusted=True)
    answer = server.request(method, path, origin, headers)
    assert answer.status == status
    assert answer.app_ran is (status == "200 OK")
    assert site(build).request(method, path, origin, headers).status[:3] == ("404" if path == "/nowhere" else "200")


def test_a_blocked_request_under_a_policy_varies() -> None:
    assert site(build, block_untrusted=True).request("POST", "/login", A) == forbidden(VARY_ORIGIN)


def test_a_method_that_a_url_lacks_is_judged_by_the_policy_of_its_views() -> None:
    server = site(build, block_untrusted=True)
    assert server.request("PUT", "/login", A) == forbidden(VARY_ORIGIN)
    assert server.request("PUT", "/login", B).cors == ("405", allow(B), VARY_ORIGIN)


def test_hands_off_stays_hands_off() -> None:
    server = site(build, block_untrusted=True, resources={"/off/*": None, "/else/*": {"origins": A}})
    assert server.request("POST", "/off/x", A).status == "200 OK"
    assert server.request("POST", "/plain", A) == forbidden()


def test_alone_it_is_something_to_do() -> None:
    app = make_app(config={"CORS_BLOCK_UNTRUSTED": "yes"})
    app.add_url_rule("/x", "x", lambda: "x", methods=["POST"])
    CORS(app)
    assert Server(app).request("POST", "/x", A) == forbidden()
    assert Server(app).request("POST", "/x").status == "200 OK"


def test_for_everybody_alone_it_would_do_nothing() -> None:
    server = site(lambda app: app.add_url_rule("/x", "x", lambda: "x"), block_untrusted=True, origins="*")
    with pytest.raises(PolicyError) as error:
        server.request(path="/x")
    assert error.value.problems == (
        Problem(
            "block_untrusted",
            True,
            "blocks-nothing",
            "Every page on the web is trusted, so nothing would ever be blocked.",
            "Name the origins you trust, or leave block_untrusted off.",
        ),
    )
    assert site(build, block_untrusted=True, origins="*").request("POST", "/login", A) == forbidden(VARY_ORIGIN)


def test_a_regex_that_matches_a_stranger_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    app = Flask("site")
    CORS(app, origins=re.compile(r"https://.*myapp\.com"), block_untrusted=True)
    with caplog.at_level("WARNING"):
        for _ in range(2):
            app.test_client().get("/")
    (record,) = caplog.records
    assert record.getMessage() == (
        r"re.compile('https://.*myapp\\.com'): it also matches https://canarymyapp.com. "
        "Make sure that you trust everyone who can have such an origin."
    )
