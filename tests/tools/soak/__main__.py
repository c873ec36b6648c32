"""The full soak as a command: `cd tests && python -m tools.soak --seconds 1800`."""

from __future__ import annotations

import argparse

from .run import GROWTH_LIMIT, WORKERS, soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800, help="how long, for all servers together")
    parser.add_argument(
        "--worker", choices=sorted(WORKERS), action="append", help="which gunicorn worker; both by default"
    )
    arguments = parser.parse_args()
    failed = False
    workers = arguments.worker or sorted(WORKERS)
    for worker in workers:
        result = soak(worker, seconds=arguments.seconds / len(workers))
        growth = max(result.growth.values(), default=0)
        print(
            f"gunicorn {worker}: {result.answers} answers checked, {len(result.faults)} wrong; {result.killed} workers "
            f"killed, {result.broken} requests lost with them; largest growth of a worker {growth} KiB",
            flush=True,
        )
        for fault in result.faults[:10]:
            print("  ", fault)
        failed = failed or bool(result.faults) or growth > GROWTH_LIMIT or not result.answers or not result.growth
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
