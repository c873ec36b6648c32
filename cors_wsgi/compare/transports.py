"""How to reach a side in this process, if only headers matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..browser.exchange import WireRequest, WireResponse
from ..browser.transports import NetworkError, build_environ
from ..browser.urls import URL

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class HeadersOnly:
    """An app in this process; its body is read only until the response starts, since a stream may never end."""

    speaks_http2 = False

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def send(self, url: URL, request: WireRequest) -> WireResponse:
        """Call the app; whatever it raises is raised here too.

        Raises:
            NetworkError: the app ended without calling `start_response`.
        """
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None, /) -> Callable[[bytes], object]:
            started.append((status, list(headers)))
            return bytes  # a `write` that does nothing

        body = self._app(build_environ(url, request), start_response)
        try:
            if not started:
                next(iter(body), None)
        finally:
            if (close := getattr(body, "close", None)) is not None:
                close()
        if not started:
            raise NetworkError("the app ended without calling start_response")
        status, headers = started[-1]
        return WireResponse(int(status[:3]), status[4:], headers, b"")
