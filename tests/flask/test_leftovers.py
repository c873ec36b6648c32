"""`flask cors check` fails on what `cors-wsgi migrate` left to do, in the app's own modules and in no others."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flask_cors_ext import CORS
from flask_cors_ext.cli.check import check_app
from flask_cors_ext.cli.leftovers import find_leftovers
from flask_cors_ext.state import find_state

LEFT = "def view():\n    # TODO cors-wsgi: origins is computed here.\n    #   See that it is valid.\n    return {}\n"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a folder with modules in it, of which `inside` is the app's and `outside` is not; none is left loaded."""
    for folder in ("inside", "outside", "inside/site-packages"):
        (tmp_path / folder).mkdir()
        monkeypatch.syspath_prepend(str(tmp_path / folder))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def load(folder: Path, name: str, text: str = LEFT) -> object:
    (folder / f"{name}.py").write_text(text)
    importlib.invalidate_caches()
    return importlib.import_module(name)


def make_app(folders: Path) -> Flask:
    app = Flask("left_app", root_path=str(folders / "inside"))
    CORS(app, origins=["https://a.example"])
    return app


def test_a_comment_in_the_app_s_folder_is_an_error(folders: Path) -> None:
    app = make_app(folders)
    load(folders / "inside", "left_inside")
    load(folders / "inside", "left_nothing", "# TODO: cors-wsgi\nx = '# TODO cors-wsgi: no comment'\n")
    findings = [str(finding.code.level) + " " + finding.text for finding in check_app(app, find_state(app))]
    where = folders / "inside/left_inside.py"
    assert f"error {where}:2: origins is computed here." in findings
    assert len([text for text in findings if text.startswith("error")]) == 1


def test_a_comment_in_the_module_of_a_view_elsewhere_is_found(folders: Path) -> None:
    app = make_app(folders)
    module = load(folders / "outside", "left_view")
    app.add_url_rule("/x", view_func=module.view)  # type: ignore[attr-defined]
    assert list(find_leftovers(app)) == [f"{folders / 'outside/left_view.py'}:2: origins is computed here."]


def test_a_file_is_read_whatever_its_bytes_and_lines_are_counted_from_the_first(folders: Path) -> None:
    app = make_app(folders)
    module = load(folders / "inside", "left_latin")
    Path(str(module.__file__)).write_bytes(b"\n# caf\xe9\n# TODO cors-wsgi: name the caf\xe9.\n")  # type: ignore[attr-defined]
    assert list(find_leftovers(app)) == [f"{folders / 'inside/left_latin.py'}:3: name the caf\ufffd."]


def test_views_and_modules_that_say_nothing_of_themselves_are_passed_over(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(folders)
    monkeypatch.setitem(sys.modules, "left_bare", object())
    app.add_url_rule("/x", "x", "x".__str__)
    assert list(find_leftovers(app)) == []


def test_modules_elsewhere_and_installed_ones_are_not_read(folders: Path) -> None:
    app = make_app(folders)
    load(folders / "outside", "left_outside")
    load(folders / "inside/site-packages", "left_installed")
    gone = load(folders / "inside", "left_gone")
    Path(str(gone.__file__)).unlink()  # type: ignore[attr-defined]
    assert list(find_leftovers(app)) == []
