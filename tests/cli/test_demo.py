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
from typing import Final

import pytest
from cli.test_command import SCRIPT, run
from rich.console import Console

from cors_wsgi.cli.demo import show
from cors_wsgi.demo.recorded import RECORDED, Answer, Recording
from cors_wsgi.demo.scenarios import SCENARIOS, Scenario
from cors_wsgi.demo.servers import Demo, serve_demo

CHOSEN: Final = [scenario for scenario in SCENARIOS if scenario.name in RECORDED]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with serve_demo() as demo:
        yield demo


@pytest.mark.parametrize("columns", ["60", "80", "120"])
def test_once_shows_every_scenario_within_the_terminal_and_succeeds(columns: str) -> None:
    shown = run("demo", "--once", COLUMNS=columns)
    assert shown.returncode == 0, shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= int(columns)
    flat = re.sub(r"\s+", " ", shown.stdout)
    for scenario in CHOSEN:
        assert scenario.title().split()[-1] in flat
    assert "All 12 scenarios went as predicted, and as recorded." in flat
    assert "\x1b" not in shown.stdout


def test_where_the_environment_is_chinese_so_is_the_table() -> None:
    shown = run("demo", "--once", COLUMNS="80", LC_ALL="zh_CN.UTF-8")
    assert shown.returncode == 0
    assert shown.stdout.endswith("全部 12 个场景都与预测和记录一致。\n")
    for scenario in CHOSEN:
        assert scenario.title("zh").split()[-1] in shown.stdout


def test_without_a_terminal_or_with_no_color_there_are_no_colours() -> None:
    assert "\x1b" not in run("demo", "--once", NO_COLOR="1", TERM="xterm-256color").stdout


def test_each_recording_is_of_a_scenario_and_each_goes_as_expected(demo: Demo) -> None:
    assert {scenario.name for scenario in CHOSEN} == set(RECORDED)
    assert [(result.scenario, result.differences) for result in demo.results] == [(one, []) for one in CHOSEN]


@pytest.mark.parametrize("scenario", CHOSEN, ids=lambda scenario: scenario.name)
def test_an_answer_that_is_not_as_recorded_is_seen(scenario: Scenario) -> None:
    recording = RECORDED[scenario.name]
    *others, last = recording.answers
    wrong = Answer(last.method, last.status, {"Access-Control-Allow-Origin": "https://other.example"})
    with serve_demo([scenario], {scenario.name: Recording(recording.is_readable, (*others, wrong))}) as demo:
        (result,) = demo.results
    (difference,) = result.differences
    seen = f"{last.method} {last.status} "
    headers = "{'Access-Control-Allow-Origin': 'https://other.example'}"
    assert difference.tell().startswith(seen)
    assert difference.tell().endswith(f" was answered; recorded: {seen}{headers}")
    assert difference.tell("zh").startswith(f"响应是 {seen}")
    assert difference.tell("zh").endswith(f"，而记录是 {seen}{headers}")


def test_what_a_script_may_read_and_how_often_it_asks_is_compared(demo: Demo) -> None:
    (scenario,) = (scenario for scenario in SCENARIOS if scenario.name == "get")
    with serve_demo([scenario], {"get": Recording(False, ())}) as demo:
        (result,) = demo.results
    assert [one.tell() for one in result.differences] == [
        "the answer is readable; it was recorded as blocked",
        "1 requests were sent; 0 were recorded",
    ]


def test_a_policy_that_shares_too_much_fails_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    open_to_all = [
        dataclasses.replace(one, policy={"origins": "*"}) if "refused-origin" in one.name else one for one in CHOSEN
    ]
    with serve_demo(open_to_all) as demo:
        status = show(Console(width=120), demo.origins, demo.results)
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert status == 1
    assert "2 of 12 scenarios did not go as expected." in shown
    assert "A refused origin: the answer is readable; it was recorded as blocked" in shown


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
