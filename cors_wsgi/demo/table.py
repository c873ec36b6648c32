"""The table of exchanges in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..texts import Language, say
from ..texts.wrapping import wrap
from .recorded import Answer
from .trials import ScenarioResult

_WIDE = 100
_WIDEST = 124
_SHORT = "Access-Control-"


def make_table(results: Sequence[ScenarioResult], width: int, language: Language = "en") -> Table:
    """Return the table, for 60 columns and more; wider terminals get more columns."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), width=min(width, _WIDEST))
    if width >= _WIDE:
        table.add_column(say("demo.request", language), ratio=5)
        table.add_column(say("demo.answer", language), ratio=7)
        table.add_column(say("demo.browser", language), ratio=5, overflow="fold")
    else:
        table.add_column(say("demo.both", language), ratio=3, overflow="fold")
        table.add_column(say("demo.browser", language), ratio=2, overflow="fold")
    for result in results:
        request, answer = _describe_request(result, language), _describe_answers(result, language)
        verdict = _describe_verdict(result, language)
        if width >= _WIDE:
            table.add_row(request, answer, verdict)
        else:
            table.add_row(Group(request, answer), verdict)
        table.add_row()
    return table


@dataclass(frozen=True)
class _Prose:
    """A sentence; where words have no spaces between them, Rich would break its lines at the few that are elsewhere."""

    text: str
    language: Language
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        yield Text(wrap(self.text, options.max_width) if self.language == "zh" else self.text, self.style)


def _describe_request(result: ScenarioResult, language: Language) -> Group:
    script = result.scenario.script
    asks = Text(f"{script.method} {script.path}")
    for name, value in script.headers:
        asks.append(f"\n{name}: {value}", "dim")
    if script.credentials:
        asks.append(f"\n{say('demo.with_credentials', language)}", "dim")
    return Group(_Prose(result.scenario.title(language), language, "bold"), asks)


def _describe_answers(result: ScenarioResult, language: Language) -> Text:
    parts = [_describe_answer(answer) for answer in result.answers]
    if not result.is_sent:
        parts.append(Text(say("demo.never_sent", language, {"method": result.scenario.script.method}), "dim"))
    return Text("\n").join(parts)


def _describe_answer(answer: Answer) -> Text:
    text = Text(f"{answer.method}: {answer.status}")
    for name, value in answer.headers.items():
        text.append(f"\n  {name.replace(_SHORT, '…')}: {value.replace(_SHORT, '…')}", "dim")
    return text


def _describe_verdict(result: ScenarioResult, language: Language) -> Group:
    name, colour = ("demo.readable", "green") if result.is_readable else ("demo.blocked", "yellow")
    lines: list[RenderableType] = [
        Text(say(name, language), colour),
        _Prose(result.scenario.lesson(language), language),
    ]
    if not result.is_as_expected:
        lines.append(_Prose(say("demo.unexpected", language), language, "red"))
    return Group(*lines)
