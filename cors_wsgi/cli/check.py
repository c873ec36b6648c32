"""`cors-wsgi check URL`: play the browser against a server, and say what it would do, why, and what to change."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Final

from cors_wsgi.browser.printing import escape

from .arguments import load_app, read_header
from .asking import ENGINES, UNTRIED, Order, play
from .diagnosis import ServerName
from .outcomes import describe, show
from .terminal import make_console, safe

EXAMPLES: Final = """\
examples:
  cors-wsgi check https://api.example.com/items --origin https://app.example.com
  cors-wsgi check https://api.example.com/items/1 --origin https://app.example.com \\
      --method PUT -H 'Content-Type: application/json' --data '{}' --credentials
  cors-wsgi check https://cdn.example.com/logo.png --origin https://app.example.com --as img --crossorigin
  cors-wsgi check http://localhost/items --origin https://app.example.com --app myapp:app
exit status: 0 shared (with --as: in use), 1 blocked, 2 could not be tried
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("url", help="what the script fetches, with its scheme")
    parser.add_argument("--origin", required=True, help="the page's origin, such as https://app.example.com")
    parser.add_argument("--method", default="GET", help="as the script writes it")
    parser.add_argument("-H", "--header", action="append", default=[], help="'Name: value', as often as needed")
    parser.add_argument("--data", help="the request's body")
    parser.add_argument("--credentials", action="store_true", help="credentials: 'include'")
    parser.add_argument("--reads", metavar="NAME", default="", help="a response header that the script has to read")
    parser.add_argument(
        "--engine", choices=["standard", *ENGINES], default="standard", help="whose rules; the standard's by default"
    )
    parser.add_argument(
        "--server",
        choices=[name.value for name in ServerName],
        help="what answers, where it cannot be told by the answers",
    )
    parser.add_argument("--app", metavar="MODULE:ATTRIBUTE", help="a WSGI app to ask in process, instead of a server")
    parser.add_argument("--once", action="store_true", help="ask what the page asks alone, nothing to find the cause")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds for one exchange")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every header, and how bodies begin")


def run(arguments: argparse.Namespace) -> int:
    """Fetch as a browser would: 0 if the script may read the response, 1 if CORS keeps it, 2 if it was not tried."""
    try:
        order = _read_order(arguments)
        # Shown on a terminal alone, and gone when there is an answer.
        with make_console(stderr=True).status(f"Asking {safe(order.url)} …"):
            outcome = play(order)
    except (ValueError, ImportError, AttributeError) as error:
        print(f"cors-wsgi check: {escape(str(error))}", file=sys.stderr)
        return UNTRIED
    if arguments.json:
        print(json.dumps(describe(outcome), indent=2))
    else:
        show(make_console(), outcome, verbose=arguments.verbose)
    return outcome.status


def _read_order(arguments: argparse.Namespace) -> Order:
    """Return what was ordered.

    Raises:
        ValueError: something is not what it has to be; the message says what to write.
        ImportError: there is no such app.
        AttributeError: the module has no such app.
    """
    if "://" not in arguments.url:
        raise ValueError(f"{arguments.url!r} has no scheme; write it as the script does: 'https://{arguments.url}'")
    return Order(
        url=arguments.url,
        origin=arguments.origin,
        method=arguments.method,
        headers=[read_header(text) for text in arguments.header],
        body=arguments.data,
        include=arguments.credentials,
        reads=arguments.reads,
        engine=arguments.engine,
        server=None if arguments.server is None else ServerName(arguments.server),
        app=load_app(arguments.app) if arguments.app else None,
        asks_further=not arguments.once,
        timeout=arguments.timeout,
    )
