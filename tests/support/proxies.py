"""Real reverse proxies on loopback ports, with the configuration under test, writing everything into one folder."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cors_wsgi.export import load_target
from support.needs import needs_program

PROGRAMS: Final = {
    "nginx": ("nginx",),
    "haproxy": ("haproxy",),
    "envoy": (str(Path(sys.executable).with_name("envoy")), "envoy"),
    "caddy": ("caddy",),
    "apache": ("apache2",),
}


def find_proxy(target: str) -> str:
    """Return the path of a proxy's program; the test skips (or fails, where everything is required) without it."""
    return needs_program(*PROGRAMS[target])


def write_config(target: str, folder: Path, config: str) -> Path:
    """Write a configuration to where `check_config` and `run_proxy` look for it."""
    name = {"envoy": "envoy.yaml", "caddy": "Caddyfile"}.get(target, f"{target}.conf")
    path = folder / name
    path.write_text(config, encoding="utf-8")
    return path


def check_config(target: str, folder: Path, config: str) -> str:
    """Return what the proxy's own checker has against a configuration; nothing, if it passes."""
    path, program = str(write_config(target, folder, config)), find_proxy(target)
    arguments = [word.format(folder=folder) for word in load_target(target).CHECK[1:]]
    done = subprocess.run([program, *arguments, path], capture_output=True, text=True, env=_environ(folder))
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-3000:] or f"exit status {done.returncode}"


@contextlib.contextmanager
def run_proxy(target: str, folder: Path, config: str, port: int) -> Iterator[int]:
    """Run a proxy with a whole configuration that listens on `port`, until the context ends; gives its process id."""
    path, program = str(write_config(target, folder, config)), find_proxy(target)
    extra = f"daemon off; pid {folder}/nginx.pid; {'user root;' if os.geteuid() == 0 else ''}"
    arguments = {
        "nginx": ["-e", f"{folder}/error.log", "-g", extra, "-c", path],
        "haproxy": ["-db", "-q", "-f", path],
        "envoy": ["--concurrency", "1", "--disable-hot-restart", "-l", "error", "-c", path],
        "caddy": ["run", "--adapter", "caddyfile", "--config", path],
        "apache": [
            "-DFOREGROUND",
            "-C",
            f"PidFile {folder}/apache.pid",
            "-C",
            f"DefaultRuntimeDir {folder}",
            "-C",
            f"ErrorLog {folder}/error.log",
            "-f",
            path,
        ],
    }[target]
    with (folder / "output.log").open("wb") as output:
        server = subprocess.Popen([program, *arguments], stdout=output, stderr=output, env=_environ(folder))
    try:
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{target} did not start: {(folder / 'output.log').read_text()[-3000:]}")
            time.sleep(0.02)
        yield server.pid
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _environ(folder: Path) -> dict[str, str]:
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return {**os.environ, **home, "APACHE_RUN_DIR": str(folder), "APACHE_LOG_DIR": str(folder)}
