"""Warnings that point at the user's line, however deep in the extension they arise."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from cors_wsgi import PolicyWarning

_PACKAGE = __name__.partition(".")[0]


def warn(message: str) -> None:
    """Give a `PolicyWarning` about the nearest calling line that is not the extension's own."""
    warnings.warn(message, PolicyWarning, stacklevel=_find_caller()[0])


def find_call() -> str:
    """Return file and line of the nearest calling line that is not the extension's own."""
    frame = _find_caller()[1]
    return "an unknown line" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _find_caller() -> tuple[int, FrameType | None]:
    """Return the frame of the user's line, and how far it is above whoever called this."""
    frame = inspect.currentframe()
    level = 0
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == _PACKAGE:
        frame = frame.f_back
        level += 1
    return level, frame


@contextmanager
def hush() -> Iterator[None]:
    """Keep policies from warning: what a layer says is warned of where it is read, not with every merge."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        yield
