"""Packages from the npm registry, for tests that need one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from support.needs import needs, needs_program

_PATIENCE = 60
"""Seconds; it takes two or three, but a connection to the registry may stall, and another one then does not."""

_TRIES = 4

NPM_SETTINGS: Final = {
    "npm_config_fetch_timeout": "15000",
    "npm_config_fetch_retries": "5",
    "npm_config_fetch_retry_mintimeout": "500",
}
"""Environment with which npm gives up a connection that stalls, and takes another; in milliseconds."""


def install_npm_packages(folder: Path, *packages: str) -> Path:
    """Install packages, each written `name@version`, and return the `node_modules` that holds them."""
    modules = folder / "node_modules"
    if not modules.exists():
        command = [needs_program("npm"), "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder)]
        status, said = _run([*command, *packages])
        needs(status == 0, f"npm could not install {', '.join(packages)}: {said}")
    return modules


def _run(command: list[str]) -> tuple[int, str]:
    """Return the exit status of npm and the end of what it said; try again where it stalls."""
    for _ in range(_TRIES):
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=_PATIENCE, env=os.environ | NPM_SETTINGS
            )
        except subprocess.TimeoutExpired:
            continue
        return done.returncode, done.stderr.strip()[-300:]
    return 1, f"it stalled {_TRIES} times"
