"""The comparison in the manual and the README is what the peers do today, and the probes can fail for ours."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from support.manual import read_part
from support.needs import needs_module

from tools.peers.__main__ import PAGES
from tools.peers.asking import Asker
from tools.peers.comparison import (
    CANNOT_SAY,
    COLUMNS,
    NO,
    OURS,
    YES,
    compare,
    write_reasons,
    write_short_table,
    write_table,
)
from tools.peers.probes import PROBES
from tools.peers.running import PYTHON_PEERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from tools.peers.comparison import Column

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def found() -> dict[str, Column]:
    for module in (*PYTHON_PEERS.values(), "waitress", "uvicorn"):
        needs_module(module)
    return compare()


def test_the_tables_are_what_is_found_today(found: dict[str, Column]) -> None:
    assert read_part(PAGES["table"], "table") == write_table(found)
    assert read_part(PAGES["short"], "short") == write_short_table(found)
    assert read_part(PAGES["reasons"], "reasons") == write_reasons(found)


def test_ours_keeps_every_promise_but_what_no_wsgi_middleware_can(found: dict[str, Column]) -> None:
    broken = {(peer, name) for peer in OURS for name, cell in found[peer].cells.items() if not cell.startswith(YES)}
    assert broken == {("ours", "crash")}


def test_every_peer_keeps_some_promises_and_a_dash_has_a_reason(found: dict[str, Column]) -> None:
    assert set(found) == set(COLUMNS)
    for column in found.values():
        assert set(column.cells) == {probe.name for probe in PROBES}
        assert sum(cell.startswith(YES) for cell in column.cells.values()) >= len(PROBES) // 4
        assert (CANNOT_SAY in column.cells.values()) == bool(column.reasons)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None: ...


@contextlib.contextmanager
def serve(*headers: tuple[str, str], reflects: bool) -> Iterator[Asker]:
    """Serve an app that sends these headers with every answer, and the Origin back, or nothing else."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        origin = [("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*"))] if reflects else []
        start_response("200 OK", [("Content-Type", "text/plain"), *origin, *headers])
        return [environ["REQUEST_METHOD"].encode()]

    with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Asker(f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


WORST = (
    ("Access-Control-Allow-Credentials", "true"),
    ("Access-Control-Allow-Methods", "*"),
    ("Access-Control-Allow-Headers", "x-evil"),
    ("Access-Control-Allow-Private-Network", "true"),
    ("X-Long", "x" * 4000),
)


def test_an_app_that_does_everything_wrong_keeps_no_promise() -> None:
    with serve(*WORST, reflects=True) as asker:
        kept = {probe.name for probe in PROBES if probe.holds(asker)}
    assert kept == {"before-the-app"}  # of this app nothing shows whether it was entered


def test_an_app_that_answers_nobody_keeps_what_is_about_safety_alone() -> None:
    with serve(reflects=False) as asker:
        kept = {probe.name for probe in PROBES if probe.holds(asker)}
    broken = {probe.name for probe in PROBES} - kept
    assert broken == {
        *("subdomains", "vary-kept", "one-for-all", "before-the-app", "max-age", "exposed", "not-found", "crash"),
    }


def test_no_cell_is_anything_but_a_known_word() -> None:
    cells = {
        cell.strip() for line in read_part(PAGES["table"], "table").splitlines()[2:] for cell in line.split("|")[2:-1]
    }
    assert cells <= {YES, NO, CANNOT_SAY, "yes, does not start"}
    assert re.search(r"Measured on \d+ \w+ 20\d\d with .*flask-cors", read_part(PAGES["versions"], "versions"))
