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


def change_sent(headers: list[Header], method: str, engine: Engine) -> list[Header]:
    """Return a request's own headers as the engine sends them."""
    if engine.drops_empty_lines:
        headers = _drop_empty_lines(headers, keeping=frozenset())
    if engine.sends_last_singleton:
        last = {name.lower(): place for place, (name, _) in enumerate(headers)}
        headers = [
            pair
            for place, pair in enumerate(headers)
            if pair[0].lower() not in _SINGLETONS or last[pair[0].lower()] == place
        ]
    if engine.rewrites_range and method == "GET":
        headers = [(n, shorten_range(v) if n.lower() == "range" else v) for n, v in headers]
    if engine.utf8_values:
        headers = [(n, v if v.isascii() else v.encode("utf-8").decode("latin-1")) for n, v in headers]
    return headers


def change_received(headers: Sequence[Header], engine: Engine) -> Sequence[Header]:
    """Return a response's headers as the engine takes them."""
    if engine.drops_empty_lines:
        headers = _drop_empty_lines(headers, keeping=_EMPTY_COUNTS)
    if engine.utf8_values:
        headers = [(n, v if v.isascii() else _take_for_utf8(v)) for n, v in headers]
    return headers


def _drop_empty_lines(headers: Sequence[Header], keeping: frozenset[str]) -> list[Header]:
    """Drop the empty lines of headers that have several, but those that are to be kept."""
    counts: dict[str, int] = {}
    for name, _ in headers:
        counts[name.lower()] = counts.get(name.lower(), 0) + 1
    return [pair for pair in headers if pair[1] or counts[pair[0].lower()] == 1 or pair[0].lower() in keeping]


def _take_for_utf8(value: str) -> str:
    """Return the bytes of `value` with what is no UTF-8 replaced, each byte a character again."""
    return value.encode("latin-1", "replace").decode("utf-8", "replace").encode("utf-8").decode("latin-1")
