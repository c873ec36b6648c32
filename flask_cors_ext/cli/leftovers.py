"""What `cors-wsgi migrate` left to do by hand: its comments in the source of an app."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from ..marks import module_of

_TODO = re.compile(r"^[ \t]*# TODO cors-wsgi:[ \t]*(.*)$", re.MULTILINE)


def find_leftovers(app: Flask) -> Iterator[str]:
    """Yield file, line and text of every comment `TODO cors-wsgi:` in the loaded modules of an app."""
    for path in sorted(_list_files(app)):
        text = path.read_text("utf-8", "replace")
        for match in _TODO.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[1].strip()}"


def _list_files(app: Flask) -> set[Path]:
    """Return the files of the modules in the app's folder, and of those that its views are from."""
    names = {app.import_name, *map(module_of, app.view_functions.values())}
    found = set()
    for name, module in list(sys.modules.items()):
        # Read and not asked for: a module that loads lazily would be loaded by that.
        file = getattr(module, "__dict__", {}).get("__file__")
        path = Path(file).absolute() if isinstance(file, str) and file.endswith(".py") else None
        if path is None or "site-packages" in path.parts:
            continue
        if (name in names or path.is_relative_to(Path(app.root_path).absolute())) and path.is_file():
            found.add(path)
    return found
