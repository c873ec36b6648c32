"""What `block_untrusted` judges, which of it may pass, and the policies under which it would block nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from .errors import Problem, ProblemCode
from .fetch import DEFAULT_PORTS
from .options import find_regex_problem, find_regex_warning
from .origins import OPAQUE_ORIGINS, parse_origin, show_rule
from .policy import DENY, Policy, PolicyOrDeny
from .strangers import find_public_suffix


class Sender(NamedTuple):
    """What a request says about where it comes from, besides its Origin; as the client sent it.

    Attributes:
        site: the Sec-Fetch-Site header, or None.
        host: the Host header, or None.
        upgrade: the Upgrade header, or None.
    """

    site: str | None
    host: str | None
    upgrade: str | None


_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def find_blocking_problems(policies: Iterable[PolicyOrDeny]) -> list[Problem]:
    """Return why `block_untrusted` would block nothing, or too little, under these policies.

    A policy for everybody beside stricter ones is what its author says about a part. A pattern that anybody can satisfy
    looks like protection and is not, whatever is beside it.

    Args:
        policies: every policy of an app, `DENY` included; None, which is never judged, does not count.
    """
    judged = [policy for policy in policies if policy is not None]
    if judged and all(policy is not DENY and policy.allows_everybody for policy in judged):
        problem = "Every page on the web is trusted, so nothing would ever be blocked."
        remedy = "Name the origins you trust, or leave block_untrusted off."
        return [Problem("block_untrusted", True, ProblemCode.BLOCKS_NOTHING, problem, remedy)]
    rules = (rule for policy in judged if policy is not DENY for rule in policy.origins)
    suffixes = {rule: suffix for rule in rules if isinstance(rule, str) and (suffix := find_public_suffix(rule))}
    blocking_nothing = [
        Problem(
            "block_untrusted",
            True,
            ProblemCode.BLOCKS_NOTHING,
            f"The policy trusts {rule!r}, and anybody can register a name under {suffix}: nobody would be blocked.",
            "Name the one site that you trust, or leave block_untrusted off.",
        )
        for rule, suffix in suffixes.items()
    ]
    return [*blocking_nothing, *filter(None, map(find_regex_problem, _find_regexes(judged)))]


def find_blocking_warnings(policies: Iterable[PolicyOrDeny]) -> list[str]:
    """Return what is odd about regular expressions that decide who is trusted; `policies` as above."""
    regexes = _find_regexes(policies)
    return [f"{show_rule(rule)}: {warning}" for rule in regexes if (warning := find_regex_warning(rule))]


def _find_regexes(policies: Iterable[PolicyOrDeny]) -> Iterator[re.Pattern[str]]:
    """Yield the regular expressions that have not been judged with the policy itself, because it has no credentials."""
    for policy in policies:
        if isinstance(policy, Policy) and not policy.supports_credentials and "open-regex" not in policy.accept_risks:
            yield from (rule for rule in policy.origins if isinstance(rule, re.Pattern))


def is_state_changing(method: str, upgrade: str | None) -> bool:
    """Tell whether a request could change something: an unsafe method, or an upgrade to WebSocket.

    Args:
        method: the request's method.
        upgrade: the Upgrade header, or None.
    """
    if method not in _SAFE_METHODS:
        return True
    return upgrade is not None and "websocket" in (part.strip(" \t") for part in upgrade.lower().split(","))


def is_trusted(sender: Sender, origin: str | None, *, allowed: bool) -> bool:
    """Tell whether a request that could change something may pass.

    Args:
        sender: what the request says about where it comes from.
        origin: the Origin header, or None.
        allowed: whether the policy allows the origin to read. That `null` and `file://` may read is not enough here,
            since any page can send them.
    """
    site, host, _ = sender
    if site in ("same-origin", "none"):
        return True
    if origin is None:
        return site is None
    if allowed and origin not in OPAQUE_ORIGINS:
        return True
    return site is None and host is not None and _is_same_host(origin, host)


def _is_same_host(origin: str, host: str) -> bool:
    """Compare host and port; http and https alike, since TLS may end at a proxy, and no other scheme is a server's."""
    parts = parse_origin(origin)
    if parts is None or parts.scheme not in ("http", "https"):
        return False
    return host.lower().removesuffix(":" + DEFAULT_PORTS[parts.scheme]) == (
        parts.host + (":" + parts.port if parts.port else "")
    )
