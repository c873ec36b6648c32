"""`cors-wsgi demo`: the two sides of the wire at work, between two real origins on this machine."""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Final

from rich.console import Console

from cors_wsgi.demo.exchanges import ScenarioResult
from cors_wsgi.demo.origins import DemoOrigins
from cors_wsgi.demo.servers import serve_demo
from cors_wsgi.demo.table import make_table

EXAMPLES: Final = """\
examples:
  cors-wsgi demo          show the exchanges, and serve the page until Ctrl-C
  cors-wsgi demo --once   show the exchanges, and fail if an answer is not as expected
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--once", action="store_true", help="exit after the table; status 1 if an answer is not as expected"
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the table and, unless it is for once, serve the page until Ctrl-C."""
    console = Console(highlight=False)
    with serve_demo() as demo:
        show(console, demo.origins, demo.outcomes)
        if not arguments.once:
            with _catching_signals() as ended:
                console.print(f"The playground is at [bold]{demo.origins.page}/[/]  (Ctrl-C ends it)")
                # A wait without end cannot be interrupted on every system.
                while not ended.wait(1):
                    pass
            console.print("Closed.")
    return 0 if all(outcome.is_as_expected for outcome in demo.outcomes) else 1


def show(console: Console, origins: DemoOrigins, outcomes: Sequence[ScenarioResult]) -> None:
    """Print the table of every exchange, and a line on whether the answers are as expected."""
    console.print(f"A page of [bold]{origins.page}[/] asks an API at [bold]{origins.api}[/].\n")
    console.print(make_table(outcomes, console.width))
    wrong = [outcome for outcome in outcomes if not outcome.is_as_expected]
    for outcome in wrong:
        for line in outcome.differences:
            console.print(f"[red]{outcome.scenario.title}[/]: {line}")
    count = len(outcomes)
    if wrong:
        console.print(f"\n[red]{len(wrong)} of {count} scenarios were not answered as expected.[/]")
    else:
        console.print(f"\nAll {count} scenarios were answered as expected.")


@contextlib.contextmanager
def _catching_signals() -> Iterator[threading.Event]:
    """Set an event on SIGINT or SIGTERM, from before anybody is told how to end this."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
