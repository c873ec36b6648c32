"""`cors-wsgi explain`: what a line of a browser's console means, and what to do about it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.padding import Padding

from cors_wsgi.browser import FailureReason

from .console_lines import Recognized, find_nearest, recognize, recognize_trace
from .remedies import write_for_policy
from .terminal import make_console, safe

EXAMPLES: Final = """\
examples:
  cors-wsgi explain "Access to fetch at … has been blocked by CORS policy: …"
  cors-wsgi explain < console.txt
exit status: 0 explained, 1 the reason is not in the text, 2 no text
"""

_LONGEST_INPUT = 100_000
_UNKNOWN = {
    "header": "the header",
    "location": "another URL",
    "method": "the method",
    "origin": "the page's origin",
    "status": "…",
    "url": "the URL",
    "value": "…",
}
_NOT_CORS = "This is not CORS: no CORS header changes it."
_SECOND_LINE = (
    "Firefox prints this line also below another one, “Cross-Origin Request Blocked: … (Reason: …)”. If there is one, "
    "it says why: copy that line. If there is none, this is not CORS, and no CORS header changes it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "text", nargs="*", help="the text, as copied from the console; without it, standard input is read"
    )


def run(arguments: argparse.Namespace) -> int:
    """Explain each line that is recognized; 0 if one says why, 1 if none does, 2 without any text."""
    text = " ".join(arguments.text) if arguments.text else sys.stdin.read(_LONGEST_INPUT)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        print("cors-wsgi explain: there is no text. Copy it from the browser's console (F12).", file=sys.stderr)
        return 2
    console = make_console()
    found: dict[FailureReason, Recognized] = {}
    for line in lines:
        if recognized := recognize(line):
            found.setdefault(recognized.reason, recognized)
    if len(found) > 1:
        # A console adds a line of the network to one of CORS; the reason is in the other.
        found.pop(FailureReason.NETWORK_FAILURE, None)
    for recognized in found.values():
        _show(console, recognized)
    if found:
        return 0
    traces = list(dict.fromkeys(trace for line in lines if (trace := recognize_trace(line)) is not None))
    for trace in traces:
        _show_parts(console, {"What it is": trace.explanation, "What to do": trace.remedy})
    if not traces:
        _say_unknown(console, lines)
    return 0 if any(trace.is_cause for trace in traces) else 1


def _show(console: Console, recognized: Recognized) -> None:
    reason, facts = recognized.reason, {**_UNKNOWN, **recognized.facts}
    console.print(f"[bold]{reason.value}[/]")
    parts = {"What happened": reason.explain(facts), "What to do": reason.remedy(facts)}
    if (remedy := write_for_policy(reason, recognized.facts)) is not None:
        parts["With cors-wsgi"] = f"{remedy[0].upper()}{remedy[1:]}."
    if not reason.is_cors:
        parts = {"Mind": _SECOND_LINE if recognized.may_follow else _NOT_CORS, **parts}
    if recognized.also:
        parts["Or"] = " ".join(other.explain(facts) for other in recognized.also)
    _show_parts(console, parts)


def _show_parts(console: Console, parts: Mapping[str, str]) -> None:
    for title, text in parts.items():
        console.print(f"  [dim]{title}[/]")
        console.print(Padding(safe(text), (0, 0, 0, 4)))
    console.print()


def _say_unknown(console: Console, lines: list[str]) -> None:
    console.print("No browser is known to print this.")
    near = next(filter(None, map(find_nearest, lines)), None)
    if near:
        console.print(f"The nearest that one prints: {safe(near)}")
