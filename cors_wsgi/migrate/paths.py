"""Translate keys of `resources` as Flask-CORS reads them to this library's path rules, never covering more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .predecessor import is_taken_for_regex
from .quoting import quote

PathRule: TypeAlias = "str | re.Pattern[str]"

_LITERAL = r"(?:[A-Za-z0-9_/~%-]|\\[^A-Za-z0-9]|\.(?![*+?]))*"
_EVERYTHING = re.compile(r"\^?(?:/\*?)?(?:\.\*|\(\.\*\))\$?|\^?/\*?|\^")
_PREFIX = re.compile(rf"\^?(?P<literal>{_LITERAL})/\*")
_GLOB = re.compile(rf"\^?(?P<literal>{_LITERAL}[A-Za-z0-9_-])\*")


@dataclass(frozen=True)
class PathTranslation:
    """The translation of one key of `resources`.

    Attributes:
        rule: the path rule; None if the key never matched anything.
        exact: a regular expression that matches exactly the same paths.
        notes: what a reader should know.
    """

    rule: PathRule | None
    exact: re.Pattern[str]
    notes: tuple[str, ...] = ()


def translate_path(said: Any) -> PathTranslation:
    """Return what replaces one key; it covers no path that was not covered before.

    Raises:
        ValueError: Flask-CORS would not start with it.
    """
    if isinstance(said, re.Pattern):
        exact = _open_end(said.pattern, said.flags)
        return PathTranslation(exact, exact)
    text = str(said)
    if text == "*" or (is_taken_for_regex(text) and _EVERYTHING.fullmatch(text)):
        return PathTranslation("/*", re.compile(".*"))
    if not is_taken_for_regex(text):
        return _translate_literal(text)
    try:
        exact = _open_end(text, 0)
    except re.error as error:
        raise ValueError(f"{quote(text)} is not a regular expression: {error}") from error
    if re.match(r"\^?[A-Za-z0-9]", text):
        return PathTranslation(None, exact, (f"{quote(text)} matched no path, since paths begin with a slash",))
    if match := _PREFIX.fullmatch(text) or _GLOB.fullmatch(text):
        prefix = _read_literal(match["literal"])
        exact = re.compile(re.escape(_read_start(text)) + ".*")
        if prefix.startswith("/") and _can_stand(prefix):
            said = f"{quote(text)} covered every path that begins like it, such as {_read_start(text)}x"
            return PathTranslation(f"{prefix.rstrip('/')}/*", exact, (f"{said}; {prefix}/* does not",))
    return PathTranslation(exact, exact)


def _translate_literal(text: str) -> PathTranslation:
    exact = re.compile(re.escape(text))
    if not text.startswith("/"):
        return PathTranslation(None, exact, (f"{quote(text)} matched no path, since paths begin with a slash",))
    return PathTranslation(text if _can_stand(text) else exact, exact)


def _open_end(text: str, flags: int) -> re.Pattern[str]:
    """Return a regular expression that matches as a whole what another matches from the start."""
    ends = text.endswith((".*", ".*)", "$", r"\Z")) and not text.endswith(r"\$")
    if ends and "|" not in re.sub(r"\([^()]*\)", "", text):
        return re.compile(text, flags & ~re.UNICODE)
    body = f"(?:{text})" if "|" in text else text
    return re.compile(f"{body}.*", flags & ~re.UNICODE)


def _read_literal(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _read_start(text: str) -> str:
    """Return the start of every path that an expression such as `/api*` matches: its last character is optional."""
    return _read_literal(text.lstrip("^"))[:-2]


def _can_stand(path: str) -> bool:
    return not re.search(r"[?#*%\\]|//|/\.{1,2}(?:/|\Z)", path)


def list_probes(said: Sequence[Any]) -> list[str]:
    """Return paths that distinguish rules: those that keys name, those below them, and those that resemble them."""
    starts = {"/"}
    for key in said:
        text = key.pattern if isinstance(key, re.Pattern) else str(key)
        text = re.sub(r"\\(.)", r"\1", re.split(r"[*(\[^$|]|\.[*+?]|\\[dwsDWSbBAZ]", text.lstrip("^"), maxsplit=1)[0])
        starts.add("/" + text.strip("/"))
        starts.add("/" + text.strip("/")[:-1])
    made = [f"{start.rstrip('/')}{end}" for start in sorted(starts) for end in ("", "/", "/x", "/x/y", "x", "1/x")]
    return [path for path in dict.fromkeys(made) if path.startswith("/") and "//" not in path]
