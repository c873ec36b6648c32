"""Hostile input: however long and odd, it costs little, is answered briefly, and is logged on one line."""

from __future__ import annotations

import logging
import sys
import time
import tracemalloc
from typing import Any

import pytest
from support.wsgi import (
    A,
    app_with,
    call,
    environ_for,
    wrap,
)

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.fetch import extract_names

POLICIES = {
    "everybody": Policy("*"),
    "named": Policy([A, "https://*.b.example", "http://localhost:*"], methods=["PUT"], allow_headers=["X-A"]),
    "with credentials": Policy(A, supports_credentials=True, methods="*"),
    "a callable": Policy(lambda origin, environ: True),
}
UNITS = {
    "commas": ",",
    "spaces": " ",
    "tabs and commas": "\t,",
    "names": "accept,",
    "one-letter names": "a,",
    "one long name": "a",
    "names apart": "x                ",
    "dots": ".",
    "labels": "a.",
    "slashes": "/",
    "dots and slashes": "/..",
    "colons": ":",
    "brackets": "[",
    "digits": "1",
    "percent signs": "%2",
    "control characters": "\x01\r\n\x00",
    "bytes beyond Latin letters": "\xff\x85\xa0",
    "escapes": "\x1b[31m",
    "origins": A + " ",
}
WHERE = ("origin", "method", "names", "path", "host", "site", "upgrade")


def ask(policy: Policy, where: str, text: str, *, preflight: bool) -> Any:
    """Return the answer to a request with `text` in one place, from a middleware that uses everything it has."""
    headers = {"Host": "a.example", "Sec-Fetch-Site": "cross-site", "Upgrade": "h2c"}
    if preflight:
        headers |= {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a"}
    names = {
        "method": "Access-Control-Request-Method",
        "names": "Access-Control-Request-Headers",
        "host": "Host",
        "site": "Sec-Fetch-Site",
        "upgrade": "Upgrade",
    }
    origin, path = A, "/"
    if where == "origin":
        origin = "https://" + text
    elif where == "path":
        path = "/" + text
    else:
        headers[names[where]] = text
    middleware = CORSMiddleware(
        app_with(),
        policy,
        paths={"/a/*": policy, "/b": None, "/1/2/3/*": policy},
        block_untrusted=not policy.allows_everybody,
        debug=True,
        on_decision=str,
    )
    return call(middleware, environ_for("OPTIONS" if preflight else "POST", path, origin, headers))


@pytest.mark.parametrize("size", [100_000, 1_000_000])
@pytest.mark.parametrize("unit", UNITS)
def test_a_long_text_costs_little_and_is_answered_briefly(
    unit: str, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    text = UNITS[unit] * (size // len(UNITS[unit]))
    started = time.monotonic()
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        for where in WHERE:
            for preflight in (True, False):
                for policy in POLICIES.values():
                    caplog.clear()
                    answer = ask(policy, where, text, preflight=preflight)
                    assert answer.status in ("200 OK", "204 No Content", "403 Forbidden")
                    assert sum(len(name) + len(value) for name, value in answer.headers) + len(answer.body) < 1500
                    assert text[:100] not in repr(answer)
                    assert len(caplog.records) <= 1
                    for record in caplog.records:
                        assert len(record.getMessage().splitlines()) == 1
                        assert len(record.getMessage()) < 4000
    assert time.monotonic() - started < 30  # 56 requests; what is quadratic takes hours


def count_work(run: Any) -> int:
    """Count the calls of Python functions, and from Python into C, that `run` makes."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("where", [where for where in WHERE if where != "upgrade"])  # see the next test
@pytest.mark.parametrize("unit", UNITS)
def test_the_number_of_steps_does_not_grow_with_the_text(unit: str, where: str) -> None:
    for policy in POLICIES.values():
        for preflight in (True, False):
            steps = [
                count_work(lambda: ask(policy, where, UNITS[unit] * (5_000 * factor), preflight=preflight))  # noqa: B023
                for factor in (1, 20)
            ]
            assert steps[1] <= steps[0] + 20


def test_a_list_of_protocols_costs_its_length() -> None:
    for unit in (",", "a,", "websocket", " "):
        few, many = (
            count_work(lambda: ask(POLICIES["named"], "upgrade", unit * size, preflight=False))  # noqa: B023
            for size in (1_000, 10_000)
        )
        assert many <= 11 * few


def test_names_are_extracted_in_linear_work() -> None:
    for unit in (",", "a,", "accept,", " ,\t"):
        few, many = (count_work(lambda: extract_names(unit * size)) for size in (1_000, 10_000))  # noqa: B023
        assert many <= 10 * few + 10
    assert extract_names("x" + " " * 200_000 + "x") is None


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("unit", [",", "a,", "accept,"])
def test_many_commas_take_no_memory(policy: str, unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    environ = environ_for(
        "OPTIONS", origin=A, headers={"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": text}
    )
    middleware = CORSMiddleware(app_with(), POLICIES[policy])
    statuses: list[str] = []
    tracemalloc.start()
    try:
        middleware(environ, lambda status, headers: statuses.append(status))  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert statuses == ["204 No Content"]
    assert peak < 20_000


@pytest.mark.parametrize(
    "origin",
    [
        f"{A},{A}",
        f"{A}, https://evil.example",
        f"https://evil.example, {A}",
        f"{A} {A}",
        f"null, {A}",
        f"{A}\x00",
        f"{A}\n",
        f"\x00{A}",
        f"{A}\xa0",
        f"{A}\x85",
        "https://a\u0307.example",
        "https://\uff41.example",
    ],
    ids=ascii,
)
def test_what_only_begins_or_ends_like_an_allowed_origin_is_refused(origin: str) -> None:
    for policy in (Policy(A), Policy([A, "https://*.example"]), Policy(A, supports_credentials=True)):
        assert wrap(policy).request(origin=origin) == wrap(policy).request(origin="https://other.test")
        assert wrap(policy).preflight(origin) == wrap(policy).preflight("https://other.test")
