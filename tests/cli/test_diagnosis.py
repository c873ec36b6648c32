"""The cause that `check` names first, and its remedy: one answer a case, and its twin, which is let through."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from support.manual import DOCS, read_table

from cors_wsgi.cli.asking import Order, Outcome, play
from cors_wsgi.cli.diagnosis import CauseCode, ServerName

PAGE = "https://app.example.com"
URL = "https://api.example.com/items?x=1"
ALLOW = ("Access-Control-Allow-Origin", PAGE)
CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
METHODS = ("Access-Control-Allow-Methods", "GET, PUT")
HEADERS = ("Access-Control-Allow-Headers", "Content-Type")
VARY = ("Vary", "Origin")
NGINX = ("Server", "nginx/1.22.1")
APACHE = ("Server", "Apache/2.4.71")
EXPRESS = ("X-Powered-By", "Express")
NODE = (("Date", "x"), ("Keep-Alive", "timeout=5"))
AWS = ("x-amz-apigw-id", "abc=")
KONG = ("Server", "kong/3.4.2")
KESTREL = ("Server", "Kestrel")
SPRING = [("Vary", name) for name in ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")]
NGINX_PAGE = b"<html><center><h1>404</h1></center>\r\n<hr><center>nginx/1.22.1</center></html>"

Headers = Sequence[tuple[str, str]]
Answer = tuple[str, Headers, bytes]


def answering(preflight: Answer, actual: Answer | None = None, elsewhere: Answer | None = None) -> Callable[..., Any]:
    """Return an app with an answer to preflights, one to other requests of /items, and one to those of other paths."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        is_preflight = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        here = preflight if is_preflight or actual is None else actual
        status, headers, body = here if environ["PATH_INFO"] == "/items" or elsewhere is None else elsewhere
        start_response(status, list(headers))
        return [body]

    return app


def ask(app: Callable[..., Any], **options: Any) -> Outcome:
    return play(Order(**{"url": URL, "origin": PAGE, "app": app, **options}))


SIMPLE: dict[str, Any] = {}
PUT: dict[str, Any] = {"method": "PUT"}
JSON: dict[str, Any] = {"method": "PUT", "headers": [("Content-Type", "application/json")], "body": "{}"}
LOGGED_IN: dict[str, Any] = {"include": True}
OK = "200 OK"

CASES = {
    # What Access-Control-Allow-Origin says
    "two equal values": ((OK, [ALLOW, ALLOW], b""), SIMPLE, "two-layers", "it came twice"),
    "two equal values that a proxy joined": (
        (OK, [(ALLOW[0], f"{PAGE},{PAGE}")], b""), SIMPLE, "two-layers", f"twice, each time as {PAGE}."
    ),
    "two values": ((OK, [ALLOW, (ALLOW[0], "https://b.example")], b""), SIMPLE, "several-origins", "in 2 lines"),
    "a list in one value": ((OK, [(ALLOW[0], f"{PAGE}, https://b.example")], b""), SIMPLE, "several-origins", "in one"),
    "quotes": ((OK, [(ALLOW[0], "'*'")], b""), SIMPLE, "quotes", "'*', with its quotation marks"),
    "(null)": ((OK, [(ALLOW[0], "(null)")], b""), SIMPLE, "unset-variable", "SetEnvIf"),
    "a variable": ((OK, [(ALLOW[0], "$cors_origin")], b""), SIMPLE, "unset-variable", "not filled in"),
    "nothing but the name": ((OK, [(ALLOW[0], "")], b""), SIMPLE, "unset-variable", "is empty: a variable"),
    "undefined": ((OK, [(ALLOW[0], "undefined")], b""), SIMPLE, "unset-variable", "not filled in"),
    "a pattern": ((OK, [(ALLOW[0], "https://*.example.com")], b""), SIMPLE, "pattern", "do not treat as a pattern"),
    "a slash": ((OK, [(ALLOW[0], f"{PAGE}/")], b""), SIMPLE, "trailing-slash", "without the slash"),
    "another scheme": ((OK, [(ALLOW[0], "http://app.example.com")], b""), SIMPLE, "spelling", "another scheme"),
    "no origin at all": ((OK, [(ALLOW[0], "everyone")], b""), SIMPLE, "spelling", "is not an origin"),
    "another origin": ((OK, [(ALLOW[0], "https://b.example")], b""), SIMPLE, "other-origin", "https://b.example"),
    "* with credentials": ((OK, [(ALLOW[0], "*")], b""), LOGGED_IN, "wildcard-with-credentials", "is missing, too"),
    # Why it is missing
    "a misspelt header": ((OK, [("Access-Control-Allow-Origins", PAGE)], b""), SIMPLE, "misspelt-header", "Origins"),
    "an underscore": ((OK, [("Access_Control_Allow_Origin", PAGE)], b""), SIMPLE, "misspelt-header", "misspelt"),
    "nginx's if": (
        ("204 No Content", [NGINX, ("Access-Control-Max-Age", "600")], b""), JSON, "not-inherited", "`if` or location"
    ),
    "a list of origins": ((OK, [VARY], b""), SIMPLE, "not-in-list", "decides by the origin"),
    "nothing": ((OK, [("Content-Type", "text/html")], b"x"), SIMPLE, "not-set", "nothing here sets it for /items"),
    # Credentials, methods, headers
    "no credentials": ((OK, [ALLOW, VARY], b""), LOGGED_IN, "credentials-missing", "has no Access-Control-Allow-C"),
    "True": ((OK, [ALLOW, (CREDENTIALS[0], "True")], b""), LOGGED_IN, "credentials-value", "where only true counts"),
    "true twice": (
        (OK, [ALLOW, CREDENTIALS, CREDENTIALS], b""), LOGGED_IN, "two-layers", "Allow-Credentials: it came twice"
    ),
    "a method": ((OK, [ALLOW, ("Access-Control-Allow-Methods", "GET")], b""), PUT, "not-allowed", "the method PUT"),
    "a method and a header": ((OK, [ALLOW], b""), JSON, "not-allowed", "PUT (Access-Control-Allow-Methods is missing)"),
    "no commas": ((OK, [ALLOW, ("Access-Control-Allow-Methods", "GET PUT")], b""), PUT, "no-commas", "not a list of"),
    "* is a name": (
        (OK, [ALLOW, CREDENTIALS, ("Access-Control-Allow-Methods", "*")], b""), {**PUT, **LOGGED_IN}, "star-is-a-name",
        "a plain name",
    ),
    "Authorization": (
        (OK, [(ALLOW[0], "*"), ("Access-Control-Allow-Headers", "*")], b""), {"headers": [("Authorization", "x")]},
        "authorization-beside-star", "does not cover Authorization",
    ),
    "what is read": ((OK, [ALLOW, ("X-Total", "1")], b""), {"reads": "x-total"}, "not-exposed", "does not name"),
    "a misspelt list": (
        (OK, [ALLOW, ("Access-Control-Allow-Method", "PUT")], b""), PUT, "misspelt-header", "-Allow-Method;"
    ),
    # The status
    "401 to a preflight": (("401 No", [], b""), PUT, "login-before-preflight", "never carries credentials"),
    "401": (("401 No", [], b""), SIMPLE, "unauthorized", "wants a login"),
    "400 of Django": (("400 No", [], b"<title>Bad Request (400)</title>"), SIMPLE, "bad-host", "ALLOWED_HOSTS"),
    "400": (("400 No", [], b""), SIMPLE, "bad-request", "the host api.example.com"),
    "400 of a port for https": (
        ("400 No", [NGINX], b"plain HTTP request was sent to HTTPS port"), SIMPLE, "bad-request", "accepts only https"
    ),
    "403 to a preflight": (("403 No", [], b""), PUT, "forbidden", "a firewall, a gateway"),
    "403 of Cloudflare": (("403 No", [("CF-Ray", "1")], b""), PUT, "forbidden", "Cloudflare"),
    "403 of CSRF": (("403 No", [], b"CSRF verification failed"), SIMPLE, "csrf", "CSRF"),
    "CSRF of a preflight": (("403 No", [], b"CSRF verification failed"), PUT, "csrf", "CSRF"),
    "403 of a policy": (("403 No", [VARY], b""), PUT, "not-in-list", "is not in its list"),
    "404": (("404 No", [], b""), SIMPLE, "not-found", "nothing at /items (404)"),
    "404 of nginx": (("404 No", [NGINX], NGINX_PAGE), SIMPLE, "left-out-of-errors", "unless it ends in `always`"),
    "404 of Apache": (("404 No", [APACHE], b""), SIMPLE, "left-out-of-errors", "`Header always set` does not"),
    "an error page": (("404 No", [NGINX, ("ETag", '"1"')], b"{}"), SIMPLE, "error-page", "error_page"),
    "404 to both": (("404 No", [], b""), PUT, "no-options", "or there is nothing at /items (a GET is answered 404"),
    "404 to both, of a GET": (("404 No", [], b""), {"headers": [("X-A", "1")]}, "not-found", "and so is a GET"),
    "404 to both, of Express": (("404 No", [EXPRESS], b"<pre>Cannot PUT /"), PUT, "not-found", "and so is a GET"),
    "405 to a preflight": (("405 No", [], b""), PUT, "no-options", "its route does not take OPTIONS"),
    "405": (("405 No", [], b""), SIMPLE, "method-refused", "does not take GET"),
    "405 of nginx itself": (("405 No", [NGINX], NGINX_PAGE), PUT, "method-refused", "serves files"),
    "501": (("501 No", [NGINX], b"x"), PUT, "no-options", "nginx passes the preflight on to it"),
    "413": (("413 No", [NGINX], NGINX_PAGE), SIMPLE, "too-large", "larger than nginx accepts"),
    "429": (("429 No", [("Retry-After", "7")], b""), SIMPLE, "too-many", "wait 7 seconds"),
    "429 to a preflight": (("429 No", [], b""), PUT, "too-many", "preflights included"),
    "500 of Starlette": (
        ("500 No", [("Server", "uvicorn")], b"Internal Server Error"), SIMPLE, "crash", "outside everything that"
    ),
    "500": (("500 No", [], b""), SIMPLE, "crash", "failed with 500"),
    "500 to a preflight": (("500 No", [], b""), PUT, "crash", "while answering the preflight"),
    "502": (("502 No", [NGINX], NGINX_PAGE), SIMPLE, "nobody-behind", "nginx found nothing behind it"),
    "503 of nginx": (("503 No", [NGINX], NGINX_PAGE), SIMPLE, "too-many", "limit_req"),
    "503": (("503 No", [], b""), PUT, "nobody-behind", "nothing behind it"),
    "504": (("504 No", [NGINX], NGINX_PAGE), SIMPLE, "too-slow", "took longer than nginx waits"),
    "418 to a preflight": (("418 Teapot", [], b""), PUT, "other-status", "browsers want 200 to 299"),
    "418": (("418 Teapot", [], b""), SIMPLE, "other-status", "answered 418"),
    # What a server's own CORS code says
    "a list of headers": (
        ("403 No", [], b"CORS preflight request failed: headers are not allowed: X"), JSON, "not-allowed", "headers are"
    ),
    "a list of origins, with 403": (("403 No", [], b"Invalid CORS request"), JSON, "not-in-list", "Invalid CORS req"),
    "a list of origins, with 200": (
        (OK, [], b'{"message":"CORS error: Origin not allowed"}'), PUT, "not-in-list", "says: “CORS error: Origin not"
    ),
    "a list of origins, with 500": (
        ("500 No", [EXPRESS], b"<pre>Error: Not allowed by CORS<br> at"), SIMPLE, "not-in-list", "refused the request"
    ),
    # Buckets, gateways, and frameworks with settings
    "a bucket without rules": (
        ("403 No", [], b"<Message>CORSResponse: CORS is not enabled for this bucket.</Message>"), JSON, "not-set",
        "it has no CORS rules",
    ),
    "a bucket with other rules": (
        ("403 No", [], b"<Message>CORSResponse: This CORS request is not allowed.</Message>"), JSON, "not-in-list",
        f"no CORS rule of the bucket covers PUT from {PAGE} with Content-Type",
    ),
    "a bucket, simple": ((OK, [("Server", "AmazonS3")], b""), SIMPLE, "not-set", "it has no CORS rules"),
    "a bucket that varies": ((OK, [("Server", "AmazonS3"), VARY], b""), SIMPLE, "not-in-list", "covers GET from"),
    "API Gateway without OPTIONS": (
        ("403 No", [AWS], b'{"message":"Missing Authentication Token"}'), PUT, "no-options", "asks for an “auth"
    ),
    "API Gateway without a route": (("404 No", [AWS], b""), PUT, "no-options", "no route that takes OPTIONS"),
    "an authorizer of API Gateway": (
        ("401 No", [AWS], b'{"message":"Unauthorized"}'), PUT, "login-before-preflight", "its authorizer or API key"
    ),
    "API Gateway with nothing there": (
        ("403 No", [AWS], b'{"message":"Missing Authentication Token"}'), SIMPLE, "not-found", "nothing at /items"
    ),
    "a function that fails": (("502 No", [AWS], b""), SIMPLE, "crash", "the function behind it failed"),
    "a function that takes long": (("504 No", [AWS], b""), SIMPLE, "too-slow", "longer than the gateway waits"),
    "Kong without OPTIONS": (("404 No", [KONG], b""), PUT, "no-options", "none of its routes takes OPTIONS"),
    "a plugin of Kong": (("401 No", [KONG], b""), PUT, "login-before-preflight", "a plugin asks OPTIONS for a login"),
    "Spring": (
        ("403 No", SPRING, b"Invalid CORS request"), JSON, "not-in-list",
        f"does not let in {PAGE}, or not PUT with Content-Type.",
    ),
    "Spring, simple": (
        ("403 No", SPRING, b"Invalid CORS request"), SIMPLE, "not-in-list", f"does not let in {PAGE}."
    ),
    "Spring Security": (("401 No", SPRING, b""), PUT, "login-before-preflight", "before Spring's CORS support"),
    "ASP.NET": (("204 No", [KESTREL], b""), PUT, "not-in-list", "its policy does not let in"),
    "ASP.NET without CORS": (("405 No", [KESTREL], b""), PUT, "no-options", "no CORS middleware came before routing"),
    # Redirects
    "a slash, simple": (("301 No", [("Location", "/items/?x=1")], b""), SIMPLE, "redirect-slash", "every answer"),
    "a slash, preflighted": (("301 No", [("Location", "/items/?x=1")], b""), PUT, "redirect-slash", "/items/?x=1,"),
    "a login": (("302 No", [("Location", "/login?next=/items")], b""), PUT, "redirect-login", "the login page"),
    "a login, simple": (("302 No", [("Location", "/auth/signin")], b""), SIMPLE, "redirect-login", "a login page"),
    "elsewhere": (("302 No", [("Location", "/v2/items")], b""), PUT, "redirect-elsewhere", "the resource is elsewhere"),
    "nowhere": (("302 No", [], b""), PUT, "redirect-elsewhere", "to nowhere"),
    # The script
    "patch": ((OK, [ALLOW, METHODS, VARY], b""), {"method": "patch"}, "method-case", "case matters"),
    "a response header": (
        (OK, [ALLOW, VARY], b""), {"headers": [("Access-Control-Allow-Origin", "*")]}, "response-header-sent",
        "belongs in the server's answer",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_first_cause_is_the_true_one(name: str) -> None:
    answer, options, code, words = CASES[name]
    outcome = ask(answering(answer), **options)
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.code == code
    assert words in outcome.diagnosis.cause
    remedy = outcome.diagnosis.remedy
    assert remedy.text.endswith(":" if remedy.text.endswith(":") and remedy.pieces else ".")
    assert outcome.status == 1


@pytest.mark.parametrize("options", [SIMPLE, PUT, JSON, LOGGED_IN, {"reads": "X-Total"}])
def test_what_is_let_through_has_no_cause(options: dict[str, Any]) -> None:
    exposed = ("Access-Control-Expose-Headers", "X-Total")
    outcome = ask(
        answering((OK, [ALLOW, CREDENTIALS, METHODS, HEADERS, VARY, exposed, ("X-Total", "1")], b"")), **options
    )
    assert (outcome.status, outcome.diagnosis, outcome.hints, outcome.further) == (0, None, [], ())


NO_HEADER_HELPS = {
    "bad-host", "bad-request", "method-case", "nobody-behind", "not-exposed", "redirect-elsewhere", "redirect-login",
    "redirect-slash", "response-header-sent", "too-large", "too-many", "too-slow",
}  # fmt: skip
"""Causes with which it is not the headers that have to change."""


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in CASES
        if CASES[name][2] not in NO_HEADER_HELPS
        and name not in ("404 to both, of a GET", "404 to both, of Express", "500 to a preflight")
    ],
)
def test_the_answer_that_is_wanted_is_let_through(name: str) -> None:
    answer, options, *_ = CASES[name]
    first = ask(answering(answer), **options)
    assert first.diagnosis is not None
    (_, status), *headers = first.diagnosis.wanted
    again = ask(answering((status or OK, headers, b"")), **options)
    second = again.diagnosis.code if again.diagnosis else None
    assert (again.status, second) == (0, None)


@pytest.mark.parametrize("server", ServerName)
def test_what_a_server_sent_never_breaks_out_of_its_configuration(server: ServerName) -> None:
    evil = 'https://a.example"; include /etc/passwd; \\'
    for headers in (
        [(ALLOW[0], f"{evil}, https://b.example")],
        [ALLOW, ("Access-Control-Allow-Methods", f"GET, {evil}")],
    ):
        outcome = ask(answering((OK, headers, b"")), **PUT, server=server)
        assert outcome.diagnosis is not None
        assert "passwd" not in "\n".join(outcome.diagnosis.remedy.lines)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ([(ALLOW[0], "https://b.example"), ("X-Cache", "HIT from x")], "was made for https://b.example"),
        ([("Age", "7")], "without Origin"),
        ([("X-Varnish", "7 3")], "X-Varnish: 7 3"),
        ([("CF-Cache-Status", "HIT")], "CF-Cache-Status: HIT"),
    ],
)
def test_a_cache_is_the_cause_only_where_a_fresh_answer_is_right(kept: Headers, words: str) -> None:
    def behind_a_cache(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        is_kept = environ["QUERY_STRING"] == "x=1"
        start_response(OK, list(kept) if is_kept else [(ALLOW[0], environ.get("HTTP_ORIGIN", "*"))])
        return [b"x"]

    outcome = ask(behind_a_cache)
    assert outcome.diagnosis is not None
    assert (outcome.diagnosis.code, words in outcome.diagnosis.cause) == (CauseCode.CACHED, True)
    never = ask(answering((OK, kept, b"x")))
    assert never.diagnosis is not None
    assert never.diagnosis.code in (CauseCode.NOT_SET, CauseCode.OTHER_ORIGIN)
    unasked = ask(answering((OK, kept, b"x")), asks_further=False)
    assert unasked.diagnosis is not None
    assert unasked.diagnosis.code == CauseCode.CACHED


def test_a_neighbor_that_is_shared_tells_a_route_before_the_middleware() -> None:
    outcome = ask(answering((OK, [], b"x"), elsewhere=("404 No", [ALLOW, VARY], b"")))
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.code == CauseCode.BEFORE_CORS
    assert "/ of the same server (404) is shared, but /items is not" in outcome.diagnosis.cause


def test_in_nginx_such_a_neighbor_tells_a_location_that_inherits_nothing() -> None:
    own = (OK, [NGINX, ("Cache-Control", "no-store"), ("Content-Type", "text/plain")], b"x")
    outcome = ask(answering(own, elsewhere=("404 No", [ALLOW, VARY], b"")))
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.code == CauseCode.NOT_INHERITED
    assert "(here that of Cache-Control)" in outcome.diagnosis.cause


def test_a_preflight_that_lacks_what_a_get_has_is_answered_elsewhere() -> None:
    outcome = ask(answering(("204 No Content", [], b""), (OK, [ALLOW, VARY], b"")), **PUT)
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.code == CauseCode.BEFORE_CORS
    assert "although a GET of the same URL is shared" in outcome.diagnosis.cause


@pytest.mark.parametrize("listed", [f"{PAGE}/", "http://app.example.com", "https://www.app.example.com"])
def test_a_slip_in_a_list_of_origins_is_found_by_asking(listed: str) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        named = [(ALLOW[0], listed)] if environ.get("HTTP_ORIGIN") == listed else []
        start_response(OK, [VARY, *named])
        return [b""]

    outcome = ask(app)
    assert outcome.diagnosis is not None
    assert listed in outcome.diagnosis.cause
    assert outcome.diagnosis.code in (CauseCode.TRAILING_SLASH, CauseCode.SPELLING)
    once = ask(app, asks_further=False)
    assert once.diagnosis is not None
    assert (once.diagnosis.code, once.further) == (CauseCode.NOT_IN_LIST, ())


def test_a_server_that_fails_for_an_origin_alone_throws_for_what_is_not_in_its_list() -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("500 No" if "HTTP_ORIGIN" in environ else OK, [EXPRESS])
        return [b""]

    for options in (SIMPLE, PUT):
        outcome = ask(app, **options)
        assert outcome.diagnosis is not None
        assert outcome.diagnosis.code == CauseCode.NOT_IN_LIST
        assert "but answers a GET without Origin (200)" in outcome.diagnosis.cause
        assert "callback(null, false)" in outcome.diagnosis.remedy.text
    once = ask(app, asks_further=False)
    assert once.diagnosis is not None
    assert once.diagnosis.code == CauseCode.CRASH


@pytest.mark.parametrize(
    ("answer", "options"),
    [
        ((OK, [(ALLOW[0], "http://localhost:3000"), VARY], b""), SIMPLE),
        ((OK, [VARY], b""), SIMPLE),
        ((OK, [], b""), SIMPLE),
        ((OK, [(ALLOW[0], "*")], b""), LOGGED_IN),
        (("403 No", [], b"Invalid CORS request"), PUT),
        (("405 No", [NGINX], NGINX_PAGE), PUT),
        (("404 No", [NGINX], NGINX_PAGE), SIMPLE),
    ],
)
def test_no_server_is_told_to_allow_null(answer: Answer, options: dict[str, Any]) -> None:
    outcome = ask(answering(answer), origin="null", **options)
    assert outcome.diagnosis is not None
    remedy = outcome.diagnosis.remedy
    assert ("Do not allow null" in remedy.text, remedy.pieces) == (True, ())
    assert "null" not in [value for _, value in outcome.diagnosis.wanted]
    twin = ask(answering(answer), origin="https://a.example", **options)
    assert twin.diagnosis is not None
    assert "null" not in twin.diagnosis.remedy.text


@pytest.mark.parametrize("headers", [[(ALLOW[0], "*")], [(ALLOW[0], "null"), VARY]])
def test_null_is_let_through_where_the_server_says_so(headers: Headers) -> None:
    assert ask(answering((OK, headers, b"")), origin="null").diagnosis is None


def test_an_extension_is_told_to_name_the_host_in_its_manifest() -> None:
    outcome = ask(answering((OK, [VARY], b"")), origin="chrome-extension://mjjjlgkbdmcdmokolfkhdnpkbfmgnlol")
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.code == CauseCode.PAGE_ORIGIN
    assert outcome.diagnosis.remedy.lines == [
        "# in manifest.json", '"host_permissions": ["https://api.example.com/*"]'
    ]  # fmt: skip


def test_another_port_of_one_machine_is_not_taken_for_another_name() -> None:
    def ask_as(allowed: str) -> str:
        outcome = ask(
            answering((OK, [(ALLOW[0], allowed)], b"")),
            url="http://127.0.0.1:8000/items",
            origin="http://localhost:5174",
        )
        assert outcome.diagnosis is not None
        assert outcome.diagnosis.code == CauseCode.SPELLING
        return outcome.diagnosis.remedy.text

    assert ask_as("http://localhost:5173") == "Make the server name http://localhost:5174, spelled exactly so, as well."
    assert ask_as("http://127.0.0.1:5174").startswith("Open the page at http://127.0.0.1:5174")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (((OK, [EXPRESS, ("Allow", "PUT")], b""), None), "Express itself answered OPTIONS (Allow: PUT), and no CORS"),
        (((OK, [ALLOW, METHODS], b""), (OK, [], b"")), "the preflight's answer has it: whatever sets it does so only"),
        (((OK, [("Allow", "PUT")], b""), None), "nothing here sets it for /items"),
    ],
)
def test_what_sets_nothing_is_told_by_the_other_answers(answers: tuple[Answer, Answer | None], words: str) -> None:
    outcome = ask(answering(*answers), **PUT)
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.code == CauseCode.NOT_SET
    assert words in outcome.diagnosis.cause


@pytest.mark.parametrize(
    ("server", "line"),
    [
        (ServerName.TORNADO, 'if self.request.method == "OPTIONS":'),
        (ServerName.SANIC, 'if request.method == "OPTIONS":'),
        (ServerName.AIOHTTP, 'if request.method == "OPTIONS":'),
        (ServerName.BOTTLE, "if bottle.request.method == 'OPTIONS':"),
        (ServerName.FLASK, 'if request.method == "OPTIONS":'),
        (ServerName.CADDY, "@login not method OPTIONS"),
        (ServerName.LIGHTTPD, "    auth.require = ()"),
    ],
)
def test_a_login_lets_preflights_pass(server: ServerName, line: str) -> None:
    login = ask(answering(("401 No", [], b"")), **PUT, server=server)
    assert login.diagnosis is not None
    assert line in login.diagnosis.remedy.lines
    other = ask(answering(("501 No", [], b"")), **PUT, server=server)
    assert other.diagnosis is not None
    assert line not in other.diagnosis.remedy.lines


def test_bottle_s_own_errors_get_the_headers_too() -> None:
    outcome = ask(answering(("500 No", [], b"<title>Error: 500 Internal Server Error</title>")))
    assert outcome.diagnosis is not None
    assert "    share()" in outcome.diagnosis.remedy.lines
    assert outcome.diagnosis.remedy.lines[-1].startswith("app.default_error_handler = share_errors")


def test_starlette_is_put_inside_of_its_middleware_where_it_fails() -> None:
    outcome = ask(answering(("500 No", [("Server", "uvicorn")], b"Internal Server Error")))
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.remedy.lines[1] == (
        f"app = CORSMiddleware(app, allow_origins=['{PAGE}'], allow_methods=['*'], allow_headers=['*'])"
    )


@pytest.mark.parametrize(
    ("status", "headers", "options"),
    [
        ("404 No", [("Server", "AmazonS3")], SIMPLE),
        ("500 No", [("Server", "AmazonS3")], PUT),
        ("429 No", [AWS], SIMPLE),
        ("429 No", [AWS], PUT),
        ("500 No", [KONG], PUT),
        ("404 No", [KONG], SIMPLE),
        (OK, SPRING, SIMPLE),
        (OK, SPRING, PUT),
        (OK, [KESTREL], SIMPLE),
        ("500 No", [KESTREL], PUT),
        ("403 No", [("Vary", "Origin, Access-Control-Request-Method")], PUT),
    ],
)
def test_what_is_not_the_gateway_s_own_is_judged_as_everywhere(
    status: str, headers: Headers, options: dict[str, Any]
) -> None:
    outcome = ask(answering((status, headers, b"")), **options)
    assert outcome.diagnosis is not None
    said = outcome.diagnosis.cause + outcome.diagnosis.remedy.text
    assert not [name for name in ("bucket", "API Gateway", "Kong", "Spring", "ASP.NET") if name in said]


def test_the_rule_of_a_bucket_is_json_with_everything_that_the_page_needs() -> None:
    outcome = ask(
        answering(("403 No", [], b"CORSResponse: CORS is not enabled for this bucket.")), **JSON, reads="ETag"
    )
    assert outcome.diagnosis is not None
    assert json.loads("".join(outcome.diagnosis.remedy.pieces[0].lines)) == [
        {
            "AllowedOrigins": [PAGE],
            "AllowedMethods": ["PUT"],
            "AllowedHeaders": ["Content-Type"],
            "ExposeHeaders": ["ETag"],
        }
    ]


@pytest.mark.parametrize(
    ("headers", "code"), [([], "not-set"), ([(ALLOW[0], "https://b.example")], "other-origin"), ([(ALLOW[0], "*")], "")]
)
@pytest.mark.parametrize("kind", ["font", "eventsource"])
def test_what_an_element_is_refused_has_a_cause_too(kind: str, headers: Headers, code: str) -> None:
    types = {"font": "font/woff2", "eventsource": "text/event-stream"}
    outcome = ask(answering((OK, [*headers, ("Content-Type", types[kind])], b"")), kind=kind)
    assert (outcome.diagnosis.code if outcome.diagnosis else "") == code
    assert bool(outcome.further) == (code == "not-set")


def test_nginx_drops_what_the_app_sends_twice_and_nothing_else() -> None:
    outcome = ask(answering((OK, [NGINX, ALLOW, CREDENTIALS, CREDENTIALS, VARY], b"{}")), **LOGGED_IN)
    assert outcome.diagnosis is not None
    assert [piece.lines for piece in outcome.diagnosis.remedy.pieces] == [
        ("proxy_hide_header Access-Control-Allow-Credentials;",)
    ]


@pytest.mark.parametrize(
    ("headers", "body", "is_own"), [([("content-type", "text/html")], b"", True), ([("date", "x")], b"", False)]
)
def test_haproxy_is_blamed_for_its_own_errors_alone(headers: Headers, body: bytes, is_own: bool) -> None:
    outcome = ask(answering(("500 No", headers, body)), server=ServerName.HAPROXY)
    assert outcome.diagnosis is not None
    assert ("http-after-response lines do" in outcome.diagnosis.cause) == is_own


def test_further_questions_are_few_and_carry_nothing_secret() -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append(environ)
        start_response(OK, [])
        return [b"x"]

    headers = [("Authorization", "Bearer hush")]
    outcome = ask(app, method="POST", headers=headers, body="hush", include=True, cookie="sid=hush")
    further = seen[len(outcome.exchanges) :]
    assert 0 < len(outcome.further) == len(further) <= 6
    assert {one["REQUEST_METHOD"] for one in further} <= {"GET", "OPTIONS"}
    assert not [one for one in further if "HTTP_AUTHORIZATION" in one or "HTTP_COOKIE" in one]


def test_a_named_origin_that_never_changes_needs_no_vary() -> None:
    def reflecting(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response(OK, [(ALLOW[0], environ.get("HTTP_ORIGIN", "*"))])
        return [b""]

    assert [hint.name for hint in ask(answering((OK, [ALLOW], b""))).hints] == []
    assert [hint.name for hint in ask(reflecting).hints] == ["no-vary"]


def test_what_no_script_can_read_is_listed_by_name() -> None:
    outcome = ask(answering((OK, [ALLOW, VARY, NGINX, ("X-Total", "1"), ("Link", "x"), ("Date", "x")], b"")))
    assert (outcome.status, outcome.hidden) == (0, ["X-Total", "Link"])


@pytest.mark.parametrize(
    ("headers", "body", "name"),
    [
        ([("server", "BaseHTTP/0.6"), ("date", "x")], b"", ServerName.HAPROXY),
        ([("Date", "x"), ("Server", "gunicorn")], b"", ServerName.APACHE),
        ([("Server", "gunicorn"), ("Date", "x")], b"", None),
        ([("Date", "x"), ("Server", "WSGIServer/0.2")], b"", None),
        ([("X-Powered-By", "Express")], b"", ServerName.EXPRESS),
        ([("Date", "x"), ("Keep-Alive", "timeout=5")], b"", ServerName.NODE),
        ([("Date", "x"), ("Keep-Alive", "timeout=5")], b'{"message":"Route GET:/x', ServerName.FASTIFY),
        ([("Via", "1.1 varnish")], b"", ServerName.VARNISH),
        ([("Server", "uvicorn")], b"", ServerName.FASTAPI),
        ([("Server", "uvicorn")], b"The requested resource was not found on this server.", ServerName.DJANGO),
        ([("Server", "hypercorn-h11")], b"", None),
        ([("content-type", "text/plain")], b"", ServerName.HAPROXY),
        ([("content-type", "text/plain"), ("connection", "keep-alive")], b"", ServerName.SANIC),
        ([*NODE, ("Content-Type", "text/plain; charset=utf-8")], b"OK", ServerName.KOA),
        ([*NODE, ("Content-Type", "text/plain; charset=utf-8"), ("ETag", "x")], b"OK", ServerName.NODE),
        ([*NODE, ("content-type", "text/plain; charset=UTF-8")], b"200 OK", ServerName.HONO),
        ([*NODE, ("content-type", "text/plain; charset=UTF-8")], b"x", ServerName.NODE),
        ([*NODE, ("access-control-allow-methods", "GET,HEAD,POST")], b"", ServerName.FASTIFY),
        ([*NODE, ("access-control-allow-methods", "GET,HEAD,PUT")], b"", ServerName.NODE),
        ([("Access-Control-Allow-Headers", "user-agent, x-csrftoken, x-requested-with")], b"", ServerName.DJANGO),
        ([("Access-Control-Allow-Headers", "x-csrftoken, user-agent")], b"", None),
        ([("Date", "x")], b'<!DOCTYPE HTML PUBLIC "-//IETF//"><title>Error: 405 No</title>', ServerName.BOTTLE),
    ],
)  # fmt: skip
def test_servers_are_told_by_their_answers(headers: Headers, body: bytes, name: ServerName | None) -> None:
    from cors_wsgi.browser import WireResponse
    from cors_wsgi.cli.diagnosis.servers import recognize

    assert recognize(WireResponse(200, "OK", headers, body)).front is name


def test_every_cause_is_in_the_manual_and_met_here() -> None:
    listed = [row[0] for row in read_table(DOCS / "diagnosis.md", "The causes")]
    assert listed == [f"`{code}`" for code in CauseCode]
    elsewhere = {"before-cors", "cached", "page-origin", "redirect-https", "policy"}
    assert {code for _, _, code, _ in CASES.values()} | elsewhere == set(CauseCode)
