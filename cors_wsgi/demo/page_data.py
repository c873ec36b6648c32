"""Runs and predictions as JSON for the page: only what matters, in the same format for both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import unquote

from cors_wsgi import PolicyError
from cors_wsgi.browser import ENGINES, Engine, Exchange, FetchError
from cors_wsgi.browser.reasons import NO_MESSAGE

from ..cli.hints import find_hints
from ..cli.remedies import write_for_policy
from ..texts import Language, chinese, say
from ..texts.writing import (
    explain_reason,
    write_cause,
    write_difference,
    write_problem,
    write_remedy,
    write_warning,
)
from .origins import COOKIE, DemoOrigins
from .prediction import Call, Prediction, find_differences, predict
from .runs import Recorded, Run

NAMES: Final = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "Safari"}
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


def describe_problems(error: PolicyError, language: Language = "en") -> dict[str, Any]:
    """Return what is wrong with a policy."""
    problems = [
        {"option": one.option, "code": one.code, "text": write_problem(one, language)} for one in error.problems
    ]
    return {"problems": problems}


def describe_plan(run: Run, origins: DemoOrigins, engine: Engine, language: Language = "en") -> dict[str, Any]:
    """Return where a run is served, and what the model says about it."""
    predictions = {name: predict(run, origins, other) for name, other in ENGINES.items()}
    method = run.plan.script.method
    return {
        "run": run.name,
        "base": run.base,
        "policy": None if run.plan.policy is None else repr(run.plan.policy),
        "warnings": [write_warning(warning, language) for warning in run.plan.warnings],
        "engine": NAMES.get(engine.name) or say("known_standard", language),
        "causes": [write_cause(cause, method, language) for cause in predictions[engine.name].causes],
        "calls": [_describe_call(call, run, origins, language) for call in predictions[engine.name].calls],
        "others": [
            [NAMES.get(name) or say("the_standard", language), _sum_up(prediction, language)]
            for name, prediction in predictions.items()
        ],
        "differences": [write_difference(row, engine.name, language) for row in find_differences(run, origins, engine)],
    }


def describe_recorded(recorded: Sequence[Recorded], run: Run, origins: DemoOrigins) -> list[dict[str, Any]]:
    """Return what went over the wire."""
    return [{**_describe_exchange(one.exchange, run, origins), "entered": one.entered} for one in recorded]


def _describe_call(call: Call, run: Run, origins: DemoOrigins, language: Language) -> dict[str, Any]:
    failed, response = call.failed, call.response
    return {
        "state": call.state,
        "status": response.status if response else None,
        "headers": sorted(name for name in response.headers if name not in _ADDED_BY_SERVER) if response else [],
        "exchanges": [_describe_exchange(one, run, origins) for one in call.exchanges],
        "reason": failed and failed.reason.value,
        "explanation": failed and _strip(explain_reason(failed.reason, failed.facts, language), run),
        "remedy": failed and _strip(write_remedy(failed.reason, failed.facts, language), run),
        "inPolicy": failed and write_for_policy(failed.reason, failed.facts, language),
        "consoles": _list_consoles(failed, run, language) if failed and failed.reason.is_cors else {},
        "hints": [
            _strip(hint.text if language == "en" else chinese.HINTS[hint.name.value], run)
            for hint in find_hints(call.exchanges, origins.page, failed)
        ],
    }


def _list_consoles(failed: FetchError, run: Run, language: Language) -> dict[str, str]:
    """Return what each browser's console says, word for word."""
    said = {title: _strip(failed.say(name), run) for name, title in NAMES.items()}
    if language == "zh":
        said = {name: chinese.CONSOLES_SAY_NOTHING if text == NO_MESSAGE else text for name, text in said.items()}
    return said


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
    """Return the headers with these names and all CORS headers, spelled uniformly, with those that matter first."""
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
    """Return the demo's own cookie, without those of other programs on `localhost`."""
    pairs = (pair.strip() for pair in value.split(";"))
    return "=".join(COOKIE) if "=".join(COOKIE) in pairs else ""


def _strip(text: str, run: Run) -> str:
    return text.replace(run.base, "")


def _sum_up(prediction: Prediction, language: Language) -> str:
    """Return, in a few words, the outcome of the script."""
    said = []
    for call in prediction.calls:
        names = [say("preflight", language) if one.is_preflight else one.method for one in call.exchanges]
        status = f" {call.response.status}" if call.response and call.response.status else ""
        facts = {"state": say(call.state, language), "status": status, "sent": say("and", language).join(names)}
        said.append(say("sum_sent" if names else "sum_nothing", language, facts))
    return say("then", language).join(said)
