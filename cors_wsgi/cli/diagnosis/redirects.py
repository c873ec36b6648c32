"""Redirects: of a preflight, which browsers never follow, and of the actual request, which must itself be shared."""

from __future__ import annotations

import re
from typing import Final

from cors_wsgi.browser import FailureReason as Reason
from cors_wsgi.browser.checks import REDIRECT_STATUSES, Failure, check_cors, check_preflight
from cors_wsgi.browser.exchange import Exchange
from cors_wsgi.browser.headers import Header, get_header
from cors_wsgi.browser.urls import URL, parse_url
from cors_wsgi.fetch import ALLOW_CREDENTIALS, ALLOW_ORIGIN, VARY

from .model import CauseCode, Diagnosis, Remedy
from .plans import Task
from .scene import Scene
from .wanted import join_words

_LOGIN: Final = re.compile(
    r"log-?[io]n|sign-?[io]n|\bsso\b|oauth|saml|openid|/auth\b|/session|/account|/cas/", re.IGNORECASE
)
"""Words in the URL of a login page."""


def is_login(url: URL) -> bool:
    """Tell whether a URL leads to a login page, judging by its words."""
    return _LOGIN.search(f"{url.host}{url.path}") is not None


def find_redirect(exchanges: list[Exchange]) -> Exchange | None:
    """Return the last exchange answered with a redirect, the very last one aside, or None."""
    return next((one for one in reversed(exchanges[:-1]) if one.status in REDIRECT_STATUSES), None)


def judge_redirect(scene: Scene) -> Diagnosis | None:
    """Return what is wrong with a redirect, or None if no redirect is in the way."""
    if scene.status in REDIRECT_STATUSES:
        if scene.failed.reason in (Reason.PREFLIGHT_REDIRECT, Reason.MISSING_ACAO) or scene.is_preflight:
            return _judge(scene)
        return None
    before = find_redirect(list(scene.exchanges))
    if before is None:
        return None
    location = parse_url(before.received("Location") or "", parse_url(before.url))
    if location is None:
        return None
    if is_login(location):
        return _judge_login(scene, location, is_followed=True)
    asked = parse_url(before.url)
    if scene.failed.reason is Reason.REDIRECT_NULL_ORIGIN or (asked is not None and asked.origin != location.origin):
        cause = (
            f"{before.url} redirects to {location.request_url}, on another origin: that must let the page in as well, "
            f"and the browser sends it Origin: {scene.failed.facts.get('origin', 'null')}. {scene.subject} there "
            f"{join_words(scene.lacks)}."
        )
        text = f"Fetch {location.request_url} directly, or let the first server ask the second itself."
        return scene.conclude(CauseCode.REDIRECT_ELSEWHERE, cause, Remedy(text), shows_wanted=False)
    return None


def _judge(scene: Scene) -> Diagnosis:
    asked = scene.url
    location = get_header(scene.response.headers, "location")
    target = None if location is None else parse_url(location, asked)
    what = "the preflight" if scene.is_preflight else "the request"
    rule = (
        "browsers do not follow redirects of a preflight"
        if scene.is_preflight
        else "the redirect itself has no Access-Control-Allow-Origin, and every answer on the way needs CORS headers"
    )
    if target is None:
        cause = f"{what[0].upper()}{what[1:]} was redirected ({scene.status}) to nowhere: {rule}."
        remedy = scene.write_answer("Let the server answer at this URL, without a redirect.")
        return scene.conclude(CauseCode.REDIRECT_ELSEWHERE, cause, remedy)
    if is_login(target):
        return _judge_login(scene, target)
    if target.path == asked.path + "/" and target.origin == asked.origin:
        code, why = CauseCode.REDIRECT_SLASH, "the URL lacks the slash at its end"
    elif (asked.scheme, target.scheme) == ("http", "https") and asked.host == target.host:
        code, why = CauseCode.REDIRECT_HTTPS, "the server wants https"
    else:
        code, why = CauseCode.REDIRECT_ELSEWHERE, "the resource is elsewhere"
    cause = f"{scene.title} redirects {what} ({scene.status}) to {target.request_url}, since {why}; {rule}."
    if (
        target.path == asked.path
        and (target.host, target.scheme) == (asked.host, "https")
        and not _shares(scene, target)
    ):
        text = f"Fetch {target.request_url}, and let the server that answers there allow {scene.asked.origin}."
        return scene.conclude(code, cause, Remedy(text), shows_wanted=False)
    if _shares(scene, target) is not False:
        text = f"Fetch {target.request_url} in the script."
        return Diagnosis(code, cause, Remedy(text))
    text = "Let the server answer at this URL, without a redirect; or fetch that URL once it allows the page."
    if scene.is_preflight:
        return scene.conclude(code, cause, scene.write_answer(text))
    return scene.conclude(code, cause, scene.write(scene.plan(Task.SET), text))


def _shares(scene: Scene, target: URL) -> bool | None:
    """Tell whether the page would be let through at the redirect's end; None if that was not tried."""
    if scene.looks is None:
        return None
    asked = scene.asked
    if scene.is_preflight or any(exchange.is_preflight for exchange in scene.exchanges):
        response = scene.looks.preflight(target, asked.method, asked.names)
        names = [name.lower() for name in asked.names]
        return response is not None and not isinstance(
            check_preflight(
                response.status, response.headers, method=asked.method, unsafe_names=names, origin=asked.origin,
                include=asked.include,
            ),
            Failure,
        )  # fmt: skip
    response = scene.looks.get_at(target)
    return response is not None and check_cors(response.headers, asked.origin, include=asked.include) is None


def _judge_login(scene: Scene, target: URL, *, is_followed: bool = False) -> Diagnosis:
    if scene.is_preflight:
        cause = (
            f"{scene.title} sends the preflight to the login page ({scene.status}, {target.request_url}): a preflight "
            "never carries the session cookie, and browsers do not follow its redirects."
        )
        text = (
            "Let OPTIONS pass before the login is asked for. Make the API answer the actual request with 401 when the "
            "session is missing: a script cannot read a login page."
        )
        return scene.conclude(CauseCode.REDIRECT_LOGIN, cause, scene.write(scene.plan(Task.LOGIN), text))
    whose = "on another origin, which has no CORS headers" if is_followed else "where no script can log in"
    cause = (
        f"The API redirects to a login page, {target.request_url}, {whose}: the session is over, or its cookie was not "
        "sent."
    )
    text = (
        "Log in first, on a separate page; and make the API answer 401 with the CORS headers instead of a redirect, "
        "so that the script can see that the session is over."
    )
    pairs: list[Header] = [(ALLOW_ORIGIN, scene.asked.origin)]
    pairs += [(ALLOW_CREDENTIALS, "true")] if scene.asked.include else []
    return Diagnosis(
        CauseCode.REDIRECT_LOGIN,
        cause,
        Remedy(text),
        (("", "401 Unauthorized"), *pairs, (VARY, "Origin")),
    )
