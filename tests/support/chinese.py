"""How Chinese is set: with wide marks, and with a space only beside Latin letters and figures."""

from __future__ import annotations

import re
from typing import Final

_CHINESE: Final = "[\u4e00-\u9fff]"
_ODD: Final = re.compile(
    rf"{_CHINESE}[,;:!?()](?!//)|[,;!?()]{_CHINESE}|\.\.\.|{_CHINESE}\.(?!\w)"  # narrow marks
    rf"|{_CHINESE} +{_CHINESE}|[，。；：？！、（“] | [，。；：？！、）”（]"  # a space too many
    rf"|{_CHINESE}[A-Za-z0-9]|[A-Za-z0-9]{_CHINESE}"  # a space too few
)


def find_odd_mark(text: str) -> str | None:
    """Return the first place in a Chinese text that looks typed in a hurry, or None."""
    found = _ODD.search(text)
    return found and text[max(0, found.start() - 10) : found.end() + 10]
