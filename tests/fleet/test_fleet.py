"""Four workers and a real database, under load: an origin comes, one goes, the database is killed and comes back."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.databases import Database, database
from support.needs import needs_module, needs_program
from support.servers import listening

KEPT, NEW, GONE, EVIL, LATE = (f"https://{name}.example" for name in ("kept", "new", "gone", "evil", "late"))
WORKERS = 4
SLACK = 1.0
"""Seconds for a request that waits for a look-up, on a machine that is busy with the load itself."""


@dataclass(frozen=True)
class Answer:
    """One answer: when it was asked for and came, about whom, and what it said."""

    sent: float
    came: float
    origin: str
    is_shared: bool
    worker: int


@dataclass
class Watch:
    """Asks with every origin in turn, all the time, from threads of its own."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        for number in itertools.count():
            # One that no worker has seen: whatever is kept, it takes a look-up.
            for origin in (
                KEPT,
                NEW,
                GONE,
                EVIL,
                LATE,
                f"https://stranger-{id(threading.current_thread())}-{number}.example",
            ):
                if self.stop.is_set():
                    return
                self.ask(origin)

    def ask(self, origin: str) -> None:
        sent = time.monotonic()
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
                connection.request("GET", "/", headers={"Origin": origin})
                response = connection.getresponse()
                worker = int(response.read())
                named = response.headers.get_all("Access-Control-Allow-Origin")
                varies = response.headers.get_all("Vary")
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.broken.append(repr(error))
            return
        if named not in (None, [origin]) or varies != ["Origin"] or response.status != 200:
            self.broken.append(f"{response.status} {named} {varies} for {origin}")
        self.answers.append(Answer(sent, time.monotonic(), origin, named is not None, worker))

    def between(self, begin: float, end: float, origin: str) -> list[Answer]:
        """Return the answers about an origin that were asked for after a moment, and had come before another."""
        return [each for each in self.answers if begin <= each.sent and each.came <= end and each.origin == origin]


@contextlib.contextmanager
def under_load(port: int, seconds: int) -> Iterator[Watch]:
    """Let wrk ask as fast as it can, and watch the answers meanwhile."""
    watch = Watch(port)
    command = [
        needs_program("wrk"),
        "-t1",
        "-c4",
        f"-d{seconds}s",
        "-H",
        f"Origin: {KEPT}",
        f"http://127.0.0.1:{port}/",
    ]
    load = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    threads = [threading.Thread(target=watch.run) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield watch
    finally:
        watch.stop.set()
        load.terminate()
        output, _ = load.communicate(timeout=20)
        for thread in threads:
            thread.join()
        print(output)


SETUPS = [
    # database, gunicorn's options, seconds that a grant is fresh, and a refusal; seconds after which a change is seen
    pytest.param("postgresql", "gthread --threads 4", 1.5, 1.5, 1.5, id="PostgreSQL, threads"),
    pytest.param("redis", "gevent", 600.0, 600.0, 0.5, id="Redis with announcements, gevent"),
    pytest.param("sqlite", "sync --preload", 1.0, 0.5, 1.0, id="SQLite, forked workers of one process"),
]


@pytest.mark.server
@pytest.mark.parametrize(("kind", "worker", "seconds", "refused_seconds", "seen_after"), SETUPS)
def test_every_worker_sees_a_change_in_time_and_an_outage_locks_nobody_out(
    kind: str, worker: str, seconds: float, refused_seconds: float, seen_after: float, tmp_path: Path
) -> None:
    needs_module("gunicorn")
    needs_program("wrk")
    if worker == "gevent":
        needs_module("gevent")
    if kind == "postgresql":
        needs_module("sqlalchemy")
    log = tmp_path / "log"
    with database(kind) as origins:
        origins.add(KEPT)
        origins.add(GONE)
        options = ["--workers", str(WORKERS), "--worker-class", *worker.split()]
        environment = {
            "FLEET_URL": origins.url,
            "FLEET_LOG": str(log),
            "FLEET_SECONDS": str(seconds),
            "FLEET_REFUSED_SECONDS": str(refused_seconds),
            "FLEET_STALE_SECONDS": "3600",
        }
        with (
            listening(
                lambda port: [
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "--bind",
                    f"127.0.0.1:{port}",
                    *options,
                    "fleet.app:app",
                ],
                **environment,
            ) as port,
            under_load(port, 60) as watch,
        ):
            changes = play(origins, watch, seen_after)
    assert watch.broken == []
    judge(watch, changes, seen_after)
    told = log.read_text()
    errors = Counter(re.findall(r"^(\d+) ERROR Remembered\(", told, re.MULTILINE))
    assert errors, "the log says nothing of the outage"
    assert set(errors.values()) == {1}, "the log says it more than once"
    assert len(errors) <= WORKERS
    assert Counter(re.findall(r"^(\d+) WARNING Remembered\(.* answers again\.$", told, re.MULTILINE)) == errors


@dataclass(frozen=True)
class Changes:
    """When what was changed; each moment is behind the change itself."""

    begun: float
    added: float
    killing: float
    killed: float
    restarting: float
    restarted: float
    ended: float


def play(origins: Database, watch: Watch, seen_after: float) -> Changes:
    wait_for_workers(watch)
    begun = time.monotonic()
    time.sleep(1)
    origins.add(NEW)
    origins.remove(GONE)
    added = time.monotonic()
    time.sleep(seen_after + SLACK + 1)
    killing = time.monotonic()
    origins.kill()
    killed = time.monotonic()
    time.sleep(seen_after + SLACK + 2)
    restarting = time.monotonic()
    origins.start()
    origins.add(LATE)
    restarted = time.monotonic()
    time.sleep(seen_after + SLACK + 2)
    return Changes(begun, added, killing, killed, restarting, restarted, time.monotonic())


def wait_for_workers(watch: Watch) -> None:
    """Wait until every worker knows whom it is asked about."""
    deadline = time.monotonic() + 30
    known: Callable[[], int] = lambda: len({each.worker for each in watch.answers if each.origin == GONE})  # noqa: E731
    while known() < WORKERS:
        assert time.monotonic() < deadline, f"only {known()} of {WORKERS} workers answer"
        time.sleep(0.05)


def judge(watch: Watch, at: Changes, seen_after: float) -> None:
    """Compare every answer with what the manual promises."""
    due = at.added + seen_after + SLACK

    def all_are(is_shared: bool, begin: float, end: float, origin: str, *, least: int = 10) -> None:
        found = watch.between(begin, end, origin)
        wrong = [each for each in found if each.is_shared is not is_shared]
        assert wrong == [], f"{origin}: {len(wrong)} of {len(found)} are wrong"
        assert len(found) >= least

    all_are(True, at.begun, at.ended, KEPT, least=100)  # through the outage, too
    all_are(False, at.begun, at.ended, EVIL, least=100)
    all_are(True, at.begun, at.added - 0.2, GONE)
    all_are(False, due, at.ended, GONE)
    all_are(False, at.begun, at.added - 0.2, NEW)
    all_are(True, due, at.ended, NEW)
    all_are(False, at.begun, at.restarting, LATE)
    all_are(True, at.restarted + seen_after + SLACK, at.ended, LATE)
    assert not [each for each in watch.answers if each.origin.startswith("https://stranger") and each.is_shared]
    for begin, end in ((at.begun, at.added), (due, at.killing), (at.killed, at.restarting), (at.restarted, at.ended)):
        workers = {each.worker for origin in (KEPT, NEW, GONE) for each in watch.between(begin, end, origin)}
        assert len(workers) == WORKERS, "not every worker was asked"
