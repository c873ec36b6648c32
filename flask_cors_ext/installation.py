"""Installation: the extension on one app; all its state is here, and none on `CORS`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from flask import Flask

from cors_wsgi import DENY, CORSMiddleware, Decision, Policy, PolicyError, Problem

from .layers import POLICY_OPTIONS, Layer, check_options
from .marks import find_lost_marks
from .places import Places
from .policies import Policies
from .routes import Routes
from .settings import PREFIX, read_settings
from .signals import EXTENSION, cors_decided

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NOTHING: Final = "CORS(app) shares nothing: nobody names an origin, and no view or blueprint is marked."
_SOMETHING: Final = (
    "Write CORS(app, origins=['https://app.example.com']), or mark views with @cross_origin(origins=[...])."
)


class Entrance:
    """The WSGI app in front of Flask's; with its first request the configuration is closed."""

    __slots__ = ("_heard", "_installation", "_unheard", "inner")

    def __init__(self, installation: Installation, inner: WSGIApplication) -> None:
        self._installation = installation
        self.inner = inner
        self._heard: WSGIApplication | None = None
        self._unheard: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._heard if cors_decided.receivers else self._unheard
        return (answer or self._open())(environ, start_response)

    def step_aside(self) -> None:
        """Hand everything through from now on."""
        self._heard = self._unheard = self.inner

    def _open(self) -> WSGIApplication:
        # Two middlewares, since a decision is computed only where somebody listens.
        self._heard, self._unheard = self._installation.open(self.inner)
        return self._heard if cors_decided.receivers else self._unheard


class Installation:
    """The extension on one app: where `app.wsgi_app` is wrapped, and what keywords, settings and blueprints say.

    Args:
        app: the app.
        keywords: those of `CORS(app)`, or None where only blueprints have installed themselves so far.

    Raises:
        PolicyError: for what is wrong with settings, keywords or resources; the app is left as it was.
    """

    def __init__(self, app: Flask, keywords: Mapping[str, Any] | None) -> None:
        self.app = app
        self.blueprints: dict[str, Layer] = {}
        self.debugger: bool | None = None
        self._lock = threading.Lock()
        self._opened: tuple[CORSMiddleware, CORSMiddleware] | None = None
        self.configure(keywords)
        self.entrance = Entrance(self, app.wsgi_app)
        self._routes = Routes(app)
        app.url_value_preprocessor(self._routes.on_routed)  # Flask refuses once it has served
        app.wsgi_app = self.entrance  # type: ignore[method-assign]
        app.extensions[EXTENSION] = self

    def configure(self, keywords: Mapping[str, Any] | None) -> None:
        """Read the settings, and let keywords win over them.

        Raises:
            PolicyError: for what is wrong with them.
        """
        said = dict(keywords or {})
        settings = read_settings(self.app.config)
        layers = (
            Layer("CORS(app)", _pick(said, POLICY_OPTIONS)),
            Layer("the settings", _pick(settings, POLICY_OPTIONS), prefix=PREFIX),
        )
        for layer in layers:
            check_options(layer.options, layer.name)
        flags = {**_pick(settings, ("block_untrusted", "debug")), **_pick(said, ("block_untrusted", "debug"))}
        CORSMiddleware(self.app, DENY, **flags)  # raises where a flag is none
        self.block_untrusted: bool = flags.get("block_untrusted", False)
        self.debug: bool | None = flags.get("debug")
        self.places = Places(
            layers,
            said["resources"] if "resources" in said else settings.get("resources"),
            shares=keywords is not None,
            otherwise=DENY if self.block_untrusted else None,
        )
        self.keywords = keywords
        self._settings_read = _pick_settings(self.app.config)

    def move_outward(self) -> None:
        """Stand around what `app.wsgi_app` is now, too."""
        if self.app.wsgi_app is not self.entrance:
            self.entrance.step_aside()
            self.entrance = Entrance(self, self.app.wsgi_app)
            self.app.wsgi_app = self.entrance  # type: ignore[method-assign]

    def validate(self) -> Policies:
        """Merge everything that can be foreseen, and return it.

        Raises:
            PolicyError: for everything that is wrong with it.
        """
        policies = Policies(self.app, self.blueprints, self.places)
        policies.validate()
        shared = [cover.policy for cover in policies.covers() if isinstance(cover.policy, Policy)]
        is_open = any(place.shares for place in self.places.all)
        if not (shared or is_open or self.block_untrusted or policies.has_say()):
            raise PolicyError([Problem("origins", None, "shares-nothing", _NOTHING, _SOMETHING)])
        if self.block_untrusted and shared and all(policy.allows_everybody for policy in shared):
            problem = "Every policy trusts everybody, so that nothing would ever be blocked."
            remedy = "Name the origins you trust, or leave block_untrusted off."
            raise PolicyError([Problem("block_untrusted", True, "blocks-nothing", problem, remedy)])
        return policies

    def open(self, inner: WSGIApplication) -> tuple[CORSMiddleware, CORSMiddleware]:
        """Return the middleware that tells of its decisions, and the one that does not; made with the first request.

        Raises:
            PolicyError: for everything that is wrong with the configuration, on every request.
        """
        with self._lock:
            if self._opened is None:
                policies = self.validate()
                self._warn_of_late_settings()
                self._warn_of_lost_marks()
                self._routes.open(policies, judges=self.block_untrusted)
                debug = bool(self.app.debug) if self.debug is None else self.debug
                if self.debugger is not None and self.app.debug:
                    from werkzeug.debug import DebuggedApplication  # noqa: PLC0415 - only while developing

                    inner = DebuggedApplication(inner, evalex=self.debugger)
                heard, unheard = (
                    CORSMiddleware(
                        inner, source=self._routes, block_untrusted=self.block_untrusted, debug=debug, on_decision=hook
                    )
                    for hook in (self._tell, None)
                )
                self._opened = heard, unheard
            return self._opened

    def _tell(self, decision: Decision) -> None:
        cors_decided.send(self.app, _async_wrapper=self.app.ensure_sync, decision=decision)

    def _warn_of_late_settings(self) -> None:
        now = _pick_settings(self.app.config)
        late = sorted(key for key in now.keys() | self._settings_read if now.get(key) != self._settings_read.get(key))
        if late:
            self.app.logger.warning(
                "These settings changed after CORS(app), which had read them, and have no effect: %s.", ", ".join(late)
            )

    def _warn_of_lost_marks(self) -> None:
        if lost := find_lost_marks(self.app):
            self.app.logger.warning(
                "The marks of these views are lost, since a decorator above the mark does not use functools.wraps: %s.",
                ", ".join(lost),
            )


def find_installation(app: Flask) -> Installation | None:
    """Return the extension on an app, if there is one."""
    found: Installation | None = app.extensions.get(EXTENSION)
    return found


def _pick(options: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}


def _pick_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key.startswith(PREFIX)}
