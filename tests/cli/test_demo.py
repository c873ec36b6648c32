"""`cors-wsgi demo`: real servers, real answers, a real browser, and checks that can fail."""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from cli.test_command import SCRIPT, run

from cors_wsgi import Policy
from cors_wsgi.demo import scenarios, servers
from cors_wsgi.demo.exchanges import run_scenario
from cors_wsgi.demo.scenarios import SCENARIOS, Expected

if TYPE_CHECKING:
    from cors_wsgi.demo.servers import Demo


@pytest.fixture
def demo() -> Iterator[Demo]:
    with servers.serve_demo() as demo:
        yield demo


@pytest.mark.parametrize("columns", ["60", "80", "120"])
def test_once_shows_every_scenario_within_the_terminal_and_succeeds(columns: str) -> None:
    shown = run("demo", "--once", COLUMNS=columns)
    assert shown.returncode == 0, shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= int(columns)
    flat = re.sub(r"\s+", " ", shown.stdout)
    for scenario in SCENARIOS:
        assert scenario.title.split()[-1] in flat
    assert "All 12 scenarios were answered as expected." in flat
    assert "\x1b" not in shown.stdout


def test_without_a_terminal_or_with_no_color_there_are_no_colours() -> None:
    assert "\x1b" not in run("demo", "--once", NO_COLOR="1", TERM="xterm-256color").stdout


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
def test_every_answer_is_as_expected(scenario: scenarios.Scenario, demo: Demo) -> None:
    assert run_scenario(scenario, demo.origins).differences == ()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
def test_an_answer_that_is_not_as_expected_is_seen(scenario: scenarios.Scenario, demo: Demo) -> None:
    other = Expected(200, {"Access-Control-Allow-Origin": "https://other.example"})
    wrong = dataclasses.replace(scenario, **{"actual" if scenario.actual else "preflight": other})
    (difference,) = run_scenario(wrong, demo.origins).differences
    assert "expected was 200" in difference


def test_a_policy_that_shares_too_much_makes_the_command_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cors_wsgi.cli import main

    sound = scenarios.make_paths
    monkeypatch.setattr(servers, "make_paths", lambda page: {**sound(page), "/others/*": Policy("*")})
    assert main(["demo", "--once"]) == 1
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "2 of 12 scenarios were not answered as expected." in shown
    assert "A refused origin: GET was answered 200 {'Access-Control-Allow-Origin': '*'}" in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_traceback(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [str(SCRIPT), "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "80"},
    )
    try:
        assert process.stdout is not None
        lines: list[str] = []
        while not (found := re.search(r"is at\s+http://localhost:(\d+)/", "".join(lines))):
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            lines.append(line)
        port = int(found.group(1))
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=10) as page:
            assert b"Two origins" in page.read()
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, errors) == (0, "")
    assert output.endswith("Closed.\n")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)
