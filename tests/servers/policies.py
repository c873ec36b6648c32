"""What every served app is wrapped in: named origins, a public part, and untrusted posts blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cors_wsgi import CORSMiddleware, Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ORIGIN, EVIL = "https://app.example.com", "https://evil.example"


def share(app: WSGIApplication) -> CORSMiddleware:
    policy = Policy([ORIGIN], supports_credentials=True, expose_headers=["ETag"])
    return CORSMiddleware(app, policy, paths={"/public/*": Policy("*")}, block_untrusted=True)
