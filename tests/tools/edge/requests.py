"""Requests to try on a policy: those that browsers send, look-alikes of what is allowed, and what attackers try."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from support.raw_http import order

from cors_wsgi import CORSMiddleware, Policy

from .answers import Asked

STRANGERS = [
    "https://evil.example",
    "null",
    "file://",
    "https://APP.example.com",
    "HTTPS://APP.EXAMPLE.COM",
    "https://app.example.com.evil.example",
    "https://app.example.com:443",
    "https://app.example.com/",
    "https://appxexample.com",
    "https://evil-app.example.com.",
    "http://app.example.com",
    "https://app.example.com:65536",
    "https://" + "a." * 260 + "example.com",
    "https://[::1]",
    "https://a.b.example.com",
    "https://-.example.com",
    "https://example.com",
    "https://.example.com",
    "https://a..example.com",
    "http://localhost",
    "http://localhost:1",
    "http://localhost:80",
    "http://localhost:65535",
    "http://localhost:99999",
    "https://pr-1.example.dev:443",
    "https://pr-12.example.dev:8080",
    "https://www.shop.example.CO.UK",
    "https://x.example.net",
    "https://1.2.3.4.example.net",
    "http://256.1.1.1",
    "<nil>",
    "*",
    "https://app.example.com, https://app.example.com",
    "a" * 3000,
]
TARGETS = [
    "/",
    "/items",
    "/items/",
    "/items?x=//..",
    "/public",
    "/public/",
    "/public/x",
    "/publicity",
    "/public/private/y",
    "/public/exact",
    "/PUBLIC/x",
    "/Case/a",
    "/case/a",
    "/internal/x",
    "/admin",
    "/admin/x",
    "/%61dmin/x",
    "/%70ublic/x",
    "/public%2fx",
    "/public%2Fprivate/x",
    "/public/%2e%2e/admin",
    "/public/..%2fadmin",
    "/public//x",
    "/public/./x",
    "/public/..",
    "/public/%252e%252e/x",
    "/public/%25%32%65/x",
    "/public/%5cx",
    "/public\\x",
    "/public/%00",
    "/public/%ff",
    "/public/%c3%a9",
    "/%C3%A9/x",
    "/%c3%A9",
    "/a%20b",
    "/a+b",
    "/quote'%22$(x)",
    "/quote%27%22%24(x)",
    "/percent%25",
    "/dot.json",
    "/dotxjson",
    "/v1/a",
    "/v12/a/b%0Ac",
    "/v1",
    "/v1/%c3%a9",
    "/v1/%f0%9f%98%80",
    "/v1/%ed%a0%80",
    "/users/1",
    "/users/1/posts",
    "/users/%d9%a3",
    "/users/x",
    "/a.png",
    "/sKIP/x",
    "/%73kip/%c3%a9",
    "/\u017fkip/x".encode().decode("latin-1"),
    "/files/..x/y",
    "/...",
    "/x/.hidden",
]
ASKED_METHODS = ["PUT", "GET", "DELETE", "patch", "PURGE", "X$Y%Z'", "TRACE", "connect", "P UT", "*", "put,delete"]
ASKED_HEADERS = [
    None,
    "x-a",
    "x-a,x-request-id",
    "x-$money, x-b",
    "a" * 4096,
    "a" * 4097,
    "x-a\tx-b",
    ",,x-a",
    ",",
    "x-a;b",
    "*",
    "authorization, content-type",
    'x-"a',
]
APP_HEADERS: list[tuple[tuple[str, str], ...]] = [
    (),
    (("Access-Control-Allow-Origin", "*"),),
    (("Access-Control-Allow-Origin", "https://app.example.com"),),
    (("Access-Control-Allow-Origin", "https://partner.example"), ("Access-Control-Expose-Headers", "X-Own")),
    (("Access-Control-Allow-Origin", "null"),),
    (("Access-Control-Allow-Credentials", "true"), ("Access-Control-Allow-Methods", "PUT")),
    (
        ("access-control-max-age", "5"),
        ("Access-Control-Allow-Headers", "x"),
        ("Access-Control-Allow-Private-Network", "true"),
    ),
    (("Access-Control-Expose-Headers", "X-Own, X-Total"), ("Vary", "Accept-Encoding")),
    (("Access-Control-Expose-Headers", "*"), ("Vary", "*")),
    (("Vary", "Accept, origin"), ("ETag", '"1"')),
]


def draw(middleware: CORSMiddleware, rng: random.Random, count: int) -> Iterator[Asked]:
    """Return requests for a policy: about a third preflights, and half of the origins allowed."""
    policies = [policy for policy in (middleware.policy, *_in_paths(middleware)) if isinstance(policy, Policy)]
    trusted = [origin for policy in policies for origin in find_trusted(policy)]
    targets = TARGETS if middleware.paths is not None else ["/", "/items?q=1", "/a%20b"]
    for _ in range(count):
        origin: str | None = rng.choice(trusted) if trusted and rng.random() < 0.6 else rng.choice(STRANGERS)
        if origin is not None and rng.random() < 0.15:
            origin = _spoil(origin, rng)
        if rng.random() < 0.08:
            origin = None
        target = rng.choice(targets)
        headers: list[tuple[str, str]] = [] if origin is None else [("Origin", origin)]
        if rng.random() < 0.4:
            asked = rng.choice(ASKED_METHODS)
            names = rng.choice(ASKED_HEADERS)
            headers.append(("Access-Control-Request-Method", asked))
            headers += [] if names is None else [("Access-Control-Request-Headers", names)]
            is_sent = asked not in ("TRACE", "connect", "P UT", "put,delete") and names not in (
                "x-a\tx-b",
                ",,x-a",
                ",",
                "x-a;b",
            )
            yield Asked("OPTIONS", target, tuple(headers), is_sent and _can_be_sent(target))
            continue
        method = rng.choice(["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PURGE"])
        status = rng.choice([200, 200, 201, 304, 400, 401, 404, 500, 503])
        headers.append(order(status, rng.choice(APP_HEADERS)))
        yield Asked(method, target, tuple(headers), _can_be_sent(target))


def _can_be_sent(target: str) -> bool:
    """Tell whether a browser leaves a target as it is: it turns a backslash, and encodes what is not ASCII."""
    return "\\" not in target and target.isascii()


def find_trusted(policy: Policy) -> list[str]:
    """Return origins that a policy allows, some for each of its rules."""
    found = [*STRANGERS[:30]] if policy.allows_everybody else []
    for rule in () if isinstance(policy.origins, str) else policy.origins:
        if isinstance(rule, str):
            spelled = rule.replace(":*", ":3000").replace("*.", "a-1.b.")
            found += [spelled, rule.replace(":*", "").replace("*.", "x.")]
        elif isinstance(rule, re.Pattern):
            found += [origin for origin in MATCHED if rule.fullmatch(origin)]
    return [origin for origin in found if policy.allows(origin)]


MATCHED = [
    "https://a-1.preview.example.dev",
    "https://pr-7.example.dev",
    "https://pr-7.example.dev:8443",
    "http://a.b.example.net",
    "https://x.example.net",
    "https://shop.example.de",
    "https://www.shop.example.co.uk",
    "https://tenant.verbose.example",
    "moz-extension://01234567-89ab-cdef-0123-456789abcdef",
    "https://abc.short.example",
    "https://strasse.example",
]


def _in_paths(middleware: CORSMiddleware) -> Iterator[object]:
    for _, policy in () if middleware.paths is None else middleware.paths.items():
        yield policy


def _spoil(origin: str, rng: random.Random) -> str:
    """Return an origin that is one edit away; every other time the one that an unescaped dot would let in."""
    dots = [place for place, char in enumerate(origin) if char == "."]
    if dots and rng.random() < 0.5:
        place = rng.choice(dots)
        return f"{origin[:place]}x{origin[place + 1 :]}"
    place = rng.randrange(len(origin) + 1)
    char = rng.choice("abcx019.:-_/A[]+%$\"'\\ ~")
    spoilt = origin[:place] + char + origin[place + rng.randrange(2) :]
    return spoilt.strip()
