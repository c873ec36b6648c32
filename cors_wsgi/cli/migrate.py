"""`cors-wsgi migrate PATH...`: rewrite source that uses Flask-CORS, and show who could read and who can now."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from cors_wsgi.origin_rules import find_origin_problem

DONE, LEFT, UNTRIED = 0, 1, 2

EXAMPLES: Final = """\
examples:
  cors-wsgi migrate .
  cors-wsgi migrate src --origins https://app.example.com --write
exit status: 0 nothing is left to do by hand, 1 something is (listed, and marked 'TODO cors-wsgi:'), 2 could not run
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="a file, or a folder with all its files")
    parser.add_argument(
        "--origins",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="an origin to write into calls that name none (repeatable)",
    )
    parser.add_argument("--write", action="store_true", help="write the files, instead of only showing the changes")


def run(arguments: argparse.Namespace) -> int:
    """Print the changes and the table: 0 if nothing is left to do by hand, 1 if something is, 2 if it could not run."""
    try:
        # libcst takes a moment to load, and comes with its own extra.
        from cors_wsgi.migrate.report import write_report  # noqa: PLC0415
        from cors_wsgi.migrate.tree import migrate, write  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "libcst":
            raise
        return _fail("libcst is not installed. Install it with: pip install 'cors-wsgi[migrate]'")
    for path in arguments.paths:
        if not path.exists():
            return _fail(f"there is no {path}")
    for origin in arguments.origins:
        if origin != "*" and (problem := find_origin_problem(origin)):
            return _fail(f"--origins {origin}: {problem.problem} {problem.remedy}")
    try:
        migration = migrate(arguments.paths, arguments.origins, as_written=arguments.write)
        if arguments.write:
            write(migration)
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}")
    if migration.diff:
        print(migration.diff)
    print(write_report(migration, is_written=arguments.write), end="")
    return LEFT if migration.left else DONE


def _fail(message: str) -> int:
    print(f"cors-wsgi migrate: {message}", file=sys.stderr)
    return UNTRIED
