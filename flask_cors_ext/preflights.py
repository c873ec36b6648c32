"""Preflights: which policy and methods answer at a URL; never a method that another policy has there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from cors_wsgi import Deny, Policy

from .policies import ResolvedPolicy

COMMON_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY")
"""The methods of a URL whose rule accepts any method."""

_FORBIDDEN = frozenset({"CONNECT", "TRACE", "TRACK"})
_NAMEABLE = re.compile(r"[A-Z][A-Z0-9_-]*")  # GET, M-SEARCH


def restrict_methods(
    resolved: ResolvedPolicy, methods_at_url: Mapping[str, ResolvedPolicy], *, is_known: bool
) -> Policy | Deny | None:
    """Return the policy that answers a preflight.

    Browsers remember each method that an answer names, for the URL, and would later send it unasked: to the view that
    has it, whatever that view's policy says (`#concept-cache`). They remember header names likewise, and a POST needs
    no entry for its method: where another policy at the URL would have answered otherwise, nothing may be remembered.

    Args:
        resolved: what covers the requested method.
        methods_at_url: what covers each method that the URL has.
        is_known: whether the requested method leads to the URL's views at all, or Flask will answer 404.
    """
    policy = resolved.policy
    if not isinstance(policy, Policy) or not methods_at_url:
        return policy
    own = [method for method, owner in methods_at_url.items() if is_same(owner.policy, policy)]
    others = methods_at_url.keys() - own
    remember = all(_answer_alike(methods_at_url[method].policy, policy) for method in others)
    names = policy.methods
    if names == "*":
        names = sort_methods(own) if others else "*"
    elif is_known and not resolved.methods_given:
        names = sort_methods(own)
    else:
        names = tuple(method for method in names if method not in others)
    if names == policy.methods and remember:
        return policy
    made = resolved.restricted.get((names, remember))
    if made is None:
        made = resolved.restricted[names, remember] = policy.with_methods(names, remember=remember)
    return made


def find_common(candidates: Collection[ResolvedPolicy]) -> ResolvedPolicy | None:
    """Return what covers all of several methods or views alike, or None if they differ or are empty."""
    first = next(iter(candidates), None)
    if first is None or any(not is_same(candidate.policy, first.policy) for candidate in candidates):
        return None
    return first


def is_same(one: Policy | Deny | None, other: Policy | Deny | None) -> bool:
    """Tell whether two policies are the same, of which each may be DENY or None."""
    return one is other or one == other


def _answer_alike(one: Policy | Deny | None, other: Policy) -> bool:
    """Tell whether two policies at one URL let the same pages send the same headers, with or without credentials."""
    return isinstance(one, Policy) and (one.origins, one.supports_credentials, one.allow_headers) == (
        other.origins,
        other.supports_credentials,
        other.allow_headers,
    )


def sort_methods(methods: Iterable[str]) -> tuple[str, ...]:
    """Return the methods that can be named, the common ones first."""
    known = {method for method in methods if _NAMEABLE.fullmatch(method)} - _FORBIDDEN
    return (*(method for method in COMMON_METHODS if method in known), *sorted(known.difference(COMMON_METHODS)))
