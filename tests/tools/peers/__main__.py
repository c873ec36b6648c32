"""`cd tests && python -m tools.peers servers`, or `comparison`: run it, and print its tables as Markdown.

`comparison --write` puts them into the manual and the README, between their marks.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

from support.manual import DOCS, ROOT, write_part
from support.npm import install_npm_packages

from tools.peers.comparison import compare, write_reasons, write_short_table, write_table, write_versions
from tools.peers.running import NPM_PACKAGES
from tools.peers.servers import SERVERS, TRIED, look

HEADS: Final = {
    "named": "one origin, with credentials",
    "everybody-with-credentials": "every origin, with credentials",
    "regex": r"the regex `https://trusted\.example`",
}
PAGES: Final = {
    "table": DOCS / "comparison.md",
    "reasons": DOCS / "comparison.md",
    "versions": DOCS / "comparison.md",
    "short": ROOT / "README.md",
}
"""Where each part stands, between the marks `<!-- part: begin -->` and `<!-- part: end -->`."""


def print_servers() -> None:
    """Print what check and audit find on every server."""
    with tempfile.TemporaryDirectory() as folder:
        modules = install_npm_packages(Path(folder), *NPM_PACKAGES)
        print("| server | configured | `check` | `audit` |\n|---|---|---|---|")
        for setup in TRIED:
            for server, name in SERVERS.items():
                found = look(server, setup, modules)
                if found.not_run:
                    print(f"| {name} | {HEADS[setup]} | {found.not_run} | {found.not_run} |")
                else:
                    print(f"| {name} | {HEADS[setup]} | {found.check} | {', '.join(found.audit) or 'nothing'} |")


def make_parts() -> dict[str, str]:
    """Compare every peer, and return the parts in Markdown."""
    found = compare()
    today = date.today()
    versions = f"Measured on {today.day} {today:%B %Y} with {write_versions(found)}.\n"
    return {
        "table": write_table(found),
        "reasons": write_reasons(found),
        "versions": versions,
        "short": write_short_table(found),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.peers", description=__doc__)
    parser.add_argument("what", choices=["servers", "comparison"], nargs="?", default="servers")
    parser.add_argument("--write", action="store_true", help="put the comparison where it is shown")
    arguments = parser.parse_args()
    if arguments.what == "servers":
        print_servers()
        return
    for part, text in make_parts().items():
        if arguments.write:
            write_part(PAGES[part], part, text)
        print(text)


if __name__ == "__main__":
    main()
