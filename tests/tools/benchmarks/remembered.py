"""What a hit of a `Remembered` costs: `python tests/tools/benchmarks/remembered.py` prints the table of its page.

In one process and in turns: an exact origin, a pattern, a function that only says True, and a `Remembered` that knows
the answer, with a key and without. The aim is at most 1.5 µs above the pattern.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measure import Run, name_machine, print_table, time_in_turns

from cors_wsgi import Policy, Remembered

ORIGIN = "https://app.example.com"
LIMIT = 1500
"""Nanoseconds above a pattern."""

RULES = {
    "an exact origin": ORIGIN,
    "a pattern": "https://*.example.com",
    "a function that only says True": lambda origin, environ: True,
    "`Remembered`, a hit": Remembered(lambda origin: True, seconds=1e9),
    "`Remembered` with a key, a hit": Remembered(
        lambda origin, key: True, seconds=1e9, key=lambda environ: environ["HTTP_HOST"]
    ),
}


def measure(*, rounds: int = 25) -> dict[str, float]:
    """Return the nanoseconds that the question whether an origin is allowed takes under each rule."""
    return time_in_turns({name: _ask(Policy(rule)) for name, rule in RULES.items()}, rounds=rounds)


def _ask(policy: Policy) -> Run:
    compiled, environ = policy.compiled, {"HTTP_HOST": "api.example.com"}
    assert compiled.allows(ORIGIN, environ)

    def run(count: int) -> None:
        allows = compiled.allows
        for _ in range(count):
            allows(ORIGIN, environ)

    return run


def main() -> int:
    times = measure()
    pattern = times["a pattern"]
    rows = [(name, f"{taken:,.0f}", f"{taken - pattern:+,.0f}") for name, taken in times.items()]
    print(name_machine() + ".")
    print_table("Is an origin allowed?", ("rule", "ns", "above a pattern, ns"), rows)
    return int(max(times[name] - pattern for name in times if "Remembered" in name) > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
