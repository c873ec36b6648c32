"""Cases of several requests: redirects, the preflight cache, cookies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .answers import draw_age, head
from .cases import ALLOWING, SHARING, Answer, Hop, Step
from .draw import Draw
from .families import draw_simple
from .requests import HINTS, draw_credentials, draw_step, draw_target

LOCATIONS: Final = (
    *("{to}", "{to}", "{to}", "{to}", "{to}", "{to}", "{to}#f", "{to}?q", "{to}?a=b#c", "{path}", "//{host}{path}"),
    *(
        "http://u:p@{host}{path}",
        "http://u@{host}{path}",
        "data:text/plain,x",
        "about:blank",
        "mailto:a@b",
        "http://",
        "",
    ),
)


def redirects(draw: Draw) -> list[Step]:
    """Redirects between the three servers, each with answers of its own."""
    step = draw_step(draw, headers=2) if draw.chance(0.2) else draw_simple(draw)
    step["target"] = draw.choice(("api", "api2", "page"))
    step["headers"] = [pair for pair in step.get("headers", []) if pair[0].title() not in _HINTS]
    count = draw.weigh({1: 6.0, 2: 4.0, 3: 2.0, 4: 1.0, 20: 0.3, 21: 0.3})
    server, hops = step["target"], {}
    for number in range(count):
        target = server if count > 4 or draw.chance(0.3) else draw.choice(("api", "api2", "page"))
        path = f"/c/{{id}}/{number + 1}"
        place = {"{to}": f"{{{target}}}{path}", "{path}": path, "{host}": f"{_HOST[target]}:{{{target}-port}}"}
        location = draw.choice(LOCATIONS) if count <= 4 else "{to}"
        for word, meaning in place.items():
            location = location.replace(word, meaning)
        actual: Answer = {
            "status": draw.choice((301, 302, 303, 307, 308)),
            "headers": [*_share(draw), ("Location", location)],
        }
        if draw.chance(0.02):
            del actual["headers"][-1]
        hop: Hop = {"actual": actual}
        if draw.chance(0.2):
            hop["preflight"] = {"status": 204, "headers": [*_share(draw), *ALLOWING["headers"][2:]]}
        hops[str(number)] = hop
        server = target
    hops[str(count)] = {"actual": {"status": 200, "headers": _share(draw), "body": "ok"}}
    if draw.chance(0.3):
        hops[str(count)]["preflight"] = {"status": 204, "headers": [*_share(draw), *ALLOWING["headers"][2:]]}
    step["hops"] = hops
    if step["api"] == "fetch" and draw.chance(0.25):
        step["redirect"] = draw.choice(("error", "manual", "follow"))
    if draw.chance(0.2):
        step["suffix"] = draw.choice(("#frag", "?a=1", "?a#b"))
    return [step]


_HOST: Final = {"page": "localhost", "api": "127.0.0.1", "api2": "localhost"}


_HINTS: Final = {name.title() for name in HINTS}


def _share(draw: Draw) -> list[tuple[str, str]]:
    """Return what a hop's answer says of who may read it."""
    origin = draw.weigh({"{origin}": 10.0, "*": 2.0, "{PAGE}": 2.0, "null": 0.7, "": 0.7})
    return [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true")] if origin else []


def preflight_cache(draw: Draw) -> list[Step]:
    """Requests to one URL, of which the later ones may need no preflight."""
    target, api = draw.choice(("api", "api", "api2")), draw.weigh({"fetch": 4.0, "xhr": 1.0})
    methods, names = ("PUT", "PUT", "DELETE", "PATCH", "GET", "POST"), ("X-A", "X-B", "Authorization", "Content-Type")
    credentials = draw_credentials(draw)
    steps: list[Step] = []
    for _ in range(draw.choice((2, 2, 3, 4))):
        step: Step = {"api": api, "target": target, "method": draw.choice(methods)}
        if draw.chance(0.5) and steps:
            step["method"] = steps[-1]["method"]
        chosen = draw.sample(names, draw.choice((0, 0, 1, 1, 2)))
        step["headers"] = [(name, "application/json" if name == "Content-Type" else "1") for name in chosen]
        if steps and draw.chance(0.5):
            step["headers"] = steps[-1]["headers"]
        step["credentials"] = credentials if draw.chance(0.7) else draw_credentials(draw)
        if api == "fetch" and draw.chance(0.12):
            step["cache"] = draw.choice(("no-store", "reload", "no-cache", "force-cache"))
        if api == "xhr" and draw.chance(0.3):
            step["listener"] = True
            step["body"] = {"kind": "string", "value": "a"}
        if draw.chance(0.1):
            step["suffix"] = draw.choice(("?q", "#f"))
        step["hops"] = {"0": _remembered(draw, methods, names)}
        steps.append(step)
    return steps


def _remembered(draw: Draw, methods: Sequence[str], names: Sequence[str]) -> Hop:
    """Return answers that mostly allow the request, and say for how long."""
    listed = draw.weigh({"{acrm}": 3.0, "PUT, DELETE": 2.0, ", ".join(sorted(set(methods))): 3.0, "*": 2.0})
    named = draw.weigh({"{acrh}": 3.0, "X-A": 2.0, ", ".join(names): 3.0, "*": 2.0})
    lines = [("Access-Control-Allow-Methods", listed), ("Access-Control-Allow-Headers", named)]
    age = ["600"] if draw.chance(0.5) else draw_age(draw)
    preflight: Answer = {"status": 204, "headers": [*_share(draw), *lines, *head(draw, age=age)]}
    if draw.chance(0.05):
        preflight["status"] = draw.choice((400, 500, 302))
    hop: Hop = {"preflight": preflight}
    if draw.chance(0.12):
        hop["actual"] = {"status": 200, "headers": _share(draw), "body": "ok"}
    return hop


def ages(draw: Draw) -> list[Step]:
    """The same request again, after a while."""
    age, wait = draw.choice(("0", "1", "2", "3", "5", "10", "abc", "", "-1", "+9", "9,9")), draw.choice((1.6, 3.6, 6.5))
    lines = [*ALLOWING["headers"], ("Access-Control-Max-Age", age)]
    step = draw_simple(draw)
    step["method"] = draw.choice(("PUT", "DELETE"))
    step["hops"] = {"0": {"preflight": {"status": 204, "headers": lines if draw.chance(0.9) else lines[:-1]}}}
    return [step, step, {**step, "wait": wait}]


def cookies(draw: Draw) -> list[Step]:
    """A cookie that one response sets, and the next request."""
    attributes = [draw.choice(("SameSite=Lax", "SameSite=Strict", "SameSite=None", "SameSite=None; Secure", "", ""))]
    attributes += [
        draw.choice(("HttpOnly", "Secure", "Max-Age=0", "Max-Age=600", "Path=/c/{id}/", "Path=/other", "", "", ""))
    ]
    name = draw.choice(("a", "a", "__Host-a", "__Secure-a"))
    line = "; ".join([f"{name}=1", "Path=/c/{id}", *filter(None, attributes)])
    first: Step = {"api": "fetch", "target": draw_target(draw), "method": "GET", "credentials": "include"}
    if draw.chance(0.2):
        first["credentials"] = draw_credentials(draw)
    first["hops"] = {"0": {"actual": {**SHARING, "headers": [*SHARING["headers"], ("Set-Cookie", line)]}}}
    if draw.chance(0.1):
        first["hops"]["0"]["actual"]["headers"] = [("Set-Cookie", line)]
    second: Step = {"api": draw.choice(("fetch", "xhr")), "target": first["target"], "method": "GET"}
    if draw.chance(0.2):
        second["target"] = draw_target(draw)
    second["credentials"] = draw_credentials(draw)
    if draw.chance(0.3):
        second["method"] = "PUT"
    if draw.chance(0.1) and second["api"] == "fetch" and second["method"] == "GET":
        second["mode"] = "no-cors"
    return [first, second]
