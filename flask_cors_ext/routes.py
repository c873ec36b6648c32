"""Routes: the source of policies that asks Flask's own router."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from flask import Flask, Request, current_app, has_request_context, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, RequestRedirect

from cors_wsgi import Policy, Ruling

from .naming import COMMON_METHODS, Naming, find_common
from .patterns import is_apart
from .places import Place, Places
from .policies import Cover, Policies
from .router import NO_METHOD, Found, Router, is_automatic

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import Rule

FOLLOWED: Final = "flask_cors_ext.followed"
"""The key in an environ that holds a `Followed`."""

_JUDGED = "flask_cors_ext.judged"
_BUILT_IN_CONVERTERS = frozenset(Map.default_converters.values())


class Followed:
    """One actual request, from entry to the first `start_response`; calling it gives the ruling.

    Attributes:
        routes: who follows it.
        environ: as it came in; what is inside may copy or change it.
        origin: the Origin header on entry.
        path: PATH_INFO on entry.
        judged: what was found out for `block_untrusted`, before the app ran.
        ruling: what was found out as soon as Flask had routed.
    """

    # PERF: made for every request; without slots, two of its attributes cost nothing until they are set.
    judged: Ruling | None = None
    ruling: Ruling | None = None

    def __init__(self, routes: Routes, environ: WSGIEnvironment) -> None:
        self.routes = routes
        self.environ = environ
        self.origin: str | None = environ.get("HTTP_ORIGIN")
        self.path: str = environ.get("PATH_INFO", "")

    def __call__(self) -> Ruling:
        """Return the ruling; the middleware asks once, at the first `start_response`."""
        return self.ruling or self.routes.rule_late(self)


class Routes:
    """The policies of an app by its routes; a `cors_wsgi.PolicySource`.

    Args:
        app: the app.
    """

    _policies: Policies
    _places: Places
    _routes_in_context: bool
    _judges: bool

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._naming = Naming()
        self._known: dict[tuple[str | None, str], Cover] = {}
        self._endpoints = -1
        self._methods: set[str] = set()
        self._apart: dict[int, bool] = {}
        self._answers: dict[tuple[int, str, Place], tuple[Cover, Ruling]] = {}

    def open(self, policies: Policies, *, judges: bool) -> None:
        """Take the app's policies; before the first request.

        Args:
            policies: the policies, validated.
            judges: whether `look_up` is asked about actual requests, too.
        """
        self._policies = policies
        self._places = policies.places
        self._judges = judges
        if self._places.only is not None:
            # PERF: where the path does not matter, a request costs one look-up here.
            self._known = policies.list_covers(self._places.only)
        # A converter of the user's own may well ask a database.
        self._routes_in_context = not _BUILT_IN_CONVERTERS.issuperset(self._app.url_map.converters.values())

    def look_up(self, environ: WSGIEnvironment, method: str) -> Ruling:
        """Return the ruling for this request if its method were `method`; Flask's router is asked.

        What a callable rule finds out for `block_untrusted` is kept for the response, so that it is asked once.
        """
        if self._routes_in_context:
            with self._app.app_context():
                return self._look_up(environ, method)
        return self._look_up(environ, method)

    def _look_up(self, environ: WSGIEnvironment, method: str) -> Ruling:
        is_preflight = environ["REQUEST_METHOD"] == "OPTIONS"
        cover, ruling = self._find(environ, method.upper() or NO_METHOD, names_methods=is_preflight)
        if not cover.asks or not isinstance(ruling.policy, Policy):
            return ruling
        with nullcontext() if self._routes_in_context else self._app.app_context():
            ruling = ruling._replace(allowed=ruling.policy.allows(environ.get("HTTP_ORIGIN"), environ))
        if not is_preflight:
            environ[_JUDGED] = ruling
        return ruling

    def follow(self, environ: WSGIEnvironment) -> Followed:
        """Follow an actual request, which Flask routes itself."""
        followed = environ[FOLLOWED] = Followed(self, environ)
        if self._judges:
            followed.judged = environ.pop(_JUDGED, None)
        return followed

    def on_routed(self, endpoint: str | None, _: object) -> None:
        """Take the ruling of a request that Flask has just routed, with the verdict on its origin.

        This is a `url_value_preprocessor`: no hook of the app is called earlier.
        """
        current: Request = request._get_current_object()  # type: ignore[attr-defined]  # a proxy in disguise
        environ = current.environ
        followed = environ.get(FOLLOWED)
        if followed is None or followed.routes is not self or followed.ruling is not None:
            return
        cover = self._known.get((endpoint, current.method)) or self._find_cover(current, followed)
        followed.ruling = self._rule(cover, followed, environ) if cover.asks else cover.ruling

    def rule_late(self, followed: Followed) -> Ruling:
        """Return the ruling of a request whose response starts without Flask having told of it."""
        is_ours = has_request_context() and current_app._get_current_object() is self._app  # type: ignore[attr-defined]
        if is_ours and request.environ.get(FOLLOWED) is followed:
            self.on_routed(request.endpoint, None)
        if followed.ruling is None:
            cover = self._policies.of_path(self._places.find_raw(followed.path))
            with self._app.app_context() if cover.asks else nullcontext():
                followed.ruling = self._rule(cover, followed, followed.environ)
        return followed.ruling

    def _find_cover(self, request: Request, followed: Followed) -> Cover:
        rule, method = request.url_rule, request.method
        if rule is not None and not is_automatic(rule, method):
            place = self._places.find_raw(request.environ.get("PATH_INFO", ""))
            return self._policies.of_view(rule.endpoint, method, place)
        if rule is not None or isinstance(request.routing_exception, (MethodNotAllowed, RequestRedirect)):
            return self._find(request.environ, method, names_methods=False)[0]
        return self._policies.of_path(self._places.find_raw(followed.path))

    def _rule(self, cover: Cover, followed: Followed, environ: WSGIEnvironment) -> Ruling:
        if not cover.asks or not isinstance(cover.policy, Policy):
            return cover.ruling
        if followed.judged is not None and followed.judged.policy is cover.policy:
            return followed.judged
        return Ruling(cover.policy, cover.policy.allows(followed.origin, environ))

    def _find(self, environ: WSGIEnvironment, method: str, *, names_methods: bool) -> tuple[Cover, Ruling]:
        """Return what covers a method at the request's URL; for a preflight, its policy names the right methods."""
        self._look_for_late_views()
        http_request = self._app.request_class(environ, populate_request=False)
        try:
            adapter = self._app.create_url_adapter(http_request)
        except HTTPException:  # a host that Flask does not trust
            adapter = None
        if adapter is None:
            cover = self._policies.of_path(self._places.find_raw(environ.get("PATH_INFO", "")))
            return cover, cover.ruling
        router = Router(adapter, http_request)
        found = router.find(method)
        place = self._places.find(found.path)
        if found.rule is not None and not names_methods:
            cover = self._policies.of_view(found.rule.endpoint, method, place)
            return cover, cover.ruling
        if (
            found.rule is None
            or found.rule.methods is None
            or found.path != router.path
            or not self._is_apart(found.rule)
        ):
            return self._find_answer(router, found, method, place)
        key = (id(found.rule), method, place)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._find_answer(router, found, method, place)
        return answer

    def _find_answer(self, router: Router, found: Found, method: str, place: Place) -> tuple[Cover, Ruling]:
        owners = self._find_owners(router, self._methods)
        if found.rule is not None:
            cover = self._policies.of_view(found.rule.endpoint, method, place)
        else:
            cover = self._find_common(place, owners) if found.is_known else self._policies.of_path(place)
        if cover.methods_given and isinstance(cover.policy, Policy):
            # A `*` is asked for as well: it names whatever a rule without methods answers.
            owners |= self._find_owners(router, set(cover.policy.methods) - self._methods)
        covers = {name: owner for name, (_, owner) in owners.items()}
        return cover, self._naming.narrow(cover, covers, is_known=found.is_known)

    def _find_owners(self, router: Router, methods: Iterable[str]) -> dict[str, tuple[str, Cover]]:
        """Return, for those of the methods that the URL has, the endpoint that Flask would call, and what covers it.

        Flask is asked for each: what it lists as a URL's methods lacks those of rules that do not insist on a slash.
        """
        owners = {}
        for method in sorted(methods):
            rule = (there := router.find(method)).rule
            if rule is not None:
                cover = self._policies.of_view(rule.endpoint, method, self._places.find(there.path))
                owners[method] = rule.endpoint, cover
        return owners

    def _find_common(self, place: Place, owners: Mapping[str, tuple[str, Cover]]) -> Cover:
        """Return what covers a URL where no view answers: what its views have in common, else what lies below them."""
        common = find_common([cover for _, cover in owners.values()])
        if common is None:
            below = [self._policies.of_blueprints(endpoint, place) for endpoint, _ in owners.values()]
            common = find_common(below)
        return common or self._policies.of_path(place)

    def _is_apart(self, rule: Rule) -> bool:
        """Tell whether what was found out for one URL of a rule holds for all of them, as long as no view is added."""
        apart = self._apart.get(id(rule))
        if apart is None:
            apart = self._apart[id(rule)] = is_apart(rule, self._app.url_map.iter_rules())
        return apart

    def _look_for_late_views(self) -> None:
        endpoints = len(self._app.view_functions)
        if endpoints != self._endpoints:
            self._apart.clear()
            self._answers.clear()
            rules = self._app.url_map.iter_rules()
            self._methods = {method for rule in rules for method in rule.methods or COMMON_METHODS}
            self._endpoints = endpoints
