"""Responses pass through while they are being made, and are closed when nobody waits for them any more."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from servers.client import connect
from servers.policies import ORIGIN
from support.servers import KINDS, serve

pytestmark = pytest.mark.server


@pytest.mark.parametrize("server", sorted(KINDS))
def test_a_stream_is_not_buffered_and_is_shared(server: str, tmp_path: Path) -> None:
    note = tmp_path / "note"
    with serve(server, "servers.streams:stream", STREAM_NOTE=str(note)) as port, connect(port) as connection:
        connection.request("GET", "/", headers={"Origin": ORIGIN})
        response = connection.getresponse()
        assert response.getheader("Access-Control-Allow-Origin") == ORIGIN
        assert response.readline() == b"first\n"
        note.with_suffix(".seen").touch()
        assert response.read() == b"second\n"
        wait_for(note.with_suffix(".closed"))


@pytest.mark.parametrize("server", sorted(KINDS))
def test_a_client_that_goes_away_leaves_nothing_open(server: str, tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.with_suffix(".endless").touch()
    with serve(server, "servers.streams:stream", STREAM_NOTE=str(note)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(f"GET / HTTP/1.1\r\nHost: x\r\nOrigin: {ORIGIN}\r\n\r\n".encode())
            assert client.recv(10)
            assert not note.with_suffix(".closed").exists()
        wait_for(note.with_suffix(".closed"))


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 15
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not come"
        time.sleep(0.02)
