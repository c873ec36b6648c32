"""Ask a running Firefox for its console's messages, over its own remote protocol (Marionette)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from support.marionette import Marionette as Connection

FLAGS: Final = ("--marionette", "--remote-allow-system-access")

_MESSAGES: Final = """
    return Services.console.getMessageArray()
        .filter((one) => one instanceof Ci.nsIScriptError)
        .map((one) => one.errorMessage);
"""


class Marionette(Connection):
    """A connection to a Firefox that was started with `FLAGS`, whose scripts are those of the browser itself."""

    def __init__(self, profile: Path, patience: float = 20.0) -> None:
        super().__init__(profile, patience)
        self.command("WebDriver:NewSession")
        self.command("Marionette:SetContext", value="chrome")

    def read_console(self) -> list[str]:
        """Return every message so far that the browser itself wrote."""
        result = self.command("WebDriver:ExecuteScript", script=_MESSAGES, args=[])
        return [str(message) for message in result["value"]]
