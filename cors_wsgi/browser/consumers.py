"""What consumers ask of a response beside CORS: its status, its type, and what its first bytes say."""

from __future__ import annotations

import re
from typing import Final

from .checks import Failure
from .engines import Engine
from .exchange import WireResponse
from .headers import get_header
from .mime import parse_mime_type
from .reasons import FailureReason
from .requests import Request

JAVASCRIPT_TYPES: Final = frozenset(
    {
        *("application/ecmascript", "application/javascript", "application/x-ecmascript", "application/x-javascript"),
        *("text/ecmascript", "text/javascript", "text/jscript", "text/livescript"),
        *("text/x-ecmascript", "text/x-javascript", *(f"text/javascript1.{minor}" for minor in range(6))),
    }
)
"""Essences of scripts (https://mimesniff.spec.whatwg.org/#javascript-mime-type)."""

_PICTURES: Final = re.compile(
    rb"\x89PNG\r\n\x1a\n|GIF8[79]a|\xff\xd8\xff|RIFF....WEBP|BM|\0\0[\1\2]\0|....ftypavi[fs]", re.DOTALL
)
"""How pictures begin, whatever their type says (https://mimesniff.spec.whatwg.org/#image-type-pattern-matching)."""

_SOUNDS: Final = re.compile(rb"RIFF....(?:WAVE|AVI )|OggS|ID3|\xff[\xf2-\xfb]|fLaC|\x1aE\xdf\xa3|....ftyp", re.DOTALL)
"""How audio and video files begin (`#audio-or-video-type-pattern-matching`)."""

_NO_SCRIPT: Final = re.compile(r"(?:image|audio|video)/.*|text/csv")
"""Types that no classic script may have (`#should-response-to-request-be-blocked-due-to-mime-type?` of Fetch)."""


def find_fault(kind: str, request: Request, response: WireResponse, engine: Engine) -> Failure | None:
    """Return why an element cannot use a response that the page may have, or None if it can.

    A picture, a font and a media file must be decoded, for which there is nothing here: the type or the first bytes
    must say that it is one.

    Args:
        kind: of the element.
        request: of which destination it is.
        response: what came, before any filtering.
        engine: whose rules.
    """
    given = _find_type(response)
    status = Failure(FailureReason.BAD_STATUS) if not 200 <= response.status <= 299 else None
    wrong = Failure(FailureReason.WRONG_TYPE, {"value": given or "(none)"})
    if is_blocked_by_nosniff(request, response, given):
        return wrong
    if kind == "preload":
        return _find_preload_fault(request, response, given, engine, wrong)
    if kind in ("script", "importScripts"):
        needs_type = kind == "importScripts" and given not in JAVASCRIPT_TYPES
        return status or (wrong if needs_type or (given and _NO_SCRIPT.fullmatch(given)) else None)
    if kind in ("module", "import", "modulepreload", "worker"):
        return status or (wrong if given not in JAVASCRIPT_TYPES else None)
    if kind == "style":
        return status or (wrong if given != "text/css" and not engine.loads_any_style else None)
    if kind == "EventSource":
        if response.status != 200:
            return Failure(FailureReason.BAD_STATUS)
        return wrong if given != "text/event-stream" else None
    if kind in ("img", "mask"):
        return None if _is_picture(response, given) else wrong
    if kind in ("video", "audio", "media"):
        is_media = bool(re.match(r"audio/|video/|application/ogg", given or "")) or _SOUNDS.match(response.body)
        return status or (None if is_media else wrong)
    return status  # of a font nothing else is known


def is_blocked_by_nosniff(request: Request, response: WireResponse, given: str | None) -> bool:
    """Tell whether `X-Content-Type-Options: nosniff` blocks it (`#should-response-to-request-be-blocked-due-to-nosniff?`).

    Args:
        request: of which destination it is.
        response: what came.
        given: the essence of its type, or None.
    """
    options = (get_header(response.headers, "x-content-type-options") or "").partition(",")[0]
    if options.strip(" \t").lower() != "nosniff":
        return False
    if request.destination in ("script", "worker"):
        return given not in JAVASCRIPT_TYPES
    return request.destination == "style" and given != "text/css"


def _find_preload_fault(
    request: Request, response: WireResponse, given: str | None, engine: Engine, wrong: Failure
) -> Failure | None:
    """Return why a preload fails: by the standard, of what has come, for nothing but nosniff."""
    if request.destination not in engine.preloads_checked:
        return None
    if request.destination == "image":
        return None if _is_picture(response, given) else wrong
    return wrong if given != "text/css" else None


def _is_picture(response: WireResponse, given: str | None) -> bool:
    return (given or "").startswith("image/") or _PICTURES.match(response.body) is not None


def _find_type(response: WireResponse) -> str | None:
    """Return the essence of the last Content-Type that is one (`#concept-header-extract-mime-type` of Fetch)."""
    found = None
    for value in (get_header(response.headers, "content-type") or "").split(","):
        parsed = parse_mime_type(value)
        if parsed is not None and parsed.essence != "*/*":
            found = parsed.essence
    return found
