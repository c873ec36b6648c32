"""What a `data:` URL holds (`#data-url-processor` of the Fetch standard)."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote_to_bytes

from .bodies import encode_text
from .exchange import WireResponse
from .mime import parse_mime_type
from .urls import URL

_WHITESPACE = "\t\n\f\r "
_BASE64 = re.compile(r"; *base64\Z", re.IGNORECASE)


def read_data_url(url: URL) -> WireResponse | None:
    """Return the response that a `data:` URL holds, or None if it is invalid (`#data-url-processor`).

    Args:
        url: with the scheme `data`.
    """
    kind, comma, rest = url.path.partition(",")
    if not comma:
        return None
    kind, data = kind.strip(_WHITESPACE), unquote_to_bytes(encode_text(rest))
    if match := _BASE64.search(kind):
        decoded = _decode_base64(data.decode("latin-1"))
        if decoded is None:
            return None
        kind, data = kind[: match.start()], decoded
    parsed = parse_mime_type(f"text/plain{kind}" if kind.startswith(";") else kind)
    shown = "text/plain;charset=US-ASCII" if parsed is None else str(parsed)
    return WireResponse(200, "OK", [("Content-Type", shown)], data)


def _decode_base64(text: str) -> bytes | None:
    """Return the bytes, or None (https://infra.spec.whatwg.org/#forgiving-base64-decode)."""
    text = re.sub(f"[{_WHITESPACE}]", "", text)
    if len(text) % 4 == 0:
        text = re.sub("={1,2}\\Z", "", text)
    if len(text) % 4 == 1 or re.search(r"[^A-Za-z0-9+/]", text):
        return None
    return base64.b64decode(text + "=" * (-len(text) % 4))
