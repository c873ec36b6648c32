"""The signals: ours, sent for every decision, and Flask's, heard to warn where the extension is missing."""

from __future__ import annotations

from typing import Any, Final

from blinker import Namespace
from flask import Flask, request_started

from .marks import UNSEEN, find_marked_endpoints

EXTENSION: Final = "flask_cors_ext"
"""The key in `app.extensions`."""

cors_decided: Final = Namespace().signal(
    "cors-decided",
    doc="""Sent by the app with a `cors_wsgi.Decision` as `decision`, once per CORS request under a policy or `DENY`.

A decision is computed only if somebody listens. The app context may be gone: a receiver that fails changes nothing.""",
)

_CHECKED: Final = "flask_cors_ext.checked"


def warn_if_missing(app: Flask, **_: Any) -> None:
    """Warn once where views are marked and no extension reads the marks.

    A receiver of Flask's `request_started`, from the first mark on until every mark was seen on an app that serves.
    """
    if _CHECKED in app.extensions:
        return
    app.extensions[_CHECKED] = True
    views = find_marked_endpoints(app)
    if not UNSEEN:
        request_started.disconnect(warn_if_missing)
    if views and EXTENSION not in app.extensions:
        app.logger.warning(
            "Nothing is shared: these views are marked with @cross_origin or @same_origin, and no extension reads "
            "the marks: %s. Write CORS(app).",
            ", ".join(views),
        )
