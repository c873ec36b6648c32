"""The source of policies that asks Flask's own router."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final

from flask import Flask, Request, current_app, has_request_context, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from cors_wsgi import Policy, Ruling

from .layers import Place, Places
from .policies import Cover, Policies
from .preflights import COMMON_METHODS, Naming, find_common
from .url_map import NO_METHOD, Found, Router, asks_users_code, is_apart, is_automatic, make_blind_map

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import Map, Rule

FOLLOWED: Final = "flask_cors_ext.followed"
"""The key in an environ that holds a `Followed`."""

BYPASSED: Final = (
    "Requests go around CORS(app), and nothing is shared: something took app.wsgi_app before CORS(app) was called. "
    "Call CORS(app) first, or put cors_wsgi.CORSMiddleware around what the server calls. Connexion 3 takes it in its "
    "constructor, and serves ASGI: there, add Starlette's CORSMiddleware to Connexion's app."
)

_JUDGED = "flask_cors_ext.judged"


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


class _Verdicts:
    """Whether policies allow the origin of one request; each is asked once.

    Args:
        environ: the request.
        context: makes the app context that a callable rule may need.
    """

    __slots__ = ("_context", "_environ", "_known")

    def __init__(self, environ: WSGIEnvironment, context: Callable[[], AbstractContextManager[object]]) -> None:
        self._environ = environ
        self._context = context
        self._known: dict[int, bool] = {}

    def of(self, cover: Cover) -> bool:
        """Tell whether what covers a request allows its origin."""
        policy = cover.policy
        if not isinstance(policy, Policy):
            return False
        if id(policy) not in self._known:
            with self._context() if cover.asks else nullcontext():
                self._known[id(policy)] = policy.allows(self._environ.get("HTTP_ORIGIN"), self._environ)
        return self._known[id(policy)]


class Routes:
    """The policies of an app by its routes; a `cors_wsgi.PolicySource`.

    Args:
        app: the app.

    Attributes:
        is_bypassed: whether Flask has answered a request that went around the extension.
    """

    _policies: Policies
    _places: Places
    _routes_in_context: bool
    _judges: bool

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._naming = Naming()
        self.is_bypassed = False
        self._known: dict[tuple[str | None, str], Cover] = {}
        self._endpoints = -1
        self._blind: Map | None = None
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
        self._routes_in_context = asks_users_code(self._app.url_map)

    def look_up(self, environ: WSGIEnvironment, method: str) -> Ruling:
        """Return the ruling for this request if its method were `method`; Flask's router is asked.

        What a callable rule finds out for `block_untrusted` is kept for the response, so that it is asked once.
        """
        if self._routes_in_context:
            with self._app.app_context():
                return self._look_up(environ, method)
        return self._look_up(environ, method)

    def _look_up(self, environ: WSGIEnvironment, method: str) -> Ruling:
        method = method.upper() or NO_METHOD
        if environ["REQUEST_METHOD"] == "OPTIONS":
            ruling = self._look_up_preflight(environ, method)
            if ruling.policy is None:
                self.follow(environ).ruling = ruling  # Flask answers it, and will see that it came by
            return ruling
        cover = self._find(environ, method)
        if not cover.asks:
            return cover.ruling
        ruling = environ[_JUDGED] = Ruling(cover.policy, self._judge(environ).of(cover))
        return ruling

    def _judge(self, environ: WSGIEnvironment) -> _Verdicts:
        return _Verdicts(environ, nullcontext if self._routes_in_context else self._app.app_context)

    def _look_up_preflight(self, environ: WSGIEnvironment, method: str) -> Ruling:
        """Return the ruling of a preflight, with a policy that names the right methods.

        The origin is judged first: neither converters, which may ask a database, nor the methods of a URL are looked at
        for one that is refused.
        """
        router = self._bind(environ)
        if router is None:
            cover = self._of_raw_path(environ)
            return Ruling(cover.policy, self._judge(environ).of(cover)) if cover.asks else cover.ruling
        verdicts: _Verdicts | None = None  # PERF: most preflights need none, since their answer is known
        if self._blind is not None:
            verdicts = self._judge(environ)
            guessed = self._cover(router.guess(method), router.guess)
            # Where a converter refuses the path, it is covered like any other that leads nowhere.
            nowhere = self._policies.of_path(self._places.find(router.path))
            if guessed.policy is None or not (verdicts.of(guessed) or verdicts.of(nowhere)):
                return Ruling(guessed.policy, False)
        found = router.find(method)
        place = self._places.find(found.path)
        key = None
        if found.rule is not None and found.rule.methods is not None and found.path == router.path:
            key = (id(found.rule), method, place) if self._is_apart(found.rule) else None
        known = self._answers.get(key) if key is not None else None
        if known is not None:
            cover, ruling = known
            if not cover.asks:
                return ruling
            return Ruling(ruling.policy, (verdicts or self._judge(environ)).of(cover))
        verdicts = verdicts or self._judge(environ)
        cover = self._cover(found, router.find)
        if not verdicts.of(cover):
            return Ruling(cover.policy, False)
        ruling = self._name_methods(router, found, cover)
        if key is not None:
            self._answers[key] = cover, ruling
        return Ruling(ruling.policy, True)

    def _look_for_a_bypass(self) -> None:
        """Log, once, that Flask answers a request that never came by; a request context of a test is none."""
        frame = inspect.currentframe()
        while frame is not None and frame.f_code is not Flask.wsgi_app.__code__:
            frame = frame.f_back
        if frame is not None:
            self.is_bypassed = True
            self._app.logger.error("%s", BYPASSED)

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
            if followed is None and not self.is_bypassed:
                self._look_for_a_bypass()
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
            return self._find(request.environ, method)
        return self._policies.of_path(self._places.find_raw(followed.path))

    def _rule(self, cover: Cover, followed: Followed, environ: WSGIEnvironment) -> Ruling:
        if not cover.asks or not isinstance(cover.policy, Policy):
            return cover.ruling
        if followed.judged is not None and followed.judged.policy is cover.policy:
            return followed.judged
        return Ruling(cover.policy, cover.policy.allows(followed.origin, environ))

    def _find(self, environ: WSGIEnvironment, method: str) -> Cover:
        """Return what covers a method at the request's URL."""
        router = self._bind(environ)
        if router is None:
            return self._of_raw_path(environ)
        return self._cover(router.find(method), router.find)

    def _bind(self, environ: WSGIEnvironment) -> Router | None:
        """Return Flask's router for a request, or None for a host that Flask does not trust."""
        self._look_for_late_views()
        request = self._app.request_class(environ, populate_request=False)
        try:
            adapter = self._app.create_url_adapter(request)
        except HTTPException:
            return None
        blind = self._blind if adapter is not None and adapter.map is self._app.url_map else None
        return None if adapter is None else Router(adapter, request, blind)

    def _of_raw_path(self, environ: WSGIEnvironment) -> Cover:
        return self._policies.of_path(self._places.find_raw(environ.get("PATH_INFO", "")))

    def _cover(self, found: Found, find: Callable[[str], Found]) -> Cover:
        """Return what covers what a router found, which `find` asks about other methods."""
        place = self._places.find(found.path)
        if found.rule is not None:
            return self._policies.of_view(found.rule.endpoint, found.method, place)
        if not found.is_known:
            return self._policies.of_path(place)
        return self._find_common(place, self._find_owners(find, self._methods))

    def _name_methods(self, router: Router, found: Found, cover: Cover) -> Ruling:
        """Return the ruling of an allowed preflight, with a policy that names the methods of the URL that it has."""
        methods = self._methods
        if cover.methods_given and isinstance(cover.policy, Policy):
            # A `*` is asked for as well: it names whatever a rule without methods answers.
            methods = methods | set(cover.policy.methods)
        covers = {name: owner for name, (_, owner) in self._find_owners(router.find, methods).items()}
        return self._naming.narrow(cover, covers, is_known=found.is_known)

    def _find_owners(self, find: Callable[[str], Found], methods: Iterable[str]) -> dict[str, tuple[str, Cover]]:
        """Return, for those of the methods that the URL has, the endpoint that Flask would call, and what covers it.

        Flask is asked for each: what it lists as a URL's methods lacks those of rules that do not insist on a slash.
        """
        owners = {}
        for method in sorted(methods):
            rule = (there := find(method)).rule
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
            if self._routes_in_context:
                self._blind = make_blind_map(self._app.url_map)
            self._endpoints = endpoints
