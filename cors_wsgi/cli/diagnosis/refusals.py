"""Refusals of a server's own CORS code: told by what it writes, or because it fails only where there is an Origin."""

from __future__ import annotations

import re
from typing import Final

from cors_wsgi.fetch import ALLOW_ORIGIN

from .model import CauseCode, Diagnosis, Remedy
from .origins import find_twin
from .plans import Task
from .scene import Scene
from .servers import ServerName
from .wanted import join_words

_OWN_WORDS: Final = re.compile(
    r"[^\n<>{}\"]*\b(?:disallowed cors|invalid cors|not allowed by cors|cors is (?:disabled|not enabled)|corsresponse:"
    r"|cors[ -](?:preflight|origin|policy|request|error)|origin [^\n<>{}\"]{0,80}not allowed)[^\n<>{}\"]*",
    re.IGNORECASE,
)
"""What CORS code writes into its refusals, such as Starlette's, Spring's, aiohttp-cors's, hapi's and Express's."""

_OF_LISTS: Final = re.compile(
    r"\bmethod\b.*not allowed|\bheaders?\b.*not allowed|disallowed cors (?:method|headers)", re.I
)
"""What it writes where it is not the origin that it refuses."""

_BEGIN: Final = 4000


def judge_refusal(scene: Scene) -> Diagnosis | None:
    """Return what the server's own CORS code refused, or None where nothing says that it did."""
    is_good = 200 <= scene.status <= 299
    if scene.status < 200 or 300 <= scene.status <= 399 or (is_good and not scene.is_preflight):
        return None
    if (is_good or not scene.is_preflight) and scene.allowed is not None:
        return None
    found = _OWN_WORDS.search(scene.response.body[:_BEGIN].decode("utf-8", "replace"))
    if found is not None:
        return _judge_words(scene, found[0].strip(" \"',")[:200])
    return _judge_failure(scene)


def _judge_words(scene: Scene, said: str) -> Diagnosis:
    lacks = [lack for lack in scene.lacks if scene.allowed is not None or ALLOW_ORIGIN in lack]
    cause = f"The server's own CORS code refused {_what(scene)} with {scene.status}, and says: “{said}”"
    if scene.allowed is not None or _OF_LISTS.search(said) is not None:
        text = "Name everything that the page sends, all at once:"
        cause += f". That answer {join_words(lacks)}" if lacks else ""
        return scene.conclude(CauseCode.NOT_ALLOWED, f"{cause}.", scene.write(scene.plan(Task.SET), text))
    twin = find_twin(scene)
    cause += (
        f". It lets {twin} in, but not {scene.asked.origin}: they are compared character by character" if twin else ""
    )
    return scene.conclude(CauseCode.NOT_IN_LIST, f"{cause}.", _add_to_list(scene))


def _judge_failure(scene: Scene) -> Diagnosis | None:
    """Judge a server that fails for the page's origin, and does not where there is no origin."""
    if scene.status != 500 or scene.looks is None or scene.allowed is not None:
        return None
    plain = scene.plain_get if scene.is_preflight or scene.asked.method != "GET" else scene.response
    if plain is None or plain.status != 500:
        return None
    bare = scene.looks.get_bare()
    if bare is None or bare.status >= 500:
        return None
    cause = (
        f"The server failed with 500 on {_what(scene)}, but answers a GET without Origin ({bare.status}): its CORS "
        f"code throws an error for an origin that is not in its list, and {scene.asked.origin} is not."
    )
    return scene.conclude(CauseCode.NOT_IN_LIST, cause, _add_to_list(scene))


def _what(scene: Scene) -> str:
    return "the preflight" if scene.is_preflight else "the request"


def _add_to_list(scene: Scene) -> Remedy:
    text = f"Add {scene.asked.origin} to its list of origins, spelled exactly so, with its scheme and port."
    if scene.status >= 500 and scene.server in (ServerName.EXPRESS, ServerName.NODE):
        text += " For an origin that is not in it, call callback(null, false) instead of passing an error."
    return Remedy(text)
