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

from cors_wsgi.demo.origins import DemoOrigins
from cors_wsgi.demo.servers import serve_demo
from cors_wsgi.demo.table import make_table
from cors_wsgi.demo.trials import ScenarioResult

EXAMPLES: Final = """\
examples:
  cors-wsgi demo          show the exchanges, and serve the page until Ctrl-C
  cors-wsgi demo --once   show the exchanges, and fail if one is not as expected
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--once",
        action="store_true",
        help="exit after the table; status 1 if an exchange is not as predicted and recorded",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the table and, unless it is for once, serve the page until Ctrl-C."""
    console = Console(highlight=False)
    with serve_demo() as demo:
        status = show(console, demo.origins, demo.results)
        if not arguments.once:
            with _catching_signals() as ended:
                console.print(f"The playground is at [bold]{demo.origins.page}/[/]  (Ctrl-C ends it)")
                # A wait without end cannot be interrupted on every system.
                while not ended.wait(1):
                    pass
            console.print("Closed.")
    return status


def show(console: Console, origins: DemoOrigins, results: Sequence[ScenarioResult]) -> int:
    """Print the table and whether everything went as predicted and as recorded; return the exit status."""
    console.print(f"A page of [bold]{origins.page}[/] asks an API at [bold]{origins.api}[/].\n")
    console.print(make_table(results, console.width))
    wrong = [result for result in results if not result.is_as_expected]
    for result in wrong:
        for line in result.differences:
            console.print(f"[red]{result.scenario.title()}[/]: {line}")
    if wrong:
        console.print(f"\n[red]{len(wrong)} of {len(results)} scenarios did not go as expected.[/]")
        return 1
    console.print(f"\nAll {len(results)} scenarios went as predicted, and as recorded.")
    return 0


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
