"""Remembered: what is kept and for how long, what stands in for a rule that fails, and what threads see of it."""

from __future__ import annotations

import copy
import functools
import gc
import inspect
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from support.wsgi import VARY_ORIGIN, Answer, allow, from_app, wrap

from cors_wsgi import CORSMiddleware, Policy, Remembered

A, B, C, D = (f"https://{name}.example" for name in "abcd")
EVIL = f"{A}.evil.example"


class Clock:
    """What `time.monotonic` says, moved by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


class Table:
    """A database: who is allowed, what was asked, and whether it is down."""

    def __init__(self, *allowed: str) -> None:
        self.allowed: set[Any] = set(allowed)
        self.asked: list[Any] = []
        self.error: BaseException | None = None

    def __call__(self, origin: str) -> bool:
        self.asked.append(origin)
        if self.error is not None:
            raise self.error
        return origin in self.allowed


class Gated(Table):
    """A database whose every answer waits for the test."""

    def __init__(self, *allowed: str) -> None:
        super().__init__(*allowed)
        self.gates: dict[str, threading.Event] = {}
        self.most = 0
        self.ends_with: Exception | None = None
        self._inside = 0
        self._lock = threading.Lock()

    def __call__(self, origin: str) -> bool:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
            gate = self.gates.setdefault(origin, threading.Event())
        try:
            # Judged before it waits: what it says is as old as the beginning of the look-up.
            said = super().__call__(origin)
            assert gate.wait(20)
            if self.ends_with is not None:
                raise self.ends_with
            return said
        finally:
            with self._lock:
                self._inside -= 1

    def open(self, *origins: str) -> None:
        for origin in origins:
            self.gates.setdefault(origin, threading.Event()).set()

    def close(self, *origins: str) -> None:
        for origin in origins:
            self.gates[origin] = threading.Event()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


def until(is_true: Callable[[], object]) -> None:
    deadline = time.perf_counter() + 20
    while not is_true():
        assert time.perf_counter() < deadline
        time.sleep(0.001)


def begin(pool: ThreadPoolExecutor, remembered: Remembered, table: Table, origin: str) -> Future[bool]:
    """Ask in a thread, and return once the rule runs for it."""
    before = len(table.asked)
    future = pool.submit(remembered, origin, {})
    until(lambda: len(table.asked) > before)
    return future


def counts(remembered: Remembered) -> dict[str, int]:
    return {name: count for name, count in remembered.statistics().items() if count}


def test_a_grant_is_fresh_for_its_seconds_and_asked_again_then(clock: Clock) -> None:
    table = Table(A)
    remembered = Remembered(table, seconds=60)
    assert remembered(A, {})
    clock.move(59.9)
    assert remembered(A, {})
    assert table.asked == [A]
    clock.move(0.1)
    assert remembered(A, {})
    assert table.asked == [A, A]
    assert remembered.statistics() == {"hits": 1, "misses": 2, "failures": 0, "stale": 0, "refused_unasked": 0}


def test_a_refusal_is_fresh_for_its_own_seconds(clock: Clock) -> None:
    table = Table(A)
    remembered = Remembered(table, seconds=60, refused_seconds=10)
    assert not remembered(EVIL, {})
    table.allowed.add(EVIL)
    clock.move(9.9)
    assert not remembered(EVIL, {})
    clock.move(0.1)
    assert remembered(EVIL, {})
    assert table.asked == [EVIL, EVIL]


def test_a_grant_is_as_old_as_the_beginning_of_its_look_up(clock: Clock) -> None:
    def slow(origin: str) -> bool:
        asked.append(origin)
        clock.move(7)
        return True

    asked: list[str] = []
    remembered = Remembered(slow, seconds=10)
    assert remembered(A, {})
    clock.move(2.9)
    assert remembered(A, {})
    clock.move(0.1)
    assert remembered(A, {})
    assert len(asked) == 2


def test_a_definite_refusal_replaces_a_grant_at_once(clock: Clock) -> None:
    table = Table(A)
    remembered = Remembered(table, seconds=60, stale_seconds=3600)
    assert remembered(A, {})
    table.allowed.clear()
    clock.move(60)
    assert not remembered(A, {})
    table.error = OSError("down")
    clock.move(10)
    assert not remembered(A, {})
    assert counts(remembered) == {"misses": 3, "failures": 1}


@pytest.mark.parametrize("said", [None, 1, "yes", [A], (True,), object()])
def test_only_true_allows_and_anything_else_is_a_definite_refusal(said: object, clock: Clock) -> None:
    answers = iter([True, said])
    remembered = Remembered(lambda origin: next(answers), seconds=1)
    assert remembered(A, {}) is True
    clock.move(1)
    assert remembered(A, {}) is False
    assert remembered(A, {}) is False  # kept: a third answer there is none
    assert counts(remembered) == {"hits": 1, "misses": 2}


def test_zero_seconds_ask_each_time_and_still_leave_something_for_an_outage(clock: Clock) -> None:
    table = Table(A)
    remembered = Remembered(table, seconds=0, refused_seconds=0)
    assert [remembered(A, {}), remembered(A, {}), remembered(EVIL, {}), remembered(EVIL, {})] == [
        True,
        True,
        False,
        False,
    ]
    assert table.asked == [A, A, EVIL, EVIL]
    table.error = OSError("down")
    assert remembered(A, {})
    assert not remembered(EVIL, {})


def test_a_rule_that_raises_is_answered_from_a_grant_that_is_not_too_old(clock: Clock) -> None:
    table = Table(A)
    remembered = Remembered(table, seconds=60, stale_seconds=600)
    assert remembered(A, {})
    table.error = OSError("down")
    clock.move(600)
    assert remembered(A, {})
    assert not remembered(B, {})
    clock.move(0.1)
    assert not remembered(A, {})
    assert counts(remembered) == {"misses": 4, "failures": 3, "stale": 1}


def test_what_stands_in_for_a_failure_is_not_kept(clock: Clock) -> None:
    table = Table(A)
    remembered = Remembered(table, seconds=60, stale_seconds=600)
    assert remembered(A, {})
    table.error = OSError("down")
    clock.move(60)
    assert remembered(A, {})
    assert not remembered(B, {})
    table.error = None
    table.allowed = {B}
    assert not remembered(A, {})
    assert remembered(B, {})


def test_stale_seconds_below_seconds_switch_standing_in_off(clock: Clock) -> None:
    table = Table(A)
    remembered = Remembered(table, seconds=60, stale_seconds=0)
    assert remembered(A, {})
    table.error = OSError("down")
    clock.move(59)
    assert remembered(A, {})
    clock.move(1)
    assert not remembered(A, {})


def line_of(function: Callable[..., object], text: str) -> int:
    lines, first = inspect.getsourcelines(function)
    return next(number for number, line in enumerate(lines, first) if text in line)


def test_an_outage_is_logged_once_and_so_is_its_end(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    table = Table(A)
    remembered = Remembered(table, seconds=60)
    table.error = OSError("no\nroute")
    for origin in (A, B, A):
        assert not remembered(origin, {})
    table.error = None
    assert remembered(A, {})
    assert not remembered(B, {})
    table.error = OSError("again")
    assert not remembered(C, {})
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in told] == ["ERROR", "WARNING", "ERROR"]
    line = line_of(Table.__call__, "raise")
    assert told[0][1] == (
        f"{remembered!r} raised 'OSError: no\\nroute' at {__file__}:{line} for '{A}'. Until it "
        "answers again, origins that it allowed in the last 3600 seconds stay allowed, and every other origin that "
        "must be looked up is refused."
    )
    assert told[1][1] == f"{remembered!r} answers again."
    assert {record.name for record in caplog.records} == {"cors_wsgi"}


def test_an_outage_is_logged_with_its_innermost_line(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> bool:
        raise OSError("down")

    remembered = Remembered(lambda origin: fail())
    assert not remembered(A, {})
    (record,) = caplog.records
    place = f"{__file__}:{line_of(fail, 'raise')}"
    assert record.getMessage().startswith(f"{remembered!r} raised 'OSError: down' at {place} for '{A}'. ")


def test_grants_and_refusals_are_bounded_apart(clock: Clock) -> None:
    table = Table(A, B)
    remembered = Remembered(table, size=2)
    assert remembered(A, {})
    assert remembered(B, {})
    for number in range(100):
        assert not remembered(f"https://made-up-{number}.example", {})
    table.asked.clear()
    assert remembered(A, {})
    assert remembered(B, {})
    assert not remembered("https://made-up-98.example", {})
    assert table.asked == []
    assert not remembered("https://made-up-97.example", {})
    assert table.asked == ["https://made-up-97.example"]


def test_of_too_many_grants_the_one_that_was_confirmed_longest_ago_goes(clock: Clock) -> None:
    table = Table(A, B, C)
    remembered = Remembered(table, seconds=10, size=2)
    assert remembered(A, {})
    clock.move(5)
    assert remembered(B, {})
    clock.move(5)
    assert remembered(A, {})
    assert remembered(C, {})
    table.asked.clear()
    assert remembered(A, {})
    assert remembered(C, {})
    assert table.asked == []
    assert remembered(B, {})
    assert table.asked == [B]


def test_forgetting_an_origin_drops_its_grant_and_its_refusal(clock: Clock) -> None:
    table = Table(A, B)
    remembered = Remembered(table)
    assert [remembered(origin, {}) for origin in (A, B, C, D)] == [True, True, False, False]
    table.allowed = {B, C, D}
    remembered.forget(A)
    remembered.forget(C)
    remembered.forget("https://never-seen.example")
    assert [remembered(origin, {}) for origin in (A, B, C, D)] == [False, True, True, False]
    remembered.forget()
    assert [remembered(origin, {}) for origin in (A, B, C, D)] == [False, True, True, True]


def test_what_was_forgotten_does_not_stand_in_for_a_failure(clock: Clock) -> None:
    table = Table(A, B)
    remembered = Remembered(table)
    assert remembered(A, {})
    assert remembered(B, {})
    remembered.forget(A)
    table.error = OSError("down")
    assert not remembered(A, {})
    clock.move(60)
    assert remembered(B, {})


def host(environ: dict[str, Any]) -> str:
    return str(environ["HTTP_HOST"])


def test_a_key_keeps_tenants_apart_and_forgetting_an_origin_drops_all_of_them(clock: Clock) -> None:
    asked: list[tuple[str, str]] = []
    allowed = {(A, "one"), (A, "two"), (B, "two")}

    def rule(origin: str, tenant: str) -> bool:
        asked.append((origin, tenant))
        return (origin, tenant) in allowed

    remembered = Remembered(rule, key=host)
    one, two, three = ({"HTTP_HOST": name} for name in ("one", "two", "three"))
    answers = {(A, "one"): True, (A, "two"): True, (A, "three"): False, (B, "one"): False, (B, "two"): True}
    for _ in range(2):
        assert {
            (origin, environ["HTTP_HOST"]): remembered(origin, environ)
            for origin, environ in ((A, one), (A, two), (A, three), (B, one), (B, two))
        } == answers
    assert asked == list(answers)
    allowed.clear()
    remembered.forget(A)
    assert not remembered(A, one)
    assert not remembered(A, two)
    assert remembered(B, two)
    remembered.forget()
    assert not remembered(B, two)


def test_the_answer_for_a_long_key_is_not_kept(clock: Clock) -> None:
    asked: list[int] = []
    remembered = Remembered(lambda origin, key: asked.append(len(key)) is None, key=host)
    for length in (512, 512, 513, 513):
        assert remembered(A, {"HTTP_HOST": "a" * length})
    assert asked == [512, 513, 513]
    asked.clear()
    without_key = Remembered(lambda origin: asked.append(len(origin)) is None)
    for length in (512, 512, 513, 513):
        assert without_key("a" * length, {})
    assert asked == [512, 513, 513]


def test_a_key_that_raises_refuses_and_is_logged_like_any_rule(caplog: pytest.LogCaptureFixture) -> None:
    policy = Policy(Remembered(lambda origin, key: True, key=lambda environ: environ["no such key"]))
    assert not policy.allows(A, {})
    assert "KeyError" in caplog.text


def test_requests_for_one_origin_share_one_look_up(pool: ThreadPoolExecutor) -> None:
    table = Gated(A)
    remembered = Remembered(table)
    first = begin(pool, remembered, table, A)
    others = [pool.submit(remembered, A, {}) for _ in range(7)]
    time.sleep(0.05)
    with remembered._changed:
        remembered._changed.notify_all()  # woken in vain, they wait on
    time.sleep(0.02)
    assert not any(future.done() for future in others)
    table.open(A)
    assert [future.result() for future in (first, *others)] == [True] * 8
    assert table.asked == [A]
    assert counts(remembered) == {"hits": 7, "misses": 1}


@pytest.mark.parametrize("seconds", [0, 60])
def test_requests_that_wait_get_the_answer_even_if_nothing_is_kept(seconds: float, pool: ThreadPoolExecutor) -> None:
    table = Gated()
    remembered = Remembered(table, seconds=seconds, refused_seconds=seconds)
    first = begin(pool, remembered, table, A)
    others = [pool.submit(remembered, A, {}) for _ in range(3)]
    time.sleep(0.05)
    table.open(A)
    assert [future.result() for future in (first, *others)] == [False] * 4
    assert table.asked == [A]


def test_who_waits_for_a_look_up_that_fails_does_not_ask_again(pool: ThreadPoolExecutor, clock: Clock) -> None:
    table = Gated(A, B)
    table.open(A)
    remembered = Remembered(table, seconds=60)
    assert remembered(A, {})
    clock.move(60)
    table.close(A)
    table.ends_with = OSError("down")
    firsts = [begin(pool, remembered, table, A), begin(pool, remembered, table, B)]
    others = [pool.submit(remembered, origin, {}) for origin in (A, B) for _ in range(2)]
    time.sleep(0.05)
    table.open(A, B)
    assert [future.result() for future in firsts] == [True, False]
    assert [future.result() for future in others] == [True, True, False, False]
    assert table.asked == [A, A, B]
    assert counts(remembered) == {"misses": 3, "failures": 2, "stale": 3, "refused_unasked": 2}


def test_waiting_is_bounded_and_a_stuck_look_up_is_waited_for_no_more(
    pool: ThreadPoolExecutor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cors_wsgi.remembered._PATIENCE", 0.2)
    table = Gated(A, B)
    table.open(A)
    remembered = Remembered(table, seconds=60)
    assert remembered(A, {})
    clock.move(60)
    table.close(A)
    stuck = [begin(pool, remembered, table, origin) for origin in (A, B)]
    begun = time.perf_counter()
    assert remembered(A, {})  # what is known stands in
    assert not remembered(B, {})
    assert time.perf_counter() - begun < 2
    time.sleep(0.2)
    begun = time.perf_counter()
    for _ in range(50):
        assert remembered(A, {})
        assert not remembered(B, {})
    assert time.perf_counter() - begun < 0.2
    assert counts(remembered) == {"misses": 3, "stale": 51, "refused_unasked": 51}
    table.open(A, B)
    assert [future.result() for future in stuck] == [True, True]
    assert remembered(B, {})


def test_beyond_the_bound_an_unknown_origin_is_refused_at_once_and_not_kept(pool: ThreadPoolExecutor) -> None:
    table = Gated(A, B, C)
    remembered = Remembered(table, most_at_once=2)
    running = [begin(pool, remembered, table, origin) for origin in (A, B)]
    begun = time.perf_counter()
    assert not remembered(C, {})
    assert time.perf_counter() - begun < 0.5
    table.open(A, B, C)
    assert [future.result() for future in running] == [True, True]
    assert remembered(C, {})
    assert table.asked == [A, B, C]
    assert table.most == 2
    assert counts(remembered) == {"misses": 3, "refused_unasked": 1}


def test_beyond_the_bound_whoever_was_allowed_waits_and_goes_first(pool: ThreadPoolExecutor, clock: Clock) -> None:
    table = Gated(A, B)
    table.open(A)
    remembered = Remembered(table, seconds=60, most_at_once=2)
    assert remembered(A, {})
    clock.move(60)
    table.allowed = set()
    stuck = begin(pool, remembered, table, D)
    flood = begin(pool, remembered, table, B)
    remembered._running[D].begun -= 20
    remembered._running[B].begun += 20  # however slow this machine is, it waits for this one
    known = pool.submit(remembered, A, {})
    until(lambda: remembered._queue == 1)
    assert not remembered(C, {})
    with remembered._changed:
        remembered._changed.notify_all()  # woken in vain, it stays in the queue
    time.sleep(0.02)
    assert not known.done()
    assert remembered._queue == 1
    table.open(B)
    assert not known.result()  # it was asked, and had been withdrawn meanwhile
    assert not flood.result()
    assert table.asked == [A, D, B, A]
    assert remembered._queue == 0
    table.open(D)
    assert not stuck.result()


def test_everybody_who_was_allowed_and_waits_is_counted(pool: ThreadPoolExecutor, clock: Clock) -> None:
    table = Gated(A, B)
    table.open(A, B)
    remembered = Remembered(table, seconds=60, most_at_once=1)
    assert remembered(A, {})
    assert remembered(B, {})
    clock.move(60)
    stuck = begin(pool, remembered, table, D)
    remembered._running[D].begun += 20  # however slow this machine is, it is waited for
    known = [pool.submit(remembered, origin, {}) for origin in (A, B)]
    until(lambda: remembered._queue == 2)
    table.open(D)
    assert not stuck.result()
    assert [future.result() for future in known] == [True, True]
    assert remembered._queue == 0


def test_while_one_who_was_allowed_waits_no_stranger_takes_its_turn(pool: ThreadPoolExecutor, clock: Clock) -> None:
    table = Gated(A, B)
    table.open(A, C)
    remembered = Remembered(table, seconds=60, most_at_once=1)
    assert remembered(A, {})
    clock.move(60)
    remembered._queue = 1  # as between the end of a look-up and the next step of who waits
    assert not remembered(C, {})
    assert remembered(A, {})
    remembered._queue = 0
    assert not remembered(C, {})
    assert table.asked == [A, A, C]


@pytest.mark.parametrize("what", [A, None])
def test_what_is_forgotten_while_it_is_looked_up_is_not_kept(what: str | None, pool: ThreadPoolExecutor) -> None:
    table = Gated(A, B)
    remembered = Remembered(table)
    first = begin(pool, remembered, table, A)
    other = begin(pool, remembered, table, B)
    table.allowed.clear()  # and the change is announced:
    remembered.forget(what)
    remembered.forget(C)  # which takes nothing of it back
    late = pool.submit(remembered, A, {})
    time.sleep(0.05)
    assert table.asked == [A, B]  # still one look-up for one origin at a time
    table.open(A, B)
    assert first.result()  # it had asked before the change
    assert other.result()
    assert not late.result()
    assert not remembered(A, {})
    assert remembered(B, {}) is (what is not None)
    assert table.asked == [A, B, A] + ([B] if what is None else [])


def test_what_another_request_found_out_on_the_way_to_the_lock_is_not_asked_again(clock: Clock) -> None:
    table = Table(A)
    remembered = Remembered(table)
    for origin, expected in ((A, True), (B, False)):
        assert remembered(origin, {}) is expected
        assert remembered._find_out(origin, origin) is expected
    assert table.asked == [A, B]
    assert counts(remembered) == {"hits": 2, "misses": 2}


def test_the_rule_may_call_the_app_and_so_itself() -> None:
    asked: list[str] = []
    inner: list[Answer] = []

    def rule(origin: str) -> bool:
        asked.append(origin)
        inner.append(server.request(origin=A))
        if origin == A:
            inner.append(server.request(origin=B))
        return True

    server = wrap(Policy(Remembered(rule, most_at_once=2)))
    begun = time.perf_counter()
    assert server.request(origin=A) == from_app(allow(A), VARY_ORIGIN)
    assert time.perf_counter() - begun < 0.5  # it does not wait for itself
    assert asked == [A, B]
    assert inner == [from_app(VARY_ORIGIN), from_app(VARY_ORIGIN), from_app(allow(B), VARY_ORIGIN)]


def test_a_rule_that_calls_itself_for_what_it_is_asked_is_answered_from_a_grant(clock: Clock) -> None:
    inner: list[bool] = []

    def rule(origin: str) -> bool:
        if clock.now > 1000:
            inner.append(remembered(A, {}))
        return True

    remembered = Remembered(rule, seconds=60)
    assert remembered(A, {})
    clock.move(60)
    assert remembered(A, {})
    assert inner == [True]
    assert counts(remembered) == {"misses": 2, "stale": 1}


def test_no_lock_is_held_while_the_rule_runs(pool: ThreadPoolExecutor) -> None:
    table = Gated(A)
    remembered = Remembered(table)
    running = begin(pool, remembered, table, A)
    table.open(B)
    assert not pool.submit(remembered, B, {}).result(10)
    assert pool.submit(remembered.statistics).result(10)["misses"] == 2
    pool.submit(remembered.forget).result(10)
    assert not running.done()
    table.open(A)
    assert running.result()


def test_a_timeout_that_is_no_exception_passes_and_leaves_nothing_behind(pool: ThreadPoolExecutor) -> None:
    """As gevent.Timeout, and the SystemExit of a worker that gunicorn ends."""

    class Timeout(BaseException):
        pass

    table = Table(A)
    table.error = Timeout()
    remembered = Remembered(table, most_at_once=1)
    with pytest.raises(Timeout):
        remembered(A, {})
    table.error = None
    assert remembered(A, {})
    assert counts(remembered) == {"misses": 2}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_a_child_does_not_wait_for_the_look_ups_of_its_parent(pool: ThreadPoolExecutor) -> None:
    table = Gated(A)
    remembered = Remembered(table, most_at_once=1)
    assert not Remembered(lambda origin: False)(A, {})  # one that is gone by the time of the fork
    gc.collect()
    running = begin(pool, remembered, table, A)
    with remembered._changed:
        child = os.fork()
        if child == 0:  # pragma: no cover - the child's lines are not counted
            table.open(A, B)
            os._exit(0 if remembered(A, {}) and not remembered(B, {}) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    table.open(A)
    assert running.result()


def test_hits_are_counted_by_every_thread_and_read_as_often_as_one_likes(pool: ThreadPoolExecutor) -> None:
    remembered = Remembered(Table(A))
    assert remembered(A, {})

    def ask(count: int) -> None:
        for _ in range(count):
            assert remembered(A, {})

    for future in [pool.submit(ask, 2000) for _ in range(8)]:
        future.result()
    for _ in range(3):
        assert remembered.statistics() == {"hits": 16_000, "misses": 1, "failures": 0, "stale": 0, "refused_unasked": 0}


def test_a_policy_that_holds_one_is_hashable_comparable_and_copied() -> None:
    remembered = Remembered(is_ours, key=host, seconds=timedelta(minutes=1), refused_seconds=5, size=3, most_at_once=2)
    policy = Policy([B, remembered], supports_credentials=True)
    twin = Policy([B, remembered], supports_credentials=True)
    assert policy == twin
    assert hash(policy) == hash(twin)
    assert policy != Policy([B, Remembered(is_ours, key=host)], supports_credentials=True)
    assert copy.deepcopy(policy) == copy.copy(policy) == policy
    assert copy.copy(remembered) is remembered
    assert repr(policy) == f"Policy(['{B}', Remembered(is_ours)], supports_credentials=True)"
    assert policy.allows(A, {"HTTP_HOST": "ours"})
    thawed = pickle.loads(pickle.dumps(policy))
    assert thawed.allows(A, {"HTTP_HOST": "ours"})
    assert not thawed.allows(A, {"HTTP_HOST": "theirs"})
    copied = thawed.origins[1]
    assert copied.statistics()["misses"] == 2  # nothing came with it
    names = ("_seconds", "_refused_seconds", "_stale_seconds", "_size", "_most_at_once", "_key", "_rule")
    assert [getattr(copied, name) for name in names] == [60, 5, 3600, 3, 2, host, is_ours]


def is_ours(origin: str, key: str) -> bool:
    return key == "ours"


def test_it_answers_like_any_rule_through_the_middleware(clock: Clock) -> None:
    table = Table(A)
    server = wrap(Policy(Remembered(table)))
    for _ in range(3):
        assert server.request(origin=A) == from_app(allow(A), VARY_ORIGIN)
        assert server.request(origin=EVIL) == from_app(VARY_ORIGIN)
        assert server.request(origin="no origin") == from_app(VARY_ORIGIN)
    assert table.asked == [A, EVIL]
    assert isinstance(server.app, CORSMiddleware)


async def coroutine(origin: str) -> bool:
    return True


class Callable_:
    async def __call__(self, origin: str) -> bool:
        return True


def with_environ(origin: str, environ: object) -> bool:
    return True


ASYNC = "rule is a coroutine function, and there is no event loop here. Write def is_allowed(origin)."
WRONG: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("text", {"rule": A}, TypeError, "rule must be a function, not str. Write def is_allowed(origin)."),
    ("a coroutine function", {"rule": coroutine}, TypeError, ASYNC),
    ("a partial coroutine", {"rule": functools.partial(coroutine)}, TypeError, ASYNC),
    ("an object with an async __call__", {"rule": Callable_()}, TypeError, ASYNC),
    ("a partial of such an object", {"rule": functools.partial(Callable_())}, TypeError, ASYNC),
    (
        "a rule that takes the environ",
        {"rule": with_environ},
        TypeError,
        (
            "rule is called with the origin alone, but does not accept that. Write def is_allowed(origin), and key=... "
            "for what else it depends on."
        ),
    ),
    (
        "a rule that takes no key",
        {"key": host},
        TypeError,
        "rule is called with the origin and the key, but does not accept that. Write def is_allowed(origin, key).",
    ),
    (
        "a key that is text",
        {"key": "HTTP_HOST"},
        TypeError,
        "key must be a function, not str. Write key=lambda environ: environ['HTTP_HOST'].",
    ),
    (
        "a key that takes nothing",
        {"key": lambda: "a"},
        TypeError,
        (
            "key is called with the environ alone, but does not accept that. Write key=lambda environ: "
            "environ['HTTP_HOST']."
        ),
    ),
    *(
        (
            f"{name}={value!r}",
            {name: value},
            TypeError,
            f"{name} must be a number of seconds, not {value!r}. Write {name}=60, or timedelta(minutes=1).",
        )
        for name, value in (("seconds", "60"), ("seconds", True), ("stale_seconds", None))
    ),
    *(
        (
            f"{name}={value!r}",
            {name: value},
            ValueError,
            f"{name} must be zero or more seconds, not {value!r}. Write 0 to keep nothing.",
        )
        for name, value in (
            ("seconds", -1),
            ("refused_seconds", float("nan")),
            ("stale_seconds", timedelta(seconds=-1)),
        )
    ),
    ("no grants", {"size": 0}, ValueError, "size must be at least 1, not 0."),
    ("half a grant", {"size": 10.5}, TypeError, "size must be a whole number, not 10.5."),
    ("no look-ups", {"most_at_once": 0}, ValueError, "most_at_once must be at least 1, not 0."),
    ("a bool of look-ups", {"most_at_once": True}, TypeError, "most_at_once must be a whole number, not True."),
]


@pytest.mark.parametrize(("wrong", "error", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_cannot_work_is_refused_at_once(wrong: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        Remembered(**{"rule": lambda origin: True, **wrong})
    assert str(caught.value) == message


def test_what_is_not_said_is_a_minute_ten_seconds_an_hour_ten_thousand_and_eight() -> None:
    makes, (rule,) = Remembered(is_ours, key=host).__reduce__()
    assert (makes.func, makes.keywords, rule) == (
        Remembered,
        {
            "seconds": 60,
            "refused_seconds": 10,
            "stale_seconds": 3600,
            "size": 10_000,
            "most_at_once": 8,
            "key": host,
        },
        is_ours,
    )


def test_their_twins_are_not() -> None:
    assert Remembered(with_environ, key=host)(A, {"HTTP_HOST": "a"})
    rule = functools.partial(with_environ, environ={})
    assert Remembered(rule, seconds=0, refused_seconds=0.5, size=1, most_at_once=1)(A, {})
    # `dict.get` does not say on every Python what it takes, and is taken at its word.
    assert Remembered({A: True}.get, stale_seconds=float("inf"))(A, {})


def test_a_built_in_function_that_does_not_say_what_it_takes_is_taken_at_its_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without_signature(value: object) -> None:
        raise ValueError("no signature found")

    monkeypatch.setattr("inspect.signature", without_signature)
    assert Remembered({A: True}.get)(A, {})
