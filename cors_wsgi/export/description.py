"""What an edge must answer, whichever proxy it is: path rules, and for each, who may read and what is granted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from cors_wsgi.fetch import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_METHODS,
    ALLOW_ORIGIN,
    ALLOW_PRIVATE_NETWORK,
    EXPOSE_HEADERS,
    MAX_AGE,
    ORIGIN,
    REQUEST_HEADERS,
    REQUEST_METHOD,
)

from .origins import OriginRegex
from .refusals import Difference
from .regexes import Node

MANAGED: Final = (
    ALLOW_ORIGIN,
    ALLOW_CREDENTIALS,
    ALLOW_METHODS,
    ALLOW_HEADERS,
    ALLOW_PRIVATE_NETWORK,
    EXPOSE_HEADERS,
    MAX_AGE,
)
"""The app's headers that do not pass unchanged."""

VARY_PREFLIGHT: Final = f"{ORIGIN}, {REQUEST_METHOD}, {REQUEST_HEADERS}"


class Fixed(Enum):
    """What is done with a request whatever its origin."""

    DENY = "DENY"
    """Never shared."""
    HANDS_OFF = "None"
    """Nothing is added, removed or answered."""


@dataclass(frozen=True)
class Sharing:
    """One policy.

    Attributes:
        name: an identifier: lower-case letters, digits and underscores.
        said: the policy on one line, as its author would write it.
        everybody: whether every origin is allowed; then there are no rules.
        exact: exact origins, in their order.
        regexes: patterns and regular expressions, in their order.
        methods: the value of Access-Control-Allow-Methods; empty: no such header; None: echo what was asked for.
        headers: the same for Access-Control-Allow-Headers.
        credentials: whether requests may carry credentials.
        expose: the value of Access-Control-Expose-Headers; empty: no such header.
        max_age: the value of Access-Control-Max-Age; empty: no such header.
    """

    name: str
    said: str
    everybody: bool
    exact: tuple[str, ...]
    regexes: tuple[OriginRegex, ...]
    methods: str | None
    headers: str | None
    credentials: bool
    expose: str
    max_age: str

    @property
    def grants(self) -> tuple[tuple[str, str], ...]:
        """What the answer to an allowed preflight says that is the same for every request."""
        pairs = ((ALLOW_METHODS, self.methods), (ALLOW_HEADERS, self.headers), (MAX_AGE, self.max_age))
        return tuple((name, value) for name, value in pairs if value)

    @property
    def nobody(self) -> bool:
        """Whether no origin is allowed."""
        return not (self.everybody or self.exact or self.regexes)


Treatment: TypeAlias = "Sharing | Fixed"


@dataclass(frozen=True)
class ByMethod:
    """How a request is treated by its method; a preflight counts as the method that it announces.

    Attributes:
        methods: the methods, in upper case, and how they are treated.
        otherwise: how all others are treated.
    """

    methods: tuple[tuple[tuple[str, ...], Treatment], ...]
    otherwise: Treatment

    @property
    def all(self) -> tuple[Treatment, ...]:
        """Every treatment, without duplicates."""
        return tuple(dict.fromkeys((*(treatment for _, treatment in self.methods), self.otherwise)))


class PathKind(Enum):
    """How a rule compares paths, as the app sees them: decoded once."""

    EXACT = "exact"
    PREFIX = "prefix"
    REGEX = "regex"


@dataclass(frozen=True)
class PathRule:
    """How requests below a path are treated.

    Attributes:
        kind: how paths are compared.
        text: the path; for a prefix without its `/*`; for an expression its source.
        node: the expression.
        chosen: the treatment.
        shown: the rule as its author would recognize it.
    """

    kind: PathKind
    text: str
    node: Node | None
    chosen: Treatment | ByMethod
    shown: str


@dataclass(frozen=True)
class Edge:
    """What an edge must answer.

    Attributes:
        name: an identifier for the whole.
        rules: the path rules; the first that matches counts.
        otherwise: the treatment if none matches.
    """

    name: str
    rules: tuple[PathRule, ...]
    otherwise: Treatment

    @property
    def looks_at_paths(self) -> bool:
        """Whether paths matter; if so, a path that is not canonical is never shared."""
        return bool(self.rules)

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """Every treatment, without duplicates; the one for most requests comes first."""
        found: list[Treatment] = [self.otherwise]
        for rule in self.rules:
            found += rule.chosen.all if isinstance(rule.chosen, ByMethod) else (rule.chosen,)
        if self.looks_at_paths:
            found.append(Fixed.DENY)
        return tuple(dict.fromkeys(found))

    @property
    def sharings(self) -> tuple[Sharing, ...]:
        """The policies, without duplicates."""
        return tuple(treatment for treatment in self.treatments if isinstance(treatment, Sharing))

    def walk_regexes(self) -> Iterator[tuple[str, OriginRegex]]:
        """Return all patterns and expressions for origins, each with the name of its policy."""
        for sharing in self.sharings:
            for regex in sharing.regexes:
                yield sharing.name, regex


@dataclass(frozen=True)
class Address:
    """A host and port. Hosts contain only letters, digits, dots and hyphens, or are an IPv6 address without brackets.

    Attributes:
        host: the name or address.
        port: the port.
        is_tls: whether it uses TLS.
    """

    host: str
    port: int
    is_tls: bool = False

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_name(self) -> bool:
        """Whether the host must be looked up."""
        return ":" not in self.host and not self.host.replace(".", "").isdigit()


@dataclass(frozen=True)
class Setting:
    """The addresses that a configuration needs, and the accepted differences.

    Attributes:
        listen: where the proxy listens.
        upstream: where the app listens.
        accepted: the differences that the user accepted by name.
    """

    listen: Address
    upstream: Address
    accepted: frozenset[Difference] = frozenset()


@dataclass(frozen=True)
class Piece:
    """A part of a configuration.

    Attributes:
        where: where it belongs in an existing configuration.
        lines: its lines.
    """

    where: str
    lines: tuple[str, ...]
