"""`cors-wsgi export`: what it prints where, and with which exit status."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.test_command import SCRIPT

APP = """
import re
from flask import Flask
from cors_wsgi import CORSMiddleware, DENY, Policy
from flask_cors_ext import CORS, same_origin

policy = Policy("https://app.example.com", supports_credentials=True)
tenants = Policy([lambda origin, environ: origin == "https://tenant.example"])
looks = Policy([re.compile(r"https://(?!evil)[a-z]+[.]example[.]com")])
by_path = CORSMiddleware(lambda environ, start_response: [], policy, paths={re.compile("/v[0-9]"): Policy("*")})
nothing = object()
plain = Flask("plain")
wrapped = Flask("wrapped")
wrapped.wsgi_app = CORSMiddleware(wrapped.wsgi_app, policy)
app = Flask("shop")
CORS(app, origins=["https://app.example.com"])
app.add_url_rule("/items/<int:number>", "items", lambda number: "", methods=["GET", "PUT"])
broken = Flask("broken")
CORS(broken)
around = CORSMiddleware(app, policy)
never = CORSMiddleware(CORSMiddleware(plain, policy, paths={"/x": DENY}), policy)
inner = Flask("inner")
CORS(inner, origins=["https://app.example.com"])
inner.add_url_rule("/own", "own", same_origin(lambda: ""))
outer = CORSMiddleware(CORSMiddleware(inner, policy), policy)
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(APP)
    (tmp_path / "raises.py").write_text("1 / 0")
    (tmp_path / "ends.py").write_text("raise SystemExit('usage:\\n')")


def _run(folder: Path, *arguments: str, path: str | None = None) -> tuple[int, str, str]:
    environ = None if path is None else {"PATH": path}
    done = subprocess.run(
        [SCRIPT, "export", *arguments, "--upstream", "http://127.0.0.1:9"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        env=environ,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("subject", ["policy", "by_path", "wrapped", "app", "around"])
def test_what_a_proxy_can_say_is_printed(subject: str, tmp_path: Path) -> None:
    status, printed, errors = _run(tmp_path, "haproxy", f"shop:{subject}", "--listen", "127.0.0.1:8080")
    assert (status, errors) == (0, "")
    first = printed.split("\n")[0]
    assert f"cors-wsgi export haproxy shop:{subject} --listen 127.0.0.1:8080 --upstream http://127.0.0.1:9`" in first
    assert "bind 127.0.0.1:8080" in printed
    assert "https://app.example.com" in printed


def test_what_it_cannot_say_is_refused_line_by_line_and_nothing_is_printed(tmp_path: Path) -> None:
    status, printed, errors = _run(tmp_path, "nginx", "shop:tenants")
    assert (status, printed) == (1, "")
    assert errors.startswith("cors-wsgi export: origins: <lambda>  [callable]  A callable decides")
    assert errors.count("\n") == 1
    assert _run(tmp_path, "envoy", "shop:looks")[0] == 1
    assert _run(tmp_path, "apache", "shop:looks")[0] == 0


def test_a_difference_is_accepted_by_name(tmp_path: Path) -> None:
    status, printed, errors = _run(tmp_path, "envoy", "shop:by_path")
    assert (status, printed) == (1, "")
    assert "--allow-difference escaped-paths" in errors
    status, printed, errors = _run(tmp_path, "envoy", "shop:by_path", "--allow-difference", "escaped-paths")
    assert (status, errors) == (0, "")
    assert "# - escaped-paths: " in printed
    assert _run(tmp_path, "envoy", "shop:by_path", "--allow-difference", "everything")[0] == 2


@pytest.mark.parametrize("subject", ["never", "outer"])
def test_what_an_inner_one_never_shares_is_refused(subject: str, tmp_path: Path) -> None:
    status, printed, errors = _run(tmp_path, "nginx", f"shop:{subject}", "--listen", "127.0.0.1:8080")
    assert (status, printed) == (1, "")
    assert errors == (
        f"cors-wsgi export: app: shop:{subject}  [source]  The app in it never shares some of its responses, which it "
        "tells the middleware alone. Export that app, or give those paths DENY in the paths of the middleware.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nginx", "shop:nothing"], "shop:nothing is object, not a Policy"),
        (["nginx", "shop:plain"], "shop:plain is Flask, not a Policy"),
        (["nginx", "shop:broken"], "no origin is named"),
        (["nginx", "shop:missing"], "no attribute 'missing'"),
        (["nginx", "missing:policy"], "No module named 'missing'"),
        (["nginx", "raises:policy"], "importing raises:policy raised 'ZeroDivisionError: division by zero'"),
        (["nginx", "ends:policy"], r"importing ends:policy ended the program with status 'usage:\n'"),
        (["nginx", "shop"], "write it as 'module:attribute'"),
        (["nginx", "shop:policy", "--listen", "8080x"], "--listen '8080x' is not an address and port"),
        (["nginx", "shop:policy", "--listen", "[::1]:99999"], "is not an address and port"),
        (
            ["nginx", "shop:policy", "--upstream", "http://me:secret@app/x"],
            "--upstream 'http://…@app/x' is not the URL",
        ),
        (["nginx", "shop:policy", "--upstream", "app:80"], "write it as http://127.0.0.1:8000"),
        (["lighttpd", "shop:policy"], "invalid choice"),
    ],
)
def test_what_could_not_be_done_is_said_with_status_2(arguments: list[str], words: str, tmp_path: Path) -> None:
    command = [SCRIPT, "export", *arguments, *([] if "--upstream" in arguments else ["--upstream", "http://app:80"])]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_a_snippet_is_less_than_the_whole(tmp_path: Path) -> None:
    status, printed, _ = _run(tmp_path, "nginx", "shop:policy", "--snippet")
    assert status == 0
    assert "# == Inside http { }" in printed
    assert "listen" not in printed.partition("\n")[2]


def test_the_proxy_s_checker_has_the_last_word(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, status in (("haproxy", 0), ("caddy", 1)):
        (programs / name).write_text(f"#!{sys.executable}\nprint('refused by {name}')\nraise SystemExit({status})\n")
        (programs / name).chmod(0o755)
    path = str(programs)
    assert _run(tmp_path, "haproxy", "shop:policy", "--check", path=path)[::2] == (0, "")
    status, printed, errors = _run(tmp_path, "caddy", "shop:policy", "--check", "--snippet", path=path)
    assert (status, printed) == (2, "")
    assert "caddy rejects it: refused by caddy" in errors


def test_without_a_checker_that_is_said(tmp_path: Path) -> None:
    if shutil.which("apache2", path="/usr/sbin:/sbin") or shutil.which("apache2"):
        pytest.skip("Apache is installed, and so is its checker")
    status, printed, errors = _run(tmp_path, "apache", "shop:policy", "--check")
    assert status == 0
    assert printed
    assert "apache2 is not installed here, so this was not checked." in errors


def test_the_parts_of_an_address_are_read(tmp_path: Path) -> None:
    done = subprocess.run(
        [SCRIPT, "export", "envoy", "shop:policy", "--upstream", "https://[fd00::7]", "--listen", "[::1]:8443"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "{address: 'fd00::7', port_value: 443}" in done.stdout
    assert "{address: '::1', port_value: 8443}" in done.stdout
