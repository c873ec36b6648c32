"""The ways in which public code calls Flask-CORS, migrated and run: never wider than before, and nothing guessed."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from support.migrated import ask, find_wider, load, migrate_text, start
from support.needs import needs_module

from cors_wsgi import PolicyError

SHAPES = [json.loads(line) for line in (Path(__file__).parent / "data/callsites.jsonl").read_text("utf-8").splitlines()]
APP = "https://app.example.com"
OWN_PATHS = ("/items", "/api/items")

pytestmark = pytest.mark.filterwarnings("ignore::cors_wsgi.PolicyWarning")


@pytest.fixture(autouse=True)
def what_is_needed_is_installed() -> None:
    needs_module("libcst")
    logging.getLogger("flask_cors").setLevel(logging.ERROR)


NAMED = {
    *("c020", "c021", "c022", "c023", "c028", "c029", "c048", "c049", "c060", "c069", "c074", "c075", "c080", "c081"),
    *("c082", "c083", "c088", "c089", "c107", "c110", "c113", "c119"),
}
"""The shapes whose every call says who may read, in a way that can be read without running it."""
ASKED_FOR_CREDENTIALS = {"c035", "c036", "c037", "c040"}
REFUSED = {*ASKED_FOR_CREDENTIALS, "c061", "c062", "c074", "c076", "c111"}
"""The shapes that do not start until a person has decided; the message says what to write."""
BARE = {
    *("c001", "c002", "c003", "c008", "c009", "c014", "c015", "c016", "c017", "c034", "c041", "c042", "c043", "c077"),
    *("c094", "c095", "c096", "c097", "c104", "c105", "c106", "c112"),
}
"""The shapes in which a call names no origins, and nothing else has to be decided."""


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape['id']} {shape['class']}")
@pytest.mark.parametrize("origins", [(), (APP,)], ids=["no origins given", "origins given"])
def test_a_shape_is_never_wider_than_before(shape: dict[str, Any], origins: tuple[str, ...], tmp_path: Path) -> None:
    migrated = migrate_text(shape["snippet"].replace("LIB", "flask_cors") + "\n", tmp_path, *origins)
    left = migrated.text.count("# TODO cors-wsgi:")
    assert bool(left) == bool(migrated.status)
    assert "flask_cors_ext" in migrated.text
    is_settled = shape["id"] in NAMED or (shape["id"] in BARE and bool(origins))
    assert migrated.status == (0 if is_settled else 1)
    app = start(migrated.text, OWN_PATHS)
    if isinstance(app, str):
        assert shape["id"] in REFUSED, app
        return
    before = shape["flask_cors"]["verdicts"]
    after = ask(app, before, next(iter(before.values())))
    assert find_wider(before, after) == []
    for row in migrated.migration.rows:
        assert not row.after.refused


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape["id"] in NAMED - {"c074"}], ids=lambda s: s["id"])
def test_a_shape_that_names_its_origins_lets_the_same_in_but_for_holes(shape: dict[str, Any], tmp_path: Path) -> None:
    before = shape["flask_cors"]["verdicts"]
    migrated = migrate_text(shape["snippet"].replace("LIB", "flask_cors") + "\n", tmp_path)
    after = ask(load(migrated.text, OWN_PATHS), before, next(iter(before.values())))
    lookalike = "https://x.app.example.com.evil.example"
    holes = {"c081", "c082"}
    for path, answers in before.items():
        for origin, was in answers.items():
            is_hole = shape["id"] in holes and origin == lookalike
            assert after[path][origin] == ("nnnnn" if is_hole else was), (path, origin)


@pytest.mark.parametrize(
    "shape", [shape for shape in SHAPES if shape["id"] in ASKED_FOR_CREDENTIALS], ids=lambda s: s["id"]
)
def test_everybody_with_credentials_is_asked_for_and_never_translated(shape: dict[str, Any], tmp_path: Path) -> None:
    migrated = migrate_text(shape["snippet"].replace("LIB", "flask_cors") + "\n", tmp_path, APP)
    assert [remark.text for remark in migrated.migration.left if "act as your users" in remark.text]
    with pytest.raises(PolicyError):
        load(migrated.text)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["id"])
def test_the_facts_are_those_of_the_installed_flask_cors(shape: dict[str, Any]) -> None:
    needs_module("flask_cors")
    expected = shape["flask_cors"]
    text = shape["snippet"].replace("LIB", "flask_cors")
    if not expected["starts"]:
        with pytest.raises(AssertionError):
            load(text)
        return
    found = ask(load(text, OWN_PATHS), expected["verdicts"], next(iter(expected["verdicts"].values())))
    assert found == expected["verdicts"]
