"""Examples of what a regular expression matches, and origins that only resemble a given one."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Any, Final

from cors_wsgi.origins import parse_origin, parse_pattern

STRANGERS: Final = ("https://evil.example", "http://localhost:3000", "https://app.example.com", "null")
"""Origins that are always tried, whatever the options say."""

_MOST: Final = 24
_ANY_TEXT: Final = "sub"
_SUBDOMAINS: Final = ("sub", "a.b")
_FROM_CLASS: Final = "8a-_"


def sample_regex(pattern: re.Pattern[str]) -> list[str]:
    """Return a few texts that a regular expression matches as a whole; none if it is too complicated."""
    tree = list(_parse(pattern))
    texts = dict.fromkeys(islice(_sample_sequence(tree), 4 * _MOST))
    if any(text.startswith((_ANY_TEXT, f".{_ANY_TEXT}")) for text in texts):  # a regex for what follows the scheme, too
        texts = dict.fromkeys([f"https://{text.lstrip('.')}" for text in texts] + list(texts))
    return [text for text in texts if pattern.fullmatch(text)][:_MOST]


def list_regex(pattern: re.Pattern[str]) -> list[str]:
    """Return every text that a regular expression means if they are few, and nothing if they are endless.

    A lone `.` is read as a dot that somebody forgot to escape.
    """
    tree = list(_parse(pattern))
    if not _is_finite(tree):
        return []
    texts = list(dict.fromkeys(islice(_sample_sequence(tree), _MOST + 1)))
    return texts if len(texts) <= _MOST else []


def _parse(pattern: re.Pattern[str]) -> Any:
    try:
        parser = importlib.import_module("re._parser")
    except ModuleNotFoundError:  # Python 3.10
        parser = importlib.import_module("sre_parse")
    return parser.parse(pattern.pattern, pattern.flags)


def _is_finite(tokens: list[Any]) -> bool:
    return all(_is_finite_token(str(name), argument) for name, argument in tokens)


def _is_finite_token(name: str, argument: Any) -> bool:
    match name:
        case "LITERAL" | "ANY" | "AT":
            return True
        case "MAX_REPEAT":
            inner = list(argument[2])
            return tuple(argument[:2]) == (0, 1) and str(inner[0][0]) != "ANY" and _is_finite(inner)
        case "BRANCH":
            return all(_is_finite(list(branch)) for branch in argument[1])
        case "SUBPATTERN":
            return _is_finite(list(argument[-1]))
    return False


def _sample_sequence(tokens: list[Any]) -> Iterator[str]:
    parts = [list(islice(_sample_token(str(name), argument), 4)) for name, argument in tokens]
    return ("".join(choice) for choice in product(*parts))


def _sample_token(name: str, argument: Any) -> Iterator[str]:
    match name:
        case "LITERAL":
            yield chr(argument)
        case "ANY":
            yield "."
        case "NOT_LITERAL":
            yield "a" if argument != ord("a") else "b"
        case "IN":
            yield from _sample_class(argument)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            yield from _sample_repeat(*argument)
        case "BRANCH":
            for branch in argument[1]:
                yield from _sample_sequence(list(branch))
        case "SUBPATTERN" | "ATOMIC_GROUP":
            yield from _sample_sequence(list(argument[-1] if name == "SUBPATTERN" else argument))
        case _:  # anchors and assertions match no text
            yield ""


def _sample_repeat(least: int, most: int, tokens: Any) -> Iterator[str]:
    inner = list(tokens)
    if str(inner[0][0]) == "ANY" and most > 1:
        yield _ANY_TEXT
        if least == 0:
            yield ""
        return
    if least == 0:
        yield ""
    for count in dict.fromkeys((max(least, 1), min(most, max(least, 1) + 3))):
        for text in islice(_sample_sequence(inner), 2):
            yield text * count


def _sample_class(items: Any) -> Iterator[str]:
    found = [character for character in _FROM_CLASS + "./:" if _is_in_class(character, items)]
    literals = [chr(argument) for name, argument in items if str(name) == "LITERAL"]
    ranges = [chr(argument[0]) for name, argument in items if str(name) == "RANGE"]
    yield from dict.fromkeys((*found[:2], *literals[:2], *ranges[:1]))


def _is_in_class(character: str, items: Any) -> bool:
    negated = str(items[0][0]) == "NEGATE"
    taken = False
    for name, argument in items:
        match str(name):
            case "LITERAL":
                taken |= argument == ord(character)
            case "RANGE":
                taken |= argument[0] <= ord(character) <= argument[1]
            case "CATEGORY":
                kind = {"DIGIT": str.isdigit, "WORD": lambda c: c.isalnum() or c == "_", "SPACE": str.isspace}
                for word, test in kind.items():
                    if str(argument).endswith("NOT_" + word):
                        taken |= not test(character)
                    elif str(argument).endswith(word):
                        taken |= test(character)
    return taken is not negated


def sample_rule(rule: str | re.Pattern[str]) -> list[str]:
    """Return origins that a rule of this library allows."""
    if isinstance(rule, re.Pattern):
        return [text for text in sample_regex(rule) if parse_origin(text)]
    if parse_pattern(rule) is None:
        return [rule]
    hosts = [rule.replace("*.", f"{sub}.", 1) for sub in _SUBDOMAINS] if "*." in rule else [rule]
    return [
        host.removesuffix(":*") + port for host in hosts for port in (("", ":8443") if rule.endswith(":*") else ("",))
    ]


def find_lookalikes(origin: str) -> list[str]:
    """Return well-formed origins that only resemble a given one, or differ from it in one part."""
    parts = parse_origin(origin)
    if parts is None:
        return []
    scheme, host, port = parts
    tail = f":{port}" if port else ""
    twin = {"http": "https", "https": "http"}.get(scheme, scheme)
    labels = host.split(".")
    # An example of a pattern, as `sample_rule` makes them: what differs in its wildcard's part the pattern lets in.
    wild = next((len(sub.split(".")) for sub in _SUBDOMAINS if host.startswith(f"{sub}.")), 0)
    made = [
        f"{scheme}://{host}.evil.example{tail}",
        f"{scheme}://{host}.evil.example",
        *(
            []
            if wild
            else [f"{scheme}://evil{host}{tail}", f"{scheme}://evil-{host}{tail}", f"{scheme}://sub.{host}{tail}"]
        ),
        f"{scheme}://{host}",
        f"{scheme}://{host}:8444",
        f"{scheme}://{host}{tail}1",
        f"{twin}://{host}{tail}",
        *(f"{scheme}://{'.'.join(labels[:i])}x{'.'.join(labels[i:])}{tail}" for i in range(1 + wild, len(labels))),
        *([f"{scheme}://{'.'.join(labels[wild or 1 :])}{tail}"] if len(labels) > 2 else []),
    ]
    return [text for text in dict.fromkeys(made) if text != origin and parse_origin(text)]
