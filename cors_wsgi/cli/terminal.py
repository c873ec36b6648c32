"""The terminal: how the commands print, so that nothing that a server sent can control it."""

from __future__ import annotations

import re
import sys
import textwrap
from typing import IO, Any, cast

from rich.console import Console
from rich.markup import escape as escape_markup

from cors_wsgi.browser.printing import escape


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: it adds no colours, and does not turn `:a:` into an emoji.

    If the output is not a terminal, no line ends with spaces.
    """
    file: IO[str] = sys.stderr if stderr else sys.stdout
    if not file.isatty():
        file = cast("IO[str]", _WithoutTrailingBlanks(file))
    return Console(file=file, highlight=False, emoji=False)


class _WithoutTrailingBlanks:
    """A stream that strips spaces at the ends of lines: rich pads its lines to their width."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        self._file.write(re.sub(r"[ \t]+(?=\n)", "", text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def print_error(command: str, error: object) -> None:
    """Print on stderr why a command could not run; line breaks stay, and a terminal gets wrapped lines."""
    width = Console(stderr=True).width if sys.stderr.isatty() else None
    lines = f"cors-wsgi {command}: {error}".split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        # A line that points at a character must stay below its target, so neither of them is wrapped.
        is_pointed_at = "^" in (line.strip(), below.strip())
        print(escape(line) if is_pointed_at else _wrap(escape(line), width), file=sys.stderr)


def _wrap(line: str, width: int | None) -> str:
    if width is None or len(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def safe(text: str) -> str:
    """Return `text`, which may have several lines, as markup that shows exactly this text."""
    return escape_markup("\n".join(map(escape, text.split("\n"))))
