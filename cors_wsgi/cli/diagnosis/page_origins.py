"""Pages that have no origin of the web: a file or a sandboxed frame, whose origin is null, and browser extensions."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .model import CauseCode, Diagnosis, Piece, Remedy
from .scene import Scene

_ABOUT_ORIGIN: Final = frozenset(
    {
        CauseCode.OTHER_ORIGIN,
        CauseCode.SPELLING,
        CauseCode.TRAILING_SLASH,
        CauseCode.PATTERN,
        CauseCode.WILDCARD_WITH_CREDENTIALS,
        CauseCode.NOT_IN_LIST,
        CauseCode.NOT_SET,
        CauseCode.NOT_INHERITED,
        CauseCode.BEFORE_CORS,
    }
)
"""The causes whose remedy is to let the page's origin in."""

_NULL: Final = (
    "The page's origin is null: it was opened as a file (file://), or it runs in a sandboxed iframe or a data: URL."
)
_SERVE: Final = (
    "Open the page from a web server, such as `python -m http.server`, and let the API allow the origin that it has "
    "then. Do not allow null: any site can give its page that origin, with a sandboxed iframe."
)


def judge_page_origin(scene: Scene, found: Diagnosis) -> Diagnosis:
    """Return a diagnosis without the advice to let in an origin that no server should name.

    Args:
        scene: the refusal.
        found: its diagnosis, as that of any page.
    """
    origin = scene.asked.origin
    if origin == "null" and scene.allowed != "null":
        if found.code in _ABOUT_ORIGIN:
            return Diagnosis(CauseCode.PAGE_ORIGIN, f"{_NULL} {found.cause}", Remedy(_SERVE))
        if "null" in str(found.remedy) or any(value == "null" for _, value in found.wanted):
            return replace(found, remedy=Remedy(f"{found.remedy.text} {_SERVE}"), wanted=())
    scheme = origin.partition(":")[0]
    if scheme.endswith("-extension") and found.code in _ABOUT_ORIGIN:
        cause = (
            f"The page belongs to a browser extension ({origin}), which needs no CORS headers from a host that its "
            f"manifest names. {found.cause}"
        )
        text = (
            "Name the host in the extension's manifest, and fetch from the extension's own pages or its service "
            "worker: a content script counts as the page that it runs in."
        )
        line = f'"host_permissions": ["{scene.url.scheme}://{scene.url.host}/*"]'
        return Diagnosis(CauseCode.PAGE_ORIGIN, cause, Remedy(text, "Extension", (Piece("in manifest.json", (line,)),)))
    return found
