"""The ready scenarios of the playground: every kind of request that a beginner's text on CORS speaks of, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from .experiment import Script
from .origins import DemoOrigins

PAGE: Final = "{page}"
"""Stands for the page's origin in a policy."""

NAMED: Final = {"origins": PAGE}
GRANTING: Final = {"origins": PAGE, "allow_headers": "Content-Type, X-Token"}
EVERYBODY: Final = {"origins": "*"}
WITH_CREDENTIALS: Final = {"origins": PAGE, "supports_credentials": "true"}

JSON: Final = (("Content-Type", "application/json"),)


@dataclass(frozen=True)
class Scenario:
    """A ready scenario.

    Attributes:
        name: an identifier.
        group: under which it is listed.
        title: what it is, in a few words.
        lesson: what there is to see, in a sentence or two.
        script: the script.
        policy: the fields of the policy; None for a server that knows nothing of CORS.
    """

    name: str
    group: str
    title: str
    lesson: str
    script: Script
    policy: Mapping[str, str] | None

    def fill_policy(self, origins: DemoOrigins) -> Mapping[str, str] | None:
        """Return the fields of the policy, with the page's origin filled in."""
        return self.policy and {name: text.replace(PAGE, origins.page) for name, text in self.policy.items()}

    def describe(self, origins: DemoOrigins) -> dict[str, Any]:
        """Return it for the page, with its origin filled in."""
        script = asdict(self.script)
        script["bodyKind"] = script.pop("body_kind")
        about = {"name": self.name, "group": self.group, "title": self.title, "lesson": self.lesson}
        return {**about, "script": script, "policy": self.fill_policy(origins)}


def _safelisted(header: str, value: str) -> Scenario:
    return Scenario(
        f"header-{header.lower()}",
        "Safelisted headers",
        f"{header}: {value}",
        f"{header} is one of the headers that a page's forms and elements could always send, so it needs no preflight.",
        Script(headers=((header, value),)),
        NAMED,
    )


def _preflighted(method: str, **more: Any) -> Scenario:
    return Scenario(
        f"method-{method.lower()}",
        "Preflighted methods",
        f"A script says {method}",
        f"{method} is not GET, HEAD or POST: the browser asks the server first whether it allows the method.",
        Script(method, **more),
        GRANTING | {"methods": method},
    )


SCENARIOS: Final = (
    Scenario(
        "get",
        "Simple requests",
        "A simple GET",
        "The browser sends it at once, with the page's Origin. The answer allows that origin, so the script reads it.",
        Script(),
        NAMED,
    ),
    Scenario(
        "head",
        "Simple requests",
        "A simple HEAD",
        "As simple as GET; there is no body to read.",
        Script("HEAD"),
        NAMED,
    ),
    Scenario(
        "post",
        "Simple requests",
        "A simple POST",
        "Text is sent as text/plain, which a form could send too. No preflight: the server acts on it even if the "
        "script may never read the answer.",
        Script("POST", "/items", body_kind="text", body="lamp"),
        NAMED,
    ),
    Scenario(
        "everybody",
        "Simple requests",
        "An API for everybody",
        "The answer says * and is the same for all, so there is no Vary: one copy in a cache serves everybody.",
        Script(),
        EVERYBODY,
    ),
    _safelisted("Accept", "application/json"),
    _safelisted("Accept-Language", "de"),
    _safelisted("Content-Language", "de"),
    _safelisted("Content-Type", "text/plain"),
    _safelisted("Range", "bytes=0-99"),
    Scenario(
        "type-text",
        "Media types",
        "POST text/plain",
        "One of the three media types that forms can send: no preflight.",
        Script("POST", "/items", (("Content-Type", "text/plain"),), "text", '{"name": "lamp"}'),
        NAMED,
    ),
    Scenario(
        "type-params",
        "Media types",
        "POST application/x-www-form-urlencoded",
        "What a form sends by itself; URLSearchParams brings the type along. No preflight.",
        Script("POST", "/items", body_kind="params", body="name=lamp&price=20"),
        NAMED,
    ),
    Scenario(
        "type-form",
        "Media types",
        "POST multipart/form-data",
        "What a form with a file sends; FormData brings the type along. No preflight.",
        Script("POST", "/items", body_kind="form", body="name=lamp&price=20"),
        NAMED,
    ),
    Scenario(
        "type-json",
        "Media types",
        "POST application/json",
        "No form can send JSON: the header Content-Type itself is what the preflight asks for.",
        Script("POST", "/items", JSON, "text", '{"name": "lamp"}'),
        GRANTING,
    ),
    _preflighted("PUT", headers=JSON, body_kind="text", body='{"name": "lamp"}'),
    _preflighted("PATCH", headers=JSON, body_kind="text", body='{"price": 18}'),
    _preflighted("DELETE"),
    _preflighted("QUERY", headers=JSON, body_kind="text", body='{"name": "lamp"}'),
    Scenario(
        "patch-in-lower-case",
        "Preflighted methods",
        "A script says patch",
        "Browsers raise get, put and a few more to upper case, but not patch or query: the server allows PATCH.",
        Script("patch", headers=JSON, body_kind="text", body='{"price": 18}'),
        GRANTING | {"methods": "PATCH"},
    ),
    Scenario(
        "custom-header",
        "Other preflights",
        "A header of one's own",
        "X-Token is not safelisted: the preflight asks for it by name.",
        Script(headers=(("X-Token", "abc"),)),
        GRANTING,
    ),
    Scenario(
        "authorization",
        "Other preflights",
        "A bearer token",
        "Authorization needs a preflight as well, and its name in the answer: * alone does not cover it.",
        Script(headers=(("Authorization", "Bearer abc"),)),
        NAMED | {"allow_headers": "Authorization"},
    ),
    Scenario(
        "upload-listener",
        "Other preflights",
        "A progress bar for an upload",
        "A listener on XMLHttpRequest.upload could tell whether the server takes the body, so it forces a preflight "
        "where there would be none.",
        Script("POST", "/items", body_kind="text", body="lamp", listener=True),
        NAMED,
    ),
    Scenario(
        "stream",
        "Other preflights",
        "A stream as the body",
        "A ReadableStream forces a preflight, and needs HTTP/2, which this demo does not speak. Browsers go three "
        "different ways here: see what yours does.",
        Script("POST", "/items", body_kind="stream", body="lamp"),
        NAMED,
    ),
    Scenario(
        "credentials",
        "Credentials",
        "With a cookie, and allowed",
        "credentials: 'include' sends the cookie; the answer must name the origin and say that credentials are "
        "supported.",
        Script(credentials=True),
        WITH_CREDENTIALS,
    ),
    Scenario(
        "credentials-preflighted",
        "Credentials",
        "With a cookie, preflighted",
        "The preflight itself never has a cookie. Its answer must allow credentials as well.",
        Script("PUT", headers=JSON, body_kind="text", body="{}", credentials=True),
        WITH_CREDENTIALS | {"methods": "PUT"},
    ),
    Scenario(
        "credentials-refused",
        "Credentials",
        "With a cookie, and not allowed",
        "The request is sent with the cookie, and the app runs; but without Access-Control-Allow-Credentials the "
        "script may not read the answer.",
        Script(credentials=True),
        NAMED,
    ),
    Scenario(
        "credentials-for-everybody",
        "Credentials",
        "With a cookie, where everybody may read",
        "With credentials, browsers do not take * for an answer.",
        Script(credentials=True),
        EVERYBODY,
    ),
    Scenario(
        "no-credentials",
        "Credentials",
        "Without a cookie",
        "Without credentials: 'include' a request to another origin has no cookie.",
        Script(),
        WITH_CREDENTIALS,
    ),
    Scenario(
        "no-cors-at-all",
        "Refusals",
        "A server that knows nothing of CORS",
        "The app runs and answers, and the browser keeps the answer to itself: this is how every server begins.",
        Script(),
        None,
    ),
    Scenario(
        "refused-origin",
        "Refusals",
        "A refused origin",
        "The policy names another origin. A simple request is still sent; only its answer is kept from the script.",
        Script(),
        {"origins": "https://app.example.com"},
    ),
    Scenario(
        "refused-origin-preflighted",
        "Refusals",
        "A refused origin, preflighted",
        "The preflight is refused, so the request itself is never sent.",
        Script("DELETE"),
        {"origins": "https://app.example.com", "methods": "DELETE"},
    ),
    Scenario(
        "refused-method",
        "Refusals",
        "A refused method",
        "The answer to the preflight does not name DELETE.",
        Script("DELETE"),
        NAMED | {"methods": "GET, PUT"},
    ),
    Scenario(
        "refused-header",
        "Refusals",
        "A refused header",
        "The answer to the preflight does not name X-Other.",
        Script(headers=(("X-Other", "1"),)),
        GRANTING,
    ),
    Scenario(
        "no-cors-mode",
        "What the script may read",
        "mode: 'no-cors'",
        "It silences the console, and no more: the script gets an opaque response with nothing in it.",
        Script(mode="no-cors"),
        None,
    ),
    Scenario(
        "headers-hidden",
        "What the script may read",
        "Headers that stay hidden",
        "The answer has an ETag and an X-Total-Count, but a script sees the safelisted response headers alone.",
        Script(),
        NAMED,
    ),
    Scenario(
        "headers-exposed",
        "What the script may read",
        "Headers that are exposed",
        "Access-Control-Expose-Headers shows the script two more headers.",
        Script(),
        NAMED | {"expose_headers": "ETag, X-Total-Count"},
    ),
    Scenario(
        "not-found",
        "What the script may read",
        "An error, readable",
        "Errors are shared like any other answer: the script reads the 404.",
        Script(path="/items/nowhere"),
        NAMED,
    ),
    Scenario(
        "preflight-kept",
        "Remembered preflights",
        "The same PUT twice",
        "The browser keeps the answer to the preflight for max_age seconds: the second PUT is sent at once.",
        Script("PUT", times=2),
        NAMED | {"methods": "PUT", "max_age": "600"},
    ),
    Scenario(
        "preflight-not-kept",
        "Remembered preflights",
        "The same PUT twice, with max_age 0",
        "The answer must not be kept, so each PUT is preflighted: every call takes two round trips.",
        Script("PUT", times=2),
        NAMED | {"methods": "PUT", "max_age": "0"},
    ),
    Scenario(
        "redirect",
        "Redirects and crashes",
        "A redirect",
        "A simple request is redirected within the API: every answer on the way needs the CORS headers.",
        Script(path="/moved"),
        NAMED,
    ),
    Scenario(
        "redirect-preflighted",
        "Redirects and crashes",
        "A redirect of a preflighted request",
        "After a redirect the request is checked again, with a preflight of its own for the new URL.",
        Script("PUT", "/moved"),
        NAMED | {"methods": "PUT"},
    ),
    Scenario(
        "redirect-away",
        "Redirects and crashes",
        "A redirect to a third origin",
        "From one foreign origin to another the Origin becomes null, which a policy that names origins does not allow.",
        Script(path="/moved-away"),
        NAMED,
    ),
    Scenario(
        "crash",
        "Redirects and crashes",
        "A crash, hidden by CORS",
        "The app crashes, and the server's own error page has no CORS headers. The console speaks of CORS; the cause "
        "is in the server's log.",
        Script(path="/crash"),
        NAMED,
    ),
    Scenario(
        "error",
        "Redirects and crashes",
        "A crash, readable",
        "The app catches its own crash and makes the error page: CORS shares it, and the script sees the 500.",
        Script(path="/error"),
        NAMED,
    ),
)
