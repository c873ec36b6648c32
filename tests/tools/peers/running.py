"""Start a peer with a setup, on a free loopback port, in a separate process."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from support.needs import needs_module, needs_program
from support.nginx import free_port, run_nginx

from tools.peers.adapters import nginx
from tools.peers.serve import INEXPRESSIBLE, REFUSED
from tools.peers.setups import SETUPS, CannotExpressError

TESTS: Final = Path(__file__).parents[2]
_PATIENCE: Final = 30.0

PYTHON_PEERS: Final = {
    "ours": "cors_wsgi",
    "ours_flask": "flask",
    "flask_cors": "flask_cors",
    "django_cors_headers": "corsheaders",
    "starlette": "starlette",
    "falcon": "falcon",
    "aiohttp_cors": "aiohttp_cors",
    "wsgicors": "wsgicors",
    "oslo_middleware": "oslo_middleware",
}
"""The adapters, and the module that has to be installed for each."""

NPM_PACKAGES: Final = ("express@5.3.0", "cors@2.8.6")


@dataclass(frozen=True)
class Running:
    """A peer that was started, or not.

    Attributes:
        url: where it is; empty if it does not run.
        refused: what it said when it did not start.
        inexpressible: why its documentation has no way to say the setup.
    """

    url: str = ""
    refused: str = ""
    inexpressible: str = ""


@contextlib.contextmanager
def start(peer: str, setup: str, *, node_modules: Path | None = None) -> Iterator[Running]:
    """Start a peer.

    Args:
        peer: a key of `PYTHON_PEERS`, `nginx` or `express`.
        setup: a key of `SETUPS`.
        node_modules: where npm installed `NPM_PACKAGES`; for `express`.
    """
    port = free_port()
    if peer == "nginx":
        try:
            config = nginx.write_config(SETUPS[setup], port)
        except CannotExpressError as error:
            yield Running(inexpressible=str(error))
            return
        with tempfile.TemporaryDirectory() as folder, run_nginx(Path(folder), config, port):
            yield Running(f"http://127.0.0.1:{port}")
        return
    if peer == "express":
        command = [needs_program("node"), str(TESTS / "tools/peers/adapters/express.js"), setup, str(port)]
        environ = {**os.environ, "NODE_PATH": str(node_modules)}
    else:
        needs_module(PYTHON_PEERS[peer])
        needs_module({"starlette": "uvicorn", "aiohttp_cors": "aiohttp"}.get(peer, "waitress"))
        command = [sys.executable, "-m", "tools.peers.serve", peer, setup, str(port)]
        environ = {**os.environ, "PYTHONPATH": str(TESTS)}
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=TESTS, env=environ, stdout=subprocess.DEVNULL, stderr=said)
        try:
            yield _wait(process, port, said)
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, output: IO[str]) -> Running:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            output.seek(0)
            said = output.read().strip()
            if process.returncode == INEXPRESSIBLE:
                return Running(inexpressible=said)
            if process.returncode == REFUSED:
                return Running(refused=said)
            raise RuntimeError(f"the server ended with status {process.returncode}:\n{said}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return Running(f"http://127.0.0.1:{port}")
        time.sleep(0.05)
    raise TimeoutError(f"nobody listened within {_PATIENCE:g} seconds")
