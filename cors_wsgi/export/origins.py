"""Conditions on an origin that a proxy can test: exact ones by look-up, the others by regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cors_wsgi.fetch import DEFAULT_PORTS
from cors_wsgi.origins import MAX_ORIGIN_LENGTH, parse_pattern

from .automata import Automaton, TooLargeError, automaton_of, have_common, is_within
from .dialects import Dialect, escape, write
from .regexes import Node, find_longest, parse, parse_text

LENGTHS: Final = f".{{1,{MAX_ORIGIN_LENGTH}}}"
"""A longer origin is not well-formed; a proxy must test this, too."""

_LABEL = "[a-z0-9_-]"
# A last label that is not a number, since browsers turn those into an IPv4 address: not 1 or 0x1f, but 1a or 0xg.
_LAST_LABEL = (
    rf"(?:[a-z_-]{_LABEL}*|[1-9][0-9]*[a-z_-]{_LABEL}*|0[0-9]+[a-z_-]{_LABEL}*|0[a-wyz_-]{_LABEL}*|"
    rf"0x[0-9a-f]*[g-z_-]{_LABEL}*)"
)
_DOMAIN = rf"(?:{_LABEL}+\.)*{_LAST_LABEL}\.?"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_IPV6 = r"https?://\[[0-9a-f:]+\](?::[0-9]+)?"
_OTHER_HOST = "[A-Za-z0-9._-]+"


@dataclass(frozen=True)
class OriginRegex:
    """A regular expression that an origin must match as a whole.

    Attributes:
        rule: the rule that it comes from, as its author would recognize it.
        node: the expression.
        well_formed: what a well-formed origin matches, if the expression does not ensure it.
        may_be_long: whether it matches texts that are longer than any origin.
        meets_ipv6: whether it matches addresses in brackets, which a proxy cannot tell from malformed ones.
    """

    rule: str
    node: Node
    well_formed: str | None
    may_be_long: bool
    meets_ipv6: bool

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """What else an origin must match as a whole, in every dialect."""
        lengths = (LENGTHS,) if self.may_be_long else ()
        return lengths if self.well_formed is None else (*lengths, self.well_formed)

    def write(self, dialect: Dialect) -> str:
        """Return the expression in a dialect, without anchors.

        Raises:
            UnwritableError: for what the dialect lacks.
        """
        return write(self.node, dialect)


def read_pattern(pattern: str) -> OriginRegex:
    """Return the expression for an origin pattern such as `https://*.example.com`."""
    parts = parse_pattern(pattern)
    assert parts is not None, "a policy holds valid patterns"
    is_special = parts.scheme in ("http", "https")
    host = escape(parts.host.removeprefix("*."))
    if parts.host.startswith("*."):
        host = (rf"(?:{_LABEL}+\.)+" if is_special else rf"{_OTHER_HOST}\.") + host
    port = f"(?::{_any_port_but(DEFAULT_PORTS.get(parts.scheme))})?" if parts.port == "*" else ""
    if parts.port and not port:
        port = f":{parts.port}"
    node = parse_text(f"{escape(parts.scheme)}://{host}{port}")
    return OriginRegex(pattern, node, None, _may_be_long(node), False)


def read_regex(rule: re.Pattern[str], shown: str) -> OriginRegex:
    """Return the expression for a rule that is a regular expression.

    Args:
        rule: the rule.
        shown: the rule as its author would recognize it.
    """
    node = parse(rule)
    try:
        automaton = Automaton(node)
    except TooLargeError:
        return OriginRegex(shown, node, _join(_well_formed(None)), True, True)
    met = list(_well_formed(automaton))
    well_formed = _join(iter(met)) if met else None
    if well_formed is not None and is_within(automaton, automaton_of(well_formed)):
        well_formed = None
    return OriginRegex(shown, node, well_formed, _may_be_long(node), have_common(automaton, automaton_of(_IPV6)))


def _join(alternatives: Iterator[str]) -> str:
    return f"(?:{'|'.join(alternatives)})"


def _may_be_long(node: Node) -> bool:
    longest = find_longest(node)
    return longest is None or longest > MAX_ORIGIN_LENGTH


def _well_formed(automaton: Automaton | None) -> Iterator[str]:
    """Return the well-formed origins, scheme by scheme, of which an automaton accepts some; all of them for None."""
    hosts = {scheme: (_DOMAIN, _IPV4) if scheme in ("http", "https") else (_OTHER_HOST,) for scheme in DEFAULT_PORTS}
    schemes = {**{escape(scheme): found for scheme, found in hosts.items()}, _OTHER_SCHEME: (_OTHER_HOST,)}
    for scheme, kinds in schemes.items():
        port = _any_port_but(DEFAULT_PORTS.get(scheme))
        met = [host for host in kinds if _meets(automaton, f"{scheme}://{host}(?::{port})?")]
        if met:
            host = met[0] if len(met) == 1 else f"(?:{'|'.join(met)})"
            has_port = _meets(automaton, f"{scheme}://{host}:{port}")
            yield f"{scheme}://{host}" + (f"(?::{port})?" if has_port else "")


def _meets(automaton: Automaton | None, text: str) -> bool:
    return automaton is None or have_common(automaton, automaton_of(text))


def _any_port_but(default: str | None) -> str:
    """Return the expression for a port from 1 to 65535, without leading zeros, that is not the scheme's default."""
    large = "[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
    if default is None:
        return f"(?:[1-9][0-9]{{0,3}}|{large})"
    small = [f"[1-9][0-9]{{{length}}}" if length else "[1-9]" for length in range(4) if length + 1 != len(default)]
    for place, digit in enumerate(default):
        lowest = 1 if place == 0 else 0
        others = "".join(str(number) for number in range(lowest, 10) if str(number) != digit)
        rest = len(default) - place - 1
        small.append(f"{default[:place]}[{others}]" + (f"[0-9]{{{rest}}}" if rest else ""))
    return f"(?:{'|'.join(small)}|{large})"


def _any_scheme_but(names: tuple[str, ...]) -> str:
    """Return the expression for any scheme but these, without looking ahead."""

    def after(prefix: str) -> str:
        longer = [name for name in names if name.startswith(prefix) and name != prefix]
        following = sorted({name[len(prefix)] for name in longer})
        others = "".join(
            char for char in ("abcdefghijklmnopqrstuvwxyz" if not prefix else _TAIL) if char not in following
        )
        ends = [] if not prefix or prefix in names else [""]
        others = others.replace("-", "") + ("-" if "-" in others else "")
        branches = [*(f"{char}{after(prefix + char)}" for char in following), f"[{others}][a-z0-9+.-]*", *ends]
        return f"(?:{'|'.join(branches)})"

    return after("")


_TAIL = "abcdefghijklmnopqrstuvwxyz0123456789+.-"
_OTHER_SCHEME = _any_scheme_but((*DEFAULT_PORTS, "file"))
