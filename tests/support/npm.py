"""Packages from the npm registry, for tests that need one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.needs import needs, needs_program

_PATIENCE = 180


def install_npm_packages(folder: Path, *packages: str) -> Path:
    """Install packages, each written `name@version`, and return the `node_modules` that holds them."""
    modules = folder / "node_modules"
    if not modules.exists():
        command = [needs_program("npm"), "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder)]
        done = subprocess.run([*command, *packages], check=False, capture_output=True, text=True, timeout=_PATIENCE)
        needs(done.returncode == 0, f"npm could not install {', '.join(packages)}: {done.stderr.strip()[-300:]}")
    return modules
