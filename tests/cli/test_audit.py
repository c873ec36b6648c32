"""`cors-wsgi audit`: what it prints, when it fails, and servers that answer nonsense or nothing."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cli.test_check import answering
from cli.test_command import SCRIPT, run
from support.nginx import free_port, run_nginx
from support.servers import serving
from support.sharing_api import serve_sharing_api

from cors_wsgi.audit.run import is_harmless

PAGE = "https://app.example.com"

APPS = """
from cors_wsgi import CORSMiddleware, Policy

def plain(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b""]

def open_to_all(environ, start_response):
    origin = environ.get("HTTP_ORIGIN")
    named = [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true")] if origin else []
    start_response("200 OK", [("Vary", "Origin"), *named])
    return [b""]

def from_localhost(environ, start_response):
    origin = environ.get("HTTP_ORIGIN", "")
    named = [("Access-Control-Allow-Origin", origin)] if origin == "http://localhost:1337" else []
    start_response("200 OK", [("Vary", "Origin"), *named])
    return [b""]

app = CORSMiddleware(plain, Policy("https://app.example.com", supports_credentials=True, allow_headers=["X-A"]))
"""


@pytest.fixture
def apps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "apps.py").write_text(APPS)
    monkeypatch.chdir(tmp_path)


URL = "https://api.example.com/"


@pytest.mark.usefixtures("apps")
def test_a_right_app_has_nothing_to_show() -> None:
    shown = run("audit", URL, "--app", "apps:app", "--origin", PAGE, COLUMNS="100")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == (f"{URL}: 24 requests, with look-alikes of {PAGE}.\n\nNothing found.\n")


@pytest.mark.usefixtures("apps")
def test_a_finding_is_shown_with_what_it_means_what_to_write_and_the_evidence() -> None:
    shown = run("audit", URL, "--app", "apps:open_to_all", "--origin", PAGE, COLUMNS="100")
    assert shown.returncode == 1
    flat = " ".join(shown.stdout.split())
    assert (
        "critical any-origin https://cors-audit.example, an origin that nobody has, was let in with credentials."
        in flat
    )
    assert "any website may read this. Name each origin: Policy(['https://app.example.com'])." in flat
    assert "< Access-Control-Allow-Credentials: true" in flat
    assert flat.endswith("1 critical, 1 info.")


@pytest.mark.usefixtures("apps")
@pytest.mark.parametrize(
    ("app", "fail_on", "status"),
    [
        ("open_to_all", "critical", 1),
        ("open_to_all", "never", 0),
        ("from_localhost", "medium", 0),
        ("from_localhost", "low", 1),
        ("app", "info", 0),
    ],
)
def test_the_status_goes_by_the_severity(app: str, fail_on: str, status: int) -> None:
    assert run("audit", URL, "--app", f"apps:{app}", "--fail-on", fail_on).returncode == status


@pytest.mark.usefixtures("apps")
def test_json_and_markdown_say_the_same() -> None:
    data = json.loads(run("audit", URL, "--app", "apps:open_to_all", "--json").stdout)
    assert (data["worst"], data["findings"][0]["code"]) == ("critical", "any-origin")
    markdown = run("audit", URL, "--app", "apps:open_to_all", "--markdown").stdout
    assert markdown.startswith(f"### CORS audit of `{URL}`\n")
    assert "| critical | `any-origin` |" in markdown


@pytest.mark.usefixtures("apps")
def test_sarif_has_a_rule_for_each_result() -> None:
    data = json.loads(run("audit", URL, "--app", "apps:open_to_all", "--sarif").stdout)
    (told,) = data["runs"]
    assert data["version"] == "2.1.0"
    assert [result["ruleId"] for result in told["results"]] == [rule["id"] for rule in told["tool"]["driver"]["rules"]]
    assert [result["level"] for result in told["results"]] == ["error", "none"]
    assert told["results"][0]["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": URL}}}]
    assert "was let in with credentials" in told["results"][0]["message"]["text"]
    assert told["invocations"] == [{"executionSuccessful": True}]


@pytest.mark.usefixtures("apps")
@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_no_line_is_wider_than_the_terminal(columns: str) -> None:
    shown = run("audit", URL, "--app", "apps:open_to_all", COLUMNS=columns)
    assert max(map(len, shown.stdout.splitlines())) <= int(columns)


def test_a_live_server_is_asked_and_not_faster_than_allowed() -> None:
    with serve_sharing_api() as api:
        url = f"{api.url}/items/1"
        shown = run("audit", url, "--origin", api.page, "--rate", "1000", "--json")
    data = json.loads(shown.stdout)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert data["requests"] <= 24
    assert data["worst"] in (None, "info", "low")


@pytest.mark.parametrize(
    ("method", "harmless"),
    [
        ("GET", True),
        ("HEAD", True),
        ("OPTIONS", True),
        ("QUERY", True),
        ("query", False),
        ("POST", False),
        ("PUT", False),
    ],
)
def test_methods_that_change_nothing_need_no_word(method: str, harmless: bool) -> None:
    assert is_harmless(method) == harmless


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("api.example.com",), "has no scheme; write it whole", id="no scheme"),
        pytest.param((URL, "--origin", "app"), "is not an origin; write one such as", id="no origin"),
        pytest.param((URL, "-H", "X"), "write it as 'Name: value'", id="no header"),
        pytest.param((URL, "--method", "DELETE"), "write --unsafe if you mean it", id="a method that deletes"),
        pytest.param((URL, "--app", "x"), "write it as 'module:attribute'", id="no app"),
        pytest.param((URL, "--rate", "0"), "must be more than 0", id="no rate"),
    ],
)
def test_a_wrong_argument_is_one_line_that_says_what_to_write(arguments: tuple[str, ...], words: str) -> None:
    shown = run("audit", *arguments)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("cors-wsgi audit: ")
    assert words in shown.stderr
    assert shown.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"", id="a server that hangs up"),
        pytest.param(b"what?\r\n\r\n", id="a server that speaks no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n", id="a megabyte of headers"),
        pytest.param(None, id="a server that never answers"),
    ],
)
def test_a_server_that_gives_no_answer_is_status_2(reply: bytes | None) -> None:
    with answering(reply) as port:
        shown = run("audit", f"http://127.0.0.1:{port}/", "--timeout", "1")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("cors-wsgi audit: ")
    assert shown.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("app", "status", "words"),
    [
        ("missing", 2, "Inconclusive: GET was answered 404, which is not what pages normally get."),
        ("limited", 2, "requests were answered with 429."),
    ],
)
def test_what_could_not_be_concluded_is_status_2_and_never_clean(
    app: str, status: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "more.py").write_text(MORE)
    monkeypatch.chdir(tmp_path)
    shown = run("audit", URL, "--app", f"more:{app}", "--origin", PAGE, "--fail-on", "never", COLUMNS="200")
    assert (shown.returncode, shown.stderr) == (status, "")
    assert words in shown.stdout
    assert "Nothing found" not in shown.stdout


MORE = """
from itertools import count
numbers = count()

def missing(environ, start_response):
    start_response("404 Not Found", [("Vary", "Origin")])
    return [b""]

def limited(environ, start_response):
    start_response("429 Too Many" if next(numbers) > 8 else "200 OK", [("Vary", "Origin")])
    return [b""]
"""


@pytest.mark.parametrize(("after", "answered"), [("0", True), ("1000", False), ("soon", True)])
def test_retry_after_is_kept_to_within_bounds(after: str, answered: bool) -> None:
    seen: list[int] = []

    class Limited(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(1)
            self.send_response(429 if len(seen) == 5 else 200)
            self.send_header("Retry-After", after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_OPTIONS = do_GET

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Limited) as server, serving(server):
        url = f"http://127.0.0.1:{server.server_port}/"
        data = json.loads(run("audit", url, "--origin", PAGE, "--rate", "1000", "--json").stdout)
    assert (data["inconclusive"] == "", len(seen) == data["requests"]) == (answered, True)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_listening_or_no_tls_is_status_2(scheme: str) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as port:
        wrong = free_port() if scheme == "http" else port
        shown = run("audit", f"{scheme}://127.0.0.1:{wrong}/", "--timeout", "2")
    assert (shown.returncode, shown.stderr.count("\n")) == (2, 1)


@pytest.mark.server
def test_nginx_with_vary_in_the_wrong_place_is_found(tmp_path: Path) -> None:
    port = free_port()
    config = f"""
    map $http_origin $allowed {{ default ""; "{PAGE}" $http_origin; }}
    server {{
        listen 127.0.0.1:{port};
        add_header Access-Control-Allow-Origin $allowed;
        location / {{ return 200 "x"; }}
        location /right {{
            add_header Access-Control-Allow-Origin $allowed always;
            add_header Vary Origin always;
            return 200 "x";
        }}
    }}
    """
    with run_nginx(tmp_path, config, port):
        shown = {
            path: json.loads(run("audit", f"http://127.0.0.1:{port}{path}", "--origin", PAGE, "--json").stdout)
            for path in ("/", "/right")
        }
    assert [f["code"] for f in shown["/"]["findings"]] == ["vary-missing", "max-age-missing"]
    assert [f["code"] for f in shown["/right"]["findings"]] == ["max-age-missing"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_there_are_colours_and_progress_and_without_colours_none(tmp_path: Path) -> None:
    (tmp_path / "apps.py").write_text(APPS)
    from support.terminal import run_on_terminal

    outputs = {}
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nAccess-Control-Allow-Origin: null\r\n\r\n") as port:
        for name, more in (("colours", {}), ("none", {"NO_COLOR": "1"})):
            command = [str(SCRIPT), "audit", f"http://127.0.0.1:{port}/", "--rate", "100"]
            outputs[name] = run_on_terminal(*command, folder=tmp_path, **more)
    assert "\x1b[33mmedium" in outputs["colours"]
    assert "asking" in outputs["colours"]
    assert "\x1b[33m" not in outputs["none"]
    assert "null-origin" in outputs["none"]
