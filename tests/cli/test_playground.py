"""The playground's servers: what a plan may be, what the model says of it, and who may ask."""

from __future__ import annotations

import html
import http.client
import json
import re
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from cors_wsgi import Policy
from cors_wsgi.demo.manual import find_manual, read_manual
from cors_wsgi.demo.page_server import FILES
from cors_wsgi.demo.recorded import RECORDED
from cors_wsgi.demo.scenarios import SCENARIOS, Scenario
from cors_wsgi.demo.servers import Demo, serve_demo
from cors_wsgi.options import OPTION_NAMES


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with serve_demo() as demo:
        yield demo


def get(url: str, **headers: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as response:
        content: bytes = response.read()
        return content


def ask(demo: Demo, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
    """Return the status and text of what the page's server answers to a request with just these headers."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(demo.origins.page).port or 0, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    sent = {"Host": urlsplit(demo.origins.page).netloc, "Content-Length": str(len(body)), **headers}
    for name, value in sent.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    return response.status, response.read().decode()


SCRIPT = {
    "method": "PUT",
    "path": "/items/1",
    "headers": [],
    "bodyKind": "none",
    "body": "",
    "mode": "cors",
    "credentials": False,
    "listener": False,
    "times": 1,
    "element": "none",
    "crossorigin": "none",
}


def post_plan(demo: Demo, script: Mapping[str, Any], policy: Any, engine: str = "standard") -> Any:
    body = json.dumps({"script": script, "policy": policy, "engine": engine}).encode()
    status, text = ask(demo, "POST", "/plan", body, Origin=demo.origins.page)
    return json.loads(text) if status == 200 else (status, text.strip())


def test_without_scripts_the_page_holds_the_table_that_once_prints(demo: Demo) -> None:
    page = get(demo.origins.page + "/").decode()
    inside = page[page.index("<noscript>") : page.index("</noscript>")]
    assert "[[" not in page
    for result in demo.results:
        (row,) = re.findall(f'<tr id="{result.scenario.name}">.*?</tr>', inside)
        assert result.scenario.title() in row
        assert html.escape(result.scenario.lesson()) in row
        for answer in result.answers:
            assert f"{answer.method}: {answer.status}" in row
            assert all(f"{name}: {value}" in row for name, value in answer.headers.items())
    assert len(demo.results) == len(RECORDED)


def test_no_scenario_has_the_name_of_a_part_of_the_page(demo: Demo) -> None:
    # Its address would scroll the page to that part.
    page = get(demo.origins.page + "/").decode()
    ids = set(re.findall(r'\bid="([^"]+)"', page[page.index("</noscript>") :]))
    assert ids.isdisjoint(scenario.name for scenario in SCENARIOS)


def test_every_file_of_the_page_is_served_with_its_type_and_no_other(demo: Demo) -> None:
    types = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for name in FILES:
        with urllib.request.urlopen(f"{demo.origins.page}/{name}", timeout=10) as response:
            assert response.headers["Content-Type"] == f"{types[name.rpartition('.')[2]]}; charset=utf-8"
    for name in ("../setup.cfg", "page.py", "runs/none"):
        assert ask(demo, "GET", f"/{name}")[0] == 404


def test_nothing_on_the_page_comes_from_a_network(demo: Demo) -> None:
    for name in FILES - {"icon.svg"}:
        addresses = re.findall(r"(?:https?:)?//[a-z][\w.-]+\.[a-z]+", get(f"{demo.origins.page}/{name}").decode())
        # A reserved name is an example in a sentence; nothing answers there. The manual is a link.
        known = (".example.com", *([urlsplit(manual.folder).netloc] if (manual := find_manual()) else []))
        assert [address for address in addresses if not address.endswith(known)] == [], name


@pytest.mark.parametrize(
    ("project_urls", "page"),
    [
        (
            ["Source, https://code.example", "Documentation, https://docs.example/"],
            "https://docs.example/zh/index.html",
        ),
        (["Documentation, https://docs.example/index.html"], "https://docs.example/zh/index.html"),
        (["Documentation, https://code.example/docs/index.md"], "https://code.example/docs/zh/index.md"),
        (["Source, https://code.example"], None),
        ([], None),
    ],
)
def test_the_manual_is_where_the_distribution_says(project_urls: list[str], page: str | None) -> None:
    manual = read_manual(project_urls)
    assert (manual and manual.find("zh/index")) == page
    assert find_manual("a-distribution-that-is-not-installed") is None


@pytest.mark.parametrize(
    ("query", "accepted", "heading"),
    [
        ("", "", "<h1>Two origins</h1>"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "<h1>两个源</h1>"),
        ("?lang=en", "zh-CN", "<h1>Two origins</h1>"),
        ("?lang=zh", "en", "<h1>两个源</h1>"),
        ("?lang=zh-Hans", "en", "<h1>两个源</h1>"),
        ("?lang=xx", "zh", "<h1>两个源</h1>"),
    ],
)
def test_the_page_is_in_the_language_that_is_asked_for(demo: Demo, query: str, accepted: str, heading: str) -> None:
    page = get(f"{demo.origins.page}/{query}", **{"Accept-Language": accepted}).decode()
    assert heading in page
    assert "[[" not in page
    assert '<html lang="zh-Hans">' in page or '<html lang="en">' in page
    assert all(result.scenario.title("en" if "Two" in heading else "zh") in page for result in demo.results)


def test_in_chinese_all_that_is_said_of_a_plan_is_chinese(demo: Demo) -> None:
    body = {"script": {**SCRIPT, "method": "DELETE", "credentials": True}, "policy": {"origins": "https://a.example"}}
    status, text = ask(demo, "POST", "/plan?lang=zh", json.dumps(body).encode(), Origin=demo.origins.page)
    assert status == 200
    told = json.loads(text)
    (call,) = told["calls"]
    said = [*told["causes"], call["explanation"], call["remedy"], *call["hints"], *(line for _, line in told["others"])]
    assert len(said) >= 7
    assert [line for line in said if not re.search(r"[\u4e00-\u9fff]", line)] == []
    body["policy"] = {"origins": "app.example.com", "max_age": "soon"}
    problems = json.loads(ask(demo, "POST", "/plan?lang=zh", json.dumps(body).encode(), Origin=demo.origins.page)[1])
    assert [(one["option"], one["text"]) for one in problems["problems"]] == [
        ("origins", "缺少协议。请在前面加上 https://。"),
        ("max_age", "请写秒数，例如 600。"),
    ]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost"])
@pytest.mark.parametrize("path", ["/", "/ready.json", "/plan"])
def test_under_another_name_the_page_is_not_served(demo: Demo, host: str, path: str) -> None:
    assert ask(demo, "GET", path, Host=host) == (
        403,
        f"This demo answers at {demo.origins.page}/ only: open it under that name.\n",
    )


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", None])
def test_a_page_of_another_origin_posts_no_plan(demo: Demo, origin: str | None) -> None:
    body = json.dumps({"script": SCRIPT, "policy": None}).encode()
    headers = {} if origin is None else {"Origin": origin}
    assert ask(demo, "POST", "/plan", body, **headers) == (403, "Only the page itself may post here.\n")
    assert ask(demo, "POST", "/plan", body, Origin=demo.origins.page)[0] == 200


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "this is not JSON"),
        (b"[" * 50000, 400, "this is not JSON"),
        (b"[]", 400, "this is not a JSON object"),
        (b"{}", 400, "script is missing, too long, or not a dict"),
        (b"x" * 65537, 413, "A plan has at most 65536 bytes."),
    ],
)
def test_what_is_no_plan_is_refused(demo: Demo, body: bytes, status: int, says: str) -> None:
    assert ask(demo, "POST", "/plan", body, Origin=demo.origins.page) == (status, f"{says}\n")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"path": "items"}, "path='items' must begin with one slash"),
        ({"path": "//evil.example/"}, "path='//evil.example/' must begin with one slash"),
        ({"path": "/a/../b"}, "path='/a/../b' has segments of dots, which browsers remove"),
        ({"path": "/a/%2E"}, "path='/a/%2E' has segments of dots, which browsers remove"),
        ({"method": 1}, "method is missing, too long, or not a str"),
        ({"body": "x" * 4097}, "body is missing, too long, or not a str"),
        ({"headers": [["a"]]}, "headers must be at most 20 pairs of texts"),
        ({"headers": [["a", "b"]] * 21}, "headers must be at most 20 pairs of texts"),
        ({"bodyKind": "file"}, "bodyKind must be one of none, text, params, form, stream"),
        ({"mode": "navigate"}, "mode must be one of cors, no-cors"),
        ({"times": 0}, "times=0 is not from 1 to 3"),
        ({"times": 4}, "times=4 is not from 1 to 3"),
    ],
)
def test_a_script_that_the_page_cannot_have_sent_is_refused(demo: Demo, change: Mapping[str, Any], says: str) -> None:
    assert post_plan(demo, {**SCRIPT, **change}, None) == (400, says)


def test_a_policy_that_must_not_start_is_told_with_all_its_problems(demo: Demo) -> None:
    policy = {"origins": "*", "supports_credentials": "true", "max_age": "soon"}
    told = post_plan(demo, SCRIPT, policy)["problems"]
    assert [(one["option"], one["code"]) for one in told] == [
        ("max_age", "max-age"),
        ("origins", "wildcard-with-credentials"),
    ]
    assert all(one["text"].count(".") >= 2 for one in told)


@pytest.mark.parametrize("name", ["block_untrusted", "origin", "__class__"])
def test_an_option_that_no_policy_has_is_a_problem(demo: Demo, name: str) -> None:
    (problem,) = post_plan(demo, SCRIPT, {"origins": "*", name: "1"})["problems"]
    assert (problem["option"], problem["code"]) == (name, "unknown-option")


def test_what_a_policy_warns_of_is_told(demo: Demo) -> None:
    (warning,) = post_plan(demo, SCRIPT, {"origins": "*", "max_age": "100000"})["warnings"]
    assert "86400" in warning


def test_a_plan_is_predicted_for_each_engine(demo: Demo) -> None:
    script = {**SCRIPT, "method": "POST", "bodyKind": "stream", "body": "lamp"}
    told = post_plan(demo, script, {"origins": demo.origins.page}, "firefox")
    assert told["policy"] == f"Policy('{demo.origins.page}')"
    assert told["engine"] == "Firefox"
    assert dict(told["others"]) == {
        "the standard": "Blocked (preflight sent)",
        "Chromium": "Blocked (preflight sent)",
        "Firefox": "Readable 200 (POST sent)",
        "Safari": "Blocked (nothing sent)",
    }
    assert [row["engine"] for row in told["differences"]] == ["as text"]


def test_what_goes_over_the_wire_is_told_as_it_was_predicted(demo: Demo) -> None:
    told = post_plan(demo, {**SCRIPT, "method": "GET"}, {"origins": demo.origins.page})
    get(f"{demo.origins.api}{told['base']}/items/1", Origin=demo.origins.page)
    (recorded,) = json.loads(get(f"{demo.origins.page}/runs/{told['run']}"))
    (predicted,) = told["calls"][0]["exchanges"]
    assert recorded == {**predicted, "entered": True}
    assert predicted == {
        "isPreflight": False,
        "method": "GET",
        "url": "/items/1",
        "sent": [["Origin", demo.origins.page]],
        "status": 200,
        "phrase": "OK",
        "received": [
            ["Access-Control-Allow-Origin", demo.origins.page],
            ["Vary", "Origin"],
            ["Content-Type", "application/json"],
            ["ETag", '"1"'],
            ["X-Total-Count", "3"],
        ],
    }


def test_cookies_of_other_programs_on_this_machine_are_not_shown(demo: Demo) -> None:
    told = post_plan(demo, {**SCRIPT, "method": "GET"}, None)
    for cookie in ("session=secret; cors-wsgi-demo=1", "session=secret"):
        get(f"{demo.origins.api}{told['base']}/items/1", Cookie=cookie)
    both = json.loads(get(f"{demo.origins.page}/runs/{told['run']}"))
    assert [one["sent"] for one in both] == [[["Cookie", "cors-wsgi-demo=1"]], []]


def test_the_oldest_run_is_forgotten_when_there_are_many(demo: Demo) -> None:
    first, *others = [post_plan(demo, SCRIPT, None) for _ in range(201)]
    for told, status in ((first, 404), (others[0], 200), (others[-1], 200)):
        assert ask(demo, "GET", f"/runs/{told['run']}")[0] == status
        with urllib3.PoolManager(retries=False) as client:
            assert client.request("GET", f"{demo.origins.api}{told['base']}/items/1").status == status


STATES = {
    "credentials-for-everybody": "blocked",
    "credentials-refused": "blocked",
    "crash": "blocked",
    "font": "loaded",
    "font-refused": "blocked",
    "module": "loaded",
    "module-refused": "blocked",
    "no-cors-at-all": "blocked",
    "no-cors-mode": "opaque",
    "patch-in-lower-case": "blocked",
    "picture-on-canvas": "tainted",
    "picture-refused": "blocked",
    "picture-with-cors": "loaded",
    "redirect-away": "blocked",
    "refused-header": "blocked",
    "refused-method": "blocked",
    "refused-origin": "blocked",
    "refused-origin-preflighted": "blocked",
    "stream": "blocked",
    "style": "tainted",
}
"""What comes of the ready scenarios that are not readable, by the standard."""


@pytest.mark.parametrize("ready", SCENARIOS, ids=lambda ready: ready.name)
def test_a_ready_scenario_comes_to_what_it_is_there_to_show(demo: Demo, ready: Scenario) -> None:
    described = ready.describe(demo.origins)
    told = post_plan(demo, described["script"], described["policy"])
    assert {call["state"] for call in told["calls"]} == {STATES.get(ready.name, "readable")}
    is_preflighted = any(exchange["isPreflight"] for call in told["calls"] for exchange in call["exchanges"])
    assert is_preflighted == bool(told["causes"])
    for call in told["calls"]:
        assert bool(call["explanation"] and call["remedy"]) == (call["state"] == "blocked")


def test_the_form_has_a_field_for_each_option_of_a_policy(demo: Demo) -> None:
    page = get(demo.origins.page + "/").decode()
    fields = page[page.index('id="policy-fields"') : page.index("</fieldset>", page.index('id="policy-fields"'))]
    assert sorted(re.findall(r'<input id="(\w+)"', fields)) == sorted(OPTION_NAMES)


def test_the_form_s_methods_are_the_default_of_a_policy_and_query_is_offered(demo: Demo) -> None:
    page = get(demo.origins.page).decode()
    assert f'placeholder="{", ".join(Policy("*").methods)}"' in page
    assert "<option>QUERY</option>" in page


def test_the_ready_scenarios_are_of_every_kind() -> None:
    assert len({ready.name for ready in SCENARIOS}) == len(SCENARIOS)
    scripts = [ready.script for ready in SCENARIOS]
    assert {script.method for script in scripts} == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY", "patch"}
    assert {script.body_kind for script in scripts} == {"none", "text", "params", "form", "stream"}
    named = {name for script in scripts for name, _ in script.headers}
    assert named == {
        *("Accept", "Accept-Language", "Content-Language", "Content-Type", "Range"),
        *("X-Token", "Authorization", "X-Other"),
    }
    assert any(script.listener for script in scripts)
    assert any(script.times == 2 for script in scripts)
