"""`cors-wsgi explain`: the words of three browsers, old and new, read back."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
from cli.test_command import SCRIPT, run
from support.manual import DOCS
from support.needs import needs

from cors_wsgi.browser import FailureReason
from cors_wsgi.cli import main
from cors_wsgi.cli.console_lines import recognize

CONSOLES = Path(__file__).parent.parent / "tools" / "engines" / "data"
CHROMIUM = (
    "Access to fetch at 'https://api.example.com/x' from origin 'https://app.example.com' has been blocked by CORS "
    "policy: "
)
PREFLIGHT = "Response to preflight request doesn't pass access control check: "
FIREFOX = (
    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "
    "https://api.example.com/x. (Reason: "
)

FIREFOX_WARNING = (
    "Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at "
    "https://api.example.com/x soon. (Reason: When the Access-Control-Allow-Headers is *, the Authorization header "
    "is not covered. To include the Authorization header, it must be explicitly listed in CORS header "
    "Access-Control-Allow-Headers)."
)

LINES = [
    (CHROMIUM + "Cross origin requests are not allowed by request mode.", FailureReason.DISALLOWED_BY_MODE),
    (
        CHROMIUM + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' "
        "when the request's credentials mode is 'include'. The credentials mode of requests initiated by the "
        "XMLHttpRequest is controlled by the withCredentials attribute.",
        FailureReason.WILDCARD_WITH_CREDENTIALS,
    ),
    (
        CHROMIUM
        + "No 'Access-Control-Allow-Origin' header is present on the requested resource. If an opaque response "
        "serves your needs, set the request's mode to 'no-cors' to fetch the resource with CORS disabled.",
        FailureReason.MISSING_ACAO,
    ),
    (
        CHROMIUM + PREFLIGHT + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
        FailureReason.MISSING_ACAO,
    ),
    (
        CHROMIUM + "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed.",
        FailureReason.ACAO_MULTIPLE,
    ),
    (
        CHROMIUM + "The 'Access-Control-Allow-Origin' header contains the invalid value 'app.example.com'. Have the "
        "server send the header with a valid value.",
        FailureReason.ACAO_INVALID,
    ),
    (
        CHROMIUM + "The 'Access-Control-Allow-Origin' header has a value 'https://b.example' that is not equal to the "
        "supplied origin. Have the server send the header with a valid value.",
        FailureReason.ACAO_MISMATCH,
    ),
    (
        CHROMIUM
        + "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' "
        "when the request's credentials mode is 'include'.",
        FailureReason.CREDENTIALS_NOT_TRUE,
    ),
    (
        CHROMIUM + "Cross origin requests are only supported for protocol schemes: http, data, https.",
        FailureReason.NOT_HTTP,
    ),
    (CHROMIUM + PREFLIGHT + "It does not have HTTP ok status.", FailureReason.PREFLIGHT_STATUS),
    (CHROMIUM + PREFLIGHT + "Redirect is not allowed for a preflight request.", FailureReason.PREFLIGHT_REDIRECT),
    (
        CHROMIUM + "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
        FailureReason.ALLOW_METHODS_UNPARSABLE,
    ),
    (
        CHROMIUM + "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
        FailureReason.ALLOW_HEADERS_UNPARSABLE,
    ),
    (
        CHROMIUM + "Method patch is not allowed by Access-Control-Allow-Methods in preflight response.",
        FailureReason.METHOD_NOT_ALLOWED,
    ),
    (
        CHROMIUM + "Request header field x-a is not allowed by Access-Control-Allow-Headers in preflight response.",
        FailureReason.HEADER_NOT_ALLOWED,
    ),
    (
        CHROMIUM + "Redirect location 'https://me:pw@b.example/' contains a username and password, which is disallowed "
        "for cross-origin requests.",
        FailureReason.REDIRECT_WITH_CREDENTIALS,
    ),
    (
        CHROMIUM
        + "The request client is not a secure context and the resource is in more-private address space `local`.",
        FailureReason.LNA_INSECURE_CONTEXT,
    ),
    (
        CHROMIUM + "Request had a target IP address space of `local` yet the resource is in address space `public`.",
        FailureReason.LNA_WRONG_SPACE,
    ),
    (
        CHROMIUM + "Permission was denied for this request to access the `loopback` address space.",
        FailureReason.LNA_DENIED,
    ),
    (
        CHROMIUM + "No 'Access-Control-Allow-Private-Network' header was present in the preflight response for this "
        "private network request targeting the `local` address space.",
        FailureReason.LEGACY_PNA,
    ),
    ("GET https://api.example.com/x net::ERR_CONNECTION_REFUSED", FailureReason.NETWORK_FAILURE),
    (FIREFOX + "CORS request did not succeed). Status code: (null).", FailureReason.NETWORK_FAILURE),
    (FIREFOX + "CORS request external redirect not allowed).", FailureReason.PREFLIGHT_REDIRECT),
    (FIREFOX + "CORS request not http).", FailureReason.NOT_HTTP),
    (FIREFOX + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 404.", FailureReason.MISSING_ACAO),
    (FIREFOX + "CORS header 'Access-Control-Allow-Origin' missing).", FailureReason.MISSING_ACAO),
    (FIREFOX + "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).", FailureReason.ACAO_MULTIPLE),
    (
        FIREFOX + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://b.example’).",
        FailureReason.ACAO_MISMATCH,
    ),
    (
        FIREFOX + "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
        FailureReason.WILDCARD_WITH_CREDENTIALS,
    ),
    (
        FIREFOX + "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).",
        FailureReason.CREDENTIALS_NOT_TRUE,
    ),
    (FIREFOX + "CORS preflight response did not succeed). Status code: 405.", FailureReason.PREFLIGHT_STATUS),
    (FIREFOX + "CORS preflight channel did not succeed).", FailureReason.PREFLIGHT_STATUS),
    (FIREFOX + "Did not find method in CORS header ‘Access-Control-Allow-Methods’).", FailureReason.METHOD_NOT_ALLOWED),
    (
        FIREFOX + "invalid token ‘G ET’ in CORS header ‘Access-Control-Allow-Methods’).",
        FailureReason.ALLOW_METHODS_UNPARSABLE,
    ),
    (
        FIREFOX + "invalid token ‘x y’ in CORS header ‘Access-Control-Allow-Headers’).",
        FailureReason.ALLOW_HEADERS_UNPARSABLE,
    ),
    (
        FIREFOX + "header ‘x-a’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight "
        "response).",
        FailureReason.HEADER_NOT_ALLOWED,
    ),
    (
        FIREFOX + "missing token ‘x-a’ in CORS header ‘Access-Control-Allow-Headers’ from CORS preflight channel).",
        FailureReason.HEADER_NOT_ALLOWED,
    ),
    (
        FIREFOX_WARNING,
        FailureReason.AUTHORIZATION_UNDER_WILDCARD,
    ),
    (
        "Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200",
        FailureReason.MISSING_ACAO,
    ),
    ("Origin https://app.example.com is not allowed by Access-Control-Allow-Origin.", FailureReason.MISSING_ACAO),
    (
        "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
        FailureReason.WILDCARD_WITH_CREDENTIALS,
    ),
    ("Access-Control-Allow-Origin cannot contain more than one origin.", FailureReason.ACAO_MULTIPLE),
    (
        'Credentials flag is true, but Access-Control-Allow-Credentials is not "true".',
        FailureReason.CREDENTIALS_NOT_TRUE,
    ),
    ("Preflight response is not successful. Status code: 401", FailureReason.PREFLIGHT_STATUS),
    ("Preflight response is not successful", FailureReason.PREFLIGHT_STATUS),
    ("Header Access-Control-Allow-Methods has an invalid value: G ET", FailureReason.ALLOW_METHODS_UNPARSABLE),
    ("Header Access-Control-Allow-Headers has an invalid value: x y", FailureReason.ALLOW_HEADERS_UNPARSABLE),
    ("Method PUT is not allowed by Access-Control-Allow-Methods.", FailureReason.METHOD_NOT_ALLOWED),
    ("Request header field x-a is not allowed by Access-Control-Allow-Headers.", FailureReason.HEADER_NOT_ALLOWED),
    ("redirection URL https://me:pw@b.example/ has credentials", FailureReason.REDIRECT_WITH_CREDENTIALS),
]


@pytest.mark.parametrize(("line", "reason"), LINES, ids=[line[-70:] for line, _ in LINES])
def test_every_wording_is_recognised(line: str, reason: FailureReason) -> None:
    found = recognize(line)
    assert found is not None
    assert found.reason is reason


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        pytest.param(
            CHROMIUM + "Method patch is not allowed by Access-Control-Allow-Methods in preflight response.",
            {"method": "patch", "url": "https://api.example.com/x", "origin": "https://app.example.com"},
            id="Chromium's method, URL and origin",
        ),
        pytest.param(
            FIREFOX + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 404.",
            {"status": "404.", "url": "https://api.example.com/x"},
            id="Firefox's status and URL",
        ),
        pytest.param(
            "Origin https://a.example is not allowed by Access-Control-Allow-Origin. Status code: 404",
            {"origin": "https://a.example", "status": "404"},
            id="Safari's origin and status",
        ),
        pytest.param(
            "QUERY https://api.example.com/x net::ERR_CONNECTION_REFUSED",
            {"url": "https://api.example.com/x", "value": "ERR_CONNECTION_REFUSED"},
            id="Chromium's URL behind any method",
        ),
    ],
)
def test_the_facts_of_a_line_are_read(line: str, facts: dict[str, str]) -> None:
    found = recognize(line)
    assert found is not None
    assert {name: value.rstrip(".") for name, value in found.facts.items()} == {
        name: value.rstrip(".") for name, value in facts.items()
    }


@pytest.mark.parametrize(
    "line",
    ["", "Uncaught SyntaxError: Unexpected token", "CORS", "Access-Control-Allow-Origin: *", "x" * 100_000, "{value}"],
)
def test_other_lines_are_not(line: str) -> None:
    assert recognize(line) is None


SAME_WORDS = {
    # The words are those of another failure, and nothing in the line tells the two apart.
    ("chromium", "redirect-null-origin"),
    ("chromium", "redirect-mode-error"),
    ("firefox", "preflight-redirect-no-header"),
    ("firefox", "redirect-for-ever"),
    ("firefox", "redirect-null-origin"),
    ("firefox", "redirect-to-data"),
    ("firefox", "redirect-with-password"),
    ("webkit", "preflight-401-no-header"),
    ("webkit", "same-origin-mode"),
    ("webkit", "two-with-a-space"),
}
RECORDED = [
    pytest.param(engine, message, id=f"{engine}, {message['case']}")
    for engine in ("chromium", "firefox", "webkit")
    for message in json.loads((CONSOLES / f"console-{engine}.json").read_text("utf-8"))["messages"]
    if message["text"]
]


def fill(text: str) -> str:
    """Return a recorded line as it was before the ports of those servers were taken out of it."""
    return text.replace("{page}", "https://app.example.com").replace("{api}", "https://api.example.com")


@pytest.mark.parametrize(("engine", "message"), RECORDED)
def test_what_real_consoles_printed_is_recognised(engine: str, message: dict[str, Any]) -> None:
    lines = [line for text in message["text"] for line in fill(text).splitlines()]
    found = [recognized for line in lines if (recognized := recognize(line))]
    reasons = {reason.value for each in found for reason in (each.reason, *each.also)}
    is_told_apart = (engine, message["case"].rpartition("-")[0]) not in SAME_WORDS
    assert (message["reason"] in reasons) is is_told_apart


def test_a_line_is_explained_with_its_facts_and_a_remedy() -> None:
    shown = run("explain", LINES[14][0], COLUMNS="200")
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[0] == "header-not-allowed"
    assert "Add x-a to the server's allowed headers." in shown.stdout
    assert "<" not in shown.stdout


@pytest.mark.parametrize(
    ("page", "api", "first"),
    [
        ("http://127.0.0.1:5173", "http://localhost:8000", "Open the page at http://localhost:5173: "),
        ("http://localhost:5173", "http://localhost:8000", "Let the server answer with "),
    ],
)
def test_the_first_advice_for_two_names_of_this_machine_is_one_name(page: str, api: str, first: str) -> None:
    blocked = f"Access to fetch at '{api}/x' from origin '{page}' has been blocked by CORS policy: "
    missing = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
    lines = [line.strip() for line in run("explain", blocked + missing, COLUMNS="400").stdout.splitlines()]
    assert lines[lines.index("What to do") + 1].startswith(first)
    assert lines[lines.index("With cors-wsgi") + 1] == "Add 'http://localhost:5173' to origins."


def test_standard_input_is_read_and_a_network_line_beside_a_cors_line_is_left_out() -> None:
    text = (
        f"{LINES[2][0]}\nGET https://api.example.com/x net::ERR_FAILED 200 (OK)\nUncaught TypeError: Failed to fetch\n"
    )
    shown = subprocess.run(
        [str(SCRIPT), "explain"], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode == 0
    assert "missing-acao" in shown.stdout
    assert "network-failure" not in shown.stdout


def test_what_is_not_cors_is_called_so() -> None:
    shown = run("explain", "GET https://api.example.com/x net::ERR_CONNECTION_REFUSED", COLUMNS="120")
    assert "This is not a CORS problem: no CORS header helps." in shown.stdout


ABOVE = "Look at the line above it in the console (F12): “Access to … has been blocked by CORS policy: …” says why."
COPY = "Copy the line of the console (F12) that says why: "
FAILED = "for every request that CORS blocked, and for some that failed for other reasons."


@pytest.mark.parametrize(
    ("line", "is_what", "do", "status"),
    [
        ("GET https://a.example/x net::ERR_FAILED 200 (OK)", "every response that CORS blocked", ABOVE, 1),
        ("POST https://a.example/x net::ERR_FAILED 403 (Forbidden)", "every response that CORS blocked", ABOVE, 1),
        ("GET https://a.example/x net::ERR_FAILED", FAILED, ABOVE, 1),
        ("Failed to load resource: net::ERR_FAILED", FAILED, ABOVE, 1),
        ("net::ERR_FAILED", FAILED, ABOVE, 1),
        ("(failed)", FAILED, ABOVE, 1),
        ("(failed)net::ERR_FAILED", FAILED, ABOVE, 1),
        ("CORS error", "for every request that CORS blocked.", COPY, 1),
        ("items/1  CORS error  fetch  page.js:3", "for every request that CORS blocked.", COPY, 1),
        (
            "Fetch API cannot load https://a.example/x due to access control checks.",
            "Safari prints this",
            "Copy the",
            1,
        ),
        ("XMLHttpRequest cannot load https://a.example/ due to access control checks.", "Safari", "Copy the line", 1),
        ("Failed to load response data: No data found for resource", "does not keep the body of a response", COPY, 1),
        ("NS_ERROR_DOM_BAD_URI", "Firefox says this about a request", COPY, 1),
        ("Provisional headers are shown", "has only the headers that the script gave", COPY, 1),
        ("Referrer Policy: strict-origin-when-cross-origin", "the browser's default referrer policy", COPY, 1),
        ("TypeError: Failed to fetch", "This is what the script sees, and all that it may learn.", COPY, 1),
        ("TypeError: NetworkError when attempting to fetch resource.", "This is what the script sees", COPY, 1),
        ("TypeError: Load failed", "This is what the script sees", COPY, 1),
        ("AxiosError: Network Error", "This is what the script sees", COPY, 1),
        ("code: 'ERR_NETWORK'", "This is what the script sees", COPY, 1),
        ("Http failure response for https://a.example/x: 0 Unknown Error", "This is what the script sees", COPY, 1),
        ("(canceled)", "The page gave up the request", "Look for what ends the request", 0),
        ("GET https://a.example/ net::ERR_ABORTED", "The page gave up the request", "Look for what ends", 0),
        ("GET https://a.example/ads net::ERR_BLOCKED_BY_CLIENT", "A browser extension", "Switch it off", 0),
        ("(blocked:other)", "A browser extension", "Switch it off", 0),
        ("Blocked By Extension", "A browser extension", "Switch it off", 0),
        ("(blocked:devtools)", "The developer tools are set to block this URL.", "Remove the pattern", 0),
        (
            "SecurityError: Tainted canvases may not be exported.",
            "drew an image of another origin",
            "Load the image",
            0,
        ),
        (
            (
                "A preload for 'https://a.example/a.woff2' is found, but is not used because the request credentials "
                "mode does not match."
            ),
            "requested in two modes",
            "Give both the same crossorigin attribute",
            0,
        ),
        (
            "WebSocket connection to 'wss://a.example/' failed: Error during WebSocket handshake: 403",
            "CORS does not cover WebSockets",
            "Check that the server lets this page's Origin in",
            0,
        ),
        (
            (
                "Refused to execute script from 'https://a.example/a.js' because its MIME type ('text/html') is not "
                "executable, and strict MIME type checking is enabled."
            ),
            "another type than the script or style sheet",
            "Open the URL in a tab",
            0,
        ),
        (
            'EventSource\'s response has a MIME type ("text/html") that is not "text/event-stream".',
            "is not an event stream",
            "Let it answer with status 200",
            0,
        ),
        (
            "Refused to display 'https://a.example/' in a frame because it set 'X-Frame-Options' to 'deny'.",
            "The page in the frame says who may frame it",
            "If it is yours",
            0,
        ),
        (
            (
                "Refused to frame 'https://a.example/' because an ancestor violates the following Content Security "
                "Policy directive: \"frame-ancestors 'self'\"."
            ),
            "The page in the frame says who may frame it",
            "If it is yours",
            0,
        ),
        (
            'Blocked a frame with origin "https://a.example" from accessing a cross-origin frame.',
            "Scripts do not reach into",
            "Send messages",
            0,
        ),
        ("Script error.", "A script of another origin failed", "Load that script with crossorigin", 0),
        ("TypeError: fetch failed", "Node.js says this, not a browser", "Look at the error's cause", 0),
        (
            "a redirected response was used for a request whose redirect mode is not “follow”.",
            "A service worker answered",
            "Let the worker answer",
            0,
        ),
        ("GET https://a.example/x 401 (Unauthorized)", "prints the status of every failed response", ABOVE, 1),
        ("(blocked:csp)", "The page's own Content-Security-Policy", "Add the other origin to the directive", 0),
        (
            "Refused to connect to 'https://a.example/' because it violates the following Content Security Policy",
            "The page's own Content-Security-Policy",
            "Add the other origin to the directive",
            0,
        ),
    ],
)
def test_a_line_beside_the_reason_is_no_reason_and_says_where_to_look(
    line: str, is_what: str, do: str, status: int
) -> None:
    assert recognize(line) is None
    shown = run("explain", line, COLUMNS="400")
    title, what, then, remedy, end = [line.strip() for line in shown.stdout.splitlines()]
    assert (title, then, end, shown.returncode) == ("What it is", "What to do", "", status)
    assert is_what in what
    assert remedy.startswith(do)
    assert "This is not CORS" not in shown.stdout
    assert "network-failure" not in shown.stdout


NETWORK = {
    "ERR_NAME_NOT_RESOLVED": ("No response came: there is no host a.example (?).", "Look for a typo"),
    "ERR_CONNECTION_REFUSED": ("No response came: nothing listens at https://a.example:8443 (?).", "Start the server"),
    "ERR_CONNECTION_TIMED_OUT": ("No response came in time from https://a.example:8443 (?).", "Check the address"),
    "ERR_CERT_DATE_INVALID": (
        "The browser does not trust the certificate of a.example (?); nothing was sent.", "Open the URL in a"
    ),
    "ERR_SSL_PROTOCOL_ERROR": ("No secure connection to https://a.example:8443 came about (?).", "If the server"),
    "ERR_EMPTY_RESPONSE": (
        "The connection to https://a.example:8443 was closed before the response was complete (?).", "The server's log"
    ),
    "ERR_INTERNET_DISCONNECTED": (
        "The browser has no network to https://a.example:8443 (?).", "Check the connection"
    ),
    "ERR_BLOCKED_BY_ORB": (
        ("An element of the page got data in place of what it loads, such as HTML or JSON, and the browser kept that "
        "from it (?)."),
        "Open the URL in a tab",
    ),
    "ERR_UNHEARD_OF": ("No response came: ?.", "Check that the server is running"),
}  # fmt: skip


@pytest.mark.parametrize("error", NETWORK)
def test_an_error_of_the_network_is_told_from_the_others(error: str) -> None:
    happened, do = NETWORK[error]
    shown = run("explain", f"GET https://a.example:8443/x net::{error}", COLUMNS="400")
    _, _, mind, _, what, _, remedy, *_ = [line.strip() for line in shown.stdout.splitlines()]
    assert (mind, what) == ("This is not a CORS problem: no CORS header helps.", happened.replace("?", error))
    assert remedy.startswith(do)


NULL = CHROMIUM.replace("https://app.example.com", "null")
EXTENSION = CHROMIUM.replace("https://app.example.com", "chrome-extension://abc")
MISSING = "No 'Access-Control-Allow-Origin' header is present on the requested resource."


@pytest.mark.parametrize(
    ("line", "do"),
    [
        (NULL + MISSING, "A page's origin is null"),
        (
            NULL + "The 'Access-Control-Allow-Origin' header has a value 'https://b.example' that is not equal to the "
            "supplied origin.",
            "A page's origin is null",
        ),
        (CHROMIUM + MISSING, "Let the server answer with Access-Control-Allow-Origin: https://app.example.com"),
        (EXTENSION + MISSING, 'Name "https://api.example.com/*" in host_permissions'),
        (
            (
                "Access to script at 'file:///main.js' from origin 'null' has been blocked by CORS policy: Cross "
                "origin requests are only supported for protocol schemes: data, http, https."
            ),
            "Open the page from a web server",
        ),
        (
            CHROMIUM + "Method patch is not allowed by Access-Control-Allow-Methods in preflight response.",
            "Write method: 'PATCH' in the script",
        ),
        (
            CHROMIUM + "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.",
            "Add PATCH to the server's methods",
        ),
        (
            CHROMIUM + "Method foo is not allowed by Access-Control-Allow-Methods in preflight response.",
            "Add foo to the server's methods",
        ),
    ],
)
def test_what_the_page_or_script_does_wrong_is_not_asked_of_the_server(line: str, do: str) -> None:
    shown = run("explain", line, COLUMNS="900")
    remedy = shown.stdout.partition("What to do\n")[2].strip()
    assert remedy.startswith(do)
    assert ("cors-wsgi" in remedy) == do.startswith(("Let the server", "Add PATCH"))


@pytest.mark.parametrize("element", ["resource", "XMLHttpRequest endpoint", "script", "stylesheet"])
def test_mixed_content_names_the_page_and_what_it_asked_for(element: str) -> None:
    found = recognize(
        f"Mixed Content: The page at 'https://a.example/x' was loaded over HTTPS, but requested an insecure {element} "
        "'http://b.example/y'. This request has been blocked; the content must be served over HTTPS."
    )
    assert found is not None
    assert (found.facts["origin"], found.facts["url"]) == ("https://a.example", "http://b.example/y")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("401", FailureReason.PREFLIGHT_STATUS),
        ("302", FailureReason.PREFLIGHT_REDIRECT),
        ("500", FailureReason.PREFLIGHT_STATUS),
    ],
)
def test_safari_s_status_tells_a_redirect_of_a_preflight_from_an_error(status: str, reason: FailureReason) -> None:
    found = recognize(f"Preflight response is not successful. Status code: {status}")
    assert found is not None
    assert (found.reason, found.also) == (reason, ())


@pytest.mark.parametrize(
    "line",
    [FIREFOX + "CORS request did not succeed). Status code: (null).", FIREFOX + "CORS request failed).", "CORS Failed"],
)
def test_firefox_s_second_line_is_called_not_cors_only_where_there_is_no_other(line: str) -> None:
    shown = run("explain", line, COLUMNS="400")
    assert shown.returncode == 0
    assert "Firefox also prints this line below another one" in shown.stdout
    assert "This is not CORS:" not in shown.stdout
    first = LINES[3][0]
    both = run("explain", f"{first}\n{line}").stdout
    assert both == run("explain", first).stdout


def test_every_line_beside_the_reason_is_left_out_where_the_reason_is_there_too() -> None:
    text = f"{LINES[2][0]}\nGET https://a.example/x net::ERR_FAILED 200 (OK)\nTypeError: Failed to fetch\n(failed)"
    assert run("explain", text).stdout == run("explain", LINES[2][0]).stdout


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Cross-Origin Resource Sharing error: MissingAllowOriginHeader", FailureReason.MISSING_ACAO),
        ("Cross-Origin Resource Sharing error: PreflightMissingAllowOriginHeader", FailureReason.MISSING_ACAO),
        ("Cross-Origin Resource Sharing error: PreflightInvalidAllowOriginValue", FailureReason.ACAO_INVALID),
        ("Cross-Origin Resource Sharing error: PreflightDisallowedRedirect", FailureReason.PREFLIGHT_REDIRECT),
        ("Cross-Origin Resource Sharing error: HeaderDisallowedByPreflightResponse", FailureReason.HEADER_NOT_ALLOWED),
        ("Cross-Origin Resource Sharing Error: LocalNetworkAccessPermissionDenied", FailureReason.LNA_DENIED),
        ("XHR GET https://a.example/x CORS Missing Allow Origin", FailureReason.MISSING_ACAO),
        (
            "Response body is not available to scripts (Reason: CORS Allow Origin Not Matching Origin)",
            FailureReason.ACAO_MISMATCH,
        ),
        ("CORS Missing Allow Header", FailureReason.HEADER_NOT_ALLOWED),
        ("CORS Failed", FailureReason.NETWORK_FAILURE),
        ("(blocked:mixed-content)", FailureReason.MIXED_CONTENT),
        ("(blocked:NotSameOrigin)", FailureReason.CORP_BLOCKED),
        (
            "Mixed Content: The page at 'https://a.example/' was loaded over HTTPS, but requested an insecure resource",
            FailureReason.MIXED_CONTENT,
        ),
        ("Blocked loading mixed active content “http://b.example/x”", FailureReason.MIXED_CONTENT),
        ("POST https://a.example/ net::ERR_H2_OR_QUIC_REQUIRED", FailureReason.STREAM_NEEDS_HTTP2),
        ("GET https://a.example/ net::ERR_NAME_NOT_RESOLVED", FailureReason.NETWORK_FAILURE),
    ],
)
def test_the_words_of_the_network_panel_are_recognised(line: str, reason: FailureReason) -> None:
    found = recognize(line)
    assert found is not None
    assert found.reason is reason


FIREFOX_PANELS = Path("/usr/lib/firefox-esr/browser/omni.ja")


def test_all_that_firefox_s_network_panel_says_of_cors_is_recognised() -> None:
    needs(FIREFOX_PANELS.exists(), "Firefox ESR of Debian is not installed")
    with zipfile.ZipFile(FIREFOX_PANELS) as archive:
        source = archive.read("chrome/devtools/modules/devtools/client/netmonitor/src/constants.js").decode()
    words = re.findall(r'^  10\d\d: "(CORS .*)",$', source, re.MULTILINE)
    assert len(words) >= 15
    assert [text for text in words if recognize(text) is None] == []


def test_an_unknown_text_says_so_with_the_nearest() -> None:
    shown = run("explain", "Method PUT is not allowed by the Access-Control-Allow-Methods in response", COLUMNS="200")
    assert shown.returncode == 1
    assert shown.stdout.startswith("This text is not a known message of a console. Copy the whole line")
    assert "The closest known message: Method {method}" in shown.stdout


def test_without_text_it_says_what_to_do() -> None:
    shown = subprocess.run([str(SCRIPT), "explain"], input="", capture_output=True, text=True, timeout=60, check=False)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr == "cors-wsgi explain: there is no text. Copy it from the browser's console (F12).\n"


LANGUAGES = Path(__file__).parent / "data"


@pytest.mark.parametrize("language", ["zh-CN", "de"])
def test_a_firefox_in_another_language_says_what_the_english_one_says(language: str) -> None:
    from tools.engines.consoles import DATA

    path = LANGUAGES / f"console-firefox-{language}.json"
    english = json.loads((DATA / "console-firefox.json").read_text("utf-8"))["messages"]
    other = json.loads(path.read_text("utf-8"))["messages"]
    assert [one["case"] for one in other] == [one["case"] for one in english]
    for one, known in zip(other, english, strict=True):
        found, expected = ([recognize(fill(line)) for line in lines["text"]] for lines in (one, known))
        assert [each and each.reason for each in found] == [each and each.reason for each in expected], one["case"]
    assert sum(len(one["text"]) for one in other) > 80


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        pytest.param(
            "Access to fetch at 'https://sso.example.com/login' (redirected from 'https://api.example.com/x') from "
            "origin "
            "'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is "
            "present on the requested resource.",
            0, "That is a login page: the session has expired", id="a redirect to a login",
        ),
        pytest.param(
            "Access to fetch at 'https://api.example.com/x/' (redirected from 'https://api.example.com/x') from origin "
            "'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is "
            "present on the requested resource.",
            0, "Fetch https://api.example.com/x/ directly", id="a redirect to a slash",
        ),
        pytest.param(
            "Access to fetch at 'https://b.example/' (redirected from 'https://api.example.com/x') from origin "
            "'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is "
            "present on the requested resource.",
            0, "Find out why https://api.example.com/x redirects", id="a redirect elsewhere",
        ),
        pytest.param('Refused to get unsafe header "X-Total"', 0, "Add X-Total to the server's exposed", id="unsafe"),
        pytest.param(
            "[Deprecation] Authorization will not be covered by the wildcard symbol (*)in CORS "
            "`Access-Control-Allow-Headers` handling.", 0, "authorization-under-wildcard", id="a deprecation",
        ),
        pytest.param(
            "Failed to load resource: the server responded with a status of 403 (Forbidden)", 0,
            "look at the address, and at what the server logs", id="403",
        ),
        pytest.param("Failed to load resource: the server responded with a status of 502 ()", 0, "logs", id="502"),
        pytest.param(
            "Cookie “sid” has been rejected because it is in a cross-site context and its “SameSite” is “Lax” or "
            "“Strict”.",
            0, "SameSite=None; Secure", id="a cookie in Firefox",
        ),
        pytest.param(
            "Access to fetch at 'https://api.github.com/x' from origin 'http://localhost:3000' has been blocked by "
            "CORS "
            "policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            0, "What to do api.github.com is not your server: ask its owner", id="a server of somebody else",
        ),
        pytest.param(
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' "
            "when "
            "the request's credentials mode is 'include'.", 0, "Allow-Credentials is missing", id="missing",
        ),
    ],
)  # fmt: skip
def test_what_comes_first_is_what_helps(text: str, status: int, words: str) -> None:
    shown = run("explain", text, COLUMNS="300")
    assert shown.returncode == status
    assert words in " ".join(shown.stdout.split())


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        pytest.param(
            FIREFOX + "CORS preflight response did not succeed). Status code: 401.",
            {"url": "https://api.example.com/x", "status": "401"},
            id="a status before a full stop",
        ),
        pytest.param(
            'Fetch API cannot load https://api.example.com/x. Request mode is "same-origin" but the URL\'s origin is '
            "not same as the request origin https://app.example.com.",
            {"url": "https://api.example.com/x", "origin": "https://app.example.com"},
            id="a URL and an origin before a full stop",
        ),
        pytest.param(
            "Header Access-Control-Allow-Methods has an invalid value: ['GET', 'PUT']",
            {"value": "['GET', 'PUT']"},
            id="a value with blanks at the end",
        ),
        pytest.param(
            "Blocked loading mixed active content “http://api.example.com/x”",
            {"url": "http://api.example.com/x"},
            id="a URL in curly quotes",
        ),
        pytest.param(
            "Cross-origin redirection to https://api.example.com/x denied by Cross-Origin Resource Sharing policy: "
            "redirection URL https://me@api.example.com/x has credentials",
            {"url": "https://api.example.com/x", "location": "https://me@api.example.com/x"},
            id="two URLs",
        ),
        pytest.param(
            'Fetch API cannot load localhost:8000/items. URL scheme "localhost" is not supported.',
            {"location": "localhost:8000/items", "value": "localhost"},
            id="a URL without a scheme",
        ),
        pytest.param(
            "Security Error: Content at http://localhost:5173/ may not load or link to file:///home/ada/data.json.",
            {"location": "file:///home/ada/data.json"},
            id="a file",
        ),
        pytest.param(
            CHROMIUM.replace("https://api.example.com/x", "file:///x.json")
            + "Cross origin requests are only supported for protocol schemes: http, data, https.",
            {
                "url": "file:///x.json",
                "origin": "https://app.example.com",
                "location": "file:///x.json",
                "value": "http, data, https.",
            },
            id="a file that is fetched",
        ),
        pytest.param(
            FIREFOX + "CORS request not http).",
            {"url": "https://api.example.com/x"},
            id="a redirect to what is not http",
        ),
    ],
)
def test_the_facts_in_a_line_are_found_whole(line: str, facts: dict[str, str]) -> None:
    recognized = recognize(line)
    assert recognized is not None
    assert recognized.facts == facts


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        pytest.param(
            FIREFOX + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘app.example.com’).",
            ["acao-invalid"],
            id="a value that is not an origin",
        ),
        pytest.param(
            FIREFOX + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://b.example’).",
            ["acao-mismatch"],
            id="a value that is an origin",
        ),
        pytest.param(
            FIREFOX + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘null’).", ["acao-mismatch"], id="null"
        ),
        pytest.param("Preflight response is not successful. Status code: 401", ["preflight-status"], id="an error"),
        pytest.param("Preflight response is not successful. Status code: 308", ["preflight-redirect"], id="a redirect"),
    ],
)
def test_what_a_browser_has_the_same_words_for_is_told_apart_by_its_facts(line: str, reasons: list[str]) -> None:
    recognized = recognize(line)
    assert recognized is not None
    assert [reason.value for reason in (recognized.reason, *recognized.also)] == reasons


MANUAL_LINES: Final = [
    pytest.param(block, id=f"{page.stem}, {number}")
    for page in sorted((DOCS / "failures").glob("*.md"))
    for section in re.findall(r"## What the console says.*?(?=\n## )", page.read_text("utf-8"), re.DOTALL)
    for number, block in enumerate(re.findall(r"```text\n(.+?)```", section, re.DOTALL))
]
"""Every line that the manual's pages on failures show."""


def explain_in(language: str, text: str, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> str:
    """Return what is said of a text where the environment asks for a language; no line is wrapped."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        patch.delenv(name, raising=False)
    patch.setenv("LANG", language)
    patch.setenv("COLUMNS", "10000")
    main(["explain", text])
    return capsys.readouterr().out


@pytest.mark.parametrize("text", MANUAL_LINES)
def test_every_line_of_the_manual_is_explained_in_whole_sentences(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    english = explain_in("en_US.UTF-8", text, capsys, monkeypatch)
    chinese = explain_in("zh_CN.UTF-8", text, capsys, monkeypatch)
    assert english.count("\n") == chinese.count("\n")
    assert english.split("\n")[0] == chinese.split("\n")[0] or english.startswith("  What it is")
    for told in (english, chinese):
        assert not re.search(r"<\w+>|\.\.|[ ‘']…[.’']|…… |the origin the|the page the", re.sub("“[^”]*”", "", told))
        assert "not a known message" not in told
        assert "没有认出" not in told
    assert not re.search(r"[\u4e00-\u9fff]", english)
    facts = dict.fromkeys(re.findall(r"'([^']*)'|“([^”]*)”", text))
    said = re.sub("“[^”]*”|`[^`]*`", "", chinese)
    for fact in (part for pair in facts for part in pair if part):
        said = said.replace(fact, "")
    assert not re.search(r"\b[A-Za-z]?[a-z']+ [a-z']+\b", said), said
    assert not re.search(r"[\u4e00-\u9fff] [\u4e00-\u9fff]|[\u4e00-\u9fff][,;:!?]|[,;] [\u4e00-\u9fff]", said), said


def test_null_is_never_what_a_server_should_allow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = CHROMIUM.replace("'https://app.example.com'", "'null'") + LINES[2][0].removeprefix(CHROMIUM)
    shown = explain_in("en", line, capsys, monkeypatch).split("\n")
    assert shown[3:5] == [
        "  What to do",
        (
            "    A page's origin is null if the page was opened as a file (file://) or is in a sandboxed frame, or if "
            "the request was redirected from one origin to another: open the page from a web server, such as "
            "`python -m http.server`, take it out of the sandbox, or fetch the final URL directly. Do not let the "
            "server allow null: any site can give its page that origin."
        ),
    ]
    assert "不要让服务器允许 null" in explain_in("zh", line, capsys, monkeypatch)
