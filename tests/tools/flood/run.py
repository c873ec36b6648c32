"""Threads that try origins that nobody has, and some that are allowed, and check every answer."""

from __future__ import annotations

import gc
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cors_wsgi import Remembered

ALLOWED = [f"https://tenant{number}.example" for number in range(200)]
SIZE = 2000


@dataclass
class Flood:
    """What came of a flood.

    Attributes:
        origins: made-up origins that were asked with.
        wrong: answers that were not right.
        most_at_once: look-ups that ran at a time.
        asked_again: how often the rule was asked about an origin that it had allowed.
        sizes: grants and refusals that were kept at the end.
        growth: of the process, in KiB, from the first tenth of the flood to its end.
        seconds: how long it took.
        statistics: the rule's own.
    """

    origins: int
    wrong: list[str] = field(default_factory=list)
    most_at_once: int = 0
    asked_again: int = 0
    sizes: tuple[int, int] = (0, 0)
    growth: int = 0
    seconds: float = 0.0
    statistics: dict[str, int] = field(default_factory=dict)


class Database:
    """A rule that counts who asks it at once."""

    def __init__(self) -> None:
        self.asked_about_allowed = 0
        self.most_at_once = 0
        self._inside = 0
        self._lock = threading.Lock()

    def __call__(self, origin: str) -> bool:
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
        try:
            is_allowed = origin in _KNOWN
            if is_allowed:
                with self._lock:
                    self.asked_about_allowed += 1
            return is_allowed
        finally:
            with self._lock:
                self._inside -= 1


_KNOWN = frozenset(ALLOWED)


def flood(origins: int, *, threads: int = 8) -> Flood:
    """Ask with so many made-up origins from so many threads; after every hundredth, ask with one that is allowed."""
    database = Database()
    remembered = Remembered(database, size=SIZE, seconds=3600, most_at_once=4)
    assert all(remembered(origin, {}) for origin in ALLOWED)
    result = Flood(origins)
    each = origins // threads
    sizes: list[int] = []

    def ask(thread: int) -> None:
        for number in range(each):
            if remembered(f"https://made-up-{thread}-{number}.evil.example", {}):
                result.wrong.append(f"made-up {thread} {number} was let in")
            if number % 100 == 0 and not remembered(ALLOWED[number // 100 % len(ALLOWED)], {}):
                result.wrong.append(f"after {number}, somebody who is allowed was not let in")
            if thread == 0 and number * 10 % each < 10:
                gc.collect()
                sizes.append(_read_size())

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(ask, range(threads)))
    result.seconds = time.perf_counter() - begun
    result.growth = sizes[-1] - sizes[1]
    result.most_at_once = database.most_at_once
    result.asked_again = database.asked_about_allowed - len(ALLOWED)
    result.sizes = len(remembered._grants), len(remembered._refusals)
    result.statistics = remembered.statistics()
    return result


def _read_size() -> int:
    """Return the resident memory of this process in KiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
