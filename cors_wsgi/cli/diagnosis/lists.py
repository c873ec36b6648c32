"""Credentials, methods and headers: what else is missing from an answer that names the page's origin."""

from __future__ import annotations

from cors_wsgi.browser import FailureReason as Reason
from cors_wsgi.browser.headers import get_header
from cors_wsgi.fetch import ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, EXPOSE_HEADERS, VARY

from .missing import find_misspelt
from .model import CauseCode, Diagnosis, Remedy
from .origins import judge_twice
from .plans import Task
from .scene import Scene
from .wanted import join_words


def judge_lists(scene: Scene) -> Diagnosis | None:
    """Return what is wrong where the origin is right, or None where nothing is."""
    reason, asked = scene.failed.reason, scene.asked
    if reason is Reason.HEADER_NOT_EXPOSED:
        cause = f"The script reads {asked.reads}, which the answer has, but {EXPOSE_HEADERS} does not name it."
        pairs = [pair for pair in scene.wanted if pair[0] == EXPOSE_HEADERS]
        text = "Name it there."
        return scene.conclude(CauseCode.NOT_EXPOSED, cause, scene.write(scene.plan(Task.SET, pairs=pairs), text))
    if reason is Reason.METHOD_NOT_ALLOWED and asked.method != asked.method.upper():
        upper = asked.method.upper()
        cause = (
            f"The script sends the method {asked.method!r}: browsers do not turn it into upper case, and case matters."
        )
        return Diagnosis(CauseCode.METHOD_CASE, cause, Remedy(f"Write method: {upper!r} in the script."))
    sent = [name for name in asked.names if name.lower().startswith("access-control-")]
    if reason is Reason.HEADER_NOT_ALLOWED and sent:
        cause = (
            f"The script sends {join_words(sent)}, which belongs in the server's answer: in a request, it must be "
            "allowed like any other header."
        )
        return Diagnosis(CauseCode.RESPONSE_HEADER_SENT, cause, Remedy(f"Do not set {join_words(sent)} in the script."))
    if not scene.lacks:
        return None
    given = [part.strip() for part in (get_header(scene.response.headers, ALLOW_CREDENTIALS.lower()) or "").split(",")]
    if reason is Reason.CREDENTIALS_NOT_TRUE and len(given) > 1 and set(given) == {"true"}:
        return judge_twice(scene, ALLOW_CREDENTIALS, given)
    cause = f"{scene.subject} {join_words(scene.lacks)}."
    if (misspelt := find_misspelt(scene)) is not None:
        cause = f"The header is misspelt: {misspelt[0]}; browsers know only {misspelt[1]}. {cause}"
        code, text = CauseCode.MISSPELT_HEADER, f"Write {misspelt[1]}."
    elif reason is Reason.CREDENTIALS_NOT_TRUE:
        value = get_header(scene.response.headers, ALLOW_CREDENTIALS.lower())
        code = CauseCode.CREDENTIALS_MISSING if value is None else CauseCode.CREDENTIALS_VALUE
        text = f"Send {ALLOW_CREDENTIALS}: true, in lower case; or fetch without credentials."
    elif reason in (Reason.ALLOW_METHODS_UNPARSABLE, Reason.ALLOW_HEADERS_UNPARSABLE):
        code, text = CauseCode.NO_COMMAS, "Separate the names with commas, and write nothing else."
        cause += " Names are separated by commas, without quotes or brackets."
    elif reason is Reason.AUTHORIZATION_UNDER_WILDCARD:
        code, text = CauseCode.AUTHORIZATION_BESIDE_STAR, "Name Authorization beside the *."
        cause += " In the standard, * does not cover Authorization; today's browsers still let it pass."
    elif asked.include and "*" in _list_values(scene):
        code, text = CauseCode.STAR_IS_A_NAME, "Name what the page needs, beside the * or instead of it."
        cause += " With credentials, * does not mean everything: it is a plain name, which nothing has."
    else:
        code, text = CauseCode.NOT_ALLOWED, "Name everything that the page sends, all at once:"
    pairs = scene.wanted
    if scene.server is None or scene.server.is_proxy:
        # The app may have set what is right already: if a proxy set it again, there would be two of it.
        pairs = [pair for pair in pairs if get_header(scene.response.headers, pair[0].lower()) != pair[1]]
        pairs = [pair for pair in pairs if pair[0] != VARY]
    return scene.conclude(code, cause, scene.write(scene.plan(Task.SET, pairs=pairs), text))


def _list_values(scene: Scene) -> list[str]:
    headers = scene.response.headers
    values = [get_header(headers, name.lower()) or "" for name in (ALLOW_METHODS, ALLOW_HEADERS)]
    return [part.strip() for value in values for part in value.split(",")]
