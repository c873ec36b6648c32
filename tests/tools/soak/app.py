"""The app that the soak serves: every answer names the policy generation that is in force in the worker."""

from __future__ import annotations

import itertools
import json
import os
import threading
import time

from cors_wsgi import CORSMiddleware, Policy

PARITY = 2
"""Two generations of the policy alternate: each allows one half of the origins and exposes a header of its own."""


def origin(number: int) -> str:
    return f"https://tenant{number}.example"


def make_policy(generation: int, origins: int) -> Policy:
    half = [origin(number) for number in range(origins) if number % PARITY == generation % PARITY]
    return Policy(
        half,
        supports_credentials=True,
        expose_headers=[f"X-Generation-{generation % PARITY}"],
        max_age=generation % PARITY,
    )


def app(environ, start_response):
    origin_seen = environ.get("HTTP_ORIGIN", "")
    size = int(environ.get("CONTENT_LENGTH") or 0)
    environ["wsgi.input"].read(size)
    body = json.dumps({"origin": origin_seen, "pid": os.getpid()}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Vary", "Accept")]
    if environ["PATH_INFO"] == "/stream":
        start_response("200 OK", headers)
        return iter([body[:5], body[5:]])
    if environ["PATH_INFO"] == "/error":
        start_response("500 Internal Server Error", headers)
        return [body]
    start_response("200 OK", headers)
    return [body]


def _replace_policies(middleware: CORSMiddleware, policies: list[Policy]) -> None:
    for policy in itertools.cycle(policies):
        middleware.policy = policy
        time.sleep(0.002)


def make_app() -> CORSMiddleware:
    origins = int(os.environ.get("SOAK_ORIGINS", "200"))
    policies = [make_policy(generation, origins) for generation in range(PARITY)]
    wrapped = CORSMiddleware(app, policies[0])
    threading.Thread(target=_replace_policies, args=(wrapped, policies), daemon=True).start()
    return wrapped
