"""PolicySource: where policies come from in a framework with a router; Verdict: whether they trust one request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from .policy import Deny, Policy, PolicyOrDeny
from .trust import Sender, is_state_changing, is_trusted

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .origins import OriginSet


class Verdict:
    """Whether policies trust the origin of one request; a callable rule is asked at most once.

    The middleware makes one for each request, and hands it to the source.

    Args:
        origin: the Origin header, or None.
        environ: the request, as it entered.
        sender: what else the request says about where it comes from, if untrusted ones are blocked (`block_untrusted`).

    Attributes:
        origin: the Origin header, or None.
        sender: as above.
        blocked: the policy that blocks the request, once that is known.
    """

    # PERF: made for every request that a source follows; without slots, what is seldom set costs nothing until it is.
    blocked: Policy | Deny | None = None
    _known: dict[OriginSet | None, bool] | None = None

    def __init__(self, origin: str | None, environ: WSGIEnvironment, sender: Sender | None = None) -> None:
        self.origin = origin
        self._environ = environ
        self.sender = sender

    def of(self, policy: PolicyOrDeny) -> bool:
        """Tell whether a policy allows the origin to read; under None nothing is shared by us.

        A source may ask early, where it wants its own context around a callable rule: the answer is kept.
        """
        if policy is None:
            return False
        compiled = policy.compiled
        if not compiled.calls_user_code:
            return compiled.allows(self.origin, self._environ)
        if self._known is None:
            self._known = {}
        # By the set of origins, which policies that differ in their methods alone share.
        if compiled.origins not in self._known:
            self._known[compiled.origins] = compiled.allows(self.origin, self._environ)
        return self._known[compiled.origins]

    def keep(self, policy: Policy | Deny, *, allowed: bool) -> None:
        """Keep what has been found out already."""
        self._known = {policy.compiled.origins: allowed}

    def must_block(self, policy: PolicyOrDeny, method: str) -> bool:
        """Tell whether a request must not run under `policy`; the middleware then answers 403, whatever the app says.

        A source asks again where routing led elsewhere than what it had looked up: another method, another path. It
        must then keep the view from running.

        Args:
            policy: what covers the request.
            method: the method that would run.
        """
        sender = self.sender
        if sender is None or policy is None or not is_state_changing(method, sender.upgrade):
            return False
        if is_trusted(sender, self.origin, allowed=self.of(policy)):
            return False
        self.blocked = policy
        return True


class PolicySource(Protocol):
    """Where policies come from in a framework with a router. What a source raises passes through the middleware."""

    def look_up(self, environ: WSGIEnvironment, method: str, verdict: Verdict) -> PolicyOrDeny:
        """Return the policy of this request if its method were `method`; called before the app runs.

        It answers preflights, with the requested method, and judges for `block_untrusted`.

        Args:
            environ: the request.
            method: the method, as the client sent it: any text.
            verdict: whether policies trust the request's origin.
        """
        ...

    def follow(self, environ: WSGIEnvironment, verdict: Verdict) -> Callable[[], PolicyOrDeny]:
        """Follow an actual request: called on entry, it returns what is asked once, at the first `start_response`.

        It may put one mutable holder under its own key into `environ`, for the framework to fill.

        Args:
            environ: the request.
            verdict: whether policies trust the request's origin.
        """
        ...
