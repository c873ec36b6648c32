"""Turn a policy or a middleware into what an edge must answer, and what a proxy cannot do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from cors_wsgi.middleware import CORSMiddleware
from cors_wsgi.origins import OriginCallable, is_exact, show_rule
from cors_wsgi.paths import PathRule as PathPattern
from cors_wsgi.policy import DENY, Deny, Policy, PolicyOrDeny

from .description import Edge, Fixed, PathKind, PathRule, Sharing, Treatment
from .origins import OriginRegex, read_pattern, read_regex
from .refusals import Refusal, RefusalCode
from .regexes import UnwritableError, parse

Subject: TypeAlias = "Policy | Deny | CORSMiddleware"

_NAME_LENGTH = 24
_SAID_LENGTH = 100


def describe(subject: Subject, name: str) -> tuple[Edge, list[Refusal]]:
    """Return what an edge must answer, and what a proxy cannot do.

    Args:
        subject: a policy, or a middleware with its paths.
        name: its name, which identifiers are made from.
    """
    reader = Reader(name)
    if not isinstance(subject, CORSMiddleware):
        return Edge(reader.name, (), reader.read(subject)), reader.refusals
    reader.refuse(source=subject.source, block_untrusted=subject.block_untrusted, debug=subject.debug)
    policy = subject.policy
    rules = () if subject.paths is None else tuple(subject.paths.items())
    otherwise = reader.read(policy)
    return Edge(reader.name, tuple(reader.read_paths(rules)), otherwise), reader.refusals


@dataclass
class Reader:
    """Reads policies, and gives each a name.

    Args:
        called: the name of the whole.

    Attributes:
        name: an identifier for the whole.
        refusals: what a proxy cannot express, as far as it has come up.
    """

    called: str
    name: str = field(init=False)
    refusals: list[Refusal] = field(default_factory=list)
    _known: dict[Policy, Sharing] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.name = make_identifier(self.called)

    def refuse(self, *, source: object = None, block_untrusted: bool, debug: bool) -> None:
        """Note what a middleware or an extension does beyond its policies."""
        if source is not None:
            problem = f"Policies come from {type(source).__name__}, which is code that a proxy cannot call."
            remedy = "Export the Flask app whose extension it is, or the policies one by one."
            self.refusals.append(Refusal("source", self.called, RefusalCode.SOURCE, problem, remedy))
        if block_untrusted:
            problem = "A proxy that shares responses as the middleware does cannot block requests as it does."
            remedy = "Keep block_untrusted in the middleware behind the proxy, and export only the policy."
            self.refusals.append(Refusal("block_untrusted", "True", RefusalCode.BLOCK_UNTRUSTED, problem, remedy))
        if debug:
            problem = "X-CORS-Debug names the rule closest to an origin, which only the middleware can do."
            remedy = "Export with debug=False; `cors-wsgi check URL` says what a browser makes of the answers."
            self.refusals.append(Refusal("debug", "True", RefusalCode.DEBUG, problem, remedy))

    def read_paths(self, rules: Iterable[tuple[PathPattern, PolicyOrDeny]]) -> Iterable[PathRule]:
        """Return path rules in order of precedence: exact ones, then prefixes, the longest first."""
        read = [self._read_path(rule, policy) for rule, policy in rules]
        return sort_rules(rule for rule in read if rule is not None)

    def _read_path(self, rule: PathPattern, policy: PolicyOrDeny) -> PathRule | None:
        if isinstance(rule, str):
            chosen = self.read(policy, rule)
            if rule.endswith("/*"):
                return PathRule(PathKind.PREFIX, rule[:-2], None, chosen, rule)
            return PathRule(PathKind.EXACT, rule, None, chosen, rule)
        shown = show_rule(rule)
        try:
            node = parse(rule, is_path=True)
        except UnwritableError as error:
            problem = f"A proxy cannot match paths like this: {error.problem}."
            remedy = "Write the characters that are meant, such as [0-9] or [a-z], or a path such as '/api/*'."
            self.refusals.append(Refusal("paths", shown, error.code, problem, remedy))
            return None
        return PathRule(PathKind.REGEX, shown, node, self.read(policy, f"path {len(self._names)}"), shown)

    def read(self, policy: PolicyOrDeny, called: str = "") -> Treatment:
        """Return the treatment under a policy.

        Args:
            policy: the policy.
            called: where it applies, which it is named after; by default the name of the whole.
        """
        if policy is None:
            return Fixed.HANDS_OFF
        if policy is DENY or not isinstance(policy, Policy):
            return Fixed.DENY
        if policy not in self._known:
            self._known[policy] = self._read_policy(policy, self._choose_name(called))
        return self._known[policy]

    def _read_policy(self, policy: Policy, name: str) -> Sharing:
        compiled, everybody = policy.compiled, policy.allows_everybody
        rules = () if isinstance(policy.origins, str) else policy.origins
        exact = tuple(rule for rule in rules if isinstance(rule, str) and is_exact(rule))
        regexes: list[OriginRegex] = []
        for rule in rules:
            if isinstance(rule, re.Pattern):
                regexes.append(read_regex(rule, show_rule(rule)))
            elif not isinstance(rule, str):
                self._refuse_callable(rule)
            elif not is_exact(rule):
                regexes.append(read_pattern(rule))
        expose = ", ".join(policy.expose_headers) if isinstance(policy.expose_headers, tuple) else policy.expose_headers
        return Sharing(
            name=name,
            said=shorten(repr(policy)),
            everybody=everybody,
            exact=exact,
            regexes=tuple(regexes),
            methods=compiled.methods,
            headers=compiled.headers,
            credentials=policy.supports_credentials,
            expose=expose,
            max_age="" if policy.max_age is None else str(policy.max_age),
        )

    def _refuse_callable(self, rule: OriginCallable) -> None:
        problem = "A callable decides, but a proxy cannot call it."
        remedy = "Name the origins, or leave these paths to the middleware by giving them None at the edge."
        self.refusals.append(Refusal("origins", show_rule(rule), RefusalCode.CALLABLE, problem, remedy))

    def _choose_name(self, called: str) -> str:
        name = make_identifier(called) if called else self.name
        number = 2
        chosen = name
        while chosen in self._names:
            chosen = f"{name}_{number}"
            number += 1
        self._names.add(chosen)
        return chosen


def sort_rules(rules: Iterable[PathRule]) -> list[PathRule]:
    """Return path rules in order of precedence: exact ones, then prefixes, the longest first, then expressions."""
    order = {PathKind.EXACT: 0, PathKind.PREFIX: 1, PathKind.REGEX: 2}
    return sorted(rules, key=lambda rule: (order[rule.kind], -len(rule.text) * (rule.kind is PathKind.PREFIX)))


def make_identifier(text: str) -> str:
    """Return an identifier that resembles a text: lower-case letters, digits and single underscores.

    >>> make_identifier("/api/v1/*"), make_identifier("*")
    ('api_v1', 'cors')
    """
    words = re.findall(r"[a-z0-9]+", text.lower())
    name = "_".join(words)[:_NAME_LENGTH].strip("_")
    return name if name[:1].isalpha() else f"cors_{name}".rstrip("_")


def shorten(text: str, limit: int = _SAID_LENGTH) -> str:
    """Return a text that fits in a comment: on one line, printable, and not too long."""
    shown = "".join(char if char.isprintable() and char.isascii() else "?" for char in text)
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."
