"""The CORS-preflight cache (`#concept-cache`), and the clock that a test can move."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from .engines import Engine
from .headers import Header

DEFAULT_AGE: Final = 5
"""How many seconds an answer without a valid Access-Control-Max-Age is kept (step 7.9 of `#cors-preflight-fetch`)."""

LONGEST_AGE: Final = 10**18
"""The number of seconds that replaces any larger one; about 30 billion years."""

_DIGITS = re.compile(r"[0-9]+")
"""`600` (`delta-seconds` of RFC 9111)."""

_INTEGER = re.compile(r"[+-]?[0-9]+")
"""`+600` or `-1`, as two engines read it."""

_ANY_ENTRY = ""
"""A method that no request has: its entry says that there was an answer, which is enough for a safelisted method."""

_MOST_DIGITS = 19
"""The digits of `_MAX_INTEGER`. More count as endless and never reach `int`, which refuses more than 4300 digits."""

_MAX_INTEGER = 2**63 - 1


class Clock:
    """The browser's clock. Unless it runs, it changes only when a test moves it."""

    def __init__(self, *, runs: bool = False) -> None:
        self._runs = runs
        self._start = time.time()
        self._moved = 0.0

    def now(self) -> float:
        """Return the seconds since the epoch, according to this clock."""
        return (time.time() if self._runs else self._start) + self._moved

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Args:
            seconds: how long; 0 or more, fractions allowed.

        Raises:
            ValueError: `seconds` is negative; time does not go back.
        """
        if seconds < 0:
            raise ValueError(f"seconds={seconds!r} is negative; time does not go back")
        self._moved += seconds


def parse_max_age(headers: Iterable[Header], engine: Engine) -> float:
    """Return how many seconds the answer to a preflight is kept (steps 7.8 to 7.10 of `#cors-preflight-fetch`).

    Args:
        headers: of the answer.
        engine: whose rules; each real browser has its own limit.
    """
    lines = [value.strip(" \t") for name, value in headers if name.lower() == "access-control-max-age"]
    text = (lines[0] if lines else "") or str(DEFAULT_AGE)
    has_sign = engine.max_age_syntax == "integer, else 5"
    age: float
    if len(lines) > 1 or not (_INTEGER if has_sign else _DIGITS).fullmatch(text):
        age = 0 if engine.max_age_syntax == "digits, else 0" else DEFAULT_AGE
    else:
        digits = text.lstrip("+-0") or "0"
        age = int(digits) if len(digits) <= _MOST_DIGITS else math.inf
        if has_sign and age > _MAX_INTEGER + text.startswith("-"):
            age = DEFAULT_AGE
        elif text.startswith("-"):
            age = 0
    return min(age, LONGEST_AGE if engine.max_age_limit is None else engine.max_age_limit)


class CacheKey(NamedTuple):
    """What a cached answer is for.

    Attributes:
        page: None, or what identifies a page with an opaque origin (`#network-partition-key`).
        origin: the serialized origin of the request.
        url: with its query and fragment.
    """

    page: object
    origin: str
    url: str


@dataclass(slots=True)
class _Entry:
    """A cached method or header name (`#concept-cache`)."""

    credentials: bool
    expires: float
    method: str | None
    name: str | None


class PreflightCache:
    """What preflights allowed, and until when; the rows of the engine say how it is cached."""

    def __init__(self, clock: Clock, engine: Engine) -> None:
        self._clock = clock
        self._engine = engine
        self._entries: dict[CacheKey, list[_Entry]] = {}

    def covers(self, key: CacheKey, credentials: bool, method: str, names: Sequence[str], *, is_safe: bool) -> bool:
        """Tell whether cached answers make a preflight unnecessary.

        Args:
            key: of the request.
            credentials: whether its credentials mode is `include`.
            method: of the request.
            names: its CORS-unsafe request-header names, in lower case.
            is_safe: whether the method needs no entry.
        """
        if not self._covers(key, credentials, method, names, is_safe):
            if self._engine.forgets_on_miss:
                self.clear(key)
            return False
        return True

    def _covers(self, key: CacheKey, credentials: bool, method: str, names: Sequence[str], is_safe: bool) -> bool:
        live = self._find(key, credentials)
        if not live:
            return False
        if not (is_safe or any(self._covers_method(entry, method, credentials) for entry in live)):
            return False
        return all(any(self._covers_name(entry, name, credentials) for entry in live) for name in names)

    def keep(
        self,
        key: CacheKey,
        credentials: bool,
        max_age: float,
        methods: Iterable[str],
        names: Iterable[str],
    ) -> None:
        """Cache what an answer allows (steps 7.12 to 7.15 of `#cors-preflight-fetch`).

        Args:
            key: of the request.
            credentials: whether its credentials mode is `include`.
            max_age: seconds.
            methods: what Access-Control-Allow-Methods names.
            names: what Access-Control-Allow-Headers names.
        """
        engine = self._engine
        if (max_age <= 0 and not engine.zero_age_ends_entries) or (
            key.page is not None and not engine.keeps_for_opaque
        ):
            return
        expires = self._clock.now() + max_age
        methods, names = list(methods), [name.lower() for name in names]
        if not engine.keeps_wildcards and not credentials:
            methods = [method for method in methods if method != "*"]
            names = [name for name in names if name != "*"]
        if not engine.requires_method_for_listener:
            methods.append(_ANY_ENTRY)
        live = self._find(key, credentials)
        entries = self._entries.setdefault(key, [])
        for method in methods:
            matching = [entry for entry in live if self._covers_method(entry, method, credentials)]
            for entry in matching:
                entry.expires = expires
            if not matching:
                entries.append(_Entry(credentials, expires, method, None))
        for name in names:
            matching = [entry for entry in live if self._covers_name(entry, name, credentials)]
            for entry in matching:
                entry.expires = expires
            if not matching:
                entries.append(_Entry(credentials, expires, None, name))

    def clear(self, key: CacheKey) -> None:
        """Drop the entries for this origin and URL (`#concept-cache-clear`)."""
        self._entries.pop(key, None)

    def clear_all(self) -> None:
        """Drop all entries."""
        self._entries.clear()

    def _find(self, key: CacheKey, credentials: bool) -> list[_Entry]:
        """Return the entries that match a request (`#concept-cache-match`)."""
        now = self._clock.now()
        entries = self._entries.get(key, ())
        if self._engine.keeps_credentials_apart:
            return [entry for entry in entries if entry.expires > now and entry.credentials == credentials]
        return [entry for entry in entries if entry.expires > now and (entry.credentials or not credentials)]

    def _covers_all(self, entry: _Entry, credentials: bool) -> bool:
        """Tell whether a cached * covers a request with or without credentials."""
        match self._engine.kept_wildcard:
            case "for requests without credentials":
                return not credentials
            case "from requests without credentials":
                return not entry.credentials
        return True

    def _covers_method(self, entry: _Entry, method: str, credentials: bool) -> bool:
        """Tell whether an entry is a method cache entry match (`#concept-cache-match-method`)."""
        return entry.method == method or (entry.method == "*" and self._covers_all(entry, credentials))

    def _covers_name(self, entry: _Entry, name: str, credentials: bool) -> bool:
        """Tell whether an entry is a header-name cache entry match (`#concept-cache-match-header`)."""
        if entry.name == name:
            return True
        if entry.name != "*" or not self._covers_all(entry, credentials):
            return False
        return name != "authorization" or self._engine.kept_wildcard_covers_authorization
