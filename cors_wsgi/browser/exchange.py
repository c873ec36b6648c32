"""What goes over the wire: requests, responses, and the pairs of them that a browser records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .headers import Header, get_header
from .printing import show_exchange


class WireRequest(NamedTuple):
    """A request as it leaves the browser.

    Attributes:
        method: as sent.
        url: without a fragment.
        headers: pairs in the order of the wire, one character per byte.
        body: the bytes; None if there is no body.
    """

    method: str
    url: str
    headers: Sequence[Header]
    body: bytes | None


class WireResponse(NamedTuple):
    """A response as it comes from the server, before any filtering.

    Attributes:
        status: the number.
        phrase: the text after it; may be empty.
        headers: pairs in the order of the wire, one character per byte.
        body: the bytes that came.
        error: what went wrong after the headers had come; empty if the body is whole.
        spaced_names: the header names that had white space before the colon, which only some browsers strip.
    """

    status: int
    phrase: str
    headers: Sequence[Header]
    body: bytes
    error: str = ""
    spaced_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exchange:
    """One request and its response.

    Attributes:
        request: what was sent.
        response: what came back; None without a response, or if it is not HTTP.
        is_preflight: whether the request was a preflight.
        error: why there is no response; empty if there is one.
    """

    request: WireRequest
    response: WireResponse | None
    is_preflight: bool
    error: str = ""

    @property
    def method(self) -> str:
        """The method that was sent."""
        return self.request.method

    @property
    def url(self) -> str:
        """The URL that was requested."""
        return self.request.url

    @property
    def status(self) -> int | None:
        """The status that came back, or None."""
        return None if self.response is None else self.response.status

    def sent(self, name: str) -> str | None:
        """Return the value of a request header, joined with a comma if there were several, or None.

        Args:
            name: in any case.
        """
        return get_header(self.request.headers, name.lower())

    def received(self, name: str) -> str | None:
        """Return the value of a response header, joined with a comma if there were several, or None.

        Args:
            name: in any case.
        """
        return None if self.response is None else get_header(self.response.headers, name.lower())

    def __str__(self) -> str:
        """Show both messages with every header, as `show_exchange` does; the values of credentials are left out."""
        return "\n".join(show_exchange(self, verbose=True))
