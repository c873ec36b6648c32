"""`cors-wsgi check URL`: play the browser against a server, and say what a browser would do and why."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from rich.console import Console
from rich.padding import Padding

from cors_wsgi.browser import (
    ENGINES,
    Browser,
    CORSError,
    Exchange,
    FetchError,
    Load,
    PreflightCause,
    Response,
    preflight_causes,
)
from cors_wsgi.browser.elements import Kind
from cors_wsgi.browser.engines import BROWSERS
from cors_wsgi.browser.printing import escape, hide_credentials, show_exchange
from cors_wsgi.browser.urls import parse_url

from .arguments import load_app, read_header
from .hints import Hint, find_hints
from .listening import listen_to_policy
from .remedies import write_for_nginx, write_for_policy
from .terminal import make_console, safe

SHARED, BLOCKED, UNTRIED = 0, 1, 2

KINDS: Final = (*(kind for kind in get_args(Kind) if kind != "preload"), "eventsource")
"""What --as takes. A preload is asked for as its consumer, and so needs no kind of its own."""

EXAMPLES: Final = """\
examples:
  cors-wsgi check https://api.example.com/items --origin https://app.example.com
  cors-wsgi check https://api.example.com/items/1 --origin https://app.example.com \\
      --method PUT -H 'Content-Type: application/json' --data '{}' --credentials
  cors-wsgi check https://cdn.example.com/logo.png --origin https://app.example.com --as img --crossorigin
  cors-wsgi check http://localhost/items --origin https://app.example.com --app myapp:app
exit status: 0 shared (with --as: in use), 1 blocked, 2 could not be tried
"""


@dataclass(frozen=True)
class Outcome:
    """What came of playing the browser.

    Attributes:
        causes: why a preflight is sent; empty for a simple request.
        exchanges: what went over the wire.
        response: what the script sees; None if it failed.
        failed: why it failed; None if the script has the response.
        hints: what the answers give away beyond that.
        load: what became of an element; None if a script fetches.
    """

    causes: Sequence[PreflightCause]
    exchanges: Sequence[Exchange]
    response: Response | None
    failed: FetchError | None
    hints: Sequence[Hint]
    load: Load | None = None

    @property
    def status(self) -> int:
        """The command's exit status."""
        if self.failed is None:
            return SHARED
        if self.load is not None and self.failed.exchange is not None and self.failed.exchange.response is not None:
            return BLOCKED
        return BLOCKED if isinstance(self.failed, CORSError) else UNTRIED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("url", help="what the script fetches, with its scheme")
    parser.add_argument("--origin", required=True, help="the page's origin, such as https://app.example.com")
    parser.add_argument("--method", default="GET", help="as the script writes it")
    parser.add_argument("-H", "--header", action="append", default=[], help="'Name: value', as often as needed")
    parser.add_argument("--data", help="the request's body")
    parser.add_argument("--credentials", action="store_true", help="credentials: 'include'")
    parser.add_argument(
        "--as",
        dest="kind",
        choices=KINDS,
        metavar="KIND",
        help=f"load it without a script, as one of: {', '.join(KINDS)}",
    )
    parser.add_argument(
        "--crossorigin",
        nargs="?",
        const="anonymous",
        choices=("anonymous", "use-credentials"),
        help="with --as: the element's attribute",
    )
    parser.add_argument("--integrity", default="", help="with --as: the element's attribute")
    parser.add_argument(
        "--engine", choices=list(ENGINES), default="standard", help="whose rules; the standard's by default"
    )
    parser.add_argument("--app", metavar="MODULE:ATTRIBUTE", help="a WSGI app to ask in process, instead of a server")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds for one exchange")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every header, and how bodies begin")


def run(arguments: argparse.Namespace) -> int:
    """Fetch as a browser would: 0 if the script may read the response, 1 if CORS keeps it, 2 if it was not tried."""
    try:
        # Shown on a terminal alone, and gone when there is an answer.
        with make_console(stderr=True).status(f"Asking {safe(arguments.url)} …"):
            outcome = _play(arguments)
    except (ValueError, ImportError, AttributeError) as error:
        print(f"cors-wsgi check: {escape(str(error))}", file=sys.stderr)
        return UNTRIED
    if arguments.json:
        print(json.dumps(_describe(outcome), indent=2))
    else:
        _show(make_console(), outcome, verbose=arguments.verbose)
    return outcome.status


def _play(arguments: argparse.Namespace) -> Outcome:
    if "://" not in arguments.url:
        raise ValueError(f"{arguments.url!r} has no scheme; write it as the script does: 'https://{arguments.url}'")
    headers = [read_header(text) for text in arguments.header]
    url = parse_url(arguments.url)
    server = arguments.url if url is None or not url.is_http else url.origin
    if arguments.app:
        browser = Browser(load_app(arguments.app), url=server, engine=arguments.engine)
    else:
        browser = Browser.live(server, engine=arguments.engine, timeout=arguments.timeout)
    page = browser.open(arguments.origin)
    if arguments.kind:
        return _load(browser, arguments)
    if arguments.crossorigin or arguments.integrity:
        raise ValueError("--crossorigin and --integrity belong to an element: name it with --as, for example --as img")
    causes: Sequence[PreflightCause] = ()
    failed: FetchError | None = None
    response: Response | None = None
    with listen_to_policy() as heard:
        try:
            causes = preflight_causes(arguments.method, headers, engine=arguments.engine)
            response = page.fetch(
                arguments.url,
                method=arguments.method,
                headers=headers,
                body=arguments.data,
                credentials="include" if arguments.credentials else "same-origin",
            )
        except FetchError as error:
            failed = error
    if failed is not None and heard.nearest:
        failed.facts["nearest"] = heard.nearest
    exchanges = tuple(browser.exchanges)
    hints = find_hints(exchanges, page.origin, failed, credentials=arguments.credentials, logged=heard.hints)
    return Outcome(causes, exchanges, response, failed, hints)


def _load(browser: Browser, arguments: argparse.Namespace) -> Outcome:
    """Load the URL as an element of the page does.

    Raises:
        ValueError: an option says what no element has.
    """
    if arguments.header or arguments.data is not None or arguments.method != "GET":
        raise ValueError("an element sends a GET without headers of its own: leave out -H, --data and --method")
    page = browser.open(arguments.origin)
    if arguments.kind == "eventsource":
        load = page.event_source(arguments.url, with_credentials=arguments.credentials)
    else:
        attribute = "use-credentials" if arguments.credentials else arguments.crossorigin
        load = page.load(arguments.kind, arguments.url, crossorigin=attribute, integrity=arguments.integrity)
    exchanges = tuple(browser.exchanges)
    hints = find_hints(exchanges, page.origin, load.error, credentials=arguments.credentials, logged=())
    return Outcome((), exchanges, None, load.error, hints, load)


def _show(console: Console, outcome: Outcome, *, verbose: bool) -> None:
    if outcome.status == UNTRIED and all(exchange.response is None for exchange in outcome.exchanges):
        _show_verdict(console, outcome)
        return
    if outcome.load is not None:
        console.print(f"[bold]{outcome.load.kind}[/]: a browser sends it without a preflight, and without a script.")
    elif outcome.causes:
        console.print("[bold]Preflighted[/], since:")
        for cause in outcome.causes:
            console.print(Padding(safe(str(cause)), (0, 0, 0, 2)))
    else:
        console.print("[bold]Simple[/]: a browser sends it without a preflight.")
    for exchange in outcome.exchanges:
        console.print()
        for line in show_exchange(exchange, verbose=verbose):
            console.print(Padding(safe(line), (0, 0, 0, 2)))
    console.print()
    _show_verdict(console, outcome)
    for hint in outcome.hints:
        console.print(f"\n[bold]{hint.name}[/]")
        console.print(Padding(safe(hint.text), (0, 0, 0, 2)))


def _show_verdict(console: Console, outcome: Outcome) -> None:
    failed = outcome.failed
    if failed is None and outcome.load is not None:
        word = "[green]Loaded[/]" if outcome.load.outcome == "loaded" else "[yellow]Tainted[/]"
        console.print(f"{word}: {safe(outcome.load.explanation)}")
        if outcome.load.remedy:
            console.print(Padding(safe(outcome.load.remedy), (0, 0, 0, 2)))
        return
    if failed is None:
        names = ", ".join(outcome.response.headers) if outcome.response else ""
        console.print(f"[green]Shared[/]: the script reads the response, and of its headers: {safe(names) or 'none'}.")
        return
    if outcome.status == UNTRIED:
        console.print(f"[red]Not tried[/] ({failed.reason.value}): {safe(failed.explanation)}")
        console.print(Padding(safe(failed.remedy), (0, 0, 0, 2)))
        return
    console.print(f"[yellow]Blocked[/] ({failed.reason.value}): {safe(failed.explanation)}")
    console.print("\n[bold]What to change[/]")
    console.print(Padding(safe(failed.remedy), (0, 0, 0, 2)))
    for where, text in _write_remedies(failed).items():
        console.print(Padding(f"[dim]{where}[/]  {safe(text)}", (0, 0, 0, 2)))
    console.print("\n[bold]What the consoles say[/]")
    for engine in BROWSERS:
        console.print(Padding(f"[dim]{engine.title}[/]  {safe(failed.say(engine.name))}", (0, 0, 0, 2)))


def _quote_consoles(failed: FetchError) -> dict[str, str]:
    return {engine.name: failed.say(engine.name) for engine in BROWSERS}


def _write_remedies(failed: FetchError) -> dict[str, str]:
    remedies = {
        "cors-wsgi": write_for_policy(failed.reason, failed.facts),
        "nginx": write_for_nginx(failed.reason, failed.facts, failed.exchange),
    }
    return {where: text for where, text in remedies.items() if text is not None}


def _describe(outcome: Outcome) -> dict[str, Any]:
    failed = outcome.failed
    return {
        "verdict": _name_verdict(outcome),
        "causes": [str(cause) for cause in outcome.causes],
        "exchanges": [
            {
                "is_preflight": exchange.is_preflight,
                "request": {
                    "method": exchange.method,
                    "url": exchange.url,
                    "headers": _list_headers(exchange.request.headers),
                },
                "response": None
                if exchange.response is None
                else {"status": exchange.response.status, "headers": _list_headers(exchange.response.headers)},
            }
            for exchange in outcome.exchanges
        ],
        "reason": failed and failed.reason.value,
        "explanation": failed and failed.explanation,
        "remedy": failed and failed.remedy,
        "remedies": _write_remedies(failed) if failed else {},
        "consoles": _quote_consoles(failed) if outcome.status == BLOCKED and failed else {},
        "readable_headers": list(outcome.response.headers) if outcome.response else [],
        "hints": [{"name": hint.name, "text": hint.text} for hint in outcome.hints],
    }


def _name_verdict(outcome: Outcome) -> str:
    if outcome.load is not None and outcome.status == SHARED:
        return outcome.load.outcome
    return {SHARED: "shared", BLOCKED: "blocked", UNTRIED: "untried"}[outcome.status]


def _list_headers(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, hide_credentials(name, value)) for name, value in headers]
