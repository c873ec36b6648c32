"""What becomes of source, case by case: the whole text is compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.migrated import migrate_text
from support.needs import needs_module

CASES = re.findall(
    r"^## ([^\n]*) \((settled|left to do by hand)\)\n\n```python\n(.*?)\n```\n\n```python\n(.*?)\n```$",
    (Path(__file__).parent / "data/rewritten.md").read_text("utf-8"),
    re.DOTALL | re.MULTILINE,
)


@pytest.fixture(autouse=True)
def libcst_is_installed() -> None:
    needs_module("libcst")


def test_the_cases_are_found() -> None:
    assert len(CASES) >= 73


@pytest.mark.parametrize(("outcome", "old", "new"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_source_becomes(outcome: str, old: str, new: str, tmp_path: Path) -> None:
    migrated = migrate_text(old + "\n", tmp_path)
    assert migrated.text == new + "\n"
    assert migrated.status == (outcome != "settled")
    assert bool(migrated.status) == ("# TODO cors-wsgi:" in new)


def test_origins_that_are_given_are_written_into_bare_calls(tmp_path: Path) -> None:
    text = "from flask_cors import CORS, cross_origin\nCORS(app)\n@app.get('/')\n@cross_origin()\ndef v(): pass\n"
    given = ("https://a.example", "https://*.b.example")
    migrated = migrate_text(text, tmp_path, *given)
    assert 'CORS(app, origins=["https://a.example", "https://*.b.example"])' in migrated.text
    assert "@cross_origin()" in migrated.text
    assert migrated.status == 0
    everybody = migrate_text(text, tmp_path, "*")
    assert 'CORS(app, origins="*")' in everybody.text
    assert everybody.status == 0


def test_origins_that_are_given_stand_at_a_mark_where_the_app_names_others(tmp_path: Path) -> None:
    text = (
        "from flask_cors import CORS, cross_origin\nCORS(app, origins='https://b.example')\n"
        "@cross_origin()\ndef v(): pass\n"
    )
    migrated = migrate_text(text, tmp_path, "https://a.example")
    assert '@cross_origin(origins=["https://a.example"])' in migrated.text
    assert migrated.status == 0


def test_a_file_that_would_let_somebody_in_is_not_written(tmp_path: Path) -> None:
    text = "from flask_cors import CORS\napp.config['CORS_METHODS'] = ['GET']\nCORS(app, origins='https://a.example')\n"
    migrated = migrate_text(text, tmp_path)
    assert migrated.text == text
    assert [remark.text for remark in migrated.migration.left] == [
        "was left as it is: line 3 would let somebody in at /x: https://a.example: POST of JSON"
    ]
