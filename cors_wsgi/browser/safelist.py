"""Which request headers need no preflight: the byte, length and syntax rules of the safelist.

Every function takes strings in which each character is one byte of the header, and never raises.
"""

from __future__ import annotations

import re
from typing import Final

from .engines import STANDARD, Engine
from .mime import parse_mime_type

MAX_VALUE: Final = 128
"""How many bytes a safelisted value may have (step 1 of `#cors-safelisted-request-header`)."""

MAX_TOTAL: Final = 1024
"""How many bytes all safelisted values of a request may have together (`#cors-unsafe-request-header-names`)."""

SAFELISTED_NAMES: Final = frozenset({"accept", "accept-language", "content-language", "content-type", "range"})
"""Lower-cased names that are safelisted for some values (`#cors-safelisted-request-header`)."""

NO_CORS_NAMES: Final = SAFELISTED_NAMES - {"range"}
"""Lower-cased names that a no-cors request may have (`#no-cors-safelisted-request-header-name`)."""

SAFELISTED_MIME_TYPES: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""The essences that Content-Type may have: what a form could always send without asking."""

CLIENT_HINTS: Final = frozenset(
    {"device-memory", "downlink", "dpr", "ect", "rtt", "save-data", "viewport-width", "width"}
)
"""Lower-cased names that one engine still safelists for valid values, as older texts of the standard did."""

# One byte per character; `fullmatch` is used except for the two that look for a byte anywhere.
_UNSAFE_BYTE = re.compile(r'[\x00-\x08\x0a-\x1f"():<>?@\[\\\]{}\x7f]')
_LANGUAGE = re.compile(r"[0-9A-Za-z *,\-.;=]*")
_HIGH_BYTE = re.compile(r"[\x80-\xff]")
_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")
"""`bytes=0-99`, `bytes=5-`, `bytes=-5`."""

_LOOSE_RANGE = re.compile(r"bytes=([\v\f]*\+?[0-9]+[\v\f]*|)-([\v\f]*\+?[0-9]+[\v\f]*|)", re.IGNORECASE)
"""`Bytes=+0-99` too, and vertical tabs and form feeds around a number."""

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
"""`1.5`, the value of DPR."""

_DIGITS = re.compile(r"[0-9]+")
_POSITION = re.compile(r"[+-]?[0-9]+")
_LONGEST_NUMBER = 4000
"""How many digits are read; Python's `int` refuses more than 4300, and nothing here may raise."""


def has_unsafe_byte(value: str) -> bool:
    """Tell whether a CORS-unsafe request-header byte is in `value` (`#cors-unsafe-request-header-byte`)."""
    return _UNSAFE_BYTE.search(value) is not None


def parse_single_range(value: str, *, loose: bool = False) -> tuple[int | None, int | None] | None:
    """Return the first and last position of a single range, or None if `value` is not one.

    This is `#simple-range-header-value` without white space: `bytes=0-5`, `bytes=5-`, `bytes=-5`. A value of more
    than 4000 characters is not read.

    Args:
        value: the header's value.
        loose: accept `Bytes=` and `+0`, as one engine does.

    >>> parse_single_range("bytes=0-99"), parse_single_range("bytes=9-1"), parse_single_range("items=0-9")
    ((0, 99), None, None)
    """
    match = (_LOOSE_RANGE if loose else _RANGE).fullmatch(value)
    if match is None or not (match[1] or match[2]) or len(value) > _LONGEST_NUMBER:
        return None
    start, end = (int(text) if text else None for text in match.groups())
    return None if start is not None and end is not None and start > end else (start, end)


def find_unsafe_value(name: str, value: str, engine: Engine = STANDARD, *, raw_type: bool = False) -> str | None:
    """Return why a safelisted name with this value needs a preflight, or None if it needs none.

    The steps are those of `#cors-safelisted-request-header`.

    Args:
        name: in lower case, one of `SAFELISTED_NAMES`.
        value: one byte per character.
        engine: whose rules.
        raw_type: the value is the type of an XMLHttpRequest's Blob, unchanged.
    """
    judged_raw = raw_type and engine.judges_raw_blob_type
    if len(value) > MAX_VALUE and not judged_raw:
        return f"its value has {len(value)} bytes, more than {MAX_VALUE}"
    if name in ("accept-language", "content-language"):
        return None if _LANGUAGE.fullmatch(value) else "its value has a byte other than 0-9 A-Z a-z space * , - . ; ="
    if name == "range":
        return _find_unsafe_range(value, engine)
    if has_unsafe_byte(value):
        return 'its value has a control byte or one of " ( ) : < > ? @ [ \\ ] { }'
    if engine.refuses_high_bytes and _HIGH_BYTE.search(value):
        return "its value has a byte above 7F"
    if name == "accept":
        return None
    parsed = parse_mime_type(value)
    if parsed is None:
        return "its value is not a media type"
    if parsed.essence not in SAFELISTED_MIME_TYPES:
        return f"its media type is {parsed.essence}"
    if engine.refuses_loose_parameters and _has_loose_parameter(value):
        return "its value has a comma, or an empty parameter after another at its end"
    if judged_raw and value != value.lstrip("\t\n\r "):
        return "its value begins with white space"
    return None


def _find_unsafe_range(value: str, engine: Engine) -> str | None:
    parsed = parse_single_range(value, loose=engine.accepts_loose_range)
    if parsed is None:
        return "its value is not a single range such as bytes=0-99"
    if parsed[0] is None:
        return "its range has no first position"
    limit = engine.range_limit
    if limit is not None and any(position is not None and position >= limit for position in parsed):
        return f"its range reaches {limit}"
    return None


def _has_loose_parameter(value: str) -> bool:
    parameters = value.split(";")[1:]
    return "," in value or (len(parameters) > 1 and not parameters[-1].strip(" \t"))


def is_valid_client_hint(name: str, value: str) -> bool:
    """Tell whether a header is a client hint, or Intervention, with a value that one engine safelists.

    Args:
        name: in lower case.
        value: one byte per character.
    """
    if len(value) > MAX_VALUE:
        return False
    if name == "intervention":
        return True
    if name not in CLIENT_HINTS:
        return False
    if name == "save-data":
        return value.lower() == "on"
    if name == "ect":
        return value in ("slow-2g", "2g", "3g", "4g")
    number = _DIGITS if name in ("rtt", "viewport-width", "width") else _NUMBER
    return number.fullmatch(value) is not None


def is_no_cors_safelisted(name: str, value: str, engine: Engine = STANDARD) -> bool:
    """Tell whether a no-cors request may have this header (`#no-cors-safelisted-request-header`).

    Args:
        name: in any case.
        value: one byte per character; all values joined if the header is repeated.
        engine: whose rules.
    """
    return name.lower() in NO_CORS_NAMES and find_unsafe_value(name.lower(), value, engine) is None


def shorten_range(value: str) -> str:
    """Return a Range value as Chromium sends it: one range in its shortest spelling, anything else as it is.

    >>> shorten_range("Bytes= 00-0100"), shorten_range("bytes=0-1,2-3")
    ('bytes=0-100', 'bytes=0-1,2-3')
    """
    unit, equals, rest = value.partition("=")
    ranges = [part.strip(" \t") for part in rest.split(",")]
    ranges = [part for part in ranges if part]
    if not equals or unit.strip(" \t").lower() != "bytes" or len(ranges) != 1:
        return value
    first, dash, last = (part.strip(" \t") for part in ranges[0].partition("-"))
    numbers = [
        int(part) if _POSITION.fullmatch(part) and len(part) <= _LONGEST_NUMBER else None for part in (first, last)
    ]
    if not dash or any(part and number is None for part, number in zip((first, last), numbers, strict=True)):
        return value
    start, end = numbers
    if end is not None and end < 0:
        if end < -1:
            return value
        end = None  # Chromium represents a missing position as -1
    too_big = any(number is not None and number >= 2**63 for number in numbers)
    if too_big or (start is None and not end) or (start is not None and end is not None and start > end):
        return value
    return f"bytes={'' if start is None else start}-{'' if end is None else end}"
