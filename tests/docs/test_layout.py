"""The manual as it is rendered: in a window of 400 pixels and in a wide one, nothing is cut."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.engines import chromium_driver, needs_engine
from support.manual import DOCS, find_pages
from support.needs import needs_module

pytestmark = pytest.mark.browser

MEASURE = """
const size = (name) => parseFloat(getComputedStyle(document.querySelector(name) ?? document.body).fontSize);
const isCut = (box) => box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1;
const scrolls = (box) => getComputedStyle(box).overflowX !== "visible" && getComputedStyle(box).display !== "inline";
const cut = [...document.querySelectorAll("article *")].filter((box) => isCut(box) && scrolls(box));
const options = [...document.querySelectorAll("code.unbroken")].filter((code) => code.getClientRects().length > 1);
const cells = [...document.querySelectorAll("td.number")].map((cell) => getComputedStyle(cell));
return {
  sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  cutTables: cut.filter((box) => box.matches(".table-wrapper")).length,
  cut: cut.filter((box) => !box.matches(".table-wrapper")).map((box) => box.innerText.slice(0, 60)),
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


def test_the_chinese_pages_are_once_in_the_navigation_and_have_theirs_in_chinese(html: Path) -> None:
    captions = re.compile(r'<span class="caption-text">([^<]+)</span>')
    english = (html / "start.html").read_text("utf-8")
    assert captions.findall(english) == ["Begin", "Test and look", "Run", "Look up"]
    begin = english[english.index(">Begin<") : english.index(">Test and look<")]
    assert english.count('href="zh/index.html"') == begin.count('href="zh/index.html"') == 1
    chinese = [page.read_text("utf-8") for page in (html / "zh").glob("*.html")]
    assert len(chinese) == 2
    for page in chinese:
        assert captions.findall(page) == ["入门", "测试与诊断", "运行", "查阅"]
        assert '<html class="no-js" lang="zh-Hans"' in page
        assert not re.search("Link to this heading|Toggle navigation|On this page|Skip to content|>Next<|>Home<", page)


@pytest.fixture(scope="module")
def measured(html: Path) -> dict[int, dict[str, Any]]:
    """What each page measures in a wide window and in a narrow one; each is opened once."""
    needs_engine("chromium")
    found: dict[int, dict[str, Any]] = {1280: {}, 400: {}}
    with chromium_driver() as driver:
        for page in find_pages():
            name = str(page.relative_to(DOCS).with_suffix(""))
            driver.get((html / f"{name}.html").as_uri())
            for width, pages in found.items():
                size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
                driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                pages[name] = driver.execute_script(MEASURE)
    return found


def is_long_reference(name: str, page: dict[str, Any]) -> bool:
    return name.startswith("reference") and page["height"] > 5_500


def test_nothing_is_cut_at_400_pixels(measured: dict[int, dict[str, Any]]) -> None:
    pages = measured[400]
    assert {name: page["cut"] for name, page in pages.items() if page["sideways"] or page["cut"]} == {}
    assert {name: page["brokenOptions"] for name, page in pages.items() if page["brokenOptions"]} == {}


def test_a_wide_window_shows_tables_whole_and_titles_by_rank(measured: dict[int, dict[str, Any]]) -> None:
    pages = measured[1280]
    assert {name: page["cut"] for name, page in pages.items() if page["sideways"] or page["cut"]} == {}
    assert [name for name, page in pages.items() if page["cutTables"]] == []
    assert [name for name, page in pages.items() if page["heading"] > 0.7 and page["heading"] != 1] == []
    performance = pages["performance"]
    assert performance["ragged"] == 0
    assert performance["numbers"] > 100
    assert performance["figures"] < 900  # on the first screen
    assert {name: page["height"] for name, page in pages.items() if is_long_reference(name, page)} == {}
