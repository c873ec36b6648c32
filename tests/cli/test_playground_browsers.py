"""The playground in real browsers: what the model predicts is what each does, and everybody can use the page."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.engines import ENGINES, chromium_driver, needs_engine, open_page
from support.npm import install_npm_packages
from werkzeug.wrappers import Response

from cors_wsgi.demo.recorded import RECORDED, Answer, Recording
from cors_wsgi.demo.scenarios import PAGE, SCENARIOS
from cors_wsgi.demo.servers import Demo, serve_demo

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from selenium.webdriver import Chrome

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
const { scenarios, tryOut } = await import("./trial.js");
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
    "webkit": {"stream"},
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


def show(driver: Chrome, url: str, *, width: int = 1200, scheme: str = "light") -> None:
    """Open the page at a width and in a colour scheme, and wait for its first run."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    driver.get("about:blank")
    driver.get(url)
    wait(driver, "result", "runs")


def wait(driver: Chrome, name: str, data: str, value: str | None = None) -> str:
    """Wait for a data attribute of an element (to have that value), and return it."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found: str | None = driver.find_element("id", name).get_attribute(f"data-{data}")
        if found is not None and value in (None, found):
            return found
        time.sleep(0.05)
    raise TimeoutError(f"#{name} has no data-{data}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_an_accessibility_checker_finds_nothing(driver: Chrome, demo: Demo, axe: str, scheme: str, width: int) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/#stream", width=width, scheme=scheme)
    driver.execute_script("document.getElementById('run-all').click()")
    wait(driver, "all-summary", "agreed")
    driver.execute_script("document.querySelector('details')?.setAttribute('open', '')")
    driver.execute_script("document.getElementById('origins').setAttribute('aria-invalid', 'true')")
    driver.execute_script("document.getElementById('origins-problem').append('This is what is wrong.')")
    driver.execute_script(axe)
    driver.set_script_timeout(60)
    found = driver.execute_async_script(
        "const done = arguments[0]; axe.run().then((found) => done([found.passes.length, found.violations]));"
    )
    passes, violations = found
    assert passes > 20
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


def test_nothing_is_wider_than_a_narrow_window(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    for ready in ("type-json", "redirect-away", "stream"):
        show(driver, f"{demo.origins.page}/#{ready}", width=400)
        assert driver.execute_script("return document.documentElement.scrollWidth") == 400


def press(driver: Chrome, *keys: str) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(driver).send_keys(*keys).perform()


def test_with_the_keyboard_alone_a_policy_is_changed_and_run(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    from selenium.webdriver import ActionChains, Keys

    show(driver, f"{demo.origins.page}/#get")
    assert driver.find_element("id", "summary").text == "readable; as predicted."
    for _ in range(40):
        press(driver, Keys.TAB)
        if driver.switch_to.active_element.get_attribute("id") == "origins":
            break
    else:
        pytest.fail("Tab never came to the origins")
    ActionChains(driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
    press(driver, "https://app.example.com", Keys.ENTER)
    wait(driver, "result", "runs", "2")
    assert driver.find_element("id", "summary").text == "blocked; as predicted."
    told = driver.find_element("id", "result").text
    assert "TypeError: Failed to fetch" in told
    assert "The response has no Access-Control-Allow-Origin header." in told
    assert f"Let the server answer with Access-Control-Allow-Origin: {demo.origins.page}" in told
    assert driver.find_element("id", "python").text == "Policy('https://app.example.com')"


def test_a_policy_that_must_not_start_says_so_at_its_field(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/#credentials-for-everybody")
    driver.execute_script("document.getElementById('supports_credentials').click()")
    driver.execute_script("document.getElementById('run').click()")
    wait(driver, "result", "runs", "2")
    assert driver.switch_to.active_element.get_attribute("id") == "origins"
    assert driver.find_element("id", "origins").get_attribute("aria-invalid") == "true"
    assert "credentials" in driver.find_element("id", "origins-problem").text
    assert driver.find_element("id", "summary").text.startswith("This policy would not start")


def test_a_second_call_shows_that_the_preflight_was_remembered(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/#preflight-kept")
    first, second = driver.find_elements("css selector", "#result .diagram")
    assert "OPTIONS /items/1" in first.text
    assert "OPTIONS /items/1" not in second.text
    assert "The answer to an earlier preflight is still kept" in second.text


def test_a_scenario_of_the_table_opens_in_the_editor(driver: Chrome, demo: Demo) -> None:
    needs_engine("chromium")
    show(driver, f"{demo.origins.page}/#get")
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
