"""Exchanges as people read them: which headers, what of credentials, and nothing that acts on a terminal."""

from __future__ import annotations

import doctest

import pytest

from cors_wsgi.audit import FLAWS, Finding, Report, Severity
from cors_wsgi.browser import Exchange, WireRequest, WireResponse, printing
from cors_wsgi.browser.printing import hide_credentials, show_exchange

URL = "https://api.example.com/x"
SENT = [
    ("Accept", "*/*"), ("Origin", "https://a.example"), ("Access-Control-Request-Method", "PUT"),
    ("Cookie", "a=1; b=2"), ("Authorization", "Bearer 1234"), ("Content-Type", "text/plain"), ("X-Token", "t"),
]  # fmt: skip
RECEIVED = [
    ("Server", "nginx"), ("access-control-allow-origin", "*"), ("VARY", "Origin"), ("Location", "/y"), ("Allow", "GET"),
    ("Cache-Control", "no-store"), ("Set-Cookie", "sid=1234; Secure"), ("Cross-Origin-Resource-Policy", "same-site"),
    ("Content-Type", "text/html"),
]  # fmt: skip
MATTERING = """\
> PUT https://api.example.com/x
> Origin: https://a.example
> Access-Control-Request-Method: PUT
> Cookie: a=…; b=…
> Authorization: Bearer …
> Content-Type: text/plain
< 200 OK
< access-control-allow-origin: *
< VARY: Origin
< Location: /y
< Allow: GET
< Cache-Control: no-store
< Set-Cookie: sid=…; Secure
< Cross-Origin-Resource-Policy: same-site
< Content-Type: text/html"""
EVERYTHING = (
    MATTERING.replace("> Origin", "> Accept: */*\n> Origin")
    .replace("> Content-Type: text/plain", "> Content-Type: text/plain\n> X-Token: t")
    .replace("< 200 OK", "< 200 OK\n< Server: nginx")
    + "\n< \n< no\n< way"
)


def exchange(response: WireResponse | None = None, error: str = "", sent: list[tuple[str, str]] = SENT) -> Exchange:
    return Exchange(WireRequest("PUT", URL, sent, None), response, is_preflight=False, error=error)


WHOLE = exchange(WireResponse(200, "OK", RECEIVED, b"no\nway"))


def test_what_matters_is_one_choice_and_everything_is_the_other() -> None:
    assert "\n".join(show_exchange(WHOLE)) == MATTERING
    assert "\n".join(show_exchange(WHOLE, verbose=True)) == EVERYTHING


def test_an_exchange_as_text_and_the_evidence_of_an_audit_are_these() -> None:
    finding = Finding(FLAWS["everybody"], Severity.INFO, "", WHOLE)
    report = Report(URL, "https://a.example", [finding], [WHOLE])
    assert str(WHOLE) == EVERYTHING
    assert report.to_json()["findings"][0]["evidence"] == MATTERING.splitlines()
    assert f"```http\n{MATTERING}\n```" in report.to_markdown()
    assert str(report).endswith("\n".join(f"  {line}" for line in MATTERING.splitlines()))


@pytest.mark.parametrize("verbose", [True, False])
def test_nothing_that_a_server_sent_acts_on_a_terminal(verbose: bool) -> None:
    odd = "\x1b[31m\x07\x9b\u202e\r\n\x00\x7f"
    response = WireResponse(200, odd, [(f"Access-Control-{odd}", odd), ("Set-Cookie", odd)], odd.encode() + b"\xff")
    shown = show_exchange(exchange(response, sent=[("Origin", odd)]), verbose=verbose)
    assert all(line.isprintable() for line in shown)
    assert shown[3] == r"< Access-Control-\x1b[31m\x07\x9b\u202e\r\n\x00\x7f: \x1b[31m\x07\x9b\u202e\r\n\x00\x7f"
    assert show_exchange(exchange(error=odd), verbose=verbose)[-1].isprintable()


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        pytest.param("cookie", "", "…", id="no cookie"),
        pytest.param("Cookie", "secret", "…", id="a cookie without a name"),
        pytest.param("COOKIE", "a=b=c;d=", "a=…; d=…", id="cookies"),
        pytest.param("Set-Cookie", "sid=s3; Path=/; SameSite=None", "sid=…; Path=/; SameSite=None", id="a cookie set"),
        pytest.param("Set-Cookie", "secret", "…", id="a cookie set without a name"),
        pytest.param("Authorization", "basic dTpw", "basic …", id="a scheme"),
        pytest.param("Authorization", "Digest u=a, r=b", "Digest …", id="a scheme with several parameters"),
        pytest.param("authorization", "secret word", "…", id="no scheme that is known"),
        pytest.param("Authorization", "", "…", id="no authorization"),
        pytest.param("Proxy-Authorization", "Bearer x\ny", "Bearer …", id="for a proxy"),
        pytest.param("Origin", "https://a.example", "https://a.example", id="another header"),
    ],
)
def test_the_values_of_credentials_are_left_out(name: str, value: str, shown: str) -> None:
    assert hide_credentials(name, value) == shown


def test_the_examples_run() -> None:
    assert doctest.testmod(printing).failed == 0
