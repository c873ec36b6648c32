"""README keeps its word: its recording of `check`, and the moments at which a wrong policy does not start."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from support.manual import DOCS
from support.needs import needs_module
from support.wsgi import Server

from cors_wsgi import Policy, PolicyError
from flask_cors_ext import CORS, cross_origin
from flask_cors_ext.cli import cors as cors_command

README = DOCS.parent / "README.md"


def test_the_recording_of_check_is_what_it_prints(tmp_path: Path) -> None:
    needs_module("rich")
    needs_module("urllib3")
    text = README.read_text("utf-8")
    (app,) = re.findall(r"^Around any WSGI app:\n\n```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "hello.py").write_text(app, "utf-8")
    (recorded,) = re.findall(r"^```text\n\$ (cors-wsgi check .*?)^```", text, re.MULTILINE | re.DOTALL)
    line, _, shown = recorded.partition("\n")
    command = [str(Path(sys.executable).with_name("cors-wsgi")), *shlex.split(line)[1:]]
    environ = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown.splitlines()


def at_the_call_of_policy() -> None:
    Policy("*", supports_credentials=True)


def at_the_call_of_cross_origin() -> None:
    cross_origin(origins="*", supports_credentials=True)


def at_cors() -> None:
    CORS(Flask("site"), origins="*", supports_credentials=True)


def at_init_app_for_a_setting() -> None:
    cors, app = CORS(supports_credentials=True), Flask("site")
    app.config["CORS_ORIGINS"] = "*"
    cors.init_app(app)


def at_init_app_for_a_resource() -> None:
    cors = CORS(resources={"/x": {"origins": "*", "supports_credentials": True}})
    cors.init_app(Flask("site"))


SOON = [
    at_the_call_of_policy,
    at_the_call_of_cross_origin,
    at_cors,
    at_init_app_for_a_setting,
    at_init_app_for_a_resource,
]


@pytest.mark.parametrize("start", SOON, ids=lambda start: start.__name__.replace("_", " "))
def test_a_wrong_policy_does_not_start(start: Callable[[], None]) -> None:
    with pytest.raises(PolicyError) as refused:
        start()
    assert [problem.code for problem in refused.value.problems] == ["wildcard-with-credentials"]


def merge(**marked: object) -> tuple[CORS, Server, list[str]]:
    """Share an app with everybody, but for what is said of one view; return what its requests leave, too."""
    app, ran = Flask("site"), list[str]()
    app.before_request(lambda: ran.append("hook"))

    @app.get("/x")
    @cross_origin(**marked)  # type: ignore[arg-type]
    def view() -> tuple[str, dict[str, str]]:
        return "from the app", {"Content-Type": "text/plain"}

    cors = CORS(app, origins="*")
    return cors, Server(app), ran


def test_what_only_a_merge_shows_is_raised_on_every_request_before_the_app_runs() -> None:
    _, server, ran = merge(supports_credentials=True)
    for _ in range(2):
        with pytest.raises(PolicyError) as refused:
            server.request(path="/x", origin="https://a.example")
        assert [problem.code for problem in refused.value.problems] == ["wildcard-with-credentials"]
    assert ran == []
    _, server, ran = merge(supports_credentials=False)
    assert server.request(path="/x", origin="https://a.example").values("Access-Control-Allow-Origin") == ["*"]
    assert ran == ["hook"]


def test_validate_and_check_bring_it_forward() -> None:
    cors, server, _ = merge(supports_credentials=True)
    with pytest.raises(PolicyError) as refused:
        cors.validate(server.app)  # type: ignore[arg-type]
    assert [problem.code for problem in refused.value.problems] == ["wildcard-with-credentials"]
    checked = server.app.test_cli_runner().invoke(cors_command, ["check"])  # type: ignore[attr-defined]
    assert (checked.exit_code, "wildcard-with-credentials" in checked.output) == (1, True)
    cors, server, _ = merge(supports_credentials=False)
    cors.validate(server.app)  # type: ignore[arg-type]
    checked = server.app.test_cli_runner().invoke(cors_command, ["check"])  # type: ignore[attr-defined]
    assert (checked.exit_code, checked.output) == (0, "0 errors, 0 other findings.\n")


def test_no_origins_have_no_default() -> None:
    with pytest.raises(TypeError, match="origins"):
        Policy()  # type: ignore[call-arg]
