"""The full flood as a command: `cd tests && python -m tools.flood`, a million made-up origins from eight threads."""

from __future__ import annotations

import argparse

from .run import SIZE, flood

GROWTH_LIMIT = 4096
"""KiB."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.flood", description=__doc__)
    parser.add_argument("--origins", type=int, default=1_000_000, help="made-up origins (default: 1000000)")
    parser.add_argument("--threads", type=int, default=8, help="threads (default: 8)")
    arguments = parser.parse_args()
    result = flood(arguments.origins, threads=arguments.threads)
    print(
        f"{result.origins} made-up origins from {arguments.threads} threads in {result.seconds:.1f} s: "
        f"{len(result.wrong)} wrong answers, {result.asked_again} grants asked again, {result.most_at_once} look-ups "
        f"at once at most, {result.sizes[0]} grants and {result.sizes[1]} refusals kept, {result.growth} KiB more"
    )
    print(result.statistics)
    is_right = not result.wrong and result.asked_again == 0 and result.sizes[1] <= SIZE
    return int(not (is_right and result.growth < GROWTH_LIMIT))


if __name__ == "__main__":
    raise SystemExit(main())
