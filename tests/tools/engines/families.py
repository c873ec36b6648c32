"""Cases of one request: what scripts may request and servers may answer, a family for each part of the protocol."""

from __future__ import annotations

from .answers import (
    draw_actual,
    draw_allow_credentials,
    draw_list,
    draw_origin,
    draw_preflight,
    draw_status,
    head,
)
from .cases import ALLOWING, SHARED, SHARING, Answer, Hop, Step
from .draw import Draw
from .requests import (
    draw_body,
    draw_content_type,
    draw_credentials,
    draw_heavy_headers,
    draw_range,
    draw_step,
)


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
        policies = (
            "",
            "no-referrer",
            "same-origin",
            "origin",
            "strict-origin",
            "unsafe-url",
            "no-referrer-when-downgrade",
        )
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


def authentication(draw: Draw) -> list[Step]:
    """Answers with status 401, and user names in URLs, where no browser asks its user."""
    step = draw_simple(draw)
    step["credentials"] = draw.choice(("omit", "same-origin"))
    more = (
        [("WWW-Authenticate", draw.choice(('Basic realm="a"', "Bearer", 'Digest realm="a"')))]
        if draw.chance(0.6)
        else []
    )
    where = draw.choice(("preflight", "actual"))
    answer: Answer = {**(ALLOWING if where == "preflight" else SHARING), "status": 401}
    answer["headers"] = [*answer["headers"], *more]
    step["hops"] = {"0": {where: answer}}
    return [step]
