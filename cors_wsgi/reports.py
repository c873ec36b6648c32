"""Reports: decisions for whoever listens, the hook, the log, and the debug header."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from .decisions import Decision, Kind, Reason, quote_error
from .policy import DENY, Deny, Policy
from .reasons import find_origin_reason, find_preflight_reasons

OnDecision: TypeAlias = "Callable[[Decision], object]"

DEBUG_HEADER: Final = "X-CORS-Debug"

_logger = logging.getLogger("cors_wsgi")

_HAS_NEAREST = frozenset({Reason.ORIGIN_NOT_ALLOWED, Reason.ORIGIN_UNDER_ANOTHER_NAME, Reason.ORIGIN_MALFORMED})


class Reports:
    """What one middleware tells of its decisions; they are computed only if somebody listens.

    Each report goes to the hook and, where a browser will refuse, to the log at DEBUG. It returns the value of the
    debug header, or None if there shall be none.

    Attributes:
        hears_everything: whether there is a hook, which is told of what is allowed, too.
        is_wanted: asked with `logging.DEBUG`, tells whether anybody listens to what a browser may refuse.
    """

    __slots__ = ("_debug", "_lock", "_on_decision", "_warned", "hears_everything", "is_wanted")

    def __init__(self, on_decision: OnDecision | None, *, debug: bool) -> None:
        self._on_decision = on_decision
        self._debug = debug
        self.hears_everything = on_decision is not None
        # PERF: the logger's own method, since every preflight and every refusal asks.
        self.is_wanted: Callable[[int], bool] = _always if debug or on_decision is not None else _logger.isEnabledFor
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    def report_preflight(
        self, policy: Policy | Deny, origin: str, method: str, headers: str | None, path: str, *, allowed: bool
    ) -> str | None:
        """Report a preflight that asks for `method` and `headers`."""
        if policy is DENY or not allowed:
            reasons = _refusal(policy, origin)
        else:
            reasons = find_preflight_reasons(policy.answers, method, headers)
        return self._report(Kind.PREFLIGHT, policy, origin, method, path, reasons)

    def report_actual(self, policy: Policy | Deny, origin: str, method: str, path: str, *, allowed: bool) -> str | None:
        """Report a request that is no preflight."""
        return self._report(Kind.ACTUAL, policy, origin, method, path, () if allowed else _refusal(policy, origin))

    def report_blocked(self, policy: Policy | Deny, origin: str | None, method: str, path: str) -> str | None:
        """Report a request that never reached the app."""
        return self._report(Kind.BLOCKED, policy, origin, method, path, _refusal(policy, origin))

    def warn_of(self, names: Iterable[str]) -> None:
        """Log, once for each name, that a header which the app set was removed."""
        for name in names:
            with self._lock:
                if name in self._warned:
                    continue
                self._warned.add(name)
            _logger.warning(
                "The app sets %s itself; it was removed, since the policy owns the CORS headers. "
                "Remove it in the app, or give its path the policy None.",
                name,
            )

    def _report(
        self,
        kind: Kind,
        policy: Policy | Deny,
        origin: str | None,
        method: str,
        path: str,
        reasons: tuple[Reason, ...],
    ) -> str | None:
        nearest = None
        if origin is not None and isinstance(policy, Policy) and not _HAS_NEAREST.isdisjoint(reasons):
            nearest = policy.nearest(origin)
        decision = Decision(kind, origin, method, path, not reasons, reasons, nearest)
        if reasons:
            _logger.debug("%s", decision)
        if self._on_decision is not None:
            try:
                self._on_decision(decision)
            except Exception as error:  # noqa: BLE001 - the user's own hook; the answer does not depend on it
                _logger.error("on_decision raised %s; it was called with: %s", quote_error(error), decision)
        return decision.advice if self._debug and reasons else None


def _always(_level: int, /) -> bool:
    return True


def _refusal(policy: Policy | Deny, origin: str | None) -> tuple[Reason, ...]:
    if policy is DENY:
        return (Reason.DENIED,)
    return (Reason.ORIGIN_MISSING if origin is None else find_origin_reason(policy.answers.origins, origin),)
