"""The checks that a response must pass, as pure functions: CORS check, preflight, resource policy, exposed headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from ..fetch import (
    FORBIDDEN_RESPONSE_HEADERS,
    SAFELISTED_METHODS,
    SAFELISTED_RESPONSE_HEADERS,
    is_token,
)
from .engines import API, STANDARD, Engine
from .headers import Header, extract_list, get_header
from .reasons import FailureReason
from .urls import parse_url

_ORIGIN = "access-control-allow-origin"
_CREDENTIALS = "access-control-allow-credentials"
_METHODS = "access-control-allow-methods"
_HEADERS = "access-control-allow-headers"
_EXPOSE = "access-control-expose-headers"


@dataclass(frozen=True)
class Failure:
    """Why a response does not pass.

    Attributes:
        reason: one of the closed set.
        facts: the values for the reason's message.
        console_reason: the reason whose message a console uses, if it has no message for this one.
        allowed: what the answer allows nevertheless, if it answers a preflight and refuses one thing.
    """

    reason: FailureReason
    facts: Mapping[str, str] = field(default_factory=dict)
    console_reason: FailureReason | None = None
    allowed: Allowed | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Allowed:
    """What the answer to a preflight allows.

    Attributes:
        methods: those that Access-Control-Allow-Methods names; None if there is no such header.
        names: those that Access-Control-Allow-Headers names.
    """

    methods: list[str] | None
    names: list[str]


def check_cors(headers: Sequence[Header], origin: str, *, include: bool, is_tainted: bool = False) -> Failure | None:
    """Return why a response is not shared with an origin, or None if it is (`#cors-check`).

    Args:
        headers: of the response.
        origin: the serialized origin of the request.
        include: whether the request's credentials mode is `include`.
        is_tainted: whether redirects made the origin null.
    """
    allowed = get_header(headers, _ORIGIN)
    if allowed == "*" and not include:
        return None
    if allowed != origin:
        return _explain_origin(headers, allowed, include, is_tainted)
    if not include:
        return None
    credentials = get_header(headers, _CREDENTIALS)
    if credentials == "true":
        return None
    return Failure(FailureReason.CREDENTIALS_NOT_TRUE, {"value": credentials or ""})


def _explain_origin(headers: Sequence[Header], allowed: str | None, include: bool, is_tainted: bool) -> Failure:
    """Return why Access-Control-Allow-Origin does not name the origin, classified as browsers' consoles do."""
    if allowed is None:
        failure = Failure(FailureReason.MISSING_ACAO)
    elif allowed == "*" and include:
        return Failure(FailureReason.WILDCARD_WITH_CREDENTIALS, {"value": allowed})
    elif " " in allowed or "," in allowed or len([1 for name, _ in headers if name.lower() == _ORIGIN]) > 1:
        return Failure(FailureReason.ACAO_MULTIPLE, {"value": allowed})
    elif allowed != "null" and parse_url(allowed) is None:
        return Failure(FailureReason.ACAO_INVALID, {"value": allowed})
    else:
        failure = Failure(FailureReason.ACAO_MISMATCH, {"value": allowed})
    if is_tainted:
        return Failure(FailureReason.REDIRECT_NULL_ORIGIN, failure.facts, console_reason=failure.reason)
    return failure


def check_preflight(
    status: int,
    headers: Sequence[Header],
    *,
    method: str,
    unsafe_names: Sequence[str],
    origin: str,
    include: bool,
    is_tainted: bool = False,
    is_own: bool = False,
    engine: Engine = STANDARD,
) -> Allowed | Failure:
    """Return what the answer to a preflight allows, or why it fails (step 7 of `#cors-preflight-fetch`).

    Args:
        status: of the answer.
        headers: of the answer.
        method: of the request that waits for it.
        unsafe_names: its CORS-unsafe request-header names.
        origin: its serialized origin.
        include: whether its credentials mode is `include`.
        is_tainted: whether redirects made the origin null.
        is_own: whether the answer comes from the page's own origin, after a redirect back to it.
        engine: whose rules.
    """
    is_ok = 200 <= status <= 299
    failure = None
    if not (is_own and engine.sends_page_origin_in_preflights):
        failure = check_cors(headers, origin, include=include, is_tainted=is_tainted)
    is_redirect = status in REDIRECT_STATUSES
    if not is_ok and (failure is None or engine.checks_status_first or is_redirect):
        facts = {"location": get_header(headers, "location") or "nowhere"}
        return Failure(FailureReason.PREFLIGHT_REDIRECT if is_redirect else FailureReason.PREFLIGHT_STATUS, facts)
    if failure is not None:
        return failure
    named, methods = get_header(headers, _METHODS), extract_list(headers, _METHODS)
    if methods is None:
        return Failure(FailureReason.ALLOW_METHODS_UNPARSABLE, {"value": named or ""})
    listed, names = get_header(headers, _HEADERS), extract_list(headers, _HEADERS)
    if names is None:
        return Failure(FailureReason.ALLOW_HEADERS_UNPARSABLE, {"value": listed or ""})
    allowed = Allowed(None if named is None else methods, names)
    if method not in methods and method not in SAFELISTED_METHODS and (include or "*" not in methods):
        return Failure(FailureReason.METHOD_NOT_ALLOWED, {"method": method, "value": named or ""}, allowed=allowed)
    lowered = {name.lower() for name in names}
    wildcard = "*" in lowered and not include
    for name in unsafe_names:
        if name in lowered or (wildcard and (name != "authorization" or engine.wildcard_covers_authorization)):
            continue
        is_under = wildcard and name == "authorization"
        reason = FailureReason.AUTHORIZATION_UNDER_WILDCARD if is_under else FailureReason.HEADER_NOT_ALLOWED
        return Failure(reason, {"header": name, "value": listed or ""}, allowed=allowed)
    return allowed


REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
"""Statuses that redirect (`#redirect-status`)."""


def find_exposed(
    headers: Sequence[Header], *, include: bool, api: API = "fetch", engine: Engine = STANDARD
) -> frozenset[str]:
    """Return the lower-cased names of the response headers that a script of another origin sees.

    This is the list in step 14 of `#main-fetch`, as filtered by `#concept-filtered-response-cors`.

    Args:
        headers: of the response.
        include: whether the request's credentials mode is `include`.
        api: the API that made the request.
        engine: whose rules.
    """
    names = extract_list(headers, _EXPOSE)
    if names is None and api in engine.exposes_before_junk and not include and _begins_with_wildcard(headers):
        names = ["*"]
    present = {name.lower() for name, _ in headers}
    if names and "*" in names and not include:
        exposed = present
    else:
        exposed = {name.lower() for name in names or ()} | SAFELISTED_RESPONSE_HEADERS
    return frozenset(present & exposed) - FORBIDDEN_RESPONSE_HEADERS


def _begins_with_wildcard(headers: Sequence[Header]) -> bool:
    """Tell whether a * is among the names before the first invalid one."""
    parts = (part.strip(" \t") for part in (get_header(headers, _EXPOSE) or "").split(","))
    return "*" in takewhile(lambda part: not part or is_token(part), parts)


def check_resource_policy(headers: Sequence[Header], *, is_same_site: bool) -> Failure | None:
    """Return why the response to a no-cors request from another origin is blocked, or None.

    This is `#cross-origin-resource-policy-internal-check` for a page without an embedder policy.

    Args:
        headers: of the response.
        is_same_site: whether page and response are same site, schemes included.
    """
    policy = get_header(headers, "cross-origin-resource-policy")
    if policy == "same-origin" or (policy == "same-site" and not is_same_site):
        return Failure(FailureReason.CORP_BLOCKED, {"value": policy})
    return None
