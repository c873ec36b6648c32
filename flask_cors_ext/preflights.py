"""Preflights: which policy and methods answer at a URL; never a method that another policy has there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from cors_wsgi import Deny, Policy, Ruling

from .options import hush
from .policies import Cover

COMMON_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY")
"""What a URL is taken to have whose rule takes any method."""

_FORBIDDEN = frozenset({"CONNECT", "TRACE", "TRACK"})
_NAMEABLE = re.compile(r"[A-Z][A-Z0-9_-]*")


class Naming:
    """Policies narrowed to the methods that they may name at a URL, each made once."""

    __slots__ = ("_narrowed",)

    def __init__(self) -> None:
        self._narrowed: dict[tuple[Cover, tuple[str, ...]], Ruling] = {}

    def narrow(self, cover: Cover, owners: Mapping[str, Cover], *, is_known: bool) -> Ruling:
        """Return the ruling of a preflight.

        Browsers remember each method that an answer names, for the URL, and would later send it unasked: to the view
        that has it, whatever that view's policy says.

        Args:
            cover: what covers the requested method.
            owners: what covers each method that the URL has.
            is_known: whether the requested method leads to the URL's views at all, or Flask will answer 404.
        """
        policy = cover.policy
        if not isinstance(policy, Policy) or not owners:
            return cover.ruling
        owned = [method for method, owner in owners.items() if is_same(owner.policy, policy)]
        foreign = owners.keys() - owned
        if policy.methods == "*" and not foreign:
            return cover.ruling
        if policy.methods == "*" or (is_known and not cover.methods_given):
            names = in_order(owned)
        else:
            names = tuple(method for method in policy.methods if method not in foreign)
        if names == policy.methods:
            return cover.ruling
        ruling = self._narrowed.get((cover, names))
        if ruling is None:
            with hush():
                ruling = self._narrowed[cover, names] = Ruling(replace(policy, methods=names))
        return ruling


def find_common(covers: Collection[Cover]) -> Cover | None:
    """Return what covers all of several methods or views alike, or None if they differ, or there are none."""
    first = next(iter(covers), None)
    if first is None or any(not is_same(cover.policy, first.policy) for cover in covers):
        return None
    return first


def is_same(one: Policy | Deny | None, other: Policy | Deny | None) -> bool:
    """Tell whether two answers to «which policy?» are the same."""
    return one is other or one == other


def in_order(methods: Iterable[str]) -> tuple[str, ...]:
    """Return the methods that can be named, the common ones first."""
    known = {method for method in methods if _NAMEABLE.fullmatch(method)} - _FORBIDDEN
    return (*(method for method in COMMON_METHODS if method in known), *sorted(known.difference(COMMON_METHODS)))
