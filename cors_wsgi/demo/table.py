"""The table of exchanges in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from .exchanges import Exchange, ScenarioResult

_WIDE = 100
_WIDEST = 124
_SHORT = "Access-Control-"


def make_table(outcomes: Sequence[ScenarioResult], width: int) -> Table:
    """Return the table; from 60 columns on, and with more room in more columns."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), width=min(width, _WIDEST))
    if width >= _WIDE:
        table.add_column("Request", ratio=5)
        table.add_column("Answer (… is Access-Control-)", ratio=7)
        table.add_column("A browser", ratio=5)
    else:
        table.add_column("Request and answer (… is Access-Control-)", ratio=3, overflow="fold")
        table.add_column("A browser", ratio=2)
    for outcome in outcomes:
        request, answer, verdict = _describe_request(outcome), _describe_answers(outcome), _describe_verdict(outcome)
        if width >= _WIDE:
            table.add_row(request, answer, verdict)
        else:
            table.add_row(Text("\n").join((request, answer)), verdict)
        table.add_row()
    return table


def _describe_request(outcome: ScenarioResult) -> Text:
    scenario = outcome.scenario
    text = Text.assemble((scenario.title, "bold"), "\n", f"{scenario.method} {scenario.path}")
    for name, value in scenario.headers.items():
        text.append(f"\n{name}: {value}", "dim")
    if scenario.credentials:
        text.append("\nwith credentials", "dim")
    return text


def _describe_answers(outcome: ScenarioResult) -> Text:
    parts = [_describe_exchange(exchange) for exchange in outcome.exchanges]
    if outcome.scenario.actual is None:
        parts.append(Text(f"{outcome.scenario.method}: never sent", "dim"))
    return Text("\n").join(parts)


def _describe_exchange(exchange: Exchange) -> Text:
    text = Text(f"{exchange.method}: {exchange.status}")
    for name, value in exchange.headers.items():
        text.append(f"\n  {name.replace(_SHORT, '…')}: {value.replace(_SHORT, '…')}", "dim")
    return text


def _describe_verdict(outcome: ScenarioResult) -> Text:
    readable = outcome.scenario.is_readable
    state = ("readable", "green") if readable else ("blocked", "yellow")
    text = Text.assemble(state, "\n", outcome.scenario.verdict)
    if not outcome.is_as_expected:
        text.append("\nThe answer is not as expected.", "red")
    return text
