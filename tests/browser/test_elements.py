"""What a page loads without a script: how each element asks, and whether it is loaded, tainted or blocked."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted import API, OTHER, PAGE, SHARED, answering, by_path, by_request, last

from cors_wsgi.browser import ENGINES, Blob, Browser, FailureReason, Load, ReadableStream
from cors_wsgi.browser.elements import ASKING, read_crossorigin

TYPES = {
    "img": "image/png",
    "mask": "image/png",
    "style": "text/css",
    "video": "video/mp4",
    "audio": "audio/wav",
    "media": "video/mp4",
    "font": "font/woff2",
}
OPEN = [("Access-Control-Allow-Origin", "*")]


def load(kind: Any, *headers: tuple[str, str], engine: str = "standard", page: str = PAGE, **options: Any) -> Load:
    """Load something of the right type from another origin, and return what becomes of it."""
    given = dict(headers)
    given.setdefault("Content-Type", TYPES.get(kind, "text/javascript"))
    status = options.pop("status", "200 OK")
    browser = Browser(answering(status, list(given.items()), options.pop("body", b"x")), API, engine=engine)
    return browser.open(page).load(kind, "/x", **options)


def asked(kind: Any, url: str = API, **options: Any) -> tuple[str | None, str | None, str | None, str | None]:
    """Return what a request of an element says: destination, mode, Origin, and its cookie."""
    browser = Browser(answering(headers=[("Content-Type", TYPES.get(kind, "text/javascript"))]), url)
    browser.cookies.set(url, "a", "1")
    browser.open(PAGE).load(kind, "/x", **options)
    exchange = last(browser)
    return tuple(exchange.sent(name) for name in ("Sec-Fetch-Dest", "Sec-Fetch-Mode", "Origin", "Cookie"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("img", {}, ("image", "no-cors", None, "a=1")),
        ("img", {"crossorigin": "anonymous"}, ("image", "cors", PAGE, None)),
        ("img", {"crossorigin": "use-credentials"}, ("image", "cors", PAGE, "a=1")),
        ("img", {"crossorigin": "USE-credentials"}, ("image", "cors", PAGE, "a=1")),
        ("img", {"crossorigin": ""}, ("image", "cors", PAGE, None)),
        ("img", {"crossorigin": "nonsense"}, ("image", "cors", PAGE, None)),
        ("script", {}, ("script", "no-cors", None, "a=1")),
        ("style", {}, ("style", "no-cors", None, "a=1")),
        ("video", {}, ("video", "no-cors", None, "a=1")),
        ("audio", {}, ("audio", "no-cors", None, "a=1")),
        ("media", {}, ("video", "no-cors", None, "a=1")),
        ("module", {}, ("script", "cors", PAGE, None)),
        ("module", {"crossorigin": "use-credentials"}, ("script", "cors", PAGE, "a=1")),
        ("import", {}, ("script", "cors", PAGE, None)),
        ("modulepreload", {}, ("script", "cors", PAGE, None)),
        ("importScripts", {}, ("script", "no-cors", None, None)),
        ("font", {}, ("font", "cors", PAGE, None)),
        ("mask", {}, ("image", "cors", PAGE, None)),
        ("preload", {"as_": "image"}, ("image", "no-cors", None, "a=1")),
        ("preload", {"as_": "fetch"}, ("empty", "no-cors", None, "a=1")),
        ("preload", {"as_": "font", "crossorigin": "anonymous"}, ("font", "cors", PAGE, None)),
    ],
)
def test_each_element_asks_in_its_own_mode(kind: str, options: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert asked(kind, **options) == expected


def test_a_worker_is_of_the_pages_own_origin() -> None:
    assert load("worker").reason is FailureReason.DISALLOWED_BY_MODE
    assert load("worker").exchange is None
    assert load("worker", page=API).outcome == "loaded"


@pytest.mark.parametrize("kind", ["img", "script", "style", "video", "audio", "media", "importScripts"])
def test_without_crossorigin_what_another_origin_sends_is_tainted(kind: str) -> None:
    tainted = load(kind, *OPEN)
    assert (tainted.outcome, tainted.reason, tainted.content, tainted.say()) == ("tainted", None, b"", "")
    assert tainted.explanation == f"It is in use, but {ASKING[kind].taint}."
    assert "crossorigin" in str(tainted)
    own = load(kind, page=API)
    assert (own.outcome, own.content, own.remedy) == ("loaded", b"x", "")
    assert str(own).startswith("loaded: It is in use, and scripts may read it.")


@pytest.mark.parametrize("kind", ["img", "script", "style", "audio", "module", "import", "font", "mask"])
def test_with_cors_the_server_decides(kind: str) -> None:
    options = {"crossorigin": "anonymous"} if ASKING[kind].has_attribute else {}
    assert load(kind, *OPEN, **options).outcome == "loaded"
    blocked = load(kind, **options)
    assert (blocked.outcome, blocked.reason, blocked.content) == ("blocked", FailureReason.MISSING_ACAO, b"")
    name = ASKING[kind].api
    assert blocked.say("chromium").startswith(f"Access to {name} at '{API}/x' from origin '{PAGE}' has been blocked")
    assert blocked.say("firefox").startswith("Cross-Origin Request Blocked: ")
    assert blocked.remedy.startswith("Let the server answer with Access-Control-Allow-Origin")
    assert f"> Origin: {PAGE}" in str(blocked)


def test_credentials_need_more_than_a_wildcard() -> None:
    assert load("img", *OPEN, crossorigin="use-credentials").reason is FailureReason.WILDCARD_WITH_CREDENTIALS
    assert load("img", *SHARED, crossorigin="use-credentials").outcome == "loaded"


@pytest.mark.parametrize(
    ("kind", "given", "options", "is_used"),
    [
        ("img", "text/html", {}, False),
        ("img", "text/html", {"body": b"\x89PNG\r\n\x1a\n..."}, True),
        ("img", "image/svg+xml", {"status": "404 X"}, True),
        ("script", "text/html", {}, True),
        ("script", "image/png", {}, False),
        ("script", "text/csv", {}, False),
        ("module", "application/javascript", {}, True),
        ("module", "text/plain", {}, False),
        ("import", "application/json", {}, False),
        ("style", "text/plain", {}, False),
        ("style", "text/css; charset=x", {}, True),
        ("audio", "text/plain", {}, False),
        ("audio", "text/plain", {"body": b"OggS"}, True),
        ("font", "text/plain", {}, True),
        ("importScripts", "text/plain", {}, False),
    ],
)
def test_an_element_uses_what_is_of_its_type(kind: str, given: str, options: dict[str, Any], is_used: bool) -> None:
    found = load(kind, ("Content-Type", given), *OPEN, **options)
    assert (found.outcome != "blocked", found.reason) == (is_used, None if is_used else FailureReason.WRONG_TYPE)


@pytest.mark.parametrize("kind", ["script", "style", "module", "font", "audio", "modulepreload"])
def test_an_element_does_not_use_an_error_page(kind: str) -> None:
    found = load(kind, *OPEN, status="404 Not Found")
    assert found.reason is FailureReason.BAD_STATUS
    assert found.say() == "Failed to load resource: the server responded with a status of 404 (Not Found)"


@pytest.mark.parametrize(
    ("kind", "given", "nosniff", "is_used"),
    [
        ("script", "text/plain", "nosniff", False),
        ("script", "text/plain", "NoSniff, x", False),
        ("script", "text/plain", "sniff", True),
        ("script", "text/javascript", "nosniff", True),
        ("style", "text/plain", "nosniff", False),
        ("img", "image/png", "nosniff", True),
    ],
)
def test_nosniff_holds_scripts_and_styles_to_their_types(kind: str, given: str, nosniff: str, is_used: bool) -> None:
    found = load(kind, ("Content-Type", given), ("X-Content-Type-Options", nosniff))
    assert (found.outcome != "blocked") == is_used


def test_the_consoles_words_for_a_wrong_type_are_those_of_the_element() -> None:
    wrong = {kind: load(kind, ("Content-Type", "text/plain"), *OPEN) for kind in ("module", "style")}
    sniffed = load("script", ("Content-Type", "text/plain"), ("X-Content-Type-Options", "nosniff"))
    assert wrong["module"].say("chromium").startswith("Failed to load module script: Expected")
    assert wrong["module"].say("webkit") == "TypeError: 'text/plain' is not a valid JavaScript MIME type."
    assert wrong["style"].say("webkit").startswith(f"Did not parse stylesheet at '{API}/x' because non CSS")
    assert wrong["style"].say("chromium") == "(this browser's console prints no message for it)"
    assert sniffed.say("firefox").endswith(
        "due to MIME type (“text/plain”) mismatch (X-Content-Type-Options: nosniff)."
    )
    assert sniffed.say("webkit").startswith(f"Refused to execute {API}/x as script")


@pytest.mark.parametrize(
    ("policy", "page", "outcome"),
    [
        ("same-origin", PAGE, "blocked"),
        ("same-site", PAGE, "tainted"),
        ("same-site", OTHER, "blocked"),
        ("cross-origin", OTHER, "tainted"),
        ("same-origin", API, "loaded"),
    ],
)
def test_cross_origin_resource_policy_keeps_what_cors_does_not_judge(policy: str, page: str, outcome: str) -> None:
    assert load("img", ("Cross-Origin-Resource-Policy", policy), page=page).outcome == outcome
    with_cors = load("img", ("Cross-Origin-Resource-Policy", policy), *OPEN, page=page, crossorigin="anonymous")
    assert with_cors.outcome == "loaded"


def test_integrity_needs_cors_and_the_right_hash() -> None:
    right = "sha256-LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="
    assert load("script", *OPEN, crossorigin="anonymous", integrity=right).outcome == "loaded"
    assert load("script", page=API, integrity=right).outcome == "loaded"
    assert load("script", *OPEN, integrity=right).reason is FailureReason.INTEGRITY_NEEDS_CORS
    wrong = load("style", *OPEN, crossorigin="anonymous", integrity="sha256-x")
    assert wrong.reason is FailureReason.INTEGRITY_MISMATCH
    assert right.removeprefix("sha256-") in wrong.say("chromium")
    assert wrong.say("webkit").startswith(f"Cannot load stylesheet {API}/x. Failed integrity metadata check.")


def test_a_redirect_to_another_origin_taints() -> None:
    answers = {
        "/x": ("302 X", [("Location", f"{OTHER}/y"), *OPEN]),
        "/y": ("200 OK", [("Content-Type", "image/png")]),
    }
    browser = Browser(by_path(answers), API)
    browser.mount(OTHER, by_path(answers))
    page = browser.open(API)
    assert page.load("img", "/x").outcome == "tainted"
    assert page.load("img", "/x", crossorigin="anonymous").reason is FailureReason.MISSING_ACAO
    assert page.load("img", "data:image/png;base64,aGk=").outcome == "loaded"


@pytest.mark.parametrize(
    ("kind", "options", "why"),
    [
        ("picture", {}, "'picture' is not something that a page loads; write one of img, script"),
        ("font", {"crossorigin": "anonymous"}, "'font' has no crossorigin attribute"),
        ("preload", {}, "a preload needs as_; write one of script, style"),
        ("img", {"as_": "image"}, "as_='image' belongs to a preload; leave it out for 'img'"),
        ("img", {"integrity": "sha256-x"}, "'img' has no integrity attribute; module and modulepreload"),
    ],
)
def test_what_no_element_has_is_an_error(kind: str, options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("(", r"\(")):
        load(kind, **options)


def test_the_crossorigin_attribute_has_three_states() -> None:
    values = (None, "", "Anonymous", "use-credentials", "x")
    states = [None, "anonymous", "anonymous", "use-credentials", "anonymous"]
    assert [read_crossorigin(value) for value in values] == states


def test_engines_differ_in_preloads_and_fonts() -> None:
    seen: dict[str, list[str]] = {}
    for engine in ENGINES:
        found = [
            load("font", engine=engine),
            load("preload", engine=engine, as_="font", crossorigin="anonymous"),
            load("preload", ("Content-Type", "text/html"), *OPEN, engine=engine, as_="style", crossorigin=""),
            load("preload", *OPEN, engine=engine, as_="style", crossorigin="", status="404 X"),
            load("style", ("Content-Type", "text/html"), engine=engine),
            load("worker", ("Content-Type", "text/html"), engine=engine, page=API),
        ]
        seen[engine] = [each.outcome for each in found]
    assert seen == {
        "standard": ["blocked", "blocked", "loaded", "loaded", "blocked", "blocked"],
        "chromium": ["blocked", "blocked", "loaded", "blocked", "tainted", "loaded"],
        "firefox": ["blocked", "tainted", "blocked", "blocked", "blocked", "blocked"],
        "webkit": ["tainted", "blocked", "loaded", "blocked", "blocked", "blocked"],
    }


def stream(*headers: tuple[str, str], status: str = "200 OK", kind: str = "text/event-stream", **options: Any) -> Load:
    browser = Browser(answering(status, [("Content-Type", kind), *headers]), API)
    return browser.open(PAGE).event_source("/x", **options)


def test_an_event_source_needs_cors_and_its_type() -> None:
    assert stream(*OPEN).outcome == "loaded"
    assert stream().reason is FailureReason.MISSING_ACAO
    assert stream(*OPEN, with_credentials=True).reason is FailureReason.WILDCARD_WITH_CREDENTIALS
    assert stream(*SHARED, with_credentials=True).outcome == "loaded"
    assert stream(*OPEN, status="204 X").reason is FailureReason.WRONG_TYPE
    wrong = stream(*OPEN, kind="text/plain")
    assert wrong.say("webkit").startswith("EventSource's response has a MIME type")
    assert wrong.exchange is not None
    assert wrong.exchange.sent("Accept") == "text/event-stream"
    assert stream().say("chromium").startswith("Access to resource at")
    assert stream().say("webkit").endswith(f"EventSource cannot load {API}/x due to access control checks.")


@pytest.mark.parametrize(
    ("body", "methods", "mode"),
    [
        (None, ["POST"], "no-cors"),
        ("text", ["POST"], "no-cors"),
        (b"bytes", ["POST"], "no-cors"),
        (Blob("{}", "text/plain"), ["POST"], "no-cors"),
        (Blob("{}", "application/json"), ["OPTIONS"], "cors"),
    ],
)
def test_a_beacon_is_queued_whatever_becomes_of_it(body: Any, methods: list[str], mode: str) -> None:
    browser = Browser(by_request(lambda environ: ("200 OK", [], b"")), API)
    browser.cookies.set(API, "a", "1")
    assert browser.open(PAGE).send_beacon("/x", body)
    assert [exchange.method for exchange in browser.exchanges] == methods
    assert last(browser).sent("Sec-Fetch-Mode") == mode
    assert last(browser).sent("Cookie") == ("a=1" if mode == "no-cors" else None)


def test_a_beacon_that_is_too_long_or_a_stream_is_not_queued() -> None:
    browser = Browser(answering(), API)
    page = browser.open(PAGE)
    assert page.send_beacon("/x", "x" * 65536)
    assert not page.send_beacon("/x", "x" * 65537)
    assert Browser(answering(), API, engine="firefox").open(PAGE).send_beacon("/x", "x" * 65537)
    assert not page.send_beacon("/x", ReadableStream([b"x"]))  # type: ignore[arg-type]
    assert len(browser.exchanges) == 1
