"""Faults of the app and of origin rules, under real servers: wrapped, an app fails as it fails bare, and it goes on."""

from __future__ import annotations

import http.client
import threading
import time

import pytest
from servers.client import ask, connect
from servers.faults import HANGS, NONSENSE, RAISES, SLOW
from servers.policies import EVIL, ORIGIN
from support.servers import KINDS, serve

pytestmark = pytest.mark.server

FAULTS = (
    "raises-before",
    "raises-after",
    "raises-while-iterated",
    "raises-on-close",
    "starts-late",
    "starts-twice",
    "starts-again-with-exc-info",
    "never-starts",
)


DOUBLING = ("gunicorn-gthread", "gunicorn-sync")
"""Servers that send the headers of a response that the app replaced beside those of the other; the app's own, too."""

Seen = dict[tuple[str, str], tuple[object, list[str]]]


def describe(port: int, fault: str, origin: str) -> tuple[object, list[str]]:
    """Return what comes of a request (or how nothing comes) but for CORS and Vary, and the names of these."""
    try:
        with connect(port) as connection:
            connection.request("GET", f"/{fault}", headers={"Origin": origin, "Connection": "close"})
            response = connection.getresponse()
            body = response.read()
    except (http.client.HTTPException, OSError) as error:
        return type(error).__name__, []
    headers = [(name.lower(), value) for name, value in response.getheaders()]
    ours = [name for name, _ in headers if name.startswith("access-control-") or name == "vary"]
    others = [(name, value) for name, value in headers if name not in (*ours, "date", "content-length")]
    return (response.status, body, others), ours


def look(server: str, app: str) -> Seen:
    """Ask for every fault, and for a sound answer in the end."""
    with serve(server, f"servers.faults:{app}") as port:
        asked = [(fault, origin) for fault in (*FAULTS, "") for origin in (ORIGIN, EVIL)]
        return {(fault, origin): describe(port, fault, origin) for fault, origin in asked}


@pytest.mark.parametrize("server", sorted(KINDS))
def test_an_app_with_a_fault_fails_as_it_fails_bare_and_the_next_request_is_answered(server: str) -> None:
    bare, wrapped = look(server, "bare"), look(server, "wrapped")
    assert {asked: came for asked, (came, _) in wrapped.items()} == {asked: came for asked, (came, _) in bare.items()}
    assert all(ours == [] for _, ours in bare.values())
    shared = ["access-control-allow-credentials", "access-control-allow-origin", "access-control-expose-headers"]
    assert sorted(wrapped["", ORIGIN][1]) == [*shared, "vary"]
    assert wrapped["", EVIL][1] == ["vary"]
    twice = {asked for asked, (_, ours) in wrapped.items() if len(set(ours)) < len(ours)}
    again = "starts-again-with-exc-info"
    assert twice == ({(again, ORIGIN), (again, EVIL)} if server in DOUBLING else set())


@pytest.mark.parametrize("server", ["gunicorn-gthread", "waitress", "uwsgi"])
def test_while_a_rule_hangs_other_origins_are_answered(server: str) -> None:
    with serve(server, "servers.faults:ruled") as port:
        hanging = threading.Thread(target=ask, args=(port, "GET", "/", {"Origin": HANGS}))
        began = time.monotonic()
        hanging.start()
        answers = [ask(port, "GET", "/", {"Origin": ORIGIN}).cors for _ in range(5)]
        took = time.monotonic() - began
        hanging.join()
    assert answers == [{"Access-Control-Allow-Origin": ORIGIN}] * 5
    assert took < SLOW


@pytest.mark.parametrize("server", sorted(KINDS))
def test_a_rule_that_raises_or_returns_nonsense_allows_nobody_and_one_that_is_slow_is_waited_for(server: str) -> None:
    with serve(server, "servers.faults:ruled") as port:
        for origin, allowed in ((RAISES, False), (NONSENSE, False), (EVIL, False), (HANGS, True)):
            answer = ask(port, "GET", "/", {"Origin": origin})
            cors = {"Access-Control-Allow-Origin": origin} if allowed else {}
            assert (answer.status, answer.cors, answer.vary, answer.body) == (200, cors, {"Origin"}, b"ok")
