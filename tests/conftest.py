"""What all tests share: property tests that find the same things in every run, and an environment without surprises."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")


_SETTINGS = ("CORS_", "FLASK_")
_TERMINAL = ("CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TTY_COMPATIBLE")
_LOOPBACK = "localhost,127.0.0.1,::1,[::1]"


def pytest_sessionstart() -> None:
    """Keep what the shell says to Flask and of the terminal from the tests, and their traffic from its proxy."""
    for name in list(os.environ):
        if name in _TERMINAL or (name.startswith(_SETTINGS) and not name.startswith("CORS_WSGI_")):
            del os.environ[name]
    os.environ["LC_ALL"] = "C.UTF-8"  # which language the commands speak
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), _LOOPBACK)))


@pytest.fixture(autouse=True)
def the_log_keeps_its_level() -> Iterator[None]:
    """Undo what an example of the manual sets for good, as a program does."""
    logger = logging.getLogger("cors_wsgi")
    level = logger.level
    yield
    logger.setLevel(level)
