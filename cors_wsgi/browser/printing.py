"""Exchanges for people to read: one choice of headers, no credentials, and nothing that could control a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .exchange import Exchange
    from .headers import Header

_MATTERS: Final = frozenset(
    {
        "allow",
        "authorization",
        "cache-control",
        "content-type",
        "cookie",
        "cross-origin-resource-policy",
        "location",
        "origin",
        "set-cookie",
        "vary",
    }
)
_HIDDEN: Final = "…"
_SCHEME = re.compile(r"(?:apikey|basic|bearer|digest|dpop|negotiate|token)[ \t]+", re.IGNORECASE)
"""Known schemes are shown; the first word of any other value may be the secret."""
_SHOWN_BODY = 200
"""How many bytes of a body are shown: enough to tell an error page from JSON, on a few lines of a terminal."""


def escape(text: str) -> str:
    r"""Return `text` with everything that could control a terminal written as an escape sequence.

    >>> escape("ok\x1b[31m")
    'ok\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def hide_credentials(name: str, value: str) -> str:
    """Return a header's value without its secrets: the names of cookies stay, and the scheme of Authorization.

    >>> hide_credentials("Cookie", "sid=31d4; theme=dark"), hide_credentials("Authorization", "Bearer eyJhbGci")
    ('sid=…; theme=…', 'Bearer …')
    >>> hide_credentials("Set-Cookie", "sid=31d4; Secure; SameSite=None")
    'sid=…; Secure; SameSite=None'
    """
    lower = name.lower()
    if lower in ("authorization", "proxy-authorization"):
        scheme = _SCHEME.match(value)
        return (scheme[0] if scheme else "") + _HIDDEN
    if lower == "cookie":
        return "; ".join(_hide_value(pair.strip()) for pair in value.split(";"))
    if lower == "set-cookie":
        pair, semicolon, attributes = value.partition(";")
        return _hide_value(pair) + semicolon + attributes
    return value


def show_exchange(exchange: Exchange, *, verbose: bool = False) -> list[str]:
    """Return the lines of an exchange, `>` before what was sent and `<` before what came back.

    Args:
        exchange: printed safely, whatever the server sent; the values of credentials are left out.
        verbose: whether to show every header and the start of the body, not only the headers that matter for CORS.
    """
    request, response = exchange.request, exchange.response
    lines = [f"> {request.method} {request.url}"]
    lines += [f"> {line}" for line in _list_headers(request.headers, verbose=verbose)]
    if response is None:
        lines.append(f"< (no response: {exchange.error})")
        return list(map(escape, lines))
    lines.append(f"< {response.status} {response.phrase}".rstrip(" "))
    lines += [f"< {line}" for line in _list_headers(response.headers, verbose=verbose)]
    if verbose and response.body:
        lines += [f"< {line}" for line in ["", *_begin_body(response.body)]]
    return list(map(escape, lines))


def _list_headers(headers: Sequence[Header], *, verbose: bool) -> list[str]:
    return [
        f"{name}: {hide_credentials(name, value)}"
        for name, value in headers
        if verbose or name.lower() in _MATTERS or name.lower().startswith("access-control-")
    ]


def _begin_body(body: bytes) -> list[str]:
    lines = body[:_SHOWN_BODY].decode("utf-8", "replace").splitlines()
    if len(body) > _SHOWN_BODY:
        lines[-1] += f" ... ({len(body)} bytes)"
    return lines


def _hide_value(pair: str) -> str:
    """Return a cookie's name; one without a name is all value."""
    name, sign, _ = pair.partition("=")
    return f"{name}={_HIDDEN}" if sign else _HIDDEN
