"""Run cases in a real browser, and convert what it did into the form that is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from support.engines import open_page

from .cases import Case, Observed
from .server import Received, RecordingServer, run_server
from .wire import describe_request

SECONDS_A_CASE: Final = 0.2
"""Far more than any of the browsers takes, on a machine that is busy with something else."""

SECONDS_APART: Final = 1.0
"""The same, of cases that are run one by one."""


class Recording:
    """What a browser did with cases.

    Attributes:
        origins: of the three servers.
        observed: by the case's id, one a step.
        elapsed: by the case's id, the seconds that passed before each step, since the one before.
        agent: the browser's User-Agent.
        is_apart: whether every case was over before the next began.
    """

    def __init__(self, server: RecordingServer, cases: Sequence[Case], *, is_apart: bool = False) -> None:
        self.origins: Mapping[str, str] = dict(server.origins)
        self.agent = server.agent
        self.is_apart = is_apart
        self.observed: dict[str, list[Observed]] = {}
        self.elapsed: dict[str, list[float]] = {}
        for case in cases:
            name, results = case["id"], server.results[case["id"]]
            self.observed[name] = [
                _observe(result, requests, server.language)
                for result, requests in zip(results, server.received[name], strict=False)
            ]
            ends = [results[0]["start"], *(result["end"] for result in results)]
            self.elapsed[name] = [max(one["start"] - end, 0.0) for one, end in zip(results, ends, strict=False)]


def run_cases(engine: str, cases: Sequence[Case], *, is_apart: bool = False) -> Recording:
    """Open the page in a browser, and return what it did with every case.

    Args:
        engine: the browser's name.
        cases: what to run.
        is_apart: one by one, not several at the same time.

    Raises:
        TimeoutError: the page did not come to its end.
    """
    longest = max((sum(step.get("wait", 0.0) for step in case["steps"]) for case in cases), default=0.0)
    waiting = sum(any("wait" in step for step in case["steps"]) for case in cases)
    seconds = 60 + (SECONDS_APART if is_apart else SECONDS_A_CASE) * len(cases) + longest * (1 + waiting / 20)
    with run_server() as server:
        server.tell(cases)
        url = "{page}/?api={api}&api2={api2}".format(**server.origins) + ("&slowly" if is_apart else "")
        with open_page(engine, url) as log:
            if not server.wait(seconds):
                tail = log.read_text(errors="replace")[-2000:]
                done = f"{len(server.results)} of {len(cases)} cases"
                raise TimeoutError(f"{engine} did {done} in {seconds:.0f} seconds; it wrote:\n{tail}")
        return Recording(server, cases, is_apart=is_apart)


def _observe(result: Mapping[str, Any], requests: Sequence[Received], language: str) -> Observed:
    client: Any = result.get("failed") or result.get("outcome")
    if "outcome" in result:
        pass
    elif client is None:
        client = {
            "type": result["type"],
            "status": result["status"],
            "url": result["url"],
            "redirected": result.get("redirected"),
            "headers": sorted((name, value) for name, value in result["headers"]),
            "body": result["body"],
        }
    elif client != "timeout":
        client = "failed"
    described = [
        describe_request(one.server, one.method, one.target, one.headers, one.body, is_preflight=one.is_preflight)
        for one in requests
    ]
    for one in described:
        if one["headers"].get("accept-language") == language:
            del one["headers"]["accept-language"]
    return {"client": client, "requests": described}
