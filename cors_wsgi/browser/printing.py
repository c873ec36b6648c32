"""Text from the network, made safe for a terminal."""

from __future__ import annotations


def escape(text: str) -> str:
    r"""Return `text` with everything that could act on a terminal written as an escape sequence.

    >>> escape("ok\x1b[31m")
    'ok\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
