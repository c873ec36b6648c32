"""The manual as it is rendered: in a window of 400 pixels and in a wide one, nothing is cut."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.engines import chromium_driver, needs_engine
from support.manual import DOCS, find_pages
from support.needs import needs_module

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

MEASURE = """
const size = (name) => parseFloat(getComputedStyle(document.querySelector(name) ?? document.body).fontSize);
const first = document.querySelector("article pre");
const cut = (box) => box.scrollWidth > box.clientWidth + 1;
const wide = [...document.querySelectorAll("article .table-wrapper")].filter(cut);
const options = [...document.querySelectorAll("code.unbroken")].filter((code) => code.getClientRects().length > 1);
const cells = [...document.querySelectorAll("td.number")].map((cell) => getComputedStyle(cell));
return {
  sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  firstIsCut: first !== null && cut(first),
  cutTables: wide.length,
  brokenOptions: options.map((code) => code.textContent),
  ragged: cells.filter((cell) => cell.textAlign !== "right" || cell.fontVariantNumeric !== "tabular-nums").length,
  numbers: cells.length,
  heading: size("h2") / size("h1"),
  height: document.documentElement.scrollHeight,
  figures: document.querySelector("article table")?.getBoundingClientRect().bottom ?? 0,
};
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for module in ("sphinx", "furo", "myst_parser", "flask"):
        needs_module(module)
    folder = tmp_path_factory.mktemp("manual")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", str(DOCS), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chrome]:
    needs_engine("chromium")
    with chromium_driver() as driver:
        yield driver


def measure(driver: Chrome, html: Path, width: int) -> dict[str, dict[str, Any]]:
    """Return what each page measures in a window of that width."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    found = {}
    for page in find_pages():
        name = str(page.relative_to(DOCS).with_suffix(""))
        driver.get((html / f"{name}.html").as_uri())
        found[name] = driver.execute_script(MEASURE)  # type: ignore[no-untyped-call]
    return found


def test_nothing_is_cut_at_400_pixels(chromium: Chrome, html: Path) -> None:
    pages = measure(chromium, html, 400)
    assert [name for name, page in pages.items() if page["sideways"] or page["firstIsCut"]] == []
    assert {name: page["brokenOptions"] for name, page in pages.items() if page["brokenOptions"]} == {}


def test_a_wide_window_shows_tables_whole_and_titles_by_rank(chromium: Chrome, html: Path) -> None:
    pages = measure(chromium, html, 1280)
    assert [name for name, page in pages.items() if page["sideways"]] == []
    assert [name for name, page in pages.items() if page["heading"] > 0.7 and page["heading"] != 1] == []
    performance = pages["performance"]
    assert (performance["cutTables"], performance["ragged"]) == (0, 0)
    assert performance["numbers"] > 100
    assert performance["figures"] < 900  # on the first screen
    assert max(page["height"] for name, page in pages.items() if name.startswith("reference")) < 12_000
