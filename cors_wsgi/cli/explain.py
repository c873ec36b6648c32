"""`cors-wsgi explain`: what a line of a browser's console means, and what to do about it."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.padding import Padding

from cors_wsgi.browser import FailureReason
from cors_wsgi.browser.origins import is_same_site, open_origin
from cors_wsgi.browser.urls import parse_url
from cors_wsgi.browser.ways import is_loopback
from cors_wsgi.texts import Language, choose_by_environment, say
from cors_wsgi.texts.wrapping import wrap
from cors_wsgi.texts.writing import explain_reason, write_remedy, write_trace

from .console_lines import Recognized, find_nearest, recognize, recognize_trace
from .diagnosis.redirects import is_login
from .particulars import explain_particulars
from .remedies import write_for_policy
from .terminal import make_console, safe

EXAMPLES: Final = say("help.explain.examples")

_LONGEST_INPUT = 100_000
_FACTS: Final = ("header", "method", "origin", "url")
"""What a remedy may name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("text", nargs="*", help=say("help.explain.text"))


def run(arguments: argparse.Namespace) -> int:
    """Explain each line that is recognized: 0 if one says why, 1 if none does, 2 if there is no text."""
    text = " ".join(arguments.text) if arguments.text else sys.stdin.read(_LONGEST_INPUT)
    lines = [line for line in text.splitlines() if line.strip()]
    language = choose_by_environment(os.environ)
    if not lines:
        print(f"cors-wsgi explain: {say('explain.no_text', language)}", file=sys.stderr)
        return 2
    console = make_console()
    found: dict[FailureReason, Recognized] = {}
    for line in lines:
        if recognized := recognize(line):
            found.setdefault(recognized.reason, recognized)
    if len(found) > 1:
        # A console adds a line about the network to the CORS line, which is the one with the reason.
        found.pop(FailureReason.NETWORK_FAILURE, None)
    for recognized in found.values():
        _show(console, recognized, language)
    if found:
        return 0
    traces = list(dict.fromkeys(trace for line in lines if (trace := recognize_trace(line)) is not None))
    for trace in traces:
        explanation, remedy = write_trace(trace.words, trace.explanation, trace.remedy, language)
        _show_parts(console, {"explain.is": explanation, "explain.do": remedy}, language)
    if not traces:
        _say_unknown(console, lines, language)
    return 0 if any(trace.is_cause for trace in traces) else 1


def _show(console: Console, recognized: Recognized, language: Language) -> None:
    reason, facts = recognized.reason, recognized.facts
    console.print(f"[bold]{reason.value}[/]")
    parts = {"explain.happened": explain_reason(reason, facts, language), "explain.do": _advise(recognized, language)}
    if (way := find_way(facts, language)) != "":
        parts["explain.do"] = f"{way}{parts['explain.do']}"
    if (redirect := _explain_redirect(recognized, language)) is not None:
        parts = {**parts, **redirect}
    elif particulars := explain_particulars(recognized, language):
        parts |= particulars
    elif (remedy := write_for_policy(reason, facts, language)) is not None:
        parts["explain.policy"] = say("explain.sentence", language, {"text": f"{remedy[0].upper()}{remedy[1:]}"})
    if not reason.is_cors:
        mind = "explain.second_line" if recognized.may_follow else "explain.not_cors"
        parts = {"explain.mind": say(mind, language), **parts}
    if recognized.also:
        between = " " if language == "en" else ""
        parts["explain.or"] = between.join(explain_reason(other, facts, language) for other in recognized.also)
    _show_parts(console, parts, language)


def _advise(recognized: Recognized, language: Language) -> str:
    """Return what to do; a fact that the line does not give is named by what it is."""
    unknown = {name: say(f"unknown.{name}", language) for name in _FACTS if name not in recognized.facts}
    remedy = write_remedy(recognized.reason, {**unknown, **recognized.facts}, language)
    if language == "zh":
        # The table has spaces around facts, which are Latin letters; Chinese words have no spaces around them.
        for text in unknown.values():
            remedy = re.sub(f"(?<=[\u4e00-\u9fff]) (?={text})|(?<={text}) (?=[\u4e00-\u9fff])", "", remedy)
    return remedy


def _explain_redirect(recognized: Recognized, language: Language) -> Mapping[str, str] | None:
    """Return what to say about a line that mentions a redirect: the remedy is where the redirect comes from."""
    first, last = recognized.facts.get("first_url"), recognized.facts.get("url")
    if not first or first == last or not recognized.reason.is_cors:
        return None
    begin, end = parse_url(first), parse_url(last or "")
    if end is not None and is_login(end):
        way = "explain.redirect_login"
    elif begin is not None and end is not None and begin.host == end.host:
        way = "explain.redirect_here"
    else:
        way = "explain.redirect_elsewhere"
    facts = {"first": first, "last": last or ""}
    happened, between = say("explain.redirect", language, facts), " " if language == "en" else ""
    return {
        "explain.happened": happened + between + explain_reason(recognized.reason, recognized.facts, language),
        "explain.do": say(way, language, facts),
    }


_OF_OTHERS: Final = (
    "googleapis.com", "google.com", "github.com", "githubusercontent.com", "openai.com", "anthropic.com",
    "facebook.com", "instagram.com", "twitter.com", "x.com", "linkedin.com", "stripe.com", "paypal.com",
    "slack.com", "discord.com", "microsoft.com", "microsoftonline.com", "apple.com", "openweathermap.org",
    "reddit.com", "spotify.com", "telegram.org", "twitch.tv", "wikipedia.org", "yahoo.com", "youtube.com",
    "binance.com", "coinbase.com", "notion.com", "dropbox.com",
)  # fmt: skip
"""Sites whose servers plainly belong to somebody else."""


def find_way(facts: Mapping[str, str], language: Language) -> str:
    """Return what to say before any remedy on the server, if the server plainly belongs to somebody else.

    Args:
        facts: of the line: the `url` that was fetched, and the page's `origin`.
        language: of the reader.
    """
    url, page = parse_url(facts.get("url", "")), parse_url(facts.get("origin", ""))
    if url is None or not url.is_http or is_loopback(url.host):
        return ""
    if page is not None and is_same_site(open_origin(page.origin)[0], url):
        return ""
    if any(url.host == site or url.host.endswith(f".{site}") for site in _OF_OTHERS):
        return say("explain.not_yours", language, {"host": url.host})
    return ""


def _show_parts(console: Console, parts: Mapping[str, str], language: Language) -> None:
    """Show each part under its title, which is a key of the table of texts."""
    for title, text in parts.items():
        console.print(f"  [dim]{say(title, language)}[/]")
        console.print(Padding(safe(_wrap(text, console.width - 4, language)), (0, 0, 0, 4)))
    console.print()


def _wrap(text: str, width: int, language: Language) -> str:
    """Return Chinese in lines that fit: Rich would break them only at the few spaces that Chinese has."""
    return wrap(text, width) if language == "zh" else text


def _say_unknown(console: Console, lines: list[str], language: Language) -> None:
    console.print(_wrap(say("explain.unknown", language), console.width, language))
    near = next(filter(None, map(find_nearest, lines)), None)
    if near:
        console.print(safe(say("explain.nearest", language, {"line": near})))
