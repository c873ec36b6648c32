"""The response as a script gets it: filtered, with only what the page may see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from .errors import FetchError
from .headers import ResponseHeaders
from .reasons import FailureReason

ResponseType = Literal["basic", "cors", "opaque", "opaqueredirect"]


@dataclass(frozen=True)
class Response:
    """What `fetch()` resolves to, or what an XMLHttpRequest has when it is done.

    Attributes:
        type: how it is filtered (`#concept-response-type`).
        status: 0 if the response is opaque.
        headers: the ones that the script sees.
        url: the last URL, without its fragment; empty if the response is opaque.
        redirected: whether there was a redirect.
        content: the bytes, as far as the script sees any.
        error: what went wrong after the headers had come; empty if the body is whole.
        status_text: the text after the status; empty over HTTP/2.
    """

    type: ResponseType
    status: int
    headers: ResponseHeaders
    url: str
    redirected: bool
    content: bytes
    error: str = ""
    status_text: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status is one from 200 to 299."""
        return 200 <= self.status <= 299

    @property
    def body(self) -> bytes:
        """The bytes.

        Raises:
            FetchError: the connection broke before the body was whole.
        """
        if self.error:
            raise FetchError(FailureReason.NETWORK_FAILURE, None, value=self.error, url=self.url)
        return self.content

    @property
    def text(self) -> str:
        """The body as UTF-8, with replacement characters for anything else."""
        return self.body.decode("utf-8-sig", "replace")

    def json(self) -> Any:
        """Return the body read as JSON.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.text)


OPAQUE = Response("opaque", 0, ResponseHeaders(()), "", False, b"")
"""What a script gets from a no-cors request (`#concept-filtered-response-opaque`)."""
