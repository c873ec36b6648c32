"""The one table: every text under its key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .demo import DEMO
from .explain import EXPLAIN
from .help import HELP
from .languages import Language
from .page import PAGE
from .scenarios import SCENARIOS
from .server import SERVER
from .text import Text

TEXTS: Final[Mapping[str, Text]] = {**PAGE, **SCENARIOS, **EXPLAIN, **DEMO, **SERVER, **HELP}


def say(key: str, language: Language = "en", facts: Mapping[str, object] | None = None) -> str:
    """Return a text in a language, with the facts filled in.

    Raises:
        KeyError: there is no such text, or a fact is missing.
    """
    text: str = getattr(TEXTS[key], language)
    return text if facts is None else text.format_map(facts)
