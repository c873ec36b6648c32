"""Browsers start on a page, and leave nothing behind."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.engines import ENGINES, chromium_driver, needs_engine, open_page, version_of

from .server import run_server

pytestmark = pytest.mark.browser


def find_processes(folder: Path) -> list[str]:
    """Return the names of the processes that live in this folder (each browser's HOME is a new one)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"HOME={folder}\0".encode() in (process / "environ").read_bytes() + b"\0":
                found.append((process / "comm").read_text().strip())
    return found


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(condition())


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see processes")
@pytest.mark.parametrize("name", ENGINES)
def test_a_browser_asks_for_the_page_and_nothing_of_it_stays(name: str) -> None:
    needs_engine(name)
    with run_server() as server:
        server.tell([])
        with open_page(name, f"{server.origins['page']}/?api={server.origins['api']}") as log:
            assert wait_for(lambda: server.agent)
            folder = log.parent
            assert find_processes(folder)
    assert wait_for(lambda: not find_processes(folder), 5)
    assert not folder.exists()


@pytest.mark.parametrize("name", ENGINES)
def test_a_browser_tells_its_version(name: str) -> None:
    needs_engine(name)
    assert any(char.isdigit() for char in version_of(name))


def test_the_console_of_chromium_can_be_read() -> None:
    with chromium_driver() as driver, run_server() as server:
        driver.get(f"{server.origins['page']}/page.js")
        driver.execute_script("console.error('found ' + location.pathname)")
        messages = [str(entry["message"]) for entry in driver.get_log("browser")]
    assert [message for message in messages if "found /page.js" in message]
