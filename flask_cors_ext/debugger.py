"""share_debugger: the way around Werkzeug's debugger, whose pages stand outside `app.wsgi_app`."""

from __future__ import annotations

from flask import Flask

from .installation import check_app, find_installation


def share_debugger(app: Flask, *, evalex: bool = False) -> None:
    """Let pages read the 500 of a view that failed while `app.debug` is on; call it after `CORS(app)`.

    `flask run --debug` and `app.run(debug=True)` put Werkzeug's debugger around the app, so that its page about an
    exception carries no CORS headers, and a browser shows a CORS error in place of the true one. This puts a debugger
    inside, too, which answers first. Without `app.debug` it does nothing.

    Args:
        app: the app.
        evalex: whether that page has a console. Whoever may read the page gets the console's secret, but not the PIN.

    Raises:
        TypeError: if this is not a Flask app.
        RuntimeError: if the app has no extension.
    """
    app = check_app(app, "share_debugger takes a Flask app")
    installation = find_installation(app)
    if installation is None:
        raise RuntimeError(f"The app {app.name!r} has no CORS yet. Write CORS(app, ...), and then share_debugger(app).")
    installation.debugger = evalex
