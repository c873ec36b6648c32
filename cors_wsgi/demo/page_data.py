"""Runs and predictions as JSON for the page: only what matters, and the same of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import unquote

from cors_wsgi import PolicyError
from cors_wsgi.browser import ENGINES, Engine, Exchange

from ..cli.hints import find_hints
from ..cli.remedies import write_for_policy
from .origins import COOKIE, DemoOrigins
from .prediction import Call, Prediction, find_differences, predict
from .runs import Recorded, Run

NAMES: Final = {"standard": "the standard", "chromium": "Chromium", "firefox": "Firefox", "webkit": "Safari"}
_CORS: Final = "access-control-"
_SENT: Final = frozenset({"origin", "content-type", "cookie", "authorization"})
_RECEIVED: Final = frozenset({"vary", "location", "etag", "content-type", "x-total-count"})
_ORDER: Final = (
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
    "access-control-expose-headers",
    "vary",
)
_ADDED_BY_SERVER: Final = frozenset({"date", "server", "connection"})


def describe_problems(error: PolicyError) -> dict[str, Any]:
    """Return what is wrong with a policy."""
    return {
        "problems": [
            {"option": one.option, "code": one.code, "problem": one.problem, "remedy": one.remedy}
            for one in error.problems
        ]
    }


def describe_plan(run: Run, origins: DemoOrigins, engine: Engine) -> dict[str, Any]:
    """Return where a run is, and what the model says of it."""
    predictions = {name: predict(run, origins, other) for name, other in ENGINES.items()}
    return {
        "run": run.name,
        "base": run.base,
        "policy": None if run.plan.policy is None else repr(run.plan.policy),
        "warnings": list(run.plan.warnings),
        "engine": NAMES[engine.name],
        "causes": [str(cause) for cause in predictions[engine.name].causes],
        "calls": _describe_calls(predictions[engine.name], run, origins),
        "others": {NAMES[name]: _sum_up(prediction) for name, prediction in predictions.items()},
        "differences": [
            {"about": row.about, "standard": str(row.standard), "engine": str(row.engines[engine.name])}
            for row in find_differences(run, origins, engine)
        ],
    }


def describe_recorded(recorded: Sequence[Recorded], run: Run, origins: DemoOrigins) -> list[dict[str, Any]]:
    """Return what went over the wire."""
    return [{**_describe_exchange(one.exchange, run, origins), "entered": one.entered} for one in recorded]


def _describe_calls(prediction: Prediction, run: Run, origins: DemoOrigins) -> list[dict[str, Any]]:
    return [_describe_call(call, run, origins) for call in prediction.calls]


def _describe_call(call: Call, run: Run, origins: DemoOrigins) -> dict[str, Any]:
    failed, response = call.failed, call.response
    is_cors = failed is not None and failed.reason.is_cors
    return {
        "state": call.state,
        "status": response.status if response else None,
        "headers": sorted(name for name in response.headers if name not in _ADDED_BY_SERVER) if response else [],
        "exchanges": [_describe_exchange(one, run, origins) for one in call.exchanges],
        "reason": failed and failed.reason.value,
        "explanation": failed and _strip(failed.explanation, run),
        "remedy": failed and _strip(failed.remedy, run),
        "inPolicy": failed and write_for_policy(failed.reason, failed.facts),
        "consoles": {NAMES[name]: _strip(failed.say(name), run) for name in ("chromium", "firefox", "webkit")}
        if failed and is_cors
        else {},
        "hints": [_strip(hint.text, run) for hint in find_hints(call.exchanges, origins.page, failed)],
    }


def _describe_exchange(exchange: Exchange, run: Run, origins: DemoOrigins) -> dict[str, Any]:
    own = frozenset(name.lower() for name, _ in run.plan.script.headers)
    response = exchange.response
    url = unquote(exchange.url).removeprefix(origins.api)
    return {
        "isPreflight": exchange.is_preflight,
        "method": exchange.method,
        "url": _strip(url, run),
        "sent": _choose(exchange.request.headers, _SENT if exchange.is_preflight else _SENT | own, run),
        "status": exchange.status,
        "phrase": response.phrase if response else "",
        "received": _choose(response.headers if response else (), _RECEIVED, run),
    }


def _choose(headers: Iterable[tuple[str, str]], names: frozenset[str], run: Run) -> list[tuple[str, str]]:
    """Return the headers of these names and all of CORS, in one spelling: those that matter first."""
    chosen = []
    for name, value in headers:
        lower = name.lower()
        if not lower.startswith(_CORS) and lower not in names:
            continue
        shown = _find_own_cookie(value) if lower == "cookie" else _strip(value, run).partition("; boundary=")[0]
        if shown:
            chosen.append(("ETag" if lower == "etag" else lower.title(), shown))
    return sorted(chosen, key=_rank)


def _rank(header: tuple[str, str]) -> tuple[int, str, str]:
    name, value = header
    lower = name.lower()
    return _ORDER.index(lower) if lower in _ORDER else len(_ORDER), name, value


def _find_own_cookie(value: str) -> str:
    """Return the demo's own cookie; those of other programs on `localhost` are nobody's business."""
    pairs = (pair.strip() for pair in value.split(";"))
    return "=".join(COOKIE) if "=".join(COOKIE) in pairs else ""


def _strip(text: str, run: Run) -> str:
    return text.replace(run.base, "")


def _sum_up(prediction: Prediction) -> str:
    """Return, in a few words, what comes of the script."""
    said = []
    for call in prediction.calls:
        sent = " and ".join("preflight" if one.is_preflight else one.method for one in call.exchanges)
        status = f" {call.response.status}" if call.response and call.response.status else ""
        said.append(f"{call.state}{status} ({sent or 'nothing'} sent)")
    return ", then ".join(said)
