"""The terminal: how the commands print, so that nothing that a server sent can act on it."""

from __future__ import annotations

import re
import sys
from typing import IO, Any, cast

from rich.console import Console
from rich.markup import escape as escape_markup

from cors_wsgi.browser.printing import escape


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: it adds no colours, and does not turn `:a:` into an emoji.

    Where it does not print to a terminal, no line ends with blanks.
    """
    file: IO[str] = sys.stderr if stderr else sys.stdout
    if not file.isatty():
        file = cast("IO[str]", _WithoutTrailingBlanks(file))
    return Console(file=file, highlight=False, emoji=False)


class _WithoutTrailingBlanks:
    """A stream without blanks at the ends of lines: rich fills its lines up to their width."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        self._file.write(re.sub(r"[ \t]+(?=\n)", "", text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def safe(text: str) -> str:
    """Return `text`, which may have several lines, as markup that shows just that."""
    return escape_markup("\n".join(map(escape, text.split("\n"))))
