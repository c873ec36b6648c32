"""Play a scenario by real HTTP, as a browser would send it, and hold the answers against what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import urllib3

from cors_wsgi.fetch import ORIGIN, REQUEST_HEADERS, REQUEST_METHOD, VARY

from .origins import DemoOrigins
from .scenarios import Expected, Scenario

_CORS = "access-control-"


@dataclass(frozen=True)
class Exchange:
    """One request that was sent, and its answer.

    Attributes:
        method: the request's method.
        status: the answer's status.
        headers: every CORS header of the answer, and Vary.
    """

    method: str
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class ScenarioResult:
    """What a scenario came to.

    Attributes:
        scenario: the scenario.
        exchanges: what went over the wire.
        differences: a line for each answer that is not as expected.
    """

    scenario: Scenario
    exchanges: tuple[Exchange, ...]
    differences: tuple[str, ...]

    @property
    def is_as_expected(self) -> bool:
        """Whether every answer is as expected, to the last CORS header."""
        return not self.differences


def run_scenario(scenario: Scenario, origins: DemoOrigins) -> ScenarioResult:
    """Send what a browser sends for a scenario, and compare each answer completely."""
    exchanges: list[Exchange] = []
    differences: list[str] = []
    with urllib3.PoolManager(retries=False, timeout=10.0) as client:
        if scenario.preflight is not None:
            sent = {ORIGIN: origins.page, REQUEST_METHOD: scenario.method}
            names = sorted(name.lower() for name in scenario.headers)
            sent |= {REQUEST_HEADERS: ",".join(names)} if names else {}
            exchanges.append(_send(client, "OPTIONS", origins.api + scenario.path, sent))
            differences += _compare(exchanges[-1], scenario.preflight, origins)
        if scenario.actual is not None:
            sent = {ORIGIN: origins.page, **scenario.headers}
            sent |= {"Cookie": "session=demo"} if scenario.credentials else {}
            exchanges.append(_send(client, scenario.method, origins.api + scenario.path, sent, scenario.body))
            differences += _compare(exchanges[-1], scenario.actual, origins)
    return ScenarioResult(scenario, tuple(exchanges), tuple(differences))


def _send(
    client: urllib3.PoolManager, method: str, url: str, headers: Mapping[str, str], body: str | None = None
) -> Exchange:
    response = client.request(method, url, headers=headers, body=body, redirect=False)
    kept = {
        name: value
        for name, value in response.headers.items()
        if name.lower().startswith(_CORS) or name.lower() == VARY.lower()
    }
    return Exchange(method, response.status, kept)


def _compare(exchange: Exchange, expected: Expected, origins: DemoOrigins) -> list[str]:
    wanted = {name: value.replace("{page}", origins.page) for name, value in expected.headers.items()}
    if (exchange.status, exchange.headers) == (expected.status, wanted):
        return []
    seen = f"{exchange.method} was answered {exchange.status} {dict(exchange.headers)}"
    return [f"{seen}, expected was {expected.status} {wanted}"]
