"""Plain apps that show what a server does with a response while it is being made."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from servers.policies import share

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _Stream:
    """Ten chunks, the second only when the first was seen; it notes in a file that it was closed."""

    def __init__(self, note: Path) -> None:
        self._note = note

    def __iter__(self) -> Iterator[bytes]:
        yield b"first\n"
        deadline = time.monotonic() + 20
        while not self._note.with_suffix(".seen").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        yield b"second\n"
        if self._note.with_suffix(".forever").exists():
            for _ in range(2000):
                yield b"x" * 65536
                time.sleep(0.005)

    def close(self) -> None:
        self._note.with_suffix(".closed").touch()


def _stream(environ: WSGIEnvironment, start_response: StartResponse) -> _Stream:
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    return _Stream(Path(os.environ["STREAM_NOTE"]))


def bare_204(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("204 No Content", [])
    return []


stream = share(_stream)
