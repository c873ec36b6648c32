"""Requests copied from a browser: what DevTools copy as cURL (bash and cmd) and as fetch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cors_wsgi.browser.headers import Header
from cors_wsgi.browser.urls import parse_url

from .js_literals import read_call
from .shell_words import split_bash, split_cmd


@dataclass
class Pasted:
    """A request that was pasted.

    Attributes:
        url: what was fetched.
        method: as written; empty if absent.
        headers: those that a script can have set.
        body: of the request, or None.
        origin: of the page; empty if unknown.
        include: whether credentials were included; None if unknown.
        cookie: the Cookie header; empty if absent.
        dropped: what was left out, and why.
        options: what else it says about how to reach the server, by curl's long option names.
    """

    url: str = ""
    method: str = ""
    headers: list[Header] = field(default_factory=list)
    body: str | None = None
    origin: str = ""
    include: bool | None = None
    cookie: str = ""
    dropped: list[str] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)


def read_pasted(text: str) -> Pasted:
    """Return the request in a pasted text.

    Raises:
        ValueError: it is neither a curl command nor a call of fetch.
    """
    text = text.strip().removeprefix("$ ").lstrip()
    if re.match(r"curl(?:\.exe)?\s", text):
        return _read_curl(split_cmd(text) if _is_cmd(text) else split_bash(text))
    if "fetch(" in text:
        return _read_fetch(text)
    raise ValueError(
        "the text is neither a curl command nor a call of fetch; in the network panel of DevTools, copy the request "
        "as cURL "
        "or as fetch"
    )


def _is_cmd(text: str) -> bool:
    return '^"' in text or bool(re.search(r"\^\r?\n", text))


# What curl gets

_TAKES_VALUE: Final = {
    "-H": "--header", "-X": "--request", "-d": "--data", "-b": "--cookie", "-u": "--user", "-A": "--user-agent",
    "-e": "--referer", "-x": "--proxy", "-F": "--form", "-o": "--output", "-m": "--max-time", "-w": "--write-out",
    "-T": "--upload-file", "-c": "--cookie-jar", "-E": "--cert", "-r": "--range", "-U": "--proxy-user",
}  # fmt: skip
_LONG_VALUES: Final = {
    *_TAKES_VALUE.values(), "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json", "--url",
    "--resolve", "--cacert", "--unix-socket", "--connect-timeout", "--connect-to", "--retry", "--key", "--form-string",
    "--max-redirs", "--interface", "--noproxy", "--ciphers", "--tls-max", "--limit-rate", "--http3-only-host",
}  # fmt: skip
_KEPT: Final = frozenset({"--resolve", "--cacert", "--unix-socket", "--proxy"})
_HARMLESS: Final = frozenset(
    {"--compressed", "--silent", "--show-error", "--include", "--verbose", "--location", "--globoff"}
)
_SHORT_FLAGS: Final = {
    "s": "--silent", "S": "--show-error", "i": "--include", "v": "--verbose", "L": "--location", "k": "--insecure",
    "I": "--head", "G": "--get", "g": "--globoff", "f": "--fail", "N": "--no-buffer", "#": "--progress-bar",
}  # fmt: skip


def _read_curl(words: Sequence[str]) -> Pasted:
    pasted = Pasted()
    headers: list[Header] = []
    data: list[str] = []
    flags: set[str] = set()
    for option, value in _pair_options(words[1:]):
        if option == "":
            pasted.url = pasted.url or value
        elif option == "--header":
            name, _, content = value.partition(":")
            headers.append((name.strip(), content.strip()))
        elif option == "--request":
            pasted.method = value
        elif option in ("--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json"):
            if value.startswith("@") and option != "--data-raw":
                pasted.dropped.append(f"{option} @…: the file that it names is not read")
                value = ""
            data.append(value)
            if option == "--json":
                headers.append(("Content-Type", "application/json"))
        elif option == "--url":
            pasted.url = value
        elif option == "--cookie":
            pasted.cookie = value
        elif option == "--user-agent":
            headers.append(("User-Agent", value))
        elif option == "--referer":
            headers.append(("Referer", value))
        elif option in _KEPT:
            pasted.options.setdefault(option, []).append(value)
        elif option in ("--insecure", "--head", "--get"):
            flags.add(option)
        elif option not in _HARMLESS:
            pasted.dropped.append(f"{option}: it means nothing here")
    if "--insecure" in flags:
        pasted.options["--insecure"] = []
    if not pasted.url:
        raise ValueError("the curl command has no URL")
    if "://" not in pasted.url:
        pasted.url = f"http://{pasted.url}"
    if data and "--get" in flags:
        pasted.url += ("&" if "?" in pasted.url else "?") + "&".join(data)
    elif data:
        pasted.body = "&".join(data)
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    pasted.method = pasted.method or ("HEAD" if "--head" in flags else "POST" if pasted.body is not None else "GET")
    take_headers(pasted, headers)
    if pasted.cookie and pasted.include is None:
        pasted.include = True
    return pasted


def _pair_options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each option by its long name, with its value; any other word has an empty name."""
    rest = iter(words)
    for word in rest:
        if word.startswith("--"):
            yield word, next(rest, "") if word in _LONG_VALUES else ""
        elif word.startswith("-") and len(word) > 1:
            yield from _pair_short(word, rest)
        elif word.strip():
            yield "", word


def _pair_short(word: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    for place, letter in enumerate(word[1:], 2):
        if f"-{letter}" in _TAKES_VALUE:
            yield _TAKES_VALUE[f"-{letter}"], word[place:] or next(rest, "")
            return
        yield _SHORT_FLAGS.get(letter, f"-{letter}"), ""


# What fetch gets


def _read_fetch(text: str) -> Pasted:
    url, options = read_call(text)
    pasted = Pasted(url=url, method=str(options.get("method") or "GET"))
    headers = options.get("headers")
    take_headers(
        pasted, [(str(name), str(value)) for name, value in headers.items()] if isinstance(headers, dict) else []
    )
    body = options.get("body")
    pasted.body = None if body is None else str(body)
    credentials = options.get("credentials")
    pasted.include = credentials == "include" if credentials else pasted.include
    referrer = options.get("referrer")
    if not pasted.origin and isinstance(referrer, str) and (parsed := parse_url(referrer)) is not None:
        pasted.origin = parsed.origin
    mode = options.get("mode")
    if mode not in (None, "cors"):
        pasted.dropped.append(f"mode {mode!r}: it is sent with mode 'cors', like a script that wants to read")
    return pasted


# What browsers add by themselves

_OF_BROWSERS: Final = frozenset(
    {
        "accept-encoding", "accept-language", "cache-control", "connection", "content-length", "dnt", "host", "pragma",
        "priority", "te", "user-agent", "upgrade-insecure-requests", "if-none-match", "if-modified-since",
    }
)  # fmt: skip


def take_headers(pasted: Pasted, headers: Sequence[Header]) -> None:
    """Keep what a script can have set; take the page's origin from the rest, and say what is dropped."""
    added = []
    for name, value in headers:
        lower = name.lower()
        if lower == "origin":
            pasted.origin = value
        elif lower == "referer":
            if not pasted.origin and (url := parse_url(value)) is not None:
                pasted.origin = url.origin
        elif lower == "cookie":
            pasted.cookie = value
        elif lower in _OF_BROWSERS or lower.startswith((":", "sec-", "proxy-")):
            added.append(lower)
        elif lower != "accept" or value != "*/*":
            pasted.headers.append((name, value))
    if added:
        pasted.dropped.append(f"{', '.join(added)}: a browser adds them itself")
