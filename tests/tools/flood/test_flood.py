"""A short flood: allowed origins stay allowed without a look-up, and no more than the limit is kept."""

from __future__ import annotations

import sys

import pytest

from tools.flood.__main__ import GROWTH_LIMIT
from tools.flood.run import ALLOWED, SIZE, flood


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_flood_of_made_up_origins_evicts_no_grant_and_fills_no_memory() -> None:
    result = flood(80_000)
    assert result.wrong == []
    assert result.asked_again == 0
    assert result.sizes == (len(ALLOWED), SIZE)
    assert 1 <= result.most_at_once <= 4
    assert result.growth < GROWTH_LIMIT
    statistics = result.statistics
    assert statistics["misses"] + statistics["refused_unasked"] == 80_000 + len(ALLOWED)
    assert statistics["hits"] == 800
