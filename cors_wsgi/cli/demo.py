"""`cors-wsgi demo`: both sides of the wire at work, between two real origins on this machine."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Final

from rich.console import Console
from rich.markup import escape

from cors_wsgi.demo.origins import DemoOrigins
from cors_wsgi.demo.servers import serve_demo
from cors_wsgi.demo.table import make_table
from cors_wsgi.demo.trials import ScenarioResult
from cors_wsgi.texts import Language, choose_by_environment, say

EXAMPLES: Final = say("help.demo.examples")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--once", action="store_true", help=say("help.demo.once"))


def run(arguments: argparse.Namespace) -> int:
    """Show the table and, unless `--once` is given, serve the page until Ctrl-C."""
    console, language = Console(highlight=False), choose_by_environment(os.environ)
    with serve_demo() as demo:
        status = show(console, demo.origins, demo.results, language)
        if not arguments.once:
            with _catching_signals() as ended:
                console.print(say("demo.address", language, {"page": demo.origins.page}))
                # A wait without a timeout cannot be interrupted on every system.
                while not ended.wait(1):
                    pass
            console.print(say("demo.closed", language))
    return status


def show(console: Console, origins: DemoOrigins, results: Sequence[ScenarioResult], language: Language = "en") -> int:
    """Print the table and whether everything went as predicted and as recorded; return the exit status."""
    console.print(say("demo.head", language, {"page": origins.page, "api": origins.api}))
    console.print()
    console.print(make_table(results, console.width, language))
    wrong = [result for result in results if not result.is_as_expected]
    for result in wrong:
        for difference in result.differences:
            console.print(f"[red]{result.scenario.title(language)}[/]: {escape(difference.tell(language))}")
    if wrong:
        facts = {"wrong": len(wrong), "count": len(results)}
        console.print(f"\n[red]{say('demo.some_wrong', language, facts)}[/]")
        return 1
    console.print(f"\n{say('demo.all_right', language, {'count': len(results)})}")
    return 0


@contextlib.contextmanager
def _catching_signals() -> Iterator[threading.Event]:
    """Set an event on SIGINT or SIGTERM, from before the address is printed."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
