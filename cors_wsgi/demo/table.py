"""The table of exchanges in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from .recorded import Answer
from .trials import ScenarioResult

_WIDE = 100
_WIDEST = 124
_SHORT = "Access-Control-"


def make_table(results: Sequence[ScenarioResult], width: int) -> Table:
    """Return the table; from 60 columns on, and with more room in more columns."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), width=min(width, _WIDEST))
    if width >= _WIDE:
        table.add_column("Request", ratio=5)
        table.add_column("Answer (… is Access-Control-)", ratio=7)
        table.add_column("A browser", ratio=5, overflow="fold")
    else:
        table.add_column("Request and answer (… is Access-Control-)", ratio=3, overflow="fold")
        table.add_column("A browser", ratio=2, overflow="fold")
    for result in results:
        request, answer, verdict = _describe_request(result), _describe_answers(result), _describe_verdict(result)
        if width >= _WIDE:
            table.add_row(request, answer, verdict)
        else:
            table.add_row(Text("\n").join((request, answer)), verdict)
        table.add_row()
    return table


def _describe_request(result: ScenarioResult) -> Text:
    script = result.scenario.script
    text = Text.assemble((result.scenario.title(), "bold"), "\n", f"{script.method} {script.path}")
    for name, value in script.headers:
        text.append(f"\n{name}: {value}", "dim")
    if script.credentials:
        text.append("\nwith credentials", "dim")
    return text


def _describe_answers(result: ScenarioResult) -> Text:
    parts = [_describe_answer(answer) for answer in result.answers]
    if not result.is_sent:
        parts.append(Text(f"{result.scenario.script.method}: never sent", "dim"))
    return Text("\n").join(parts)


def _describe_answer(answer: Answer) -> Text:
    text = Text(f"{answer.method}: {answer.status}")
    for name, value in answer.headers.items():
        text.append(f"\n  {name.replace(_SHORT, '…')}: {value.replace(_SHORT, '…')}", "dim")
    return text


def _describe_verdict(result: ScenarioResult) -> Text:
    state = ("readable", "green") if result.is_readable else ("blocked", "yellow")
    text = Text.assemble(state, "\n", result.scenario.lesson())
    if not result.is_as_expected:
        text.append("\nThe answer is not as expected.", "red")
    return text
