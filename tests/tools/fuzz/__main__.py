"""The long run as a command: `cd tests && python -m tools.fuzz --seconds 1800 [--target origins]`."""

from __future__ import annotations

import argparse
import importlib.util
import random
import subprocess
import sys
import tempfile
import time

from tools.fuzz.seeds import SEEDS
from tools.fuzz.targets import TARGETS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800, help="how long, for all targets together")
    parser.add_argument(
        "--target", choices=sorted(TARGETS), action="append", help="what to fuzz; everything by default"
    )
    arguments = parser.parse_args()
    names = arguments.target or sorted(TARGETS)
    share = arguments.seconds / len(names)
    has_atheris = importlib.util.find_spec("atheris") is not None
    for name in names:
        if has_atheris:
            options = [f"-max_total_time={int(share)}", "-max_len=2000", f"-artifact_prefix={tempfile.gettempdir()}/"]
            command = [sys.executable, "-m", "tools.fuzz.guided", name, *options]
            process = subprocess.run(command, capture_output=True, text=True, timeout=share + 120)
            if process.returncode:
                print(f"{name}: found\n{process.stdout[-4000:]}\n{process.stderr[-1000:]}")
                return 1
            done = [line for line in process.stderr.splitlines() if line.startswith("Done ")]
            print(f"{name}: guided by coverage, {done[-1] if done else 'finished'}; nothing found", flush=True)
        else:
            print(f"{name}: {mutate(name, share)} random mutations; nothing found", flush=True)
    return 0


def mutate(name: str, seconds: float, seed: int = 1) -> int:
    """Feed random mutations of the seeds to a target for so many seconds; return how many."""
    choice, target, count = random.Random(seed), TARGETS[name], 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = bytearray(choice.choice(SEEDS[name]))
        for _ in range(choice.randrange(1, 6)):
            at = choice.randrange(len(data) + 1)
            data[at : at + choice.randrange(3)] = choice.choice(_PIECES)
        target(bytes(data))
        count += 1
    return count


_PIECES = [bytes([byte]) for byte in range(256)] + [
    b"://",
    b"*.",
    b":*",
    b"::",
    b"..",
    b"//",
    b"0x",
    b"%2f",
    b", ",
    b"",
]


if __name__ == "__main__":
    raise SystemExit(main())
