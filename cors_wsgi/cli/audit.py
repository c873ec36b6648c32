"""`cors-wsgi audit URL`: find out what a server's policy really is, and report what is wrong with it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from cors_wsgi.audit import FLAWS, MOST_REQUESTS, FlawCode, Report, Severity, audit_app, audit_server
from cors_wsgi.audit.run import is_harmless
from cors_wsgi.audit.sarif import to_sarif
from cors_wsgi.browser.printing import show_exchange
from cors_wsgi.browser.transports import NetworkError

from .arguments import add_route_arguments, check_timeout, load_app, read_header, read_route, read_url
from .terminal import make_console, print_error, safe

CLEAN, FOUND, UNTRIED = 0, 1, 2

_COLOURS: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
_NEVER: Final = "never"

EXAMPLES: Final = """\
examples:
  cors-wsgi audit https://api.example.com/items/1 --origin https://app.example.com
  cors-wsgi audit https://api.example.com/me -H 'Authorization: Bearer …' --fail-on high
  cors-wsgi audit http://localhost/ --app myapp:app --markdown
exit status: 0 no finding at or above --fail-on, 1 at least one, 2 the audit failed or is not conclusive
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        f"Find out what a server's policy really is, with {MOST_REQUESTS} requests at most, and report what is wrong. "
        "Audit only your own servers, or those whose owners agreed."
    )
    parser.add_argument("url", help="the URL to audit, with its scheme")
    parser.add_argument("--origin", help="an allowed origin; look-alikes are made from it (default: the URL's)")
    parser.add_argument("-H", "--header", action="append", default=[], help="'Name: value'; may be repeated")
    parser.add_argument("--method", default="GET", help="of the actual requests (default: GET)")
    parser.add_argument("--unsafe", action="store_true", help="send a method that may change data on the server")
    parser.add_argument("--app", metavar="MODULE:ATTRIBUTE", help="a WSGI app to call in process, instead of a server")
    parser.add_argument("--rate", type=float, default=10.0, help="at most this many requests per second (default: 10)")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds for one exchange (default: 10)")
    parser.add_argument(
        "--fail-on",
        choices=[severity.name.lower() for severity in Severity] + [_NEVER],
        default="medium",
        help="exit with 1 if a finding is at least this severe (default: medium)",
    )
    parser.add_argument("-b", "--cookie", default="", help="'name=value; …', sent with the actual requests")
    add_route_arguments(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print everything as JSON")
    form.add_argument("--sarif", action="store_true", help="print SARIF, which code hosts read")
    form.add_argument("--markdown", action="store_true", help="print Markdown, to paste into an issue")


def run(arguments: argparse.Namespace) -> int:
    """Audit: 0 if no finding is at or above `--fail-on`, 1 if one is, 2 if the audit failed or is not conclusive."""
    try:
        report = _audit(arguments)
    except (ValueError, ImportError, AttributeError, NetworkError) as error:
        print_error("audit", error)
        return UNTRIED
    if arguments.json:
        print(json.dumps(report.to_json(), indent=2))
    elif arguments.sarif:
        print(json.dumps(to_sarif(report), indent=2))
    elif arguments.markdown:
        print(report.to_markdown(), end="")
    else:
        _show(make_console(), report)
    if arguments.fail_on != _NEVER and report.at_least(Severity[arguments.fail_on.upper()]):
        return FOUND
    return UNTRIED if report.inconclusive else CLEAN


def _audit(arguments: argparse.Namespace) -> Report:
    read_url(arguments.url, "write it whole")
    check_timeout(arguments.timeout)
    if not is_harmless(arguments.method) and not arguments.unsafe:
        raise ValueError(
            f"{arguments.method} may change data on the server, and an audit sends up to {MOST_REQUESTS} requests; "
            "write --unsafe if you mean it"
        )
    options: dict[str, Any] = {
        "origin": arguments.origin,
        "method": arguments.method,
        "headers": [read_header(text) for text in arguments.header],
    }
    if arguments.cookie:
        options["headers"].append(("Cookie", arguments.cookie))
    if arguments.app:
        return audit_app(load_app(arguments.app), arguments.url, **options)
    with _progress() as progress:
        return audit_server(
            arguments.url,
            rate=arguments.rate,
            timeout=arguments.timeout,
            route=read_route(arguments),
            progress=progress,
            **options,
        )


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Show how far the audit is, only on a terminal, and leave nothing behind."""
    console = make_console(stderr=True)
    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=MOST_REQUESTS)
        yield lambda count: progress.update(task, completed=count)


def _show(console: Console, report: Report) -> None:
    asked = f"{safe(report.url)}: {len(report.exchanges)} requests"
    console.print(f"{asked}, with look-alikes of {safe(report.origin)}.\n")
    if report.inconclusive:
        console.print(f"[red]Inconclusive[/]: {safe(report.inconclusive)}")
        console.print(f"{FLAWS[FlawCode.INCOMPLETE].remedy}\n")
    shown = [finding for finding in report.findings if finding.code != FlawCode.INCOMPLETE]
    if not shown and report.inconclusive:
        return
    if not shown:
        console.print("[green]Nothing found.[/]")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("severity", no_wrap=True)
    table.add_column("finding", no_wrap=True)
    table.add_column("what was observed", overflow="fold")
    for finding in shown:
        colour = _COLOURS[finding.severity]
        table.add_row(f"[{colour}]{finding.severity.name.lower()}[/]", finding.code, safe(finding.said))
    console.print(table)
    for finding in shown:
        if finding.severity is Severity.INFO:
            continue
        console.print(f"\n[bold]{finding.code}[/]")
        console.print(Padding(safe(finding.flaw.about), (0, 0, 0, 2), expand=False))
        console.print(Padding(safe(finding.flaw.remedy), (0, 0, 0, 2), expand=False))
        for line in show_exchange(finding.exchange):
            console.print(Padding(f"[dim]{safe(line)}[/]", (0, 0, 0, 4), expand=False))
    console.print(f"\n{report.summary[0].upper()}{report.summary[1:]}.")
