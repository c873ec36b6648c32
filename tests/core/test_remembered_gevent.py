"""Remembered where greenlets take the place of threads: one waits for another without stopping the rest."""

from __future__ import annotations

import json
import subprocess
import sys

from support.needs import needs_module

PROGRAM = """
from gevent import monkey; monkey.patch_all()
import json, time
import gevent
from cors_wsgi import Remembered

asked, ticks = [], []

def rule(origin):
    asked.append(origin)
    gevent.sleep(0.2)
    if origin == "https://slow.example":
        gevent.sleep(30)
    return origin == "https://a.example"

def tick():
    while True:
        ticks.append(time.perf_counter())
        gevent.sleep(0.005)

remembered = Remembered(rule, most_at_once=2)
ticker = gevent.spawn(tick)
first = [gevent.spawn(remembered, "https://a.example", {}) for _ in range(50)]
gevent.joinall(first, raise_error=True)
busy = [gevent.spawn(remembered, f"https://{name}.example", {}) for name in "bcd"]
gevent.joinall(busy, raise_error=True)

stuck = gevent.spawn(remembered, "https://slow.example", {})
gevent.sleep(0.05)
stuck.kill()  # as a request's own time limit does
again = gevent.spawn(remembered, "https://slow.example", {})
gevent.sleep(0.05)
ticker.kill()
print(json.dumps({
    "first": [each.value for each in first],
    "busy": [each.value for each in busy],
    "asked": asked,
    "slowest tick": max(after - before for before, after in zip(ticks, ticks[1:])),
    "statistics": remembered.statistics(),
}))
again.kill()
"""


def test_greenlets_share_a_look_up_and_wait_for_it_side_by_side() -> None:
    needs_module("gevent")
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["first"] == [True] * 50
    assert shown["busy"] == [False] * 3
    names = [origin.removeprefix("https://").removesuffix(".example") for origin in shown["asked"]]
    assert names == ["a", "b", "c", "slow", "slow"]  # `d` found two look-ups running; a killed one leaves its place
    assert shown["statistics"] == {"hits": 49, "misses": 5, "failures": 0, "stale": 0, "refused_unasked": 1}
    assert shown["slowest tick"] < 0.6, "a lock stopped every greenlet, for the second that others wait at most"
