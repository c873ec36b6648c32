"""Migrate public packages that use Flask-CORS: none may break, and what the table says must be what apps do."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .packages import PACKAGES
from .run import try_package
from .shapes import list_rows


def main() -> None:
    """Print a line of a table for each package."""
    parser = argparse.ArgumentParser(prog="python -m tools.migrate", description=__doc__)
    parser.add_argument("--package", choices=[package.name for package in PACKAGES], help="only this one")
    parser.add_argument("--shapes", action="store_true", help="print the manual's table of calls instead")
    arguments = parser.parse_args()
    if arguments.shapes:
        for row in list_rows():
            print(f"| {' | '.join(row)} |")
        return
    only = arguments.package
    titles = ("package", "files that use it", "changed", "calls", "left", "left, with `--origins`", "asked")
    print(f"| {' | '.join(titles)} |\n|{' --- |' * len(titles)}")
    for package in PACKAGES:
        if only in (None, package.name):
            with tempfile.TemporaryDirectory() as folder:
                one = try_package(package, Path(folder))
            asked = "–" if one.asked is None else f"{one.asked} origins, before and after: as the table says"
            cells = (one.files, one.changed, one.calls, one.left, one.left_with_origins, asked)
            print(f"| {package.name} {package.version} | {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
