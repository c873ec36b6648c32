"""The scenarios, as data: what a page asks for, what the API must answer, and what a browser makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cors_wsgi import DENY, Policy
from cors_wsgi.paths import PathRule
from cors_wsgi.policy import PolicyOrDeny

ELSEWHERE: Final = "https://app.example.com"
"""An origin that is not the page's."""


def make_paths(page_origin: str) -> Mapping[PathRule, PolicyOrDeny]:
    """Return the policies of the demo's API."""
    return {
        "/open/*": Policy("*", expose_headers=["ETag"]),
        "/items/*": Policy(
            [page_origin],
            methods=["GET", "HEAD", "POST", "PUT"],
            allow_headers=["Content-Type", "X-Token"],
            expose_headers=["ETag"],
            supports_credentials=True,
        ),
        "/others/*": Policy([ELSEWHERE], supports_credentials=True),
        "/internal/*": None,
        "/admin/*": DENY,
    }


@dataclass(frozen=True)
class Expected:
    """An answer of the API: its status, and every CORS header and Vary; `{page}` stands for the page's origin."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One call of `fetch` by the page's script.

    Attributes:
        name: an identifier.
        title: what it shows, in a few words.
        method: the method of the request.
        path: the path at the API.
        headers: the headers that the script sets.
        body: what it sends, or None.
        credentials: whether it includes credentials.
        preflight: the answer to the preflight that a browser sends first, or None where it sends none.
        actual: the answer to the request itself, or None where a browser never sends it.
        is_readable: whether the script may read the answer.
        verdict: what a browser makes of it, in a sentence.
    """

    name: str
    title: str
    method: str
    path: str
    actual: Expected | None
    is_readable: bool
    verdict: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    credentials: bool = False
    preflight: Expected | None = None


_ASKED = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
_EVERYBODY = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
_SHARED = {
    "Access-Control-Allow-Origin": "{page}",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "ETag",
    "Vary": "Origin",
}
_GRANTED = {
    "Access-Control-Allow-Origin": "{page}",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT",
    "Access-Control-Allow-Headers": "Content-Type, X-Token",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Max-Age": "600",
    "Vary": _ASKED,
}
_NOT_SHARED = Expected(200, {"Vary": "Origin"})
_JSON = {"Content-Type": "application/json"}

SCENARIOS: Final = (
    Scenario(
        "everybody",
        "A request for everybody",
        "GET",
        "/open/quote",
        Expected(200, _EVERYBODY),
        is_readable=True,
        verdict="The script reads it: the answer is for every origin.",
    ),
    Scenario(
        "simple",
        "A simple request",
        "GET",
        "/items/1",
        Expected(200, _SHARED),
        is_readable=True,
        verdict="The script reads it, and the ETag: the answer names the page's origin.",
    ),
    Scenario(
        "credentials",
        "A request with credentials",
        "GET",
        "/items/1",
        Expected(200, _SHARED),
        is_readable=True,
        verdict="The script reads it: the answer names the origin and allows credentials.",
        credentials=True,
    ),
    Scenario(
        "preflighted",
        "A preflighted request",
        "PUT",
        "/items/1",
        Expected(200, _SHARED),
        is_readable=True,
        verdict="The preflight grants PUT and the headers, so the request is sent and read.",
        headers={**_JSON, "X-Token": "abc"},
        body='{"name": "lamp"}',
        credentials=True,
        preflight=Expected(204, _GRANTED),
    ),
    Scenario(
        "missing",
        "An error, readable",
        "GET",
        "/items/nowhere",
        Expected(404, _SHARED),
        is_readable=True,
        verdict="The script reads the 404: errors are shared like any other answer.",
    ),
    Scenario(
        "refused-origin",
        "A refused origin",
        "GET",
        "/others/1",
        _NOT_SHARED,
        is_readable=False,
        verdict="The answer came, but names no origin, so the script gets an error.",
    ),
    Scenario(
        "refused-preflight",
        "A refused origin, preflighted",
        "PUT",
        "/others/1",
        None,
        is_readable=False,
        verdict="The preflight is refused, and the request is never sent.",
        headers=_JSON,
        body="{}",
        preflight=Expected(403, {"Vary": _ASKED}),
    ),
    Scenario(
        "refused-method",
        "A refused method",
        "DELETE",
        "/items/1",
        None,
        is_readable=False,
        verdict="The preflight does not name DELETE, and the request is never sent.",
        preflight=Expected(204, _GRANTED),
    ),
    Scenario(
        "refused-header",
        "A refused header",
        "GET",
        "/items/1",
        None,
        is_readable=False,
        verdict="The preflight does not name X-Other, and the request is never sent.",
        headers={"X-Other": "1"},
        preflight=Expected(204, _GRANTED),
    ),
    Scenario(
        "credentials-for-everybody",
        "Credentials, where everybody may read",
        "GET",
        "/open/quote",
        Expected(200, _EVERYBODY),
        is_readable=False,
        verdict="With credentials, a browser does not take '*' for an answer.",
        credentials=True,
    ),
    Scenario(
        "hands-off",
        "A path without a policy",
        "GET",
        "/internal/1",
        Expected(200),
        is_readable=False,
        verdict="The app's answer is left as it is, and it allows nobody.",
    ),
    Scenario(
        "denied",
        "A path that is never shared",
        "GET",
        "/admin/1",
        Expected(200),
        is_readable=False,
        verdict="The app allows everybody by itself, but that header is removed.",
    ),
)
