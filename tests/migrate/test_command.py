"""`cors-wsgi migrate` as its user meets it: what it prints and writes, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.needs import needs_module

SCRIPT = Path(sys.executable).with_name("cors-wsgi")
FLASK = Path(sys.executable).with_name("flask")

NAMED = b"from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\nCORS(app, origins='https://a.example')\n"
BARE = NAMED.replace(b", origins='https://a.example'", b"")


@pytest.fixture(autouse=True)
def libcst_is_installed() -> None:
    needs_module("libcst")


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(SCRIPT), "migrate", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, env=os.environ | environment, check=False
    )


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(FLASK), "--app", "app", "cors", "check"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_without_write_it_prints_the_changes_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(NAMED)
    shown = run(tmp_path, ".")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "-from flask_cors import CORS\n+from flask_cors_ext import CORS\n" in shown.stdout
    assert "app.py:5 CORS(app)\n    before  https://a.example\n    after   the same\n" in shown.stdout
    assert (tmp_path / "app.py").read_bytes() == NAMED


def test_with_write_the_app_passes_its_check_and_a_second_run_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(NAMED)
    assert run(tmp_path, ".", "--write").returncode == 0
    written = (tmp_path / "app.py").read_bytes()
    assert written == NAMED.replace(b"flask_cors", b"flask_cors_ext")
    assert check(tmp_path).returncode == 0
    again = run(tmp_path, ".", "--write")
    assert (again.returncode, again.stdout) == (0, "Nothing here uses Flask-CORS.\n")
    assert (tmp_path / "app.py").read_bytes() == written


def test_what_is_left_is_listed_where_its_comment_stands_and_fails_the_check_until_it_is_decided(
    tmp_path: Path,
) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(BARE)
    shown = run(tmp_path, "app.py", "--write")
    assert shown.returncode == 1
    assert "Left to do by hand\n  app.py:7: no origins are named" in shown.stdout
    lines = path.read_text().splitlines()
    assert lines[4].startswith("# TODO cors-wsgi: no origins are named")
    assert lines[6] == "CORS(app)"
    failed = check(tmp_path)
    assert failed.returncode == 1
    assert f"{path}:5: no origins are named" in failed.stdout
    assert "[left-by-migrate]" in failed.stdout
    assert run(tmp_path, "app.py").returncode == 1
    path.write_text("\n".join([*lines[:4], "CORS(app, origins='*')", ""]))
    assert check(tmp_path).returncode == 0
    assert run(tmp_path, "app.py").returncode == 0


def test_a_computed_value_that_is_in_order_today_fails_the_check_too(tmp_path: Path) -> None:
    source = BARE.replace(
        b"CORS(app)", b"import os\nCORS(app, origins=os.environ.get('X', 'https://a.example').split(','))"
    )
    (tmp_path / "app.py").write_bytes(source)
    assert run(tmp_path, "app.py", "--write").returncode == 1
    failed = check(tmp_path)
    assert failed.returncode == 1
    assert failed.stdout.count("error:") == 1
    assert "origins is computed here" in failed.stdout


def test_origins_may_be_given_as_often_as_needed(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(BARE)
    shown = run(tmp_path, "app.py", "--origins", "https://a.example", "--origins", "https://*.b.example", "--write")
    assert shown.returncode == 0
    assert b'CORS(app, origins=["https://a.example", "https://*.b.example"])' in (tmp_path / "app.py").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["missing.py"], "there is no missing.py", id="no such file"),
        pytest.param(
            [".", "--origins", "https://a.example/"], "Write 'https://a.example'.", id="an origin with a slash"
        ),
        pytest.param([".", "--origins", "a.example"], "Write 'https://a.example'.", id="an origin without a scheme"),
    ],
)
def test_what_cannot_run_ends_with_status_2(arguments: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(BARE)
    shown = run(tmp_path, *arguments, "--write")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("cors-wsgi migrate: ")
    assert says in shown.stderr
    assert (tmp_path / "app.py").read_bytes() == BARE


def test_without_libcst_it_says_what_to_install_and_the_other_commands_work(tmp_path: Path) -> None:
    (tmp_path / "libcst.py").write_text("raise ModuleNotFoundError('no', name='libcst')\n")
    shown = run(tmp_path, ".", PYTHONPATH=str(tmp_path))
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "pip install 'cors-wsgi[migrate]'" in shown.stderr
    explained = subprocess.run(
        [str(SCRIPT), "--version"], env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, check=False
    )
    assert explained.returncode == 0


def test_source_that_does_not_parse_and_other_encodings(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_bytes(b"from flask_cors import CORS\nprint 'x'\n")
    (tmp_path / "latin.py").write_bytes(
        b"# coding: latin-1\nfrom flask_cors import CORS  # \xe9\n"
        b"CORS(app, origins='https://a.example', vary_header=True)\n"
    )
    (tmp_path / "broken.py").write_bytes(b"from flask_cors import CORS  # \xe9\n")
    shown = run(tmp_path, ".", "--write")
    assert shown.returncode == 1
    assert "old.py:1: was left as it is: it does not parse" in shown.stdout
    assert "broken.py:1: was left as it is: it cannot be decoded" in shown.stdout
    assert (tmp_path / "latin.py").read_bytes() == (
        b"# coding: latin-1\nfrom flask_cors_ext import CORS  # \xe9\nCORS(app, origins='https://a.example')\n"
    )


def test_dependencies_are_named_and_not_edited(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask\nFlask-Cors>=4 # for the page\n# flask-cors\nflask-cors-extra\n",
        "pyproject.toml": '[project]\ndependencies = ["flask", "flask_cors~=5.0"]\n',
        "setup.cfg": "[options]\ninstall_requires =\n    flask-cors\n",
        "app.py": NAMED.decode(),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    shown = run(tmp_path, ".", "--write")
    assert shown.returncode == 0
    named = shown.stdout.partition("Dependencies")[2].partition("\n\n")[0].splitlines()[1:]
    assert named == [
        '  pyproject.toml:2: dependencies = ["flask", "flask_cors~=5.0"]',
        "  requirements.txt:2: Flask-Cors>=4 # for the page",
        "  setup.cfg:3: flask-cors",
    ]
    assert {name: (tmp_path / name).read_text() for name in files if name != "app.py"} == {
        name: text for name, text in files.items() if name != "app.py"
    }


def test_calls_settings_and_marks_in_several_files_belong_together(tmp_path: Path) -> None:
    (tmp_path / "extensions.py").write_text("from flask_cors import CORS\ncors = CORS()\n")
    (tmp_path / "config.py").write_text(
        "class Config:\n    CORS_ORIGINS = ['https://a.example', 'HTTPS://B.example']\n"
    )
    (tmp_path / "views.py").write_text(
        "from flask import Blueprint\nfrom flask_cors import cross_origin\nbp = Blueprint('b', __name__)\n"
        "@bp.get('/x')\n@cross_origin(origins='https://c.example')\ndef x():\n    return {}\n"
    )
    (tmp_path / "app.py").write_text(
        "from flask import Flask\nfrom extensions import cors\nfrom views import bp\napp = Flask(__name__)\n"
        "app.config.from_object('config.Config')\napp.register_blueprint(bp)\n"
        "cors.init_app(app, supports_credentials=True, resources={r'/*': {}})\n"
    )
    shown = run(tmp_path, ".", "--write")
    assert shown.returncode == 0, shown.stdout
    assert "'https://a.example', \"https://b.example\"" in (tmp_path / "config.py").read_text()
    assert "origins='https://c.example', supports_credentials=False" in (tmp_path / "views.py").read_text()
    assert (tmp_path / "app.py").read_text().endswith("resources={r'/*': {}})\n")
    checked = check(tmp_path)
    assert checked.returncode == 0, checked.stdout


def test_a_package_that_is_imported_by_its_name_is_used_and_a_string_that_names_it_is_worth_knowing(
    tmp_path: Path,
) -> None:
    app = tmp_path / "app.py"
    app.write_text("import importlib\nimportlib.import_module('flask_cors').CORS(app)\nnamed = 'flask_cors'\n")
    done = run(tmp_path, "app.py")
    assert done.returncode == 1
    assert done.stdout.partition("To know")[2] == (
        "\n  app.py:3: a string names flask_cors, and stays as it is\n\n"
        "Left to do by hand\n"
        "  app.py:2: flask_cors is imported by name here. Import flask_cors_ext, and make sure that the options are "
        "valid.\n"
        "\n1 file would change; --write changes them, 1 left to do by hand. Then run: flask cors check\n"
    )
