"""Real WSGI servers, each started as its users start it, on a free loopback port, and killed with all its children.

A server's output is printed when it ends, so it appears next to a failed test.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from socketserver import BaseServer
from typing import IO, Final

from support.needs import needs_module, needs_program
from support.nginx import free_port

TESTS: Final = Path(__file__).parent.parent
_PATIENCE = 30.0


@contextlib.contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """Let a server of this process answer in a thread of its own; it is shut down and closed at the end."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class ServerKind:
    """One way to serve a WSGI app.

    Attributes:
        name: what its users call it.
        module: the module that must be importable.
        command: returns the whole command, for an app `module:attribute` and a port.
    """

    name: str
    module: str
    command: Callable[[str, int], list[str]]


def _gunicorn(*options: str) -> Callable[[str, int], list[str]]:
    def command(app: str, port: int) -> list[str]:
        return [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", *options, app]

    return command


def _uwsgi(app: str, port: int) -> list[str]:
    module, _, attribute = app.partition(":")
    program = Path(sys.executable).with_name("uwsgi")
    options = ["--master", "--processes", "1", "--threads", "4", "--need-app", "--die-on-term", "--http-keepalive"]
    options += ["--add-header", "Connection: Keep-Alive", "--venv", sys.prefix, "--python-path", str(TESTS)]
    return [str(program), "--http", f"127.0.0.1:{port}", "--module", module, "--callable", attribute, *options]


def _with_script(script: str) -> Callable[[str, int], list[str]]:
    def command(app: str, port: int) -> list[str]:
        return [sys.executable, "-c", script, *app.split(":"), str(port)]

    return command


_WSGIREF = "from wsgiref.simple_server import make_server as make; make('127.0.0.1', port, app).serve_forever()"
_GEVENT = "from gevent import pywsgi; pywsgi.WSGIServer(('127.0.0.1', port), app).serve_forever()"
_LOAD = (
    "import importlib, sys; app = getattr(importlib.import_module(sys.argv[1]), sys.argv[2]); port = int(sys.argv[3])"
)

KINDS: Final = {
    kind.name: kind
    for kind in (
        ServerKind("gunicorn-sync", "gunicorn", _gunicorn("--worker-class", "sync")),
        ServerKind("gunicorn-gthread", "gunicorn", _gunicorn("--worker-class", "gthread", "--threads", "4")),
        ServerKind(
            "waitress",
            "waitress",
            lambda app, port: [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", app],
        ),
        ServerKind("uwsgi", "uwsgidecorators", _uwsgi),
        ServerKind("gevent", "gevent", _with_script(f"{_LOAD}; {_GEVENT}")),
        ServerKind("wsgiref", "wsgiref", _with_script(f"{_LOAD}; {_WSGIREF}")),
    )
}


def needs_server(name: str) -> None:
    """Skip (or, where everything is required, fail) unless the server is installed."""
    if name == "uwsgi":
        needs_program(str(Path(sys.executable).with_name("uwsgi")))
    else:
        needs_module(KINDS[name].module)


@contextlib.contextmanager
def serve(name: str, app: str, **environment: str) -> Iterator[int]:
    """Serve `module:attribute` with the server of that name and these environment variables, and yield its port."""
    needs_server(name)
    with listening(lambda port: KINDS[name].command(app, port), **environment) as port:
        yield port


@contextlib.contextmanager
def listening(
    command: Callable[[int], list[str]], *, at: int | None = None, host: str = "127.0.0.1", **environment: str
) -> Iterator[int]:
    """Run the command that listens at a free port, with these environment variables, and yield the port.

    Args:
        command: returns the whole command, for a port.
        at: the port, if it was chosen already.
        host: where it listens.
        environment: variables that it has beside those of this process.

    Raises:
        RuntimeError: if it ends before it listens, or does not listen in time; with what it wrote.
    """
    port = free_port() if at is None else at
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(
            command(port),
            cwd=TESTS,
            env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONUNBUFFERED": "1"} | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if problem := _wait_until_ready(process, host, port):
                raise RuntimeError(f"the server {problem}, and wrote:\n{_end_of(log)}")
            yield port
        finally:
            _kill(process)
            print(f"the server wrote:\n{_end_of(log)}")


def _end_of(log: IO[str]) -> str:
    log.seek(0)
    return log.read()[-4000:]


def _wait_until_ready(process: subprocess.Popen[bytes], host: str, port: int) -> str | None:
    """Wait until something accepts connections at the port; return what is wrong if nothing does."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"ended with status {process.returncode} before it listened"
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return None
        time.sleep(0.05)
    return f"does not listen after {_PATIENCE:.0f} seconds"


def _kill(process: subprocess.Popen[bytes]) -> None:
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
