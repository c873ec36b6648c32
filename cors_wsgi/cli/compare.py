"""`cors-wsgi compare OLD NEW`: where a browser's verdict changes between two policies, apps or servers."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from cors_wsgi.browser.printing import escape
from cors_wsgi.compare import Change, Comparison, Question, Side, SideError, compare, live_side, make_side
from cors_wsgi.compare.routes import encode_path
from cors_wsgi.fetch import is_forbidden_method, is_token

from .arguments import load_app
from .terminal import make_console, print_error, safe

SAME, CHANGED, UNTRIED = 0, 1, 2

_SHOWN: Final = 30
"""How many gains and how many losses the table shows at most; --json has them all."""

_SHOWN_IN_CELL: Final = 8

EXAMPLES: Final = """\
examples:
  cors-wsgi compare before:policy after:policy
  cors-wsgi compare https://api.example.com myapp:app --only-wider
  cors-wsgi compare myapp:app myapp:stricter --decisions decisions.jsonl --json
exit status: 0 no verdict changes, 1 at least one does (--only-wider: somebody gains access), 2 it could not run
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Send two sides the same requests, and print where a browser's verdict changes. Each is a policy, an app with "
        "one, a Flask app (module:attribute), or a live server (a URL). Only GET and HEAD are sent; other methods are "
        "asked about by a preflight."
    )
    parser.add_argument("old", metavar="OLD", help="module:attribute, or a URL")
    parser.add_argument("new", metavar="NEW", help="module:attribute, or a URL")
    parser.add_argument("--only-wider", action="store_true", help="exit with 1 only if somebody gains access")
    parser.add_argument("--origin", action="append", default=[], help="an origin to try (repeatable)")
    parser.add_argument("--path", action="append", default=[], help="a path to try, besides the apps' own routes")
    parser.add_argument("--decisions", metavar="FILE", help="recorded decisions to replay, one JSON object per line")
    parser.add_argument("--json", action="store_true", help="print the changes as a JSON list")
    parser.add_argument(
        "--most", type=int, help="the most questions to ask (default:  600 of a live server, else 200000)"
    )
    parser.add_argument("--rate", type=float, default=10.0, help="most requests per second to a server (default: 10)")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds for one exchange (default: 10)")


def run(arguments: argparse.Namespace) -> int:
    """Compare: 0 if no verdict changes, 1 if one does, 2 if the comparison failed."""
    try:
        result, skipped = _compare(arguments)
    except (ValueError, ImportError, AttributeError, OSError, SideError) as error:
        print_error("compare", error)
        return UNTRIED
    notes = list(_note(result, skipped))
    if arguments.json:
        print(json.dumps([change.as_dict() for change in result.changes], indent=2))
        for note in notes:
            print(f"cors-wsgi compare: {escape(note)}", file=sys.stderr)
    else:
        _show(make_console(), result, notes)
    counted = result.gains if arguments.only_wider else result.changes
    return CHANGED if counted else SAME


def _compare(arguments: argparse.Namespace) -> tuple[Comparison, int]:
    """Return the comparison, and the number of recorded decisions that could not be replayed."""
    if arguments.most is not None and arguments.most < 1:
        raise ValueError("--most must be at least 1")
    for origin in arguments.origin:
        if not _can_be_sent(origin):
            raise ValueError(
                f"{origin!r} cannot be sent in a header; write an origin such as 'https://app.example.com'"
            )
    for path in arguments.path:
        if not path.startswith("/"):
            raise ValueError(f"{path!r} does not begin with a slash; write a path such as '/items/1'")
    recorded, skipped = _read_decisions(arguments.decisions) if arguments.decisions else ([], 0)
    served = next((name for name in (arguments.old, arguments.new) if "://" in name), None)
    old, new = (_load_side(name, served, arguments) for name in (arguments.old, arguments.new))
    with _progress() as progress:
        result = compare(
            old,
            new,
            origins=arguments.origin,
            paths=arguments.path,
            recorded=recorded,
            most=arguments.most,
            progress=progress,
        )
    return result, skipped


def _load_side(name: str, served: str | None, arguments: argparse.Namespace) -> Side:
    if "://" in name:
        return live_side(name, rate=arguments.rate, timeout=arguments.timeout)
    return make_side(load_app(name), name, **({"url": served} if served else {}))


def _read_decisions(file: str) -> tuple[list[Question], int]:
    """Return the questions in recorded decisions, and the number of decisions that a browser cannot repeat.

    Raises:
        ValueError: for a line that is not a decision.
        OSError: the file cannot be read.
    """
    questions: dict[Question, None] = {}
    skipped = 0
    with open(file, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            origin, method, path = _read_decision(line, f"{file}:{number}")
            if origin is None or not _can_be_sent(origin) or not is_token(method) or is_forbidden_method(method):
                skipped += 1
                continue
            # As WSGI passes it, one character per byte.
            encoded = encode_path(path.encode("latin-1", "replace"))
            questions[Question(encoded if encoded.startswith("/") else f"/{encoded}", origin, method)] = None
    return list(questions), skipped


def _read_decision(line: str, where: str) -> tuple[str | None, str, str]:
    try:
        decision = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where} is not JSON ({error}); write one Decision.as_dict() per line") from None
    names = ("origin", "method", "path")
    origin, method, path = (decision.get(name) for name in names) if isinstance(decision, dict) else (None,) * 3
    if not isinstance(origin, (str, type(None))) or not isinstance(method, str) or not isinstance(path, str):
        raise ValueError(f"{where} is not a decision: it lacks an origin, method or path; write Decision.as_dict()")
    return origin, method, path


def _can_be_sent(origin: str) -> bool:
    return origin.isascii() and origin.isprintable() and bool(origin) and origin == origin.strip()


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Show how many questions were asked, only on a terminal; the line is erased afterwards."""
    with make_console(stderr=True).status("Asking …") as status:
        yield lambda count: status.update(f"Asking … {count}")


def _note(result: Comparison, skipped: int) -> Iterator[str]:
    """Yield how much was asked, and what was not."""
    yield f"Each side was asked {result.asked} questions."
    if result.left_out:
        yield f"{result.left_out} more were too many, and not asked: write --most {result.asked + result.left_out}."
    if result.callables:
        names = ", ".join(result.callables)
        yield (
            f"These rules are functions, which name no origins to try: {names}. Name some with --origin or --decisions."
        )
    for name, paths in result.raised.items():
        shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
        yield f"{name} raised at {shown}: its answers to preflights were used in place of the responses."
    if skipped:
        yield f"{skipped} recorded decisions name no origin or method that a browser can send, and were left out."


def _show(console: Console, result: Comparison, notes: Sequence[str]) -> None:
    if not result.changes:
        console.print("[green]No verdict changes.[/]")
    else:
        gains, losses = len(result.gains), len(result.changes) - len(result.gains)
        console.print(
            f"[bold]{gains}[/] {'verdict gains' if gains == 1 else 'verdicts gain'} access, "
            f"[bold]{losses}[/] {'loses' if losses == 1 else 'lose'} it.\n"
        )
        console.print(_make_table(result.changes))
    console.print()
    for note in notes:
        console.print(safe(note))


def _make_table(changes: Sequence[Change]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    for column in ("origin", "method", "headers", "credentials", "path"):
        table.add_column(column, overflow="fold")
    rows = _merge(changes)
    for mark, is_gain in (("[yellow]gains[/]", True), ("[cyan]loses[/]", False)):
        alike = [row[1:] for row in rows if row[0] is is_gain]
        for cells in alike[:_SHOWN]:
            table.add_row(mark, *map(safe, cells))
        if len(alike) > _SHOWN:
            table.add_row(mark, f"… {len(alike) - _SHOWN} more: see --json")
    return table


def _merge(changes: Sequence[Change]) -> list[tuple[Any, ...]]:
    """Return the lines of the table: questions that differ only in one cell share a line, gains first.

    If the whole response is gained or lost, what else changes with it is left out.
    """
    whole = {
        (replace(change.question, header=None, reads=None), change.is_gain) for change in changes if _is_whole(change)
    }
    rows: list[list[Any]] = [
        [
            change.is_gain,
            change.question.origin,
            change.question.method,
            _show_header(change.question),
            "with" if change.question.credentials else "without",
            change.question.path,
        ]
        for change in changes
        if _is_whole(change) or (replace(change.question, header=None, reads=None), change.is_gain) not in whole
    ]
    for column, joiner in ((4, " and "), (2, ", "), (3, ", "), (5, ", ")):
        rows = _merge_column(rows, column, joiner)
    return [tuple(row) for row in rows]


def _is_whole(change: Change) -> bool:
    return change.question.header is None and change.question.reads is None


def _merge_column(rows: list[list[Any]], column: int, joiner: str) -> list[list[Any]]:
    """Return the rows, merging those that differ only in one column, in the place of the first of them."""
    alike: dict[tuple[Any, ...], dict[str, None]] = {}
    for row in rows:
        alike.setdefault((*row[:column], *row[column + 1 :]), {})[row[column]] = None
    return [[*others[:column], joiner.join(_shorten(cells)), *others[column:]] for others, cells in alike.items()]


def _shorten(cells: Iterable[str]) -> list[str]:
    shown = list(cells)
    return shown if len(shown) <= _SHOWN_IN_CELL else [*shown[:_SHOWN_IN_CELL], f"{len(shown) - _SHOWN_IN_CELL} more"]


def _show_header(question: Question) -> str:
    if question.reads is not None:
        return f"reads {question.reads}"
    return question.header or ""
