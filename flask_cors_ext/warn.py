"""Warnings that point at the user's line, however deep in the extension they arise."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cors_wsgi import PolicyWarning

_PACKAGE = __name__.partition(".")[0]


def warn(message: str) -> None:
    """Give a `PolicyWarning` about the nearest calling line that is not the extension's own."""
    frame = inspect.currentframe()
    level = 0
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == _PACKAGE:
        frame = frame.f_back
        level += 1
    warnings.warn(message, PolicyWarning, stacklevel=level + 1)


@contextmanager
def hush() -> Iterator[None]:
    """Keep policies from warning: what a layer says is warned of where it is read, not with every merge."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        yield
