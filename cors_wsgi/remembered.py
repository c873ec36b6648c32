"""Remembered: a callable rule whose verdicts are kept for a while, so that a database is not asked for each request."""

from __future__ import annotations

import functools
import inspect
import itertools
import os
import threading
import time
import traceback
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .decisions import quote, quote_error
from .logs import logger
from .origins import show_rule

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SlowRule: TypeAlias = "Callable[[str], bool] | Callable[[str, Any], bool]"

_PATIENCE: Final = 1.0
"""Seconds, counted from the start of a look-up, that others wait for it; one that takes longer counts as stuck."""

_LONGEST_KEY: Final = 512
"""Characters; an answer for a longer text is not kept, so that what a client sends cannot fill the memory."""

# Neither cachetools nor dogpile.cache is underneath. A cachetools.TTLCache forgets what has expired, which is what an
# outage is answered from, and reorders itself when it is read, so that every hit would take a lock. dogpile.cache lets
# others wait without limit, bounds neither what its memory backend keeps nor how many creators run, and goes by
# time.time. What would be left of either is a dictionary, and the core needs nothing but the standard library.


class _LookUp:
    """One run of the rule for an origin and key.

    Attributes:
        origin: the origin.
        thread: who runs it.
        begun: when, on a clock that only measures how long others wait.
        is_over: whether it has ended.
        is_outdated: whether the origin was forgotten meanwhile, so that the answer may be older than the change.
        answer: what came of it; None if the rule raised.
    """

    __slots__ = ("answer", "begun", "is_outdated", "is_over", "origin", "thread")

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.thread = threading.get_ident()
        self.begun = time.perf_counter()
        self.is_over = False
        self.is_outdated = False
        self.answer: bool | None = None


class Remembered:
    """A callable rule around a slow one, such as a question to a database, which it asks only now and then.

    It is thread-safe, starts no thread, and holds no lock while the rule runs, so that the rule may call the app.
    Copies are the object itself; what is unpickled remembers nothing yet.

    >>> is_tenant = Remembered(lambda origin: origin == "https://shop.example", seconds=30)
    >>> is_tenant("https://shop.example", {}), is_tenant("https://other.example", {})
    (True, False)

    Args:
        rule: called as `rule(origin)`, or `rule(origin, key)` if there is a `key`; `True` allows, anything else does
            not. It never sees the environ, since its verdict is kept for others, too.
        seconds: how long a grant is fresh, counted from the start of the look-up; a withdrawn one lives that long.
        refused_seconds: how long a refusal is fresh; a new origin waits that long to be seen.
        stale_seconds: how old a grant may be that is used when the rule raises, or does not answer in time.
        size: how many grants are kept, and how many refusals; the two never displace each other.
        most_at_once: look-ups that run at a time, in this process. Beyond it, an origin that is not known is refused;
            one that was allowed waits for its turn.
        key: what else the verdict depends on, found in the environ: the tenant of the host, say. Short and hashable.

    Raises:
        TypeError: for a rule or key that cannot be called so, and for what is not a number.
        ValueError: for numbers that are too small.
    """

    def __init__(
        self,
        rule: SlowRule,
        *,
        seconds: float | timedelta = 60,
        refused_seconds: float | timedelta = 10,
        stale_seconds: float | timedelta = 3600,
        size: int = 10_000,
        most_at_once: int = 8,
        key: Callable[[WSGIEnvironment], Hashable] | None = None,
    ) -> None:
        if key is not None:
            _check_callable("key", key, ({},), "key=lambda environ: environ['HTTP_HOST']")
            _check_callable("rule", rule, ("https://app.example.com", "a key"), "def is_allowed(origin, key)")
        else:
            _check_callable("rule", rule, ("https://app.example.com",), "def is_allowed(origin)")
        self._rule: Callable[..., Any] = rule
        self._key = key
        self._options: dict[str, Any] = {
            "seconds": seconds,
            "refused_seconds": refused_seconds,
            "stale_seconds": stale_seconds,
            "size": size,
            "most_at_once": most_at_once,
            "key": key,
        }
        self._seconds = _check_seconds("seconds", seconds)
        self._refused_seconds = _check_seconds("refused_seconds", refused_seconds)
        self._stale_seconds = _check_seconds("stale_seconds", stale_seconds)
        self._size = _check_count("size", size)
        self._most_at_once = _check_count("most_at_once", most_at_once)
        # When the look-up began that said so. They are read without the lock, and changed with it.
        self._grants: OrderedDict[Hashable, float] = OrderedDict()
        self._refusals: OrderedDict[Hashable, float] = OrderedDict()
        self._hits = itertools.count()  # PERF: counted without the lock; `next` is one step for every thread
        self._hits_read = 0
        self._counts: dict[str, int] = dict.fromkeys(("misses", "failures", "stale", "refused_unasked"), 0)
        self._is_failing = False
        self._reset_running()
        _alive.add(self)

    def _reset_running(self) -> None:
        """Begin with no look-up; in the child of a fork, those of the parent never end, and its lock may be held."""
        self._changed = threading.Condition(threading.Lock())
        self._running: dict[Hashable, _LookUp] = {}
        self._queue = 0

    def __call__(self, origin: str, environ: WSGIEnvironment) -> bool:
        """Tell whether the rule allows an origin, as far as that is known; ask it where it is not."""
        kept: Hashable = origin if self._key is None else (origin, self._key(environ))
        # PERF: _recall, written out; a hit takes no lock, and moves nothing.
        granted = self._grants.get(kept)
        if granted is not None:
            if time.monotonic() - granted < self._seconds:
                next(self._hits)
                return True
        else:
            refused = self._refusals.get(kept)
            if refused is not None and time.monotonic() - refused < self._refused_seconds:
                next(self._hits)
                return False
        return self._find_out(kept, origin)

    def forget(self, origin: str | None = None) -> None:
        """Drop what is known, so that the next request asks the rule; call it where the origins have changed.

        What a look-up finds that is running now is not kept either: it may have looked before the change.

        Args:
            origin: the origin, with all its keys; None for everything.
        """
        with self._changed:
            for look_up in self._running.values():
                look_up.is_outdated |= origin is None or look_up.origin == origin
            for known in (self._grants, self._refusals):
                if origin is None:
                    known.clear()
                elif self._key is None:
                    known.pop(origin, None)
                else:
                    for kept in [kept for kept in known if kept[0] == origin]:  # type: ignore[index]
                        del known[kept]

    def statistics(self) -> dict[str, int]:
        """Return how often what happened in this process, for a metric.

        Returns:
            `hits`: answered from what is known, or by a look-up that another request had begun; `misses`: look-ups;
            `failures`: those that raised; `stale`: answered from a grant that is no longer fresh; `refused_unasked`:
            refused since the rule was busy, or did not answer in time.
        """
        with self._changed:
            hits = next(self._hits) - self._hits_read
            self._hits_read += 1
            return {"hits": hits, **self._counts}

    def _find_out(self, kept: Hashable, origin: str) -> bool:
        """Ask the rule, or wait for a request that is already asking it."""
        with self._changed:
            known = self._wait_for_turn(kept)
            if known is not None:
                return known
            look_up = self._running[kept] = _LookUp(origin)
            self._counts["misses"] += 1
            begun = time.monotonic()
        return self._ask(kept, look_up, begun)

    def _wait_for_turn(self, kept: Hashable) -> bool | None:
        """Return a verdict that needs no new look-up, or None once one may begin; called with the lock."""
        is_queued = False
        try:
            while True:
                known = self._recall(kept)
                if known is not None:
                    next(self._hits)
                    return known
                same = self._running.get(kept)
                if same is None:
                    has_grant = self._is_usable(kept)
                    is_full = len(self._running) >= self._most_at_once
                    # An origin that was allowed goes first: a flood of made-up origins must not lock it out.
                    if not is_full and (has_grant or not self._queue):
                        return None
                    if not has_grant:
                        return self._fall_back(kept)
                    if not is_queued:
                        is_queued = True
                        self._queue += 1
                if any(look_up.thread == threading.get_ident() for look_up in self._running.values()):
                    return self._fall_back(kept)  # the rule calls the app, and would wait for itself
                awaited = same or max(self._running.values(), key=lambda look_up: look_up.begun)
                remaining = awaited.begun + _PATIENCE - time.perf_counter()
                if not self._changed.wait(remaining):
                    return self._fall_back(kept)
                if same is not None and same.is_over and not same.is_outdated:
                    if same.answer is None:
                        return self._fall_back(kept)
                    next(self._hits)
                    return same.answer
        finally:
            self._queue -= is_queued

    def _ask(self, kept: Hashable, look_up: _LookUp, begun: float) -> bool:
        """Run the rule, keep its answer, and wake those who wait."""
        failure: Exception | None = None
        try:
            said = self._rule(look_up.origin) if self._key is None else self._rule(*kept)  # type: ignore[misc]
            look_up.answer = said is True
        except Exception as error:  # noqa: BLE001 - the user's own callable; a request must not fail for it
            failure = error
        finally:
            # Also where a timeout of gevent or the end of the worker comes out of the rule.
            with self._changed:
                self._running.pop(kept, None)
                look_up.is_over = True
                if look_up.answer is not None and not look_up.is_outdated:
                    self._keep(kept, begun, is_allowed=look_up.answer)
                self._changed.notify_all()
        self._report(failure, look_up.origin)
        if look_up.answer is not None:
            return look_up.answer
        with self._changed:
            return self._is_usable(kept) and self._count("stale")

    def _keep(self, kept: Hashable, begun: float, *, is_allowed: bool) -> None:
        known, other = (self._grants, self._refusals) if is_allowed else (self._refusals, self._grants)
        other.pop(kept, None)
        text = kept if self._key is None else kept[1]  # type: ignore[index]
        if isinstance(text, (str, bytes)) and len(text) > _LONGEST_KEY:
            return
        known[kept] = begun
        known.move_to_end(kept)
        if len(known) > self._size:
            known.popitem(last=False)

    def _recall(self, kept: Hashable) -> bool | None:
        """Return the verdict that is known and fresh, or None."""
        now = time.monotonic()
        granted, refused = self._grants.get(kept), self._refusals.get(kept)
        if granted is not None and now - granted < self._seconds:
            return True
        return False if refused is not None and now - refused < self._refused_seconds else None

    def _is_usable(self, kept: Hashable) -> bool:
        """Tell whether there is a grant that may be used in place of an answer."""
        granted = self._grants.get(kept)
        return granted is not None and time.monotonic() - granted <= self._stale_seconds

    def _fall_back(self, kept: Hashable) -> bool:
        """Answer without the rule; nothing of it is kept."""
        if self._is_usable(kept):
            return self._count("stale")
        return not self._count("refused_unasked")

    def _count(self, what: str) -> bool:
        self._counts[what] += 1
        return True

    def _report(self, failure: Exception | None, origin: str) -> None:
        """Log once that the rule fails, and once that it works again; without the lock, since handlers may wait."""
        with self._changed:
            self._counts["failures"] += failure is not None
            has_changed = self._is_failing is (failure is None)
            self._is_failing = failure is not None
        if not has_changed:
            return
        if failure is None:
            logger.warning("%r answers again.", self)
            return
        last = traceback.extract_tb(failure.__traceback__)[-1]
        logger.error(
            "%r raised %s at %s:%s for %s. Until it answers again, origins that it allowed in the last %g seconds stay "
            "allowed, and every other origin that must be looked up is refused.",
            self,
            quote_error(failure),
            last.filename,
            last.lineno,
            quote(origin),
            self._stale_seconds,
        )

    def __repr__(self) -> str:
        return f"Remembered({show_rule(self._rule)})"

    # A copied policy has this very rule, as it has the same function: `forget` reaches both. A lock cannot be copied.
    def __copy__(self) -> Remembered:
        return self

    def __deepcopy__(self, memo: object) -> Remembered:
        return self

    def __reduce__(self) -> tuple[functools.partial[Remembered], tuple[Callable[..., object]]]:
        return functools.partial(Remembered, **self._options), (self._rule,)


_alive: Final[weakref.WeakSet[Remembered]] = weakref.WeakSet()


def _begin_anew() -> None:  # pragma: no cover - in the child of a fork, whose lines are not counted
    for remembered in list(_alive):
        remembered._reset_running()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=_begin_anew)


def _check_callable(name: str, value: object, arguments: tuple[object, ...], right: str) -> None:
    """Refuse anything but a plain function of these arguments, and show the right way to write it."""
    called = value.func if isinstance(value, functools.partial) else value
    if not callable(called):
        raise TypeError(f"{name} must be a function, not {type(value).__name__}. Write {right}.")
    if inspect.iscoroutinefunction(called) or inspect.iscoroutinefunction(type(called).__call__):
        raise TypeError(f"{name} is a coroutine function, and there is no event loop here. Write {right}.")
    try:
        inspect.signature(value).bind(*arguments)  # type: ignore[arg-type]
    except TypeError:
        given = "the environ alone" if name == "key" else "the origin and the key"
        if len(arguments) == 1 and name == "rule":
            given, right = "the origin alone", f"{right}, and key=... for what else it depends on"
        raise TypeError(f"{name} is called with {given}, but does not accept that. Write {right}.") from None
    except ValueError:
        pass  # a built-in function that does not say what it takes


def _check_seconds(name: str, value: object) -> float:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {value!r}. Write {name}=60, or timedelta(minutes=1).")
    if not seconds >= 0:
        raise ValueError(f"{name} must be zero or more seconds, not {value!r}. Write 0 to keep nothing.")
    return seconds


def _check_count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {value!r}.")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value!r}.")
    return value
