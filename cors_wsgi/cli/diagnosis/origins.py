"""What is wrong with an Access-Control-Allow-Origin that was sent."""

from __future__ import annotations

import re
from typing import Final

from cors_wsgi.browser.headers import get_header
from cors_wsgi.browser.slips import advise_one_name, find_slip
from cors_wsgi.browser.urls import parse_url
from cors_wsgi.fetch import ALLOW_CREDENTIALS, ALLOW_ORIGIN, VARY

from .model import CauseCode, Diagnosis, Remedy
from .plans import GUARDED, Task
from .scene import Scene
from .servers import ServerName

_PLACEHOLDER: Final = re.compile(r"\(null\)|undefined|None|nil|\[object .*\]|.*[$%]\{?\w+.*|.*\{\{?.*\}\}?.*")
"""What is written where a variable was not set, or not filled in."""


def judge_value(scene: Scene) -> Diagnosis | None:
    """Return what is wrong with the value, or None where it is missing or right."""
    if scene.allowed is None:
        return None
    values = [value for name, value in scene.response.headers if name.lower() == ALLOW_ORIGIN.lower()]
    parts = [part for value in values for part in re.split(r"[,\s]+", value) if part]
    several = list(dict.fromkeys(parts))
    if len(parts) > 1 and len(several) == 1:
        return judge_twice(scene, ALLOW_ORIGIN, parts)
    if len(values) > 1 or len(several) > 1:
        return _judge_several(scene, values, several)
    if scene.allowed == "*":
        return _judge_star(scene) if scene.asked.include else None
    if scene.allowed == scene.asked.origin:
        return None
    return _judge_other(scene, scene.allowed)


def judge_twice(scene: Scene, header: str, values: list[str]) -> Diagnosis:
    """Return the diagnosis of a header that came more than once, each time with the same value."""
    count = "twice" if len(values) == 2 else f"{len(values)} times"
    cause = f"Two layers set {header}: it came {count}, each time as {values[0]}. Browsers accept only one."
    server = scene.server
    if server is ServerName.APACHE and not scene.seen.is_passed_on:
        cause += " In Apache, `Header set` and `Header always set` fill two tables, and both are sent."
        text = f"Remove the line `Header set {header}` (or `Header add`), and keep only `Header always set`."
        return scene.conclude(CauseCode.TWO_LAYERS, cause, Remedy(text))
    if server is not None and server.is_proxy:
        cause += f" Here {server.title} and the app behind it do."
        text = f"Let only one of them set it: remove the line from {server.title}, or drop there what the app sends:"
        pairs = [(name, "") for name in GUARDED if name == header or _is_twice(scene, name)]
        return scene.conclude(CauseCode.TWO_LAYERS, cause, scene.write(scene.plan(Task.ONE_LAYER, pairs=pairs), text))
    cause += " Here they are the app and the proxy in front of it, or two middlewares of the app."
    text = (
        f"Let only one of them set it: remove the line that adds {header} from the proxy, or the second "
        "middleware from the app."
    )
    return scene.conclude(CauseCode.TWO_LAYERS, cause, Remedy(text))


def _is_twice(scene: Scene, name: str) -> bool:
    """Tell whether a header came twice, in two lines or, as some proxies join them, in one."""
    return "," in (get_header(scene.response.headers, name.lower()) or "")


def _judge_several(scene: Scene, values: list[str], several: list[str]) -> Diagnosis:
    how = "in one value" if len(values) == 1 else f"in {len(values)} lines"
    cause = (
        f"{ALLOW_ORIGIN} lists several origins {how} ({', '.join(values)}). Only one is allowed: the server must "
        "answer each origin with that origin alone."
    )
    text = "Compare the request's Origin with the list, and send back the one that matches, with Vary: Origin."
    origins = [origin for origin in several if (url := parse_url(origin)) is not None and url.origin == origin]
    return scene.conclude(CauseCode.SEVERAL_ORIGINS, cause, scene.write(scene.plan(Task.LIST, *origins), text))


def _judge_star(scene: Scene) -> Diagnosis:
    cause = f"{scene.subject} has {ALLOW_ORIGIN}: *, which browsers do not accept for a request with credentials"
    if get_header(scene.response.headers, ALLOW_CREDENTIALS.lower()) is None:
        cause += f"; {ALLOW_CREDENTIALS} is missing, too"
    text = f"Name the origin in place of *, and send {ALLOW_CREDENTIALS}: true; or fetch without credentials."
    return scene.conclude(CauseCode.WILDCARD_WITH_CREDENTIALS, f"{cause}.", scene.write(scene.plan(Task.SET), text))


def _judge_other(scene: Scene, allowed: str) -> Diagnosis:
    origin = scene.asked.origin
    bare = allowed.strip("\"'` ")
    if bare != allowed:
        cause = f"The value of {ALLOW_ORIGIN} has quotes in it: {allowed}, with its quotation marks, is not an origin."
        wanted = "*" if bare == "*" and not scene.asked.include else origin
        pairs = [(name, wanted if name == ALLOW_ORIGIN else value) for name, value in scene.wanted]
        pairs = [pair for pair in pairs if wanted != "*" or pair[0] != VARY]
        return scene.conclude(
            CauseCode.QUOTES,
            cause,
            scene.write(scene.plan(Task.SET, pairs=pairs), "Write it without the inner quotes."),
        )
    if not allowed or _PLACEHOLDER.fullmatch(allowed):
        return _judge_placeholder(scene, allowed)
    if "*" in allowed:
        cause = (
            f"{ALLOW_ORIGIN} is {allowed}, which browsers do not treat as a pattern: they accept only a bare *. The "
            "server must compare, and send back the one origin that asked."
        )
        text = f"Send back the origin that matches, {origin}, with Vary: Origin."
        return scene.conclude(CauseCode.PATTERN, cause, scene.write(scene.plan(Task.LIST), text))
    slip = find_slip(origin, allowed)
    if slip is not None:
        is_name_s = slip.name == "loopback-name"
        one_name = (
            advise_one_name({"origin": origin, "value": allowed, "url": scene.exchange.url}) if is_name_s else None
        )
        code = {"trailing-slash": CauseCode.TRAILING_SLASH}.get(slip.name, CauseCode.SPELLING)
        if one_name is not None:
            return scene.conclude(code, f"{slip.text}", Remedy(one_name), shows_wanted=False)
        is_origin = (url := parse_url(allowed)) is not None and url.origin == allowed
        plan = scene.plan(Task.LIST, allowed) if is_origin else scene.plan(Task.SET)
        text = f"Make the server name {origin}, spelled exactly so{', as well' if is_origin else ''}."
        return scene.conclude(code, slip.text, scene.write(plan, text))
    if (cached := find_cache(scene)) and is_right_when_fresh(scene):
        return judge_cached(scene, cached, f"was made for {allowed}")
    if parse_url(allowed) is None and allowed != "null":
        cause = (
            f"{ALLOW_ORIGIN} is {allowed!r}, which is not an origin: an origin has a scheme and a host, and no path."
        )
        return scene.conclude(
            CauseCode.SPELLING, cause, scene.write(scene.plan(Task.SET), f"Write the page's origin: {origin}.")
        )
    cause = f"{scene.subject} names another origin: {allowed}, not {origin}."
    text = f"Make the server allow {origin} as well: it must answer each origin with that origin, and Vary: Origin."
    return scene.conclude(CauseCode.OTHER_ORIGIN, cause, scene.write(scene.plan(Task.LIST, allowed), text))


def _judge_placeholder(scene: Scene, allowed: str) -> Diagnosis:
    origin = scene.asked.origin
    if allowed == "(null)":
        cause = (
            f"{ALLOW_ORIGIN} is (null): Apache writes that for %{{NAME}}e where the variable is not set, so the "
            f"SetEnvIf that sets it does not match {origin}"
        )
        if twin := find_twin(scene):
            cause += f"; it does match {twin}"
        text = "Make SetEnvIf match the page's origin too, and send the header only if the variable is set (env=NAME)."
        plan = scene.plan(Task.LIST, variable="NAME")
        return scene.conclude(CauseCode.UNSET_VARIABLE, f"{cause}.", scene.write(plan, text, ServerName.APACHE))
    value = repr(allowed) if allowed else "empty"
    cause = f"{ALLOW_ORIGIN} is {value}: a variable that was not filled in."
    text = f"Set the variable, or write the page's origin itself: {origin}."
    return scene.conclude(CauseCode.UNSET_VARIABLE, cause, scene.write(scene.plan(Task.SET), text))


def find_twin(scene: Scene) -> str | None:
    """Return an origin that the server lets in and that differs from the page's only by a slip, or None."""
    if scene.looks is None or scene.asked.origin == "null":
        return None
    url = parse_url(scene.asked.origin)
    if url is None or not url.is_http:
        return None
    other = "http" if url.scheme == "https" else "https"
    host = url.host.removeprefix("www.") if url.host.startswith("www.") else f"www.{url.host}"
    port = "" if url.port is None else f":{url.port}"
    twins = [f"{scene.asked.origin}/", f"{other}://{url.host}{port}", f"{url.scheme}://{host}{port}"]
    for twin in twins:
        response = scene.looks.get(twin)
        if response is not None and get_header(response.headers, ALLOW_ORIGIN.lower()) == twin:
            return twin
    return None


_CACHES: Final = (
    "x-cache",
    "x-cache-status",
    "cf-cache-status",
    "x-proxy-cache",
    "x-drupal-cache",
    "x-varnish-cache",
    "cdn-cache",
)
_HIT: Final = re.compile(r"\b(?:hit|stale|revalidated|updating)", re.IGNORECASE)


def find_cache(scene: Scene) -> str | None:
    """Return the header which says that the answer comes from a cache, or None."""
    headers = scene.response.headers
    for name, value in headers:
        lower = name.lower()
        if lower in _CACHES and _HIT.search(value):
            return f"{name}: {value}"
        if lower == "x-varnish" and len(value.split()) > 1:
            return f"{name}: {value}"
        if lower == "age" and value.isdigit() and int(value) > 0:
            return f"{name}: {value}"
    return None


def is_right_when_fresh(scene: Scene) -> bool:
    """Tell whether the page is let in where no cache answers; assume so if nothing more may be asked."""
    if scene.looks is None:
        return True
    fresh = scene.looks.get_fresh()
    return fresh is None or scene.is_shared(fresh)


def judge_cached(scene: Scene, said: str, made_for: str) -> Diagnosis:
    """Return the diagnosis of an answer that a cache gave to the wrong page."""
    cause = (
        f"The answer comes from a cache ({said}), and {made_for}: without Vary: Origin, a cache stores one answer for "
        "everybody."
    )
    text = "Send Vary: Origin on every answer for this URL, even to requests without Origin, and empty the cache"
    remedy = scene.write(scene.plan(Task.VARY), text, scene.server)
    text += "; or make the cache store an answer for each origin:" if remedy.pieces else "."
    return Diagnosis(
        CauseCode.CACHED, cause, Remedy(text, remedy.where, remedy.pieces), (("", "200 OK"), *scene.wanted)
    )
