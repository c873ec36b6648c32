"""`python -m tools.prose` checks every text that people read; `--list` prints them instead."""

from __future__ import annotations

import argparse
import sys

from .passages import find_passages


def main() -> int:
    """Print the list, or check it, and return the exit status: 1 if there is any finding."""
    parser = argparse.ArgumentParser(prog="python -m tools.prose", description=__doc__)
    parser.add_argument("--list", nargs="*", metavar="KIND", help="print all texts, or those of some kinds")
    parser.add_argument("--only", metavar="PATH", default="", help="only files whose path begins with this")
    arguments = parser.parse_args()
    passages = [passage for passage in find_passages() if passage.path.startswith(arguments.only)]
    if arguments.list is not None:
        for passage in passages:
            if not arguments.list or passage.kind in arguments.list:
                print(passage)
        return 0
    from .check import find_habits

    findings = list(find_habits(passages))
    for finding in findings:
        print(finding)
    print(f"{len(passages)} texts, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
