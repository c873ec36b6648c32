"""Cases about what a page loads without a script, drawn at random: elements, event sources and beacons."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from .answers import draw_allow_credentials, draw_origin, draw_preflight
from .cases import Answer, Headers, Step
from .draw import Draw

FILES: Final[dict[str, tuple[str, bytes]]] = {
    "picture": (
        "image/png",
        base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        ),
    ),
    "script": ("text/javascript", b"globalThis.measured = 1; if (!globalThis.document) postMessage('done');"),
    "style": ("text/css", b"p { color: red }"),
    "font": (
        "font/woff2",
        base64.b64decode(
            "d09GMgABAAAAAAD8AAoAAAAAAkgAAAC0AAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAABmAANAoYNgE2AiQDCAsGAAQgBTwHJhutATAuCuzG4oj2GDaR"
            "vUA4BjTYEVG199ezez+gcvlosVjqCUsKDvedxrlzHjx4EgGHtXgg878eOHe/jt3gOKI49oDC1QeySUcYBIYNOAha5vGNup7TyhAGuHFhsZg7BYXG"
            "iRacGE4xDMHyr4dJABQYCBprwACks/vwa0AQdj6/2rfuH/i+si/UrIlWIPSpqAk1BQBQ+aMmgtICCgAAw7WACAJKRMvYE6UWpeP+1r3bBrl1CQAA"
        ),
    ),
    "sound": (
        "audio/wav",
        b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\x08\0\0\0" + b"\x80" * 8,
    ),
    "events": ("text/event-stream", b"data: 1\n\n"),
    "text": ("text/plain", b"ok"),
}
"""What the servers send, each with its type."""

WANTED: Final = {
    "img": "picture",
    "script": "script",
    "module": "script",
    "import": "script",
    "importScripts": "script",
    "worker": "script",
    "modulepreload": "script",
    "style": "style",
    "font": "font",
    "audio": "sound",
    "eventsource": "events",
    "beacon": "text",
}

PRELOADED: Final = {"script": "script", "style": "style", "font": "font", "image": "picture", "fetch": "text"}

ATTRIBUTES: Final = ("anonymous", "use-credentials", "", "bogus", "Use-Credentials")


def hash_of(name: str) -> str:
    """Return the integrity of one of the files."""
    return "sha256-" + base64.b64encode(hashlib.sha256(FILES[name][1]).digest()).decode()


def elements(draw: Draw) -> list[Step]:
    """Draw one element with what it asks for, and an answer that mostly suits it."""
    kind = draw.choice((*WANTED, "preload", "img", "style", "script"))
    step: Step = {"api": kind, "method": "GET", "target": draw.choice(("api", "api", "api2", "page"))}
    wanted = WANTED.get(kind, "")
    if kind == "preload":
        step["as"] = draw.choice(tuple(PRELOADED))
        wanted = PRELOADED[step["as"]]
    if kind in ("img", "script", "module", "style", "audio", "preload", "modulepreload") and draw.chance(0.6):
        step["crossorigin"] = draw.choice(ATTRIBUTES)
    if kind in ("script", "module", "style") and draw.chance(0.15):
        step["integrity"] = hash_of(wanted) if draw.chance(0.6) else "sha256-x"
    if kind == "eventsource" and draw.chance(0.5):
        step["credentials"] = "include"
    if kind == "beacon":
        step["method"] = "POST"
        kinds = draw.choice(("string", "urlsearchparams", "formdata", "blob", "arraybuffer"))
        step["body"] = {"kind": kinds, "value": "a=1"}
        if kinds == "blob" and draw.chance(0.8):
            step["body"]["type"] = draw.choice(("text/plain", "application/json", "multipart/form-data"))
    answer = _draw_answer(draw, wanted, is_checked=kind != "beacon")
    step["hops"] = {"0": {"preflight": draw_preflight(draw, ("POST",), ("content-type",)), "actual": answer}}
    if kind in ("img", "script", "style", "font") and draw.chance(0.12):
        _redirect(draw, step, answer)
    return [step]


def _draw_answer(draw: Draw, wanted: str, *, is_checked: bool) -> Answer:
    """Return an answer with a file of that name, or at times with another type, status or policy."""
    kind, body = FILES[wanted]
    if draw.chance(0.12) and is_checked:
        kind = draw.choice(("text/plain", "text/html", "application/octet-stream", "text/css", "text/javascript"))
        if wanted == "picture":
            body = FILES["text"][1]
    headers: Headers = [("Content-Type", kind)]
    if draw.chance(0.85):
        headers += [("Access-Control-Allow-Origin", value) for value in draw_origin(draw, right=0.8)]
        headers += [("Access-Control-Allow-Credentials", value) for value in draw_allow_credentials(draw)]
    if draw.chance(0.12):
        policy = draw.choice(("same-origin", "same-site", "cross-origin", "nonsense"))
        headers.append(("Cross-Origin-Resource-Policy", policy))
    if draw.chance(0.1) and is_checked:
        headers.append(("X-Content-Type-Options", draw.choice(("nosniff", "NoSniff", "sniff"))))
    status = draw.choice((404, 500)) if draw.chance(0.06) and is_checked else 200
    return {"status": status, "headers": headers, "body": body.decode("latin-1")}


def _redirect(draw: Draw, step: Step, answer: Answer) -> None:
    """Let another hop answer, to which the first redirects."""
    where = draw.choice(("", "{api}", "{api2}", "{page}"))
    headers = [pair for pair in answer["headers"] if pair[0].startswith("Access-Control")]
    first: Answer = {"status": 302, "headers": [*headers, ("Location", f"{where}/c/{{id}}/1")], "body": ""}
    step["hops"] = {"0": {"actual": first}, "1": {"actual": answer}}
