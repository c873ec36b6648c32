"""Start the servers, each with a case's configuration, on free loopback ports, in a separate folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from support.needs import needs_module, needs_program
from support.nginx import free_port, run_nginx

from tools.diagnosis.cases import HERE, PAGE, Case

_PATIENCE: Final = 30.0
_MODULES: Final = ("tornado", "sanic", "django", "corsheaders", "flask", "starlette", "uvicorn", "aiohttp", "bottle")
NPM_PACKAGES: Final = (
    "koa@3", "@koa/cors@5", "hono@4", "@hono/node-server@1", "express@5.3.0", "cors@2.8.6", "fastify@5",
    "@fastify/cors@11",
)  # fmt: skip

_APACHE = """\
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
{user}
DocumentRoot {folder}/www
{modules}
<Directory {folder}/www>
Require all granted
</Directory>
{config}
"""
_APACHE_MODULES = (
    "mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "authz_host", "auth_basic", "headers",
    "setenvif", "proxy", "proxy_http", "dir", "alias", "rewrite", "env", "reqtimeout",
)  # fmt: skip
_HAPROXY = """\
defaults
  mode http
  timeout connect 2s
  timeout client 9s
  timeout server 9s
{config}
"""
_CADDY = "{{\n\tadmin off\n\tauto_https off\n}}\n{config}"
_VARNISH = 'vcl 4.1;\nbackend default {{ .host = "127.0.0.1"; .port = "{backend}"; }}\n{config}\n'
_LIGHTTPD = """\
server.document-root = "{folder}/www"
server.port = {port}
server.bind = "127.0.0.1"
server.modules += ( "mod_setenv", "mod_proxy", "mod_redirect", "mod_rewrite", "mod_access" )
server.errorlog = "{folder}/error.log"
{config}
"""


@dataclass(frozen=True)
class Running:
    """A server that runs.

    Attributes:
        origin: where it is.
        folder: its folder.
    """

    origin: str
    folder: Path


@contextlib.contextmanager
def start(case: Case, node_modules: Path | None) -> Iterator[Running]:
    """Start a case's server, and the app behind it, and make the requests that were made before."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diagnosis-", ignore_cleanup_errors=True)))
        folder.chmod(0o755)
        _write_pages(folder / "www")
        ports = {name: free_port() for name in ("PORT", "BACKEND", "SECOND")}
        facts = {**{name: str(port) for name, port in ports.items()}, "DIR": str(folder), "PAGE": PAGE}
        if case.app not in ("", "none"):
            stack.enter_context(_start_app(case.app, folder, ports["BACKEND"]))
        stack.enter_context(_start_server(case, fill(case.config, facts), folder, ports, node_modules))
        running = Running(f"http://127.0.0.1:{ports['PORT']}", folder)
        for headers in case.prime:
            _ask(running.origin + case.path, headers)
        yield running


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Return a configuration with what is known in it."""
    for name, value in facts.items():
        text = text.replace(f"@{name}@", value)
    return text


def _write_pages(folder: Path) -> None:
    (folder / "dir").mkdir(parents=True)
    for name in ("items", "data.json", "index.html", "dir/index.html", "other"):
        (folder / name).write_text("{}")


def _ask(url: str, headers: Mapping[str, str]) -> None:
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=10).read()


@contextlib.contextmanager
def _start_app(app: str, folder: Path, port: int) -> Iterator[None]:
    source = "plain.py" if app in ("plain", "cors") else "app.py"
    shutil.copy(HERE / "plain.py", folder / "plain.py")
    if source == "app.py":
        (folder / source).write_text(app)
    with _run(
        [sys.executable, source], folder, port, PORT=str(port), PAGE=PAGE, KIND=app if source != "app.py" else ""
    ):
        yield


def _start_server(
    case: Case, config: str, folder: Path, ports: Mapping[str, int], node_modules: Path | None
) -> contextlib.AbstractContextManager[None]:
    port = ports["PORT"]
    facts = {"config": config, "folder": folder, "port": port, "backend": ports["BACKEND"]}
    if case.server == "nginx":
        return run_nginx(folder, config, port)
    if case.server == "apache":
        program = needs_program("apache2", "/usr/sbin/apache2", "httpd")
        modules = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in _APACHE_MODULES
        )
        user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
        (folder / "httpd.conf").write_text(_APACHE.format(**facts, modules=modules, user=user))
        return _run([program, "-f", f"{folder}/httpd.conf", "-DFOREGROUND"], folder, port)
    if case.server == "haproxy":
        (folder / "haproxy.cfg").write_text(_HAPROXY.format(**facts))
        return _run([needs_program("haproxy", "/usr/sbin/haproxy"), "-db", "-f", "haproxy.cfg"], folder, port)
    if case.server == "caddy":
        (folder / "Caddyfile").write_text(_CADDY.format(**facts))
        command = [needs_program("caddy"), "run", "--adapter", "caddyfile", "--config", "Caddyfile"]
        return _run(command, folder, port, HOME=str(folder))
    if case.server == "varnish":
        (folder / "default.vcl").write_text(_VARNISH.format(**facts))
        (folder / "varnish").mkdir()
        place = [
            "-a",
            f"127.0.0.1:{port}",
            "-f",
            f"{folder}/default.vcl",
            "-n",
            f"{folder}/varnish",
            "-s",
            "malloc,20m",
        ]
        return _run([needs_program("varnishd", "/usr/sbin/varnishd"), "-F", *place], folder, port)
    if case.server == "lighttpd":
        (folder / "lighttpd.conf").write_text(_LIGHTTPD.format(**facts))
        return _run([needs_program("lighttpd", "/usr/sbin/lighttpd"), "-D", "-f", "lighttpd.conf"], folder, port)
    if case.server == "node":
        (folder / "server.js").write_text(config)
        return _run([needs_program("node"), "server.js"], folder, port, PORT=str(port), NODE_PATH=str(node_modules))
    for module in _MODULES:
        if f"import {module}" in config or f"from {module}" in config:
            needs_module(module)
    shutil.copy(HERE / "plain.py", folder / "plain.py")
    (folder / "server.py").write_text(config)
    return _run([sys.executable, "server.py"], folder, port, PORT=str(port), PAGE=PAGE)


@contextlib.contextmanager
def _run(command: list[str], folder: Path, port: int, **environment: str) -> Iterator[None]:
    """Run a server in its folder until the context ends, once it listens at the port.

    Raises:
        RuntimeError: it does not listen; with what it wrote.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(process, port, log)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(3)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: IO[str]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    log.seek(0)
    raise RuntimeError(f"the server does not listen, and wrote:\n{log.read()[-4000:]}")
