"""The comparison itself: that it can fail, and that both sides get the same input."""

from __future__ import annotations

import socket
from copy import deepcopy
from typing import Any, Final

import pytest

from .cases import Case, Observed
from .compare import compare_steps
from .generate import FAMILIES, find_case, generate_cases
from .left_out import settle
from .model import play
from .server import run_server

ORIGINS: Final = {
    "page": "http://localhost:18080",
    "api": "http://127.0.0.1:18081",
    "api2": "http://localhost:18082",
}

CASE: Final[Case] = {
    "id": "one",
    "opaque": False,
    "steps": [
        {
            "api": "fetch",
            "target": "api",
            "method": "PUT",
            "headers": [("X-A", "\xe9")],
            "hops": {
                "0": {
                    "preflight": {
                        "status": 299,
                        "headers": [
                            ("aCCess-Control-Allow-ORIGIN", " {PAGE}\t"),
                            ("Access-Control-Allow-Methods", "{acrm}"),
                            ("Access-Control-Allow-Headers", "{acrh},\xe9{id}"),
                        ],
                    }
                }
            },
        }
    ],
}


def test_the_same_seed_gives_the_same_cases_and_a_name_is_enough() -> None:
    cases = list(generate_cases(7, 400))
    assert cases == list(generate_cases(7, 400))
    assert cases != list(generate_cases(8, 400))
    assert [find_case(case["id"]) for case in cases] == cases
    assert {case["id"].rsplit("-", 2)[0] for case in cases} == set(FAMILIES)


def test_the_server_answers_the_bytes_that_were_prescribed_and_keeps_the_bytes_that_came() -> None:
    request = b"OPTIONS /c/one/0 HTTP/1.1\r\norigin: x\r\nAccess-Control-Request-METHOD: PUT\r\nX-\xff:  a\xe9 \r\n\r\n"
    with run_server() as server:
        server.tell([CASE])
        host, port = server.origins["api"].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as client:
            client.sendall(request)
            answer = client.recv(65536)
        [[received]] = server.received["one"]
    assert answer == (
        b"HTTP/1.1 299 X\r\naCCess-Control-Allow-ORIGIN:  " + server.origins["page"].encode() + b"\t\r\n"
        b"Access-Control-Allow-Methods: PUT\r\nAccess-Control-Allow-Headers: ,\xe9one\r\nContent-Length: 0\r\n\r\n"
    )
    assert (received.server, received.method, received.is_preflight) == ("api", "OPTIONS", True)
    assert received.headers == [("origin", "x"), ("Access-Control-Request-METHOD", "PUT"), ("X-\xff", "a\xe9")]


def observe() -> Observed:
    """Return what the model does with a case that is allowed."""
    case = deepcopy(CASE)
    case["steps"][0]["hops"] = {}
    [(observed, error)] = play(case, ORIGINS, [0.0], "standard")
    assert error is None
    return observed


def edit(path: tuple[Any, ...], value: Any) -> Observed:
    observed = deepcopy(observe())
    *way, last = path
    place: Any = observed
    for key in way:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return observed


PREFLIGHT, ACTUAL = ("requests", 0), ("requests", 1)

EDITS: Final = [
    pytest.param(PREFLIGHT, ..., "preflights", id="no preflight"),
    pytest.param(
        (*PREFLIGHT, "headers", "access-control-request-method"),
        "Put",
        "preflight: access-control-request-method",
        id="another case of letters in Access-Control-Request-Method",
    ),
    pytest.param(
        (*PREFLIGHT, "headers", "access-control-request-headers"),
        "x-a, x-b",
        "preflight: access-control-request-headers",
        id="a space in Access-Control-Request-Headers",
    ),
    pytest.param((*PREFLIGHT, "headers", "origin"), "null", "preflight: origin", id="another Origin of the preflight"),
    pytest.param((*PREFLIGHT, "headers", "cookie"), "a=1", "preflight: cookie", id="a cookie with the preflight"),
    pytest.param((*ACTUAL, "method"), "PATCH", "actual requests", id="another method"),
    pytest.param((*ACTUAL, "target"), "/c/one/1", "actual requests", id="another path"),
    pytest.param((*ACTUAL, "headers", "x-a"), "e", "sent: x-a", id="another value of a header"),
    pytest.param((*ACTUAL, "headers", "origin"), ..., "sent: origin", id="no Origin"),
    pytest.param((*ACTUAL, "body"), "x", "sent: the body", id="another body"),
    pytest.param(("client",), "failed", "readable or not", id="not readable"),
    pytest.param(("client", "status"), 201, "readable or not", id="another status"),
    pytest.param(("client", "headers"), [("x-a", "1")], "visible headers", id="other headers to be seen"),
    pytest.param(("client", "url"), "", "response: url", id="another URL of the response"),
    pytest.param(("client", "body"), "", "response: body", id="no text to be read"),
]


@pytest.mark.parametrize(("path", "value", "what"), EDITS)
def test_one_difference_is_found_and_named(path: tuple[Any, ...], value: Any, what: str) -> None:
    both = settle("chromium", CASE["steps"][0], observe(), edit(path, value))
    differing = [name for name, one, other in compare_steps(*both) if one != other]
    assert differing[0] == what


def test_the_same_is_no_difference() -> None:
    both = settle("chromium", CASE["steps"][0], observe(), observe())
    names = [name for name, one, other in compare_steps(*both) if one != other]
    assert names == []
