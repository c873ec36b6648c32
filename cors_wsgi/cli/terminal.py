"""The terminal: how the commands print, so that nothing that a server sent can act on it."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape as escape_markup

from cors_wsgi.browser.printing import escape


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: it colours no words by itself, and takes no `:a:` for an emoji."""
    return Console(stderr=stderr, highlight=False, emoji=False)


def safe(text: str) -> str:
    """Return `text`, which may have several lines, as markup that shows just that."""
    return escape_markup("\n".join(map(escape, text.split("\n"))))
