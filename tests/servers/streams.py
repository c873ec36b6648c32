"""A wrapped app that shows what a server does with a response while it is being made."""

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
    """Its last chunk comes when the first was seen, or the client goes away; it notes in a file that it was closed."""

    def __init__(self, note: Path) -> None:
        self._note = note

    def __iter__(self) -> Iterator[bytes]:
        yield b"first\n"
        deadline = time.monotonic() + 60
        endless = self._note.with_suffix(".endless").exists()
        while not self._note.with_suffix(".seen").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
            if endless:
                yield b"x" * 65536
        yield b"second\n"

    def close(self) -> None:
        self._note.with_suffix(".closed").touch()


def _stream(environ: WSGIEnvironment, start_response: StartResponse) -> _Stream:
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    return _Stream(Path(os.environ["STREAM_NOTE"]))


stream = share(_stream)
