"""Record, for every row of the table of engines, a case that needs it: `python -m tools.engines.rows`.

Runs generated cases in each browser until every row of it is needed by one, then those of `RARE` and, one by one,
those of `apart.py`, and writes what is needed to `engines/data/rows.json.gz` with what the browser did; a test takes
out each row, and sees that the model then disagrees with one of these or of the other recordings.
"""

from __future__ import annotations

import argparse
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from support.engines import ENGINES as BROWSERS
from support.engines import version_of

from cors_wsgi.browser import DIFFERENCES, ENGINES

from .apart import list_apart
from .cases import Answer, Body, Case, Headers, Hop, Step
from .compare import compare, compare_case
from .generate import FAMILIES, generate_cases
from .run import Recording, run_cases

FILE: Final = Path(__file__).parent / "data" / "rows.json.gz"

SHOWN_ELSEWHERE: Final = {
    "checks_status_first": "shows in the words of consoles alone, which `consoles.py` records",
    "max_age_limit": "shows after ten minutes, two hours or a day, which `ages.py` records",
    "status_line": "is about odd HTTP, which `hostile.py` records",
    "trims_header_names": "is about odd HTTP, which `hostile.py` records",
    "refuses_nul": "is about odd HTTP, which `hostile.py` records",
    "lone_carriage_return": "is about odd HTTP, which `hostile.py` records",
    "keeps_folds": "is about odd HTTP, which `hostile.py` records",
    "ignores_bad_length": "is about odd HTTP, which `hostile.py` records",
}
"""Rows that no generated case can need, and why."""


_ROUNDS: Final = (
    tuple(FAMILIES),
    ("element",),
    ("cookie-syntax", "total-size", "preflight-cache"),
    ("redirect", "request", "anything", "total-size"),
)
"""The families of one run after another: what is rare in all of them together is asked for alone."""


_OPEN: Final[Headers] = [("Access-Control-Allow-Origin", "{origin}"), ("Access-Control-Allow-Credentials", "true")]


def _preload(target: str, *headers: tuple[str, str]) -> Step:
    actual: Answer = {"status": 200, "headers": [("X-Content-Type-Options", "nosniff"), *headers], "body": "x"}
    return {"api": "preload", "as": "script", "method": "GET", "target": target, "hops": {"0": {"actual": actual}}}


def _redirected() -> Step:
    """A request that a redirect takes to a third origin, where the answer to its preflight may be kept."""
    allowed = [*_OPEN, ("Access-Control-Allow-Methods", "*, PUT"), ("Access-Control-Max-Age", "600")]
    first: Answer = {"status": 307, "headers": [*_OPEN, ("Location", "{api2}/c/{id}/1")], "body": ""}
    hops: dict[str, Hop] = {
        "0": {"preflight": {"status": 204, "headers": allowed}, "actual": first},
        "1": {"preflight": {"status": 204, "headers": allowed}},
    }
    return {"api": "fetch", "method": "PUT", "target": "api", "hops": hops}


def _post(api: str, body: Body, **options: Any) -> Step:
    step: Any = {"api": api, "method": "POST", "target": "api", "body": body, **options}
    found: Step = step
    return found


_MANY: Final[Headers] = [
    *((name, "1" * 128) for name in ("DPR", "Downlink", "Viewport-Width", "Width", "RTT", "Device-Memory")),
    *((name, "a" * 128) for name in ("Accept-Language", "Content-Language")),
    ("Save-Data", "on"),
]
"""More than 1024 bytes that one browser safelists, one by one."""


_NOSNIFF: Final[Headers] = [("Content-Type", "text/html"), ("X-Content-Type-Options", "nosniff")]


def _get_range(api: str = "fetch", **options: Any) -> Step:
    step: Any = {"api": api, "method": "GET", "target": "api", "headers": [("Range", "bytes=00-01")], **options}
    found: Step = step
    return found


def _post_params(content_type: str) -> Step:
    body: Body = {"kind": "urlsearchparams", "value": "a=b"}
    return {**_post("xhr", body, headers=[("Content-Type", content_type)]), "target": "page"}


RARE: Final[dict[str, list[Step]]] = {
    "rare-1": [_redirected(), _redirected()],
    "rare-2": [_preload("page", ("Content-Type", "text/html"))],
    "rare-3": [_preload("api", ("Content-Type", "text/html"))],
    "rare-4": [_post("xhr", {"kind": "blob", "value": "x", "type": " text/plain"})],
    "rare-5": [_post("xhr", {"kind": "blob", "value": "x", "type": "text/plain;a=" + "b" * 130})],
    "rare-6": [
        _post("xhr", {"kind": "string", "value": "x"}, headers=[("Content-Type", 'text/plain;charset="utf-16"')])
    ],
    "rare-7": [_post("xhr", {"kind": "string", "value": "x"}, sync=True, listener=True)],
    "rare-8": [{"api": "fetch", "method": "GET", "target": "api", "headers": _MANY}],
    "rare-9": [
        {
            "api": "fetch",
            "method": "GET",
            "target": "api",
            "hops": {"0": {"actual": {"status": 302, "headers": [*_OPEN, ("Location", "/c/{id}/1?\xe9")], "body": ""}}},
        }
    ],
    "rare-10": [
        {
            "api": "modulepreload",
            "method": "GET",
            "target": "page",
            "hops": {"0": {"actual": {"status": 200, "headers": _NOSNIFF, "body": "x"}}},
        }
    ],
    "rare-11": [_get_range(cache="no-store"), _get_range(cache="reload")],
    "rare-12": [_get_range(api="xhr"), _get_range(api="xhr", headers=[("Range", "bytes=00-01"), ("If-Match", "x")])],
    "rare-13": [
        _post_params("te,xt/plain/x;charset=x"),
        _post_params("t xt/plain;charset=x"),
        _post_params("/;charset=x"),
    ],
}
"""Cases for rows that hardly any draw needs, and for parts of rows that it took many draws to find."""


class Kept(Recording):
    """What a browser did with cases, read from the file."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self.is_apart = kept.get("apart", False)
        self.origins = kept["origins"]
        self.agent = ""
        self.observed = kept["observed"]
        self.elapsed = kept["elapsed"]
        for steps in self.observed.values():
            for step in steps:
                if isinstance(step["client"], dict):
                    step["client"]["headers"] = [tuple(pair) for pair in step["client"]["headers"]]


def read_rows() -> dict[str, Any]:
    """Return what was recorded, by browser."""
    found: dict[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))
    return found


def list_rows(engine: str) -> list[str]:
    """Return the rows of a browser that a generated case can need."""
    return [row.name for row in DIFFERENCES if engine in row.engines and row.name not in SHOWN_ELSEWHERE]


def needs(case: Case, recording: Recording, engine: str, row: str) -> bool:
    """Tell whether the model would disagree with what a browser did, were it not for one row."""
    (standard,) = (each.standard for each in DIFFERENCES if each.name == row)
    without = replace(ENGINES[engine], **{row: standard})
    return bool(compare_case(case, recording, without, engine))


def record(engine: str, count: int, seed: int, most: int) -> list[dict[str, Any]]:
    """Return recordings that need every row of a browser, as far as `most` runs of `count` cases have them."""
    wanted, kept = set(list_rows(engine)), []
    for run in range(most):
        cases = list(generate_cases(seed + run, count, _ROUNDS[run % len(_ROUNDS)]))
        recording = run_cases(engine, cases)
        result = compare(cases, recording, engine)
        chosen: dict[str, Case] = {}
        for case in cases:
            if case["id"] not in result.explained:
                continue
            found = {
                row for row in wanted if row in result.explained[case["id"]] and needs(case, recording, engine, row)
            }
            if found:
                chosen[case["id"]] = case
                wanted -= found
        kept.append(
            {
                "cases": list(chosen.values()),
                "origins": dict(recording.origins),
                "observed": {name: recording.observed[name] for name in chosen},
                "elapsed": {name: recording.elapsed[name] for name in chosen},
            }
        )
        print(f"{engine}: after {(run + 1) * count} cases {len(wanted)} rows are not needed: {sorted(wanted)}")
        if not wanted:
            break
    return [one for one in kept if one["cases"]]


def record_rare(engine: str) -> dict[str, Any]:
    """Return what a browser does in the cases of `RARE`."""
    cases: list[Case] = [{"id": name, "opaque": False, "steps": steps} for name, steps in RARE.items()]
    recording = run_cases(engine, cases)
    observed, elapsed = recording.observed, recording.elapsed
    return {"cases": cases, "origins": dict(recording.origins), "observed": observed, "elapsed": elapsed}


def record_apart(engine: str) -> dict[str, Any]:
    """Return what a browser does in the cases of `apart.py`, one by one."""
    cases = list_apart(engine)
    recording = run_cases(engine, cases, is_apart=True)
    observed, elapsed = recording.observed, recording.elapsed
    return {
        "apart": True,
        "cases": cases,
        "origins": dict(recording.origins),
        "observed": observed,
        "elapsed": elapsed,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.engines.rows", description=__doc__)
    parser.add_argument("--engine", choices=BROWSERS, action="append", help="which browser; all three by default")
    parser.add_argument("--cases", type=int, default=2500, help="how many in one run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=8, help="how many runs at most")
    parser.add_argument("--rare", action="store_true", help="record the cases of RARE and apart.py alone anew")
    arguments = parser.parse_args()
    recorded = read_rows() if FILE.exists() else {}
    for engine in arguments.engine or BROWSERS:
        drawn = recorded.get(engine, {}).get("runs", [])
        runs = drawn if arguments.rare else record(engine, arguments.cases, arguments.seed, arguments.runs)
        rare, apart = record_rare(engine), record_apart(engine)
        recorded[engine] = {"version": version_of(engine), "runs": runs, "rare": rare, "apart": apart}
    text = json.dumps(recorded, ensure_ascii=False, sort_keys=True, indent=0)
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
