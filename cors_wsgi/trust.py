"""Which requests `block_untrusted` judges, and which of them it trusts; pure functions over strings."""

from __future__ import annotations

from typing import Final

from .fetch import DEFAULT_PORTS
from .origins import parse_origin

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def is_judged(method: str, upgrade: str | None) -> bool:
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
        allowed: whether the policy trusts the origin.
    """
    if site in ("same-origin", "none"):
        return True
    if site is None and origin is None:
        return True
    if allowed:
        return True
    return site is None and origin is not None and host is not None and _is_same_host(origin, host)


def _is_same_host(origin: str, host: str) -> bool:
    """Compare host and port; not the scheme, since TLS may end at a proxy."""
    parts = parse_origin(origin)
    if parts is None:
        return False
    return host.lower().removesuffix(":" + DEFAULT_PORTS.get(parts.scheme, "")) == (
        parts.host + (":" + parts.port if parts.port else "")
    )
