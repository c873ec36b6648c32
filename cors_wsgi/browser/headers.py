"""Header lists: pairs of name and value in the order of the wire, and what a script sees of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias, cast

from ..fetch import extract_names

Header: TypeAlias = "tuple[str, str]"
HeadersInit: TypeAlias = "Mapping[str, str] | Iterable[tuple[str, str]]"
"""What a script may pass as headers: a mapping, or pairs, which may repeat a name."""

_HTTP_WHITESPACE = "\t\n\r "


def get_header(headers: Iterable[Header], name: str) -> str | None:
    """Return the values of `name` joined with comma and space, or None if it is missing (`#concept-header-list-get`).

    Args:
        headers: the header list.
        name: in lower case.
    """
    values = [value for given, value in headers if given.lower() == name]
    return ", ".join(values) if values else None


def has_header(headers: Iterable[Header], name: str) -> bool:
    """Tell whether the list contains `name`, given in lower case (`#header-list-contains`)."""
    return any(given.lower() == name for given, _ in headers)


def remove_headers(headers: Iterable[Header], names: Collection[str]) -> list[Header]:
    """Return the list without the given lower-case names (`#concept-header-list-delete`)."""
    return [pair for pair in headers if pair[0].lower() not in names]


def extract_list(headers: Iterable[Header], name: str) -> list[str] | None:
    """Return the tokens of every line of `name`, or None if one line is not a list (`#extract-header-list-values`).

    A missing header has no tokens, so the result is empty, as for an empty header.

    Args:
        headers: the header list.
        name: in lower case.
    """
    found: list[str] = []
    for given, value in headers:
        if given.lower() == name:
            names = extract_names(value)
            if names is None:
                return None
            found += names
    return found


def normalize_value(value: str) -> str:
    """Return `value` without leading and trailing white space (`#concept-header-value-normalize`)."""
    return value.strip(_HTTP_WHITESPACE)


def is_header_value(value: str) -> bool:
    """Tell whether a normalized value can be a header's: bytes, none of them NUL, LF or CR (`#header-value`)."""
    return not any(char in "\0\n\r" or char > "\xff" for char in value)


def list_pairs(headers: HeadersInit | None) -> list[Header]:
    """Return what a script passed as headers, as pairs (`#concept-headers-fill`)."""
    if headers is None:
        return []
    return list(cast("Iterable[Header]", headers.items() if isinstance(headers, Mapping) else headers))


class ResponseHeaders(Mapping[str, str]):
    """The headers of a response as a script sees them: names in lower case and sorted, values combined.

    A look-up ignores case, as JavaScript's `Headers` does. A header that was sent but is not exposed is missing like
    any other; the message of the `KeyError` says that it was sent.
    """

    __slots__ = ("_hidden", "_values")

    def __init__(self, shown: Iterable[Header], hidden: Iterable[str] = ()) -> None:
        values: dict[str, list[str]] = {}
        for name, value in shown:
            values.setdefault(name.lower(), []).append(value)
        self._values = {name: ", ".join(values[name]) for name in sorted(values)}
        self._hidden = frozenset(hidden)

    def __getitem__(self, name: str) -> str:
        lower = name.lower()
        if lower in self._hidden:
            raise KeyError(
                f"{name} was sent, but Access-Control-Expose-Headers does not name it, so a script cannot see it"
            )
        return self._values[lower]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"ResponseHeaders({self._values!r})"
