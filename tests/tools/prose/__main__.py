"""`python -m tools.prose` checks every text that people read; `--list` prints them instead.

`remaining.txt` holds how many findings each file still has: more are an error. `--write` makes it anew.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from .passages import find_passages

REMAINING = Path(__file__).with_name("remaining.txt")


def main() -> int:
    """Print the list, or check it, and return the exit status: 1 where a habit has come back."""
    parser = argparse.ArgumentParser(prog="python -m tools.prose", description=__doc__)
    parser.add_argument("--list", nargs="*", metavar="KIND", help="print all texts, or those of some kinds")
    parser.add_argument("--all", action="store_true", help="print the findings that remain, too")
    parser.add_argument("--write", action="store_true", help="record what remains")
    parser.add_argument("--only", metavar="PATH", default="", help="only files whose path begins so")
    arguments = parser.parse_args()
    passages = [passage for passage in find_passages() if passage.path.startswith(arguments.only)]
    if arguments.list is not None:
        for passage in passages:
            if not arguments.list or passage.kind in arguments.list:
                print(passage)
        return 0
    from .check import find_habits

    findings = list(find_habits(passages))
    counts = Counter(finding.passage.path for finding in findings)
    if arguments.write:
        REMAINING.write_text("".join(f"{counts[path]} {path}\n" for path in sorted(counts)), "utf-8")
        return 0
    allowed = read_remaining(REMAINING.read_text("utf-8"))
    worse = {path for path, count in counts.items() if count > allowed.get(path, 0)}
    for finding in findings:
        if arguments.all or finding.passage.path in worse:
            print(finding)
    for path in sorted(worse):
        print(f"{path}: {counts[path]} findings, {allowed.get(path, 0)} of which are known")
    print(f"{len(passages)} texts, {len(findings)} findings, {sum(allowed.values())} known")
    return 1 if worse else 0


def read_remaining(text: str) -> dict[str, int]:
    """Return how many findings each file may still have."""
    lines = (line.split(" ", 1) for line in text.splitlines() if line.strip())
    return {path: int(count) for count, path in lines}


if __name__ == "__main__":
    sys.exit(main())
