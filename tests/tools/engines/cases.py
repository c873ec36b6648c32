"""A case: requests that a script makes one after the other, and what the servers answer. Everything is JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

SERVERS: Final = ("page", "api", "api2")
"""`page` serves the page and has its origin; `api` is of another site, `api2` of another origin of the same site."""

Headers = list[tuple[str, str]]


class Answer(TypedDict, total=False):
    """What a server answers; header values may have `{origin}` and other placeholders in them."""

    status: int
    headers: Headers
    body: str


class Hop(TypedDict, total=False):
    """What the servers answer at one URL path; `authorized` is the actual answer to a request with Authorization."""

    preflight: Answer
    actual: Answer
    authorized: Answer


class Body(TypedDict, total=False):
    """What a script gives as the body."""

    kind: str
    value: str
    type: str


_Reserved = TypedDict("_Reserved", {"as": str}, total=False)
"""What is no name in Python."""


class Step(_Reserved, total=False):
    """One request of a script, and the answers at each hop by name; the first hop is `0`.

    `asRequest` is whether fetch() is given a Request object, in place of a URL and options.
    """

    api: str
    target: str
    suffix: str
    method: str
    headers: Headers
    body: Body
    mode: str
    credentials: str
    redirect: str
    cache: str
    referrerPolicy: str
    duplex: str
    keepalive: bool
    asRequest: bool
    username: str
    password: str
    crossorigin: str
    integrity: str
    listener: bool
    sync: bool
    wait: float
    hops: dict[str, Hop]


class Case(TypedDict):
    """Requests with one URL path and one preflight cache; `opaque` is whether the page is a sandboxed frame."""

    id: str
    opaque: bool
    steps: list[Step]


SHARED: Final[Headers] = [("Access-Control-Allow-Origin", "{origin}"), ("Access-Control-Allow-Credentials", "true")]

ALLOWING: Final[Answer] = {
    "status": 204,
    "headers": [
        *SHARED,
        ("Access-Control-Allow-Methods", "{acrm}"),
        ("Access-Control-Allow-Headers", "{acrh}"),
    ],
}

SHARING: Final[Answer] = {"status": 200, "headers": [*SHARED, ("Content-Type", "text/plain")], "body": "ok"}

_BODILESS: Final = (204, 304)
_EMPTY: Final = 205


def choose_answer(
    case: Case, number: int, hop: str, *, is_preflight: bool, is_authorized: bool, words: Mapping[str, str]
) -> tuple[int, Headers, bytes]:
    """Return the status, headers and body that a server answers to a request of the step `number`.

    Both the recording server and the app that the model talks to answer this.
    """
    part: Hop = case["steps"][number].get("hops", {}).get(hop, {})
    if is_preflight:
        answer = part.get("preflight", ALLOWING)
    elif is_authorized and "authorized" in part:
        answer = part["authorized"]
    else:
        answer = part.get("actual", SHARING)
    headers = [(name, fill(value, words)) for name, value in answer.get("headers", [])]
    if not is_preflight:
        # The model has no HTTP cache, and no browser shall answer from its own.
        headers.append(("Cache-Control", "no-store"))
    status = answer["status"]
    if status in _BODILESS:
        return status, headers, b""
    body = b"" if status == _EMPTY else answer.get("body", "").encode("latin-1")
    return status, [*headers, ("Content-Length", str(len(body)))], body


def make_words(case: Case, origins: Mapping[str, str], request: Mapping[str, str]) -> dict[str, str]:
    """Return what the placeholders stand for, given the servers' origins and a request's lower-cased headers."""
    return {
        "{origin}": request.get("origin", ""),
        "{acrm}": request.get("access-control-request-method", ""),
        "{acrh}": request.get("access-control-request-headers", ""),
        "{PAGE}": "null" if case["opaque"] else origins["page"],
        "{id}": case["id"],
        **{f"{{{name}}}": origin for name, origin in origins.items()},
        **{f"{{{name}-port}}": origin.rpartition(":")[2] for name, origin in origins.items()},
    }


def fill(value: str, words: Mapping[str, str]) -> str:
    for word, meaning in words.items():
        value = value.replace(word, meaning)
    return value


Observed = dict[str, Any]
"""What was seen of one step: `client`, what the script got, and `requests`, what the servers received."""
