"""A sample of the cases, one of each server and kind; `python -m tools.diagnosis` plays them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.manual import DOCS, read_table
from support.needs import needs_program
from support.npm import install_npm_packages

from tools.diagnosis.audits import audit_case, judge_audit
from tools.diagnosis.cases import load_cases, load_expected
from tools.diagnosis.chromium import Page, open_page
from tools.diagnosis.run import score
from tools.diagnosis.running import NPM_PACKAGES

CASES = load_cases("cases.toml") | load_cases("more.toml")
EXPECTED = load_expected()

SAMPLE = (
    "nginx-nested-location", "nginx-preflight-nothing", "nginx-cache-no-origin", "apache-proxy-and-app",
    "caddy-proxy-and-app", "haproxy-return-204", "lighttpd-star-credentials", "varnish-405", "express-login-first",
    "django-allowed-hosts-400", "sso-redirect", "ask-many-headers",
)  # fmt: skip


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with open_page() as page:
        yield page


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_program("node")
    return install_npm_packages(tmp_path_factory.mktemp("npm"), *NPM_PACKAGES)


@pytest.mark.server
@pytest.mark.browser
@pytest.mark.parametrize("name", SAMPLE)
def test_the_first_cause_is_true_and_its_remedy_works(name: str, page: Page, request: pytest.FixtureRequest) -> None:
    case = CASES[name]
    modules = request.getfixturevalue("node_modules") if case.server == "node" else None
    result = score(case, EXPECTED[name], page, modules)
    assert result.is_verdict_right
    assert (result.code, result.is_cause_right) == (EXPECTED[name].code, True), result.cause
    assert result.works is not False
    assert result.keeps_neighbor is not False


@pytest.mark.server
@pytest.mark.parametrize("name", ["hole-nginx-regex", "hole-apache-null"])
def test_the_audit_finds_the_hole(name: str) -> None:
    assert judge_audit(CASES[name], audit_case(CASES[name], None)) == ""


def test_every_case_says_what_is_expected_of_it() -> None:
    audited = {name for name, case in CASES.items() if case.audit_must is not None}
    assert set(CASES) - set(EXPECTED) <= audited
    assert set(EXPECTED) <= set(CASES)


def test_the_manual_has_every_case() -> None:
    listed = [row[0] for row in read_table(DOCS / "diagnosis.md", "What was measured")]
    assert listed == [name for name in CASES if name in EXPECTED]


def test_the_healthy_ones_are_twenty() -> None:
    assert len(load_cases("healthy.toml")) == 20
