"""A call of fetch, read without running it: strings, objects, and `JSON.stringify` of them; nothing else."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS: Final = {"true": True, "false": False, "null": None, "undefined": None}
_DEEPEST: Final = 50


def read_call(text: str) -> tuple[str, dict[str, Any]]:
    """Return the URL and the options of the first call of fetch.

    Raises:
        ValueError: it contains more than literals.

    >>> read_call("fetch('https://a.example/', {method: 'PUT', body: JSON.stringify({a: 1})})")
    ('https://a.example/', {'method': 'PUT', 'body': '{"a":1}'})
    """
    reader = _Reader(text, text.index("fetch(") + len("fetch("))
    url = reader.read()
    options = reader.read() if reader.take(",") and not reader.sees(")") else {}
    if not isinstance(url, str) or not isinstance(options, dict):
        raise reader.fail()
    return url, options


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self._at = at
        self._depth = 0

    def fail(self) -> ValueError:
        near = self._text[self._at : self._at + 30].split("\n")[0]
        return ValueError(
            f"the call of fetch contains more than literals, near {near!r}; copy it as fetch from the network panel of "
            f"DevTools"
        )

    def sees(self, what: str) -> bool:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text.startswith(what, self._at)

    def take(self, what: str) -> bool:
        if not self.sees(what):
            return False
        self._at += len(what)
        return True

    def read(self) -> Any:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.fail()
        value = self._read()
        self._depth -= 1
        return value

    def _read(self) -> Any:
        if self.take("{"):
            return self._read_object()
        if self.take("["):
            return self._read_list()
        if match := _STRING.match(self._text, self._at):
            return self._read_string(match)
        if match := _NUMBER.match(self._text, self._at):
            self._at = match.end()
            return float(match[0]) if "." in match[0] or "e" in match[0].lower() else int(match[0][:300])
        if self.take("JSON.stringify("):
            value = self.read()
            if not self.take(")"):
                raise self.fail()
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        if (match := _NAME.match(self._text, self._at)) and match[0] in _WORDS:
            self._at = match.end()
            return _WORDS[match[0]]
        raise self.fail()

    def _read_object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self.take("}"):
            if match := _STRING.match(self._text, self._at):
                name = self._read_string(match)
            elif match := _NAME.match(self._text, self._at):
                name, self._at = match[0], match.end()
            else:
                raise self.fail()
            if not self.take(":"):
                raise self.fail()
            found[name] = self.read()
            if not self.take(",") and not self.sees("}"):
                raise self.fail()
        return found

    def _read_list(self) -> list[Any]:
        found: list[Any] = []
        while not self.take("]"):
            found.append(self.read())
            if not self.take(",") and not self.sees("]"):
                raise self.fail()
        return found

    def _read_string(self, match: re.Match[str]) -> str:
        self._at = match.end()
        if match[0].startswith("`") and "${" in match[0]:
            raise self.fail()
        return _ESCAPE.sub(_unescape, match[0][1:-1])


_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _unescape(match: re.Match[str]) -> str:
    for number in (1, 2, 3):
        if match[number]:
            return chr(min(int(match[number], 16), 0x10FFFF))
    return _LETTERS.get(match[4], match[4])
