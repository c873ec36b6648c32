"""Who gets in besides those whom a rule's author meant: tenants of public suffixes, and strangers of a regex."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from .origins import parse_pattern

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_RESERVED: Final = (
    "canary.example",
    "stranger.example",
    "canary.test",
    "stranger.test",
    "example.com",
    "example.net",
    "example.org",
    "canary.github.io",
    "stranger.github.io",
)
"""Domains that nobody trusts: reserved names (RFC 2606), and two tenants of one suffix that anybody can have."""
_ADDRESSES: Final = ("198.51.100.7", "[2001:db8::7]")
_EXTENSION: Final = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
_SUBDOMAINS: Final = ("", "www.", "app.", "api.", "a.b.")
_PORTS: Final = ("", ":3000", ":8443", ":49152")

_TOP_OF_RESERVED: Final = frozenset(name.rpartition(".")[2] for name in _RESERVED)
_LABEL = re.compile(r"[a-z][a-z0-9-]*")  # com
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+")  # app.example.com, in https://app.example.com:8443


def find_public_suffix(rule: str) -> str | None:
    """Return the public suffix of a pattern that anybody can satisfy, such as `https://*.github.io`, or None.

    It is one that the public suffix list names, or everything directly below which it names.
    """
    pattern = parse_pattern(rule)
    if pattern is None or not pattern.host.startswith("*."):
        return None
    host = pattern.host.removeprefix("*.")
    suffixes = _public_suffixes()
    return host if suffixes.is_public(host) or suffixes.is_public(f"any.{host}") else None


def find_strangers(rule: re.Pattern[str]) -> list[str]:
    """Return origins that a regular expression matches and its author can hardly mean: canaries, one a domain.

    A canary proves that a regex is open; that none matches proves nothing. One whose domain is part of the regex's
    text is meant, and does not count.
    """
    text = _read_text(rule)
    tenants = [f"{name}.{suffix}" for suffix in _find_suffixes(rule, text) for name in ("canary", "stranger")]
    domains = [domain for domain in dict.fromkeys((*_RESERVED, *tenants)) if domain not in text]
    found = [next(filter(rule.fullmatch, _origins_below(domain)), None) for domain in domains]
    found += [next(filter(rule.fullmatch, _origins_at(address)), None) for address in _ADDRESSES]
    found += [_EXTENSION if rule.fullmatch(_EXTENSION) else None]
    return [origin for origin in found if origin is not None]


def find_lookalike(rule: re.Pattern[str]) -> str | None:
    r"""Return an origin whose domain only ends like one in the text of a regular expression that matches it, or None.

    `https://.*example\.com` is meant for the subdomains of example.com, and matches `https://canaryexample.com`.
    """
    names = _NAME.findall(_read_text(rule))
    origins = (f"https://canary{separator}{name}" for name in names for separator in ("", "-"))
    return next(filter(rule.fullmatch, origins), None)


def _read_text(rule: re.Pattern[str]) -> str:
    return re.sub(r"\\(.)", r"\1", rule.pattern).lower()


def _find_suffixes(rule: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield the public suffixes in the text of a regex that takes any name below them: the list is opened for those."""
    names = (name.split(".") for name in _NAME.findall(text))
    suffixes = (".".join(labels[start:]) for labels in names for start in range(len(labels) - 1))
    top = (label for label in _LABEL.findall(text) if label not in _TOP_OF_RESERVED)
    for suffix in dict.fromkeys((*suffixes, *top)):
        if any(map(rule.fullmatch, _origins_below(f"canary.{suffix}"))) and _public_suffixes().is_public(suffix):
            yield suffix


def _origins_below(domain: str) -> Iterator[str]:
    for subdomain in _SUBDOMAINS:
        yield from _origins_at(subdomain + domain)


def _origins_at(host: str) -> Iterator[str]:
    return (f"{scheme}://{host}{port}" for scheme, port in product(("https", "http"), _PORTS))


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - the list takes a moment to load; few policies need it

    return PublicSuffixList(accept_unknown=False)
