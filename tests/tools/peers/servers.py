"""`check` and `audit` against real servers: what was configured, and what was found."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.peers.running import PYTHON_PEERS, Running, start
from tools.peers.setups import PAGE

SERVERS: Final = {
    "nginx": "nginx (`add_header`)",
    "express": "Express, `cors`",
    "flask_cors": "Flask-CORS",
    "django_cors_headers": "django-cors-headers",
    "starlette": "Starlette, uvicorn",
    "falcon": "Falcon",
    "aiohttp_cors": "aiohttp-cors",
    "wsgicors": "wsgicors",
    "oslo_middleware": "oslo.middleware",
    "ours": "cors-wsgi",
    "ours_flask": "flask_cors_ext",
}
"""By adapter, what a reader calls it."""

assert set(SERVERS) == {*PYTHON_PEERS, "nginx", "express"}

TRIED: Final = ("named", "everybody-with-credentials", "regex")
"""Configured well, and badly in two ways."""

STRANGERS: Final = {
    "named": PAGE,
    "everybody-with-credentials": "https://cors-audit.example",
    "regex": "https://trusted.example.evil.example",
}
_KNOWN: Final = {"regex": "https://trusted.example"}
_SCRIPT: Final = Path(sys.executable).with_name("cors-wsgi")


@dataclass(frozen=True)
class Found:
    """What the two commands said of a server.

    Attributes:
        check: the verdict on a request with a cookie, of the page that the setup is for, or of a stranger's.
        audit: the findings, each `severity code`, the worst first.
        not_run: why it does not run; empty if it does.
    """

    check: str = ""
    audit: tuple[str, ...] = ()
    not_run: str = ""


def look(server: str, setup: str, node_modules: Path | None) -> Found:
    """Start a server with a setup, and let both commands look at it."""
    with start(server, setup, node_modules=node_modules) as running:
        if running.inexpressible:
            return Found(not_run="cannot be said")
        if running.refused:
            return Found(not_run="does not start")
        return Found(_check(running, setup), _audit(running, setup))


def _run(*arguments: str) -> dict[str, object]:
    done = subprocess.run([str(_SCRIPT), *arguments, "--json"], capture_output=True, text=True, timeout=60, check=False)
    if not done.stdout:
        raise RuntimeError(done.stderr)
    told: dict[str, object] = json.loads(done.stdout)
    return told


def _check(running: Running, setup: str) -> str:
    arguments = ("--method", "PUT", "-H", "Content-Type: application/json", "--credentials")
    told = _run("check", f"{running.url}/items", "--origin", STRANGERS[setup], *arguments)
    return str(told["verdict"] if told["reason"] is None else f"{told['verdict']}: {told['reason']}")


def _audit(running: Running, setup: str) -> tuple[str, ...]:
    told = _run("audit", f"{running.url}/items", "--origin", _KNOWN.get(setup, PAGE), "--rate", "1000")
    findings = told["findings"]
    assert isinstance(findings, list)
    return tuple(f"{finding['severity']} {finding['code']}" for finding in findings)
