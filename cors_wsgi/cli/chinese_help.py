"""The help of a command in Chinese."""

from __future__ import annotations

import argparse
from typing import Final

from cors_wsgi.texts.help import HELP
from cors_wsgi.texts.wrapping import wrap

_CHINESE: Final = {text.en: text.zh for text in HELP.values()}


class ChineseHelp(argparse.RawDescriptionHelpFormatter):
    """Formats a help with the Chinese of every English text in it, those of argparse included."""

    def add_text(self, text: str | None) -> None:
        """Add a description or an epilog."""
        super().add_text(_CHINESE.get(text, text) if text else text)

    def start_section(self, heading: str | None) -> None:
        """Begin a list of arguments."""
        super().start_section(_CHINESE.get(heading, heading) if heading else heading)

    def format_help(self) -> str:
        """Return the help, or the usage alone: that is in English, as the error is that follows it."""
        text = super().format_help()
        headings = (HELP["help.arguments"].zh, HELP["help.options"].zh)
        if not any(f"{heading}:" in text for heading in headings):
            return text
        for heading in headings:
            text = text.replace(f"{heading}:", f"{heading}：")
        return text.replace(*HELP["help.usage"])

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(_CHINESE.get(text, text), width).split("\n")
