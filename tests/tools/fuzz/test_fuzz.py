"""A short run of every target, and every seed."""

from __future__ import annotations

import pytest

from tools.fuzz import __main__ as command
from tools.fuzz.seeds import SEEDS
from tools.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_seed_holds(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_ten_seconds_of_mutations_find_nothing(name: str) -> None:
    assert command.mutate(name, seconds=10) > 100
