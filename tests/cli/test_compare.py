"""`cors-wsgi compare`: what it prints, its exit statuses, and every kind of side."""

from __future__ import annotations

import io
import json
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from cli.test_command import run
from support.needs import needs_module
from support.nginx import free_port
from support.servers import serving

from cors_wsgi import CORSMiddleware, Decision, Kind, Policy, Reason
from cors_wsgi.cli import main
from cors_wsgi.compare import SideError, compare, live_side, make_side

A, B = "https://app.example.com", "https://www.example.com"

SIDES = f"""
import re
from cors_wsgi import DENY, CORSMiddleware, Policy

def plain(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b""]

def broken(environ, start_response):
    raise RuntimeError("no\\ndatabase")

def ends(environ, start_response):
    return []

async def asgi(scope, receive, send):
    pass

def is_tenant(origin, environ):
    return origin == "https://tenant.example"

one = Policy("{A}")
two = Policy(["{A}", "{B}"])
same = Policy(re.compile(r"https://app\\.example\\.com"))
suffix = Policy(re.compile(r"https://app\\.example\\.com.*"))
tenants = Policy(["{A}", is_tenant])
stricter = Policy("{A}", methods=["GET", "PUT"], allow_headers=["X-A"])
denied = DENY
app = CORSMiddleware(plain, one)
by_path = CORSMiddleware(plain, one, paths={{"/public/*": Policy("*"), "/admin": DENY, "/hands/off": None}})
by_path_after = CORSMiddleware(plain, one, paths={{"/public/*": two, "/admin": one, re.compile("/v[0-9]+"): two}})
raises = CORSMiddleware(broken, two)
number = 1
"""


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sides.py").write_text(SIDES)
    (tmp_path / "wrong.py").write_text("from cors_wsgi import Policy\npolicy = Policy('app.example.com')\n")
    (tmp_path / "raises.py").write_text("raise RuntimeError('on\\nimport')\n")
    (tmp_path / "sides_end.py").write_text("import sys\nsys.exit()\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@dataclass
class Shown:
    """What a call printed, and its exit status."""

    returncode: int
    stdout: str
    stderr: str


def call(*arguments: str, **environment: str) -> Shown:
    """Run the command in this process, as often as a test likes; the modules that it imports are forgotten."""
    before, path = set(sys.modules), list(sys.path)
    output, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            status = main(list(arguments))
        finally:
            sys.path[:] = path
            for name in set(sys.modules) - before:
                if name.startswith(("sides", "wrong", "raises", "flask_sides")):
                    del sys.modules[name]
    return Shown(status, output.getvalue(), errors.getvalue())


def test_the_installed_script_does_the_same(sides: Path) -> None:
    shown = run("compare", "sides:one", "sides:two", "--only-wider", COLUMNS="100")
    inside = call("compare", "sides:one", "sides:two", "--only-wider", COLUMNS="100")
    assert (shown.returncode, shown.stdout, shown.stderr) == (1, inside.stdout, inside.stderr)


def rows(*arguments: str) -> list[dict[str, Any]]:
    shown = call("compare", *arguments, "--json")
    assert shown.returncode in (0, 1), shown.stderr
    found: list[dict[str, Any]] = json.loads(shown.stdout)
    assert shown.returncode == (1 if found else 0)
    return found


@pytest.mark.usefixtures("sides")
def test_nothing_changes() -> None:
    shown = call("compare", "sides:one", "sides:same", COLUMNS="100")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("No verdict changes.\n\nEach side was asked ")


@pytest.mark.usefixtures("sides")
def test_who_gains_and_who_loses_gains_first() -> None:
    shown = call("compare", "sides:two", "sides:suffix", COLUMNS="120")
    assert (shown.returncode, shown.stderr) == (1, "")
    lines = [line.split() for line in shown.stdout.splitlines() if line.startswith(("gains", "loses"))]
    assert ["gains", f"{A}a", "GET", "without", "/"] in lines
    assert " more: see --json" in shown.stdout
    assert f"{A}.cors-audit.example" in {row["origin"] for row in rows("sides:two", "sides:suffix")}
    assert lines[-1] == ["loses", B, "GET", "without", "/"]
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)


@pytest.mark.usefixtures("sides")
def test_what_changes_is_in_the_table_by_method_headers_and_credentials() -> None:
    shown = call("compare", "sides:one", "sides:stricter", COLUMNS="120")
    assert shown.returncode == 1
    assert "0 verdicts gain access, 6 lose it." in shown.stdout
    lines = [line.split() for line in shown.stdout.splitlines() if line.startswith("loses")]
    assert lines == [
        ["loses", A, "PATCH,", "DELETE,", "QUERY", "without", "/"],
        ["loses", A, "GET", "authorization,", "content-type,", "x-cors-audit", "without", "/"],
    ]


@pytest.mark.usefixtures("sides")
@pytest.mark.parametrize(
    ("old", "new", "status", "only_wider"),
    [("one", "two", 1, 1), ("two", "one", 1, 0), ("one", "same", 0, 0), ("denied", "one", 1, 1), ("app", "one", 0, 0)],
)
def test_the_exit_status(old: str, new: str, status: int, only_wider: int) -> None:
    assert call("compare", f"sides:{old}", f"sides:{new}").returncode == status
    assert call("compare", f"sides:{old}", f"sides:{new}", "--only-wider").returncode == only_wider


@pytest.mark.usefixtures("sides")
def test_json_is_a_list_and_what_was_not_asked_is_on_the_other_stream() -> None:
    shown = call("compare", "sides:tenants", "sides:two", "--json")
    assert json.loads(shown.stdout) == [
        {
            "origin": B,
            "method": "GET",
            "path": "/",
            "headers": [],
            "reads": None,
            "credentials": False,
            "before": False,
            "after": True,
        }
    ]
    asked, callables = shown.stderr.splitlines()
    assert asked.startswith("cors-wsgi compare: Each side was asked ")
    assert "functions, which name no origins to try: is_tenant." in callables


@pytest.mark.usefixtures("sides")
def test_an_origin_that_only_a_callable_knows_is_named(tmp_path: Path) -> None:
    assert call("compare", "sides:tenants", "sides:one").returncode == 0
    found = rows("sides:tenants", "sides:one", "--origin", "https://tenant.example")
    assert [(row["origin"], row["before"], row["after"]) for row in found] == [("https://tenant.example", True, False)]


@pytest.mark.usefixtures("sides")
def test_recorded_decisions_are_asked_again(tmp_path: Path) -> None:
    recorded = [
        Decision(Kind.ACTUAL, "https://tenant.example", "GET", "/items", True),
        Decision(Kind.PREFLIGHT, "https://tenant.example", "DELETE", "/caf\u00c3\u00a9?x", True),
        Decision(Kind.BLOCKED, None, "POST", "/", False, (Reason.ORIGIN_MISSING,)),
        Decision(Kind.ACTUAL, "a\r\nb", "GET", "/", False, (Reason.ORIGIN_MALFORMED,)),
        Decision(Kind.PREFLIGHT, A, "TRACE", "/", False, (Reason.METHOD_MALFORMED,)),
    ]
    lines = [json.dumps(decision.as_dict()) for decision in recorded]
    (tmp_path / "decisions.jsonl").write_text("\n".join([*lines, "", lines[0]]) + "\n")
    shown = call("compare", "sides:tenants", "sides:one", "--decisions", "decisions.jsonl", "--json")
    assert shown.returncode == 1
    assert {(row["method"], row["path"]) for row in json.loads(shown.stdout)} == {
        ("GET", "/items"),
        ("DELETE", "/caf%C3%A9%3Fx"),
    }
    assert "3 recorded decisions name no origin or method that a browser can send" in shown.stderr


@pytest.mark.usefixtures("sides")
def test_the_paths_of_a_middleware_are_asked_each() -> None:
    found = rows("sides:by_path", "sides:by_path_after")
    by_path: dict[tuple[str, bool], set[str]] = {}
    versions = {path for path in {row["path"] for row in found} if path.startswith("/v")}
    assert len(versions) == 4
    for row in found:
        by_path.setdefault((row["path"], row["after"]), set()).add(row["origin"])
    assert by_path["/admin", True] == {A}
    assert by_path["/hands/off", True] == {A}
    assert {A, B}.isdisjoint(by_path["/public/cors-audit", False])
    assert "https://cors-audit.example" in by_path["/public", False]
    assert by_path["/v0", True] == {B}
    assert {path for path, _ in by_path} == {"/admin", "/hands/off", "/public", "/public/cors-audit", *versions}


@pytest.mark.usefixtures("sides")
def test_where_an_app_raises_its_preflights_are_asked_and_it_is_said() -> None:
    shown = call("compare", "sides:one", "sides:raises", "--json")
    assert [(row["origin"], row["after"]) for row in json.loads(shown.stdout)] == [(B, True)]
    assert "sides:raises raised at /: its answers to preflights were used in place of the responses." in shown.stderr


@pytest.mark.usefixtures("sides")
def test_what_is_too_much_is_not_asked_and_it_is_said() -> None:
    shown = call("compare", "sides:one", "sides:two", "--most", "2")
    assert shown.returncode == 0
    whole = " ".join(shown.stdout.split())
    assert "Each side was asked 2 questions." in whole
    assert "more were too many, and not asked: write --most " in whole


@pytest.mark.usefixtures("sides")
def test_a_path_that_no_route_was_made_from_is_asked_about_everybody_that_the_app_names() -> None:
    found = rows("sides:by_path_after", "sides:one", "--path", "/v77")
    assert ("/v77", B, False) in {(row["path"], row["origin"], row["after"]) for row in found}


@pytest.mark.usefixtures("sides")
def test_a_stream_that_never_ends_is_left_as_soon_as_it_has_begun(sides: Path) -> None:
    (sides / "sides_that_stream.py").write_text(
        "import itertools\nfrom cors_wsgi import CORSMiddleware, Policy\nclosed = []\n"
        "class Late:\n"
        "    def __init__(self, start): self.start = start\n"
        "    def __iter__(self): return self\n"
        "    def __next__(self): self.start('200 OK', []); self.start = lambda *_: None; return b'x'\n"
        "    def close(self): closed.append(1)\n"
        "def stream(environ, start_response): return Late(start_response)\n"
        f"app = CORSMiddleware(stream, Policy('{B}'))\n"
    )
    found = rows("sides:one", "sides_that_stream:app")
    assert {(row["origin"], row["after"]) for row in found} == {(A, False), (B, True)}


UNTRIED = [
    (["sides:one", "sides:no_such"], "module 'sides' has no attribute 'no_such'"),
    (["no_such:one", "sides:one"], "No module named 'no_such'"),
    (["sides", "sides:one"], "'sides' is not an app; write it as 'module:attribute'"),
    (["sides:number", "sides:one"], "sides:number: int is not a WSGI app. Name a Policy, an app, or a URL."),
    (["sides:asgi", "sides:one"], "sides:asgi: function is an ASGI app, and this is for WSGI apps."),
    (["wrong:policy", "sides:one"], "'https://app.example.com'"),
    (["raises:policy", "sides:one"], "importing raises:policy raised 'RuntimeError: on\\nimport'"),
    (["sides:one", "sides_end:one"], "importing sides_end:one ended the program with status 0"),
    (["sides:broken", "sides:one"], "sides:broken raised 'RuntimeError: no\\ndatabase' at OPTIONS /."),
    (["https://user@api.example.com/", "sides:one"], "is not an http or https URL; write one such as"),
    (["ftp://api.example.com/", "sides:one"], "is not an http or https URL; write one such as"),
    (["http://127.0.0.1:1/", "sides:one"], "http://127.0.0.1:1/ does not answer GET /: "),
    (["http://127.0.0.1:1/", "sides:one", "--rate", "0"], "rate and timeout must be more than 0"),
    (["sides:one", "sides:two", "--most", "0"], "--most must be at least 1"),
    (["sides:one", "sides:two", "--origin", "a\nb"], "cannot be sent in a header; write an origin such as"),
    (
        ["sides:one", "sides:two", "--path", "items"],
        "'items' does not begin with a slash; write a path such as '/items/1'",
    ),
    (["sides:ends", "sides:one"], "sides:ends does not answer GET /: the app ended without calling start_response."),
    (["sides:plain", "sides:plain"], "Neither sides:plain nor sides:plain says whom it allows; name an origin with"),
    (["sides:one", "sides:two", "--decisions", "no-such-file"], "No such file or directory"),
    (["sides:one", "sides:two", "--decisions", "sides.py"], "sides.py:2 is not JSON"),
]


@pytest.mark.usefixtures("sides")
@pytest.mark.parametrize(("arguments", "message"), UNTRIED, ids=[message[:40] for _, message in UNTRIED])
def test_what_cannot_be_tried_says_why_and_exits_with_2(arguments: list[str], message: str) -> None:
    shown = call("compare", *arguments)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("cors-wsgi compare: ")
    assert message in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("line", ["[]", "1", "{}", '{"origin": 1, "method": "GET", "path": "/"}', '{"origin": null}'])
def test_a_line_that_is_no_decision_says_so(line: str, sides: Path) -> None:
    (sides / "lines").write_text(f"\n{line}\n")
    shown = call("compare", "sides:one", "sides:two", "--decisions", "lines")
    assert shown.returncode == 2
    assert "lines:2 is not a decision: it lacks an origin, method or path; write Decision.as_dict()" in shown.stderr


FLASK = f"""
from flask import Flask
from flask_cors_ext import CORS, cross_origin, same_origin

seen = []

def make(*, origins, save=None, wide=False):
    app = Flask(__name__)
    CORS(app, origins=origins)

    @app.get("/items/<int:number>")
    def item(number):
        seen.append("GET")
        return str(number)

    @app.put("/items/<int:number>")
    @cross_origin(**(save or {{}}))
    def save_item(number):
        raise SystemExit("nothing that may change something is ever sent")

    @app.delete("/files/<path:name>")
    def remove(name):
        raise SystemExit("nothing that may change something is ever sent")

    @app.get("/secret/<string(length=4):code>")
    @(cross_origin if wide else same_origin)
    def secret(code):
        raise ZeroDivisionError

    return app

one = make(origins="{A}")
two = make(origins="{A}", save={{"origins": "{B}"}})
wide = make(origins="{A}", wide=True)
"""


def test_a_flask_app_is_asked_at_each_of_its_routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_module("flask")
    (tmp_path / "flask_sides.py").write_text(FLASK)
    monkeypatch.chdir(tmp_path)
    assert rows("flask_sides:one", "flask_sides:one") == []
    changed = {
        (row["path"], row["method"], row["origin"], row["after"]) for row in rows("flask_sides:one", "flask_sides:two")
    }
    assert changed == {("/items/1", "PUT", A, False), ("/items/1", "PUT", B, True)}
    wider = rows("flask_sides:one", "flask_sides:wide")
    assert {(row["path"], row["origin"]) for row in wider} == {("/secret/aaaa", A)}
    shown = call("compare", "flask_sides:one", "flask_sides:wide", "--only-wider")
    assert shown.returncode == 1


def test_a_flask_app_with_a_wrong_configuration_cannot_be_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_module("flask")
    (tmp_path / "wrong_flask.py").write_text(
        "from flask import Flask\nfrom flask_cors_ext import CORS, cross_origin\n"
        "app = Flask(__name__)\nCORS(app, origins='*')\n"
        "@app.get('/')\n@cross_origin(supports_credentials=True)\ndef hello(): return ''\n"
    )
    monkeypatch.chdir(tmp_path)
    shown = call("compare", "wrong_flask:app", "wrong_flask:app")
    assert shown.returncode == 2
    assert "wrong_flask:app has a wrong configuration, and answers no request:" in shown.stderr


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Recorder:
    """A live server, and when it was asked what."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.asked: list[tuple[float, str, str]] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.asked.append((time.monotonic(), environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        return self.app(environ, start_response)


def plain(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]


@pytest.mark.usefixtures("sides")
def test_a_live_server_is_asked_with_manners() -> None:
    app = Recorder(CORSMiddleware(plain, Policy([A, B], methods=["GET", "PUT"])))
    server = make_server("127.0.0.1", free_port(), app, handler_class=Quiet)
    with serving(server):
        url = f"http://127.0.0.1:{server.server_port}"
        found = rows(f"{url}/items", "sides:one", "--rate", "200", "--most", "40")
        assert {row["path"] for row in found} == {"/items"}
        assert (B, True, False) not in {(row["origin"], row["before"], row["after"]) for row in found}
        found = rows(f"{url}/items", "sides:two", "--rate", "200", "--most", "60")
        assert {(row["method"], row["after"]) for row in found} == {("PATCH", True), ("DELETE", True), ("QUERY", True)}
        begun = len(app.asked)
        call("compare", "sides:by_path", url, "--rate", "20", "--most", "20")
    times = [at for at, _, _ in app.asked[begun:]]
    assert {method for _, method, _ in app.asked} == {"GET", "HEAD", "OPTIONS"}
    assert {path for *_, path in app.asked[:begun]} == {"/items"}
    assert "/items" not in {path for *_, path in app.asked[begun:]}
    assert 10 <= len(times) <= 20
    assert times[-1] - times[0] >= (len(times) - 1) / 20 * 0.9


def test_two_servers_are_compared_each_at_its_own_path() -> None:
    policies = [Policy(A), Policy([A, B])]
    apps = [CORSMiddleware(plain, None, paths={f"/v{number}": each}) for number, each in enumerate(policies)]
    servers = [make_server("127.0.0.1", free_port(), app, handler_class=Quiet) for app in apps]
    with serving(servers[0]), serving(servers[1]):
        urls = [f"http://127.0.0.1:{server.server_port}/v{number}" for number, server in enumerate(servers)]
        nobody = call("compare", *urls, "--rate", "500")
        assert (nobody.returncode, nobody.stdout) == (2, "")
        assert nobody.stderr.endswith("says whom it allows; name an origin with --origin, or --decisions.\n")
        found = rows(*urls, "--rate", "500", "--origin", B)
        assert [(row["origin"], row["path"], row["after"]) for row in found] == [(B, "/v0", True)]


def test_the_same_from_python() -> None:
    result = compare(make_side(Policy(A), "old"), make_side(Policy([A, B]), "new"))
    assert [(change.question.origin, change.is_gain) for change in result.changes] == [(B, True)]
    assert result.gains == result.changes
    with pytest.raises(SideError, match="not an http or https URL"):
        make_side(Policy(A), "old", url="nonsense")
    with pytest.raises(SideError, match="not an http or https URL"):
        live_side("nonsense")


def test_gains_come_first_whatever_was_asked_first() -> None:
    result = compare(make_side(Policy(A), "old"), make_side(Policy(B), "new"))
    assert [(change.question.origin, change.is_gain) for change in result.changes] == [(B, True), (A, False)]


def test_a_wildcard_in_place_of_every_method_is_a_change() -> None:
    result = compare(make_side(Policy(A), "old"), make_side(Policy(A, methods="*"), "new"))
    assert {(change.question.method, change.is_gain) for change in result.changes} == {("CORSAUDIT", True)}


def test_of_a_foreign_app_methods_are_asked_with_an_origin_that_has_credentials() -> None:
    def make(methods: str) -> Any:
        def app(environ: Any, start_response: Any) -> list[bytes]:
            origin = environ.get("HTTP_ORIGIN")
            named = [("Access-Control-Allow-Origin", A), ("Access-Control-Allow-Credentials", "true")]
            headers = (
                [*named, ("Access-Control-Allow-Methods", methods)]
                if origin == A
                else [("Access-Control-Allow-Origin", "*")]
            )
            start_response("200 OK", headers)
            return [b""]

        return app

    strangers = [f"https://stranger{number}.example" for number in range(3)]
    result = compare(make_side(make("PUT"), "old"), make_side(make("PUT, DELETE"), "new"), origins=[*strangers, A])
    changed = {(change.question.origin, change.question.method, change.question.credentials) for change in result.gains}
    assert changed == {(A, "DELETE", False), (A, "DELETE", True)}
    assert result.gains == result.changes


def test_a_flask_app_at_a_path_of_a_live_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its routes do not have this very path, so that all whom it names are asked about."""
    needs_module("flask")
    (tmp_path / "flask_sides.py").write_text(FLASK)
    monkeypatch.chdir(tmp_path)
    server = make_server("127.0.0.1", free_port(), CORSMiddleware(plain, Policy([B])), handler_class=Quiet)
    with serving(server):
        url = f"http://127.0.0.1:{server.server_port}/items/77"
        found = rows(url, "flask_sides:one", "--rate", "1000", "--most", "60")
        assert {(row["origin"], row["after"]) for row in found if row["path"] == "/items/77"} == {(A, True)}
        found = rows(url, "flask_sides:two", "--rate", "1000", "--most", "60")
    gets = {(row["origin"], row["after"]) for row in found if row["method"] == "GET"}
    assert gets == {(A, True), (B, False)}
