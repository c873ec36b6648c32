"""The command line as its user meets it: the installed script, its help, and what it says when something is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("cors-wsgi")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(SCRIPT), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=os.environ | environment, check=False
    )


def test_help_names_every_command_with_an_example() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    assert "demo" in shown.stdout
    assert "cors-wsgi demo --once" in shown.stdout


def test_version_is_the_packages() -> None:
    assert run("--version").stdout == f"cors-wsgi {version('cors-wsgi')}\n"


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("demo", "--twice")])
def test_a_wrong_call_ends_with_status_2_and_shows_the_right_one(arguments: tuple[str, ...]) -> None:
    shown = run(*arguments)
    assert shown.returncode == 2
    assert "usage: cors-wsgi" in shown.stderr


def test_a_missing_package_is_one_line_that_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text("raise ModuleNotFoundError('gone', name='rich')\n")
    shown = run("demo", "--once", PYTHONPATH=str(tmp_path))
    assert shown.returncode == 2
    assert shown.stderr == "cors-wsgi: rich is not installed. Install it with: pip install 'cors-wsgi[cli]'\n"
    assert shown.stdout == ""
