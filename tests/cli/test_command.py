"""The command line as its user meets it: the installed script, its help, and what it says when something is missing."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest
from support.needs import needs_program

from cors_wsgi.cli import COMMANDS, build_parser, main

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


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_s_help_has_an_example_that_it_takes(command: str) -> None:
    shown = run(command, "--help", COLUMNS="80")
    assert shown.returncode == 0
    lines = shown.stdout.partition("\nexamples:\n")[2].replace("\\\n", "").splitlines()
    examples = [line.split("   ")[0] for line in lines if line.startswith("  cors-wsgi ")]
    assert examples
    for example in examples:
        words = shlex.split(example.partition(">")[0].partition("<")[0])
        assert build_parser().parse_args(words[1:]).command == command


CHINESE: Final = re.compile(r"[一-鿿]")

CHINESE_HELP: Final = {
    "explain": """\
用法：cors-wsgi explain [-h] [text ...]

解释浏览器控制台里的一行报错，并说明怎么办。

参数：
  text        从控制台复制的文字；不写则读取标准输入

选项：
  -h, --help  显示这段帮助，然后退出

示例：
  cors-wsgi explain "Access to fetch at … has been blocked by CORS policy: …"
  cors-wsgi explain < console.txt
退出状态：0 表示已解释，1 表示文字里没有原因，2 表示没有文字
""",
    "demo": """\
用法：cors-wsgi demo [-h] [--once]

在两个源上启动一个接口和一个网页，并显示它们之间的每次请求和响应。

选项：
  -h, --help  显示这段帮助，然后退出
  --once      显示表格后退出；如果有请求或响应与预测、记录不一致，退出状态是 1

示例：
  cors-wsgi demo          显示请求和响应，并启动演练场，直到按下 Ctrl-C
  cors-wsgi demo --once   只显示请求和响应；如果有与预期不同的，就以失败退出
""",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_in_the_language_in_which_it_prints(command: str) -> None:
    shown = run(command, "--help", COLUMNS="80", LC_ALL="zh_CN.UTF-8").stdout
    if command in CHINESE_HELP:
        assert shown == CHINESE_HELP[command]
    else:
        assert shown
        assert not CHINESE.search(shown)


@pytest.mark.parametrize("arguments", [["--help"], ["completion", "zsh"], ["demo", "--once=1"], ["explain", "--wrong"]])
def test_what_is_not_of_one_chinese_command_is_in_english_alone(arguments: list[str]) -> None:
    shown = run(*arguments, LC_ALL="zh_CN.UTF-8")
    assert shown.stdout + shown.stderr
    assert not CHINESE.search(shown.stdout + shown.stderr)


def test_a_help_in_chinese_fits_a_narrow_terminal() -> None:
    shown = run("demo", "--help", COLUMNS="44", LC_ALL="zh_CN.UTF-8").stdout
    lines = ["  --once      显示表格后退出；如果有请求或", "响应与预测、记录不一致，退出", "状态是 1"]
    assert ("\n" + " " * 14).join(lines) in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_takes_its_completion(shell: str, tmp_path: Path) -> None:
    script = tmp_path / f"_cors-wsgi.{shell}"
    shown = run("completion", shell)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "audit" in shown.stdout
    script.write_text(shown.stdout)
    subprocess.run([needs_program(shell), "-n", str(script)], check=True, timeout=30)


def test_bash_completes_commands_options_and_choices(tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(run("completion", "bash").stdout)
    asked = '''source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_shtab_cors_wsgi; printf '%s\\n' "${COMPREPLY[@]}"'''

    def complete(*words: str) -> set[str]:
        command = [needs_program("bash"), "-c", asked, "bash", str(script), "cors-wsgi", *words]
        return set(subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.split())

    assert complete("") >= set(COMMANDS)
    assert complete("a") == {"audit"}
    assert complete("audit", "--ma") == {"--markdown"}
    assert complete("check", "--engine", "") == {"standard", "chromium", "firefox", "webkit"}


def test_version_is_the_packages() -> None:
    assert run("--version").stdout == f"cors-wsgi {version('cors-wsgi')}\n"


def test_python_m_is_the_same_command() -> None:
    ours = [sys.executable, "-m", "cors_wsgi"]
    for arguments in (["--version"], ["--help"], ["nonsense"], ["explain", "not a line of any console"]):
        done = subprocess.run([*ours, *arguments], capture_output=True, text=True, timeout=60, check=False)
        script = run(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (script.returncode, script.stdout, script.stderr)


def test_importing_the_command_runs_nothing() -> None:
    assert importlib.import_module("cors_wsgi.__main__").main is main


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
    assert run("--version", PYTHONPATH=str(tmp_path)).stdout == f"cors-wsgi {version('cors-wsgi')}\n"


def test_help_needs_no_extra_and_without_arguments_it_is_shown_as_well(tmp_path: Path) -> None:
    for name in ("rich", "shtab", "urllib3", "werkzeug"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('gone', name={name!r})\n")
    shown = run("--help", PYTHONPATH=str(tmp_path))
    assert (shown.returncode, shown.stdout) == (0, run("--help").stdout)
    assert all(f"\n    {command} " in shown.stdout for command in COMMANDS)
    bare = run(PYTHONPATH=str(tmp_path))
    assert (bare.returncode, bare.stdout, bare.stderr) == (2, "", shown.stdout)
