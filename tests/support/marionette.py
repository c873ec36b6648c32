"""Drive a Firefox over its own remote protocol, Marionette, without another program between: `firefox_driver()`.

geckodriver does the same over HTTP, and few distributions ship it. The commands are those of WebDriver, so that
Selenium's `WebDriver` does the rest.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from support.engines import open_page
from support.needs import needs_module

if TYPE_CHECKING:
    from selenium.webdriver.remote.remote_connection import RemoteConnection
    from selenium.webdriver.remote.webdriver import WebDriver

_COMMANDS: Final = {
    "newSession": "WebDriver:NewSession",
    "quit": "WebDriver:DeleteSession",
    "get": "WebDriver:Navigate",
    "setWindowRect": "WebDriver:SetWindowRect",
    "findElement": "WebDriver:FindElement",
    "getElementText": "WebDriver:GetElementText",
    "w3cExecuteScript": "WebDriver:ExecuteScript",
    "w3cExecuteScriptAsync": "WebDriver:ExecuteAsyncScript",
    "setTimeouts": "WebDriver:SetTimeouts",
    "getCurrentUrl": "WebDriver:GetCurrentURL",
    "actions": "WebDriver:PerformActions",
}
"""What Marionette calls a command of Selenium; those that no test needs are missing."""


class Marionette:
    """A connection to a Firefox that was started with `--marionette`."""

    def __init__(self, profile: Path, patience: float = 20.0) -> None:
        port = profile / "MarionetteActivePort"
        deadline = time.monotonic() + patience
        while not port.exists() or not port.read_text().strip():
            if time.monotonic() > deadline:
                raise TimeoutError("Firefox did not open its port for Marionette")
            time.sleep(0.1)
        self._socket = socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=patience)
        self._file = self._socket.makefile("rb")
        self._count = 0
        self._receive()

    def command(self, name: str, **parameters: Any) -> Any:
        self._count += 1
        message = json.dumps([0, self._count, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._receive()
        if error is not None:
            raise RuntimeError(f"{name}: {error['message']}")
        return result

    def _receive(self) -> Any:
        length = b""
        while (byte := self._file.read(1)) != b":":
            length += byte
        return json.loads(self._file.read(int(length)))

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class _Executor:
    """What Selenium sends its commands to."""

    def __init__(self, firefox: Marionette) -> None:
        self._firefox = firefox

    def execute(self, command: str, params: Mapping[str, Any]) -> dict[str, Any]:
        parameters = {} if command == "newSession" else {k: v for k, v in params.items() if k != "sessionId"}
        result = self._firefox.command(_COMMANDS[command], **parameters)
        return {"value": result["value"] if set(result) == {"value"} else result}

    def close(self) -> None:
        self._firefox.close()


@contextlib.contextmanager
def firefox_driver() -> Iterator[WebDriver]:
    """Yield a WebDriver for headless Firefox, which takes keys as its own window would."""
    needs_module("selenium")
    from selenium.webdriver import FirefoxOptions
    from selenium.webdriver.remote.webdriver import WebDriver

    with open_page("firefox", "about:blank", "--marionette") as log:
        executor = _Executor(Marionette(log.parent / "profile", patience=60.0))
        driver = WebDriver(command_executor=cast("RemoteConnection", executor), options=FirefoxOptions())
        try:
            yield driver
        finally:
            driver.quit()
