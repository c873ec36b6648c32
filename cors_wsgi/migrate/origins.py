"""Translate origins as Flask-CORS reads them to this library's rules, never allowing more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from cors_wsgi.origin_rules import find_origin_problem, suggest_origin
from cors_wsgi.origins import OPAQUE_ORIGINS, OriginSet, parse_origin, parse_pattern
from cors_wsgi.strangers import find_lookalike

from .predecessor import Matcher, is_taken_for_regex, matches, read_matcher
from .quoting import quote
from .samples import list_regex, sample_regex, sample_rule

Rule: TypeAlias = "str | re.Pattern[str]"

_EVERYBODY: Final = (
    "https://a.example",
    "http://b.test:81",
    "http://198.51.100.7",
    "chrome-extension://abc",
    "http://localhost:3000",
    "null",
)
_LABELS = r"[A-Za-z0-9_-]+(?:\\?\.[A-Za-z0-9_-]+)*"
_FORM = re.compile(
    r"\^?(?P<scheme>https\?|http\(s\)\?|\((?:\?:)?https?\|https?\)|[a-z][a-z0-9+-]*):(?:\\?/){2}"
    r"(?P<sub>\((?:\?:)?\.[*+]\\?\.\)\?|\(?\.[*+]\??\)?\\?\.)?"
    rf"(?P<host>{_LABELS})"
    r"(?P<port>\((?:\?:)?:(?:\\d|\[0-9\])[+*]\)\?|:\*|\*|:[1-9][0-9]*|:\((?:\?:)?[0-9|]+\))?"
    r"\$?"
)
r"""A regular expression that a pattern, or a few, can replace: `^https?://.*\.example\.com(:\d+)?$`."""
_OPEN = re.compile(r"\^?(?P<scheme>https\?|[a-z][a-z0-9+-]*)://(?:\*|\.[*+])\$?")
"""Everything of one scheme, also as written by people who confuse regular expressions with shell patterns."""


@dataclass(frozen=True)
class Translation:
    """The translation of one Flask-CORS origin.

    Attributes:
        rules: what replaces it here: nothing, only `"*"`, or rules.
        notes: what a reader should know but need not decide, such as the holes of the old one.
        question: what a person must decide; empty if nothing.
    """

    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()
    question: str = ""

    @property
    def is_everybody(self) -> bool:
        """Whether it lets everybody in."""
        return self.rules == ("*",)


def translate_origin(said: Any) -> Translation:
    """Return what replaces one origin; it never lets in anyone who was kept out before."""
    if isinstance(said, re.Pattern):
        return _translate_compiled(said)
    if not isinstance(said, str):
        return Translation((), question=f"{quote(said)} is not an origin and matched nobody. Which ones do you mean?")
    if said in ("*", ".*"):
        return Translation(("*",))
    if is_taken_for_regex(said):
        return _translate_regex(said)
    return _translate_text(said)


def _translate_text(said: str) -> Translation:
    if said.strip().lower() in OPAQUE_ORIGINS:
        question = f"{quote(said)} let every sandboxed frame in, and was removed. If everybody may read this, write "
        return Translation((), question=f"{question}origins='*'.")
    problem = find_origin_problem(said)
    if problem is None:
        return Translation((said,))
    meant = suggest_origin(said)
    if meant and parse_origin(meant) and matches(meant, said, ignore_case=True):
        return Translation((meant,), (f"{quote(said)} is written {quote(meant)}, as browsers send it",))
    if re.search(r"[,;\s]", said.strip()):
        parts = [part for part in re.split(r"[,;\s]+", said) if part]
        return Translation(
            (), question=f"{quote(said)} matched nobody, being one string. Probably {parts!r} was meant."
        )
    if not said.strip():
        return Translation((), ("an empty origin, which matched nobody, was removed",))
    hint = f" Probably {quote(meant)} was meant." if meant else ""
    return Translation((), question=f"{quote(said)} matched nobody: {_lower_first(problem.problem)}{hint}")


def _translate_regex(said: str) -> Translation:
    try:
        old = read_matcher(said, ignore_case=True)
    except ValueError as error:
        meant = suggest_origin(said)
        hint = f" Probably {quote(meant)} was meant." if meant else ""
        return Translation((), question=f"Flask-CORS does not start with this: {error}.{hint}")
    if all(matches(origin, old, ignore_case=True) for origin in _EVERYBODY):
        return Translation(("*",), (f"{quote(said)} takes every origin, and is written '*'",))
    if match := _OPEN.fullmatch(said):
        opened = [re.compile(f"{scheme}://.*") for scheme in _read_schemes(match["scheme"])]
        return Translation(tuple(opened), (f"{quote(said)} takes every origin of its scheme",))
    candidates = tuple(_read_form(said)) or _list_exact(said)
    safe = tuple(rule for rule in candidates if all(matches(o, old, ignore_case=True) for o in sample_rule(rule)))
    if candidates and safe == candidates:
        return Translation(safe, tuple(_find_holes(said, old, safe)))
    if glob := _read_glob(said):
        bare = tuple(rule for rule in (glob.replace("*.", "", 1),) if matches(rule, old, ignore_case=True))
        question = (
            f"{quote(said)}, read as a regular expression, took no subdomain. Was the pattern {quote(glob)} meant?"
        )
        return Translation(bare, question=question)
    return _keep_regex(said, re.compile(said), old)


def _translate_compiled(said: re.Pattern[str]) -> Translation:
    if not isinstance(said.pattern, str):
        return Translation((), question=f"{quote(said.pattern)} is a regular expression of bytes, and matched nobody.")
    if all(said.match(origin) for origin in _EVERYBODY):
        return Translation(("*",), (f"{quote(said.pattern)} takes every origin, and is written '*'",))
    return _keep_regex(said.pattern, said, said)


def _keep_regex(text: str, new: re.Pattern[str], old: Matcher) -> Translation:
    if any(parse_origin(sample) for sample in sample_regex(new)):
        return Translation((new,), tuple(_find_holes(text, old, (new,))))
    opened = re.compile(f"{text}.*", new.flags & ~re.UNICODE)
    probes = [*_EVERYBODY, *(sample for sample in sample_regex(opened) if parse_origin(sample))]
    if any(opened.fullmatch(probe) and parse_origin(probe) for probe in probes):
        return Translation((opened,), (f"{quote(text)} was matched only at the start of an origin: '.*' says so now",))
    return Translation((), question=f"{quote(text)} matched no origin that a browser sends. Which origins do you mean?")


def _list_exact(said: str) -> tuple[Rule, ...]:
    """Return the origins that a regular expression means, if it means a few exact ones."""
    texts = list_regex(re.compile(said))
    return tuple(texts) if all(parse_origin(text) for text in texts) else ()


def _read_form(said: str) -> Iterator[Rule]:
    """Yield the origins and patterns that a regular expression of the usual form means."""
    match = _FORM.fullmatch(said)
    if match is None:
        return
    host = match["host"].replace("\\", "")
    sub = match["sub"] or ""
    hosts = [f"*.{host}"] if sub else [host]
    hosts += [host] if sub.endswith("?") and sub.startswith("(") else []
    for scheme in _read_schemes(match["scheme"]):
        for name in hosts:
            for port in _read_ports(match["port"] or ""):
                rule = f"{scheme}://{name}{port}"
                yield rule if parse_origin(rule) or parse_pattern(rule) else re.compile("(?!)")


def _read_schemes(text: str) -> list[str]:
    if text in ("https?", "http(s)?"):
        return ["http", "https"]
    return text.strip("()").removeprefix("?:").split("|")


def _read_ports(text: str) -> list[str]:
    if text.endswith(")?") or text in (":*", "*"):
        return [":*"]
    if text.startswith(":("):
        return [f":{port}" for port in text[2:-1].removeprefix("?:").split("|")]
    return [text]


def _read_glob(said: str) -> str | None:
    """Return a string that is a pattern here, but means something else as a regular expression."""
    return said if parse_pattern(said) and "*." in said else None


def _find_holes(text: str, old: Matcher, rules: tuple[Rule, ...]) -> Iterator[str]:
    """Yield a sentence for each hole of a regular expression, and whether the new rules still have it."""
    samples = [sample for rule in rules for sample in sample_rule(rule)[:1]]
    told = set()
    for sample in samples:
        for origin, hole in _list_probes(sample):
            if hole in told or origin in samples or not matches(origin, old, ignore_case=True):
                continue
            told.add(hole)
            if any(_takes(rule, origin) for rule in rules):
                yield f"{quote(text)} lets {origin} in, as it did before: {hole}"
            else:
                yield f"{quote(text)} let {origin} in, and no longer does: {hole}"
    for rule in rules:
        if isinstance(rule, re.Pattern) and (lookalike := find_lookalike(rule)):
            yield f"{quote(text)} lets {lookalike} in, as it did before: there is no dot in front of the name"


def _list_probes(origin: str) -> Iterator[tuple[str, str]]:
    parts = parse_origin(origin)
    if parts is None:
        return
    yield f"{parts.scheme}://{parts.host}.evil.example", "it is not anchored at its end"
    if not parts.port:
        yield f"{origin}:8444", "it is not anchored at its end, and accepts any port"
    head, *labels = parts.host.split(".")
    for i in range(len(labels)):
        host = ".".join([head, *labels[:i]]) + "x" + ".".join(labels[i:])
        yield origin.replace(parts.host, host), "a dot in it is not escaped"


def _takes(rule: Rule, origin: str) -> bool:
    return OriginSet((rule,)).allows(origin, {})


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
