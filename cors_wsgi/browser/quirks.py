"""What engines do to headers on their way to and from the wire, where the standard leaves them as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .engines import Engine
from .headers import Header
from .safelist import shorten_range

_SINGLETONS: Final = frozenset(
    {
        "authorization",
        "content-disposition",
        "content-type",
        "from",
        "if-modified-since",
        "if-unmodified-since",
        "location",
        "max-forwards",
        "user-agent",
    }
)
"""Lower-cased names that Firefox does not take for lists."""

_EMPTY_COUNTS: Final = frozenset({"access-control-allow-origin", "content-length", "location"})


def change_sent(headers: list[Header], method: str, engine: Engine, *, has_body: bool) -> list[Header]:
    """Return a request's own headers as the engine sends them."""
    if engine.folds_lines:
        headers = _fold_lines(headers, has_body)
    if engine.rewrites_range and method == "GET" and sum(name.lower() == "range" for name, _ in headers) == 1:
        headers = [(n, shorten_range(v) if n.lower() == "range" else v) for n, v in headers]
    if engine.sends_values_as_utf8:
        headers = [(n, v if v.isascii() else v.encode("utf-8").decode("latin-1")) for n, v in headers]
    return headers


def change_received(headers: Sequence[Header], engine: Engine) -> Sequence[Header]:
    """Return a response's headers as the engine takes them."""
    if engine.folds_lines:
        headers = _drop_empty_lines(headers)
    if engine.sends_values_as_utf8:
        headers = [(n, v if v.isascii() else _take_for_utf8(v)) for n, v in headers]
    return headers


def _fold_lines(headers: list[Header], has_body: bool) -> list[Header]:
    """Make one line of each header, one by one: an empty line empties it, and one that is no list is replaced."""
    folded: dict[str, Header] = {}
    for name, value in headers:
        lower = name.lower()
        first, before = folded.get(lower, (name, ""))
        if lower == "content-type" and has_body and before:
            continue
        is_list = before and value and lower not in _SINGLETONS
        folded[lower] = (first, f"{before}, {value}" if is_list else value)
    return list(folded.values())


def _drop_empty_lines(headers: Sequence[Header]) -> list[Header]:
    """Drop the empty lines of each header that has others too, but of those of which an empty one counts."""
    seen = {name.lower() for name, value in headers if value}
    kept = []
    for name, value in headers:
        lower = name.lower()
        if value or lower not in seen or lower in _EMPTY_COUNTS:
            kept.append((name, value))
            seen.add(lower)
    return kept


def _take_for_utf8(value: str) -> str:
    """Return the bytes of `value` with what is no UTF-8 replaced, each byte a character again."""
    return value.encode("latin-1", "replace").decode("utf-8", "replace").encode("utf-8").decode("latin-1")
