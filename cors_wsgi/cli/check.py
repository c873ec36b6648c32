"""`cors-wsgi check URL`: play the browser against a server, and say what it would do, why, and what to change."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from typing import Final, get_args

from rich.console import Console

from cors_wsgi.browser import ENGINES
from cors_wsgi.browser.elements import Kind
from cors_wsgi.browser.ways import DIRECT
from cors_wsgi.fetch import is_forbidden_request_header

from . import har
from .arguments import add_route_arguments, check_timeout, load_app, read_header, read_route, read_url
from .asking import BLOCKED, SHARED, UNTRIED, Order, Outcome, play
from .diagnosis import ServerName
from .outcomes import VERDICTS, describe, show
from .pasted import Pasted, read_pasted
from .terminal import make_console, print_error, safe

EXAMPLES: Final = """\
examples:
  cors-wsgi check https://api.example.com/items --origin https://app.example.com
  cors-wsgi check https://api.example.com/items/1 --origin https://app.example.com \\
      --method PUT -H 'Content-Type: application/json' --data '{}' --credentials
  cors-wsgi check https://cdn.example.com/logo.png --origin https://app.example.com --as img --crossorigin
  cors-wsgi check http://localhost/items --origin https://app.example.com --app myapp:app
  cors-wsgi check --curl "curl 'https://api.example.com/items' -H 'origin: https://app.example.com'"
  cors-wsgi check - < copied.txt          a request copied from DevTools, as cURL or as fetch
  cors-wsgi check --har recorded.har      every request to another origin; --entry N for one
exit status: 0 shared (with --as: in use), 1 blocked, 2 could not be tried
"""

KINDS: Final = (*(kind for kind in get_args(Kind) if kind != "preload"), "eventsource")
"""What --as takes. A preload is requested as its consumer is, so it needs no separate kind."""

_LONGEST_INPUT = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("url", nargs="?", help="what the script fetches, with its scheme; - to paste a request")
    parser.add_argument("--origin", help="the page's origin, such as https://app.example.com")
    parser.add_argument("--method", "-X", help="as the script writes it; GET by default")
    parser.add_argument("-H", "--header", action="append", default=[], help="'Name: value'; may be repeated")
    parser.add_argument("--data", help="the request's body")
    parser.add_argument("--credentials", action="store_true", help="credentials: 'include'")
    parser.add_argument("-b", "--cookie", default="", help="'name=value; …', sent if credentials are included")
    parser.add_argument("--reads", metavar="NAME", default="", help="a response header that the script needs to read")
    parser.add_argument("--curl", metavar="COMMAND", help="a request that DevTools copied as cURL, for bash or cmd")
    parser.add_argument(
        "--har", metavar="FILE", help="a recording from DevTools: each request to another origin is judged"
    )
    parser.add_argument("--entry", metavar="N", type=int, help="only this request of the recording, by its number")
    parser.add_argument("--replay", action="store_true", help="send the recorded requests to the server again")
    parser.add_argument(
        "--as",
        dest="kind",
        choices=KINDS,
        metavar="KIND",
        help=f"load it with an element instead of a script: {', '.join(KINDS)}",
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
        "--engine", choices=list(ENGINES), default="standard", help="whose rules to apply; the standard's by default"
    )
    parser.add_argument(
        "--server",
        choices=[name.value for name in ServerName],
        help="what answers, if its answers do not show it",
    )
    parser.add_argument("--app", metavar="MODULE:ATTRIBUTE", help="a WSGI app to call in process, instead of a server")
    parser.add_argument(
        "--once", action="store_true", help="send only what the page sends, nothing more to find the cause"
    )
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds for one exchange")
    add_route_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every header, and the start of bodies")


def run(arguments: argparse.Namespace) -> int:
    """Fetch as a browser would: 0 if the script may read the response, 1 if CORS blocks it, 2 if it was not tried."""
    try:
        if arguments.har is not None:
            return _run_recording(arguments)
        order = _read_order(arguments)
        # Shown only on a terminal, and gone once there is an answer.
        with make_console(stderr=True).status(f"Asking {safe(order.url)} …"):
            outcome = play(order)
    except (ValueError, ImportError, AttributeError) as error:
        print_error("check", error)
        return UNTRIED
    return _print(arguments, outcome)


def _print(arguments: argparse.Namespace, outcome: Outcome) -> int:
    if arguments.json:
        print(json.dumps(describe(outcome), indent=2))
    else:
        show(make_console(), outcome, verbose=arguments.verbose)
    return outcome.status


def _read_order(arguments: argparse.Namespace) -> Order:
    """Return the request that the arguments describe.

    Raises:
        ValueError: an argument is invalid; the message says what to write.
        ImportError: there is no such app.
        AttributeError: the module has no such app.
    """
    pasted = _read_pasted(arguments)
    route = read_route(arguments)
    headers, cookie, notes = list(pasted.headers), pasted.cookie, [f"Left out {text}" for text in pasted.dropped]
    for text in arguments.header:
        name, value = read_header(text)
        if name.lower() == "cookie":
            cookie = value
        elif is_forbidden_request_header(name, value):
            notes.append(f"Left out {name}: no script may set it")
        else:
            headers.append((name, value))
    cookie = arguments.cookie or cookie
    include = arguments.credentials or bool(pasted.include) or bool(arguments.cookie)
    if cookie and not include and pasted.include is None:
        include = True
    if cookie and include and not arguments.credentials and not pasted.include:
        notes.append("There is a cookie, so the script is assumed to use credentials: 'include'")
    origin = arguments.origin or pasted.origin
    if not origin:
        raise ValueError("the page's origin is not known; write --origin https://app.example.com")
    if arguments.app and route != DIRECT:
        raise ValueError("--app does not contact a server; leave out the options for reaching one")
    method = arguments.method or pasted.method or "GET"
    body = arguments.data if arguments.data is not None else pasted.body
    if arguments.kind and (headers or body is not None or method != "GET"):
        raise ValueError("an element sends a GET without extra headers: leave out -H, --data and --method")
    if not arguments.kind and (arguments.crossorigin or arguments.integrity):
        raise ValueError("--crossorigin and --integrity belong to an element: name it with --as, for example --as img")
    return Order(
        url=read_url(pasted.url, "write it as the script does"),
        origin=origin,
        method=method,
        headers=headers,
        body=body,
        include=include,
        reads=arguments.reads,
        engine=arguments.engine,
        server=None if arguments.server is None else ServerName(arguments.server),
        app=load_app(arguments.app) if arguments.app else None,
        asks_further=not arguments.once,
        timeout=check_timeout(arguments.timeout),
        route=route,
        cookie=cookie if include else "",
        notes=notes,
        kind=arguments.kind or "",
        crossorigin=arguments.crossorigin,
        integrity=arguments.integrity,
    )


def _read_pasted(arguments: argparse.Namespace) -> Pasted:
    """Return the pasted request, or the URL alone; a pasted request also says how to reach the server.

    Raises:
        ValueError: there is nothing, or it is not a request.
    """
    if arguments.curl is not None and arguments.url not in (None, "-"):
        raise ValueError("both a URL and --curl were given; write only one of them")
    if arguments.curl is None and arguments.url != "-":
        if arguments.url is None:
            raise ValueError("there is no URL; write one such as https://api.example.com/items, or --curl, --har or -")
        return Pasted(url=arguments.url)
    text = arguments.curl if arguments.curl is not None else sys.stdin.read(_LONGEST_INPUT)
    pasted = read_pasted(text)
    told = pasted.options
    arguments.insecure = arguments.insecure or "--insecure" in told
    arguments.resolve = [*told.get("--resolve", []), *arguments.resolve]
    for option in ("cacert", "unix_socket", "proxy"):
        given = told.get(f"--{option.replace('_', '-')}")
        if given and not getattr(arguments, option):
            setattr(arguments, option, given[-1])
    return pasted


# Recordings


def _run_recording(arguments: argparse.Namespace) -> int:
    if arguments.url is not None or arguments.curl is not None:
        raise ValueError("--har has its own requests; leave out the URL and --curl")
    recorded = har.read_har(arguments.har)
    if not recorded:
        raise ValueError(f"--har {arguments.har!r} has no request to another origin")
    if arguments.entry is not None:
        recorded = [har.find(recorded, arguments.entry)]
    route, timeout = read_route(arguments), check_timeout(arguments.timeout)
    server = None if arguments.server is None else ServerName(arguments.server)
    outcomes = []
    for one in recorded:
        order = har.make_order(one, server=server, reads=arguments.reads)
        if arguments.replay:
            order = replace(
                order, route=route, timeout=timeout, asks_further=not arguments.once, engine=arguments.engine
            )
            outcomes.append(play(order))
        else:
            outcomes.append(har.judge(one, order))
    if len(outcomes) == 1:
        return _print(arguments, outcomes[0])
    if arguments.json:
        told = [{"entry": one.number, **describe(outcome)} for one, outcome in zip(recorded, outcomes, strict=True)]
        print(json.dumps(told, indent=2))
    else:
        _show_list(make_console(), recorded, outcomes)
    return _rate(outcomes)


def _rate(outcomes: list[Outcome]) -> int:
    statuses = {outcome.status for outcome in outcomes}
    return BLOCKED if BLOCKED in statuses else UNTRIED if statuses == {UNTRIED} else SHARED


def _show_list(console: Console, recorded: list[har.Recorded], outcomes: list[Outcome]) -> None:
    colours = {SHARED: "green", BLOCKED: "yellow", UNTRIED: "red"}
    for one, outcome in zip(recorded, outcomes, strict=True):
        verdict = f"[{colours[outcome.status]}]{VERDICTS[outcome.status]}[/]"
        console.print(f"{one.number:>4}  {verdict}  {safe(one.pasted.method)} {safe(one.pasted.url)}", soft_wrap=True)
        if outcome.failed is not None:
            said = outcome.failed.explanation if outcome.diagnosis is None else outcome.diagnosis.cause
            console.print(f"      {outcome.failed.reason.value}: {safe(said)}", soft_wrap=True)
    console.print("\n[dim]--entry N says what to change, and --replay sends the requests again.[/]")
