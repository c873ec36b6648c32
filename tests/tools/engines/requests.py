"""What a script may request: methods, headers, bodies and options, drawn at random."""

from __future__ import annotations

from typing import Final

from .cases import Body, Step
from .draw import Draw

METHODS: Final = {"GET": 8.0, "POST": 6.0, "HEAD": 2.0, "PUT": 4.0, "DELETE": 2.0, "PATCH": 2.0, "OPTIONS": 1.0}

ODD_METHODS: Final = (
    *("get", "Post", "head", "put", "Delete", "options", "patch", "Patch", "query", "QUERY", "PROPFIND", "LINK"),
    *("TRACE", "trace", "CONNECT", "Track", "GETX", "XGET", "*", "!#$%&'*+-.^_`|~", "A B", "", "G\xc9T", "GET,POST"),
)

CUSTOM: Final = (
    *("X-A", "x-b", "X-C", "X-Requested-With", "Authorization", "Cache-Control", "Pragma", "If-Match", "Last-Event-ID"),
    *(
        "Idempotency-Key",
        "traceparent",
        "Prefer",
        "Content-Encoding",
        "Content-Disposition",
        "Content-Location",
        "Link",
    ),
    *("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "User-Agent", "Accept-Foo", "Ranges", "0", "~"),
    *("Purpose", "Last-Modified", "Expires", "ETag", "Location", "Server", "Vary", "*", "X.A", "X'A", "!", "Upgrade-A"),
    *(
        "Access-Control-Allow-Origin",
        "Access-Control-Max-Age",
        "Access-Control-Request-Foo",
        "Set-Cookie3",
        "Sec",
        "Hosts",
    ),
)

FORBIDDEN: Final = (
    *("Accept-Charset", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method"),
    *("Connection", "Content-Length", "Cookie", "Cookie2", "Date", "DNT", "Expect", "Host", "Keep-Alive", "Origin"),
    *("Referer", "Set-Cookie", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "Proxy-Foo", "Sec-Foo"),
)

INVALID_NAMES: Final = ("", "a b", "a:b", "\xe9", "a,b", "(x)", "x\t", "x\u0100")

HINTS: Final = (
    "DPR",
    "Downlink",
    "Save-Data",
    "Viewport-Width",
    "Width",
    "Device-Memory",
    "RTT",
    "ECT",
    "Intervention",
)

HINT_VALUES: Final = (
    "1",
    "1.5",
    "0",
    "-1",
    "1e3",
    "on",
    "On",
    "off",
    "2g",
    "4g",
    "slow-2g",
    "5g",
    "4G",
    "",
    " 1",
    "+1",
)

TYPES: Final = (
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json", "text/html"),
    *("text/plain;charset=utf-8", "text/plain; charset=UTF-8", 'text/plain;a="b"', "multipart/form-data; boundary=x"),
    *("TEXT/PLAIN", "text/plain,", "application/csp-report", "*/*", "text", "application/x-www-form-urlencoded;a=b;c"),
)

RANGES: Final = (
    "bytes=0-100",
    "bytes=0-",
    "bytes=-5",
    "bytes=5-4",
    "bytes=0-0,1-2",
    "items=0-1",
    "bytes= 0 - 1",
    "bytes",
)

LANGUAGES: Final = ("en", "en-GB, de;q=0.5", "*", "a=b.c;d", "en_GB", "de/en", "fr~", "en(x)", "zh\xe9")

ACCEPTS: Final = (
    "*/*",
    "application/json",
    "text/html, */*;q=0.1",
    'a/b;c="d"',
    "a{b",
    "x[y",
    "image/\xe9",
    "a\x7f",
    "a\tb",
)

BODIES: Final = {
    "string": 6.0,
    "blob": 3.0,
    "formdata": 1.0,
    "urlsearchparams": 1.0,
    "arraybuffer": 1.0,
    "uint8array": 1.0,
}


def draw_method(draw: Draw) -> str:
    if draw.chance(0.85):
        return draw.weigh(METHODS)
    return draw.choice(ODD_METHODS) if draw.chance(0.8) else draw.token()


def draw_content_type(draw: Draw) -> str:
    text = draw.choice(TYPES)
    if draw.chance(0.3):
        text += draw.choice((";", "; ", " ; ", ",", ", ", "/"))
        text += draw.choice((*TYPES, "a=b", 'a="b;c"', "=", "charset=x"))
    if draw.chance(0.5):
        text = draw.mutate(text, draw.randint(1, 3))
    return draw.stretch(text) if draw.chance(0.06) else text


def draw_range(draw: Draw) -> str:
    text = draw.choice(RANGES)
    if draw.chance(0.3):
        first, last = (draw.choice(("", "0", "00", "7", str(2 ** draw.randint(30, 66)))) for _ in range(2))
        text = f"bytes={first}-{last}"
    return draw.mutate(text, draw.randint(1, 2)) if draw.chance(0.4) else text


def draw_value(draw: Draw, name: str) -> str:
    """Return a value for a header that a script sets."""
    lower = name.lower()
    if lower == "content-type":
        return draw_content_type(draw)
    if lower == "range":
        return draw_range(draw)
    pool = {"accept": ACCEPTS, "accept-language": LANGUAGES, "content-language": LANGUAGES}.get(lower)
    if name in HINTS:
        pool = HINT_VALUES
    if "method" in lower:
        pool = ("GET", "PUT", "TRACE", "get, track", "CONNECT ", "TRACES", "a,trace", '"TRACE"')
    if pool is None:
        return draw.value()
    text = draw.choice(pool)
    if draw.chance(0.35) and "method" not in lower:
        text = draw.mutate(text, draw.randint(1, 2))
    return draw.stretch(text) if draw.chance(0.1) else text


def draw_name(draw: Draw) -> str:
    kind = draw.weigh({"safelisted": 5.0, "custom": 5.0, "hint": 1.5, "forbidden": 1.5, "token": 0.7, "invalid": 0.1})
    if kind == "safelisted":
        return draw.choice(("Accept", "Accept-Language", "Content-Language", "Content-Type", "Content-Type", "Range"))
    if kind == "token":
        return draw.token()
    return draw.choice({"custom": CUSTOM, "hint": HINTS, "forbidden": FORBIDDEN, "invalid": INVALID_NAMES}[kind])


def draw_headers(draw: Draw, most: int = 5) -> list[tuple[str, str]]:
    """Return headers, some of them twice, some with a value that no header may have."""
    headers = []
    for _ in range(draw.randint(0, most)):
        name = draw_name(draw)
        for _ in range(2 if draw.chance(0.08) else 1):
            value = draw_value(draw, name)
            if draw.chance(0.01):
                value += draw.choice(("\n", "\r\n", "\0", "a\nb", "\u0100", "a\0b"))
            headers.append((draw.recase(name), value))
    return headers


def draw_heavy_headers(draw: Draw) -> list[tuple[str, str]]:
    """Return safelisted headers whose values together have about 1024 bytes."""
    names = ["Accept", "Accept-Language", "Content-Language", "Content-Type", "Range", *HINTS]
    draw.shuffle(names)
    headers = []
    for name in names[: draw.randint(7, 14)]:
        value = draw_value(draw, name)
        if name.startswith(("Accept", "Content")):
            value = "text/plain;a=" if name == "Content-Type" else "a"
            value += "b" * draw.choice((100, 126, 127, 114, 90))
            value = value[: draw.choice((128, 128, 127, 100))]
        elif name == "Intervention":
            value = "x" * draw.choice((128, 300, 400, 500))
        headers.append((name, value))
    return headers


def draw_body(draw: Draw, api: str) -> Body:
    kind = draw.weigh(BODIES)
    if api == "xhr" and draw.chance(0.1):
        return {"kind": draw.choice(("document", "xmldocument")), "value": "<p>a</p>"}
    if kind == "urlsearchparams":
        return {"kind": kind, "value": "a=b&c=d"}
    body: Body = {"kind": kind, "value": draw.choice(("", "a", "{}", "\xe9"))}
    if kind == "blob":
        body["type"] = draw.choice((*TYPES, "", "foo", "text/plain ", draw_content_type(draw)))
    return body


def draw_step(draw: Draw, *, headers: int = 5) -> Step:
    """Return a request of any kind."""
    api = draw.weigh({"fetch": 3.0, "xhr": 2.0})
    step: Step = {"api": api, "target": draw_target(draw), "method": draw_method(draw)}
    if drawn := draw_headers(draw, headers):
        step["headers"] = drawn
    if draw.chance(0.45 if step["method"].upper() not in ("GET", "HEAD") else 0.05):
        step["body"] = draw_body(draw, api)
    step["credentials"] = draw_credentials(draw)
    if api == "xhr":
        if draw.chance(0.2):
            step["listener"] = True
        if draw.chance(0.05):
            step["sync"] = True
    elif draw.chance(0.1):
        step["cache"] = draw.choice(("default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"))
    return step


def draw_target(draw: Draw) -> str:
    return draw.weigh({"api": 6.0, "api2": 3.0, "page": 0.7})


def draw_credentials(draw: Draw) -> str:
    return draw.weigh({"same-origin": 3.0, "include": 4.0, "omit": 2.0})
