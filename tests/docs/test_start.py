"""The first page of the manual, walked through as a reader does: Flask, a React page from Vite, a real browser."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.engines import chromium_driver, needs_engine
from support.manual import DOCS, Block, find_pages, read_sections
from support.needs import needs, needs_module, needs_program
from support.nginx import free_port
from support.servers import listening

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.server]

START = DOCS / "start.md"
_PATIENCE = 15.0


def blocks(title: str) -> list[Block]:
    (section,) = (section for section in read_sections(START) if section.title == title)
    return list(section.blocks)


def code(title: str, language: str) -> str:
    return next(block.text for block in blocks(title) if block.language == language)


def commands(title: str) -> list[str]:
    shown = "".join(block.text for block in blocks(title) if block.language == "console")
    return re.findall(r"^\$ (.*)$", shown, re.MULTILINE)


@dataclass(frozen=True)
class Ports:
    """Free ports for those that the page shows, so that what else listens on this machine is not in the way."""

    api: int
    page: int
    second: int

    def put(self, text: str) -> str:
        for shown, port in (("8000", self.api), ("5173", self.page), ("5174", self.second)):
            text = re.sub(rf"\b{shown}\b", str(port), text)
        return text


@dataclass(frozen=True)
class Walk:
    """Where the walk-through happens.

    Attributes:
        folder: the reader's, with the files that the page shows.
        ports: what is free here.
    """

    folder: Path
    ports: Ports

    @contextlib.contextmanager
    def api(self, edit: Callable[[str], str] = lambda code: code) -> Iterator[None]:
        """Serve the page's API as the page says."""
        (self.folder / "api.py").write_text(edit(self.ports.put(code("The API", "python"))), "utf-8")
        (command,) = commands("The API")
        words = shlex.split(self.ports.put(command).replace(".venv/bin/python", sys.executable))
        with listening(self.in_folder(words), at=self.ports.api):
            yield

    @contextlib.contextmanager
    def vite(self, *, host: str, port: int, options: str = "") -> Iterator[str]:
        """Serve the React page, and yield its origin."""
        command = commands("The page")[-1] + options
        assert command.startswith("npm run dev")
        if "--port" not in command:  # Vite's own is 5173
            command += f"{'' if ' -- ' in command else ' --'} --port {port}"
        words = [*shlex.split(command), "--strictPort"]
        with listening(self.in_folder(words, "web"), at=port, host=host):
            yield f"http://{host}:{port}"

    def in_folder(self, words: list[str], name: str = ".") -> Callable[[int], list[str]]:
        script = "import os, sys; os.chdir(sys.argv[1]); os.execvp(sys.argv[2], sys.argv[2:])"
        return lambda _port: [sys.executable, "-c", script, str(self.folder / name), *words]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Make the React page by the commands that the page shows."""
    needs_module("flask")
    needs_engine("chromium")
    needs_program("npm")
    folder = tmp_path_factory.mktemp("start")
    for command in commands("The page")[:-1]:
        words = shlex.split(command)
        if words[0] == "cd":
            continue
        assert words[:2] in (["npm", "create"], ["npm", "install"]), command
        where = folder if words[1] == "create" else folder / "web"
        done = subprocess.run(
            words,
            cwd=where,
            env=os.environ | {"npm_config_yes": "true", "npm_config_audit": "false", "npm_config_fund": "false"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        needs(done.returncode == 0, f"{command!r} failed: {(done.stdout + done.stderr).strip()[-300:]}")
    ports = Ports(*(free_port() for _ in range(3)))
    (folder / "web" / "src" / "App.jsx").write_text(ports.put(code("The page", "jsx")), "utf-8")
    return Walk(folder, ports)


@pytest.fixture(scope="module")
def page(walk: Walk) -> Iterator[str]:
    with walk.vite(host="localhost", port=walk.ports.page) as origin:
        yield origin


@pytest.fixture
def chromium() -> Iterator[Chrome]:
    """A browser without any cookie."""
    with chromium_driver() as driver:
        yield driver


def press(driver: Chrome, url: str, button: str) -> str:
    """Open the page, press one of its buttons, and return what it then shows."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    driver.get(url)
    wait = WebDriverWait(driver, _PATIENCE)
    wait.until(lambda driver: driver.find_elements(By.ID, button))[0].click()
    return str(wait.until(lambda driver: driver.find_element(By.TAG_NAME, "output").text))


def console(driver: Chrome) -> list[str]:
    return [entry["message"] for entry in driver.get_log("browser") if "CORS" in entry["message"]]


NOT_LOGGED_IN, ADA, FAILED = '401 {"error":"not logged in"}', '200 {"name":"Ada"}', "TypeError: Failed to fetch"


def test_the_page_logs_in_and_reads_with_its_session_cookie(walk: Walk, page: str, chromium: Chrome) -> None:
    with walk.api():
        assert press(chromium, page, "me") == NOT_LOGGED_IN
        assert press(chromium, page, "login") == ADA
        assert press(chromium, page, "me") == ADA
        assert console(chromium) == []
    prose = START.read_text("utf-8")
    assert f"`{NOT_LOGGED_IN}`" in prose
    assert f"`{ADA}`" in prose


def test_a_second_origin_is_refused(walk: Walk, page: str, chromium: Chrome) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    (command,) = (line for line in commands("What went over the wire") if line.startswith("npm"))
    options = walk.ports.put(command.removeprefix(commands("The page")[-1]))
    second = walk.vite(host="localhost", port=walk.ports.second, options=options)
    with walk.api(), second as origin:
        assert press(chromium, page, "login") == ADA
        assert press(chromium, origin, "me") == FAILED
        assert press(chromium, origin, "login") == FAILED
        said = console(chromium)
        assert len(said) == 2
        (explained,) = (line for line in commands("What went over the wire") if "cors-wsgi explain" in line)
        assert walk.ports.put(shlex.split(explained)[-1]) in said[0]
        assert "Response to preflight request doesn't pass access control check" in said[1]
        # A form needs no preflight, and takes the cookie along, since both pages are of one site.
        post = (
            f"const form = document.createElement('form'); form.method = 'POST';"
            f"form.action = 'http://localhost:{walk.ports.api}/login'; document.body.append(form); form.submit();"
        )
        chromium.execute_script(post)  # type: ignore[no-untyped-call]
        status = "return performance.getEntriesByType('navigation')[0]?.responseStatus"
        wait = WebDriverWait(chromium, _PATIENCE)
        wait.until(lambda driver: driver.execute_script(status) == 403)


def test_127_0_0_1_fails_twice_over(walk: Walk, chromium: Chrome) -> None:
    shown = "`npm run dev -- --host 127.0.0.1`"
    assert shown in START.read_text("utf-8")
    options = shown.strip("`").removeprefix(commands("The page")[-1])
    with walk.vite(host="127.0.0.1", port=walk.ports.second, options=options) as origin:
        with walk.api():
            assert press(chromium, origin, "me") == FAILED
            assert len(console(chromium)) == 1
        with walk.api(lambda code: code.replace("origins=[", f'origins=["{origin}", ')):
            assert press(chromium, origin, "login") == ADA
            assert press(chromium, origin, "me") == NOT_LOGGED_IN
            assert console(chromium) == []


def test_no_other_page_shows_what_only_this_test_runs() -> None:
    shown = {
        section.page
        for page in find_pages()
        for section in read_sections(page)
        for block in section.blocks
        if block.language == "jsx"
    }
    assert shown == {START}
