"""What `block_untrusted` judges, which of it may pass, and the policies under which it would block nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .errors import Problem
from .fetch import DEFAULT_PORTS
from .options import find_public_suffix
from .origins import OPAQUE_ORIGINS, parse_origin
from .policy import DENY, PolicyOrDeny

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def find_blocking_problems(policies: Iterable[PolicyOrDeny]) -> list[Problem]:
    """Return why `block_untrusted` would block nothing under these policies; of no policy, nothing is said.

    A policy for everybody beside stricter ones is what its author says of a part. A pattern that anybody can satisfy
    looks like protection and is none, beside whatever it stands.

    Args:
        policies: every policy of an app, `DENY` included; None, which is never judged, does not count.
    """
    judged = [policy for policy in policies if policy is not None]
    if judged and all(policy is not DENY and policy.allows_everybody for policy in judged):
        problem = "Every page of the web is trusted, so that nothing would ever be blocked."
        remedy = "Name the origins you trust, or leave block_untrusted off."
        return [Problem("block_untrusted", True, "blocks-nothing", problem, remedy)]
    rules = (rule for policy in judged if policy is not DENY for rule in policy.origins)
    suffixes = {rule: suffix for rule in rules if isinstance(rule, str) and (suffix := find_public_suffix(rule))}
    return [
        Problem(
            "block_untrusted",
            True,
            "blocks-nothing",
            f"The policy trusts {rule!r}, and anybody can register a name under {suffix}: nobody would be blocked.",
            "Name the one site that you trust, or leave block_untrusted off.",
        )
        for rule, suffix in suffixes.items()
    ]


def is_state_changing(method: str, upgrade: str | None) -> bool:
    """Tell whether a request could change something: an unsafe method, or an upgrade to WebSocket.

    Args:
        method: the request's method.
        upgrade: the Upgrade header, or None.
    """
    if method not in _SAFE_METHODS:
        return True
    return upgrade is not None and "websocket" in (part.strip(" \t") for part in upgrade.lower().split(","))


def is_trusted(site: str | None, origin: str | None, host: str | None, *, allowed: bool) -> bool:
    """Tell whether a judged request may pass.

    Args:
        site: the Sec-Fetch-Site header, or None.
        origin: the Origin header, or None.
        host: the Host header, or None.
        allowed: whether the policy allows the origin to read. That `null` and `file://` may read is not enough here,
            since any page can send them.
    """
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
