"""The whole answer that a browser wants, and everything that a given answer lacks, not only the first thing."""

from __future__ import annotations

from collections.abc import Sequence

from cors_wsgi.browser.headers import Header, extract_list, get_header
from cors_wsgi.fetch import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_METHODS,
    ALLOW_ORIGIN,
    EXPOSE_HEADERS,
    MAX_AGE,
    SAFELISTED_METHODS,
    VARY,
    is_token,
)

from .model import Asked


def write_wanted(headers: Sequence[Header], asked: Asked, *, is_preflight: bool) -> list[Header]:
    """Return the headers that make a browser let the page through; what was right already stays as it is.

    Args:
        headers: of the answer that it did not accept.
        asked: what the page asked for.
        is_preflight: whether it is the answer to a preflight.
    """
    allowed = get_header(headers, ALLOW_ORIGIN.lower())
    is_star = allowed == "*" and not asked.include
    wanted = [(ALLOW_ORIGIN, "*" if is_star else asked.origin)]
    if asked.include:
        wanted.append((ALLOW_CREDENTIALS, "true"))
    if is_preflight:
        methods = get_header(headers, ALLOW_METHODS.lower())
        if asked.method not in SAFELISTED_METHODS or methods:
            needed = [] if asked.method in SAFELISTED_METHODS else [asked.method]
            wanted.append((ALLOW_METHODS, add_names(methods, needed, exact=True)))
        names = get_header(headers, ALLOW_HEADERS.lower())
        if asked.names or names:
            wanted.append((ALLOW_HEADERS, add_names(names, asked.names, exact=False)))
        if age := get_header(headers, MAX_AGE.lower()):
            wanted.append((MAX_AGE, age))
    elif asked.reads or get_header(headers, EXPOSE_HEADERS.lower()):
        exposed = get_header(headers, EXPOSE_HEADERS.lower())
        wanted.append((EXPOSE_HEADERS, add_names(exposed, [asked.reads] if asked.reads else [], exact=False)))
    if not is_star:
        wanted.append((VARY, "Origin"))
    return wanted


def add_names(value: str | None, names: Sequence[str], *, exact: bool) -> str:
    """Return a header's list with these names in it; read a value that is not a list of tokens word by word.

    Args:
        value: of the header; None if it is missing.
        names: what it must contain.
        exact: whether case matters.
    """
    there = [part.strip(" \t\"'[]()") for part in (value or "").replace(" ", ",").replace(";", ",").split(",")]
    there = [part for part in there if is_token(part)]
    has = set(there) if exact else {part.lower() for part in there}
    return ", ".join([*dict.fromkeys(there), *(name for name in names if (name if exact else name.lower()) not in has)])


def list_lacks(headers: Sequence[Header], asked: Asked, *, is_preflight: bool) -> list[str]:
    """Return everything that an answer lacks, each worded as the end of a sentence that begins with “the answer”."""
    lacks = []
    allowed = get_header(headers, ALLOW_ORIGIN.lower())
    if allowed is None:
        lacks.append(f"has no {ALLOW_ORIGIN}")
    elif allowed != asked.origin and (allowed != "*" or asked.include):
        lacks.append(f"has {ALLOW_ORIGIN}: {allowed}")
    if asked.include:
        credentials = get_header(headers, ALLOW_CREDENTIALS.lower())
        if credentials is None:
            lacks.append(f"has no {ALLOW_CREDENTIALS}")
        elif credentials != "true":
            lacks.append(f"has {ALLOW_CREDENTIALS}: {credentials}, where only true counts")
    if is_preflight:
        lacks += _list_preflight_lacks(headers, asked)
    return lacks


def _list_preflight_lacks(headers: Sequence[Header], asked: Asked) -> list[str]:
    lacks = []
    methods, names = extract_list(headers, ALLOW_METHODS.lower()), extract_list(headers, ALLOW_HEADERS.lower())
    if methods is None:
        lacks.append(f"has {ALLOW_METHODS}: {get_header(headers, ALLOW_METHODS.lower())}, which is not a list of names")
    elif find_refused_method(methods, asked):
        lacks.append(f"does not allow the method {asked.method} ({_quote(headers, ALLOW_METHODS)})")
    if names is None:
        lacks.append(f"has {ALLOW_HEADERS}: {get_header(headers, ALLOW_HEADERS.lower())}, which is not a list of names")
    elif refused := find_refused_names(names, asked):
        what = "the header" if len(refused) == 1 else "the headers"
        lacks.append(f"does not allow {what} {join_words(refused)} ({_quote(headers, ALLOW_HEADERS)})")
    return lacks


def find_refused_method(methods: Sequence[str], asked: Asked) -> bool:
    """Tell whether a list of methods does not cover the one that is requested."""
    return asked.method not in SAFELISTED_METHODS and not (
        asked.method in methods or ("*" in methods and not asked.include)
    )


def find_refused_names(names: Sequence[str], asked: Asked) -> list[str]:
    """Return the request headers that a list does not cover."""
    has = {name.lower() for name in names}
    is_star = "*" in has and not asked.include
    return [n for n in asked.names if n.lower() not in has and not (is_star and n.lower() != "authorization")]


def join_words(words: Sequence[str]) -> str:
    """Return words joined as in a sentence.

    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _quote(headers: Sequence[Header], name: str) -> str:
    value = get_header(headers, name.lower())
    return f"{name} is missing" if not value else f"{name}: {value}"
