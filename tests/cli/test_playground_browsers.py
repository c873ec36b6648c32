"""The playground in real browsers: what the model predicts is what each does, and everybody can use the page."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from cli.test_playground import ENGLISH, WRONG_POLICIES
from support.engines import ENGINES, chromium_driver, needs_engine, open_page, webkit_driver
from support.marionette import firefox_driver
from support.npm import install_npm_packages
from werkzeug.wrappers import Response

from cors_wsgi.demo.recorded import RECORDED, Answer, Recording
from cors_wsgi.demo.scenarios import PAGE, SCENARIOS, TOUR
from cors_wsgi.demo.servers import Demo, serve_demo
from cors_wsgi.texts import LANGUAGES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webdriver import WebDriver

pytestmark = pytest.mark.browser

AXE: Final = "axe-core@4.11.0"
_PATIENCE: Final = 60.0

_REPORTER: Final = """
<script type="module">
const done = (id, name) => new Promise((resolve) => {
  const look = () => (document.getElementById(id)?.dataset[name] ? resolve() : setTimeout(look, 50));
  look();
});
await done("result", "runs");
document.getElementById("run-all").click();
await done("all-summary", "agreed");
const rows = [...document.querySelectorAll("#matrix tr[id]")].map((row) => ({
  name: row.id.slice("row-".length), agrees: row.dataset.agrees, states: row.dataset.states, text: row.innerText,
}));
const summary = document.getElementById("all-summary").textContent;
const [{ scenarios }, { tryOut }] = await Promise.all([import("./ready.js"), import("./trial.js")]);
const calls = {};
for (const { name, script, policy } of scenarios) calls[name] = (await tryOut(script, policy)).calls.at(-1);
await fetch("report", { method: "POST", body: JSON.stringify({ rows, summary, calls }) });
</script>
"""


@dataclass
class Report:
    """What a page told of Run all."""

    come: threading.Event = field(default_factory=threading.Event)
    data: dict[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def serve_reporting(changes: Mapping[str, str] | None = None) -> Iterator[tuple[Demo, Report]]:
    """Serve the demo with a page that clicks on Run all by itself, and tells what it shows then.

    Args:
        changes: of the page's files: text that is replaced, and by what.
    """
    report = Report()
    replaced = {"</body>": f"{_REPORTER}</body>", **(changes or {})}

    def wrap(app: WSGIApplication) -> WSGIApplication:
        def reporting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["PATH_INFO"] == "/report":
                report.data = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
                report.come.set()
                start_response("204 No Content", [])
                return []
            response = Response.from_app(app, environ)
            text = response.get_data(as_text=True)
            for old, new in replaced.items():
                text = text.replace(old, new)
            response.set_data(text)
            return response(environ, start_response)

        return reporting

    with serve_demo(wrap_page=wrap) as demo:
        yield demo, report


EXPLAINED: Final = {
    "chromium": set(),
    "firefox": {"stream"},
    "webkit": {"font", "font-refused", "stream"},
}
"""The scenarios in which a browser does not do what the standard says, as the table of engines has it."""


@pytest.mark.parametrize("engine", ENGINES)
def test_run_all_goes_as_predicted_and_as_recorded(engine: str) -> None:
    needs_engine(engine)
    with serve_reporting() as (demo, report), open_page(engine, demo.origins.page + "/") as log:
        assert report.come.wait(_PATIENCE), log.read_text(errors="replace")[-2000:]
    rows = report.data["rows"]
    assert [row["name"] for row in rows] == [ready.name for ready in SCENARIOS]
    assert [row["text"] for row in rows if row["agrees"] != "true"] == []
    assert {row["name"] for row in rows if "Not as in the standard" in row["text"]} == EXPLAINED[engine]
    assert report.data["summary"].startswith(f"{len(SCENARIOS)} of {len(SCENARIOS)} scenarios went as predicted")
    seen = {name: read_recording(call, demo) for name, call in report.data["calls"].items() if name in RECORDED}
    assert seen == RECORDED


def read_recording(call: Mapping[str, Any], demo: Demo) -> Recording:
    """Return what came of one call in a browser, as the demo keeps it."""
    answers = []
    for exchange in call["exchanges"]:
        headers = {
            name: value.replace(demo.origins.page, PAGE)
            for name, value in exchange["received"]
            if name == "Vary" or name.startswith("Access-Control-")
        }
        answers.append(Answer(exchange["method"], exchange["status"], headers))
    return Recording(call["state"] == "readable", tuple(answers))


def test_a_prediction_that_is_wrong_is_found_out() -> None:
    needs_engine("chromium")
    changes = {'case "params": return new URLSearchParams(body);': 'case "params": return undefined;'}
    with serve_reporting(changes) as (demo, report), open_page("chromium", demo.origins.page + "/"):
        assert report.come.wait(_PATIENCE)
    (wrong,) = (row for row in report.data["rows"] if row["agrees"] != "true")
    assert wrong["name"] == "type-params"
    assert "application/x-www-form-urlencoded" in wrong["text"]


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    with chromium_driver("--hide-scrollbars") as driver:
        yield driver


@pytest.fixture
def demo() -> Iterator[Demo]:
    with serve_demo() as demo:
        yield demo


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    modules = install_npm_packages(tmp_path_factory.mktemp("npm"), AXE)
    return Path(modules, "axe-core", "axe.min.js").read_text()


def show(driver: Chrome, url: str, *, width: int = 1280, scheme: str = "light") -> None:
    """Open the page at a width and in a colour scheme, and wait for its first run."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    driver.get("about:blank")
    driver.get(url)
    wait(driver, "result", "runs")


def wait(driver: WebDriver, name: str, data: str, value: str | None = None) -> str:
    """Wait for a data attribute of an element (to have that value), and return it."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found: str | None = driver.find_element("id", name).get_attribute(f"data-{data}")
        if found is not None and value in (None, found):
            return found
        time.sleep(0.05)
    raise TimeoutError(f"#{name} has no data-{data}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_an_accessibility_checker_finds_nothing(
    driver: Chrome, demo: Demo, axe: str, language: str, scheme: str, width: int
) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/?lang={language}#stream", width=width, scheme=scheme)
    driver.execute_script("document.getElementById('run-all').click()")
    wait(driver, "all-summary", "agreed")
    driver.execute_script("for (const details of document.querySelectorAll('details')) details.open = true")
    driver.execute_script("document.getElementById('origins').setAttribute('aria-invalid', 'true')")
    driver.execute_script("document.getElementById('origins-problem').append('This is what is wrong.')")
    if width == 400:
        driver.execute_script("document.getElementById('path').dispatchEvent(new Event('input', { bubbles: true }))")
        assert is_stale(driver)
    driver.execute_script(axe)
    driver.set_script_timeout(60)
    found = driver.execute_async_script(
        "const done = arguments[0]; axe.run().then((found) => done([found.passes.length, found.violations]));"
    )
    passes, violations = found
    assert passes > 20
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_a_narrow_window(driver: Chrome, demo: Demo, language: str) -> None:
    needs_engine("chromium")
    for ready in ("type-json", "redirect-away", "stream", "picture-on-canvas"):
        show(driver, f"{demo.origins.page}/?lang={language}#{ready}", width=400)
        assert driver.execute_script("return document.documentElement.scrollWidth") == 400


def measure(driver: Chrome, selector: str) -> Any:
    return driver.execute_script("return document.querySelector(arguments[0]).getBoundingClientRect()", selector)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_step_shows_its_diagram_without_scrolling(driver: Chrome, demo: Demo, language: str) -> None:
    needs_engine("chromium")
    for step in TOUR:
        show(driver, f"{demo.origins.page}/?lang={language}#{step}", width=1280)
        assert measure(driver, "#result .diagram")["bottom"] <= 900, step
        assert driver.find_element("css selector", "#tour [aria-current]").get_attribute("hash") == f"#{step}"


def test_the_page_opens_with_the_first_step_and_leads_to_the_last(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, demo.origins.page + "/")
    seen = []
    for number in range(1, len(TOUR) + 1):
        wait(driver, "result", "runs", str(number))
        seen.append(driver.execute_script("return location.hash.slice(1)"))
        if number < len(TOUR):
            driver.find_element("id", "next").click()
    assert tuple(seen) == TOUR
    assert not driver.find_element("id", "next").is_displayed()


def test_in_a_narrow_window_a_scenario_that_agrees_is_one_line_and_the_result_comes_before_the_fields(
    driver: Chrome, demo: Demo
) -> None:
    needs_engine("chromium")
    show(driver, demo.origins.page + "/", width=400)
    assert not driver.find_element("id", "method").is_displayed()
    assert measure(driver, "#run")["bottom"] < 900
    driver.execute_script("document.getElementById('run-all').click()")
    wait(driver, "all-summary", "agreed")
    rows = driver.execute_script(
        "return [...document.querySelectorAll('#matrix tr[id]')].map((row) => [row.id, row.clientHeight])"
    )
    assert [row for row in rows if row[1] > 40] == []
    assert len(rows) == len(SCENARIOS)


def press(driver: WebDriver, *keys: str) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(driver).send_keys(*keys).perform()


def press_with_control(driver: WebDriver, key: str) -> None:
    from selenium.webdriver import ActionChains, Keys

    ActionChains(driver).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()


def is_stale(driver: WebDriver) -> bool:
    return "stale" in (driver.find_element("id", "result").get_attribute("class") or "")


def focused(driver: WebDriver) -> str:
    return str(driver.execute_script("return document.activeElement.id"))


def tab_to(driver: WebDriver, name: str) -> None:
    from selenium.webdriver import Keys

    for _ in range(60):
        press(driver, Keys.TAB)
        if focused(driver) == name:
            return
    pytest.fail(f"Tab never came to #{name}")


DRIVERS: Final = {"chromium": chromium_driver, "firefox": firefox_driver, "webkit": webkit_driver}


@pytest.fixture(params=ENGINES)
def keyboard(request: pytest.FixtureRequest, demo: Demo) -> Iterator[WebDriver]:
    """Yield a browser that shows the first step, and is driven by keys alone."""
    needs_engine(request.param)
    with DRIVERS[request.param]() as driver:
        driver.set_window_size(1280, 1000)
        driver.get(f"{demo.origins.page}/?lang=en")
        wait(driver, "result", "runs", "1")
        yield driver


def test_with_the_keyboard_alone_a_policy_is_changed_and_run_and_the_focus_stays(
    keyboard: WebDriver, demo: Demo
) -> None:
    from selenium.webdriver import Keys

    assert keyboard.find_element("id", "summary").text == "✓ Readable as predicted"
    tab_to(keyboard, "origins")
    press_with_control(keyboard, "a")
    press(keyboard, "https://app.example.com")
    assert keyboard.find_element("id", "summary").text == "Changed: press Run"
    assert is_stale(keyboard)
    press(keyboard, Keys.ENTER)
    wait(keyboard, "result", "runs", "2")
    assert focused(keyboard) == "origins"
    assert keyboard.find_element("id", "summary").text == "✕ Blocked as predicted"
    assert not is_stale(keyboard)
    told = keyboard.find_element("id", "result").text
    assert "TypeError: " in told
    assert "The response has no Access-Control-Allow-Origin header." in told
    assert f"Access-Control-Allow-Origin: {demo.origins.page}" in told
    assert keyboard.find_element("id", "python").text == "Policy('https://app.example.com')"
    tab_to(keyboard, "run")
    press(keyboard, Keys.SPACE)
    wait(keyboard, "result", "runs", "3")
    assert focused(keyboard) == "run"
    tab_to(keyboard, "run-all")
    press(keyboard, Keys.SPACE)
    wait(keyboard, "all-summary", "agreed")
    assert focused(keyboard) == "run-all"


def test_control_and_enter_run_a_scenario_that_the_list_shows_and_leave_the_list_shut(keyboard: WebDriver) -> None:
    from selenium.webdriver import Keys

    tab_to(keyboard, "scenario")
    # Whether a list is open, no page can see; that its own answer to the key was prevented, it can.
    keyboard.execute_script(
        "addEventListener('keydown', (event) => {"
        " if (event.key === 'Enter') document.body.dataset.prevented = event.defaultPrevented; })"
    )
    press_with_control(keyboard, Keys.ENTER)
    wait(keyboard, "result", "runs", "2")
    assert keyboard.execute_script("return document.body.dataset.prevented") == "true"
    assert focused(keyboard) == "scenario"


def test_tab_goes_through_the_page_in_its_order(keyboard: WebDriver) -> None:
    from selenium.webdriver import Keys

    seen = []
    for _ in range(25):
        press(keyboard, Keys.TAB)
        script = "const at = document.activeElement; return at.id || at.textContent.trim().replace(/http.*/s, '…')"
        seen.append(keyboard.execute_script(script))
    assert seen == [
        *("The manual", "English", "中文"),
        *("Simple", "Preflighted", "Refused", "Credentials", "Picture on a canvas", "scenario", "next"),
        *('const response = await fetch("…', "Change the script", "method", "path", "with-credentials", "More"),
        *("Policy('…", "Change the policy", "has-policy", "origins", "supports_credentials", "More"),
        *("run", "run-all", "A simple GET"),
    ]


def test_in_the_list_an_arrow_runs_the_next_scenario_and_enter_and_escape_change_nothing(keyboard: WebDriver) -> None:
    from selenium.webdriver import Keys

    tab_to(keyboard, "scenario")
    press(keyboard, Keys.ARROW_DOWN)
    wait(keyboard, "result", "runs", "2")
    press(keyboard, Keys.ENTER)
    press(keyboard, Keys.ESCAPE)
    assert keyboard.find_element("id", "scenario").get_attribute("value") == "head"
    assert keyboard.current_url.endswith("#head")
    assert focused(keyboard) == "scenario"
    assert "HEAD /items/1" in keyboard.find_element("id", "result").text
    tab_to(keyboard, "origins")
    press_with_control(keyboard, "a")
    press(keyboard, "https://app.example.com")
    press(keyboard, Keys.ESCAPE)
    assert keyboard.find_element("id", "origins").get_attribute("value") == "https://app.example.com"
    assert focused(keyboard) == "origins"
    assert wait(keyboard, "result", "runs") == "2"


def test_enter_leads_through_the_steps_and_the_last_keeps_the_focus(keyboard: WebDriver) -> None:
    from selenium.webdriver import Keys

    tab_to(keyboard, "next")
    for number in range(2, len(TOUR) + 1):
        assert focused(keyboard) == "next"
        press(keyboard, Keys.ENTER)
        wait(keyboard, "result", "runs", str(number))
    assert keyboard.execute_script("return document.activeElement.textContent") == "Picture on a canvas"


def test_the_ring_of_the_focus_covers_neither_label_nor_error(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, demo.origins.page + "/")
    for name in ("origins", "method", "headers", "scenario"):
        script = "for (let box = arguments[0].closest('details'); box; box = box.parentElement.closest('details'))"
        field = driver.find_element("id", name)
        driver.execute_script(f"{script} box.open = true; arguments[0].focus({{ focusVisible: true }})", field)
        outline = driver.execute_script(
            "const style = getComputedStyle(arguments[0]); return [style.outlineWidth, style.outlineOffset]", field
        )
        assert outline == ["2px", "-2px"], name


def test_a_policy_that_must_not_start_says_so_at_its_field_and_leaves_nothing_of_the_former(
    driver: Chrome, demo: Demo
) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/?lang=en#credentials-for-everybody")
    driver.execute_script("document.getElementById('supports_credentials').click()")
    driver.execute_script("document.getElementById('run').click()")
    wait(driver, "result", "runs", "2")
    assert focused(driver) == "origins"
    assert driver.find_element("id", "origins").get_attribute("aria-invalid") == "true"
    assert "credentials" in driver.find_element("id", "origins-problem").text
    assert driver.find_element("id", "summary").text == "Invalid policy: see the errors beside the fields"
    assert driver.find_element("id", "python").text == "no policy: this one is invalid"
    assert driver.find_element("id", "result").text == ""


def test_a_problem_of_a_field_out_of_sight_brings_it_into_sight(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/?lang=zh#get", width=400)
    driver.execute_script("document.getElementById('methods').value = 'CONNECT'")
    driver.execute_script("document.getElementById('run').click()")
    wait(driver, "result", "runs", "2")
    assert focused(driver) == "methods"
    assert driver.find_element("id", "methods-problem").text == "浏览器不允许任何脚本使用这个方法。请去掉它。"


def test_another_scenario_runs_at_once_and_the_last_that_is_chosen_is_shown(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/?lang=en#get")
    driver.execute_script(
        "const list = document.getElementById('scenario');"
        "for (const name of ['preflight-not-kept', 'refused-header', 'crash']) {"
        " list.value = name; list.dispatchEvent(new Event('change')); }"
    )
    wait(driver, "result", "runs", "2")
    assert driver.find_element("id", "summary").text == "✕ Blocked as predicted"
    assert "GET /crash" in driver.find_element("id", "result").text


@pytest.mark.parametrize(
    ("crossorigin", "summary"),
    [("none", "✕ Loaded, not readable as predicted"), ("anonymous", "✓ Loaded, readable as predicted")],
)
def test_a_picture_taints_its_canvas_until_it_asks_by_cors(
    driver: Chrome, demo: Demo, crossorigin: str, summary: str
) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/?lang=en#picture-on-canvas")
    driver.execute_script(f"document.getElementById('crossorigin').value = '{crossorigin}'")
    driver.execute_script("document.getElementById('run').click()")
    wait(driver, "result", "runs", "2")
    assert driver.find_element("id", "summary").text == summary


def test_the_page_speaks_chinese_where_the_browser_does(demo: Demo) -> None:
    with chromium_driver("--accept-lang=zh-CN,zh") as driver:
        driver.get(f"{demo.origins.page}/#refused-origin")
        wait(driver, "result", "runs", "1")
        assert driver.find_element("id", "summary").text == "✕ 被拦截 与预测一致"
        assert driver.find_element("css selector", "h1").text == "两个源"
        assert "响应没有 Access-Control-Allow-Origin 头。" in driver.find_element("id", "result").text
        driver.find_element("css selector", "a.language[lang=en]").click()
        wait(driver, "result", "runs", "1")
        assert driver.find_element("css selector", "h1").text == "Two origins"
        assert driver.current_url.endswith("?lang=en#refused-origin")


READ_TEXTS: Final = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const texts = [];
while (walker.nextNode()) {
  const { data, parentElement } = walker.currentNode;
  if (!parentElement.closest("code, pre, .headers, noscript, [lang=en]")) texts.push(data);
}
texts.push(...[...document.querySelectorAll("[aria-label], [placeholder], [title]")].flatMap((one) =>
  ["aria-label", "placeholder", "title"].map((name) => one.getAttribute(name) ?? "")));
return [document.title, ...texts, ...[...document.querySelectorAll("optgroup")].map((group) => group.label)];
"""
"""Every text of the page, except code, headers, and what is in English on purpose: the link to the English page."""

IN_NO_LANGUAGE: Final = re.compile(r"TypeError: [^”]*|fetch \w+ /\S*")
"""What the script learns from the browser, and what it calls."""

CHANGE: Final = """
const [policy, script] = arguments;
document.getElementById("has-policy").checked = true;
for (const field of document.querySelectorAll("#policy-fields input")) {
  if (field.type === "checkbox") field.checked = policy[field.id] === "true";
  else field.value = policy[field.id] ?? "";
}
for (const [name, value] of Object.entries(script)) {
  const field = document.getElementById(name);
  if (field.type === "checkbox") field.checked = value;
  else field.value = value;
}
document.getElementById("editor").dispatchEvent(new Event("input"));
"""

CHANGED_SCRIPTS: Final[list[dict[str, Any]]] = [
    {"method": "PUT", "mode": "no-cors"},
    {"method": "GET", "bodyKind": "text", "body": "x"},
    {"method": "TRACE"},
    {"method": "A B"},
    {"headers": "X-A: →"},
    {"path": "/a/../b"},
    {"path": "//a"},
    {"path": "/page.css", "element": "module"},
    {"path": "/error", "element": "module"},
]


def test_in_chinese_the_page_has_no_english_sentence_whatever_is_run(demo: Demo) -> None:
    needs_engine("chromium")
    found: set[str] = set()

    def look(driver: Chrome) -> None:
        texts = (IN_NO_LANGUAGE.sub("", text) for text in driver.execute_script(READ_TEXTS))
        found.update(text for text in texts if ENGLISH.search(text))

    def run(driver: Chrome, policy: Mapping[str, str], script: Mapping[str, Any]) -> None:
        driver.execute_script(CHANGE, policy, script)
        look(driver)
        runs = int(driver.execute_script("return document.getElementById('result').dataset.runs"))
        driver.execute_script("document.getElementById('run').click()")
        wait(driver, "result", "runs", str(runs + 1))
        look(driver)

    with chromium_driver("--accept-lang=zh-CN,zh") as driver:
        for scenario in SCENARIOS:
            driver.get("about:blank")
            driver.get(f"{demo.origins.page}/#{scenario.name}")
            wait(driver, "result", "runs", "1")
            look(driver)
        driver.get(f"{demo.origins.page}/#get")
        for policy in (*WRONG_POLICIES.values(), {"origins": "*", "allow_headers": "X_A", "max_age": "100000"}):
            run(driver, policy, {})
        for script in CHANGED_SCRIPTS:
            driver.get("about:blank")
            driver.get(f"{demo.origins.page}/#get")
            wait(driver, "result", "runs", "1")
            run(driver, {"origins": demo.origins.page}, script)
        driver.execute_script("document.getElementById('run-all').click()")
        wait(driver, "all-summary", "agreed")
        look(driver)
    assert found == set()


def test_a_second_call_shows_that_the_preflight_was_remembered(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/?lang=en#preflight-kept")
    first, second = driver.find_elements("css selector", "#result .diagram")
    assert "OPTIONS /items/1" in first.text
    assert "OPTIONS /items/1" not in second.text
    assert "The answer to an earlier preflight is still cached" in second.text


def test_a_scenario_of_the_table_opens_in_the_editor(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/?lang=en#get")
    driver.execute_script("document.querySelector('#row-refused-method button').click()")
    wait(driver, "result", "runs", "2")
    assert driver.find_element("id", "method").get_attribute("value") == "DELETE"
    assert driver.current_url.endswith("#refused-method")
    assert "The DELETE itself is never sent." in driver.find_element("id", "result").text


def test_the_console_holds_no_error_of_the_page_itself(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    driver.get_log("browser")
    show(driver, f"{demo.origins.page}/#method-put")
    assert driver.get_log("browser") == []


def test_without_scripts_the_table_is_there_and_the_playground_is_not(demo: Demo) -> None:
    with chromium_driver("--blink-settings=scriptEnabled=false") as driver:
        driver.get(demo.origins.page + "/")
        rows = driver.find_elements("css selector", "noscript tbody tr")
        assert [row.get_attribute("id") for row in rows] == [one.scenario.name for one in demo.results]
        assert rows[0].is_displayed()
        assert not driver.find_element("id", "playground").is_displayed()
