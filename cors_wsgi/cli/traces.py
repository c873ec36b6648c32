"""Lines that browsers show next to the one that says why: what each means, and where to find the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ABOVE: Final = (
    "Look at the line above it in the console (F12): “Access to … has been blocked by CORS policy: …” says why. "
    "Copy that line."
)
_CONSOLE: Final = (
    "Copy the line of the console (F12) that says why: in Chromium “… has been blocked by CORS policy: …”, in Firefox "
    "“Cross-Origin Request Blocked: …”, in Safari the line above “… due to access control checks”."
)


@dataclass(frozen=True)
class Trace:
    """A line that a browser or a script shows for a failed request, without a CORS reason.

    Attributes:
        words: a regular expression for its text.
        explanation: what it means.
        remedy: what to do.
        is_cause: whether it says why the request failed.
    """

    words: str
    explanation: str
    remedy: str
    is_cause: bool = False


TRACES: Final = (
    Trace(
        r"net::ERR_FAILED \d{3}",
        "Chromium prints this after every response that CORS blocked: the server did answer.",
        _ABOVE,
    ),
    Trace(
        r"net::ERR_FAILED|\(failed\)",
        "Chromium shows this for every request that CORS blocked, and for some that failed for other reasons.",
        _ABOVE + " If there is no such line, CORS is not the cause.",
    ),
    Trace(r"\bCORS error\b", "Chromium's network panel shows this for every request that CORS blocked.", _CONSOLE),
    Trace(
        r"due to access control checks",
        "Safari prints this below the line that says why.",
        "Copy the line above it in the console.",
    ),
    Trace(
        r"Failed to load response data",
        "Chromium's network panel does not keep the body of a response that the script may not read.",
        _CONSOLE,
    ),
    Trace(
        r"NS_ERROR_DOM_BAD_URI",
        "Firefox says this about a request that CORS, or a policy of the page, forbade.",
        _CONSOLE,
    ),
    Trace(
        r"Provisional headers are shown",
        "Chromium's network panel has only the headers that the script gave: the request was not sent, was answered "
        "from a cache, or was blocked. It is not an error in itself.",
        _CONSOLE,
    ),
    Trace(
        r"strict-origin-when-cross-origin",
        "This is the browser's default referrer policy, which the network panel shows for every request. It is not "
        "an error, and has nothing to do with CORS.",
        _CONSOLE,
    ),
    Trace(
        r"net::ERR_ABORTED|\(canceled\)|NS_BINDING_ABORTED",
        "The page gave up the request before there was a response: a script cancelled it, or the user left the page, "
        "for example by a form or link clicked at the same time.",
        "Look for what ends the request; CORS is not the cause.",
        is_cause=True,
    ),
    Trace(
        r"net::ERR_BLOCKED_BY_CLIENT|\(blocked:other\)|Blocked By Extension",
        "A browser extension, usually an ad blocker, blocked the request.",
        "Switch it off for this page, or give the URL a less suspicious name; CORS is not the cause.",
        is_cause=True,
    ),
    Trace(
        r"\(blocked:devtools\)|Blocked by DevTools",
        "The developer tools are set to block this URL.",
        "Remove the pattern under “Request blocking”; CORS is not the cause.",
        is_cause=True,
    ),
    Trace(
        r"[Tt]ainted canvas|tainted by cross-origin data",
        "The page drew an image of another origin that it had loaded without CORS: scripts may not read such a canvas.",
        'Load the image with crossorigin="anonymous", and let its server send Access-Control-Allow-Origin.',
        is_cause=True,
    ),
    Trace(
        r"credentials mode does not match|preload.*crossorigin",
        "The preload and what uses it are requested in two modes, so the browser does not use the preload.",
        "Give both the same crossorigin attribute; a font is always requested with it, even from the page's own "
        "origin.",
        is_cause=True,
    ),
    Trace(
        r"\bWebSocket (?:connection|handshake)\b(?!.*net::)|\bwss?://(?!.*net::)",
        "CORS does not cover WebSockets: no CORS header matters to them. The server, or a proxy in front of it, "
        "refused or dropped the handshake.",
        "Check that the server lets this page's Origin in (many libraries keep a separate list), that the proxy "
        "passes Upgrade and Connection on, and that a page over https uses wss://.",
        is_cause=True,
    ),
    Trace(
        r"strict MIME type checking|disallowed MIME type|MIME type \(.*\) mismatch|non CSS MIME types",
        "The server answered with another type than the script or style sheet that was asked for, often with an HTML "
        "page of an error or a login.",
        "Open the URL in a tab, and correct the path or the server's Content-Type; CORS is not the cause.",
        is_cause=True,
    ),
    Trace(
        r"EventSource's response has a MIME type|can't establish a connection to the server at",
        "What the server answered is not an event stream.",
        "Let it answer with status 200 and Content-Type: text/event-stream; an error page has neither.",
        is_cause=True,
    ),
    Trace(
        r"in a frame because|X-Frame-Options|frame-ancestors",
        "The page in the frame says who may frame it, and this page is not among them. CORS has no part in that.",
        "If it is yours, name this page's origin in its Content-Security-Policy, in frame-ancestors, and drop "
        "X-Frame-Options.",
        is_cause=True,
    ),
    Trace(
        r"cross-origin frame|Permission denied to access property|'postMessage' on",
        "Scripts do not reach into a window or frame of another origin, and a message reaches only the origin it is "
        "for. CORS has no part in that.",
        "Send messages with postMessage in both pages, each with the exact origin of the other.",
        is_cause=True,
    ),
    Trace(
        r"\bScript error\.?(?: *\(?:0\)?)?$",
        "A script of another origin failed, and browsers hide what happened, since it was loaded without CORS.",
        'Load that script with crossorigin="anonymous", and let its server send Access-Control-Allow-Origin.',
        is_cause=True,
    ),
    Trace(
        r"TypeError: fetch failed|\bECONNREFUSED\b|\bENOTFOUND\b|\bUND_ERR_\w+",
        "Node.js says this, not a browser: there is no CORS in it.",
        "Look at the error's cause, which names the address or certificate that failed.",
        is_cause=True,
    ),
    Trace(
        r"redirected response was used for a request whose redirect mode",
        "A service worker answered a navigation with a response that had been redirected, which browsers refuse.",
        "Let the worker answer with Response.redirect(response.url), or leave navigations to the browser.",
        is_cause=True,
    ),
    Trace(
        r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+ [45]\d\d(?: |$)",
        "Chromium prints the status of every failed response so: the server did answer, and it is the status that is "
        "wrong, unless another line names CORS.",
        _ABOVE,
    ),
    Trace(
        r"\(blocked:csp\)|Content[- ]Security[- ]Policy|connect-src",
        "The page's own Content-Security-Policy forbids the request; nothing was sent.",
        "Add the other origin to the directive that the line names, such as connect-src, in the policy of the page; no "
        "CORS header changes it.",
        is_cause=True,
    ),
    Trace(
        r"[Cc]ookie.*SameSite|SameSite.*[Cc]ookie|Set-Cookie.*SameSite|第三方 Cookie|Drittanbieter",
        "The browser does not store or send this cookie: page and API are on two sites, and the cookie has "
        "SameSite=Lax or Strict, no SameSite, or SameSite=None without Secure.",
        "Set it with SameSite=None; Secure, over https; or serve page and API from one site, behind one proxy. No CORS "
        "header changes it.",
        is_cause=True,
    ),
    Trace(
        r"Loading failed for the <script>",
        "Firefox prints this for every script that it could not load, whatever the reason.",
        "Look at the script in the network panel (F12): a status such as 404 is the reason. If there is a line above "
        "that begins with “Cross-Origin Request Blocked”, that line says why: copy it.",
    ),
    Trace(
        r"Failed to fetch|NetworkError when attempting to fetch resource|Load failed|Network Error\b|\bERR_NETWORK\b"
        r"|XMLHttpRequest error|Http failure response for .*: 0 ",
        "This is what the script sees, and all that it may learn.",
        _CONSOLE,
    ),
)
"""Tried in this order: if several fit a line, the first says most."""


def find_trace(text: str) -> Trace | None:
    """Return what a line shows, or None; its quotes and white space must be normalized already."""
    return next((trace for trace in TRACES if re.search(trace.words, text)), None)
