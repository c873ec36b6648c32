"""Why a browser will keep an answer from the script; computed only if somebody listens."""

from __future__ import annotations

from .answers import LONGEST_ECHO, Answers, can_echo_method
from .decisions import Reason
from .fetch import SAFELISTED_METHODS, extract_names, normalize_method
from .origins import OriginSet, parse_origin

_RESPONSE_HEADERS = "access-control-"


def find_origin_reason(origins: OriginSet | None, origin: str) -> Reason:
    """Return why a policy refuses `origin`.

    Args:
        origins: the origins that the policy allows; None if everybody, who may then still be blocked.
        origin: the Origin header.
    """
    if origin == "null":
        return Reason.ORIGIN_IS_NULL
    if origin == "file://":
        return Reason.ORIGIN_IS_FILE
    if parse_origin(origin) is None:
        return Reason.ORIGIN_MALFORMED
    is_twin = origins is not None and origins.allows_under_another_name(origin)
    return Reason.ORIGIN_UNDER_ANOTHER_NAME if is_twin else Reason.ORIGIN_NOT_ALLOWED


def find_preflight_reasons(answers: Answers, method: str, headers: str | None) -> tuple[Reason, ...]:
    """Return what a browser will miss in the answer to an allowed origin's preflight (`#cors-preflight-fetch`)."""
    return (*_find_method_reasons(answers, method), *_find_header_reasons(answers, headers))


def _find_method_reasons(answers: Answers, method: str) -> tuple[Reason, ...]:
    if not can_echo_method(method):
        return (Reason.METHOD_MALFORMED,)
    named = _names(answers.methods)
    if named is None or method in named or method in SAFELISTED_METHODS:
        return ()
    has_twin = method.upper() in named and normalize_method(method) == method
    return (Reason.METHOD_CASE,) if has_twin else (Reason.METHOD_NOT_ALLOWED,)


def _find_header_reasons(answers: Answers, headers: str | None) -> tuple[Reason, ...]:
    if not headers:
        return ()
    asked = extract_names(headers) if len(headers) <= LONGEST_ECHO else None
    if asked is None:
        return (Reason.HEADERS_MALFORMED,)
    named = _names(answers.headers)
    if named is None:
        return ()
    missing = {name.lower() for name in asked} - {name.lower() for name in named}
    if any(name.startswith(_RESPONSE_HEADERS) for name in missing):
        return (Reason.RESPONSE_HEADER_REQUESTED,)
    return (Reason.HEADER_NOT_ALLOWED,) if missing else ()


def _names(value: str | None) -> list[str] | None:
    """Return the names that an answer grants, or None if it grants all."""
    if value is None or value == "*" or value.startswith("*,"):
        return None
    return value.split(", ")
