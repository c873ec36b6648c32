"""What `check` prints: the cause first, then what to change, then everything else; or everything as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.padding import Padding

from cors_wsgi.browser import Exchange, FetchError
from cors_wsgi.browser.engines import BROWSERS
from cors_wsgi.browser.printing import hide_credentials, show_exchange
from cors_wsgi.fetch import EXPOSE_HEADERS

from .asking import BLOCKED, SHARED, UNTRIED, Outcome
from .diagnosis import Diagnosis
from .hints import Hint, HintName
from .remedies import write_for_nginx, write_for_policy
from .terminal import safe

_BESIDE: Final = frozenset(
    {
        HintName.NO_VARY,
        HintName.TWO_SITES,
        HintName.SPACE_IN_NAME,
        HintName.LOG,
        HintName.POLICY,
        HintName.CSRF,
        HintName.COOKIE_KEPT_BACK,
    }
)
"""The hints that add something to a diagnosis."""

_OF_TLS: Final = re.compile(r"TLS: |handshake", re.IGNORECASE)
"""What is said where a secure connection does not come about."""

VERDICTS: Final = {SHARED: "shared", BLOCKED: "blocked", UNTRIED: "untried"}


def show(console: Console, outcome: Outcome, *, verbose: bool) -> None:
    """Print the outcome.

    Args:
        console: where to print.
        outcome: what to print.
        verbose: whether to show every header, and the start of bodies.
    """
    _show_verdict(console, outcome)
    if outcome.status == UNTRIED and all(exchange.response is None for exchange in outcome.exchanges):
        return
    _show_wire(console, outcome, verbose=verbose)
    if outcome.status == BLOCKED and outcome.failed is not None:
        console.print("\n[bold]What the consoles say[/]")
        for engine in BROWSERS:
            console.print(_indent(f"[dim]{engine.title}[/]  {safe(outcome.failed.say(engine.name))}"))
    for hint in outcome.hints:
        if hint.name not in _BESIDE or _is_said(hint, outcome.diagnosis):
            continue
        console.print(f"\n[bold]{hint.name}[/]")
        console.print(_indent(safe(hint.text)))


def _is_said(hint: Hint, diagnosis: Diagnosis | None) -> bool:
    if diagnosis is None:
        return False
    if hint.name is HintName.NO_VARY:
        return any("Vary: Origin" in part for part in (diagnosis.cause, str(diagnosis.remedy))) or bool(
            diagnosis.wanted
        )
    return hint.text == diagnosis.cause


def _show_verdict(console: Console, outcome: Outcome) -> None:
    failed = outcome.failed
    if failed is None and outcome.load is not None:
        word = "[green]Loaded[/]" if outcome.load.outcome == "loaded" else "[yellow]Tainted[/]"
        console.print(f"{word}: {safe(outcome.load.explanation)}")
        if outcome.load.remedy:
            console.print(_indent(safe(outcome.load.remedy)))
        return
    if failed is None:
        names = ", ".join(outcome.response.headers) if outcome.response else ""
        readable = f"and these headers: {safe(names)}" if names else "but none of its headers"
        console.print(f"[green]Shared[/]: the script can read the response, {readable}.")
        if outcome.hidden:
            listed = ", ".join(outcome.hidden)
            console.print(f"It cannot read {safe(listed)}, which {EXPOSE_HEADERS} does not name.")
        return
    if outcome.status == UNTRIED:
        console.print(f"[red]Not tried[/] ({failed.reason.value}): {safe(failed.explanation)}")
        console.print(_indent(safe(failed.remedy)))
        if "certificate" in failed.facts.get("value", ""):
            console.print(_indent("To check in spite of it: --cacert FILE trusts it, --insecure trusts any."))
        elif _OF_TLS.search(failed.facts.get("value", "")):
            console.print(_indent("If the server speaks plain http at this port, write http:// in the URL."))
        return
    if outcome.diagnosis is None:
        console.print(f"[yellow]Blocked[/] ({failed.reason.value}): {safe(failed.explanation)}")
        console.print("\n[bold]What to change[/]")
        console.print(_indent(safe(failed.remedy)))
        for where, text in _write_remedies(outcome, failed).items():
            console.print(_indent(f"[dim]{where}[/]  {safe(text)}"))
        return
    console.print(f"[yellow]Blocked[/] ({failed.reason.value}): {safe(outcome.diagnosis.cause)}")
    _show_remedy(console, outcome.diagnosis)


def _show_remedy(console: Console, diagnosis: Diagnosis) -> None:
    remedy = diagnosis.remedy
    console.print("\n[bold]What to change[/]")
    console.print(_indent(safe(remedy.text)))
    for piece in remedy.pieces:
        console.print(_indent(f"[dim]{remedy.where}, {safe(piece.place)}:[/]"))
        for line in piece.lines:
            # A line of configuration is copied: it is never wrapped.
            console.print(f"      {safe(line.expandtabs(4))}", soft_wrap=True)
    if diagnosis.wanted:
        (_, status), *headers = diagnosis.wanted
        console.print("\n[bold]What the browser expects[/]")
        console.print(_indent(safe(status)))
        for name, value in headers:
            console.print(f"  {safe(name)}: {safe(value)}", soft_wrap=True)


def _show_wire(console: Console, outcome: Outcome, *, verbose: bool) -> None:
    console.print("\n[bold]What went over the wire[/]")
    for note in outcome.notes:
        console.print(_indent(f"[dim]{safe(note)}.[/]"))
    if outcome.load is not None:
        console.print(_indent(f"{outcome.load.kind}: a browser sends it without a script, and without a preflight."))
    elif outcome.causes:
        causes = "; ".join(str(cause) for cause in outcome.causes)
        console.print(_indent(f"Preflighted, because {safe(causes)}."))
    else:
        console.print(_indent("Simple: a browser sends it without a preflight."))
    for number, exchange in enumerate(outcome.exchanges):
        if number:
            console.print()
        for line in show_exchange(exchange, verbose=verbose):
            console.print(_indent(safe(line)))
    if outcome.further:
        asked = "; ".join(
            f"{one.method} {one.url} {_name_origin(one)}: {one.status or 'no answer'}" for one in outcome.further
        )
        console.print(_indent(f"\n[dim]Also sent, to find the cause (--once turns this off): {safe(asked)}.[/]"))


def _name_origin(exchange: Exchange) -> str:
    origin = exchange.sent("Origin")
    return "without Origin" if origin is None else f"as {origin}"


def _indent(text: str) -> Padding:
    return Padding(text, (0, 0, 0, 2), expand=False)


def _write_remedies(outcome: Outcome, failed: FetchError) -> dict[str, str]:
    """Return the remedies by the server they are written for; the first is the one that is printed."""
    diagnosis = outcome.diagnosis
    if diagnosis is not None and diagnosis.remedy.pieces:
        return {diagnosis.remedy.where: "\n".join(diagnosis.remedy.lines)}
    if diagnosis is not None:
        return {}
    remedies = {
        "cors-wsgi": write_for_policy(failed.reason, failed.facts),
        "nginx": write_for_nginx(failed.reason, failed.facts, failed.exchange),
    }
    return {where: text for where, text in remedies.items() if text is not None}


def name_verdict(outcome: Outcome) -> str:
    """Return the verdict as one word; what an element loads is loaded or tainted."""
    if outcome.load is not None and outcome.status == SHARED:
        return outcome.load.outcome
    return VERDICTS[outcome.status]


def describe(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as data for JSON."""
    failed, diagnosis = outcome.failed, outcome.diagnosis
    remedy = diagnosis.remedy.text if diagnosis else failed and failed.remedy
    return {
        "verdict": name_verdict(outcome),
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
        "cause": None if diagnosis is None else {"code": diagnosis.code.value, "text": diagnosis.cause},
        "remedy": remedy,
        "lines": []
        if diagnosis is None
        else [
            {"where": diagnosis.remedy.where, "place": piece.place, "lines": list(piece.lines)}
            for piece in diagnosis.remedy.pieces
        ],
        "wanted": [list(pair) for pair in diagnosis.wanted] if diagnosis else [],
        "remedies": _write_remedies(outcome, failed) if failed else {},
        "consoles": {engine.name: failed.say(engine.name) for engine in BROWSERS}
        if outcome.status == BLOCKED and failed
        else {},
        "readable_headers": list(outcome.response.headers) if outcome.response else [],
        "hidden_headers": list(outcome.hidden),
        "hints": [{"name": hint.name, "text": hint.text} for hint in outcome.hints],
        "notes": list(outcome.notes),
        "further": [f"{one.method} {one.url}" for one in outcome.further],
    }


def _list_headers(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, hide_credentials(name, value)) for name, value in headers]
