"""What consumers require of a response besides CORS: its status, its type, and what its first bytes say."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

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
"""The first bytes of pictures, whatever their type says (`#image-type-pattern-matching` of MIME Sniffing)."""

_SOUNDS: Final = re.compile(rb"RIFF....(?:WAVE|AVI )|OggS|ID3|\xff[\xf2-\xfb]|fLaC|\x1aE\xdf\xa3|....ftyp", re.DOTALL)
"""The first bytes of audio and video files (`#audio-or-video-type-pattern-matching`)."""

_NO_SCRIPT: Final = re.compile(r"(?:image|audio|video)/.*|text/csv")
"""Types that no classic script may have (`#should-response-to-request-be-blocked-due-to-mime-type?` of Fetch)."""

_DOCUMENT: Final = re.compile(r"text/(?:html|plain|xml|json)|application/(?:xml|json)|.*\+(?:xml|json)")
"""Types that another origin must not get if sniffing is forbidden (`#opaque-blocklisted-mime-type`)."""


class Fault(NamedTuple):
    """Why an element cannot use a response.

    Attributes:
        failure: the reason, with the values for its message.
        is_network_error: whether the Fetch standard itself turns the response into a network error.
    """

    failure: Failure
    is_network_error: bool = False


def find_fault(kind: str, request: Request, response: WireResponse, engine: Engine) -> Fault | None:
    """Return why an element cannot use a response that the page may have, or None if it can.

    A browser decodes pictures, fonts and media files. Nothing is decoded here: the type or the first bytes must say
    what it is.

    Args:
        kind: of the element.
        request: its destination counts.
        response: what came, before any filtering.
        engine: whose rules.
    """
    given = _find_type(response)
    facts = {"value": given or "(none)", "element": kind, "nosniff": "yes" if _says_nosniff(response) else ""}
    wrong = Failure(FailureReason.WRONG_TYPE, facts)
    if kind == "preload":
        return _find_preload_fault(request, response, given, engine, wrong)
    if kind == "modulepreload":
        is_wrong = given not in JAVASCRIPT_TYPES and engine.checks_modulepreload_type
        return Fault(wrong, is_network_error=True) if is_wrong else _find_bad_status(response)
    if _is_blocked_by_nosniff(request, response, given):
        return Fault(wrong, is_network_error=True)
    fault = _find_bad_status(response) if kind not in ("img", "mask") else None
    if fault is not None:
        return fault
    return None if _has_right_type(kind, response, given, engine) else Fault(wrong)


def _find_bad_status(response: WireResponse) -> Fault | None:
    return (
        None if 200 <= response.status <= 299 else Fault(Failure(FailureReason.BAD_STATUS, {"phrase": response.phrase}))
    )


def _has_right_type(kind: str, response: WireResponse, given: str | None, engine: Engine) -> bool:
    """Tell whether a response is what an element needs, as far as one can see without decoding it."""
    if kind == "script":
        return given is None or _NO_SCRIPT.fullmatch(given) is None
    if kind in ("module", "import", "importScripts", "worker"):
        return given in JAVASCRIPT_TYPES or (kind == "worker" and not engine.checks_worker_type)
    if kind == "style":
        return given == "text/css" or engine.loads_any_style
    if kind == "EventSource":
        return given == "text/event-stream" and response.status == 200
    if kind in ("img", "mask"):
        return _is_picture(response, given)
    if kind in ("video", "audio", "media"):
        return bool(re.match(r"audio/|video/|application/ogg", given or "") or _SOUNDS.match(response.body))
    return True  # nothing else is known about a font


def _is_blocked_by_nosniff(request: Request, response: WireResponse, given: str | None) -> bool:
    """Tell whether `X-Content-Type-Options: nosniff` blocks a response (step 19 of `#main-fetch`)."""
    if not _says_nosniff(response):
        return False
    if request.destination in ("script", "worker"):
        return given not in JAVASCRIPT_TYPES
    return request.destination == "style" and given != "text/css"


def _says_nosniff(response: WireResponse) -> bool:
    """Tell whether the response has the header (`#determine-nosniff` of Fetch)."""
    options = (get_header(response.headers, "x-content-type-options") or "").partition(",")[0]
    return options.strip(" \t").lower() == "nosniff"


def _find_preload_fault(
    request: Request, response: WireResponse, given: str | None, engine: Engine, wrong: Failure
) -> Fault | None:
    """Return why a preload fires error; in the standard, a response that has arrived fails only for nosniff."""
    destination = request.destination or "fetch"
    if destination in engine.preloads_sniffed and _is_blocked_by_nosniff(request, response, given):
        return Fault(wrong, is_network_error=True)
    is_document = bool(_DOCUMENT.fullmatch(given or "")) and _says_nosniff(response)
    if request.tainting == "opaque" and is_document and engine.blocks_opaque_documents:
        return Fault(wrong, is_network_error=True)
    if destination in engine.preloads_failing_by_status and (fault := _find_bad_status(response)) is not None:
        return fault
    if destination not in engine.preloads_checked:
        return None
    is_right = _is_picture(response, given) if destination == "image" else given == "text/css"
    return None if is_right else Fault(wrong)


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
