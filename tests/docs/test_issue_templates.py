"""What the forms for issues ask can be answered: they name commands that exist, and GitHub takes them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support.manual import ROOT
from support.needs import needs, needs_module

FOLDER = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(path for path in FOLDER.glob("*.yml") if path.name != "config.yml")


def read(path: Path) -> dict[str, Any]:
    needs_module("yaml")
    import yaml

    return dict(yaml.safe_load(path.read_text("utf-8")))


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_a_form_is_one_that_github_takes(form: Path) -> None:
    """By https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests."""
    content = read(form)
    assert {"name", "description", "body"} <= set(content) <= {"name", "description", "body", "labels", "title"}
    assert any(part["type"] != "markdown" for part in content["body"])
    ids = [part["id"] for part in content["body"] if "id" in part]
    assert len(set(ids)) == len(ids)
    for part in content["body"]:
        assert part["type"] in {"markdown", "textarea", "input", "dropdown", "checkboxes"}
        wanted = "value" if part["type"] == "markdown" else "label"
        assert part["attributes"][wanted].strip()


def test_who_is_blocked_is_asked_for_the_output_of_check() -> None:
    needs(FORMS, "this is not a checkout: the forms for issues are not shipped")
    required = {
        part["id"]: part["attributes"]["label"]
        for part in read(FOLDER / "blocked.yml")["body"]
        if part.get("validations", {}).get("required")
    }
    assert "cors-wsgi check" in required["check"]
    assert "--version" in required["version"]


def test_the_command_in_a_form_can_be_typed() -> None:
    needs(FORMS, "this is not a checkout: the forms for issues are not shipped")
    from cors_wsgi.cli import build_parser

    lines = [line for form in FORMS for line in re.findall(r"^ *\$ cors-wsgi (.*)$", form.read_text(), re.MULTILINE)]
    assert lines
    for line in lines:
        assert build_parser().parse_args(line.split()).command == "check"


def test_the_links_lead_to_files_that_exist() -> None:
    needs(FORMS, "this is not a checkout: the forms for issues are not shipped")
    links = [link["url"] for link in read(FOLDER / "config.yml")["contact_links"]]
    files = [link.partition("/blob/main/")[2] for link in links if "/blob/main/" in link]
    assert files
    assert [file for file in files if not (ROOT / file).is_file()] == []
