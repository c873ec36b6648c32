"""Requests as DevTools copy them, and recordings: read to the letter, and said of what is left out."""

from __future__ import annotations

import contextlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli.test_command import SCRIPT, run
from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi.cli.pasted import Pasted, read_pasted
from cors_wsgi.cli.shell_words import split_bash, split_cmd

PAGE = "https://app.example.com"
URL = "https://api.example.com/items/1?a=1&b=2"

BASH = r"""curl 'https://api.example.com/items/1?a=1&b=2' \
  -X 'PUT' \
  -H 'accept: */*' \
  -H 'accept-language: en-GB,en;q=0.9' \
  -H 'content-type: application/json' \
  -b 'sid=hush; theme=dark' \
  -H 'origin: https://app.example.com' \
  -H 'referer: https://app.example.com/' \
  -H 'sec-ch-ua: "Chromium";v="156"' \
  -H 'user-agent: Mozilla/5.0' \
  --data-raw $'{"name":"it\'s \u00e9"}' ;"""
CMD = (
    'curl ^"https://api.example.com/items/1?a=1^&b=2^" ^\r\n  -X ^"PUT^" ^\r\n  -H ^"accept: */*^" ^\r\n'
    '  -H ^"accept-language: en-GB,en;q=0.9^" ^\r\n  -H ^"content-type: application/json^" ^\r\n'
    '  -b ^"sid=hush; theme=dark^" ^\r\n  -H ^"origin: https://app.example.com^" ^\r\n'
    '  -H ^"sec-ch-ua: ^\\^"Chromium^\\^";v=^\\^"156^\\^"^" ^\r\n  -H ^"user-agent: Mozilla/5.0^" ^\r\n'
    '  --data-raw ^"^{^\\^"name^\\^":^\\^"it\'s é^\\^"^}^"'
)
FETCH = """fetch("https://api.example.com/items/1?a=1&b=2", {
  "headers": {
    "accept": "*/*",
    "accept-language": "en-GB,en;q=0.9",
    "content-type": "application/json",
    "sec-ch-ua": "\\"Chromium\\";v=\\"156\\""
  },
  "referrer": "https://app.example.com/",
  "body": "{\\"name\\":\\"it's \u00e9\\"}",
  "method": "PUT",
  "mode": "cors",
  "credentials": "include"
});"""
WRITTEN = """
  const response = await fetch('https://api.example.com/items/1?a=1&b=2', {
    method: 'PUT',  // a comment
    headers: {'content-type': "application/json",},
    body: JSON.stringify({name: `it's é`}),
    credentials: 'include',
  });
"""


@pytest.mark.parametrize("text", [BASH, CMD, FETCH, WRITTEN], ids=["bash", "cmd", "fetch", "fetch by hand"])
def test_a_request_is_read_to_the_letter(text: str) -> None:
    pasted = read_pasted(text)
    assert (pasted.url, pasted.method, pasted.include) == (URL, "PUT", True)
    assert [(name.lower(), value) for name, value in pasted.headers] == [("content-type", "application/json")]
    assert json.loads(pasted.body or "") == {"name": "it's é"}
    assert pasted.origin == ("" if text is WRITTEN else PAGE)
    assert pasted.cookie == ("sid=hush; theme=dark" if text in (BASH, CMD) else "")
    assert [text.partition(":")[0] for text in pasted.dropped] == (
        [] if text is WRITTEN else ["accept-language, sec-ch-ua" + (", user-agent" if text in (BASH, CMD) else "")]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("curl http://a.example -d a=1 -d b=2", {"method": "POST", "body": "a=1&b=2"}, id="data"),
        pytest.param("curl -G http://a.example/?x -d a=1", {"url": "http://a.example/?x&a=1"}, id="-G"),
        pytest.param("curl -I a.example", {"method": "HEAD", "url": "http://a.example"}, id="-I, without a scheme"),
        pytest.param("curl -XDELETE http://a.example", {"method": "DELETE"}, id="-XDELETE"),
        pytest.param("curl -sSLk http://a.example", {"options": {"--insecure": []}}, id="-sSLk"),
        pytest.param("curl --json 1 http://a.example", {"headers": [("Content-Type", "application/json")]}, id="json"),
        pytest.param("curl http://a.example -o out", {"dropped": ["--output: it means nothing here"]}, id="-o"),
        pytest.param("curl http://a.example -d @file", {"body": ""}, id="a file, which is not read"),
        pytest.param("$ curl http://a.example | jq .", {"url": "http://a.example", "dropped": []}, id="a pipe"),
        pytest.param("curl --resolve a:1:::1 http://a:1", {"options": {"--resolve": ["a:1:::1"]}}, id="--resolve"),
        pytest.param("curl -e http://p.example/x http://a.example", {"origin": "http://p.example"}, id="a referer"),
        pytest.param('fetch("http://a.example")', {"method": "GET", "include": None, "headers": []}, id="fetch alone"),
        pytest.param(
            'fetch("http://a.example", {mode: "no-cors", credentials: "omit"});',
            {
                "include": False,
                "dropped": ["mode 'no-cors': it is sent with mode 'cors', like a script that wants to read"],
            },
            id="no-cors",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_the_request_is_kept(text: str, expected: dict[str, Any]) -> None:
    pasted = read_pasted(text)
    assert {name: getattr(pasted, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wget http://a.example", "neither a curl command nor a call of fetch"),
        ("", "neither a curl command nor a call of fetch"),
        ("curl -s", "the curl command has no URL"),
        ("fetch(url)", "more than literals, near 'url)'"),
        ("fetch('http://a.example', {method: M})", "more than literals, near 'M})'"),
        ("fetch(`http://${host}`)", "more than literals"),
        ("fetch(['http://a.example'])", "more than literals"),
        ("fetch('http://a.example', " + "[" * 200, "more than literals"),
    ],
)
def test_what_is_no_request_says_what_to_copy(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace(")", r"\)")):
        read_pasted(text)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    for begin in ("curl ", 'curl ^"', "fetch(", "fetch('http://a.example', {"):
        with contextlib.suppress(ValueError):
            assert isinstance(read_pasted(begin + text), Pasted)


@given(
    st.lists(st.text(st.characters(blacklist_characters="\0\r", blacklist_categories=["Cs"]), max_size=20), min_size=1)
)
@settings(deadline=None)
def test_words_are_split_as_the_shells_do(words: list[str]) -> None:
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
    assert split_bash(quoted) == words


def test_carets_and_backslashes_of_cmd() -> None:
    assert split_cmd('curl "http://a.example" ^\n -H "x: \\"1\\""') == ["curl", "http://a.example", "-H", 'x: "1"']
    assert split_cmd('curl ^"a^\n\nb^"') == ["curl", "a\nb"]


APP = """
def app(environ, start_response):
    start_response("200 OK", [
        ("X-Seen", environ.get("HTTP_COOKIE", "none")), ("Access-Control-Expose-Headers", "X-Seen"),
        ("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*")), ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "PUT"), ("Access-Control-Allow-Headers", "content-type"), ("Vary", "Origin")])
    return [b""]
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    (tmp_path / "mine.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return ("--app", "mine:app")


def test_check_plays_what_was_pasted_and_prints_no_secret(app: tuple[str, ...]) -> None:
    shown = run("check", "--curl", BASH, *app, COLUMNS="160")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "> Cookie: sid=…; theme=…" in shown.stdout
    assert "Left out accept-language, sec-ch-ua, user-agent: a browser adds them itself." in shown.stdout
    assert "hush" not in shown.stdout.replace("< X-Seen: sid=hush", "")
    for text in (FETCH, CMD):
        done = subprocess.run(
            [str(SCRIPT), "check", "-", *app, "--json"],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        told = json.loads(done.stdout)
        assert (told["verdict"], told["exchanges"][0]["is_preflight"]) == ("shared", True)


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        (("--cookie", "sid=hush"), "sid=…"),
        (("-H", "Cookie: sid=hush"), "sid=…"),
        (("--credentials",), None),
        ((), None),
    ],
)
def test_a_cookie_is_sent_and_never_dropped_without_a_word(
    arguments: tuple[str, ...], sent: str | None, app: tuple[str, ...]
) -> None:
    shown = run("check", "https://api.example.com/", "--origin", PAGE, *arguments, *app, "--json")
    headers = dict(json.loads(shown.stdout)["exchanges"][-1]["request"]["headers"])
    assert headers.get("Cookie") == sent
    assert "hush" not in shown.stdout.replace('"sid=hush"', "") or sent


def test_a_header_that_no_script_may_set_is_said_to_be_dropped(app: tuple[str, ...]) -> None:
    shown = run("check", "https://api.example.com/", "--origin", PAGE, "-H", "Host: x", *app)
    assert "Left out Host: no script may set it." in shown.stdout


# Recordings


def entry(method: str, url: str, origin: str, status: int, *answer: tuple[str, str], **more: Any) -> dict[str, Any]:
    headers = [{"name": "Origin", "value": origin}, *({"name": n, "value": v} for n, v in more.pop("sent", ()))]
    return {
        "request": {"method": method, "url": url, "headers": headers, **more},
        "response": {"status": status, "statusText": "", "headers": [{"name": n, "value": v} for n, v in answer]},
    }


ALLOW = ("Access-Control-Allow-Origin", PAGE)
ENTRIES = [
    entry("GET", f"{PAGE}/own", PAGE, 200),
    entry("GET", "https://api.example.com/well", PAGE, 200, ALLOW),
    entry("GET", "https://api.example.com/bad", PAGE, 404, ("Server", "nginx"), sent=[("Cookie", "sid=hush")]),
    entry("OPTIONS", "https://api.example.com/put", PAGE, 405, ALLOW, sent=[("Access-Control-Request-Method", "PUT")]),
    entry("PUT", "https://api.example.com/put", PAGE, 0, postData={"text": "{}"}),
    entry("GET", "https://user:hush@api.example.com/nothing", PAGE, 0),
]


@pytest.fixture
def recording(tmp_path: Path) -> str:
    path = tmp_path / "recorded.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": ENTRIES}}))
    return str(path)


def test_a_recording_is_judged_without_asking_anybody(recording: str) -> None:
    shown = run("check", "--har", recording)
    assert (shown.returncode, shown.stderr) == (1, "")
    assert [line.split()[:4] for line in shown.stdout.splitlines() if line[:4].strip().isdigit()] == [
        ["2", "shared", "GET", "https://api.example.com/well"],
        ["3", "blocked", "GET", "https://api.example.com/bad"],
        ["5", "blocked", "PUT", "https://api.example.com/put"],
        ["6", "untried", "GET", "https://api.example.com/nothing"],
    ]
    told = json.loads(run("check", "--har", recording, "--json").stdout)
    assert [one["cause"] and one["cause"]["code"] for one in told] == [None, "left-out-of-errors", "no-options", None]
    assert "hush" not in shown.stdout + json.dumps(told)


def test_one_entry_is_shown_whole(recording: str) -> None:
    shown = run("check", "--har", recording, "--entry", "3", COLUMNS="120")
    assert shown.returncode == 1
    assert "What to change" in shown.stdout
    assert "Cookie: sid=…" in shown.stdout
    missing = run("check", "--har", recording, "--entry", "1")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "--entry 1 is not a request to another origin; these are: 2, 3, 5, 6" in missing.stderr


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"log": {"entries": [{}]}}', '{"log": {"entries": 7}}', "\x00"])
def test_what_is_no_recording_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.har").write_text(text)
    shown = run("check", "--har", str(tmp_path / "x.har"))
    assert (shown.returncode, shown.stdout, shown.stderr.count("\n")) == (2, "", 1)
    assert "is not a HAR file" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "there is no URL"),
        (("http://a.example", "--curl", "curl http://a.example"), "write only one of them"),
        (("http://a.example",), "the page's origin is not known"),
        (("localhost:8000/x", "--origin", PAGE), "'http://localhost:8000/x'"),
        (("127.0.0.1/x", "--origin", PAGE), "'http://127.0.0.1/x'"),
        (("api.example.com/x", "--origin", PAGE), "'https://api.example.com/x'"),
        (("http://a.example", "--origin", PAGE, "--timeout", "0"), "more than 0 seconds"),
        (("http://a.example", "--origin", PAGE, "--resolve", "a:b:c"), "write it as 'api.example.com:443:127.0.0.1'"),
        (("http://a.example", "--origin", PAGE, "--cacert", "/nowhere"), "is not a file"),
        (("--har", "/nowhere"), "cannot be read: No such file or directory"),
        (("--har", "x", "--curl", "y"), "has its own requests"),
    ],
)
def test_a_wrong_call_says_what_to_write(arguments: tuple[str, ...], words: str) -> None:
    shown = run("check", *arguments)
    assert (shown.returncode, shown.stdout, shown.stderr.count("\n")) == (2, "", 1)
    assert words in shown.stderr


@pytest.mark.parametrize("command", ["check", "audit"])
def test_a_password_in_a_url_is_not_repeated(command: str) -> None:
    origin = ("--origin", PAGE)
    shown = run(command, "https://user:hush@api.example.com/x", *origin)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "hush" not in shown.stderr
    assert "-H 'Authorization: Basic …'" in shown.stderr
