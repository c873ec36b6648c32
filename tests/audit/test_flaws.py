"""Each finding: a server that is wrong in one way, and its twin, which is right and one edit away."""

from __future__ import annotations

import pytest
from audit.servers import PAGE, Server, everybody, matching

from cors_wsgi.audit import FLAWS, MOST_REQUESTS, Severity, audit_app

RIGHT = Server()
HOST = PAGE.removeprefix("https://")
ONE = ("Access-Control-Allow-Origin", "https://other.example")

CASES = {
    "whoever asks is written back": (Server(everybody), "any-origin", "medium"),
    "whoever asks is written back, with credentials": (Server(everybody, credentials="true"), "any-origin", "critical"),
    "a star": (Server(everybody, origin=lambda _: "*"), "everybody", "info"),
    "null": (Server([PAGE, "null"].__contains__), "null-origin", "medium"),
    "null with credentials": (Server([PAGE, "null"].__contains__, credentials="true"), "null-origin", "high"),
    "a regex without an end": (Server(matching(r"https://app\.example\.com")), "origin-end", "high"),
    "a suffix without a dot": (Server(lambda origin: origin.endswith("example.com")), "origin-begin", "high"),
    "such a suffix, with credentials": (
        Server(lambda origin: origin.endswith("example.com"), credentials="true"), "origin-begin", "critical"
    ),
    "a regex with bare dots": (Server(matching("https://app.example.com$")), "unescaped-dot", "high"),
    "a host that ends at an underscore": (
        Server(matching(r"https://app\.example\.com($|_)")), "special-characters", "high"
    ),
    "a backtick": (Server(matching(r"https://app\.example\.com($|`)")), "special-characters", "high"),
    "a list of origins": (Server(lambda origin: PAGE in origin.split(", ")), "several-in-one", "medium"),
    "a user name": (Server(lambda origin: origin.split("@")[0] == PAGE), "several-in-one", "medium"),
    "http too": (Server([PAGE, f"http://{HOST}"].__contains__), "scheme-downgrade", "medium"),
    "any port": (Server(matching(r"https://app\.example\.com(:\d+)?$")), "any-port", "low"),
    "any subdomain": (Server(matching(r"https://([a-z-]+\.)*app\.example\.com$")), "any-subdomain", "info"),
    "any subdomain of the site": (
        Server(matching(r"https://[a-z-]+\.example\.com$"), credentials="true"), "any-subdomain", "low"
    ),
    "localhost": (Server(lambda origin: origin in (PAGE, "http://localhost:1337")), "localhost", "low"),
    "not the origin that was named": (Server("https://other.example".__eq__), "origin-refused", "info"),
    "Vary only where it is shared": (
        Server(vary=lambda environ, is_allowed: "Origin" if is_allowed else None), "vary-missing", "medium"
    ),
    "Vary only where there is an Origin": (
        Server(vary=lambda environ, _: "Origin" if "HTTP_ORIGIN" in environ else None), "vary-missing", "medium"
    ),
    "Vary of the request": (
        Server(vary=lambda environ, _: f"Origin, {environ.get('HTTP_VARY', 'Accept')}"), "vary-reflected", "medium"
    ),
    "two layers": (Server(more=[ONE]), "several-answers", "medium"),
    "two values in a line": (Server(origin="https://other.example, {}".format), "several-answers", "medium"),
    "a star with credentials": (
        Server(everybody, origin=lambda _: "*", credentials="true"), "wildcard-with-credentials", "low"
    ),
    "credentials: True": (Server(credentials="True"), "credentials-value", "low"),
    "a preflight that no route takes": (Server(preflight_status="404 Not Found"), "preflight-status", "medium"),
    "a preflight that lets in whom the answer refuses": (
        Server(preflight_allows=everybody), "preflight-differs", "medium"
    ),
    "a preflight that refuses whom the answer lets in": (
        Server(preflight_allows=lambda origin: False), "preflight-differs", "medium"
    ),
    "a private network for all": (
        Server(on_preflight=[("Access-Control-Allow-Private-Network", "true")]), "private-network", "medium"
    ),
    "any method": (Server(methods="*"), "any-method", "low"),
    "methods that there are not": (Server(allow="GET, HEAD, OPTIONS"), "unneeded-methods", "info"),
    "any header": (Server(headers="*"), "any-header", "info"),
    "no max-age": (Server(max_age=None), "max-age-missing", "info"),
    "a max-age with a unit": (Server(max_age="10m"), "max-age-unreadable", "low"),
    "a day": (Server(max_age="86400"), "max-age-capped", "info"),
    "a year": (Server(max_age="31536000"), "max-age-capped", "info"),
    "a preflight for all in caches": (
        Server(vary=lambda environ, _: None, on_preflight=[("Cache-Control", "public, max-age=60")]),
        "preflight-cacheable", "low",
    ),
    "nothing there": (Server(status="404 Not Found"), "incomplete", "info"),
}  # fmt: skip

_SUFFIX = {"origin-begin", "scheme-downgrade", "any-subdomain"}

ALONGSIDE = {
    # One mistake that shows in several ways.
    "a regex without an end": {"origin-end", "special-characters", "several-in-one", "any-port"},
    "a suffix without a dot": _SUFFIX,
    "such a suffix, with credentials": _SUFFIX,
    "a preflight for all in caches": {"preflight-cacheable", "vary-missing"},
    "a star with credentials": {"everybody", "wildcard-with-credentials"},
}


def test_a_right_server_has_no_findings() -> None:
    report = audit_app(RIGHT, origin=PAGE)
    assert report.findings == []
    assert report.worst is None
    assert len(report.exchanges) == MOST_REQUESTS


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_found_and_nothing_else(name: str) -> None:
    server, code, severity = CASES[name]
    report = audit_app(server, origin=PAGE)
    found = {finding.code: finding for finding in report.findings}
    assert set(found) == ALONGSIDE.get(name, {code})
    assert found[code].severity is Severity[severity.upper()]
    assert found[code].flaw is FLAWS[code]
    assert found[code].exchange in report.exchanges


def test_every_flaw_has_a_case() -> None:
    assert {code for _, code, _ in CASES.values()} == set(FLAWS)


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Oops", "503 Busy"])
def test_an_answer_that_is_none_is_never_clean(status: str) -> None:
    report = audit_app(Server(status=status), origin=PAGE)
    assert report.inconclusive == f"GET was answered {status[:3]}, which is not what pages normally get."
    assert report.summary == "inconclusive; nothing found"
    assert audit_app(RIGHT, origin=PAGE).inconclusive == ""


@pytest.mark.parametrize("answers", range(1, 24, 3))
def test_a_server_that_begins_to_refuse_has_no_finding_that_is_made_of_refusals(answers: int) -> None:
    report = audit_app(Server(answers=answers), origin=PAGE)
    assert {finding.code for finding in report.findings} == {"incomplete"}
    assert "429" in report.inconclusive


def test_what_was_found_before_a_server_refuses_stays_found() -> None:
    report = audit_app(Server(everybody, answers=9), origin=PAGE)
    assert {finding.code for finding in report.findings} == {"any-origin", "incomplete"}


def test_without_an_origin_look_alikes_are_made_from_the_url() -> None:
    report = audit_app(Server(matching("https://api.example.com")), "https://api.example.com/x")
    assert "https://api.example.com.cors-audit.example" in [each.sent("Origin") for each in report.exchanges]
    assert report.findings[0].code == "origin-end"
    assert report.origin == "https://api.example.com"


@pytest.mark.parametrize(
    ("origin", "left_out"),
    [
        ("http://app.example.com", {"http://app.example.com"}),
        ("https://127.0.0.1:8000", {"cors-audit.127", "cors-audit127", "127x0", "http://localhost"}),
        ("http://localhost:3000", {"cors-audit.localhost", "cors-auditlocalhost", "localhost:1337.x"}),
        ("https://intranet", {"intranetx"}),
    ],
)
def test_look_alikes_that_say_nothing_are_left_out(origin: str, left_out: set[str]) -> None:
    report = audit_app(Server(origin.__eq__), origin=origin)
    assert report.findings == []
    origins = [each.sent("Origin") or "" for each in report.exchanges if not each.is_preflight][3:]
    assert not [one for one in origins if one == origin or any(part in one for part in left_out if part != origin)]
    assert len(report.exchanges) < MOST_REQUESTS


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "api.example.com"}, "is not an http or https URL; write one such as"),
        ({"url": "https://a:b@api.example.com"}, "is not an http or https URL"),
        ({"origin": "app.example.com"}, "is not an origin; write one such as 'https://app.example.com'"),
        ({"origin": "https://app.example.com/"}, "is not an origin"),
        ({"method": "GET it"}, "is not a method; write one such as 'GET'"),
    ],
)
def test_a_wrong_argument_says_what_to_write(options: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        audit_app(RIGHT, **options)


def test_headers_and_method_go_with_the_actual_requests_alone() -> None:
    report = audit_app(RIGHT, origin=PAGE, method="HEAD", headers=[("Authorization", "Bearer 1")])
    actual = [each for each in report.exchanges if not each.is_preflight]
    assert {each.sent("Authorization") for each in actual} == {"Bearer 1"}
    assert {each.method for each in actual} == {"HEAD", "OPTIONS"}
    assert {each.sent("Authorization") for each in report.exchanges if each.is_preflight} == {None}


def test_a_report_is_text_markdown_and_data() -> None:
    report = audit_app(Server(everybody, credentials="true"), origin=PAGE)
    assert str(report).startswith("https://api.example.com/, 24 requests: 1 critical\n\ncritical: any-origin: ")
    assert "\n  < Access-Control-Allow-Credentials: true" in str(report)
    markdown = report.to_markdown()
    assert (
        "| critical | `any-origin` | https://cors-audit.example, an origin that nobody has, was let in with" in markdown
    )
    assert markdown.count("<details>") == markdown.count("</details>") == 1
    data = report.to_json()
    assert (data["worst"], data["requests"], data["origin"]) == ("critical", 24, PAGE)
    assert [finding["code"] for finding in data["findings"]] == ["any-origin"]


def test_what_a_server_sends_cannot_act_on_a_terminal() -> None:
    report = audit_app(Server(more=[("Access-Control-Allow-Origin", "\x1b[31m")]), origin=PAGE)
    assert [finding.code for finding in report.findings] == ["several-answers"]
    assert "\x1b" not in str(report) + report.to_markdown()
