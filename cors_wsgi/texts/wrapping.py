"""Lines of Chinese text in a terminal: they may end between any two characters, but not everywhere."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PIECES: Final = re.compile(r"\s+|[^\s\u2e80-\u9fff\uff00-\uffef“”‘’…—]+|.")
_NEVER_FIRST: Final = frozenset("，。：；！？、）”’…—")
_NEVER_LAST: Final = frozenset("（“‘")


def wrap(text: str, width: int) -> str:
    """Return the text in lines of at most so many cells; a longer word gets a line to itself."""
    lines: list[str] = []
    line = ""
    for piece in _join_marks(_PIECES.findall(text)):
        if line and measure(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return "\n".join([*lines, line.rstrip()])


def measure(text: str) -> int:
    """Return how many cells of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _join_marks(pieces: list[str]) -> list[str]:
    """Return the pieces, with punctuation attached to the pieces that it belongs to."""
    joined: list[str] = []
    for piece in pieces:
        if joined and (piece in _NEVER_FIRST or joined[-1][-1] in _NEVER_LAST):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined
