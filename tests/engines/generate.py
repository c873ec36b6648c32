"""Cases, made at random and the same for the same seed; each family asks about one part of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from .answers import draw_actual, draw_age, draw_allow_credentials, draw_list, draw_origin, draw_preflight, draw_status, head
from .cases import ALLOWING, SHARED, SHARING, Answer, Case, Hop, Step
from .draw import Draw
from .requests import (
    draw_body,
    draw_content_type,
    draw_credentials,
    draw_headers,
    draw_heavy_headers,
    draw_range,
    draw_step,
    draw_target,
)

Family = Callable[[Draw], list[Step]]


def draw_simple(draw: Draw) -> Step:
    """Return a request that is well-formed: about its answers something is asked."""
    api = draw.weigh({"fetch": 3.0, "xhr": 1.0})
    method = draw.weigh({"GET": 3.0, "POST": 1.0, "PUT": 3.0, "DELETE": 1.0, "PATCH": 1.0, "patch": 0.5, "HEAD": 0.5})
    names = draw.sample(("X-A", "x-b", "Authorization", "Content-Type", "If-Match"), draw.choice((0, 0, 1, 1, 2, 3)))
    step: Step = {"api": api, "target": draw.choice(("api", "api", "api2")), "method": method}
    step["headers"] = [(name, "application/json" if name == "Content-Type" else "1") for name in names]
    step["credentials"] = draw_credentials(draw)
    return step


def names_of(step: Step) -> list[str]:
    return [name for name, _ in step.get("headers", [])]


def any_request(draw: Draw) -> list[Step]:
    """Any request, to servers that allow it."""
    return [draw_step(draw)]


def content_type(draw: Draw) -> list[Step]:
    step = draw_step(draw, headers=0)
    step["method"] = draw.choice(("POST", "POST", "PUT", "GET"))
    step["headers"] = [("Content-Type", draw_content_type(draw))]
    if step["method"] != "GET" and draw.chance(0.5):
        step["body"] = draw_body(draw, step["api"])
    else:
        step.pop("body", None)
    return [step]


def range_header(draw: Draw) -> list[Step]:
    step = draw_step(draw, headers=1)
    step["headers"] = [*step.get("headers", []), (draw.recase("Range"), draw_range(draw))]
    return [step]


def total_size(draw: Draw) -> list[Step]:
    """Safelisted values of about 1024 bytes in all."""
    step = draw_step(draw, headers=0)
    step["headers"] = draw_heavy_headers(draw)
    return [step]


def allow_origin(draw: Draw) -> list[Step]:
    step = draw_simple(draw)
    credentials = draw_allow_credentials(draw, right=0.9)
    lines = head(draw, origin=draw_origin(draw, right=0.15), credentials=credentials)
    hop: Hop = {}
    where = draw.choice(("preflight", "actual", "both"))
    if where != "actual":
        hop["preflight"] = {"status": 204, "headers": [*lines, *ALLOWING["headers"][2:]]}
    if where != "preflight":
        hop["actual"] = {"status": 200, "headers": lines, "body": "ok"}
    step["hops"] = {"0": hop}
    return [step]


def allow_credentials(draw: Draw) -> list[Step]:
    step = draw_simple(draw)
    step["credentials"] = draw.weigh({"include": 5.0, "same-origin": 1.0})
    origin = draw.weigh({"{origin}": 6.0, "*": 1.0, "{PAGE}": 1.0})
    lines = head(draw, origin=[origin], credentials=draw_allow_credentials(draw, right=0.1))
    hop: Hop = {}
    where = draw.choice(("preflight", "actual", "both"))
    if where != "actual":
        hop["preflight"] = {"status": 204, "headers": [*lines, *ALLOWING["headers"][2:]]}
    if where != "preflight":
        hop["actual"] = {"status": 200, "headers": lines, "body": "ok"}
    step["hops"] = {"0": hop}
    return [step]


def allow_methods(draw: Draw) -> list[Step]:
    step = draw_simple(draw)
    methods = draw_list(draw, [step["method"]], ("GET", "POST", "put", "DELETE", "OPTIONS", "get", "X_Y", "Patch"))
    lines = [*SHARED, *head(draw, methods=methods), ("Access-Control-Allow-Headers", "{acrh}")]
    step["hops"] = {"0": {"preflight": {"status": draw.choice((200, 204)), "headers": lines}}}
    return [step]


def allow_headers(draw: Draw) -> list[Step]:
    step = draw_step(draw) if draw.chance(0.4) else draw_simple(draw)
    names = draw_list(draw, names_of(step), ("X-A", "content-type", "AUTHORIZATION", "Range", "accept", "x-y_z"))
    lines = [*SHARED, *head(draw, headers=names), ("Access-Control-Allow-Methods", "{acrm}")]
    step["hops"] = {"0": {"preflight": {"status": 204, "headers": lines}}}
    return [step]


def expose_headers(draw: Draw) -> list[Step]:
    step = draw_simple(draw)
    step["hops"] = {"0": {"actual": draw_actual(draw, right=0.97)}}
    return [step]


def statuses(draw: Draw) -> list[Step]:
    step = draw_simple(draw)
    step["hops"] = {
        "0": {
            "preflight": {**ALLOWING, "status": draw_status(draw, right=0.4)},
            "actual": {**SHARING, "status": draw_status(draw, right=0.3)},
        }
    }
    return [step]


def anything(draw: Draw) -> list[Step]:
    """Any request, and any answer."""
    step = draw_step(draw, headers=3)
    preflight = draw_preflight(draw, [step["method"]], names_of(step))
    step["hops"] = {"0": {"preflight": preflight, "actual": draw_actual(draw)}}
    return [step]


def modes(draw: Draw) -> list[Step]:
    """The request modes, redirect modes and referrer policies of fetch()."""
    step = draw_step(draw, headers=3)
    step["api"] = "fetch"
    for name in ("listener", "sync"):
        step.pop(name, None)
    if step.get("body", {}).get("kind") in ("document", "xmldocument"):
        del step["body"]
    step["mode"] = draw.weigh({"no-cors": 5.0, "same-origin": 2.0, "cors": 1.0})
    if step["mode"] == "no-cors" and draw.chance(0.9):
        step["method"] = draw.choice(("GET", "POST", "HEAD", "post"))
    if draw.chance(0.3):
        policies = ("", "no-referrer", "same-origin", "origin", "strict-origin", "unsafe-url", "no-referrer-when-downgrade")
        step["referrerPolicy"] = draw.choice(policies)
    if draw.chance(0.3):
        step["redirect"] = draw.choice(("follow", "error", "manual"))
    actual: Answer = {**SHARING, "headers": list(SHARING["headers"])}
    if draw.chance(0.4):
        policy = draw.choice(("same-origin", "same-site", "cross-origin", "Same-Origin", "same-origin, same-site", ""))
        actual["headers"].append(("Cross-Origin-Resource-Policy", policy))
    if draw.chance(0.3):
        actual["headers"] = actual["headers"][2:]
    step["hops"] = {"0": {"actual": actual}}
    return [step]


def streams(draw: Draw) -> list[Step]:
    """A stream as the body, over HTTP/1.1, to which no browser sends one."""
    step = draw_simple(draw)
    step["api"] = "fetch"
    step["method"] = draw.choice(("POST", "PUT", "PATCH"))
    step["body"] = {"kind": "stream", "value": "a"}
    if draw.chance(0.85):
        step["duplex"] = "half"
    if draw.chance(0.2):
        step["mode"] = draw.choice(("cors", "no-cors"))
    if draw.chance(0.3):
        step["hops"] = {"0": {"preflight": draw_preflight(draw, [step["method"]], names_of(step))}}
    return [step]


LOCATIONS: Final = (
    *("{to}", "{to}", "{to}", "{to}", "{to}", "{to}", "{to}#f", "{to}?q", "{to}?a=b#c", "{path}", "//{host}{path}"),
    *("http://u:p@{host}{path}", "http://u@{host}{path}", "data:text/plain,x", "about:blank", "mailto:a@b", "http://", ""),
)


def redirects(draw: Draw) -> list[Step]:
    """Redirects between the three servers, each with answers of its own."""
    step = draw_step(draw, headers=2) if draw.chance(0.2) else draw_simple(draw)
    step["target"] = draw.choice(("api", "api2", "page"))
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
    attributes += [draw.choice(("HttpOnly", "Secure", "Max-Age=0", "Max-Age=600", "Path=/c/{id}/", "Path=/other", "", "", ""))]
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


def authentication(draw: Draw) -> list[Step]:
    """Answers with status 401, and user names in URLs, where no browser asks its user."""
    step = draw_simple(draw)
    step["credentials"] = draw.choice(("omit", "same-origin"))
    more = [("WWW-Authenticate", draw.choice(('Basic realm="a"', "Bearer", 'Digest realm="a"')))] if draw.chance(0.6) else []
    where = draw.choice(("preflight", "actual"))
    answer: Answer = {**(ALLOWING if where == "preflight" else SHARING), "status": 401}
    answer["headers"] = [*answer["headers"], *more]
    step["hops"] = {"0": {where: answer}}
    return [step]


FAMILIES: Final[dict[str, tuple[Family, float]]] = {
    "request": (any_request, 14),
    "content-type": (content_type, 8),
    "range": (range_header, 5),
    "total-size": (total_size, 2),
    "allow-origin": (allow_origin, 9),
    "allow-credentials": (allow_credentials, 5),
    "allow-methods": (allow_methods, 6),
    "allow-headers": (allow_headers, 7),
    "expose-headers": (expose_headers, 7),
    "status": (statuses, 3),
    "anything": (anything, 10),
    "mode": (modes, 6),
    "stream": (streams, 2),
    "redirect": (redirects, 11),
    "preflight-cache": (preflight_cache, 11),
    "age": (ages, 1.5),
    "cookie": (cookies, 3),
    "authentication": (authentication, 1.5),
}
"""The families, and how likely each is."""


def generate_case(family: str, seed: int, number: int) -> Case:
    """Return the case with the id `family-seed-number`."""
    name = f"{family}-{seed}-{number}"
    draw = Draw(name)
    return {"id": name, "opaque": draw.chance(0.07), "steps": FAMILIES[family][0](draw)}


def generate_cases(seed: int, count: int, families: Sequence[str] = tuple(FAMILIES)) -> Iterator[Case]:
    """Yield so many cases, the same for the same seed."""
    weights = {name: weight for name, (_, weight) in FAMILIES.items() if name in families}
    draw = Draw(seed)
    for number in range(count):
        yield generate_case(draw.weigh(weights), seed, number)


def find_case(name: str) -> Case:
    """Return the case of that id, as a comparison printed it."""
    family, seed, number = name.rsplit("-", 2)
    return generate_case(family, int(seed), int(number))
