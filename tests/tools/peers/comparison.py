"""The comparison: every probe for every peer, answered by the running peer."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

from tools.peers.asking import Asker
from tools.peers.probes import PROBES, SHORT
from tools.peers.running import PYTHON_PEERS, start

COLUMNS: Final = {
    "ours": "cors-wsgi",
    "ours_flask": "in Flask",
    "flask_cors": "Flask-CORS",
    "django_cors_headers": "django-cors-headers",
    "starlette": "Starlette",
    "falcon": "Falcon",
    "aiohttp_cors": "aiohttp-cors",
    "wsgicors": "wsgicors",
    "oslo_middleware": "oslo.middleware",
}
"""By adapter, the head of its column."""

OURS: Final = ("ours", "ours_flask")

YES, NO, CANNOT_SAY = "yes", "no", "–"
REFUSES: Final = "yes, does not start"

SAFE_IF_REFUSED: Final = frozenset({"no-reflection", "misspelled", "nothing-said"})
"""The promises that a peer keeps if it does not start with that setup."""


@dataclass
class Column:
    """What was found of one peer.

    Attributes:
        cells: by probe.
        reasons: by setup, why its documentation has no way to say it.
    """

    cells: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


def look(peer: str) -> Column:
    """Start a peer with each setup, and put every probe to it."""
    column = Column()
    silent: dict[str, str] = getattr(importlib.import_module(f"tools.peers.adapters.{peer}"), "CANNOT_SAY", {})
    for setup in dict.fromkeys(probe.setup for probe in PROBES):
        probes = [probe for probe in PROBES if probe.setup == setup]
        with start(peer, setup) as running:
            if running.inexpressible:
                column.reasons[setup] = running.inexpressible
            for probe in probes:
                if running.inexpressible or probe.name in silent:
                    column.cells[probe.name] = CANNOT_SAY
                elif running.refused:
                    column.cells[probe.name] = REFUSES if probe.name in SAFE_IF_REFUSED else NO
                else:
                    column.cells[probe.name] = YES if probe.holds(Asker(running.url)) else NO
    column.reasons |= silent
    return column


def compare(peers: Iterable[str] = tuple(PYTHON_PEERS)) -> dict[str, Column]:
    """Return what was found, by peer."""
    peers = list(peers)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(peers, pool.map(look, peers), strict=True))


def write_table(found: dict[str, Column]) -> str:
    """Return the whole table in Markdown."""
    heads = [COLUMNS[peer] for peer in found]
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for probe in PROBES:
        cells = [found[peer].cells[probe.name] for peer in found]
        lines.append(f"| {probe.promise} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_short_table(found: dict[str, Column]) -> str:
    """Return the most telling rows; ours is one column, which says yes where both say so."""
    peers = [peer for peer in found if peer not in OURS]
    lines = [f"| | cors-wsgi | {' | '.join(COLUMNS[peer] for peer in peers)} |", f"|---|---|{'---|' * len(peers)}"]
    for promise, names in SHORT:
        cells = [_sum_up(found[peer].cells[name] for peer in some for name in names) for some in (OURS, *zip(peers))]
        lines.append(f"| {promise} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_reasons(found: dict[str, Column]) -> str:
    """Return a line for everything that a peer's documentation has no way to say."""
    lines = []
    for peer, column in found.items():
        for reason in dict.fromkeys(column.reasons.values()):
            about = ", ".join(sorted(name for name, said in column.reasons.items() if said == reason))
            lines.append(f"- {COLUMNS[peer]}, {about}: {reason}.")
    return "\n".join(lines) + "\n"


def write_versions(found: dict[str, Column]) -> str:
    """Return the names and versions of everything that was compared."""
    packages = {
        package: version(package)
        for peer in found
        for package in importlib.import_module(f"tools.peers.adapters.{peer}").PACKAGES
        if package != "cors-wsgi"
    }
    return ", ".join(f"{name} {number}" for name, number in sorted(packages.items()))


def _sum_up(cells: Iterable[str]) -> str:
    found = {cell.partition(",")[0] for cell in cells}
    return next(cell for cell in (CANNOT_SAY, NO, YES) if cell in found)
