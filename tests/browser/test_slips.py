"""Slips between the page's origin and what the server names, and the names of this machine."""

from __future__ import annotations

import doctest

import pytest
from support.wsgi import PLAIN_APP

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.browser import Browser, CORSError, FailureReason, slips
from cors_wsgi.browser.slips import advise_one_name, find_slip, rename_page

APP = "https://app.example.com"
OTHER_NAME = "has another name for this machine. Open the page at http://localhost:1."


@pytest.mark.parametrize(
    ("origin", "named", "expected"),
    [
        pytest.param(APP, APP, None, id="no slip"),
        pytest.param(APP, f"{APP}/", "trailing-slash", id="a slash"),
        pytest.param(APP, "app.example.com", "missing-scheme", id="no scheme"),
        pytest.param("http://localhost:5173", "localhost:5173/", "missing-scheme", id="no scheme, but a port"),
        pytest.param(APP, "https://App.example.com", "spelling", id="upper case"),
        pytest.param(APP, "https://app.example.com:443", "spelling", id="the default port"),
        pytest.param(APP, "https://app.example.com/index.html", "spelling", id="a path"),
        pytest.param(APP, "http://app.example.com", "scheme", id="the scheme"),
        pytest.param(APP, "https://app.example.com:8443", "port", id="the port"),
        pytest.param(APP, "http://app.example.com:8443/", "scheme", id="scheme, port and slash"),
        pytest.param("https://example.com", "https://www.example.com", "www", id="a www too much"),
        pytest.param("https://www.example.com", "https://example.com", "www", id="a www too little"),
        pytest.param("https://www.example.com", "http://example.com:1", "www", id="www, scheme and port"),
        pytest.param("http://127.0.0.1:5173", "http://localhost:5173", "loopback-name", id="localhost"),
        pytest.param("http://localhost:5173", "https://[::1]:3000", "loopback-name", id="[::1], scheme and port"),
        pytest.param(APP, "https://api.example.com", None, id="another host"),
        pytest.param(APP, "https://app.example.com.evil.example", None, id="a longer host"),
        pytest.param("http://127.0.0.2", "http://localhost", None, id="another address of this machine"),
        pytest.param(APP, "null", None, id="null"),
        pytest.param(APP, "*", None, id="everybody"),
        pytest.param(APP, "", None, id="nothing"),
        pytest.param(APP, "ftp://app.example.com", None, id="another kind of scheme"),
        pytest.param("null", APP, None, id="an opaque page"),
    ],
)
def test_a_slip_has_a_name(origin: str, named: str, expected: str | None) -> None:
    slip = find_slip(origin, named)
    assert (slip and slip.name) == expected


@pytest.mark.parametrize(
    ("origin", "named", "text"),
    [
        (APP, f"{APP}/", ": without the slash it is the page's origin."),
        (APP, "app.example.com", ": with https:// it is the page's origin."),
        (APP, APP.upper(), f", which browsers compare character by character: it must be {APP}."),
        (APP, "http://app.example.com:1", f"; the page's origin, {APP}, has another scheme and another port."),
        ("https://www.a.example", "https://a.example", "; the page's origin, https://www.a.example, has “www.”."),
        ("https://a.example", "https://www.a.example", "; the page's origin, https://a.example, has no “www.”."),
        ("http://[::1]:1", "http://localhost:1", f"; the page's origin, http://[::1]:1, {OTHER_NAME}"),
    ],
)
def test_a_slip_is_said_in_words(origin: str, named: str, text: str) -> None:
    slip = find_slip(origin, named)
    assert slip is not None
    assert slip.text == f"The server names {named}{text}"


@pytest.mark.parametrize(
    ("facts", "renamed"),
    [
        pytest.param({"url": "http://localhost:8000/x"}, "http://localhost:5173", id="the API's name"),
        pytest.param({"value": "http://[::1]:5173"}, "http://[::1]:5173", id="the name that the server names"),
        pytest.param({"nearest": "http://localhost:*"}, "http://localhost:5173", id="the name of a pattern"),
        pytest.param(
            {"nearest": "http://localhost:1", "value": "http://[::1]", "url": "http://[::1]:8000/"},
            "http://localhost:5173",
            id="a policy's name goes before the others",
        ),
        pytest.param({"value": "https://a.example", "url": "http://127.0.0.1:1"}, None, id="the same name"),
        pytest.param({"url": "http://127.0.0.2:1/"}, None, id="another address"),
        pytest.param({"url": "http://localhost.example/"}, None, id="a name that only begins so"),
        pytest.param({"url": "", "value": "*"}, None, id="nothing to go by"),
    ],
)
def test_a_page_of_this_machine_is_renamed(facts: dict[str, str], renamed: str | None) -> None:
    assert rename_page({"origin": "http://127.0.0.1:5173", **facts}) == renamed
    assert rename_page({"origin": "http://app.example", **facts}) is None
    assert rename_page(facts) is None


def test_the_advice_names_the_page_and_the_api_where_both_have_to_move() -> None:
    two = "127.0.0.1 and localhost are this machine under two names, but for browsers two origins and two sites, so "
    two += "cookies would be missing even if CORS allowed it."
    facts = {"origin": "http://127.0.0.1:5173", "url": "http://localhost:8000/x"}
    assert advise_one_name(facts) == f"Open the page at http://localhost:5173: {two}"
    facts = {"origin": "http://127.0.0.1:5173", "url": "http://127.0.0.1:8000/x", "value": "http://localhost:5173"}
    assert advise_one_name(facts) == (
        f"Open the page at http://localhost:5173, and fetch http://localhost:8000 from there: {two}"
    )
    assert advise_one_name({"origin": "http://a.example", "url": "http://localhost/"}) is None


@pytest.mark.parametrize(
    ("policy", "page", "api", "engine", "opened_at"),
    [
        (
            "http://localhost:5173",
            "http://127.0.0.1:5173",
            "http://localhost:8000",
            "standard",
            "http://localhost:5173",
        ),
        ("http://127.0.0.1:5173", "http://localhost:5173", "http://127.0.0.1:8000", "firefox", "http://127.0.0.1:5173"),
        ("http://localhost:*", "http://[::1]:5173", "http://localhost:8000", "webkit", "http://localhost:5173"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_the_first_advice_of_an_error_is_the_page_s_name_and_it_helps(
    policy: str, page: str, api: str, engine: str, opened_at: str, method: str
) -> None:
    app = CORSMiddleware(PLAIN_APP, Policy(policy, supports_credentials=True))
    with pytest.raises(CORSError) as caught:
        Browser(app, api, engine=engine).open(page).fetch("/", method=method, credentials="include")
    assert caught.value.remedy.startswith(f"Open the page at {opened_at}: ")
    assert f"  Open the page at {opened_at}: " in str(caught.value)
    browser = Browser(app, api, engine=engine)
    browser.cookies.set(api, "sid", "1", samesite="Lax")
    assert browser.open(opened_at).fetch("/", method=method, credentials="include").status == 200
    assert browser.exchanges[-1].sent("Cookie") == "sid=1"


@pytest.mark.parametrize(
    ("reason", "status", "is_first"),
    [
        (FailureReason.WILDCARD_WITH_CREDENTIALS, "200", True),
        (FailureReason.CREDENTIALS_NOT_TRUE, "200", True),
        (FailureReason.PREFLIGHT_STATUS, "403", True),
        (FailureReason.PREFLIGHT_STATUS, "405", False),
        (FailureReason.METHOD_NOT_ALLOWED, "204", False),
        (FailureReason.NETWORK_FAILURE, "", False),
    ],
)
def test_the_page_s_name_is_advice_where_it_may_be_the_matter(
    reason: FailureReason, status: str, is_first: bool
) -> None:
    facts = {"origin": "http://127.0.0.1:5173", "url": "http://localhost:8000/", "status": status}
    assert reason.remedy(facts).startswith("Open the page at http://localhost:5173: ") == is_first
    assert not reason.remedy({**facts, "url": "http://127.0.0.1:8000/"}).startswith("Open")


def test_the_examples_run() -> None:
    assert doctest.testmod(slips).failed == 0
