"""The whole comparison as a command: `cd tests && python -m tools.edge`."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from support.nginx import free_port
from support.raw_http import serve_bare_app

from cors_wsgi.export import TARGETS

from .compare import ACCEPTED, compare, draw_requests
from .policies import by_hand, draw


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.edge", description=__doc__)
    parser.add_argument("--target", choices=TARGETS, action="append", help="which proxies; all by default")
    parser.add_argument("--policies", type=int, default=40, help="random policies a target, beside those by hand")
    parser.add_argument("--requests", type=int, default=500, help="requests a policy")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="of the policies by hand, this one alone")
    arguments = parser.parse_args()
    failed = 0
    for target in arguments.target or TARGETS:
        rng = random.Random(arguments.seed)
        named = by_hand() if not arguments.only else {arguments.only: by_hand()[arguments.only]}
        drawn = {f"random {number}": draw(rng) for number in range(arguments.policies)}
        asked = soft = wrong = refused = 0
        began = time.monotonic()
        with serve_bare_app() as app_port:
            for number, (name, middleware) in enumerate({**named, **drawn}.items()):
                requests = draw_requests(middleware, arguments.seed * 1000 + number, arguments.requests)
                for down in (False, True):
                    part = [request for request in requests if request.method != "OPTIONS"][:3] if down else requests
                    port = free_port() if down else app_port
                    with tempfile.TemporaryDirectory() as folder:
                        Path(folder).chmod(0o755)
                        outcome = compare(
                            target, middleware, Path(folder), port, requests=part, accepted=ACCEPTED, down=down
                        )
                    if outcome.refused:
                        refused += not down
                        print(f"{target}, {name}: refused: {outcome.refused}")
                    asked += outcome.asked
                    soft += outcome.soft
                    wrong += len(outcome.hard)
                    for found in outcome.hard[:3]:
                        print(f"{target}, {name}{', app down' * down}: {found}", flush=True)
        total = len(named) + len(drawn)
        print(
            f"{target}: {total - refused} of {total} policies exported, {asked} requests, {wrong} answers differ, "
            f"{soft} more where no browser can tell; {time.monotonic() - began:.0f} s",
            flush=True,
        )
        failed += wrong
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
