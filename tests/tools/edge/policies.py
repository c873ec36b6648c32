"""Policies to export: the ones that people write, by hand, and random ones from a seed."""

from __future__ import annotations

import random
import re
import warnings
from typing import Any

from cors_wsgi import DENY, CORSMiddleware, Policy, PolicyError

APP = "https://app.example.com"
ORIGINS: list[Any] = [
    APP,
    "https://app.example.com:8443",
    "http://localhost:3000",
    "https://b.example.org",
    "https://xn--strae-oqa.de",
    "http://127.0.0.1:5000",
    "http://[::1]:8080",
    "capacitor://localhost",
    "chrome-extension://abcdefghijklmnop",
    "ionic://App.Local",
    "https://*.example.com",
    "https://*.example.com:8443",
    "https://*.example.com:*",
    "http://localhost:*",
    "http://[::1]:*",
    "http://127.0.0.1:*",
    "capacitor://*.local",
    re.compile(r"https://[a-z0-9-]+\.preview\.example\.dev"),
    re.compile(r"https://(?P<name>pr-\d+)\.example\.dev(:\d+)?"),
    re.compile(r"https?://.*\.example\.net"),
    re.compile(r"https://(?:www\.)?shop\.example\.(?:de|fr|co\.uk)", re.IGNORECASE),
    re.compile(r"https://  [^.]+  \.verbose\.example  # tenants", re.VERBOSE),
    re.compile(r"moz-extension://[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    re.compile(r"https://\w{2,5}\.short\.example"),
    re.compile(r"https://(?:straße|strasse)\.example"),
]
NAMES = ["X-A", "X-Request-ID", "Content-Type", "Authorization", "x-$money", "X-%41%%", "X'q`|~", "!#$%&'*+-.^"]
EXPOSED = ["X-Total", "ETag", "X-$cost", "x-100%", "Link"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY", "PURGE", "M-SEARCH", "X$Y%Z'"]
PATHS: list[Any] = [
    "/public/*",
    "/public/private/*",
    "/public/exact",
    "/public",
    "/items",
    "/a b",
    "/é/*",
    "/quote'\"$(x)",
    "/percent%",
    "/Case/*",
    "/dot.json",
    "/files/*",
    re.compile(r"/v[0-9]+/.*"),
    re.compile(r"/users/\d+(?:/posts)?"),
    re.compile(r"/[a-z]+\.(?:png|jpg)"),
    re.compile(r"(?i)/Skip/[^/]+"),
    "/*",
    "/",
]


def by_hand() -> dict[str, CORSMiddleware]:
    """Return policies that people write, by what is special about them."""
    null = {"accept_risks": ["null-origin"]}
    made: dict[str, Any] = {
        "one origin": Policy(APP),
        "one origin, credentials": Policy(APP, supports_credentials=True),
        "credentials, explicit": Policy(
            [APP, "https://b.example.org"],
            supports_credentials=True,
            methods=["GET", "PUT"],
            allow_headers=["X-A", "Content-Type"],
            expose_headers=["X-Total"],
            max_age=60,
        ),
        "credentials, every method": Policy(APP, supports_credentials=True, methods="*"),
        "credentials, methods alone": Policy(APP, supports_credentials=True, methods="*", allow_headers=["X-A"]),
        "everybody": Policy("*"),
        "everybody, every method": Policy("*", methods="*", expose_headers="*", max_age=None),
        "everybody, little": Policy("*", methods=["GET"], allow_headers=[], max_age=0),
        "nobody": Policy([]),
        "null": Policy(["null", APP], **null),
        "file": Policy(["file://"], **null),
        "patterns": Policy(["https://*.example.com", "http://localhost:*"]),
        "patterns, credentials": Policy(["https://*.example.com:*", "capacitor://*.local"], supports_credentials=True),
        "regexes": Policy([rule for rule in ORIGINS if isinstance(rule, re.Pattern)], expose_headers=["X-Total"]),
        "a class from the hyphen on": Policy([re.compile(r"https?://\D+\.example\.net")]),
        "all kinds": Policy(ORIGINS, max_age=86400),
        "exotic names": Policy(APP, methods=METHODS, allow_headers=NAMES, expose_headers=EXPOSED),
        "exotic names, everybody": Policy("*", methods=METHODS, allow_headers=NAMES, expose_headers=EXPOSED),
        "own scheme, upper case": Policy(["ionic://App.Local", "capacitor://localhost"]),
        "never shared": DENY,
        "hands off": None,
    }
    found = {name: CORSMiddleware(bare_app, policy) for name, policy in made.items()}
    credentials = Policy([APP, "https://*.example.com"], supports_credentials=True, expose_headers=["X-Total"])
    found["paths"] = CORSMiddleware(
        bare_app,
        credentials,
        paths={"/public/*": Policy("*"), "/internal/*": None, "/admin/*": DENY, "/items": Policy(APP, methods=["GET"])},
    )
    found["paths, trailing slash"] = CORSMiddleware(
        bare_app, credentials, paths={"/items/": None, "/public/": Policy("*"), "/admin/": DENY, "/public/x": DENY}
    )
    found["paths, regexes"] = CORSMiddleware(
        bare_app,
        None,
        paths={re.compile(r"/v[0-9]+/.*"): Policy("*"), re.compile(r"/[a-z]+"): credentials, "/items": DENY},
    )
    found["paths, everything"] = CORSMiddleware(
        bare_app, DENY, paths={rule: (Policy(APP), Policy("*"), None, DENY)[n % 4] for n, rule in enumerate(PATHS)}
    )
    return found


def draw(rng: random.Random) -> CORSMiddleware:
    """Return a random middleware without callables."""
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                policy = _draw_policy(rng)
                if rng.random() < 0.5:
                    return CORSMiddleware(bare_app, policy)
                rules = rng.sample(PATHS, rng.randrange(1, 6))
                choices = [_draw_policy(rng), _draw_policy(rng), None, DENY]
                return CORSMiddleware(
                    bare_app, rng.choice([policy, policy, None, DENY]), paths={r: rng.choice(choices) for r in rules}
                )
        except PolicyError:  # noqa: PERF203 - seldom
            continue


def _draw_policy(rng: random.Random) -> Policy:
    names = rng.sample(NAMES, rng.randrange(1, 4))
    everybody = rng.random() < 0.2
    return Policy(
        "*" if everybody else rng.sample(ORIGINS, rng.randrange(0, 6)),
        methods=rng.choice(["*", rng.sample(METHODS, rng.randrange(1, 5)), METHODS[:7]]),
        allow_headers=rng.choice(["*", names, []]),
        expose_headers=rng.choice([[], rng.sample(EXPOSED, 2), "*" if everybody else []]),
        supports_credentials=not everybody and rng.random() < 0.5,
        max_age=rng.choice([None, 0, 600, 86400]),
        accept_risks=["insecure-origins", "public-suffix", "open-regex"],
    )


def bare_app(environ: Any, start_response: Any) -> list[bytes]:
    raise AssertionError("asked through a proxy, or wrapped anew")
