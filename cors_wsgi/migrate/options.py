"""Translate every option but origins and resources from Flask-CORS to this library, never allowing more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cors_wsgi.fetch import is_token
from cors_wsgi.options import LONGEST_MAX_AGE, normalize

from .predecessor import is_taken_for_regex
from .quoting import quote


class Removed:
    """Marks an option that should be left out."""

    def __repr__(self) -> str:
        return "REMOVED"


REMOVED: Final = Removed()


@dataclass(frozen=True)
class Change:
    """The translation of a value.

    Attributes:
        value: the new one; the old one, if nothing must change; or REMOVED.
        notes: what a reader should know.
        question: what a person must decide; empty if nothing.
    """

    value: Any
    notes: tuple[str, ...] = ()
    question: str = ""


def translate_option(name: str, said: Any) -> Change:
    """Translate the value of one option."""
    match name:
        case "methods":
            return _translate_methods(said)
        case "allow_headers":
            return _translate_allow_headers(said)
        case "expose_headers":
            return _translate_expose_headers(said)
        case "supports_credentials":
            return _translate_flag(said)
    return _translate_age(said)


def _translate_methods(said: Any) -> Change:
    names = [part.strip().upper() for part in _split(said)]
    if said is None or "*" in names:
        question = (
            f"methods={quote(said)} granted no preflight in Flask-CORS. Name the methods, or leave the option out."
        )
        return Change([], question=question)
    kept, notes = _keep_valid("methods", names)
    return Change(said if _is_same(said, kept) else kept, notes)


def _translate_allow_headers(said: Any) -> Change:
    names = _listed(said)
    if "*" in names or ".*" in names:
        return Change(said if said in ("*", ["*"]) else "*")
    literal = [name for name in names if isinstance(name, str) and not is_taken_for_regex(name)]
    dead = [name for name in literal if "," in name]
    regexes = [
        name for name in names if isinstance(name, re.Pattern) or (isinstance(name, str) and name not in literal)
    ]
    kept, notes = _keep_valid("allow_headers", [name for name in literal if name not in dead and is_token(name)])
    question = ""
    if dead:
        meant = [part.strip() for name in dead for part in name.split(",") if part.strip()]
        question = (
            f"allow_headers={quote(dead[0])} is one string and matched no header. Probably {quote(meant)} was meant."
        )
    elif regexes:
        question = (
            f"allow_headers had the regular expression {quote(regexes[0])}. Name the headers that it was meant for."
        )
    return Change(said if _is_same(said, kept) else kept, notes, question)


def _translate_expose_headers(said: Any) -> Change:
    if said is None:
        return Change(REMOVED)
    names = _split(said)
    if "*" in names:
        return Change(said if said in ("*", ["*"]) else "*")
    kept, notes = _keep_valid("expose_headers", names)
    return Change(said if _is_same(said, kept) else kept, notes)


def _translate_flag(said: Any) -> Change:
    if isinstance(said, bool):
        return Change(said)
    if isinstance(said, str) and said.strip().lower() in ("false", "no", "off", "0"):
        question = f"supports_credentials={quote(said)} is a string, and switched credentials on. They are off now."
        return Change(False, question=question)
    return Change(bool(said))


def _translate_age(said: Any) -> Change:
    seconds: Any = said
    if isinstance(said, timedelta):
        seconds = int(said.total_seconds())
    elif (isinstance(said, str) and re.fullmatch(r"[0-9]{1,9}", said.strip())) or (
        isinstance(said, float) and said == int(said)
    ):
        seconds = int(said)
    if seconds is None or (isinstance(seconds, int) and not isinstance(seconds, bool) and seconds >= 0):
        if seconds is not None and seconds > LONGEST_MAX_AGE:
            return Change(
                LONGEST_MAX_AGE, (f"browsers do not remember a preflight for more than {LONGEST_MAX_AGE} seconds",)
            )
        return Change(said if isinstance(said, timedelta) else seconds)
    return Change(REMOVED, (f"max_age={quote(said)} is not a number of seconds, and was removed",))


def _keep_valid(option: str, names: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the names that a policy accepts, and a note for each of the others."""
    kept, notes = [], []
    for name in dict.fromkeys(names):
        problems = normalize({option: [name]}, partial=True).problems
        if problems:
            notes.append(f"{option}: {name!r} was removed. {problems[0].problem}")
        else:
            kept.append(name)
    return kept, tuple(notes)


def _split(said: Any) -> list[str]:
    """Return names as Flask-CORS joins them and browsers split them."""
    return [part.strip() for text in _listed(said) for part in str(text).split(",") if part.strip()]


def _listed(said: Any) -> list[Any]:
    return list(said) if isinstance(said, Iterable) and not isinstance(said, str) else [said]


def _is_same(said: Any, kept: list[str]) -> bool:
    """Tell whether a policy reads `said` as exactly these names."""
    if isinstance(said, str):
        return kept == [said]
    return isinstance(said, (list, tuple, set, frozenset)) and sorted(map(str, said)) == sorted(kept)
