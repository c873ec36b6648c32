"""Query a running peer over HTTP, one header at a time."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from tools.peers.setups import PAGE

ALLOW_ORIGIN, ALLOW_CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
_PATIENCE = 10.0


class Answer(NamedTuple):
    """What a peer answered.

    Attributes:
        status: the status; 0 if the connection was closed without a word.
        headers: pairs, with names in lower case.
        body: the body.
    """

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def get(self, name: str) -> str | None:
        """Return the values of a header, joined, or None if it is not there."""
        values = [value for given, value in self.headers if given == name]
        return ", ".join(values) if values else None

    def names(self, name: str) -> set[str]:
        """Return the elements of a header that is a list, in lower case."""
        return {part.strip().lower() for part in (self.get(name) or "").split(",") if part.strip()}

    def lets_in(self, origin: str) -> bool:
        """Tell whether a page of that origin may read it, without credentials."""
        return self.get(ALLOW_ORIGIN) in ("*", origin)

    def lets_in_with_credentials(self, origin: str) -> bool:
        """Tell whether a page of that origin may read it, with its user's cookies."""
        return self.get(ALLOW_ORIGIN) == origin and self.get(ALLOW_CREDENTIALS) == "true"


class Asker:
    """A client of one running peer."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc

    def ask(self, path: str = "/items", *, method: str = "GET", origin: str | None = PAGE, **headers: str) -> Answer:
        """Send a request; underscores in the names of headers stand for hyphens."""
        connection = http.client.HTTPConnection(self._address, timeout=_PATIENCE)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if origin is not None:
            sent["Origin"] = origin
        try:
            connection.request(method, path, headers=sent)
            response = connection.getresponse()
            pairs = [(name.lower(), value) for name, value in response.getheaders()]
            return Answer(response.status, pairs, response.read())
        except (http.client.HTTPException, ConnectionError):
            return Answer(0, (), b"")
        finally:
            connection.close()

    def preflight(self, method: str = "PUT", *, origin: str = PAGE, path: str = "/items", **headers: str) -> Answer:
        """Send a preflight."""
        return self.ask(path, method="OPTIONS", origin=origin, Access_Control_Request_Method=method, **headers)
