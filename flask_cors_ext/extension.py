"""CORS: the class that users call: on an app it covers everything, on a blueprint that blueprint's routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from flask import Blueprint, Flask

from cors_wsgi.options import OPTION_NAMES

from .layers import merge_calls, read_layer, read_resources
from .options import OPTIONS, PolicyOptions, check_keywords, find_call
from .state import ExtensionState, check_app, find_state

if TYPE_CHECKING:
    from flask.sansio.blueprints import BlueprintSetupState
    from typing_extensions import Unpack

    from .layers import Resources

    class ExtensionOptions(PolicyOptions, total=False):
        """The options of `CORS`."""

        resources: Resources
        block_untrusted: bool
        debug: bool


_NO_WRAPPER: Final = "CORS is not a wrapper: keep using the Flask app itself, and write CORS(app) on a separate line"


class CORS:
    """Cross-origin resource sharing for a Flask app, or for the routes of a blueprint.

    Args:
        app: the app, or a blueprint that is not registered yet; or None, and `init_app` later. An extension object
            holds nothing but its options, and may serve several apps.
        **options: options of a `cors_wsgi.Policy`, and `resources` (the paths that are covered: a mapping of path rules
            to options, None or DENY, or one rule, or a list; paths are those that browsers ask for, with the
            blueprint's prefix). For an app also `block_untrusted` (answer 403 to requests of untrusted origins that
            could change something) and `debug` (say why in `X-CORS-Debug`; by default `app.debug`). They win over the
            settings `CORS_*`.

    Raises:
        TypeError: for an option that does not exist.
        PolicyError: for everything that is wrong with options and settings.
        RuntimeError: if the app has an extension already; it shows the merged call.
    """

    def __init__(self, app: Flask | Blueprint | None = None, **options: Unpack[ExtensionOptions]) -> None:
        self._options: Mapping[str, Any] = check_keywords("CORS()", options, OPTIONS)
        if app is not None:
            self.init_app(app)
        else:
            read_layer("CORS()", {name: value for name, value in self._options.items() if name in OPTION_NAMES})

    def init_app(self, app: Flask | Blueprint, **options: Unpack[ExtensionOptions]) -> None:
        """Put the extension on an app: read its settings, and wrap what its `wsgi_app` is now.

        Args:
            app: the app, or a blueprint that is not registered yet.
            **options: options that win over those of the extension object.

        Raises:
            TypeError: for an option that does not exist, or if this is not a Flask app or a blueprint.
            PolicyError: for everything that is wrong with options and settings.
            RuntimeError: if the app has an extension already (it shows the merged call), or if the blueprint is
                registered.
        """
        keywords = {**self._options, **check_keywords("init_app()", options, OPTIONS)}
        if issubclass(type(app), Blueprint):
            record_layer(cast("Blueprint", app), keywords)
            return
        app = check_app(app, "CORS takes a Flask app or a Blueprint")
        state = find_state(app)
        if state is None:
            ExtensionState(app, keywords, find_call())
        elif state.keywords is None:
            state.configure(keywords, find_call())
            state.rewrap()
        else:
            merged = ", ".join(f"{name}={value!r}" for name, value in merge_calls(state.keywords, keywords).items())
            call = f"CORS(app, {merged})" if merged else "CORS(app)"
            raise RuntimeError(f"The app {app.name!r} has CORS already. Write one call: {call}.")

    def validate(self, app: Flask) -> None:
        """Merge the layers of every route, as the first request would.

        Raises:
            PolicyError: for everything that is wrong; it names the views, and which layer said what.
            RuntimeError: if the extension is not on this app.
        """
        app = check_app(app, "validate takes a Flask app")
        state = find_state(app)
        if state is None:
            raise RuntimeError(f"The app {app.name!r} has no CORS yet. Write cors.init_app(app).")
        state.validate()

    if not TYPE_CHECKING:  # pragma: no branch

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}. {_NO_WRAPPER}.")


def record_layer(blueprint: Blueprint, options: Mapping[str, Any]) -> None:
    """Let a blueprint say something of its routes on every app that it will be registered on."""
    if unfit := [option for option in options if option not in (*OPTION_NAMES, "resources")]:
        raise TypeError(f"CORS(blueprint) has no option {unfit[0]!r}: that is the app's. Write CORS(app, ...).")
    name, called_at = f"CORS(blueprint {blueprint.name!r})", find_call()
    said = {option: value for option, value in options.items() if option in OPTION_NAMES}
    layer = read_layer(name, said, called_at=called_at)
    if options.get("resources") is not None:
        layer = replace(layer, resources=read_resources(name, options["resources"], called_at))

    def install(setup: BlueprintSetupState) -> None:
        registered_as = f"{setup.name_prefix}.{setup.name}".lstrip(".")
        app = cast("Flask", setup.app)
        state = find_state(app) or ExtensionState(app, None, called_at)
        if registered_as in state.blueprints:
            raise RuntimeError(
                f"The blueprint {registered_as!r} has CORS already. Write one call CORS(blueprint, ...)."
            )
        state.blueprints[registered_as] = layer

    try:
        blueprint.record(install)
    except AssertionError:  # Flask's own message is about its decorators
        raise RuntimeError(
            f"The blueprint {blueprint.name!r} is registered already. Call CORS(blueprint) before "
            "app.register_blueprint(blueprint)."
        ) from None


def share_debugger(app: Flask, *, evalex: bool = False) -> None:
    """Let pages read the 500 of a view that failed while `app.debug` is on; call it after `CORS(app)`.

    `flask run --debug` and `app.run(debug=True)` put Werkzeug's debugger around the app, so that its page about an
    exception carries no CORS headers, and a browser shows a CORS error in place of the true one. This puts a debugger
    inside, too, which answers first. Without `app.debug` it does nothing.

    Args:
        app: the app.
        evalex: whether that page has a console. Anyone who may read it gets the console's secret, but not the PIN.

    Raises:
        TypeError: if this is not a Flask app.
        RuntimeError: if the app has no extension.
    """
    app = check_app(app, "share_debugger takes a Flask app")
    state = find_state(app)
    if state is None:
        raise RuntimeError(f"The app {app.name!r} has no CORS yet. Write CORS(app, ...), and then share_debugger(app).")
    state.debugger = evalex
