"""How commands say why they could not run: a line a line, harmless, and wrapped where that is a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_command import SCRIPT
from support.terminal import run_on_terminal

from cors_wsgi import Policy, PolicyError
from cors_wsgi.cli.terminal import print_error


def refuse() -> PolicyError:
    with pytest.raises(PolicyError) as error:
        Policy("https://app.example.com/", supports_credentials=True, max_age="soon")  # type: ignore[arg-type]
    return error.value


def test_an_error_of_several_lines_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    error = refuse()
    print_error("export", error)
    assert capsys.readouterr().err == f"cors-wsgi export: {error}\n"


def test_nothing_in_it_can_act_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_error("check", "a\x1b[31mred\rx")
    assert capsys.readouterr().err == "cors-wsgi check: a\\x1b[31mred\\rx\n"


def test_on_a_terminal_it_is_wrapped_and_the_mark_stays_below_its_character(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("from cors_wsgi import Policy\npolicy = Policy('https://app.example.com/')\n")
    options = ("--listen", "127.0.0.1:8080", "--upstream", "http://127.0.0.1:5000")
    printed = run_on_terminal(
        str(SCRIPT), "export", "nginx", "wrong:policy", *options, folder=tmp_path, COLUMNS="40"
    ).splitlines()
    assert printed == [
        "cors-wsgi export: 1 problem:",
        "  origins: 'https://app.example.com/'  [trailing-slash]",
        "                                   ^",
        "      Browsers send an origin without a",
        "      trailing slash.",
        "      Write 'https://app.example.com'.",
    ]
