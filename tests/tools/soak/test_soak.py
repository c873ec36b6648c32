"""A short soak, and the proof that its checks can fail."""

from __future__ import annotations

import pytest
from support.needs import needs_module

from tools.soak.checks import find_fault
from tools.soak.run import GROWTH_LIMIT, WORKERS, soak

ORIGIN = "https://tenant0.example"
SHARED = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "X-Generation-0",
    "Vary": "Accept, Origin",
}
BODY = b'{"origin": "https://tenant0.example", "pid": 1}'


@pytest.mark.server
@pytest.mark.parametrize("worker", sorted(WORKERS))
def test_every_answer_is_right_while_policies_and_workers_come_and_go(worker: str) -> None:
    needs_module("gunicorn")
    if worker == "gevent":
        needs_module("gevent")
    result = soak(worker, seconds=30, clients=6)
    assert result.faults == []
    assert result.answers > 500
    assert result.killed >= 3
    assert result.growth, "no worker lived long enough to be measured"
    assert max(result.growth.values()) < GROWTH_LIMIT


@pytest.mark.parametrize(
    ("headers", "is_right"),
    [
        pytest.param(SHARED, True, id="the generation that allows the origin"),
        pytest.param({"Vary": "Accept, Origin"}, True, id="the generation that refuses it"),
        pytest.param(SHARED | {"Access-Control-Expose-Headers": "X-Generation-1"}, False, id="two generations mixed"),
        pytest.param(SHARED | {"Access-Control-Allow-Origin": "https://tenant2.example"}, False, id="another origin"),
        pytest.param(SHARED | {"Vary": "Accept"}, False, id="no Vary"),
    ],
)
def test_the_checks_of_the_soak_can_fail(headers: dict[str, str], is_right: bool) -> None:
    fault = find_fault(0, ORIGIN, "simple", (200, headers, BODY))
    assert (fault is None) is is_right
