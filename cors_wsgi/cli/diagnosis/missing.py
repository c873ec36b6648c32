"""Why an answer that is not an error has no Access-Control-Allow-Origin."""

from __future__ import annotations

import difflib
from typing import Final

from cors_wsgi.browser.headers import get_header
from cors_wsgi.fetch import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_METHODS,
    ALLOW_ORIGIN,
    EXPOSE_HEADERS,
    MAX_AGE,
    VARY,
)

from .model import CauseCode, Diagnosis, Remedy
from .origins import find_cache, find_twin, is_right_when_fresh, judge_cached
from .plans import Task
from .scene import Scene
from .servers import ServerName
from .wanted import join_words

_KNOWN: Final = (ALLOW_ORIGIN, ALLOW_CREDENTIALS, ALLOW_METHODS, ALLOW_HEADERS, EXPOSE_HEADERS, MAX_AGE)
_OTHERS: Final = {
    "access-control-allow-private-network",
    "access-control-request-method",
    "access-control-request-headers",
}


def find_misspelt(scene: Scene) -> tuple[str, str] | None:
    """Return a header that was meant to be a CORS header, and the one that was meant, or None."""
    known = {name.lower(): name for name in _KNOWN}
    for name, _ in scene.response.headers:
        lower = name.strip().lower()
        if lower in known or lower in _OTHERS:
            continue
        bare = lower.replace("_", "-").removeprefix("x-")
        near = difflib.get_close_matches(bare, known, n=1, cutoff=0.88)
        if near and not bare.startswith("access-control-request"):
            return name, known[near[0]]
    return None


def judge_missing(scene: Scene) -> Diagnosis | None:
    """Return why the header is missing, or None where it is there."""
    if scene.allowed is not None:
        return None
    if ALLOW_ORIGIN.lower() in map(str.lower, scene.response.spaced_names):
        cause = (
            f"The header's name has a space at its end, before the colon: “{ALLOW_ORIGIN} :”. Chromium strips it "
            "and lets the page through; HTTP forbids it, and every other browser drops such a header."
        )
        text = "Write the name without quotes, and without a space at the end."
        remedy = scene.write(scene.plan(Task.SET), text)
        return scene.conclude(CauseCode.MISSPELT_HEADER, cause, remedy)
    if (misspelt := find_misspelt(scene)) is not None and misspelt[1] == ALLOW_ORIGIN:
        cause = f"The header is misspelt: {misspelt[0]}; browsers know only {ALLOW_ORIGIN}."
        text = f"Write {ALLOW_ORIGIN}."
        return scene.conclude(CauseCode.MISSPELT_HEADER, cause, scene.write(scene.plan(Task.SET), text))
    varies = "origin" in [
        part.strip().lower() for part in (get_header(scene.response.headers, VARY.lower()) or "").split(",")
    ]
    if (cached := find_cache(scene)) and not varies and is_right_when_fresh(scene):
        made = "was made for a request without Origin, or from another origin: it has no Access-Control-Allow-Origin"
        return judge_cached(scene, cached, made)
    if (partly := _judge_partly(scene)) is not None:
        return partly
    if varies:
        return _judge_list(scene)
    if (neighbor := scene.neighbor) is not None:
        return _judge_beside(scene, neighbor[0], neighbor[1].status)
    if (twin := find_twin(scene)) is not None:
        return _judge_list(scene, twin)
    cause = f"{scene.subject} {_list(scene)}{_explain_nothing(scene)}."
    text = "Make the server send it on every answer for this URL, errors included."
    if scene.is_preflight:
        return scene.conclude(CauseCode.NOT_SET, cause, scene.write_answer(text))
    return scene.conclude(CauseCode.NOT_SET, cause, _share(scene, text))


def _explain_nothing(scene: Scene) -> str:
    """Return what the other answers say about a header that nothing seems to set."""
    if not scene.is_preflight and any(exchange.is_preflight for exchange in scene.exchanges):
        return ", although the preflight's answer has it: whatever sets it does so only for OPTIONS"
    allow = get_header(scene.response.headers, "allow")
    if scene.is_preflight and allow and scene.server is not None and not scene.server.is_proxy:
        return f": {scene.title} itself answered OPTIONS (Allow: {allow}), and no CORS middleware did"
    return f": nothing here sets it for {scene.url.path}"


def _list(scene: Scene) -> str:
    return join_words(scene.lacks)


def _share(scene: Scene, text: str) -> Remedy:
    """Return the remedy that adds the headers, guarded where an app may set them itself."""
    return scene.write(scene.plan(Task.ADD if scene.seen.is_passed_on else Task.SET), text)


def _judge_partly(scene: Scene) -> Diagnosis | None:
    """Judge an answer that has other CORS headers, or a preflight that something else answers."""
    others = [name for name, _ in scene.response.headers if name.lower() in {n.lower() for n in _KNOWN[1:]}]
    server = scene.server
    if others and server is ServerName.NGINX and scene.is_preflight and not scene.seen.is_passed_on:
        cause = (
            f"{scene.subject} has {join_words(others)}, but no {ALLOW_ORIGIN}: in nginx, the `if` or location that "
            "answers OPTIONS has its own add_header, and so inherits none of those outside it"
        )
        text = "Repeat every header there."
        return scene.conclude(CauseCode.NOT_INHERITED, f"{cause}{_also(scene)}.", scene.write_answer(text))
    if scene.is_preflight and scene.plain_get is not None and scene.is_shared(scene.plain_get):
        return _judge_preflight_alone(scene)
    return None


def _also(scene: Scene) -> str:
    more = [lack for lack in scene.lacks if ALLOW_ORIGIN not in lack]
    return f"; it {join_words(more)}" if more else ""


def _judge_preflight_alone(scene: Scene) -> Diagnosis:
    """Judge a preflight whose answer lacks what a GET of the same URL gets."""
    server = scene.server
    cause = f"{scene.subject} {_list(scene)}, although a GET of the same URL is shared: something else answers OPTIONS"
    if server is ServerName.HAPROXY:
        cause += ", here HAProxy itself (http-request return), whose own answers http-response lines do not change"
    elif server is ServerName.NGINX:
        cause += ", here a separate `if` or location, which inherits no add_header"
    text = "Make whatever answers OPTIONS send every header itself."
    return scene.conclude(CauseCode.BEFORE_CORS, f"{cause}.", scene.write_answer(text))


def _judge_list(scene: Scene, twin: str | None = None) -> Diagnosis:
    """Judge a server that decides by the origin, and decided against this one."""
    origin = scene.asked.origin
    twin = twin or find_twin(scene)
    server = scene.server
    place = "its map" if server is ServerName.NGINX else "its list of origins"
    if twin is not None:
        slip = {True: "with a slash at its end, which no browser sends"}.get(
            twin == f"{origin}/", "and not the page's own"
        )
        code = CauseCode.TRAILING_SLASH if twin == f"{origin}/" else CauseCode.SPELLING
        cause = (
            f"The server decides by the origin, and lets {twin} in, {slip}: it compares every character of {origin}."
        )
        text = f"Write {origin} {'in place of' if twin.endswith('/') else 'beside'} {twin} in {place}."
        return scene.conclude(code, cause, Remedy(text))
    cause = (
        f"The server decides by the origin (Vary: Origin), and does not let {origin} in: {place} does not have it, "
        "spelled exactly so, with its scheme and port and without a slash at the end."
    )
    return scene.conclude(CauseCode.NOT_IN_LIST, cause, Remedy(f"Add {origin} to {place}."))


def _judge_beside(scene: Scene, path: str, status: int) -> Diagnosis:
    """Judge a URL that is not shared beside one that is."""
    told = f"{path} of the same server ({status}) is shared, but {scene.url.path} is not"
    server = scene.server
    if server is ServerName.NGINX:
        cause = (
            f"{scene.subject} {_list(scene)}. {told}: in nginx, a location that has its own add_header inherits "
            "none of those outside it"
        )
        own = [
            n
            for n, _ in scene.response.headers
            if n.lower() in ("cache-control", "strict-transport-security", "expires")
        ]
        cause += f" (here that of {join_words(own)})." if own else "."
        text = "Repeat the add_header lines in this location."
        task = Task.PREFLIGHT if scene.is_preflight else Task.SET
        return scene.conclude(CauseCode.NOT_INHERITED, cause, scene.write(scene.plan(task), text))
    if server is not None and server.is_proxy:
        cause = (
            f"{scene.subject} {_list(scene)}. {told}: what sets the header in {server.title} does not cover this path."
        )
        text = "Make it cover this path as well."
        return scene.conclude(CauseCode.NOT_INHERITED, cause, _share(scene, text))
    cause = (
        f"{scene.subject} {_list(scene)}. {told}: this route answers before the CORS middleware does, or the "
        "other paths. Middleware counts in the order in which it is written."
    )
    text = "Move the line that uses the CORS middleware above this route."
    return scene.conclude(CauseCode.BEFORE_CORS, cause, scene.write(scene.plan(Task.SET), text))
