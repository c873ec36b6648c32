"""The tables of the reference for Flask and the code agree exactly."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.manual import DOCS, REFERENCE, find_pages, read_table
from support.manual import REFERENCE_OF_FLASK as OF_FLASK
from support.needs import needs_module

from cors_wsgi import PolicyError, ProblemCode
from cors_wsgi.options import OPTION_NAMES


def _codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_public_name_is_listed() -> None:
    needs_module("flask")
    import flask_cors_ext

    shown = [_codes(row[0])[0] for row in read_table(OF_FLASK, "Names")]
    assert sorted(shown) == sorted(flask_cors_ext.__all__)


def test_options_and_settings_are_those_of_the_code() -> None:
    needs_module("flask")
    from flask_cors_ext.options import OBSOLETE_OPTIONS, OPTIONS, PREFIX

    rows = read_table(OF_FLASK, "CORS")
    assert [name for row in rows for name in _codes(row[0])] == list(OPTIONS)
    assert [name for row in rows if row[3] == "yes" for name in _codes(row[0])] == list(OPTION_NAMES)
    settings = {_codes(row[0])[0]: _codes(row[1])[0] for row in read_table(OF_FLASK, "Settings")}
    assert settings == {PREFIX + option.upper(): option for option in OPTIONS}
    heading = "Settings and options of Flask-CORS that are needless here"
    assert sorted(_codes(row[0])[0] for row in read_table(OF_FLASK, heading)) == sorted(OBSOLETE_OPTIONS)


def test_findings_are_those_of_the_code() -> None:
    needs_module("flask")
    from flask_cors_ext.cli.check import FindingCode

    shown = [(_codes(row[0])[0], row[1]) for row in read_table(OF_FLASK, "Commands")]
    assert sorted(shown) == sorted((str(code), code.level) for code in FindingCode)


def test_every_code_of_a_problem_is_here_or_on_the_page_of_the_core() -> None:
    core = {_codes(row[0])[0] for row in read_table(REFERENCE, "Codes")}
    ours = {_codes(row[0])[0] for row in read_table(OF_FLASK, "Codes")}
    assert core | ours == set(map(str, ProblemCode))
    assert not core & ours


@pytest.mark.parametrize(
    ("code", "options"),
    [
        pytest.param("resources-type", {"resources": 5}, id="resources-type"),
        pytest.param("resource-type", {"resources": {"/a": 5}}, id="resource-type"),
    ],
)
def test_a_code_is_what_it_is_said_to_be(code: str, options: dict[str, Any]) -> None:
    needs_module("flask")
    from flask import Flask

    from flask_cors_ext import CORS

    assert code in {_codes(row[0])[0] for row in read_table(OF_FLASK, "Codes")}
    app = Flask("myapp")
    with pytest.raises(PolicyError) as caught:
        CORS(app, **options).validate(app)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_settings_that_pages_name_exist() -> None:
    needs_module("flask")
    from flask_cors_ext.options import OPTIONS

    known = {f"CORS_{option.upper()}" for option in OPTIONS}
    named = {
        (str(page.relative_to(DOCS)), name)
        for page in find_pages()
        for name in re.findall(r"(?<![A-Za-z_])(?:FLASK_)?(CORS_[A-Z_]+)", page.read_text("utf-8"))
    }
    assert ("reference-flask-settings.md", "CORS_ORIGINS") in named
    wrong_on_purpose = {
        ("recipes/factory-and-environment.md", "CORS_ORIGIN"),
        ("recipes/factory-and-environment.md", "CORS_"),
        ("reference-flask-settings.md", "CORS_HEADERS"),
        ("reference-flask-settings.md", "CORS_LOG_LEVEL"),
    }
    wrong_on_purpose |= {
        ("moving-over-migrate.md", f"CORS_{name}")
        for name in ("ALLOW_METHODS", "ALLOW_ORIGINS", "ENABLED", "HEADERS", "OPTIONS", "ORIGIN_WHITELIST")
    }
    of_django = {
        *("CORS_ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ALLOW_ALL_ORIGINS", "CORS_ALLOW_METHODS"),
        *("CORS_ALLOW_CREDENTIALS", "CORS_PREFLIGHT_MAX_AGE", "CORS_URLS_REGEX"),
    }
    wrong_on_purpose |= {("moving-over.md", name) for name in of_django}
    assert {(page, name) for page, name in named if name not in known} <= wrong_on_purpose
