"""A request on the wire, in the form in which a browser's and the model's requests are compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cors_wsgi.browser.wire_headers import ACCEPT_LANGUAGE

BROWSERS_OWN: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "dnt",
        "host",
        "keep-alive",
        "priority",
        "referer",
        "sec-fetch-storage-access",
        "sec-gpc",
        "te",
        "transfer-encoding",
        "upgrade-insecure-requests",
    }
)
"""Headers that no script decides, and that are not about CORS."""


def describe_request(
    server: str, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes, *, is_preflight: bool
) -> dict[str, Any]:
    """Return what is compared of a request; header values of one name joined, one character a byte."""
    kept: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in BROWSERS_OWN or lower.startswith("sec-ch-"):
            continue
        joined = f"{kept[lower]}, {value}" if lower in kept else value
        kept[lower] = joined.strip(" \t")
    if kept.get("accept-language") == ACCEPT_LANGUAGE[1]:
        del kept["accept-language"]
    if kept.get("user-agent", "").startswith("Mozilla/"):
        kept["user-agent"] = "its own"
    if kept.get("content-type", "").startswith("multipart/form-data; boundary="):
        kept["content-type"] = "multipart/form-data; boundary=..."
        kept.pop("content-length", None)
        body = b"..."
    return {
        "server": server,
        "target": target,
        "method": method,
        "is_preflight": is_preflight,
        "headers": kept,
        "body": body.decode("latin-1"),
    }
