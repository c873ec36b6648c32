"""Try a scenario over real HTTP, and compare what happens with the prediction and with what was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cors_wsgi.browser import ENGINES, Browser, Exchange
from cors_wsgi.fetch import VARY

from ..texts import Language, say
from .experiment import Plan, make_policy
from .origins import DemoOrigins
from .prediction import Prediction, play, predict
from .recorded import Answer, Recording
from .runs import Runs
from .scenarios import PAGE, Scenario

_CORS = "access-control-"


class Deviation(NamedTuple):
    """A point in which a scenario was not as predicted, or not as recorded.

    Attributes:
        key: of the text that says so.
        facts: what the text is filled with.
    """

    key: str
    facts: Mapping[str, object]

    def tell(self, language: Language = "en") -> str:
        """Return it as a line."""
        return say(self.key, language, self.facts)


@dataclass(frozen=True)
class ScenarioResult:
    """The outcome of a scenario.

    Attributes:
        scenario: the scenario.
        answers: the API's answers, in order.
        is_readable: whether the script may read the last answer.
        is_sent: whether the request itself was sent; not if the preflight was refused.
        differences: what is not as predicted, or not as recorded.
    """

    scenario: Scenario
    answers: Sequence[Answer]
    is_readable: bool
    is_sent: bool
    differences: Sequence[Deviation]

    @property
    def is_as_expected(self) -> bool:
        """Whether everything is as predicted and as recorded, to the last CORS header."""
        return not self.differences


def try_scenario(scenario: Scenario, recording: Recording, runs: Runs, origins: DemoOrigins) -> ScenarioResult:
    """Serve a scenario's policy, and play its script over real HTTP, as a browser that follows the standard would."""
    settings = scenario.fill_policy(origins)
    run = runs.add(Plan(scenario.script, None if settings is None else make_policy(settings)))
    seen = play(Browser.live(origins.api), run, origins)
    predicted = predict(run, origins, ENGINES["standard"])
    exchanges = _list_exchanges(seen)
    return ScenarioResult(
        scenario,
        [_read_answer(exchange) for exchange in exchanges],
        _is_readable(seen),
        not exchanges[-1].is_preflight,
        [
            *_compare("predicted", _summarize(seen), _summarize(predicted)),
            *_compare("recorded", _summarize(seen), _fill(recording, origins)),
        ],
    )


def _list_exchanges(prediction: Prediction) -> list[Exchange]:
    return [exchange for call in prediction.calls for exchange in call.exchanges]


def _is_readable(prediction: Prediction) -> bool:
    return prediction.calls[-1].state == "readable"


def _read_answer(exchange: Exchange) -> Answer:
    received = exchange.response.headers if exchange.response else ()
    headers = {name: value for name, value in received if name.lower().startswith(_CORS) or name == VARY}
    return Answer(exchange.method, exchange.status or 0, headers)


def _summarize(prediction: Prediction) -> Recording:
    return Recording(_is_readable(prediction), tuple(_read_answer(one) for one in _list_exchanges(prediction)))


def _fill(recording: Recording, origins: DemoOrigins) -> Recording:
    def fill(headers: Mapping[str, str]) -> Mapping[str, str]:
        return {name: value.replace(PAGE, origins.page) for name, value in headers.items()}

    answers = tuple(Answer(one.method, one.status, fill(one.headers)) for one in recording.answers)
    return Recording(recording.is_readable, answers)


def _compare(by: str, seen: Recording, expected: Recording) -> Iterable[Deviation]:
    if seen.is_readable != expected.is_readable:
        yield Deviation(f"demo.{by}.{'readable' if seen.is_readable else 'blocked'}", {})
    if len(seen.answers) != len(expected.answers):
        yield Deviation(f"demo.{by}.count", {"seen": len(seen.answers), "expected": len(expected.answers)})
    for one, other in zip(seen.answers, expected.answers, strict=False):
        if one != other:
            yield Deviation(f"demo.{by}.answer", {"seen": _show(one), "expected": _show(other)})


def _show(answer: Answer) -> str:
    return f"{answer.method} {answer.status} {dict(answer.headers)}"
