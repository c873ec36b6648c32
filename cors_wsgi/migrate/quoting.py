"""Values in messages, as a person would write them: regular expressions without doubled backslashes."""

from __future__ import annotations

from typing import Any


def quote(value: Any) -> str:
    r"""Return a value as a message shows it.

    >>> print(quote(r"https://.*\.example\.com"))
    'https://.*\.example\.com'
    """
    is_plain = isinstance(value, str) and "'" not in value and value.isprintable()
    return f"'{value}'" if is_plain else repr(value)
