"""One soak: a gunicorn whose workers are killed now and then, under traffic, with its memory watched."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from support.nginx import free_port

from .traffic import Traffic

WORKERS = {"gthread": ("--worker-class", "gthread", "--threads", "4"), "gevent": ("--worker-class", "gevent")}
GROWTH_LIMIT = 16 * 1024
"""KiB that a worker's resident memory may grow between the end of its warm-up and its end."""


@dataclass
class Result:
    """What a soak saw."""

    answers: int
    broken: int
    killed: int
    faults: list[str]
    growth: dict[int, int] = field(default_factory=dict)
    """KiB of resident memory that each worker which lived long enough grew after its warm-up."""


def soak(worker: str, *, seconds: float, clients: int = 8, origins: int = 200, seed: int = 1) -> Result:
    """Run one soak and return what it saw; every answer was checked."""
    choice = random.Random(seed)
    memory: dict[int, tuple[float, int, int]] = {}
    killed = 0
    with (
        _gunicorn(worker, origins) as (master, port),
        Traffic(port, clients=clients, origins=origins, seed=seed) as traffic,
    ):
        end = time.monotonic() + seconds
        pause = max(5.0, seconds / 12)
        next_kill = time.monotonic() + pause
        warm_up = min(20.0, seconds / 4)
        while time.monotonic() < end:
            time.sleep(0.5)
            _watch(_workers_of(master), memory, warm_up)
            if time.monotonic() >= next_kill and (workers := _workers_of(master)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(choice.choice(workers), choice.choice((signal.SIGKILL, signal.SIGTERM)))
                    killed += 1
                next_kill += pause
    growth = {pid: last - first for pid, (_, first, last) in memory.items() if first and last}
    return Result(sum(traffic.counts.values()), traffic.broken, killed, traffic.faults, growth)


@contextlib.contextmanager
def _gunicorn(worker: str, origins: int) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}", *WORKERS[worker]]
    command += ["--log-level", "error", "--graceful-timeout", "2", "--keep-alive", "30", "tools.soak.app:make_app()"]
    server = subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"SOAK_ORIGINS": str(origins)},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("gunicorn did not start")
            time.sleep(0.1)
        yield server.pid, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(10)


def _workers_of(master: int) -> list[int]:
    children = Path(f"/proc/{master}/task/{master}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


def _watch(workers: list[int], memory: dict[int, tuple[float, int, int]], warm_up: float) -> None:
    """Note each worker's resident memory: when its warm-up ended, and now."""
    now = time.monotonic()
    for pid in workers:
        with contextlib.suppress(OSError):
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            resident = pages * os.sysconf("SC_PAGE_SIZE") // 1024
            born, first, _ = memory.get(pid, (now, 0, 0))
            memory[pid] = (born, first or (resident if now - born >= warm_up else 0), resident)
