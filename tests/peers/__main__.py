"""`cd tests && python -m peers [servers]`: run the comparison, and print its tables as Markdown."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from support.npm import install_npm_packages

from peers.running import NPM_PACKAGES
from peers.servers import SERVERS, TRIED, look

HEADS: Final = {
    "named": "one origin, with credentials",
    "everybody-with-credentials": "every origin, with credentials",
    "regex": r"the regex `https://trusted\.example`",
}


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


if __name__ == "__main__":
    if sys.argv[1:] == ["servers"]:
        print_servers()
    else:
        raise SystemExit(__doc__)
