"""Threads: no answer mixes two origins, or two policies, while the policy is replaced."""

from __future__ import annotations

import itertools
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from support.wsgi import Answer, allow, app_with, from_app, no_content, wrap

from cors_wsgi import Policy

THREADS, ROUNDS = 8, 150
ORIGINS = [f"https://a{number}.example" for number in range(THREADS)]


def policy_of(number: int) -> Policy:
    """A policy that shows its number in every header that it sends."""
    return Policy(
        ORIGINS,
        methods=[f"METHOD-{number}"],
        allow_headers=[f"x-{number}"],
        expose_headers=[f"x-{number}"],
        max_age=number,
    )


def shared(origin: str, number: int) -> Answer:
    return from_app(allow(origin), ("Access-Control-Expose-Headers", f"x-{number}"), ("Vary", "Cookie, Origin"))


def granted(origin: str, number: int) -> Answer:
    return no_content(
        allow(origin),
        ("Access-Control-Allow-Methods", f"METHOD-{number}"),
        ("Access-Control-Allow-Headers", f"x-{number}"),
        ("Access-Control-Max-Age", str(number)),
        ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    )


def test_no_answer_mixes_two_policies_or_two_origins() -> None:
    policies = [policy_of(number) for number in range(5)]
    server = wrap(policies[0], app=app_with(("Vary", "Cookie"), ("Access-Control-Allow-Origin", "*")))
    stop = threading.Event()

    def replace() -> int:
        for count in itertools.count():
            server.app.policy = policies[count % len(policies)]
            if stop.is_set():
                return count
        raise AssertionError("unreachable")

    def ask(origin: str) -> list[tuple[Answer, Answer]]:
        barrier.wait()
        return [(server.request(origin=origin), server.preflight(origin, f"METHOD-{count}")) for count in range(ROUNDS)]

    barrier = threading.Barrier(THREADS)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # so that the policy is replaced between any two steps
    with ThreadPoolExecutor(THREADS + 1) as pool:
        replaced = pool.submit(replace)
        answers = dict(zip(ORIGINS, pool.map(ask, ORIGINS), strict=True))
        stop.set()
    sys.setswitchinterval(interval)
    seen: set[int] = set()
    for origin, given in answers.items():
        for actual, preflight in given:
            which = [number for number in range(5) if actual == shared(origin, number)]
            assert len(which) == 1, actual
            seen.update(which)
            assert [number for number in range(5) if preflight == granted(origin, number)] != [], preflight
    assert replaced.result() > 5
    assert len(seen) > 1


def test_a_header_is_warned_of_once_by_all_threads() -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger = logging.getLogger("cors_wsgi")
    logger.addHandler(handler)
    try:
        server = wrap(Policy("*"), app=app_with(("Access-Control-Allow-Origin", "*"), ("Access-Control-Max-Age", "1")))
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda origin: [server.request(origin=origin) for _ in range(20)], ORIGINS))
    finally:
        logger.removeHandler(handler)
    assert sorted(record.args[0] for record in records) == ["access-control-allow-origin", "access-control-max-age"]  # type: ignore[index, misc]
