"""A text in every language."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """A text in each language; braces stand for facts, the same in both."""

    en: str
    zh: str
