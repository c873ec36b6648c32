"""Record how long browsers keep an answer to a preflight at most: `python -m tools.engines.ages`.

Each browser is asked shortly before its limit and shortly after it, on a page that stays open meanwhile. Its clock is
moved (`clock.c`, which needs a C compiler), so that a day takes a second; with `--real` time really passes, for as
long as `--seconds` says. Writes `engines/data/ages.json`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from support.engines import ENGINES as BROWSERS
from support.engines import open_page, version_of
from support.needs import needs_program

from .cases import SHARED, Answer, Case, Step
from .run import Recording
from .server import run_server

FILE: Final = Path(__file__).parent / "data" / "ages.json"

LIMITS: Final = {"chromium": 7200, "firefox": 86400, "webkit": 600}
"""The seconds that are to be shown."""

MARGIN: Final = 10
"""Seconds before and after, in which a browser that is busy may ask a little later than it was meant to."""

PATIENCE: Final = 120.0
"""Seconds for all that is not waiting."""

_SOURCE: Final = Path(__file__).parent / "clock.c"


def make_case(*waits: float) -> Case:
    """Return a case that asks at once, and again after each of these waits; the server allows it for a week."""
    allowed = [*SHARED, ("Access-Control-Allow-Methods", "PUT"), ("Access-Control-Max-Age", "604800")]
    preflight: Answer = {"status": 204, "headers": allowed}
    first: Step = {"api": "fetch", "method": "PUT", "target": "api", "hops": {"0": {"preflight": preflight}}}
    later: list[Step] = [{**first, "wait": wait} for wait in waits]
    return {"id": "age", "opaque": False, "steps": [first, *later]}


def run_case(engine: str, case: Case, *, is_real: bool) -> dict[str, Any]:
    """Return what a browser did with a case, on a clock that is moved at every wait, or waiting."""
    waits = sum(step.get("wait", 0.0) for step in case["steps"])
    patience = PATIENCE + (waits * 1.05 if is_real else 0)
    with run_server() as server, _moved_clock() as (move, environment):
        server.tell([case])
        server.move = move
        url = "{page}/?api={api}&api2={api2}".format(**server.origins)
        with open_page(engine, url if is_real else f"{url}&moved", environment={} if is_real else environment) as log:
            if not server.wait(patience, patience):
                raise TimeoutError(f"{engine} did not come to its end:\n{log.read_text(errors='replace')[-2000:]}")
        seen = Recording(server, [case])
    kept = {"cases": [case], "origins": dict(seen.origins), "observed": seen.observed, "elapsed": seen.elapsed}
    return {"version": version_of(engine), "clock": "real" if is_real else "moved", **kept}


@contextlib.contextmanager
def _moved_clock() -> Iterator[tuple[Callable[[float], None], dict[str, str]]]:
    """Yield what moves the clock of a program by some seconds, and the environment that gives it that clock."""
    with tempfile.TemporaryDirectory(prefix="clock-") as folder:
        library, seconds = Path(folder, "clock.so"), Path(folder, "seconds")
        compiler = needs_program("cc", "gcc", "clang")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, _SOURCE], check=True)
        seconds.write_bytes(bytes(8))

        def move(by: float) -> None:
            with seconds.open("r+b") as file:  # in place, as programs have it in their memory
                (before,) = struct.unpack("=q", file.read(8))
                file.seek(0)
                file.write(struct.pack("=q", before + round(by)))

        yield move, {"LD_PRELOAD": str(library), "MOVED_CLOCK": str(seconds)}


def read_ages() -> dict[str, list[dict[str, Any]]]:
    """Return what was recorded, by browser."""
    found: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text("utf-8"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.engines.ages", description=__doc__)
    parser.add_argument("--engine", choices=BROWSERS, action="append", help="which browser; all three by default")
    parser.add_argument("--real", action="store_true", help="really wait; otherwise the browser's clock is moved")
    parser.add_argument("--seconds", type=float, help="how long, in place of the browser's own limit")
    arguments = parser.parse_args()
    for engine in arguments.engine or BROWSERS:
        limit = arguments.seconds or LIMITS[engine]
        found = run_case(engine, make_case(limit - MARGIN, 2 * MARGIN), is_real=arguments.real)
        recorded = read_ages() if FILE.exists() else {}  # read late, as another may have written meanwhile
        others = [one for one in recorded.get(engine, []) if one["clock"] != found["clock"]]
        recorded[engine] = sorted([*others, found], key=lambda one: str(one["clock"]))
        FILE.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", "utf-8")
        asked = [[one["method"] for one in step["requests"]] for step in found["observed"]["age"]]
        print(f"{found['version']}, {found['clock']} clock, {limit:.0f} seconds: {asked}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
