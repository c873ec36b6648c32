"""What a failed fetch says: reasons, the words of three consoles, remedies, and the exchange."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from support.scripted import API, OTHER, PAGE, PREFLIGHT, SHARED, answering, by_path

import cors_wsgi.browser
import cors_wsgi.browser as public
from cors_wsgi.browser import Browser, CORSError, Exchange, FailureReason, FetchError, WireRequest, WireResponse
from cors_wsgi.browser.errors import CONSOLES
from cors_wsgi.browser.reasons import NO_MESSAGE, fill

SLUGS = [
    "missing-acao", "acao-mismatch", "acao-multiple", "acao-invalid", "wildcard-with-credentials",
    "credentials-not-true", "redirect-null-origin", "preflight-status", "preflight-redirect", "method-not-allowed",
    "header-not-allowed", "allow-methods-unparsable", "allow-headers-unparsable", "authorization-under-wildcard",
    "redirect-with-credentials", "not-http", "disallowed-by-mode", "opaque-no-cors-response", "header-not-exposed",
    "corp-blocked", "wrong-type", "bad-status", "integrity-needs-cors", "integrity-mismatch", "lna-denied",
    "lna-insecure-context", "lna-wrong-space", "legacy-pna", "network-failure",
    "mixed-content", "bad-port", "bad-redirect", "stream-needs-http2", "forbidden-method", "invalid-method",
    "invalid-header", "invalid-request", "not-modelled",
]  # fmt: skip

FACTS = (
    *("api", "origin", "url", "first_url", "status", "value", "method", "sent_method", "header", "location"),
    *("phrase", "element", "length", "algorithm", "title", "computed"),
)


def test_the_reasons_are_a_closed_set() -> None:
    assert [reason.value for reason in FailureReason] == SLUGS
    assert [reason.value for reason in FailureReason if not reason.is_cors] == [
        *("corp-blocked", "wrong-type", "bad-status", "integrity-needs-cors", "integrity-mismatch"),
        *SLUGS[SLUGS.index("network-failure"):],
    ]  # fmt: skip
    assert FailureReason("missing-acao") is FailureReason.MISSING_ACAO


def test_the_old_name_of_the_reasons_is_the_same_set() -> None:
    assert cors_wsgi.browser.Reason is FailureReason


@pytest.mark.parametrize("reason", list(FailureReason), ids=lambda reason: reason.value)
def test_every_reason_says_what_happened_and_what_to_do(reason: FailureReason) -> None:
    wording = reason.wording
    for text in (wording.explanation, wording.remedy):
        assert text.endswith((".", "*, Authorization."))
    for text in (wording.explanation, wording.remedy, wording.chromium, wording.firefox, wording.safari):
        assert set(re.findall(r"\{(\w+)\}", text)) <= set(FACTS)
    facts = {name: f"({name})" for name in FACTS}
    assert "{" not in reason.explain(facts) + reason.remedy(facts)
    assert "<" not in "".join(console(reason, facts) for console in CONSOLES.values()).replace(NO_MESSAGE, "")


def fail(browser: Browser, url: str = "/x", page: str = PAGE, api: str = "fetch", **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        getattr(browser.open(page), api)(url, **options)
    return caught.value


@pytest.mark.parametrize(
    ("headers", "options", "chromium", "firefox", "safari"),
    [
        pytest.param(
            [], {},
            "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.",
            "Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200",
            id="missing",
        ),
        pytest.param(
            [("Access-Control-Allow-Origin", OTHER)], {},
            "The 'Access-Control-Allow-Origin' header has a value 'https://other.example' that is not equal to the "
            "supplied origin.",
            "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://other.example’).",
            "Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200",
            id="another",
        ),
        pytest.param(
            [("Access-Control-Allow-Origin", "*")], {"credentials": "include"},
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when "
            "the request's credentials mode is 'include'.",
            "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
            "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
            id="a wildcard with credentials",
        ),
        pytest.param(
            SHARED[:1], {"credentials": "include"},
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' "
            "when the request's credentials mode is 'include'.",
            "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).",
            'Credentials flag is true, but Access-Control-Allow-Credentials is not "true".',
            id="no credentials",
        ),
        pytest.param(
            PREFLIGHT, {"method": "PATCH"},
            "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.",
            "Did not find method in CORS header ‘Access-Control-Allow-Methods’).",
            "Method PATCH is not allowed by Access-Control-Allow-Methods.",
            id="a method",
        ),
        pytest.param(
            PREFLIGHT, {"headers": {"X-Z": "1"}},
            "Request header field x-z is not allowed by Access-Control-Allow-Headers in preflight response.",
            "header ‘x-z’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight "
            "response).",
            "Request header field x-z is not allowed by Access-Control-Allow-Headers.",
            id="a header",
        ),
    ],
)  # fmt: skip
def test_each_console_has_its_own_words(
    headers: Any, options: dict[str, Any], chromium: str, firefox: str, safari: str
) -> None:
    error = fail(Browser(answering(headers=headers), API), **options)
    assert isinstance(error, CORSError)
    blocked = (
        "Access to fetch at 'https://api.example.com/x' from origin 'https://app.example.com' has been blocked by "
    )
    assert error.say("chromium") == error.say("standard") == f"{blocked}CORS policy: {chromium}"
    assert error.say("firefox") == (
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "
        f"https://api.example.com/x. (Reason: {firefox}"
    )
    second = "Fetch API cannot load https://api.example.com/x due to access control checks."
    assert error.say("webkit") == f"{safari}\n{second}"


def test_chromium_says_more_of_preflights_redirects_and_xhr() -> None:
    error = fail(Browser(answering("404 Not Found"), API), method="PUT")
    assert error.say() == (
        "Access to fetch at 'https://api.example.com/x' from origin 'https://app.example.com' has been blocked by CORS "
        "policy: Response to preflight request doesn't pass access control check: It does not have HTTP ok status."
    )
    browser = Browser(by_path({"/a": ("302 X", [*SHARED, ("Location", f"{OTHER}/b")])}), API)
    browser.mount(OTHER, answering(headers=[]))
    assert fail(browser, "/a").say() == (
        "Access to fetch at 'https://other.example/b' (redirected from 'https://api.example.com/a') from origin 'null' "
        "has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource."
    )
    error = fail(
        Browser(answering(headers=[("Access-Control-Allow-Origin", "*")]), API), api="xhr", with_credentials=True
    )
    assert error.say().startswith("Access to XMLHttpRequest at 'https://api.example.com/x' from origin ")
    assert error.say().endswith("is controlled by the withCredentials attribute.")
    assert error.say("webkit").endswith(
        "XMLHttpRequest cannot load https://api.example.com/x due to access control checks."
    )


def test_consoles_without_a_message_say_so() -> None:
    error = fail(Browser(answering(), API), "https://nowhere.example/x")
    assert error.say("chromium") == "GET https://nowhere.example/x net::ERR_FAILED"
    assert error.say("webkit") == NO_MESSAGE
    assert error.say("firefox").endswith("(Reason: CORS request did not succeed). Status code: (null).")
    error = FetchError(FailureReason.OPAQUE_NO_CORS_RESPONSE, None)
    assert {error.say(engine) for engine in CONSOLES} == {NO_MESSAGE}
    with pytest.raises(KeyError):
        error.say("opera")


def test_the_message_is_the_console_the_remedy_and_the_exchange() -> None:
    error = fail(Browser(answering("403 Forbidden", [("X-A", "1")], b"no\nway"), API), engine_free := "/x")
    assert engine_free == "/x"
    assert str(error) == (
        "Access to fetch at 'https://api.example.com/x' from origin 'https://app.example.com' has been blocked by CORS "
        "policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.\n"
        "\n"
        "  The response has no Access-Control-Allow-Origin header.\n"
        "  Let the server answer with Access-Control-Allow-Origin: https://app.example.com (and Vary: Origin) on every "
        "response for this URL, errors and redirects included. If the app never saw the request, a proxy or an error "
        "page answered in its place.\n"
        "\n"
        "  > GET https://api.example.com/x\n"
        "  > Accept: */*\n"
        "  > Accept-Language: en\n"
        "  > Origin: https://app.example.com\n"
        "  > Sec-Fetch-Dest: empty\n"
        "  > Sec-Fetch-Mode: cors\n"
        "  > Sec-Fetch-Site: same-site\n"
        "  > User-Agent: Mozilla/5.0 (compatible; cors-wsgi)\n"
        "  < 403 Forbidden\n"
        "  < X-A: 1\n"
        "  < \n"
        "  < no\n"
        "  < way"
    )
    assert error.explanation == "The response has no Access-Control-Allow-Origin header."
    assert error.remedy.startswith("Let the server answer with Access-Control-Allow-Origin: https://app.example.com ")


def test_the_message_has_the_words_of_the_chosen_engine() -> None:
    error = fail(Browser(answering(headers=[]), API, engine="firefox"))
    assert str(error).startswith("Cross-Origin Request Blocked: The Same Origin Policy disallows")
    error = fail(Browser(answering(headers=[]), API, engine="webkit"))
    assert str(error).startswith(
        "Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200\n"
    )


def test_what_servers_send_cannot_act_on_a_terminal() -> None:
    headers = [("Access-Control-Allow-Origin", "https://\x1b[31mred\x07"), ("X-\x9b", "\x1b]0;x\x07")]
    error = fail(Browser(answering("200 \x1b[2J", headers, b"\x1b[31m\xff\r\n\x00"), API))
    assert all(char.isprintable() or char == "\n" for char in str(error))
    assert r"https://\x1b[31mred\x07" in str(error)


def test_an_exchange_shows_what_came_back_or_that_nothing_did() -> None:
    request = WireRequest("GET", f"{API}/x", [("A", "1"), ("a", "2")], None)
    odd = Exchange(request._replace(headers=[("A", "\x1b[2J")]), None, is_preflight=True)
    assert str(odd) == "> GET https://api.example.com/x\n> A: \\x1b[2J\n< (no response: )"
    lost = Exchange(request, None, is_preflight=False, error="nobody\nlistens")
    assert str(lost) == "> GET https://api.example.com/x\n> A: 1\n> a: 2\n< (no response: nobody\\nlistens)"
    assert (lost.sent("A"), lost.received("x"), lost.status) == ("1, 2", None, None)
    long = Exchange(request, WireResponse(200, "", [], b"x" * 300), is_preflight=False)
    assert str(long).endswith(f"< 200\n< \n< {'x' * 200} ... (300 bytes)")
    empty = Exchange(request, WireResponse(204, "No Content", [("X", "")], b""), is_preflight=False)
    assert str(empty).endswith("< 204 No Content\n< X: ")
    newline = Exchange(request, WireResponse(200, "", [], b"\n"), is_preflight=False)
    assert str(newline).endswith("< 200\n< \n< ")


def test_a_fact_that_is_not_known_shows_as_its_name() -> None:
    assert fill("{origin} and {value}", {"origin": "o"}) == "o and <value>"


def test_the_public_names_are_sorted_and_documented() -> None:
    assert public.__all__ == sorted(public.__all__, key=lambda name: (not name.isupper(), name))
    for name in public.__all__:
        assert name.isupper() or inspect.getdoc(getattr(public, name))
