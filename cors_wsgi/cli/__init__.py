"""The command line: `cors-wsgi COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Final, Protocol, cast

COMMANDS: Final = {
    "check": "play the browser against a server, and say what it would do and why",
    "audit": "find out what a server's policy really is, and report what is wrong with it",
    "compare": "show where a browser's verdict differs between two policies, apps or servers",
    "explain": "explain a line of a browser's console, and what to do about it",
    "migrate": "rewrite source that uses Flask-CORS, and show who could read and who can now",
    "export": "print a proxy configuration that answers as the middleware would",
    "completion": "print a completion script for your shell",
    "demo": "serve an API and a page on two origins, and show every exchange between them",
}
"""The commands; each is a module of this package that has everything in `Command`."""

_SPEAKING_CHINESE: Final = frozenset({"explain", "demo"})
"""The commands whose help is in Chinese where the environment is, as what they print."""

USAGE_ERROR: Final = 2

_ENGLISH: Final = argparse.RawDescriptionHelpFormatter

_VERSION: Final = f"cors-wsgi {version('cors-wsgi')}"

_EXAMPLES = """\
examples:
  cors-wsgi check https://api.example.com/items/1 --origin https://app.example.com --method PUT --credentials
  cors-wsgi audit https://api.example.com/items/1 --origin https://app.example.com
  cors-wsgi explain "Access to fetch at … has been blocked by CORS policy: …"
  cors-wsgi migrate src   show the rewritten source, and who can read afterwards
  cors-wsgi export nginx myapp.cors:policy --listen 127.0.0.1:8080 --upstream http://127.0.0.1:8000
  cors-wsgi demo          show the exchanges, and serve the page until Ctrl-C
  cors-wsgi demo --once   show the exchanges, and fail if an answer is not as expected
"""


class Command(Protocol):
    """What a command's module has.

    Attributes:
        EXAMPLES: the end of its help.
    """

    EXAMPLES: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Run the command, and return the exit status."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; 2 for wrong arguments or a missing package."""
    given = sys.argv[1:] if argv is None else list(argv)
    if given[:1] == ["--version"]:  # bug reports start with it, even where the extra is not installed
        print(_VERSION)
        return 0
    # PERF: the others would take as long to load as a command takes to run; and help needs no extra.
    names = [word for word in given if word in COMMANDS][:1]
    try:
        modules = {name: _load(name) for name in names}
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(__package__ or ""):
            raise
        print(
            f"cors-wsgi: {error.name} is not installed. Install it with: pip install 'cors-wsgi[cli]'", file=sys.stderr
        )
        return USAGE_ERROR
    parser = _make_parser(modules, _choose_formatter(modules))
    if not given:
        parser.print_help(sys.stderr)
        return USAGE_ERROR
    arguments = parser.parse_args(given)
    return modules[arguments.command].run(arguments)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    return _make_parser({name: _load(name) for name in COMMANDS})


def _choose_formatter(commands: Iterable[str]) -> type[argparse.HelpFormatter]:
    """Return the class that formats the help of the commands that were loaded."""
    if _SPEAKING_CHINESE.isdisjoint(commands) or not _SPEAKING_CHINESE.issuperset(commands):
        return _ENGLISH
    from cors_wsgi.texts import choose_by_environment  # noqa: PLC0415 - only for a command that needs it itself

    from .chinese_help import ChineseHelp  # noqa: PLC0415

    return ChineseHelp if choose_by_environment(os.environ) == "zh" else _ENGLISH


def _make_parser(
    modules: Mapping[str, Command], formatter: type[argparse.HelpFormatter] = _ENGLISH
) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cors-wsgi",
        description="Cross-origin resource sharing for WSGI apps, seen from both sides of the wire.",
        epilog=_EXAMPLES,
        formatter_class=_ENGLISH,
    )
    parser.add_argument("--version", action="version", version=_VERSION)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        if name not in modules:
            commands.add_parser(name, help=summary)
            continue
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=modules[name].EXAMPLES,
            formatter_class=formatter,
        )
        modules[name].add_arguments(command)
    return parser


def _load(name: str) -> Command:
    return cast("Command", importlib.import_module(f".{name}", __name__))
