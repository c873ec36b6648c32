"""Files of users, under strict type checkers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.needs import needs_module

FILES = sorted((Path(__file__).parent / "typing").glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_mypy_strict_has_nothing_to_say(path: Path, tmp_path: Path) -> None:
    needs_module("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pyright_has_nothing_to_say(path: Path, tmp_path: Path) -> None:
    needs_module("pyright")
    # An empty project: the file is checked as its user would, against the installed package.
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    copy = tmp_path / path.name
    copy.write_text(path.read_text())
    command = [sys.executable, "-m", "pyright", "--project", str(tmp_path), "--pythonpath", sys.executable, str(copy)]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


CALLS = """\
from wsgiref.simple_server import demo_app as app
from cors_wsgi import CORSMiddleware, Policy
policy = Policy("*", supports_credentials=False)
CORSMiddleware(app, policy, debug=True)
Policy()  # wrong
Policy(supports_credentials=True)  # wrong
Policy("*", support_credentials=True)  # wrong
Policy("*", allow_credentials=True)  # wrong
Policy("*", ["GET"])  # wrong
Policy("*", max_age="600")  # wrong
Policy(allow_origins=["*"])  # wrong
CORSMiddleware()  # wrong
CORSMiddleware(app, origins=["*"])  # wrong
CORSMiddleware(app, policy, allow_headers=["X-A"])  # wrong
CORSMiddleware(app, policy, {})  # wrong
CORSMiddleware(app, "*")  # wrong
"""


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["mypy", "--strict", "--config-file=", "--cache-dir=cache", "calls.py"], id="mypy"),
        pytest.param(["pyright", "--pythonpath", sys.executable, "calls.py"], id="pyright"),
    ],
)
def test_a_wrong_call_is_seen_by_a_type_checker_and_a_right_one_is_not(command: list[str], tmp_path: Path) -> None:
    needs_module(command[0])
    (tmp_path / "calls.py").write_text(CALLS)
    run = [sys.executable, "-m", *command]
    checked = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    found = {int(line) for line in re.findall(r"calls\.py:([0-9]+):(?:[0-9]+ -)? error", checked.stdout)}
    wrong = {number for number, line in enumerate(CALLS.splitlines(), 1) if line.endswith("# wrong")}
    assert found == wrong, checked.stdout + checked.stderr
