"""Both commands against real servers, configured well and badly: the table of the manual is what they find today."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.manual import DOCS, read_table
from support.needs import needs_program
from support.npm import install_npm_packages

from tools.peers.__main__ import HEADS
from tools.peers.running import NPM_PACKAGES
from tools.peers.servers import SERVERS, TRIED, look

pytestmark = pytest.mark.server

TABLE = {(row[0], row[1]): row[2:] for row in read_table(DOCS / "audit.md", "What it found")}


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_program("node")
    return install_npm_packages(tmp_path_factory.mktemp("npm"), *NPM_PACKAGES)


@pytest.mark.parametrize("setup", TRIED)
@pytest.mark.parametrize("server", SERVERS)
def test_what_is_found_is_what_the_manual_says(server: str, setup: str, request: pytest.FixtureRequest) -> None:
    modules = request.getfixturevalue("node_modules") if server == "express" else None
    found = look(server, setup, modules)
    shown = [found.not_run] * 2 if found.not_run else [found.check, ", ".join(found.audit) or "nothing"]
    assert TABLE[SERVERS[server], HEADS[setup]] == shown


def test_the_table_has_every_server_with_every_setup() -> None:
    assert set(TABLE) == {(name, HEADS[setup]) for name in SERVERS.values() for setup in TRIED}


def test_ours_has_no_finding_in_any_setup_and_others_have_in_the_permissive_ones() -> None:
    ours = [row for (name, _), row in TABLE.items() if name in ("cors-wsgi", "flask_cors_ext")]
    assert {row[1] for row in ours} == {"nothing", "does not start"}
    permissive = {name: row[1] for (name, setup), row in TABLE.items() if setup.startswith("every origin")}
    assert sum("critical any-origin" in row for row in permissive.values()) == len(SERVERS) - 3
