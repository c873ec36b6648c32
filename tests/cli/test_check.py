"""`cors-wsgi check`: verdicts, the classics, real servers, and servers that answer nonsense or nothing."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.test_command import SCRIPT, run
from support.manual import DOCS, read_table
from support.nginx import free_port, run_nginx
from support.sharing_api import SharingAPI, serve_sharing_api
from support.wsgi import PLAIN_APP

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.browser import Browser, FetchError
from cors_wsgi.cli.hints import Hint, HintName, find_hints
from cors_wsgi.cli.listening import listen_to_policy

PAGE = "https://app.example.com"
ALLOW = ("Access-Control-Allow-Origin", PAGE)
VARY = ("Vary", "Origin")
TO_NGINX = ("Server", "nginx/1.22.1")


@pytest.fixture(scope="module")
def api() -> Iterator[SharingAPI]:
    with serve_sharing_api() as api:
        yield api


def test_what_the_script_may_read_is_shared(api: SharingAPI) -> None:
    shown = run("check", f"{api.url}/items/1", "--origin", api.page, "--credentials", COLUMNS="120")
    assert shown.returncode == 0, shown.stderr
    assert "Simple: a browser sends it without a preflight." in shown.stdout
    assert f"< Access-Control-Allow-Origin: {api.page}" in shown.stdout
    assert (
        "Shared: the script can read the response, and these headers: content-length, content-type, etag."
        in shown.stdout
    )
    assert "< Date" not in shown.stdout


def test_a_preflight_and_its_causes_are_shown_and_with_v_every_header(api: SharingAPI) -> None:
    url, origin = f"{api.url}/items/1", api.page
    shown = run("check", url, "--origin", origin, "--method", "PUT", "-H", "X-Token: a", "-v", COLUMNS="120")
    assert shown.returncode == 0
    assert "the method PUT is not GET, HEAD or POST" in shown.stdout
    assert "> Access-Control-Request-Headers: x-token" in shown.stdout
    assert "< Date: " in shown.stdout


def test_what_cors_keeps_is_blocked_with_every_console_and_a_remedy(api: SharingAPI) -> None:
    shown = run("check", f"{api.url}/items/1", "--origin", api.page, "--method", "DELETE", COLUMNS="120")
    assert shown.returncode == 1
    flat = " ".join(shown.stdout.split())
    assert "Blocked (method-not-allowed)" in flat
    assert "Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response." in flat
    assert "Did not find method in CORS header ‘Access-Control-Allow-Methods’" in flat
    assert flat.startswith("Blocked (method-not-allowed): The preflight's answer (204) does not allow the method")
    assert "What the browser expects 204 No Content" in flat


def test_where_the_environment_is_chinese_all_of_it_is_in_english(api: SharingAPI) -> None:
    asked = ("check", f"{api.url}/items/1", "--origin", api.page, "--method", "DELETE")
    english, chinese = run(*asked, LC_ALL="C.UTF-8"), run(*asked, LC_ALL="zh_CN.UTF-8")
    assert chinese.stdout == english.stdout
    assert "What to change" in english.stdout


def test_json_says_everything(api: SharingAPI) -> None:
    shown = run("check", f"{api.url}/others/1", "--origin", api.page, "--method", "PUT", "--json")
    told = json.loads(shown.stdout)
    assert (shown.returncode, told["verdict"], told["reason"]) == (1, "blocked", "missing-acao")
    assert [exchange["is_preflight"] for exchange in told["exchanges"]] == [True]
    assert told["exchanges"][0]["response"]["status"] == 403
    assert set(told["consoles"]) == {"chromium", "firefox", "webkit"}
    assert [hint["name"] for hint in told["hints"]] == ["preflight-status"]


def test_an_app_is_asked_in_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text(
        "from cors_wsgi import CORSMiddleware, Policy\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [('Content-Type', 'text/plain')])\n"
        "    return [b'']\n"
        f"app = CORSMiddleware(app, Policy({PAGE!r}))\n"
    )
    monkeypatch.chdir(tmp_path)
    assert run("check", "https://api.example.com/x", "--origin", PAGE, "--app", "mine:app").returncode == 0
    assert (
        run("check", "https://api.example.com/x", "--origin", PAGE + ".evil.example", "--app", "mine:app").returncode
        == 1
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(
            ("api.example.com", "--origin", PAGE), "has no scheme; write it as the script does", id="no scheme"
        ),
        pytest.param(("https://a.example", "--origin", "app"), "write an origin such as", id="no origin"),
        pytest.param(("https://a.example", "--origin", PAGE, "-H", "X"), "write it as 'Name: value'", id="no header"),
        pytest.param(
            ("https://a.example", "--origin", PAGE, "--app", "x"), "write it as 'module:attribute'", id="no app"
        ),
        pytest.param(
            ("https://a.example", "--origin", PAGE, "--app", "nowhere_at_all:x"), "No module named", id="no module"
        ),
    ],
)
def test_a_wrong_argument_is_one_line_that_says_what_to_write(arguments: tuple[str, ...], words: str) -> None:
    shown = run("check", *arguments)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("cors-wsgi check: ")
    assert words in shown.stderr
    assert shown.stderr.count("\n") == 1


@contextlib.contextmanager
def answering(reply: bytes | None) -> Iterator[int]:
    """Serve raw bytes to every connection; None for a server that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    kept.append(connection)
                    if reply is not None:
                        connection.recv(65536)
                        connection.sendall(reply)
                        connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        for connection in kept:
            connection.close()


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
        shown = run("check", f"http://127.0.0.1:{port}/", "--origin", PAGE, "--timeout", "1", COLUMNS="100")
    assert (shown.returncode, shown.stderr) == (2, "")
    assert "Not tried (network-failure)" in shown.stdout


@pytest.mark.parametrize(
    ("url", "words", "more"),
    [
        pytest.param("http://127.0.0.1:{free}/", "Connection refused", [], id="nobody listens"),
        pytest.param(
            "https://127.0.0.1:{port}/",
            "TLS: wrong version number",
            ["If the server speaks plain http at this port, write http:// in the URL."],
            id="a server that speaks no TLS",
        ),
        pytest.param(
            "https://no-such-host.invalid/", "Failed to resolve 'no-such-host.invalid'", [], id="no such host"
        ),
    ],
)
def test_a_server_that_is_not_reached_is_status_2_and_one_line_with_a_remedy(
    url: str, words: str, more: list[str]
) -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        shown = run("check", url.format(free=free_port(), port=port), "--origin", PAGE, COLUMNS="200")
    assert (shown.returncode, shown.stderr) == (2, "")
    line, *remedies = shown.stdout.splitlines()
    assert line.startswith("Not tried (network-failure): No response came: ")
    assert words in line
    assert "HTTPConnection" not in line
    assert [remedy.strip() for remedy in remedies] == [
        "Check that the server is running, and that its certificate, name and port are right. CORS is not the cause.",
        *more,
    ]


@pytest.mark.server
def test_nginx_that_adds_the_header_again_is_told_so(api: SharingAPI, tmp_path: Path) -> None:
    port = free_port()
    config = f"""
    server {{
        listen 127.0.0.1:{port};
        location /open/ {{ proxy_pass {api.url}; add_header Access-Control-Allow-Origin *; }}
        location /down/ {{ proxy_pass http://127.0.0.1:1; }}
        location /moved {{ return 301 /moved/; }}
    }}
    """
    with run_nginx(tmp_path, config, port):
        twice = run("check", f"http://127.0.0.1:{port}/open/x", "--origin", api.page, COLUMNS="200")
        down = run("check", f"http://127.0.0.1:{port}/down/x", "--origin", api.page, COLUMNS="200")
        moved = run("check", f"http://127.0.0.1:{port}/moved", "--origin", PAGE, "--method", "PUT", COLUMNS="200")
    assert (twice.returncode, down.returncode, moved.returncode) == (1, 1, 1)
    assert "Blocked (acao-multiple)" in twice.stdout
    assert "proxy_hide_header Access-Control-Allow-Origin;" in twice.stdout
    assert "502: nginx found nothing behind it that answers" in down.stdout
    # Nothing at the redirect's end allows the page: to fetch that would be the next wall.
    assert f"to http://127.0.0.1:{port}/moved/, since the URL lacks the slash at its end" in moved.stdout
    assert "or fetch that URL once it allows the page" in moved.stdout


def find_all(status: str, *headers: tuple[str, str], page: str, url: str, **options: Any) -> list[Hint]:
    """Return the hints on what an app answers that gives every request the same answer."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, [("Content-Type", "text/plain"), *headers])
        return [b""]

    browser = Browser(app, url=url)
    failed = None
    try:
        browser.open(page).fetch("/x?y", **options)
    except FetchError as error:
        failed = error
    return find_hints(browser.exchanges, page, failed, credentials=options.get("credentials") == "include")


def hints_for(status: str, *headers: tuple[str, str], **options: Any) -> list[str]:
    """Return the names of the hints, for a page and an API of one site."""
    hints = find_all(status, *headers, page="http://app.example.com", url="http://api.example.com", **options)
    return [hint.name for hint in hints]


HTTP_ALLOW = ("Access-Control-Allow-Origin", "http://app.example.com")
METHODS = ("Access-Control-Allow-Methods", "PUT, PATCH")
PUT = {"method": "PUT"}


@pytest.mark.parametrize(
    ("status", "headers", "options", "expected"),
    [
        pytest.param("200 OK", [HTTP_ALLOW, VARY], {}, [], id="all is well"),
        pytest.param("200 OK", [("Access-Control-Allow-Origin", "*")], {}, [], id="everybody"),
        pytest.param("200 OK", [HTTP_ALLOW], {}, ["no-vary"], id="no Vary"),
        pytest.param("200 OK", [HTTP_ALLOW, HTTP_ALLOW, VARY], {}, ["two-layers"], id="two layers"),
        pytest.param("401 Unauthorized", [], PUT, ["preflight-status"], id="401 to a preflight"),
        pytest.param("401 Unauthorized", [], {}, [], id="401 to a simple request"),
        pytest.param("502 Bad Gateway", [], PUT, ["preflight-crash"], id="a preflight that fails"),
        pytest.param("500 Oops", [TO_NGINX], {}, ["crash"], id="a crash without CORS headers"),
        pytest.param("500 Oops", [HTTP_ALLOW, VARY], {}, [], id="a crash that is shared"),
        pytest.param("308 Moved", [("Location", "/x/?y")], PUT, ["redirect-slash"], id="a redirect to a slash"),
        pytest.param(
            "308 Moved", [("Location", "https://api.example.com/x")], PUT, ["redirect-https"], id="a redirect to https"
        ),
        pytest.param("308 Moved", [("Location", "http://[")], PUT, ["redirect"], id="a redirect to no URL"),
        pytest.param("308 Moved", [], PUT, ["redirect"], id="a redirect that says nothing"),
        pytest.param("302 Found", [("Location", "/login")], PUT, ["redirect"], id="another redirect"),
        pytest.param(
            "200 OK",
            [("Access-Control-Allow-Origin", "http://app.example.com/"), VARY],
            {},
            ["trailing-slash"],
            id="a trailing slash",
        ),
        pytest.param(
            "200 OK",
            [("Access-Control-Allow-Origin", "https://app.example.com"), VARY],
            {},
            ["scheme"],
            id="the scheme",
        ),
        pytest.param(
            "200 OK", [("Access-Control-Allow-Origin", "app.example.com"), VARY], {}, ["missing-scheme"], id="no scheme"
        ),
        pytest.param(
            "200 OK",
            [("Access-Control-Allow-Origin", "http://b.example"), VARY, ("Age", "5")],
            {},
            ["cached-for-another"],
            id="an answer from a cache",
        ),
        pytest.param(
            "200 OK",
            [HTTP_ALLOW, VARY, ("Access-Control-Allow-Credentials", "true"), ("Set-Cookie", "sid=1; SameSite=Lax")],
            {"credentials": "include"},
            [],
            id="a cookie of one site",
        ),
        pytest.param("204 No Content", [HTTP_ALLOW, METHODS, VARY], {"method": "patch"}, ["method-case"], id="patch"),
        pytest.param("204 No Content", [HTTP_ALLOW, METHODS, VARY], {"method": "query"}, ["method-case"], id="query"),
        pytest.param("204 No Content", [HTTP_ALLOW, METHODS, VARY], {"method": "QUERY"}, [], id="QUERY"),
        pytest.param(
            "204 No Content",
            [HTTP_ALLOW, METHODS, VARY],
            {"headers": {"Access-Control-Allow-Origin": "*"}},
            ["response-header-sent"],
            id="a response header in the request",
        ),
    ],
)
def test_the_classics_are_recognised(
    status: str, headers: list[tuple[str, str]], options: dict[str, Any], expected: list[str]
) -> None:
    assert hints_for(status, *headers, **options) == expected


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/x/?y", "The URL lacks the slash at its end: fetch http://api.example.com/x/?y."),
        ("https://api.example.com/x?y", "The server wants https: fetch https://api.example.com/x?y."),
        ("login#a", "This one leads to a login page: let OPTIONS pass before the login."),
        ("/v2/x", "This one leads to http://api.example.com/v2/x: fetch that."),
        ("", "This one leads nowhere: let the server answer OPTIONS itself."),
    ],
)
def test_a_redirected_preflight_says_what_to_fetch(location: str, words: str) -> None:
    pages = {"page": "http://app.example.com", "url": "http://api.example.com"}
    (hint,) = find_all("308 Moved", ("Location", location), method="PUT", **pages)
    assert hint.text == f"Browsers do not follow redirects of a preflight. {words}"


@pytest.mark.parametrize(
    ("page", "url", "says"),
    [
        pytest.param(PAGE, "https://api.example.com", None, id="one site"),
        pytest.param("http://localhost:5173", "http://localhost:8000", None, id="two ports"),
        pytest.param(PAGE, "https://api.example.net", f"The page, {PAGE}, and https://api.example.net", id="two sites"),
        pytest.param(PAGE, "http://localhost:8000", f"The page, {PAGE}, and http://localhost:8000", id="two schemes"),
        pytest.param("null", "https://a.example", "The page, null, and https://a.example", id="an opaque page"),
        pytest.param(
            "http://127.0.0.1:5173", "http://localhost:8000", "Open the page at http://localhost:5173: ", id="two names"
        ),
    ],
)
def test_with_credentials_two_sites_are_named_whatever_cors_says(page: str, url: str, says: str | None) -> None:
    headers = [("Access-Control-Allow-Origin", page), ("Access-Control-Allow-Credentials", "true"), VARY]
    hints = find_all("200 OK", *headers, page=page, url=url, credentials="include")
    assert [hint.name for hint in hints] == ([] if says is None else ["two-sites"])
    assert says is None or hints[0].text.startswith(says)
    assert says is None or hints[0].text.endswith('docs/recipes/single-page-app.md, "If the cookie does not arrive".')
    assert find_all("200 OK", *headers, page=page, url=url) == []


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("sid=hush", ["cookie-kept-back", "two-sites"]),
        ("sid=hush; SameSite=Lax; Secure", ["cookie-kept-back", "two-sites"]),
        ("sid=hush; SameSite=None", ["cookie-kept-back", "two-sites"]),
        ("sid=hush; SameSite=None; Secure", ["two-sites"]),
    ],
)
def test_a_cookie_that_browsers_keep_back_is_named(cookie: str, expected: list[str]) -> None:
    headers = [("Access-Control-Allow-Origin", PAGE), ("Access-Control-Allow-Credentials", "true"), VARY]
    hints = find_all(
        "200 OK", *headers, ("Set-Cookie", cookie), page=PAGE, url="https://api.example.net", credentials="include"
    )
    assert [hint.name for hint in hints] == expected
    assert not [hint for hint in hints if "hush" in hint.text]


NEAR = """\
from cors_wsgi import CORSMiddleware, Policy

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), *(HEADERS if "own" in environ["PATH_INFO"] else [])])
    return [b""]

HEADERS = [("Access-Control-Allow-Origin", "*")]
app = CORSMiddleware(app, Policy(["http://localhost:5173", "https://www.example.com"], supports_credentials=True))
"""


@pytest.mark.parametrize(
    ("url", "page", "first", "hints"),
    [
        pytest.param(
            "http://localhost:8000/", "http://127.0.0.1:5173", "Open the page at http://localhost:5173: ",
            ["policy", "two-sites"], id="another name of this machine than the API's",
        ),
        pytest.param(
            "http://api.example:8000/", "http://127.0.0.1:5173", None, ["policy", "two-sites"], id="far away",
        ),
        pytest.param("https://api.example.com/", "https://example.com", "Add 'https:", ["policy"], id="www"),
        pytest.param("https://api.example.com/own", "https://www.example.com", None, ["log"], id="an app's own header"),
    ],
)  # fmt: skip
def test_of_an_app_the_policy_itself_says_what_is_near(
    url: str, page: str, first: str | None, hints: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "near.py").write_text(NEAR)
    monkeypatch.chdir(tmp_path)
    told = json.loads(run("check", url, "--origin", page, "--app", "near:app", "--credentials", "--json").stdout)
    assert [hint["name"] for hint in told["hints"]] == hints
    assert first is None or told["remedy"].startswith(first)
    assert page != "https://example.com" or "the nearest rule is 'https://www.example.com'" in told["hints"][0]["text"]


def test_a_policy_is_heard_only_meanwhile() -> None:
    logger = logging.getLogger("cors_wsgi")
    before = logger.level, logger.handlers[:]
    app = CORSMiddleware(PLAIN_APP, Policy("http://localhost:5173"))
    with listen_to_policy() as heard:
        Browser(app).open("http://localhost:5173").fetch("/")
        assert (heard.hints, heard.nearest) == ([], "")
        with pytest.raises(FetchError):
            Browser(app).open("https://localhost:5173").fetch("/")
    assert heard.nearest == "http://localhost:5173"
    assert (logger.level, logger.handlers) == before


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_while_a_server_is_slow_a_terminal_says_what_is_waited_for() -> None:
    from support.terminal import run_on_terminal

    with answering(None) as port:
        url = f"http://127.0.0.1:{port}/"
        shown = run_on_terminal(str(SCRIPT), "check", url, "--origin", PAGE, "--timeout", "1.5")
    assert f"Asking {url} …" in shown
    assert shown.rindex("Not tried") > shown.rindex("Asking")


LEAKY = """\
ODD = "\\x1b[31mred\\x9b:a:"

def app(environ, start_response):
    allowed = environ.get("HTTP_ORIGIN", "*") if environ["PATH_INFO"] == "/shared" else "https://" + ODD
    headers = [("Access-Control-Allow-Origin", allowed), ("Access-Control-Expose-Headers", "X-\\x1b[31mred, *")]
    headers += [("Access-Control-Allow-Credentials", "true"), ("Set-Cookie", "sid=hush"), ("Location", ODD)]
    headers += [("Age", "5"), ("Access-Control-Allow-Headers", "Authorization")]
    preflight = environ["REQUEST_METHOD"] == "OPTIONS" and environ["PATH_INFO"] == "/moved"
    start_response("302 " + ODD if preflight else "200 " + ODD, headers + [("Access-Control-\\x1b[31mred", ODD)])
    return [ODD.encode()]
"""


@pytest.mark.parametrize("arguments", [("/shared",), ("/blocked",), ("/moved", "--method", "PUT"), ("/shared", "-v")])
@pytest.mark.parametrize("json_too", [False, True])
def test_neither_what_a_server_sends_nor_a_credential_reaches_the_terminal(
    arguments: tuple[str, ...], json_too: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaky.py").write_text(LEAKY)
    monkeypatch.chdir(tmp_path)
    path, *more = arguments
    headers = ("-H", "Authorization: Bearer hush", "--credentials") if path == "/shared" else ()
    shown = run(
        "check", f"https://api.example.com{path}", "--origin", PAGE, "--app", "leaky:app", *headers, *more,
        *(["--json"] if json_too else []), COLUMNS="200",
    )  # fmt: skip
    assert (shown.returncode, shown.stderr) == (0 if path == "/shared" else 1, "")
    assert all(char.isprintable() or char == "\n" for char in shown.stdout)
    assert "hush" not in shown.stdout
    assert "sid=…" in shown.stdout or "sid=\\u2026" in shown.stdout or path != "/shared"
    assert r"\x1b[31mred\x9b:a:" in shown.stdout.replace("\\u001b", "\\x1b").replace("\\u009b", "\\x9b")


def test_check_shows_what_matters_and_with_v_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaky.py").write_text(LEAKY)
    monkeypatch.chdir(tmp_path)
    call = ("check", "https://api.example.com/shared", "--origin", PAGE, "--app", "leaky:app")
    shown, verbose = (
        [line.rstrip() for line in run(*call, *more, COLUMNS="200").stdout.splitlines()] for more in ((), ("-v",))
    )
    assert (r"  < Location: \x1b[31mred\x9b:a:" in shown, "  < Age: 5" in shown) == (True, False)
    assert "  < Age: 5" in verbose
    at = verbose.index("  <")
    assert verbose[at + 1] == r"  < \x1b[31mred\x9b:a:"


def test_every_hint_is_in_the_manual() -> None:
    shown = [row[0] for row in read_table(DOCS / "command-line.md", "Check")]
    assert shown == [f"`{name}`" for name in HintName]


def element(*arguments: str, app: str = "listed") -> tuple[int, str]:
    """Check what an app of `element_apps` serves, and return the exit status and what is printed."""
    given = ("check", *arguments, "--origin", PAGE, "--app", f"element_apps:{app}")
    shown = run(*given, COLUMNS="120", PYTHONPATH=str(Path(__file__).parent))
    return shown.returncode, shown.stdout + shown.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (
            ["https://cdn.example/logo.png", "--as", "img"],
            0,
            "Tainted: It is in use, but a canvas on which it is drawn",
        ),
        (["https://cdn.example/logo.png", "--as", "img", "--crossorigin"], 1, "Blocked (missing-acao)"),
        (["https://cdn.example/open/logo.png", "--as", "img", "--crossorigin"], 0, "Loaded: It is in use, and scripts"),
        (
            ["https://cdn.example/open/a.woff2", "--as", "font"],
            0,
            "font: a browser sends it without a script, and without a preflight",
        ),
        (["https://cdn.example/open/logo.png", "--as", "img", "--credentials"], 1, "wildcard-with-credentials"),
        (["https://cdn.example/open/logo.png", "--as", "module"], 1, "Blocked (wrong-type)"),
        (["https://cdn.example/open/a.js", "--as", "script", "--integrity", "sha256-x"], 1, "(integrity-needs-cors)"),
        (["https://cdn.example/open/stream", "--as", "eventsource"], 0, "Loaded"),
        (["https://cdn.example/a.js", "--as", "worker"], 1, "Blocked (disallowed-by-mode)"),
        (["https://cdn.example/a.js", "--crossorigin"], 2, "--crossorigin and --integrity belong to an element"),
        (["https://cdn.example/a.js", "--as", "script", "-H", "A: b"], 2, "leave out -H, --data and --method"),
        (["https://cdn.example/a", "--as", "font", "--crossorigin"], 2, "'font' has no crossorigin attribute"),
    ],
)
def test_an_element_is_checked_as_the_page_loads_it(arguments: list[str], status: int, words: str) -> None:
    found, shown = element(*arguments)
    assert (found, words in " ".join(shown.split())) == (status, True), shown


def test_an_element_is_described_as_json() -> None:
    verdicts = []
    for more in ([], ["--crossorigin"]):
        _, shown = element("https://cdn.example/logo.png", "--as", "img", "--json", *more)
        described = json.loads(shown)
        verdicts.append((described["verdict"], described["reason"]))
        assert described["causes"] == []
    assert verdicts == [("tainted", None), ("blocked", "missing-acao")]
