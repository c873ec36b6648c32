"""Share one response, refuse another, and see that nothing but the server side was needed."""

from __future__ import annotations

import sys
from wsgiref.util import setup_testing_defaults

from cors_wsgi import CORSMiddleware, Policy, PolicyError


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]


def ask(origin: str) -> dict[str, str]:
    answered = {}
    environ = {"HTTP_ORIGIN": origin}
    setup_testing_defaults(environ)
    b"".join(CORSMiddleware(app, Policy("https://*.example.com"))(environ, lambda _, headers: answered.update(headers)))
    return answered


shared = {"Access-Control-Allow-Origin": "https://app.example.com", "Content-Type": "text/plain", "Vary": "Origin"}
assert ask("https://app.example.com") == shared
assert ask("https://app.example.net") == {"Content-Type": "text/plain", "Vary": "Origin"}
try:
    Policy("https://*.com", supports_credentials=True)
except PolicyError:
    pass
else:
    raise AssertionError("everybody under .com was trusted with credentials")
assert not {"flask", "werkzeug", "rich"} & set(sys.modules)
print("Python", sys.version.split()[0], "shares, refuses, and trusts no public suffix with credentials")
