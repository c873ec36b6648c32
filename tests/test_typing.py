"""Files of users, under strict type checkers."""

from __future__ import annotations

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


def test_a_misspelled_option_is_seen_by_a_type_checker(tmp_path: Path) -> None:
    needs_module("mypy")
    (tmp_path / "wrong.py").write_text("from cors_wsgi import Policy\nPolicy('*', alow_headers='*')\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", "wrong.py"]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    assert checked.returncode == 1
    assert 'Unexpected keyword argument "alow_headers"' in checked.stdout
