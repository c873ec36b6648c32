"""A page in a real headless Chromium, whose script makes the request of a case."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from support.engines import chromium_driver
from support.servers import serving

from tools.diagnosis.cases import PAGE, Case

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

_SCRIPT: Final = """
const [url, init, name, done] = arguments;
fetch(url, init).then(
  async (response) => {
    await response.arrayBuffer();
    done({status: response.status, read: name && response.headers.get(name)});
  },
  (error) => done({failed: String(error)}));
"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>page</title>")

    def log_message(self, *arguments: object) -> None:
        pass


@dataclass(frozen=True)
class Page:
    """The page, open in the browser."""

    driver: Chrome

    def fetch(self, origin: str, case: Case, **changes: Any) -> dict[str, Any]:
        """Make a case's request, and return the status or why it failed; `changes` replace parts of the request."""
        said: dict[str, Any] = {
            name: getattr(case, name) for name in ("path", "method", "headers", "body", "credentials")
        }
        said |= changes
        init = {"method": said["method"], "headers": dict(said["headers"]), "cache": "no-store"}
        if said["body"]:
            init["body"] = said["body"]
        if said["credentials"]:
            init["credentials"] = "include"
        result: dict[str, Any] = self.driver.execute_async_script(_SCRIPT, origin + said["path"], init, case.reads)
        return result

    def read_console(self) -> list[str]:
        """Return what the console printed since it was read last."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]


def is_let_through(case: Case, result: dict[str, Any]) -> bool:
    """Tell whether the page got what it wanted."""
    return result.get("status", 999) < case.below and (not case.reads or bool(result.get("read")))


@contextlib.contextmanager
def open_page() -> Iterator[Page]:
    """Open the page, served on loopback under its own name."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server, serving(server):
        rule = f"MAP {PAGE.removeprefix('http://')} 127.0.0.1:{server.server_port}"
        with chromium_driver(f"--host-resolver-rules={rule}") as driver:
            driver.set_script_timeout(30)
            driver.get(PAGE + "/")
            yield Page(driver)
