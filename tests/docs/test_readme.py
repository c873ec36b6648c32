"""README's recording of `check` is what the command prints for README's own app."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from support.manual import DOCS
from support.needs import needs_module

README = DOCS.parent / "README.md"


def test_the_recording_of_check_is_what_it_prints(tmp_path: Path) -> None:
    needs_module("rich")
    needs_module("urllib3")
    text = README.read_text("utf-8")
    (app,) = re.findall(r"^Around any WSGI app:\n\n```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "hello.py").write_text(app, "utf-8")
    (recorded,) = re.findall(r"^```text\n\$ (cors-wsgi check .*?)^```", text, re.MULTILINE | re.DOTALL)
    line, _, shown = recorded.partition("\n")
    command = [str(Path(sys.executable).with_name("cors-wsgi")), *shlex.split(line)[1:]]
    environ = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown.splitlines()
