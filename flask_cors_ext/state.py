"""State: what the extension keeps of one app, and the WSGI app that it puts in front of it."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from blinker import Namespace
from flask import Flask

from cors_wsgi import DENY, CORSMiddleware, Decision, Policy, PolicyError, Problem, ProblemCode
from cors_wsgi.apps import find_inner, unwrap_proxy
from cors_wsgi.options import FLAGS, OPTION_NAMES, normalize_flag
from cors_wsgi.trust import find_blocking_problems, find_blocking_warnings

from .layers import (
    Layer,
    PathScopes,
    collect,
    join_errors,
    list_resource_options,
    name_setting,
    name_settings,
    read_layer,
)
from .lost_marks import find_unseen_marks
from .options import EXTENSION, OPTIONS, PREFIX, find_near_setting, read_settings, setting_of
from .policies import Policies
from .source import RouterSource

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

cors_decided: Final = Namespace().signal(
    "cors-decided",
    doc="""Sent by the app with a `cors_wsgi.Decision` as `decision`, once per CORS request under a policy or `DENY`.

A decision is computed only if somebody listens. The app context may be gone: a receiver that fails changes nothing.""",
)

BYPASSED: Final = (
    "Requests bypass CORS(app), and nothing is shared: something took app.wsgi_app before CORS(app) was called. "
    "Call CORS(app) first, or put cors_wsgi.CORSMiddleware around what the server calls. Connexion 3 takes it in its "
    "constructor, and serves ASGI: there, add Starlette's CORSMiddleware to Connexion's app."
)
_OR_EVERYBODY: Final = ", or origins='*' for data that everybody may read"
_NAME_AT_MARKS: Final = "Write @cross_origin(origins=['https://app.example.com']) there."
_ADVICE: Final = "Also, no origin is named yet: write origins=['https://app.example.com'], too."


class WSGIEntry:
    """The WSGI app in front of Flask's; with its first request the configuration is closed."""

    __slots__ = ("_state", "_with_signal", "_without_signal", "inner")

    def __init__(self, state: ExtensionState, inner: WSGIApplication) -> None:
        self._state = state
        self.inner = inner
        self._with_signal: WSGIApplication | None = None
        self._without_signal: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._with_signal if cors_decided.receivers else self._without_signal
        return (answer or self._open())(environ, start_response)

    def pass_through(self) -> None:
        """Pass everything through from now on."""
        self._with_signal = self._without_signal = self.inner

    def _open(self) -> WSGIApplication:
        # Two middlewares, since a decision is computed only where somebody listens.
        self._with_signal, self._without_signal = self._state.open(self.inner)
        return self._with_signal if cors_decided.receivers else self._without_signal


class ExtensionState:
    """The extension on one app: where `app.wsgi_app` is wrapped, and what keywords, settings and blueprints say.

    Args:
        app: the app.
        keywords: those of `CORS(app)`, or None where only blueprints have installed themselves so far.
        called_at: file and line of the call.

    Raises:
        PolicyError: for what is wrong with settings, keywords or resources; the app is left as it was.

    Attributes:
        is_bypassed: whether Flask has answered a request that went around the extension.
    """

    def __init__(self, app: Flask, keywords: Mapping[str, Any] | None, called_at: str) -> None:
        self.app = app
        self.blueprints: dict[str, Layer] = {}
        self.debugger: bool | None = None
        self.is_bypassed = False
        self._lock = threading.Lock()
        self._opened: tuple[CORSMiddleware, CORSMiddleware] | None = None
        self._source: RouterSource | None = None
        self.configure(keywords, called_at)
        self.entry = WSGIEntry(self, app.wsgi_app)
        app.url_value_preprocessor(self._on_routed)  # Flask refuses once it has served
        app.wsgi_app = self.entry  # type: ignore[method-assign]
        app.extensions[EXTENSION] = self

    def configure(self, keywords: Mapping[str, Any] | None, called_at: str) -> None:
        """Read the settings, and let keywords win over them.

        Args:
            keywords: as for the constructor.
            called_at: file and line of the call.

        Raises:
            PolicyError: for what is wrong with them.
        """
        said = dict(keywords or {})
        in_resources = list_resource_options(said.get("resources"))
        errors: list[PolicyError] = []
        config = self.app.config
        settings, problems = read_settings(config, {*said, *in_resources})
        if problems:
            errors.append(PolicyError(problems, "the settings"))
        layers = [Layer("CORS(app)"), Layer("the settings")]
        with collect(errors):
            layers[0] = read_layer("CORS(app)", _pick(said, OPTION_NAMES), called_at=called_at)
        with collect(errors), name_settings(config):
            layers[1] = read_layer("the settings", _pick(settings, OPTION_NAMES), prefix=PREFIX)
        problems = []
        flags = {**_pick(settings, FLAGS), **_pick(said, FLAGS)}
        flags = {name: normalize_flag(name, value, problems) for name, value in flags.items()}
        problems = [problem if problem.option in said else name_setting(problem, config) for problem in problems]
        if problems:
            errors.append(PolicyError(problems, "CORS(app)"))
        self.block_untrusted = flags.get("block_untrusted", False)
        self.debug = flags.get("debug")
        is_set = "resources" in settings and "resources" not in said
        with collect(errors), name_settings(config, setting_of("resources")) if is_set else nullcontext():
            self.scopes = PathScopes(
                tuple(layers),
                settings["resources"] if is_set else said.get("resources"),
                covers_unmarked=keywords is not None,
                fallback=DENY if self.block_untrusted else None,
            )
        if errors:
            remedies = " ".join(problem.remedy for error in errors for problem in error.problems)
            is_known = "origins" in {*said, *settings, *in_resources} or "origins" in remedies
            raise join_errors(errors, "" if is_known or keywords is None else _ADVICE)
        self.keywords = keywords
        self._names_origins = any("origins" in layer.values for layer in layers)
        self._called_at = called_at
        self._settings_read = _pick_settings(config)

    def rewrap(self) -> None:
        """Wrap the current `app.wsgi_app`, so that the extension is outermost again."""
        if self.app.wsgi_app is not self.entry:
            self.entry.pass_through()
            self.entry = WSGIEntry(self, self.app.wsgi_app)
            self.app.wsgi_app = self.entry  # type: ignore[method-assign]

    def validate(self) -> Policies:
        """Merge everything that can be foreseen, and return it.

        Raises:
            PolicyError: for everything that is wrong with it, and for whatever names no origin.
        """
        policies = self.merge()
        if problems := self._find_silence(policies):
            raise PolicyError(problems)
        return policies

    def merge(self) -> Policies:
        """Merge everything that can be foreseen, and return it; what names no origin shares nothing.

        Raises:
            PolicyError: for everything that is wrong with it.
        """
        policies = Policies(self.app, self.blueprints, self.scopes)
        policies.validate()
        if self.block_untrusted and (problems := find_blocking_problems(_all_policies(policies))):
            raise PolicyError(problems)
        return policies

    def open(self, inner: WSGIApplication) -> tuple[CORSMiddleware, CORSMiddleware]:
        """Return the middleware that reports its decisions, and the one that does not; made with the first request.

        Raises:
            PolicyError: for everything that is wrong with the configuration, on every request.
        """
        with self._lock:
            if self._opened is not None:
                return self._opened
            policies = self.merge()
            source = self._source = RouterSource(self.app, policies)
            debug = bool(self.app.debug) if self.debug is None else self.debug
            if self.debugger is not None and self.app.debug:
                from werkzeug.debug import DebuggedApplication  # noqa: PLC0415 - only while developing

                inner = DebuggedApplication(inner, evalex=self.debugger)
            with_signal, without_signal = (
                CORSMiddleware(
                    inner, source=source, block_untrusted=self.block_untrusted, debug=debug, on_decision=hook
                )
                for hook in (self._tell, None)
            )
            self._opened = with_signal, without_signal
        self._report(policies)  # a handler of the log may call the app, so the lock is free by now
        return self._opened

    def _on_routed(self, endpoint: str | None, _: object) -> None:
        """Take note of a request that Flask has routed; a `url_value_preprocessor`, called before any other hook."""
        has_come_by = self._source is not None and self._source.on_routed(endpoint)
        if not has_come_by and not self.is_bypassed:
            self._look_for_a_bypass()

    def _look_for_a_bypass(self) -> None:
        """Log, once, that a request bypassed the extension; the request context of a test does not count."""
        frame = inspect.currentframe()
        while frame is not None and frame.f_code is not Flask.wsgi_app.__code__:
            frame = frame.f_back
        if frame is not None:
            self.is_bypassed = True
            self.app.logger.error("%s", BYPASSED)

    def _tell(self, decision: Decision) -> None:
        cors_decided.send(self.app, _async_wrapper=self.app.ensure_sync, decision=decision)

    def _report(self, policies: Policies) -> None:
        """Log, once, what does not work as its author probably thinks."""
        log = self.app.logger
        if late := self._find_late_settings():
            log.warning(
                "These settings changed after CORS(app), which had read them, and have no effect: %s.", ", ".join(late)
            )
        for problem in self._find_silence(policies):
            log.error("%s %s", problem.problem, problem.remedy)
        for scope in policies.scopes.all:
            if scope.refuses_everybody:
                log.warning("%s refuses every origin, since its origins are an empty list.", scope.name.capitalize())
        policies.report_lost_marks()
        if self.block_untrusted:
            for message in find_blocking_warnings(_all_policies(policies)):
                log.warning("%s", message)
        if unseen := find_unseen_marks(self.app):
            log.info(
                "These are marked, but no route leads to them: %s. A mark works on the function, method or class that "
                "Flask calls; behind a dispatcher or a lambda it has no effect.",
                ", ".join(unseen),
            )

    def _find_silence(self, policies: Policies) -> list[Problem]:
        """Return what shares nothing only because no origin is named."""
        if not self._shares(policies):
            calls = ["CORS(app)"] if self.keywords is not None else [layer.name for layer in self.blueprints.values()]
            problem = f"{', '.join(calls)} at {self._called_at} shares nothing: "
            if self._names_origins:
                problem += "origins are named, and the resources cover no path."
                remedy = "Add the paths to share to the resources, such as '/*': {} for all the others."
            else:
                problem += "no origin is named." + self._explain_late_settings()
                remedy = self._find_remedy(policies)
            return [Problem("origins", None, ProblemCode.NO_ORIGINS, problem, remedy)]
        silent = policies.views_without_origins()
        silent += [scope.name for scope in policies.scopes.all if scope.lacks_origins and scope.rule is not None]
        if not silent:
            return []
        problem = f"No origin is named for {', '.join(silent)}, so nothing is shared there."
        # Without CORS(app) only marked views are silent, and what blueprints say may not be about them.
        remedy = self._find_remedy(policies) if self.keywords is not None else _NAME_AT_MARKS
        return [Problem("origins", None, ProblemCode.NO_ORIGINS, problem, remedy)]

    def _find_remedy(self, policies: Policies) -> str:
        """Return what to write where no origin is named: first what helps the whole app."""
        # With credentials, '*' would be the next error.
        everybody = "" if policies.support_credentials() else _OR_EVERYBODY
        if self.keywords is None:
            return f"Write CORS(blueprint, origins=['https://app.example.com']){everybody}."
        call = f"Write CORS(app, origins=['https://app.example.com']){everybody}"
        return f"{call}; or mark views with @cross_origin(origins=[...])."

    def _explain_late_settings(self) -> str:
        """Return the message about settings that may have been meant to name the origins, and came too late."""
        late = [
            f"{key} (as {setting_of(near)})" if (near := find_near_setting(key)) and setting_of(near) != key else key
            for key in self._find_late_settings(or_nearly=True)
        ]
        if not late:
            return ""
        them = "it" if len(late) == 1 else "them"
        return f" {', '.join(late)} came after that call, and had no effect: set {them} before."

    def _shares(self, policies: Policies) -> bool:
        """Tell whether anybody said which origins are trusted, or that none is."""
        if self.block_untrusted or policies.name_origins():
            return True
        # Settings hold for blueprints and marks, too, where nothing is said of the app as a whole.
        names_them = self.keywords is None and self._names_origins
        return names_them or any(scope.covers_unmarked for scope in self.scopes.all)

    def _find_late_settings(self, *, or_nearly: bool = False) -> list[str]:
        """Return the settings that changed after they were read.

        Args:
            or_nearly: whether names count that only come near to a setting's.
        """
        now, then = _pick_settings(self.app.config), self._settings_read
        changed = sorted(key for key in now.keys() | then if now.get(key) != then.get(key))
        known = {setting_of(option) for option in OPTIONS}
        return [key for key in changed if key in known or (or_nearly and find_near_setting(key))]


def check_app(app: Any, call: str) -> Flask:
    """Return a Flask app, or the one that a proxy such as `current_app` stands for.

    Args:
        app: what was given.
        call: what was called and what it takes, for messages.

    Raises:
        TypeError: if it is not a Flask app; it names the attribute that holds one.
    """
    app = unwrap_proxy(app)
    if _is_flask(app):
        return app  # type: ignore[no-any-return]
    kind = type(app).__name__
    inner = find_inner(app, _is_flask)
    remedy = f"Pass its Flask app, which is its attribute .{inner}." if inner else "Write CORS(app)."
    raise TypeError(f"{call}, not {kind}. {remedy}")


def _is_flask(value: object) -> bool:
    """Tell whether this is a Flask app, and not what says so in its scope, as proxies and mocks do."""
    return issubclass(type(value), Flask)


def find_state(app: Flask) -> ExtensionState | None:
    """Return the extension on an app, if there is one."""
    found: ExtensionState | None = app.extensions.get(EXTENSION)
    return found


def _all_policies(policies: Policies) -> list[Policy]:
    return [resolved.policy for resolved in policies.all_resolved() if isinstance(resolved.policy, Policy)]


def _pick(options: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}


def _pick_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key.startswith(PREFIX)}
