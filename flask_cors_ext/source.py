"""The source of policies that asks Flask's own router."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from flask import Flask, Request, current_app, has_request_context, request
from werkzeug.exceptions import Forbidden, HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from cors_wsgi import Deny, Policy, Verdict

from .layers import PathScope
from .policies import HANDS_OFF, Policies, ResolvedPolicy
from .preflights import COMMON_METHODS, find_common, restrict_methods
from .url_map import NO_METHOD, Found, Router, asks_users_code, is_automatic, make_blind_map, never_overlaps, to_found

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import Map, Rule

FOLLOWED: Final = "flask_cors_ext.followed"
"""The key in an environ that holds a `FollowedRequest`."""


class FollowedRequest:
    """One actual request, from entry to the first `start_response`; calling it gives the policy.

    Attributes:
        source: who follows it.
        verdict: whether policies trust its origin.
        path: PATH_INFO on entry.
        resolved: what covers it, as soon as Flask has routed.
    """

    # PERF: made for every request; without slots, an attribute costs nothing until it is set.
    resolved: ResolvedPolicy | None = None

    def __init__(self, source: RouterSource, environ: WSGIEnvironment, verdict: Verdict) -> None:
        self.source = source
        self.verdict = verdict
        self.path: str = environ.get("PATH_INFO", "")

    def __call__(self) -> Policy | Deny | None:
        """Return the policy; the middleware asks once, at the first `start_response`."""
        return (self.resolved or self.source.decide_at_start(self)).policy


class RouterSource:
    """The policies of an app by its routes; a `cors_wsgi.PolicySource`.

    Args:
        app: the app.
        policies: its policies, validated.

    Attributes:
        policies: the policies.
        scopes: what the app as a whole says.
    """

    def __init__(self, app: Flask, policies: Policies) -> None:
        self._app = app
        self.policies = policies
        self.scopes = policies.scopes
        # PERF: where the path does not matter, a request costs one look-up here.
        only = policies.scopes.only
        self._known = {} if only is None else policies.list_resolved(only)
        # A custom converter may well ask a database, in an app context.
        self._routes_in_context = asks_users_code(app.url_map)
        self._endpoints = -1
        self._blind: Map | None = None
        self._methods: set[str] = set()
        self._apart: dict[int, bool] = {}
        self._commons: dict[tuple[int, PathScope], ResolvedPolicy] = {}
        self._answers: dict[tuple[int, str, PathScope], tuple[ResolvedPolicy, Policy | Deny | None]] = {}

    def look_up(self, environ: WSGIEnvironment, method: str, verdict: Verdict) -> Policy | Deny | None:
        """Return the policy of this request if its method were `method`; Flask's router is asked."""
        if self._routes_in_context:
            with self._app.app_context():
                return self._look_up(environ, method, verdict)
        return self._look_up(environ, method, verdict)

    def follow(self, environ: WSGIEnvironment, verdict: Verdict) -> FollowedRequest:
        """Follow an actual request, which Flask routes itself."""
        followed = environ[FOLLOWED] = FollowedRequest(self, environ, verdict)
        return followed

    def on_routed(self, endpoint: str | None) -> bool:
        """Resolve the request that Flask has just routed; the first hook of the app to be called, before the view.

        Return whether the request passed through the extension, or went around it.

        Raises:
            Forbidden: where Flask has routed elsewhere than `look_up` did, and there the request must not run.
        """
        current: Request = request._get_current_object()  # type: ignore[attr-defined]  # a proxy in disguise
        followed: FollowedRequest | None = current.environ.get(FOLLOWED)
        if followed is None:
            return False
        if followed.source is self and followed.resolved is None:
            resolved = self._resolve(current, endpoint, followed)
            if followed.verdict.sender is not None and followed.verdict.must_block(resolved.policy, current.method):
                raise Forbidden
        return True

    def decide_at_start(self, followed: FollowedRequest) -> ResolvedPolicy:
        """Return what covers a request whose response starts without notice from Flask."""
        is_ours = has_request_context() and current_app._get_current_object() is self._app  # type: ignore[attr-defined]
        if is_ours and request.environ.get(FOLLOWED) is followed:
            return self._resolve(request._get_current_object(), request.endpoint, followed)  # type: ignore[attr-defined]
        resolved = self.policies.of_path(self.scopes.find_raw(followed.path))
        self._judge(resolved, followed.verdict, in_context=False)
        followed.resolved = resolved
        return resolved

    def _resolve(self, current: Request, endpoint: str | None, followed: FollowedRequest) -> ResolvedPolicy:
        """Find what covers a routed request, and whether its origin is allowed, while the app context is there."""
        resolved = self._known.get((endpoint, current.method)) or self._find_resolved(current, followed)
        if resolved.calls_user_code:  # PERF: _judge, written out, since every request ends here.
            followed.verdict.of(resolved.policy)
        followed.resolved = resolved
        return resolved

    def _find_resolved(self, current: Request, followed: FollowedRequest) -> ResolvedPolicy:
        rule, method = current.url_rule, current.method
        if rule is not None and not is_automatic(rule, method):
            scope = self.scopes.find_raw(current.environ.get("PATH_INFO", ""))
            return self.policies.of_view(rule.endpoint, method, scope)
        failure = current.routing_exception
        is_known = rule is not None or isinstance(failure, (MethodNotAllowed, RequestRedirect))
        router = self._bind(current) if is_known else None
        if router is not None:
            # PERF: what Flask has found out just now is not asked again.
            found = to_found(router.path, method, failure) if isinstance(failure, MethodNotAllowed) else None
            return self._cover(router, found or router.find(method))
        return self.policies.of_path(self.scopes.find_raw(followed.path))

    def _judge(self, resolved: ResolvedPolicy, verdict: Verdict, *, in_context: bool) -> None:
        """Let a callable rule run where it finds the app's database session; the verdict is kept."""
        if resolved.calls_user_code:
            with nullcontext() if in_context else self._app.app_context():
                verdict.of(resolved.policy)

    def _look_up(self, environ: WSGIEnvironment, method: str, verdict: Verdict) -> Policy | Deny | None:
        method = method.upper() or NO_METHOD
        router = self._bind(self._app.request_class(environ, populate_request=False))
        if environ["REQUEST_METHOD"] == "OPTIONS":
            policy = self._look_up_preflight(environ, method, verdict, router)
            if policy is None:
                # Flask answers it itself, as an OPTIONS, and must know that it passed through.
                self.follow(environ, verdict).resolved = HANDS_OFF
            return policy
        resolved = self._of_raw_path(environ) if router is None else self._cover(router, router.find(method))
        self._judge(resolved, verdict, in_context=self._routes_in_context)
        return resolved.policy

    def _look_up_preflight(
        self, environ: WSGIEnvironment, method: str, verdict: Verdict, router: Router | None
    ) -> Policy | Deny | None:
        """Return the policy that answers a preflight, and that names the right methods.

        The origin is judged first: neither converters, which may ask a database, nor the methods of a URL are looked at
        for one that is refused.
        """
        if router is None:
            resolved = self._of_raw_path(environ)
            self._judge(resolved, verdict, in_context=self._routes_in_context)
            return resolved.policy
        if self._blind is not None:
            guessed = self._cover(router, router.guess(method), find=router.guess)
            # Where a converter refuses the path, it is covered like any other that leads nowhere.
            nowhere = self.policies.of_path(self.scopes.find(router.path))
            if guessed.policy is None or not (verdict.of(guessed.policy) or verdict.of(nowhere.policy)):
                return guessed.policy
        found = router.find(method)
        # PERF: what is found out for one URL of a rule holds for all of them, if no other rule has only some of them.
        # It is remembered by rule and method, so that no client can fill the memory with paths or made-up methods.
        rule, key = self._find_example(router, found), None
        if rule is not None:
            key = id(rule), method if found.rule is not None else "", self.scopes.find(found.path)
            if key in self._answers:
                resolved, policy = self._answers[key]
                self._judge(resolved, verdict, in_context=self._routes_in_context)
                return policy
        resolved = self._cover(router, found)
        self._judge(resolved, verdict, in_context=self._routes_in_context)
        if not verdict.of(resolved.policy):
            return resolved.policy
        policy = self._restrict(router, found, resolved)
        if key is not None:
            self._answers[key] = resolved, policy
        return policy

    def _find_example(self, router: Router, found: Found) -> Rule | None:
        """Return a rule that has the found URL and treats all its URLs alike; None if there is no such rule."""
        rule = found.rule
        if rule is None:  # none for this method; one for another method will do
            method = next((method for method in found.allowed if method != "OPTIONS"), None)
            rule = None if method is None else router.find(method).rule
        if rule is None or rule.methods is None or found.path != router.path:
            return None
        apart = self._apart.get(id(rule))
        if apart is None:
            apart = self._apart[id(rule)] = never_overlaps(rule, self._app.url_map.iter_rules())
        return rule if apart else None

    def _bind(self, current: Request) -> Router | None:
        """Return Flask's router for a request, or None for a host that Flask does not trust."""
        self._reset_if_views_changed()
        try:
            adapter = self._app.create_url_adapter(current)
        except HTTPException:
            return None
        blind = self._blind if adapter is not None and adapter.map is self._app.url_map else None
        return None if adapter is None else Router(adapter, current, blind)

    def _of_raw_path(self, environ: WSGIEnvironment) -> ResolvedPolicy:
        return self.policies.of_path(self.scopes.find_raw(environ.get("PATH_INFO", "")))

    def _cover(self, router: Router, found: Found, *, find: Callable[[str], Found] | None = None) -> ResolvedPolicy:
        """Return what covers what a router found.

        Args:
            router: the router.
            found: what it found for the request's method.
            find: what it is asked with about other methods, if not in full.
        """
        scope = self.scopes.find(found.path)
        if found.rule is not None:
            return self.policies.of_view(found.rule.endpoint, found.method, scope)
        if not found.is_known:
            return self.policies.of_path(scope)
        if find is not None:
            return self._find_common(find, scope)
        rule = self._find_example(router, found)
        if rule is None:
            return self._find_common(router.find, scope)
        common = self._commons.get((id(rule), scope))
        if common is None:
            common = self._commons[id(rule), scope] = self._find_common(router.find, scope)
        return common

    def _find_common(self, find: Callable[[str], Found], scope: PathScope) -> ResolvedPolicy:
        """Return what covers a URL where no view answers: what its views have in common, else what lies below them."""
        views = self._find_views(find, self._methods)
        common = find_common([resolved for _, resolved in views.values()])
        if common is None:
            common = find_common([self.policies.of_blueprints(endpoint, scope) for endpoint, _ in views.values()])
        return common or self.policies.of_path(scope)

    def _restrict(self, router: Router, found: Found, resolved: ResolvedPolicy) -> Policy | Deny | None:
        """Return the policy of an allowed preflight, which names the methods of the URL that it has."""
        methods = self._methods
        if resolved.methods_given and isinstance(resolved.policy, Policy):
            # A `*` is asked for as well: it names whatever a rule without methods answers.
            methods = methods | set(resolved.policy.methods)
        at_url = {name: owner for name, (_, owner) in self._find_views(router.find, methods).items()}
        return restrict_methods(resolved, at_url, is_known=found.is_known)

    def _find_views(
        self, find: Callable[[str], Found], methods: Iterable[str]
    ) -> dict[str, tuple[str, ResolvedPolicy]]:
        """Return, for those of the methods that the URL has, the endpoint that Flask would call, and what covers it.

        Flask is asked for each: what it lists as a URL's methods lacks those of rules that do not insist on a slash.
        """
        views = {}
        for method in sorted(methods):
            rule = (there := find(method)).rule
            if rule is not None:
                resolved = self.policies.of_view(rule.endpoint, method, self.scopes.find(there.path))
                views[method] = rule.endpoint, resolved
        return views

    def _reset_if_views_changed(self) -> None:
        endpoints = len(self._app.view_functions)
        if endpoints != self._endpoints:
            self._apart.clear()
            self._answers.clear()
            self._commons.clear()
            rules = self._app.url_map.iter_rules()
            self._methods = {method for rule in rules for method in rule.methods or COMMON_METHODS}
            if self._routes_in_context:
                self._blind = make_blind_map(self._app.url_map)
            self._endpoints = endpoints
