"""What servers may answer: the CORS headers and statuses, drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .cases import Answer, Headers
from .draw import Draw

ORIGIN: Final = [*"http://localhost:", "{page-port}"]
"""The page's origin in parts, of which the port is one."""

OTHER_ORIGINS: Final = (
    *("null", "Null", "https://localhost:{page-port}", "http://localhost", "http://localhost:0{page-port}", "file://"),
    *("http://LOCALHOST:{page-port}", "http://localhost:{page-port}/", "http://localhost.:{page-port}", "localhost"),
    *(
        "http://127.0.0.1:{page-port}",
        "HTTP://localhost:{page-port}",
        "http://*:{page-port}",
        "http://localhost:*",
        "**",
    ),
    *(
        "{api}",
        "{api2}",
        "",
        " ",
        ",",
        "*,*",
        "*, {PAGE}",
        "{PAGE},{PAGE}",
        "{PAGE} {PAGE}",
        "{PAGE},",
        '"{PAGE}"',
        "*.",
    ),
    *(
        "http://user@localhost:{page-port}",
        "//localhost:{page-port}",
        "{PAGE}?",
        "{PAGE}#",
        "{PAGE};",
        "undefined",
        "true",
    ),
)

CREDENTIALS: Final = (
    "true",
    "True",
    "TRUE",
    "false",
    "1",
    "",
    "*",
    "true,true",
    "true ",
    '"true"',
    "yes",
    "true;",
    "t",
)

AGES: Final = (
    "0",
    "1",
    "5",
    "600",
    "-1",
    "+5",
    "abc",
    "5s",
    "",
    "5,5",
    "5.5",
    "00600",
    '"600"',
    " 600 ",
    "1e3",
    "0x10",
    "*",
)

STATUSES: Final = (
    200,
    201,
    202,
    203,
    204,
    205,
    206,
    226,
    299,
    300,
    304,
    400,
    401,
    403,
    404,
    405,
    410,
    418,
    429,
    500,
    503,
)

SHOWN: Final = ("X-A", "x-b", "X-Total", "ETag", "Location", "Expires", "Last-Modified", "Pragma", "Content-Language")


def draw_origin(draw: Draw, *, right: float = 0.5) -> list[str]:
    """Return the values of Access-Control-Allow-Origin, one a line."""
    if draw.chance(right):
        return [draw.choice(("{origin}", "{PAGE}", "{origin}", "*"))]
    kind = draw.weigh({"missing": 1.0, "other": 4.0, "mutated": 4.0, "space": 1.0, "two": 1.0})
    if kind == "missing":
        return []
    if kind == "other":
        return [draw.choice(OTHER_ORIGINS)]
    if kind == "mutated":
        return ["".join(draw.mutate_parts(ORIGIN if draw.chance(0.9) else "null", draw.randint(1, 2)))]
    if kind == "space":
        return [
            draw.choice((" ", "\t", "  ", ""))
            + draw.choice(("{origin}", "*"))
            + draw.choice((" ", "\t", " \t", "\x0b"))
        ]
    return [draw.choice(("{origin}", "*", "", "null", "{api}")) for _ in range(2)]


def draw_allow_credentials(draw: Draw, *, right: float = 0.6) -> list[str]:
    if draw.chance(right):
        return ["true"]
    kind = draw.weigh({"missing": 2.0, "other": 4.0, "mutated": 2.0, "two": 1.0})
    if kind == "missing":
        return []
    if kind == "other":
        return [draw.choice(CREDENTIALS)]
    if kind == "mutated":
        return [draw.mutate("true")]
    return [draw.choice(("true", "", "false")) for _ in range(2)]


def draw_list(draw: Draw, wanted: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return lines of a list that has what is wanted, most of the time."""
    names = [draw.recase(name) if draw.chance(0.3) else name for name in wanted if draw.chance(0.85)]
    names += draw.some(others, 3)
    if draw.chance(0.2):
        names.append("*")
    draw.shuffle(names)
    if not names and draw.chance(0.5):
        return []
    lines: list[str] = []
    while names:
        count = draw.randint(1, len(names))
        comma = draw.choice((",", ", ", ",\t", " , ", ",,", ", ,"))
        lines.append(comma.join(names[:count]) + ("," if draw.chance(0.05) else ""))
        names = names[count:]
        if lines and draw.chance(0.7):
            lines[-1] = comma.join([lines[-1], *names])
            break
    lines = lines or [draw.choice(("", " ", ","))]
    if draw.chance(0.2):
        lines[-1] = draw.mutate(lines[-1], draw.randint(1, 2))
    return lines


def draw_age(draw: Draw) -> list[str]:
    kind = draw.weigh({"missing": 3.0, "given": 5.0, "mutated": 1.0, "two": 0.3})
    if kind == "missing":
        return []
    if kind == "two":
        return [draw.choice(AGES), draw.choice(AGES)]
    text = draw.choice(AGES)
    return [draw.mutate(text) if kind == "mutated" else text]


def draw_status(draw: Draw, *, right: float = 0.7) -> int:
    return draw.choice((200, 204)) if draw.chance(right) else draw.choice(STATUSES)


def head(draw: Draw, **lines: Sequence[str]) -> Headers:
    """Return header lines, the names `Access-Control-...` in some case of letters."""
    names = {
        "origin": "Access-Control-Allow-Origin",
        "credentials": "Access-Control-Allow-Credentials",
        "methods": "Access-Control-Allow-Methods",
        "headers": "Access-Control-Allow-Headers",
        "expose": "Access-Control-Expose-Headers",
        "age": "Access-Control-Max-Age",
    }
    return [
        (names[name] if len(values) > 1 else draw.recase(names[name]), value)
        for name, values in lines.items()
        for value in values
    ]


def draw_preflight(draw: Draw, methods: Sequence[str], names: Sequence[str], *, right: float = 0.8) -> Answer:
    """Return an answer to a preflight for a request of one of these methods with headers of these names."""
    return {
        "status": draw_status(draw, right=right),
        "headers": head(
            draw,
            origin=draw_origin(draw, right=right),
            credentials=draw_allow_credentials(draw, right=right),
            methods=["{acrm}"] if draw.chance(right / 2) else draw_list(draw, methods, ("GET", "POST", "put", "X")),
            headers=["{acrh}"] if draw.chance(right / 2) else draw_list(draw, names, ("X-A", "content-type", "Range")),
            age=draw_age(draw),
        ),
    }


def draw_actual(draw: Draw, *, right: float = 0.8) -> Answer:
    """Return an answer to an actual request, with headers that may be exposed."""
    # Two lines of Location or of a date are bad HTTP, on which browsers differ for reasons that are not CORS.
    shown = draw.sample(SHOWN, draw.randint(0, 4)) + ["x-b"] * draw.chance(0.2)
    more: Headers = [(draw.recase(name), draw.value(8)) for name in shown]
    if draw.chance(0.1):
        more.append(("Set-Cookie", "a=b; Path=/c/{id}"))
    headers = head(
        draw,
        origin=draw_origin(draw, right=right),
        credentials=draw_allow_credentials(draw, right=right),
        expose=draw_list(draw, shown, ("X-None", "set-cookie", "Vary")) if draw.chance(0.7) else [],
    )
    return {"status": draw_status(draw, right=right), "headers": [*headers, *more], "body": "ok"}
