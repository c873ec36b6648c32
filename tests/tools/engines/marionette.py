"""Ask a running Firefox for its console's messages, over its own remote protocol (Marionette)."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any, Final

FLAGS: Final = ("--marionette", "--remote-allow-system-access")

_MESSAGES: Final = """
    return Services.console.getMessageArray()
        .filter((one) => one instanceof Ci.nsIScriptError)
        .map((one) => one.errorMessage);
"""


class Marionette:
    """A connection to a Firefox that was started with `FLAGS`."""

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
        self.command("WebDriver:NewSession")
        self.command("Marionette:SetContext", value="chrome")

    def read_console(self) -> list[str]:
        """Return every message so far that the browser itself wrote."""
        result = self.command("WebDriver:ExecuteScript", script=_MESSAGES, args=[])
        return [str(message) for message in result["value"]]

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
