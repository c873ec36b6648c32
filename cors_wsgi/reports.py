"""Reports: why a browser will refuse, computed only if somebody listens: the hook, the log, the debug header."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

from .answers import LONGEST_ECHO, CompiledPolicy, can_echo_method
from .decisions import Decision, Kind, Reason, quote_error
from .fetch import SAFELISTED_METHODS, extract_names, normalize_method
from .logs import logger
from .origins import OriginSet, parse_origin
from .policy import DENY, Deny, Policy

OnDecision: TypeAlias = "Callable[[Decision], object]"

_CORS_HEADER = "access-control-"
_HAS_NEAREST = frozenset({Reason.ORIGIN_NOT_ALLOWED, Reason.ORIGIN_UNDER_ANOTHER_NAME, Reason.ORIGIN_MALFORMED})


class Reports:
    """What one middleware reports about its decisions; they are computed only if somebody listens.

    Each is passed to the hook and, where a browser will refuse, to the log at DEBUG.

    Args:
        on_decision: the hook, or None.
        debug: whether the debug header is sent.

    Attributes:
        has_hook: whether there is a hook, which hears of what is allowed, too.
        hears_everything: whether somebody listens, whatever the log is set to.
        is_enabled: tells whether anybody listens to what a browser may refuse.
    """

    __slots__ = ("_lock", "_on_decision", "_warned", "debug", "has_hook", "hears_everything", "is_enabled")

    def __init__(self, on_decision: OnDecision | None, *, debug: bool) -> None:
        self._on_decision = on_decision
        self.debug = debug
        self.has_hook = on_decision is not None
        self.hears_everything = debug or self.has_hook
        # PERF: without a frame of ours, since every refusal asks.
        self.is_enabled: Callable[[], bool] = (
            _always if self.hears_everything else partial(logger.isEnabledFor, logging.DEBUG)
        )
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    def hear_preflight(
        self, policy: Policy | Deny, origin: str, method: str, headers: str | None, path: str, *, allowed: bool
    ) -> Decision | None:
        """Return the decision on a preflight, or None if nobody listens.

        Args:
            policy: the policy.
            origin: the Origin header.
            method: the Access-Control-Request-Method header.
            headers: the Access-Control-Request-Headers header, or None.
            path: PATH_INFO.
            allowed: whether the policy allows the origin.
        """
        compiled = policy.compiled
        is_new = allowed and compiled.has_room_for(method, headers)
        is_enabled = self.is_enabled()
        if not is_enabled and not is_new:
            return None
        reasons = find_preflight_reasons(compiled, method, headers) if allowed else _refusal(policy, origin)
        if is_new:
            compiled.fully_granted[method, headers] = not reasons
        if not is_enabled:
            return None
        return self._decide(Kind.PREFLIGHT, policy, origin, method, path, reasons)

    def hear_actual(
        self, policy: Policy | Deny, origin: str, method: str, path: str, *, allowed: bool, app_refused: bool = False
    ) -> Decision | None:
        """Return the decision on a request that is not a preflight, or None if nobody listens.

        Args:
            policy: the policy.
            origin: the Origin header.
            method: the request's method.
            path: PATH_INFO.
            allowed: whether the policy allows the origin.
            app_refused: whether an Allow-Origin of the app's own keeps the browser from sharing the response.
        """
        if allowed and not app_refused and not self.has_hook:
            return None
        if not self.is_enabled():
            return None
        reasons = () if allowed else _refusal(policy, origin)
        if allowed and app_refused:
            reasons = (Reason.APP_REFUSED,)
        return self._decide(Kind.ACTUAL, policy, origin, method, path, reasons)

    def hear_blocked(self, policy: Policy | Deny, origin: str | None, method: str, path: str) -> Decision | None:
        """Return the decision on a request that `block_untrusted` keeps from the app, or None if nobody listens."""
        if not self.is_enabled():
            return None
        return self._decide(Kind.BLOCKED, policy, origin, method, path, _refusal(policy, origin))

    def note(self, decision: Decision | None) -> str | None:
        """Return what the debug header says about a decision, or None if it is not sent."""
        return decision.advice if decision is not None and self.debug and decision.reasons else None

    def tell(self, decision: Decision) -> None:
        """Report to all listeners; a hook that fails changes nothing."""
        if decision.reasons and logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s", decision, extra=decision.as_log_fields())
        if self._on_decision is not None:
            try:
                self._on_decision(decision)
            except Exception as error:  # noqa: BLE001 - the user's own hook; the answer does not depend on it
                logger.error("on_decision raised %s; it was called with: %s", quote_error(error), decision)

    def warn_removed(self, names: Iterable[str]) -> None:
        """Log, once for each name, that a header which the app set was removed."""
        for name in names:
            with self._lock:
                if name in self._warned:
                    continue
                self._warned.add(name)
            logger.warning(
                "The app sets %s itself; it was removed, since the policy owns the CORS headers. "
                "Remove it in the app, or give its path the policy None.",
                name,
            )

    def _decide(
        self,
        kind: Kind,
        policy: Policy | Deny,
        origin: str | None,
        method: str,
        path: str,
        reasons: tuple[Reason, ...],
    ) -> Decision:
        nearest = None
        if origin is not None and isinstance(policy, Policy) and not _HAS_NEAREST.isdisjoint(reasons):
            nearest = policy.nearest(origin)
        return Decision(kind, origin, method, path, not reasons, reasons, nearest)


def _always() -> bool:
    return True


def _refusal(policy: Policy | Deny, origin: str | None) -> tuple[Reason, ...]:
    if policy is DENY:
        return (Reason.DENIED,)
    return (Reason.ORIGIN_MISSING if origin is None else find_origin_reason(policy.compiled.origins, origin),)


def find_origin_reason(origins: OriginSet | None, origin: str) -> Reason:
    """Return why a policy refuses `origin`.

    Args:
        origins: the origins that the policy allows; None if everybody, who may then still be blocked.
        origin: the Origin header.
    """
    if origin == "null":
        return Reason.ORIGIN_IS_NULL
    if origin == "file://":
        return Reason.ORIGIN_IS_FILE
    if parse_origin(origin) is None:
        return Reason.ORIGIN_MALFORMED
    is_twin = origins is not None and origins.allows_under_another_name(origin)
    return Reason.ORIGIN_UNDER_ANOTHER_NAME if is_twin else Reason.ORIGIN_NOT_ALLOWED


def find_preflight_reasons(compiled: CompiledPolicy, method: str, headers: str | None) -> tuple[Reason, ...]:
    """Return what a browser will miss in the answer to an allowed origin's preflight (`#cors-preflight-fetch`).

    Args:
        compiled: the compiled policy.
        method: the Access-Control-Request-Method header.
        headers: the Access-Control-Request-Headers header, or None.
    """
    return (*_find_method_reasons(compiled, method), *_find_header_reasons(compiled, headers))


def _find_method_reasons(compiled: CompiledPolicy, method: str) -> tuple[Reason, ...]:
    if not can_echo_method(method):
        return (Reason.METHOD_MALFORMED,)
    named = _names(compiled.methods)
    if named is None or method in named or method in SAFELISTED_METHODS:
        return ()
    has_twin = method.upper() in named and normalize_method(method) == method
    return (Reason.METHOD_CASE,) if has_twin else (Reason.METHOD_NOT_ALLOWED,)


def _find_header_reasons(compiled: CompiledPolicy, headers: str | None) -> tuple[Reason, ...]:
    if not headers:
        return ()
    asked = extract_names(headers) if len(headers) <= LONGEST_ECHO else None
    if asked is None:
        return (Reason.HEADERS_MALFORMED,)
    named = _names(compiled.headers)
    if named is None:
        return ()
    missing = {name.lower() for name in asked} - {name.lower() for name in named}
    if any(name.startswith(_CORS_HEADER) for name in missing):
        return (Reason.RESPONSE_HEADER_REQUESTED,)
    return (Reason.HEADER_NOT_ALLOWED,) if missing else ()


def _names(value: str | None) -> list[str] | None:
    """Return the names that an answer grants, or None if it grants all."""
    if value is None or value == "*" or value.startswith("*,"):
        return None
    return value.split(", ")
