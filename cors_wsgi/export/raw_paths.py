"""Paths as they are sent, percent-encoded: which can be read in only one way, for proxies that match what was sent."""

from __future__ import annotations

from typing import Final

_HEX = "[0-9A-Fa-f]"
_SLASH = "(?:/|%2[Ff])"
_DOT = r"(?:\.|%2[Ee])"
# What decoding once leaves of a doubly encoded slash, dot or backslash: %252f, also with its digits encoded in turn.
_LEFT_OVER = (
    "%(?:25(?:2|%32)(?:[EeFf]|%[46][56])|25(?:5|%35)(?:[Cc]|%[46]3)|%32(?:[EeFf]|%[46][56])|%35(?:[Cc]|%[46]3)|"
    "2%[46][56]|5%[46]3)"
)
NOT_CANONICAL: Final = rf"(?:{_SLASH}{_SLASH}|{_SLASH}{_DOT}{{1,2}}(?:{_SLASH}|[?]|\z)|\\|%5[Cc]|%00|{_LEFT_OVER})"
"""Matches somewhere in a path, before its query, if the path can be read in more than one way."""

_NEXT = "%[89ABab]" + _HEX
_TWO = f"(?:[Cc][2-9A-Fa-f]|[Dd]{_HEX}){_NEXT}"
_THREE = f"[Ee](?:0%[ABab]{_HEX}{_NEXT}|[1-9A-CEFa-cef]{_NEXT}{_NEXT}|[Dd]%[89]{_HEX}{_NEXT})"
_FOUR = f"[Ff](?:0%[9ABab]{_HEX}{_NEXT}{_NEXT}|[1-3]{_NEXT}{_NEXT}{_NEXT}|4%8{_HEX}{_NEXT}{_NEXT})"
TEXT: Final = f"(?:[!-$&->@-~]|%(?:[0-7]{_HEX}|{_TWO}|{_THREE}|{_FOUR}))*"
"""Matches a whole path that decodes to UTF-8, without broken escapes and without bytes that browsers never send."""


def spell(text: str) -> str:
    """Return the expression for all spellings of a path, encoded or not.

    >>> spell("/a")
    '(?:/|%2[Ff])(?:a|%61)'
    """
    return "".join(_spell_byte(byte) for byte in text.encode())


def _spell_byte(byte: int) -> str:
    digits = "".join(f"[{digit}{digit.lower()}]" if digit.isalpha() else digit for digit in f"{byte:02X}")
    if not 0x21 <= byte <= 0x7E or byte == 0x25:
        return f"%{digits}"
    return f"(?:{escape_char(chr(byte))}|%{digits})"


def escape_char(char: str) -> str:
    """Return the expression for one ASCII character, without a backslash where possible."""
    if char.isalnum() or char in ":/_-":
        return char
    return f"[{char}]" if char not in "^]" else "\\" + char
