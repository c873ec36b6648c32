"""What all tests share: property tests that find the same things in every run, in bounded time."""

from __future__ import annotations

import logging
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


@pytest.fixture(autouse=True)
def the_log_keeps_its_level() -> Iterator[None]:
    """Undo what an example of the manual sets for good, as a program does."""
    logger = logging.getLogger("cors_wsgi")
    level = logger.level
    yield
    logger.setLevel(level)
