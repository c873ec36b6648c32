"""Which server answered, judging by the page that it writes, its headers, or the headers that it leaves out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cors_wsgi.browser.exchange import WireResponse
from cors_wsgi.browser.headers import get_header
from cors_wsgi.fetch import ALLOW_HEADERS, ALLOW_METHODS


class ServerName(str, Enum):
    """The servers and frameworks that remedies can be written for."""

    NGINX = "nginx"
    APACHE = "apache"
    CADDY = "caddy"
    HAPROXY = "haproxy"
    LIGHTTPD = "lighttpd"
    VARNISH = "varnish"
    EXPRESS = "express"
    FASTIFY = "fastify"
    KOA = "koa"
    HONO = "hono"
    NODE = "node"
    DJANGO = "django"
    FASTAPI = "fastapi"
    FLASK = "flask"
    TORNADO = "tornado"
    AIOHTTP = "aiohttp"
    SANIC = "sanic"
    BOTTLE = "bottle"
    HTTP_SERVER = "http.server"
    CORS_WSGI = "cors-wsgi"

    __str__ = str.__str__

    @property
    def title(self) -> str:  # type: ignore[override]  # nobody capitalises an enum's member
        """The name that its users know it by."""
        return _TITLES.get(self, self.value)

    @property
    def is_proxy(self) -> bool:
        """Whether it is a proxy, in front of apps."""
        return self in _PROXIES


_TITLES: Final = {
    ServerName.APACHE: "Apache",
    ServerName.CADDY: "Caddy",
    ServerName.HAPROXY: "HAProxy",
    ServerName.VARNISH: "Varnish",
    ServerName.EXPRESS: "Express",
    ServerName.FASTIFY: "Fastify",
    ServerName.KOA: "Koa",
    ServerName.HONO: "Hono",
    ServerName.NODE: "Node.js",
    ServerName.DJANGO: "Django",
    ServerName.FASTAPI: "Starlette (FastAPI)",
    ServerName.FLASK: "Flask",
    ServerName.TORNADO: "Tornado",
    ServerName.SANIC: "Sanic",
    ServerName.BOTTLE: "Bottle",
    ServerName.HTTP_SERVER: "Python's http.server",
}
_PROXIES: Final = frozenset(
    {
        ServerName.NGINX,
        ServerName.APACHE,
        ServerName.CADDY,
        ServerName.HAPROXY,
        ServerName.LIGHTTPD,
        ServerName.VARNISH,
    }
)

_WRITES_CAPITALS: Final = r"BaseHTTP|SimpleHTTP|Werkzeug|WSGIServer|gunicorn|waitress"
"""Python servers that write `Server` with a capital, and before `Date`; HAProxy and Apache write it differently."""

_PAGES: Final = (
    (r"<hr><center>(?:nginx|openresty)", ServerName.NGINX),
    (r"<p>Varnish cache server</p>", ServerName.VARNISH),
    (r"\A<html><body><h1>\d{3} [^<]*</h1>\n", ServerName.HAPROXY),
    (r"<title>Error: \d{3} [^<]*</title>", ServerName.BOTTLE),
    (r"<!DOCTYPE HTML PUBLIC \"-//(?:W3C//DTD HTML 4\.01|IETF)//|<address>Apache/", ServerName.APACHE),
    (r"<pre>Cannot [A-Z]+ /", ServerName.EXPRESS),
    (r'"message":"Route [A-Z]+:', ServerName.FASTIFY),
    (r"\A\u26a0\ufe0f \d{3} \u2014", ServerName.SANIC),
    (r'\A\{"description":"[^"]*","status":\d{3},"message":"', ServerName.SANIC),
    (r'\A\{"detail":"(?:Not Found|Method Not Allowed|Not authenticated|Internal Server Error)"\}', ServerName.FASTAPI),
    (r"\A<html><title>(\d{3}): [^<]*</title><body>\1: ", ServerName.TORNADO),
    (r"<title>Bad Request \(400\)</title>|The requested resource was not found on this server\.", ServerName.DJANGO),
    (r"CSRF verification failed|Invalid HTTP_HOST header", ServerName.DJANGO),
    (r"\A<!doctype html>\n<html lang=en>\n<title>\d{3} ", ServerName.FLASK),
    (r"<title>Error response</title>", ServerName.HTTP_SERVER),
    (r"Disallowed CORS (?:origin|method|headers)", ServerName.FASTAPI),
    (r"<title>\d{3}</title>\s*</head>\s*<body>\s*<h1>\d{3} ", ServerName.LIGHTTPD),
)  # fmt: skip
"""What each writes into its own answers."""

_HEADERS: Final = (
    ("x-powered-by", r"Express", ServerName.EXPRESS),
    ("server", r"nginx|openresty", ServerName.NGINX),
    ("server", r"Apache", ServerName.APACHE),
    ("server", r"Caddy", ServerName.CADDY),
    ("server", r"lighttpd", ServerName.LIGHTTPD),
    ("server", r"Varnish", ServerName.VARNISH),
    ("via", r"varnish", ServerName.VARNISH),
    ("server", r"Werkzeug", ServerName.FLASK),
    ("server", r"TornadoServer", ServerName.TORNADO),
    ("server", r"aiohttp", ServerName.AIOHTTP),
    ("server", r"uvicorn", ServerName.FASTAPI),
    ("server", r"BaseHTTP|SimpleHTTP", ServerName.HTTP_SERVER),
    ("x-cors-debug", r"", ServerName.CORS_WSGI),
)
_BEGIN: Final = 4000
"""How many characters of a body are looked at."""


@dataclass(frozen=True)
class Seen:
    """Who answered, as far as anyone can tell.

    Attributes:
        front: the server that the connection leads to; None if it is not known.
        author: who wrote this particular answer; None if it is not known.
    """

    front: ServerName | None
    author: ServerName | None

    @property
    def is_passed_on(self) -> bool:
        """Whether the answer may come from something behind the server, as far as anyone can tell."""
        return self.front is not None and self.front.is_proxy and self.author is not self.front


def recognize(response: WireResponse | None, named: ServerName | None = None, *, is_live: bool = True) -> Seen:
    """Return who answered.

    Args:
        response: the answer.
        named: the server, if the user named it.
        is_live: whether it came over the network, where missing headers are evidence too.
    """
    if response is None:
        return Seen(named, None)
    author = _find_author(response)
    front = named or _find_proxy(response) or _find_front(response, is_live=is_live) or author
    if front in (ServerName.NODE, ServerName.FASTAPI) and named is None and author is not None and not author.is_proxy:
        front = author  # what serves apps is not what they are written with
    if author is None and front is not None and _is_own(response, front):
        author = front
    return Seen(front, author)


def _find_author(response: WireResponse) -> ServerName | None:
    text = response.body[:_BEGIN].decode("utf-8", "replace")
    return next((name for pattern, name in _PAGES if re.search(pattern, text)), None)


def _find_proxy(response: WireResponse) -> ServerName | None:
    """Return the proxy that gives itself away by how it writes the headers of the app behind it, or None."""
    names = [name for name, _ in response.headers]
    value = get_header(response.headers, "server")
    if value is None or not re.match(_WRITES_CAPITALS, value, re.IGNORECASE):
        return None
    if all(name == name.lower() for name in names) and "x-envoy-upstream-service-time" not in names:
        return ServerName.HAPROXY
    if "WSGIServer" not in value and {"Date", "Server"} <= {*names} and names.index("Date") < names.index("Server"):
        return ServerName.APACHE
    return None


def _find_front(response: WireResponse, *, is_live: bool) -> ServerName | None:
    for header, pattern, name in _HEADERS:
        value = get_header(response.headers, header)
        if value is not None and re.search(pattern, value, re.IGNORECASE):
            return name
    names = {name.lower() for name, _ in response.headers}
    is_lower = all(name == name.lower() for name, _ in response.headers)
    if is_live and is_lower and not names & {"server", "date"}:
        # HAProxy writes neither into its own answers, and nothing of the connection, which Sanic does.
        return ServerName.SANIC if "connection" in names else ServerName.HAPROXY
    if "server" not in names and "timeout=" in (get_header(response.headers, "keep-alive") or ""):
        return _find_of_node(response) or ServerName.NODE
    allowed = (get_header(response.headers, ALLOW_HEADERS.lower()) or "").lower()
    return ServerName.DJANGO if "x-csrftoken, x-requested-with" in allowed else None  # django-cors-headers' own list


def _find_of_node(response: WireResponse) -> ServerName | None:
    """Return the framework that @fastify/cors's list of methods shows, or an error that is the status's phrase."""
    if get_header(response.headers, ALLOW_METHODS.lower()) == "GET,HEAD,POST":
        return ServerName.FASTIFY
    body, kind = response.body.decode("utf-8", "replace"), get_header(response.headers, "content-type")
    if get_header(response.headers, "etag") is not None:
        return None
    if kind == "text/plain; charset=utf-8" and body == response.phrase:
        return ServerName.KOA
    if kind == "text/plain; charset=UTF-8" and body in (f"{response.status} {response.phrase}", response.phrase):
        return ServerName.HONO
    return None


def _is_own(response: WireResponse, front: ServerName) -> bool:
    """Tell whether a server itself wrote an answer that has no error page: a file, an empty 204, a redirect."""
    names = {name.lower() for name, _ in response.headers}
    if not front.is_proxy:
        return True
    if any(name.startswith("x-") and not name.startswith(("x-cache", "x-varnish")) for name in names):
        return False
    if front is ServerName.HAPROXY:
        return not names & {"server", "date"}
    if front is ServerName.VARNISH:
        return "via" not in names
    is_file = {"etag", "last-modified", "accept-ranges"} <= names
    kind = get_header(response.headers, "content-type")
    is_bare = not response.body and kind is None
    return is_file or is_bare or (front is ServerName.NGINX and kind in ("text/plain", "application/octet-stream"))
