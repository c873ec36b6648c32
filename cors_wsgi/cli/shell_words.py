"""Split a command into words as two shells do: bash, with its `$'…'`, and Windows' cmd, with its carets."""

from __future__ import annotations

import re
from typing import Final

_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "e": "\x1b"}
_ANSI = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<ansi>\$'(?:[^'\\]|\\.)*')|(?P<single>'[^']*')|(?P<double>\$?"(?:[^"\\]|\\.)*")|(?P<escaped>\\.)"""
    r"""|(?P<blank>\s+)|(?P<plain>[^\s'"\\$]+|\$|.)""",
    re.DOTALL,
)


def split_bash(text: str) -> list[str]:
    r"""Return the words of a command of bash.

    >>> split_bash("curl 'https://a.example' \\\n  -d $'it\\'s'")
    ['curl', 'https://a.example', '-d', "it's"]
    """
    words: list[str] = []
    word: str | None = None
    for match in _TOKEN.finditer(text.replace("\\\r\n", " ").replace("\\\n", " ")):
        token = match[0]
        if match["blank"]:
            if word is not None:
                words.append(word)
            word = None
            continue
        if match["plain"] and token in ("|", ";", "&", ">", "&&", "|&") and word is None:
            break  # what follows is another command, or a file
        word = (word or "") + _unquote(match, token)
    return words if word is None else [*words, word]


def _unquote(match: re.Match[str], token: str) -> str:
    if match["ansi"]:
        return _ANSI.sub(_unescape, token[2:-1])
    if match["single"]:
        return token[1:-1]
    if match["double"]:
        return re.sub(r'\\([\\"$`])', r"\1", token.lstrip("$")[1:-1])
    return token[1:] if match["escaped"] else token


def _unescape(match: re.Match[str]) -> str:
    for number, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        if match[number]:
            return chr(min(int(match[number], base), 0x10FFFF))
    return _ESCAPES.get(match[5], match[0])


def split_cmd(text: str) -> list[str]:
    r"""Return the words of a cmd command as DevTools write it: with a caret before whatever cmd would interpret.

    >>> split_cmd('curl ^"https://a.example/?a=1^&b^" ^\n  -H ^"X: ^\\^"1^\\^"^"')
    ['curl', 'https://a.example/?a=1&b', '-H', 'X: "1"']
    """
    text = text.replace("\r\n", "\n")
    if '^"' in text:
        # A caret before a line's end joins lines, except in a pair of line ends, where the second is meant literally.
        text = re.sub(r"\^\n\n", "\0", text)
        text = re.sub(r"\^(.)", r"\1", re.sub(r"\^\n", " ", text), flags=re.DOTALL).replace("\0", "\n")
    else:
        text = re.sub(r"\^\n", " ", text)
    words: list[str] = []
    word, is_quoted, has_word = "", False, False
    at = 0
    while at < len(text):
        char = text[at]
        if text.startswith('\\"', at):
            word, has_word, at = word + '"', True, at + 2
            continue
        if text.startswith("\\\\", at) and re.match(r'\\+"', text[at:]):
            word, has_word, at = word + "\\", True, at + 2
            continue
        at += 1
        if char == '"':
            is_quoted, has_word = not is_quoted, True
        elif char.isspace() and not is_quoted:
            if has_word:
                words.append(word)
            word, has_word = "", False
        else:
            word, has_word = word + char, True
    return [*words, word] if has_word else words
