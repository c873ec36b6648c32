"""The terminal: how the commands print, so that nothing that a server sent can act on it."""

from __future__ import annotations

import re
import sys
from typing import IO, Any, cast

from rich.console import Console
from rich.markup import escape as escape_markup

from cors_wsgi.browser.printing import escape


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: it colours no words by itself, and takes no `:a:` for an emoji.

    Where it prints to no terminal, no line ends with blanks.
    """
    file: IO[str] = sys.stderr if stderr else sys.stdout
    if not file.isatty():
        file = cast("IO[str]", _WithoutTrailingBlanks(file))
    return Console(file=file, highlight=False, emoji=False)


class _WithoutTrailingBlanks:
    """A stream that loses what stands before the end of a line: rich fills its lines up to their width."""

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
