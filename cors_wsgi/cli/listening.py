"""What an app's own policy says about a request, if the app is called in process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cors_wsgi import Decision

from .hints import Hint, HintName


@dataclass
class Heard:
    """What an app's policy logged.

    Attributes:
        hints: its messages.
        nearest: the rule closest to the page's origin; empty if none is close, or the origin is allowed.
    """

    hints: list[Hint] = field(default_factory=list)
    nearest: str = ""


@contextmanager
def listen_to_policy() -> Iterator[Heard]:
    """Collect what the logger `cors_wsgi` says meanwhile: its reasons to refuse, the nearest rule, and warnings.

    An app in another process is not heard.
    """
    logger, listener = logging.getLogger("cors_wsgi"), _Listener()
    level = logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.DEBUG)
    try:
        yield listener.heard
    finally:
        logger.setLevel(level)
        logger.removeHandler(listener)


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.heard = Heard()

    def emit(self, record: logging.LogRecord) -> None:
        decisions = [each for each in record.args or () if isinstance(each, Decision)]
        if record.levelno >= logging.WARNING:
            self.heard.hints.append(Hint(HintName.LOG, record.getMessage()))
        elif decisions and not decisions[0].allowed:
            self.heard.hints.append(Hint(HintName.POLICY, f"The app's own policy refuses it: {decisions[0].advice}."))
            self.heard.nearest = decisions[0].nearest or ""
