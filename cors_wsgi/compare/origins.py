"""Origins to try: what a rule matches, and what only resembles it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ..audit.probes import STRANGER, is_makeable, list_probes
from ..origins import OPAQUE_ORIGINS, OriginRule, is_exact, parse_origin
from ..strangers import find_lookalike, find_strangers
from .texts import list_texts

STRANGERS: Final = (STRANGER, *OPAQUE_ORIGINS, "http://localhost:1337", "chrome-extension://corsaudit")
"""Origins that are always tried."""

_LABELS: Final = ("app", "www", "a.b", "a-1", "a_b", "1", "a" * 63)
_PORTS: Final = ("", ":3000", ":1", ":65535")


def list_matches(rule: OriginRule) -> list[str]:
    """Return origins that a rule allows; for a callable, none is known.

    >>> list_matches("http://localhost:*")
    ['http://localhost', 'http://localhost:3000', 'http://localhost:1', 'http://localhost:65535']
    """
    if isinstance(rule, re.Pattern):
        found = [*list_texts(rule), *find_strangers(rule)]
        if lookalike := find_lookalike(rule):
            found.append(lookalike)
        return [origin for origin in dict.fromkeys(found) if parse_origin(origin)]
    if not isinstance(rule, str):
        return []
    if is_exact(rule):
        return [rule]
    host = rule.removesuffix(":*")
    hosts = [host.replace("*", label, 1) for label in _LABELS] if "*" in host else [host]
    ports = _PORTS if rule.endswith(":*") else ("",)
    found = [first + port for first in hosts[:1] for port in ports]
    return [origin for origin in dict.fromkeys([*found, *hosts[1:]]) if parse_origin(origin)]


def list_lookalikes(rule: OriginRule) -> list[str]:
    """Return origins that a rule's author hardly intends, but that a nearly identical rule may allow."""
    matches = list_matches(rule)
    found: dict[str, None] = {}
    if isinstance(rule, str) and "://*." in rule:
        bare = rule.replace("*.", "", 1).removesuffix(":*")
        found[bare] = None
        matches = [*matches[:1], bare]
    # A regex's matches are much alike; the longest and the shortest differ most.
    matches.sort(key=len)
    for origin in dict.fromkeys([*matches[:4], *matches[-4:]]):
        found.update(dict.fromkeys(_look_like(origin)))
    return list(found)


def _look_like(origin: str) -> Iterator[str]:
    parts = parse_origin(origin)
    if parts is None or parts.scheme not in ("http", "https"):
        return
    yield from (probe.origin for probe in list_probes(origin) if is_makeable(probe, origin))
    scheme, host, port = parts
    tail = f":{port}" if port else ""
    yield f"{scheme}://{host}.{tail}" if not host.endswith((".", "]")) and not host[-1].isdigit() else origin
    yield f"{scheme}://{host}" if port else f"{scheme}://{host}:8443"
    yield f"{'http' if scheme == 'https' else 'https'}://{host}{tail}"
    _, dot, parent = host.partition(".")
    if dot and "." in parent and not parent.replace(".", "").isdigit():
        yield f"{scheme}://{parent}{tail}"
        yield f"{scheme}://www.{parent}{tail}"


def name_callables(rules: Iterable[OriginRule]) -> list[OriginRule]:
    """Return the rules that name no origins."""
    return [rule for rule in rules if not isinstance(rule, (str, re.Pattern))]
