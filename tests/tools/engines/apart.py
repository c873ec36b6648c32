"""Cases that are run one by one, each when the one before is over; `rows.py` records them.

`python -m tools.engines.apart --runs 20` runs them again and again, and lists those that differ from run to run.

WebKitGTK has the Sec-Fetch headers of another request in some that are made at the same time; requests with keepalive
have 64 KiB together; and a browser remembers a user name and password for an origin.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Final

from support.engines import ENGINES as BROWSERS
from support.engines import version_of

from .cases import SHARED, Answer, Body, Case, Hop, Step
from .run import run_cases

_ALLOWED: Final[Answer] = {
    "status": 204,
    "headers": [
        *SHARED,
        ("Access-Control-Allow-Methods", "{acrm}"),
        ("Access-Control-Allow-Headers", "{acrh}"),
        ("Access-Control-Max-Age", "0"),
    ],
}
"""No answer is kept, so that every request shows what its own preflight has."""

WAYS: Final = {
    "own": ("page",),
    "other": ("api",),
    "same-site": ("api2",),
    "own-own": ("page", "page"),
    "own-other": ("page", "api"),
    "own-same-site": ("page", "api2"),
    "other-other": ("api", "api"),
    "other-own": ("api", "page"),
    "other-same-site": ("api", "api2"),
    "same-site-other": ("api2", "api"),
    "other-same-site-other": ("api", "api2", "api"),
}
"""The servers that a request comes to, one redirect after another."""

KINDS: Final[dict[str, Step]] = {"fetch": {"api": "fetch"}, "xhr": {"api": "xhr"}, "sync": {"api": "xhr", "sync": True}}


def _redirect(way: tuple[str, ...]) -> dict[str, Hop]:
    hops: dict[str, Hop] = {}
    for number, server in enumerate(way[1:]):
        headers = [*SHARED, ("Location", f"{{{server}}}/c/{{id}}/{number + 1}")]
        hops[str(number)] = {"preflight": _ALLOWED, "actual": {"status": 307, "headers": headers, "body": ""}}
    hops[str(len(way) - 1)] = {"preflight": _ALLOWED}
    return hops


def _list_metadata() -> Iterator[tuple[str, list[Step]]]:
    """Yield requests of every kind to every place, which tell where they are from in their Sec-Fetch headers."""
    for kind, made in KINDS.items():
        for method in ("GET", "PUT"):
            for name, way in WAYS.items():
                step: Step = {**made, "method": method, "target": way[0], "hops": _redirect(way)}
                yield f"metadata-{kind}-{method.lower()}-{name}", [step]


KEEPALIVE_LIMIT: Final = 65536


def _list_keepalive() -> Iterator[tuple[str, list[Step]]]:
    """Yield requests that may outlive the page, as long as they may be and a byte longer."""
    for target in ("page", "api"):
        for length in (KEEPALIVE_LIMIT, KEEPALIVE_LIMIT + 1):
            body: Body = {"kind": "string", "value": "x" * length}
            step: Step = {"method": "POST", "target": target, "body": body}
            yield f"keepalive-{target}-{length}-options", [{**step, "api": "fetch", "keepalive": True}]
            yield (
                f"keepalive-{target}-{length}-object",
                [{**step, "api": "fetch", "keepalive": True, "asRequest": True}],
            )
            yield f"keepalive-{target}-{length}-beacon", [{**step, "api": "beacon"}]


_IN: Final[Answer] = {"status": 200, "headers": [*SHARED, ("Content-Type", "text/plain")], "body": "in"}


def _ask(challenge: str | None) -> Answer:
    headers = [] if challenge is None else [("WWW-Authenticate", challenge)]
    return {"status": 401, "headers": [*SHARED, *headers], "body": "out"}


BASIC: Final = 'Basic realm="x"'
CHALLENGES: Final = {"basic": BASIC, "bearer": "Bearer", "none": None}


def _list_passwords() -> Iterator[tuple[str, list[Step]]]:
    """Yield XMLHttpRequests with a user name and password, and servers that ask for one, or for another thing."""
    given: Step = {"api": "xhr", "method": "GET", "username": "u", "password": "p"}
    for target in ("page", "api"):
        for credentials in ("same-origin", "include"):
            step: Step = {**given, "target": target, "credentials": credentials}
            name = f"password-{target}-{credentials}"
            for kind, challenge in CHALLENGES.items():
                yield f"{name}-{kind}", [{**step, "hops": {"0": {"actual": _ask(challenge), "authorized": _IN}}}]
            yield f"{name}-unasked", [{**step, "hops": {"0": {"actual": _IN}}}]
            yield f"{name}-refused-sync", [{**step, "sync": True, "hops": {"0": {"actual": _ask(BASIC)}}}]
            yield f"{name}-refused", [{**step, "hops": {"0": {"actual": _ask(BASIC)}}}]
    hops: dict[str, Hop] = {"0": {"actual": _ask(BASIC), "authorized": _IN}}
    nameless: Step = {"api": "xhr", "method": "GET", "username": "u", "target": "page", "hops": hops}
    yield "password-without", [nameless]
    later: Step = {"api": "fetch", "method": "GET", "target": "page", "hops": hops}
    yield "password-later", [{**given, "target": "page", "hops": hops}, later]
    for target in ("page", "api"):
        own: Step = {**given, "target": target, "sync": True, "headers": [("Authorization", "x")]}
        yield f"password-and-header-{target}", [{**own, "hops": {"0": {"actual": _ask(BASIC)}}}]


APART: Final[dict[str, list[Step]]] = dict([*_list_metadata(), *_list_keepalive(), *_list_passwords()])

PROMPTING: Final = {
    "password-page-same-origin-refused": ("webkit",),
    "password-page-include-refused": ("webkit",),
}
"""Cases in which some browsers ask their user, and go no further."""


def list_apart(engine: str) -> list[Case]:
    """Return the cases that a browser is asked."""
    return [
        {"id": name, "opaque": False, "steps": steps}
        for name, steps in APART.items()
        if engine not in PROMPTING.get(name, ())
    ]


def run_again(engine: str, runs: int) -> list[str]:
    """Run all cases several times, and return those in which a browser did not do the same every time."""
    cases = list_apart(engine)
    seen: dict[str, set[str]] = {case["id"]: set() for case in cases}
    for _ in range(runs):
        recording = run_cases(engine, cases, is_apart=True)
        for name, observed in recording.observed.items():
            text = json.dumps(observed, sort_keys=True)
            for server, origin in recording.origins.items():  # whose ports differ
                text = text.replace(origin.removeprefix("http://"), server)
            seen[name].add(text)
    return [name for name, texts in seen.items() if len(texts) > 1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.engines.apart", description=__doc__)
    parser.add_argument("--engine", choices=BROWSERS, action="append", help="which browser; all three by default")
    parser.add_argument("--runs", type=int, default=20, help="how often")
    arguments = parser.parse_args()
    found = 0
    for engine in arguments.engine or BROWSERS:
        differing = run_again(engine, arguments.runs)
        found += len(differing)
        print(
            f"{version_of(engine)}: {len(list_apart(engine))} cases, {arguments.runs} runs, not the same: {differing}"
        )
    return int(found > 0)


if __name__ == "__main__":
    raise SystemExit(main())
