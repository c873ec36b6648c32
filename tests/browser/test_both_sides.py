"""The two sides of the wire against each other: a script reads a response if and only if the policy says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cors_wsgi import CORSMiddleware, Decision, Policy
from cors_wsgi.browser import ENGINES, Browser, CORSError, Exchange, FetchError, Response, preflight_causes
from cors_wsgi.browser.checks import Allowed, check_cors, check_preflight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

API = "https://api.example.com"
ORIGINS = (
    "https://app.example.com",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://a.app.example.com",
    "https://evil.example",
    "http://localhost:5173",
    "null",
    API,
)
RULES = ("https://app.example.com", "https://*.example.com", "http://app.example.com", "https://app.example.com:8443")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY", "OPTIONS", "REPORT")
NAMES = ("Content-Type", "Authorization", "X-A", "X-B", "*")
EXPOSABLE = ("ETag", "X-Seen", "Content-Disposition", "X-Missing")
SENT = [
    ("Content-Type", "text/plain"),
    ("ETag", "e"),
    ("X-Seen", "1"),
    ("x-seen", "2"),
    ("Content-Disposition", "inline"),
    ("Set-Cookie", "a=b"),
]
SAFE = {"content-type"}
"""What of these every script sees."""


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", list(SENT))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else b"from the app"]


class Script(NamedTuple):
    """What a script of a page does."""

    origin: str
    method: str
    headers: dict[str, str]
    body: str | None
    credentials: str

    def run(self, browser: Browser) -> Response:
        options: dict[str, Any] = {"method": self.method, "body": self.body, "credentials": self.credentials}
        return browser.open(self.origin).fetch("/x", headers=self.headers, **options)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    credentials = draw(st.booleans())
    rules = st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True)
    origins: Any = draw(rules if credentials else rules | st.just("*"))
    some_methods = st.lists(st.sampled_from(METHODS), max_size=4, unique=True).filter(bool)
    some_names = st.lists(st.sampled_from(NAMES[:-1]), max_size=3, unique=True)
    exposed = st.lists(st.sampled_from(EXPOSABLE), max_size=3, unique=True)
    return Policy(
        origins,
        methods=draw(st.just("*") | some_methods),
        allow_headers=draw(st.just("*") | some_names),
        expose_headers=draw(exposed if credentials else exposed | st.just("*")),
        supports_credentials=credentials,
        max_age=draw(st.none() | st.integers(0, 600)),
        accept_risks=("insecure-origins",) if credentials and "http://app.example.com" in origins else (),
    )


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    method = draw(st.sampled_from([*METHODS, "put", "patch", "query", "get"]))
    headers = draw(
        st.dictionaries(
            st.sampled_from(["Content-Type", "content-type", "Authorization", "X-A", "x-b", "Accept", "Range"]),
            st.sampled_from(["text/plain", "application/json", "bytes=0-9", "x", '"']),
            max_size=3,
        )
    )
    assume(len({name.lower() for name in headers}) == len(headers))
    body = None if method.upper() in ("GET", "HEAD") else draw(st.none() | st.just("text"))
    return Script(
        draw(st.sampled_from(ORIGINS)), method, headers, body, draw(st.sampled_from(["omit", "same-origin", "include"]))
    )


def trusts(policy: Policy, origin: str) -> bool:
    """Read the origins of a policy as a person would."""
    if policy.origins == "*":
        return True
    is_below = origin.startswith("https://") and origin.endswith(".example.com") and ":" not in origin[8:]
    return origin in policy.origins or ("https://*.example.com" in policy.origins and is_below)


def says(policy: Policy, script: Script) -> bool:
    """Tell whether the policy, as its documentation reads, lets the script read."""
    if script.origin == API:
        return True
    if not trusts(policy, script.origin):
        return False
    if script.credentials == "include" and not policy.supports_credentials:
        return False
    headers = dict(script.headers)
    if script.body is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "text/plain;charset=UTF-8"
    causes = preflight_causes(script.method, headers)
    method = script.method if script.method in ("patch", "query") else script.method.upper()
    if method not in ("GET", "HEAD", "POST") and policy.methods != "*" and method not in policy.methods:
        return False
    allowed = None if policy.allow_headers == "*" else {name.lower() for name in policy.allow_headers}
    asked = {name for cause in causes for name in cause.names}
    return allowed is None or asked <= allowed


def names_seen(policy: Policy, script: Script) -> set[str]:
    """Return the headers of the app's response that a script sees by the policy's word."""
    present = {name.lower() for name, _ in SENT} - {"set-cookie"}
    if script.origin == API or policy.expose_headers == "*":
        return present
    return present & (SAFE | {name.lower() for name in policy.expose_headers})


def run(policy: Policy, script: Script, engine: str = "standard") -> tuple[Browser, Response | None, list[Decision]]:
    decisions: list[Decision] = []
    browser = Browser(CORSMiddleware(app, policy, on_decision=decisions.append), API, engine=engine)
    browser.mount("http://api.example.com", app)
    try:
        return browser, script.run(browser), decisions
    except CORSError:
        return browser, None, decisions


PLAIN = Policy("https://app.example.com")
WITH = Policy("https://app.example.com", supports_credentials=True, methods="*", expose_headers=["ETag"])
PUT = Script("https://app.example.com", "PUT", {"X-A": "1"}, None, "same-origin")


@settings(max_examples=250)
@given(policies(), scripts())
@example(PLAIN, PUT)
@example(PLAIN, PUT._replace(credentials="include"))
@example(WITH, PUT._replace(credentials="include"))
@example(WITH, PUT._replace(method="patch"))
@example(PLAIN, PUT._replace(method="patch"))
@example(PLAIN, PUT._replace(headers={"Authorization": "x"}))
@example(PLAIN, PUT._replace(origin="https://a.app.example.com"))
@example(Policy("*"), PUT._replace(origin="null"))
def test_a_script_reads_the_response_if_and_only_if_the_policy_says_so(policy: Policy, script: Script) -> None:
    browser, response, decisions = run(policy, script)
    assert (response is not None) == says(policy, script)
    if response is not None:
        own = {name for name in response.headers if not name.startswith(("access-control-", "vary"))}
        assert own == names_seen(policy, script)
        assert response.status == 200
    assert_the_exchange_satisfies_both(browser.exchanges, policy, script, decisions)


def assert_the_exchange_satisfies_both(
    exchanges: list[Exchange], policy: Policy, script: Script, decisions: list[Decision]
) -> None:
    """What the server decided of each message is what the browser side's checks find in it."""
    crossing = [exchange for exchange in exchanges if exchange.sent("Origin") is not None]
    assert len(decisions) == len(crossing)
    include = script.credentials == "include"
    for exchange, decision in zip(crossing, decisions, strict=True):
        assert exchange.response is not None
        headers = exchange.response.headers
        assert (decision.kind.value == "preflight") == exchange.is_preflight
        if script.origin == API or (include and not policy.supports_credentials):
            continue
        if exchange.is_preflight:
            asked = exchange.sent("Access-Control-Request-Headers")
            outcome = check_preflight(
                exchange.response.status,
                headers,
                method=exchange.sent("Access-Control-Request-Method") or "",
                unsafe_names=asked.split(",") if asked else (),
                origin=script.origin,
                include=include,
            )
            assert decision.allowed == isinstance(outcome, Allowed)
        else:
            assert decision.allowed == (check_cors(headers, script.origin, include=include) is None)


@settings(max_examples=150)
@given(policies(), scripts(), st.sampled_from(sorted(ENGINES)))
def test_every_engine_agrees_with_the_policy(policy: Policy, script: Script, engine: str) -> None:
    """What engines do otherwise never lets a script read more, or less, of what this server side shares."""
    assume(not (engine == "chromium" and any(name == "Range" for name in script.headers)))
    _, response, _ = run(policy, script, engine)
    assert (response is not None) == says(policy, script)


@settings(max_examples=100)
@given(policies(), st.lists(scripts(), min_size=2, max_size=4))
def test_what_is_kept_of_preflights_changes_nothing_that_a_script_may_read(
    policy: Policy, several: list[Script]
) -> None:
    browser = Browser(CORSMiddleware(app, policy), API)
    for script in several:
        try:
            script.run(browser)
        except FetchError:
            allowed = False
        else:
            allowed = True
        assert allowed == says(policy, script)
