"""Compare what a browser did with what the model does, and say which rows of the table of engines explain the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cors_wsgi.browser import DIFFERENCES, ENGINES, Engine

from .cases import Case, Observed
from .left_out import settle
from .model import play
from .run import Recording


@dataclass(frozen=True)
class Disagreement:
    """Where a browser and the model do not agree.

    Attributes:
        case: its id.
        step: its number.
        what: a name for what differs, by which disagreements are grouped.
        seen: what the browser did.
        modelled: what the model says.
    """

    case: str
    step: int
    what: str
    seen: Any
    modelled: Any

    def __str__(self) -> str:
        return f"{self.case} step {self.step}: {self.what}\n    engine: {self.seen!r}\n    model:  {self.modelled!r}"


def compare_steps(seen: Observed, modelled: Observed) -> Iterator[tuple[str, Any, Any]]:
    """Yield the name of what differs in a step, what the browser did, and what the model says."""
    preflights = [_list_requests(one, is_preflight=True) for one in (seen, modelled)]
    actuals = [_list_requests(one, is_preflight=False) for one in (seen, modelled)]
    name = "access-control-request-"
    yield "preflights", *([_place(one) for one in half] for half in preflights)
    for header in (f"{name}method", f"{name}headers", "origin"):
        yield f"preflight: {header}", *([one["headers"].get(header) for one in half] for half in preflights)
    yield "actual requests", *([_place(one) for one in half] for half in actuals)
    yield "order of requests", *([_place(one) for one in half["requests"]] for half in (seen, modelled))
    for halves, where in ((preflights, "preflight"), (actuals, "sent")):
        for one, other in zip(*halves, strict=False):
            for header in sorted({*one["headers"], *other["headers"]}):
                yield f"{where}: {header}", one["headers"].get(header), other["headers"].get(header)
            yield f"{where}: the body", one["body"], other["body"]
    one, other = seen["client"], modelled["client"]
    yield "readable or not", _outcome(one), _outcome(other)
    if isinstance(one, dict) and isinstance(other, dict):
        yield "visible headers", [pair[0] for pair in one["headers"]], [pair[0] for pair in other["headers"]]
        for part in ("headers", "url", "redirected", "body"):
            yield f"response: {part}", one[part], other[part]


def _list_requests(observed: Observed, *, is_preflight: bool) -> list[dict[str, Any]]:
    return [one for one in observed["requests"] if one["is_preflight"] is is_preflight]


def _place(request: Mapping[str, Any]) -> str:
    return f"{request['method']} {{{request['server']}}}{request['target']}"


def _outcome(client: Any) -> Any:
    return [client["type"], client["status"]] if isinstance(client, dict) else client


def compare_case(case: Case, recording: Recording, engine: Engine, name: str) -> list[Disagreement]:
    """Return what differs in the first step in which anything does; what comes later follows from it.

    Args:
        case: what was run.
        recording: what the browser did.
        engine: whose rules the model follows.
        name: of the browser.
    """
    played = play(case, recording.origins, recording.elapsed[case["id"]], engine)
    steps = zip(case["steps"], recording.observed[case["id"]], played, strict=True)
    for number, (step, seen, (modelled, _)) in enumerate(steps):
        seen, modelled = settle(name, step, seen, modelled, is_apart=recording.is_apart)
        found = [
            Disagreement(case["id"], number, what, one, other)
            for what, one, other in compare_steps(seen, modelled)
            if one != other
        ]
        if found:
            return found
    return []


def explain(case: Case, recording: Recording, name: str) -> list[str]:
    """Return the rows without which the engine's rules would not give what the browser did; all others are the
    standard's."""
    engine = ENGINES[name]
    needed = []
    for row in DIFFERENCES:
        if name not in row.engines:
            continue
        without = replace(engine, **{row.name: row.standard})
        if compare_case(case, recording, without, name):
            needed.append(row.name)
        else:
            engine = without
    return needed


@dataclass
class Comparison:
    """Every case of a recording, compared.

    Attributes:
        cases: how many.
        wrong: disagreements with the engine's own rules, by case.
        explained: the cases in which the engine does not follow the standard, with the rows that say so.
    """

    cases: int
    wrong: dict[str, list[Disagreement]]
    explained: dict[str, list[str]]


def compare(cases: Sequence[Case], recording: Recording, name: str) -> Comparison:
    """Compare a recording with the model, by the engine's own rules and by the standard's."""
    wrong, explained = {}, {}
    for case in cases:
        if found := compare_case(case, recording, ENGINES[name], name):
            wrong[case["id"]] = found
        elif compare_case(case, recording, ENGINES["standard"], name):
            explained[case["id"]] = explain(case, recording, name)
    return Comparison(len(cases), wrong, explained)
