"""What is not compared, by name and with the reason: it differs from run to run, or is not about CORS."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any, Final

from .cases import Observed, Step

NOT_GENERATED: Final = {
    "a preflight answered 408": "Chromium repeats it two to five times, as it likes",
    "an answer 421": "browsers repeat the request on a new connection, which says nothing about CORS",
    "an answer 407": "is about proxies",
    "two lines of Location, or of a date": "bad HTTP; browsers refuse or merge them before they look at CORS",
    "client hints on a request that is redirected": "Chromium leaves them out after some redirects",
    "two lines of Access-Control-Allow-Origin in odd cases of letters": (
        "Firefox counts the lines only where the name is written as usual"
    ),
    "a form feed in the name of a forbidden method": "WebKit takes it for white space at the end of the method's name",
    "requests of a sandboxed frame without CORS, and its cookies": (
        "the model does not know the site that the frame is of: Chromium and Firefox send Origin: null there, and none"
        " to other sites; WebKit sends cookies with SameSite there"
    ),
    "a 401 to a request with credentials": "browsers ask their user for a password",
}
"""Never in a case."""

PREPARED: Final = {
    "the first preflights to a host in Firefox": (
        "it forgets them until the host was looked up; the page sends a few requests to each host first"
    ),
    "more than 100 kept answers to preflights in Firefox": "the oldest is dropped; few cases run at the same time",
}
"""Made the same in every run."""

MASKED: Final = {
    "Content-Length: 0 of an empty body": "some send it, some do not, by method and by the kind of the body",
    "the text of FormData and documents": "each browser has its own boundaries, and writes documents in its own way",
    "Sec-Fetch headers of WebKit in synchronous and redirected requests": (
        "WebKitGTK leaves them out, or has those of a request made at the same time; compared where cases are run apart"
    ),
    "Content-Type and the like of a request that a redirect made a GET, in Firefox and WebKit": (
        "it goes with the body, and comes back at a later redirect or not, by the kind of the body"
    ),
    "bytes above 7F in response headers in WebKit": "WebKitGTK reads them as UTF-8, and gives replacement characters",
    "Cache-Control and Pragma that no script asked for": "browsers add them as they please, WebKit not after redirects",
}
"""Taken out of both sides before they are compared."""

NOT_MODELLED: Final = {
    "redirect-4-1513": "Firefox: an XMLHttpRequest whose only unsafe header came with its body asks for it after a 303",
    "redirect-3-3637": "Firefox: and so it does for the author's own headers alone, at every later redirect",
    "redirect-34-412": "WebKit: a User-Agent that is no UTF-8 is lost where a redirect makes a POST a GET",
}
"""Compared, and different: what is known of it, by a case that shows it."""

OWN_TEXT: Final = frozenset({"document", "formdata", "xmldocument"})

_OF_ELEMENTS: Final = ("accept", "range", "cache-control", "pragma", "icy-metadata", "purpose", "sec-purpose")
"""Each browser's own, by the kind of the element."""

_CACHING: Final = frozenset({"cache-control", "pragma"})
_OF_THE_BODY: Final = ("content-encoding", "content-language", "content-location", "content-type")
_METADATA: Final = ("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site")


def settle(name: str, step: Step, *both: Observed, is_apart: bool = False) -> tuple[Observed, ...]:
    """Return what a browser and the model did, without what is not compared.

    Args:
        name: of the browser.
        step: what was asked for.
        both: what they did.
        is_apart: whether no other request was made at the same time.
    """
    settled = deepcopy(both)
    for observed in settled:
        is_redirected = any(not one["target"].split("?")[0].endswith("/0") for one in observed["requests"])
        for request in observed["requests"]:
            is_bare = name == "webkit" and (is_redirected or "sync" in step)
            _settle_request(step, request, is_bare=is_bare, is_apart=is_apart)
            if name != "chromium" and request["method"] == "GET" != step["method"].upper():
                for header in _OF_THE_BODY:
                    request["headers"].pop(header, None)
        if name == "webkit" and isinstance(observed["client"], dict):
            headers = observed["client"]["headers"]
            observed["client"]["headers"] = [(key, "".join(filter(_is_plain, value))) for key, value in headers]
    return settled


def _settle_request(step: Step, request: dict[str, Any], *, is_bare: bool, is_apart: bool) -> None:
    headers = request["headers"]
    # Cookies with Path=/ of other cases come and go meanwhile; each has its case's id in it
    own = re.compile(rf"cookie-syntax-(?!{request['target'].split('/')[2].removeprefix('cookie-syntax-')}(?![0-9]))")
    pairs = [pair for pair in headers.pop("cookie", "").split("; ") if pair and not own.search(pair)]
    if pairs:
        headers["cookie"] = "; ".join(pairs)
    if step["api"] not in ("fetch", "xhr"):
        for name in _OF_ELEMENTS:
            headers.pop(name, None)
    given = {pair[0].lower() for pair in step.get("headers", ())}
    left_out = set(_METADATA) if is_bare and not is_apart else set()
    if request["is_preflight"]:
        left_out |= _CACHING | {"user-agent"}
    elif step.get("cache", "default") == "default" or is_bare:
        left_out |= _CACHING - given
    if headers.get("content-length") == "0":
        left_out.add("content-length")
    if step.get("body", {}).get("kind") in OWN_TEXT:
        left_out.add("content-length")
        request["body"] = "its own text"
    for name in left_out:
        headers.pop(name, None)


def _is_plain(char: str) -> bool:
    return char <= "\x7e"
