"""The playground's servers: what a plan may be, what the model says of it, and who may ask."""

from __future__ import annotations

import html
import http.client
import json
import re
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import urllib3

from cors_wsgi import Policy
from cors_wsgi.browser import DIFFERENCES
from cors_wsgi.demo.manual import find_manual, read_manual
from cors_wsgi.demo.page_server import FILES
from cors_wsgi.demo.recorded import RECORDED
from cors_wsgi.demo.scenarios import SCENARIOS, Scenario
from cors_wsgi.demo.servers import Demo, serve_demo
from cors_wsgi.errors import Problem, ProblemCode
from cors_wsgi.options import OPTION_NAMES, WARNINGS, find_warnings
from cors_wsgi.texts import chinese_policies
from cors_wsgi.texts.writing import write_difference, write_problem, write_warning


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


def post_in_chinese(demo: Demo, script: Mapping[str, Any], policy: Any, engine: str = "standard") -> Any:
    body = json.dumps({"script": {**SCRIPT, **script}, "policy": policy, "engine": engine}).encode()
    status, text = ask(demo, "POST", "/plan?lang=zh", body, Origin=demo.origins.page)
    return json.loads(text) if status == 200 else (status, text.strip())


def test_in_chinese_all_that_is_said_of_a_plan_is_chinese(demo: Demo) -> None:
    told = post_in_chinese(demo, {"method": "DELETE", "credentials": True}, {"origins": "https://a.example"})
    (call,) = told["calls"]
    said = [*told["causes"], call["explanation"], call["remedy"], *call["hints"], *(line for _, line in told["others"])]
    assert len(said) >= 7
    assert [line for line in said if not re.search(r"[\u4e00-\u9fff]", line)] == []
    problems = post_in_chinese(demo, {}, {"origins": "app.example.com", "max_age": "soon"})["problems"]
    assert [(one["option"], one["text"]) for one in problems] == [
        ("origins", "缺少协议。请写 https://app.example.com。"),
        ("max_age", "时间必须是不小于 0 的整数秒。请写秒数，例如 600；0 表示不缓存。"),
    ]


WITH_CREDENTIALS = {"supports_credentials": "true"}
WRONG_POLICIES: Final[Mapping[str, Mapping[str, str]]] = {
    "wildcard-beside-rules": {"origins": "*, https://a.example"},
    "wildcard-with-credentials": {"origins": "*", **WITH_CREDENTIALS},
    "null-origin": {"origins": "null"},
    "null-with-credentials": {"origins": "null", **WITH_CREDENTIALS},
    "insecure-origins": {"origins": "http://a.example", **WITH_CREDENTIALS},
    "public-suffix": {"origins": "https://*.github.io", **WITH_CREDENTIALS},
    "origin-type": {"origins": "[1]"},
    "origin-empty": {"origins": '[""]'},
    "origin-too-long": {"origins": f"https://{'a' * 600}.example"},
    "list-in-string": {"origins": "['https://a.example']"},
    "comma-list": {"origins": "https://a.example https://b.example"},
    "looks-like-regex": {"origins": r"https://.*\.example\.com"},
    "white-space": {"origins": "https://a b.example"},
    "file-origin": {"origins": "file:///index.html"},
    "missing-scheme": {"origins": "app.example.com"},
    "scheme-malformed": {"origins": "1https://a.example"},
    "scheme-misspelled": {"origins": "htps://a.example"},
    "upper-case": {"origins": "https://A.example"},
    "user-info": {"origins": "https://me@a.example"},
    "trailing-slash": {"origins": "https://a.example/"},
    "path": {"origins": "https://a.example/x"},
    "query": {"origins": "https://a.example?x"},
    "fragment": {"origins": "https://a.example#x"},
    "unicode-host": {"origins": "https://bücher.example"},
    "ip-address": {"origins": "https://127.1"},
    "host-missing": {"origins": "https://"},
    "host-malformed": {"origins": "https://a..example"},
    "default-port": {"origins": "https://a.example:443"},
    "port-malformed": {"origins": "https://a.example:0"},
    "wildcard-place": {"origins": "https://a*.example"},
    "not-a-token": {"origins": "*", "methods": "GET;"},
    "wildcard-beside-names": {"origins": "*", "methods": "*, GET"},
    "forbidden-method": {"origins": "*", "methods": "CONNECT"},
    "method-case": {"origins": "*", "methods": "patch"},
    "forbidden-header": {"origins": "*", "allow_headers": "Host"},
    "forbidden-header.expose_headers": {"origins": "*", "expose_headers": "Set-Cookie"},
    "response-header": {"origins": "*", "allow_headers": "Access-Control-Allow-Origin"},
    "request-header": {"origins": "*", "expose_headers": "Origin"},
    "expose-wildcard-with-credentials": {"origins": "https://a.example", "expose_headers": "*", **WITH_CREDENTIALS},
    "not-a-bool": {"origins": "*", "supports_credentials": "perhaps"},
    "max-age": {"origins": "*", "max_age": "soon"},
    "unknown-risk": {"origins": "*", "accept_risks": "nul-origin"},
    "unknown-option": {"origins": "*", "origin": "*"},
}
"""A policy as the page's fields say it, for every problem that such a policy can have."""

OF_OTHER_CODE: Final = {
    *("no-origins", "open-regex", "regex-of-bytes", "regex-never-asked", "callable-is-coroutine", "callable-signature"),
    *("names-type", "blocks-nothing", "resources-type", "resource-type"),
    *(code.value for code in ProblemCode if code.value.startswith("path-")),
}
"""Problems that no policy of fields can have: they are about Python values, paths, and Flask."""

ENGLISH: Final = re.compile(r"\b[A-Za-z]?[a-z']+ [a-z']+\b")
"""Two words of a sentence; codes, names of headers and options, and URLs have no spaces in them."""


def test_there_is_a_policy_for_every_problem_that_the_page_can_show() -> None:
    assert {name.partition(".")[0] for name in WRONG_POLICIES} | OF_OTHER_CODE == {one.value for one in ProblemCode}


@pytest.mark.parametrize("name", WRONG_POLICIES)
def test_every_problem_of_a_policy_is_told_in_the_language_of_the_page(demo: Demo, name: str) -> None:
    code, _, option = name.partition(".")
    for post, is_english in ((post_in_chinese, False), (post_plan, True)):
        problems = post(demo, SCRIPT, WRONG_POLICIES[name])["problems"]
        assert [one["code"] for one in problems] == [code]
        assert option in ("", problems[0]["option"])
        assert bool(ENGLISH.search(problems[0]["text"])) is is_english
        assert bool(re.search(r"[\u4e00-\u9fff].*。$", problems[0]["text"])) is not is_english


@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_has_its_chinese_sentences(code: ProblemCode) -> None:
    text = write_problem(Problem("origins", "x", code, "It is wrong.", "Leave it out."), "zh")
    assert re.fullmatch(r"[^。]+。[^。]+。", text)
    assert not ENGLISH.search(text)


@pytest.mark.parametrize(
    ("policy", "warning"),
    [
        pytest.param(
            {"origins": "*", "allow_headers": "X_Token, X_Key"},
            "allow_headers=['X_Token', 'X_Key']：服务器会丢弃名称里带下划线的请求头，或者把下划线当作连字符。"
            "请写成 ['X-Token', 'X-Key']，网页的脚本里也一样。",
            id="underscores",
        ),
        pytest.param(
            {"origins": "*", "max_age": "100000"},
            "max_age=100000：没有浏览器会把预检响应缓存超过 86400 秒"
            "（这是 Firefox 的上限；Chromium 是 7200 秒，Safari 是 600 秒）。",
            id="a long age",
        ),
    ],
)
def test_what_a_policy_warns_of_is_told_in_chinese_too(demo: Demo, policy: Mapping[str, str], warning: str) -> None:
    assert post_in_chinese(demo, SCRIPT, policy)["warnings"] == [warning]


def test_every_warning_has_its_chinese() -> None:
    values = {
        "allow_headers": ("X_Token",),
        "max_age": 100000,
        "supports_credentials": True,
        "origins": (re.compile(r"https://.*example\.com"),),
    }
    warnings = list(find_warnings(values))
    assert len(warnings) == len(WARNINGS) == len(chinese_policies.WARNINGS)
    told = [write_warning(warning, "zh") for warning in warnings]
    assert [text for text in told if ENGLISH.search(text) or not text.endswith("。")] == []
    assert [write_warning(warning, "en") for warning in warnings] == warnings


@pytest.mark.parametrize(
    ("script", "status", "says"),
    [
        ({"path": "//evil.example/"}, 400, "路径 '//evil.example/' 必须以一个斜杠开头"),
        ({"path": "/a/../b"}, 400, "路径 '/a/../b' 里有 . 或 .. 段，浏览器会去掉它们"),
        ({"body": "x" * 4097}, 400, "body 不存在、超过 4096 个字符，或者类型不是 str"),
        ({"headers": [["a", "b"]] * 21}, 400, "请求头最多 20 个，每个由名称和值组成"),
    ],
)
def test_a_script_that_is_not_tried_is_refused_in_chinese(
    demo: Demo, script: Mapping[str, Any], status: int, says: str
) -> None:
    assert post_in_chinese(demo, script, None) == (status, says)


@pytest.mark.parametrize(
    ("script", "engine", "explanation"),
    [
        pytest.param(
            {"method": "PUT", "mode": "no-cors"},
            "standard",
            "浏览器拒绝了脚本的请求：no-cors 请求不能使用方法 PUT。",
            id="a method without CORS",
        ),
        pytest.param(
            {"method": "GET", "bodyKind": "text", "body": "x"},
            "standard",
            "浏览器拒绝了脚本的请求：GET 请求不能有请求体。",
            id="a body of a GET",
        ),
        pytest.param(
            {"method": "POST", "bodyKind": "stream", "mode": "no-cors"},
            "standard",
            "浏览器拒绝了脚本的请求：no-cors 请求的请求体不能是流。",
            id="a stream without CORS",
        ),
        pytest.param(
            {"method": "POST", "bodyKind": "stream"},
            "webkit",
            "浏览器拒绝了脚本的请求：这个浏览器不支持发送流。",
            id="a stream in Safari",
        ),
        pytest.param({"method": "TRACE"}, "standard", "任何脚本都不能使用方法 TRACE。", id="a forbidden method"),
        pytest.param({"method": "A B"}, "standard", "A B 不是合法的方法名。", id="no method"),
        pytest.param({"headers": [["X-A", "→"]]}, "standard", "“X-A: →”不是合法的请求头。", id="no value of a header"),
        pytest.param(
            {"path": "/page.css", "element": "module"},
            "standard",
            "响应的类型是“text/css”，与网页要加载的资源不符，不能使用。",
            id="a wrong type",
        ),
        pytest.param(
            {"path": "/error", "element": "module"},
            "standard",
            "响应的状态码是 500，网页不使用它。",
            id="a wrong status",
        ),
        pytest.param(
            {"method": "DELETE"},
            "standard",
            "预检响应不允许方法 DELETE：它没有 Access-Control-Allow-Methods 头。",
            id="a header that is missing",
        ),
    ],
)
def test_why_a_script_fails_is_told_in_chinese(
    demo: Demo, script: Mapping[str, Any], engine: str, explanation: str
) -> None:
    policy = {"origins": demo.origins.page, "methods": "[]"}
    (call,) = post_in_chinese(demo, script, policy, engine)["calls"]
    assert call["explanation"] == explanation
    assert not ENGLISH.search(call["remedy"])


def test_where_engines_differ_is_told_in_chinese(demo: Demo) -> None:
    script = {"method": "POST", "bodyKind": "stream", "body": "lamp"}
    assert post_in_chinese(demo, script, {"origins": demo.origins.page}, "firefox")["differences"] == [
        {
            "about": "ReadableStream 作为请求体：发送（预检之后）；变成文本 [object ReadableStream]；或者被拒绝",
            "standard": "发送",
            "engine": "变成文本",
        }
    ]
    for row in DIFFERENCES:
        for engine in row.engines:
            told = write_difference(row, engine, "zh")
            assert re.search(r"[\u4e00-\u9fff]", told["about"])
            assert not ENGLISH.search(told["standard"])
            assert not ENGLISH.search(told["engine"])
            assert write_difference(row, engine, "en")["about"] == row.about


def test_under_another_name_a_chinese_browser_is_told_the_right_one_in_chinese(demo: Demo) -> None:
    answer = ask(demo, "GET", "/", Host="127.0.0.1", **{"Accept-Language": "zh-CN"})
    assert answer == (403, f"这个演示只在 {demo.origins.page}/ 上响应：请用这个地址打开。\n")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost"])
@pytest.mark.parametrize("path", ["/", "/ready.json", "/plan"])
def test_under_another_name_the_page_is_not_served(demo: Demo, host: str, path: str) -> None:
    assert ask(demo, "GET", path, Host=host) == (
        403,
        f"This demo answers only at {demo.origins.page}/: open it under that name.\n",
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
        (b"{}", 400, "script is missing, longer than 4096 characters, or not a dict"),
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
        ({"method": 1}, "method is missing, longer than 4096 characters, or not a str"),
        ({"body": "x" * 4097}, "body is missing, longer than 4096 characters, or not a str"),
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
