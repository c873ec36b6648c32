"""Answers as bytes, for the model to read as if a live server had sent them."""

from __future__ import annotations

import io
from collections.abc import Callable

from cors_wsgi.browser import Browser, Engine, FetchError, WireRequest, WireResponse
from cors_wsgi.browser.engines import STANDARD, get_engine
from cors_wsgi.browser.http_reading import read_response
from cors_wsgi.browser.urls import URL


class RawTransport:
    """Takes requests to a server whose answers are given as bytes."""

    speaks_http2 = False

    def __init__(self, answer: Callable[[URL, WireRequest], bytes], engine: Engine = STANDARD) -> None:
        self._answer = answer
        self._engine = engine

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        return read_response(_Bytes(self._answer(url, request)), request.method, self._engine).response


class _Bytes:
    """What was sent, to the end of the connection."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read_line(self, limit: int) -> bytes:
        return self._data.readline(limit)

    def read(self, size: int) -> bytes:
        return self._data.read(size)


def read_answer(data: bytes, engine: str | Engine) -> object:
    """Return what a script of another origin gets of an answer, in the form of `tools.engines.hostile`."""
    browser = Browser.live("http://api.example", engine=engine)
    browser.take("http://api.example", RawTransport(lambda url, request: data, get_engine(engine)))
    try:
        response = browser.open("http://app.example").fetch("/")
    except FetchError:
        return "failed"
    return {
        "status": response.status,
        "words": response.status_text,
        "headers": [list(pair) for pair in response.headers.items()],
        "body": None if response.error else response.content.decode("latin-1"),
    }
