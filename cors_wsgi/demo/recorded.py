"""The scenarios that `--once` shows, and what was recorded when a real browser ran each.

The model that predicts and the middleware that answers come from one distribution, and could be wrong in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .scenarios import PAGE


@dataclass(frozen=True)
class Answer:
    """An answer of the API.

    Attributes:
        method: of the request.
        status: of the answer.
        headers: every CORS header, and Vary; `{page}` stands for the page's origin.
    """

    method: str
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Recording:
    """The outcome of a scenario: whether the script may read the last answer, and the answers in order."""

    is_readable: bool
    answers: tuple[Answer, ...]


_SHARED: Final = {"Access-Control-Allow-Origin": PAGE, "Vary": "Origin"}
_WITH_CREDENTIALS: Final = {**_SHARED, "Access-Control-Allow-Credentials": "true"}
_EVERYBODY: Final = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT: Final = {"Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}
_GRANTED: Final = {
    **_PREFLIGHT,
    "Access-Control-Allow-Origin": PAGE,
    "Access-Control-Allow-Headers": "Content-Type, X-Token",
    "Access-Control-Max-Age": "600",
}
_EVERY_METHOD: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY"

RECORDED: Final[Mapping[str, Recording]] = {
    "get": Recording(True, (Answer("GET", 200, _SHARED),)),
    "everybody": Recording(True, (Answer("GET", 200, _EVERYBODY),)),
    "credentials": Recording(True, (Answer("GET", 200, _WITH_CREDENTIALS),)),
    "method-put": Recording(
        True,
        (
            Answer("OPTIONS", 204, {**_GRANTED, "Access-Control-Allow-Methods": "PUT"}),
            Answer("PUT", 200, _SHARED),
        ),
    ),
    "headers-exposed": Recording(
        True, (Answer("GET", 200, {**_SHARED, "Access-Control-Expose-Headers": "ETag, X-Total-Count"}),)
    ),
    "not-found": Recording(True, (Answer("GET", 404, _SHARED),)),
    "no-cors-at-all": Recording(False, (Answer("GET", 200, {}),)),
    "refused-origin": Recording(False, (Answer("GET", 200, {"Vary": "Origin"}),)),
    "refused-origin-preflighted": Recording(False, (Answer("OPTIONS", 403, _PREFLIGHT),)),
    "refused-method": Recording(
        False,
        (
            Answer(
                "OPTIONS",
                204,
                {
                    **_GRANTED,
                    "Access-Control-Allow-Methods": "GET, PUT",
                    "Access-Control-Allow-Headers": "*, Authorization",
                },
            ),
        ),
    ),
    "refused-header": Recording(
        False, (Answer("OPTIONS", 204, {**_GRANTED, "Access-Control-Allow-Methods": _EVERY_METHOD}),)
    ),
    "credentials-for-everybody": Recording(False, (Answer("GET", 200, _EVERYBODY),)),
}
"""By the name of the scenario."""
