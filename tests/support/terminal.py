"""A command on a separate terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
from pathlib import Path


def run_on_terminal(*command: str, folder: Path | None = None, **environ: str) -> str:
    """Return everything that a command writes to a terminal, with its control sequences."""
    leader, follower = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environ}
    process = subprocess.Popen(command, stdout=follower, stderr=follower, cwd=folder, env=env)
    os.close(follower)
    chunks = []
    with contextlib.suppress(OSError):  # what a pseudo-terminal says when the other side has closed
        while chunk := os.read(leader, 65536):
            chunks.append(chunk)
    process.wait(timeout=30)
    os.close(leader)
    return b"".join(chunks).decode()
