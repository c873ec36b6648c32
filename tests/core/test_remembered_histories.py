"""Random histories of a `Remembered`, against a model that says what may be answered, asked and kept.

A history is a tree: while the rule runs for one origin, other threads ask, time passes, and origins are forgotten.
Every step waits for the one before, so that a history runs alike each time, and the model needs no threads.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from cors_wsgi import Remembered

SECONDS, REFUSED_SECONDS, STALE_SECONDS = 60, 10, 300
ORIGINS = [f"https://{name}.example" for name in "abcdefgh"]
HISTORIES, STEPS = 250, 40
Said = Literal["yes", "no", "raises"]

QUOTAS = {
    "hit": 1200,
    "grant": 600,
    "refusal": 600,
    "stale after a failure": 60,
    "stale while another asks": 30,
    "stale at the bound": 30,
    "refused after a failure": 60,
    "refused while another asks": 60,
    "refused at the bound": 60,
    "a definite refusal replaces a grant": 60,
    "too old to stand in": 30,
    "a grant is evicted": 30,
    "a refusal is evicted": 30,
    "forgotten while it is looked up": 60,
    "forgotten": 60,
    "two look-ups at once": 120,
    "three look-ups at once": 18,
}
"""How often the histories must come to each of these; a random test that never gets there proves nothing."""


@dataclass
class Known:
    """What the model thinks is kept: when each verdict's look-up began, the one to go first at the front."""

    size: int
    began: dict[str, float] = field(default_factory=dict)

    def age(self, origin: str, now: float) -> float:
        return now - self.began[origin] if origin in self.began else float("inf")

    def put(self, origin: str, began: float) -> bool:
        self.began.pop(origin, None)
        self.began[origin] = began
        if len(self.began) <= self.size:
            return False
        del self.began[next(iter(self.began))]
        return True


@dataclass
class Running:
    """A look-up that has begun."""

    origin: str
    began: float
    is_outdated: bool = False


class History:
    """One history: it makes up what happens next, tells the model, and does it.

    Args:
        seed: of what happens.
        seen: how often what happened, in all histories.
    """

    def __init__(self, seed: int, seen: Counter[str]) -> None:
        self.random = random.Random(seed)
        self.seen = seen
        self.now = 0.0
        self.most_at_once = self.random.choice([1, 2, 3])
        size = self.random.choice([2, 3, 8])
        self.grants, self.refusals = Known(size), Known(size)
        self.running: list[Running] = []
        self.asked: list[str] = []
        self.remembered = Remembered(
            self.rule,
            seconds=SECONDS,
            refused_seconds=REFUSED_SECONDS,
            stale_seconds=STALE_SECONDS,
            size=size,
            most_at_once=self.most_at_once,
        )
        self.counts = dict.fromkeys(("hits", "misses", "failures", "stale", "refused_unasked"), 0)
        self.says: Said = "yes"
        self.failed: BaseException | None = None

    def run(self) -> None:
        for _ in range(STEPS):
            self.step()
        assert self.remembered.statistics() == self.counts

    def step(self) -> None:
        choice = self.random.random()
        if choice < 0.12:
            self.now += self.random.choice([1, REFUSED_SECONDS, SECONDS, 200, STALE_SECONDS])
        elif choice < 0.18:
            self.forget(self.random.choice([None, *ORIGINS]))
        else:
            self.ask(self.random.choice(ORIGINS))

    def forget(self, origin: str | None) -> None:
        for look_up in self.running:
            if origin in (None, look_up.origin):
                look_up.is_outdated = True
                self.seen["forgotten while it is looked up"] += 1
        for known in (self.grants, self.refusals):
            for each in [origin] if origin else list(known.began):
                self.seen["forgotten"] += known.began.pop(each, None) is not None
        self.remembered.forget(origin)

    def ask(self, origin: str) -> None:
        """Ask in a thread of its own, and compare; what happens during a look-up is decided in `rule`."""
        before = len(self.asked)
        expected = self.expect(origin)
        answers: list[bool] = []
        thread = threading.Thread(target=lambda: answers.append(self.remembered(origin, {})))
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        if self.failed is not None:
            raise self.failed
        if expected is None:
            assert self.asked[before : before + 1] == [origin]
            expected = self.expected_of_look_up
        else:
            assert len(self.asked) == before
        assert answers == [expected]

    def expect(self, origin: str) -> bool | None:
        """Return what must be answered without a look-up, or None if there must be one."""
        if self.grants.age(origin, self.now) < SECONDS:
            return self.count("hits", True)
        if self.refusals.age(origin, self.now) < REFUSED_SECONDS:
            return self.count("hits", False)
        busy = "while another asks" if any(each.origin == origin for each in self.running) else "at the bound"
        if busy == "at the bound" and len(self.running) < self.most_at_once:
            self.counts["misses"] += 1
            return None
        return self.fall_back(origin, busy)

    def count(self, what: str, answer: bool) -> bool:
        self.counts[what] += 1
        self.seen["hit"] += what == "hits"
        return answer

    def fall_back(self, origin: str, why: str) -> bool:
        age = self.grants.age(origin, self.now)
        if age <= STALE_SECONDS:
            self.seen[f"stale {why}"] += 1
            return self.count("stale", True)
        self.seen["too old to stand in"] += origin in self.grants.began
        self.seen[f"refused {why}"] += 1
        return False if why == "after a failure" else self.count("refused_unasked", False)

    def rule(self, origin: str) -> bool:
        """What the database says, and what happens meanwhile; it runs in the thread that asked."""
        try:
            return self.look_up(origin)
        except ConnectionError:
            raise
        except BaseException as error:
            self.failed = error
            raise

    def look_up(self, origin: str) -> bool:
        said: Said = self.random.choices(["yes", "no", "raises"], [5, 3, 3])[0]
        look_up = Running(origin, self.now)
        self.asked.append(origin)
        self.running.append(look_up)
        assert len(self.running) <= self.most_at_once
        assert len({each.origin for each in self.running}) == len(self.running)
        self.seen["two look-ups at once"] += len(self.running) == 2
        self.seen["three look-ups at once"] += len(self.running) == 3
        for _ in range(self.random.choice([0, 0, 1, 2, 3])):
            self.step()
        self.running.remove(look_up)
        self.finish(look_up, said)
        if said == "raises":
            raise ConnectionError("the database is down")
        return said == "yes"

    def finish(self, look_up: Running, said: Said) -> None:
        """Tell the model what came of a look-up, and what its own request is answered."""
        origin = look_up.origin
        if said == "raises":
            self.counts["failures"] += 1
            self.expected_of_look_up = self.fall_back(origin, "after a failure")
            return
        self.expected_of_look_up = said == "yes"
        if look_up.is_outdated:
            return
        kept, other = (self.grants, self.refusals) if said == "yes" else (self.refusals, self.grants)
        self.seen["grant" if said == "yes" else "refusal"] += 1
        replaced = other.began.pop(origin, None) is not None
        self.seen["a definite refusal replaces a grant"] += replaced and said == "no"
        evicted = kept.put(origin, look_up.began)
        self.seen["a grant is evicted" if said == "yes" else "a refusal is evicted"] += evicted


def run_histories(seeds: range, monkeypatch: Any) -> Counter[str]:
    """Run a history of each seed, and return how often they came to what."""
    seen: Counter[str] = Counter()
    # Nobody can end a wait but the step that waits for its end, so that every wait is one in vain.
    monkeypatch.setattr("cors_wsgi.remembered._PATIENCE", 0.001)
    for seed in seeds:
        history = History(seed, seen)
        monkeypatch.setattr(time, "monotonic", lambda history=history: history.now)
        try:
            history.run()
        except BaseException as error:
            error.add_note(f"in the history of seed {seed}") if hasattr(error, "add_note") else None
            raise
    return seen


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_every_history_is_answered_as_the_model_says(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", "cors_wsgi")
    seen = run_histories(range(HISTORIES), monkeypatch)
    assert {name: (seen[name], quota) for name, quota in QUOTAS.items() if seen[name] < quota} == {}
    assert set(seen) == set(QUOTAS)
