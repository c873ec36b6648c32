"""Reports: why a browser will refuse, computed only for whoever listens: the hook, the log, the debug header."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from .answers import LONGEST_ECHO, Answers, can_echo_method
from .decisions import Decision, Kind, Reason, quote_error
from .fetch import SAFELISTED_METHODS, extract_names, normalize_method
from .origins import OriginSet, parse_origin
from .policy import DENY, Deny, Policy

OnDecision: TypeAlias = "Callable[[Decision], object]"

DEBUG_HEADER: Final = "X-CORS-Debug"

_logger = logging.getLogger("cors_wsgi")

_RESPONSE_HEADERS = "access-control-"
_HAS_NEAREST = frozenset({Reason.ORIGIN_NOT_ALLOWED, Reason.ORIGIN_UNDER_ANOTHER_NAME, Reason.ORIGIN_MALFORMED})


class Reports:
    """What one middleware tells of its decisions; they are computed only if somebody listens.

    Each report goes to the hook and, where a browser will refuse, to the log at DEBUG. It returns the value of the
    debug header, or None if there shall be none.

    Attributes:
        has_hook: whether there is a hook, which is told of what is allowed, too.
        is_enabled: asked with `logging.DEBUG`, tells whether anybody listens to what a browser may refuse.
    """

    __slots__ = ("_debug", "_lock", "_on_decision", "_warned", "has_hook", "is_enabled")

    def __init__(self, on_decision: OnDecision | None, *, debug: bool) -> None:
        self._on_decision = on_decision
        self._debug = debug
        self.has_hook = on_decision is not None
        # PERF: the logger's own method, since every preflight and every refusal asks.
        self.is_enabled: Callable[[int], bool] = _always if debug or on_decision is not None else _logger.isEnabledFor
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

    def warn_removed(self, names: Iterable[str]) -> None:
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


def find_preflight_reasons(answers: Answers, method: str, headers: str | None) -> tuple[Reason, ...]:
    """Return what a browser will miss in the answer to an allowed origin's preflight (`#cors-preflight-fetch`)."""
    return (*_find_method_reasons(answers, method), *_find_header_reasons(answers, headers))


def _find_method_reasons(answers: Answers, method: str) -> tuple[Reason, ...]:
    if not can_echo_method(method):
        return (Reason.METHOD_MALFORMED,)
    named = _names(answers.methods)
    if named is None or method in named or method in SAFELISTED_METHODS:
        return ()
    has_twin = method.upper() in named and normalize_method(method) == method
    return (Reason.METHOD_CASE,) if has_twin else (Reason.METHOD_NOT_ALLOWED,)


def _find_header_reasons(answers: Answers, headers: str | None) -> tuple[Reason, ...]:
    if not headers:
        return ()
    asked = extract_names(headers) if len(headers) <= LONGEST_ECHO else None
    if asked is None:
        return (Reason.HEADERS_MALFORMED,)
    named = _names(answers.headers)
    if named is None:
        return ()
    missing = {name.lower() for name in asked} - {name.lower() for name in named}
    if any(name.startswith(_RESPONSE_HEADERS) for name in missing):
        return (Reason.RESPONSE_HEADER_REQUESTED,)
    return (Reason.HEADER_NOT_ALLOWED,) if missing else ()


def _names(value: str | None) -> list[str] | None:
    """Return the names that an answer grants, or None if it grants all."""
    if value is None or value == "*" or value.startswith("*,"):
        return None
    return value.split(", ")
