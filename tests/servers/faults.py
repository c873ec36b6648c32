"""An app with every fault that a WSGI app can have, bare and wrapped; and origin rules that have faults themselves."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from servers.policies import ORIGIN, share

from cors_wsgi import CORSMiddleware, Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PLAIN = ("Content-Type", "text/plain")
HANGS, RAISES, NONSENSE = "https://hangs.example", "https://raises.example", "https://nonsense.example"
SLOW = 2.0
"""Seconds for which a rule hangs."""


def bare(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    fault = environ["PATH_INFO"].lstrip("/")
    if fault == "raises-before":
        raise ZeroDivisionError
    if fault == "never-starts":
        return []
    if fault in ("raises-while-iterated", "starts-late"):
        return _iterate(fault, start_response)
    start_response("200 OK", [PLAIN, ("Content-Length", "2")])
    if fault == "raises-after":
        raise ZeroDivisionError
    if fault == "starts-twice":
        start_response("200 OK", [PLAIN, ("Content-Length", "2")])
    if fault == "starts-again-with-exc-info":
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            start_response("503 Service Unavailable", [PLAIN, ("Content-Length", "2")], sys.exc_info())
    if fault == "raises-on-close":
        return _Closing()
    return [b"ok"]


def _iterate(fault: str, start_response: StartResponse) -> Iterator[bytes]:
    start_response("200 OK", [PLAIN, ("Content-Length", "2")])
    yield b"o"
    if fault == "raises-while-iterated":
        raise ZeroDivisionError
    yield b"k"


class _Closing:
    def __iter__(self) -> Iterator[bytes]:
        yield b"ok"

    def close(self) -> None:
        raise ZeroDivisionError


def allow(origin: str, environ: WSGIEnvironment) -> Any:
    if origin == HANGS:
        time.sleep(SLOW)
    if origin == RAISES:
        raise ZeroDivisionError
    return "nonsense" if origin == NONSENSE else origin == HANGS


wrapped = share(bare)
ruled = CORSMiddleware(bare, Policy([ORIGIN, allow]))
