"""Run the manual's examples, each by its kind: Python, a session, an HTTP exchange, a configuration file."""

from __future__ import annotations

import configparser
import contextlib
import doctest
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from support.databases import database
from support.manual import Block, Section
from support.needs import needs_module, needs_program
from support.wsgi import call, environ_for

MODULE: Final = "myapp"
"""The name of the module that an example's Python code makes up."""

_DATABASES: Final = {"psycopg": ("postgresql", "DATABASE_URL"), "redis": ("redis", "REDIS_URL")}
"""The server that a module which a section needs is a client of, and where the section finds it."""

_OWN = ("access-control-", "vary", "x-cors-debug")
_REQUEST = re.compile(r"([A-Z]+) (/\S*)")
_RESPONSE = re.compile(r"(\d{3} .+)")
_EXPORT = re.compile(r"export (\w+)=(['\"]?)(.*)\2")


@contextlib.contextmanager
def fresh_module() -> Iterator[ModuleType]:
    """Make a module for one section's examples, in an empty directory; nothing of it remains."""
    before = dict(os.environ)
    directory = os.getcwd()
    module = ModuleType(MODULE)
    for name in before:
        if name.startswith("CORS_"):
            del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        module.__file__ = str(Path(folder, f"{MODULE}.py"))
        os.chdir(folder)
        sys.modules[MODULE] = module
        try:
            yield module
        finally:
            sys.modules.pop(MODULE, None)
            os.chdir(directory)
            os.environ.clear()
            os.environ.update(before)


def run_section(section: Section) -> None:
    """Run a section's examples in their order."""
    with fresh_module() as module, contextlib.ExitStack() as databases:
        for needed, (kind, variable) in _DATABASES.items():
            if needed in section.needs:
                os.environ[variable] = databases.enter_context(database(kind)).url
        if "django" in section.needs:
            _make_django_project(Path.cwd())
        with _app_context() if "functions_framework" in section.needs else contextlib.nullcontext():
            for block in section.blocks:
                RUNNERS[block.language](section, block, vars(module))


@contextlib.contextmanager
def _app_context() -> Iterator[None]:
    """Do as Functions Framework, which imports a module inside the context of the app that it has made."""
    from flask import Flask

    with Flask(MODULE).app_context():
        yield


def _make_django_project(folder: Path) -> None:
    """Make the project whose `wsgi.py` the manual shows; the process that does so is good for nothing else."""
    package = folder / "mysite"
    package.mkdir()
    (package / "settings.py").write_text("SECRET_KEY = 'x'\nALLOWED_HOSTS = ['*']\nROOT_URLCONF = 'mysite.urls'\n")
    (package / "urls.py").write_text(
        "from django.http import JsonResponse\nfrom django.urls import path\n"
        "urlpatterns = [path('items/', lambda request: JsonResponse({}))]\n"
    )
    sys.path.insert(0, str(folder))


def run_python(section: Section, block: Block, names: dict[str, Any]) -> None:
    with open(f"{MODULE}.py", "a", encoding="utf-8") as file:
        file.write(block.text)  # for commands that import the module by its name
    code = "\n" * (block.line - 1) + block.text
    exec(compile(code, str(section.page), "exec", dont_inherit=True), names)


def run_session(section: Section, block: Block, names: dict[str, Any]) -> None:
    """Run a `>>>` session and compare what it prints; its names remain for the blocks after it."""
    session = doctest.DocTestParser().get_doctest(block.text, names, str(section), str(section.page), block.line - 1)
    assert session.examples, f"{section.page}:{block.line}: a session without a prompt"
    report: list[str] = []
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    results = doctest.DocTestRunner(verbose=False, optionflags=options).run(
        session, out=report.append, clear_globs=False
    )
    assert not results.failed, "".join(report)
    names.update(session.globs)


def run_exchange(section: Section, block: Block, names: dict[str, Any]) -> None:
    """Send each request to `app`; compare the status, every CORS header and Vary, and whatever else is shown."""
    where = f"{section.page}:{block.line}"
    app = names.get("app") or names["application"]
    answer = None
    compared = 0
    messages = [part.strip("\n") for part in re.split(r"\n\s*\n", block.text) if part.strip()]
    for position, message in enumerate(messages):
        first, *lines = message.split("\n")
        if match := _REQUEST.fullmatch(first):
            after = messages[position + 1] if position + 1 < len(messages) else ""
            body = b"" if _is_start(after) else after.encode()
            headers = dict(line.split(": ", 1) for line in lines)
            path, _, query = match[2].partition("?")
            environ = environ_for(match[1], path, headers.pop("Origin", None), headers, body)
            if "Content-Type" in headers:
                environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
            environ["QUERY_STRING"] = query
            answer = call(app, environ)
        elif match := _RESPONSE.fullmatch(first):
            assert answer is not None, f"{where}: a response without a request"
            shown = [tuple(line.split(": ", 1)) for line in lines]
            named = {name.lower() for name, _ in shown}
            sent = [
                (name, value)
                for name, value in answer.headers
                if name.lower().startswith(_OWN) or name.lower() in named
            ]
            assert (answer.status, sorted(sent)) == (match[1], sorted(shown)), where
            compared += 1
        elif position and _RESPONSE.fullmatch(messages[position - 1].split("\n")[0]):
            assert answer is not None
            assert answer.body.decode().strip() == message, where
    assert compared, f"{where}: an exchange without a response"


def _is_start(message: str) -> bool:
    first = message.split("\n", maxsplit=1)[0]
    return not first or bool(_REQUEST.fullmatch(first) or _RESPONSE.fullmatch(first))


def run_ini(section: Section, block: Block, names: dict[str, Any]) -> None:
    """Load a PasteDeploy file as `app`; of other ini files, see that they can be read."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(block.text)
    assert parser.sections(), f"{section.page}:{block.line}: an ini file without a section"
    if "uwsgi" in parser.sections():
        return
    needs_module("paste.deploy")
    from paste.deploy import loadapp

    Path("app.ini").write_text(block.text, "utf-8")
    names["app"] = loadapp("config:app.ini", relative_to=os.getcwd())


def run_exports(section: Section, block: Block, names: dict[str, Any]) -> None:
    """Set the environment variables that a shell would."""
    for line in block.text.splitlines():
        match = _EXPORT.fullmatch(line)
        assert match, f"{section.page}:{block.line}: no export: {line}"
        os.environ[match[1]] = match[3]


def run_nginx(section: Section, block: Block, names: dict[str, Any]) -> None:
    """Let nginx itself read a configuration, put where it belongs."""
    nginx = needs_program("nginx", "/usr/sbin/nginx")
    inside = block.text if "server {" in block.text else "server {\nlisten 127.0.0.1:8099;\n" + block.text + "}\n"
    if "ssl_certificate" not in block.text:
        inside = inside.replace("listen 443 ssl;", "listen 127.0.0.1:8098;")
    whole = f"pid nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{inside}}}\n"
    Path("nginx.conf").write_text(whole, "utf-8")
    command = [nginx, "-t", "-q", "-p", os.getcwd(), "-c", str(Path("nginx.conf").resolve())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, ""), f"{section.page}:{block.line}\n{done.stderr}"


def run_javascript(section: Section, block: Block, names: dict[str, Any]) -> None:
    """Let a JavaScript engine read a module; what it does in a page is shown by the exchanges beside it."""
    node = needs_program("node", "nodejs")
    command = [node, "--input-type=module", "--check"]
    done = subprocess.run(command, input=block.text, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, f"{section.page}:{block.line}\n{done.stderr}"


def run_command(section: Section, block: Block, names: dict[str, Any]) -> None:
    """Run our own commands as shown (`$ cors-wsgi ...`, `$ flask ...`) and compare what they print, if it is shown.

    Variables of the environment may be set in front of them.
    """
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        words = re.sub(r"^(?:[A-Z_]+=\S+ )+", "", command).split()
        name = words[0].removeprefix(".venv/bin/")
        if name not in ("cors-wsgi", "flask"):
            continue
        program = Path(sys.executable).with_name(name)
        environ = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
        line = command.replace(words[0], str(program), 1)
        done = subprocess.run(line, shell=True, env=environ, capture_output=True, text=True, timeout=20, check=False)
        if shown.strip():
            checker = doctest.OutputChecker()
            options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            assert checker.check_output(shown, done.stdout, options), (
                f"{section.page}:{block.line}\n{done.stdout}{done.stderr}"
            )
        else:
            assert done.returncode == 0, f"{section.page}:{block.line}\n{done.stdout}{done.stderr}"


def run_nothing(section: Section, block: Block, names: dict[str, Any]) -> None:
    """Plain text and directives of the manual itself show nothing that runs; `test_start.py` runs the JSX."""


RUNNERS: Final[dict[str, Callable[[Section, Block, dict[str, Any]], None]]] = {
    "python": run_python,
    "pycon": run_session,
    "exchange": run_exchange,
    "ini": run_ini,
    "sh": run_exports,
    "nginx": run_nginx,
    "javascript": run_javascript,
    "console": run_command,
    "jsx": run_nothing,
    "text": run_nothing,
    "{eval-rst}": run_nothing,
    "{toctree}": run_nothing,
}
"""Every language that a block of the manual may have."""


def needs_all(section: Section) -> None:
    """Skip, or fail where everything is required, unless what the section needs is installed."""
    for name in section.needs:
        needs_module(name)
