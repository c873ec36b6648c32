"""Subresource integrity: whether bytes have the hash that a page expects.

The anchors are those of https://w3c.github.io/webappsec-subresource-integrity.
"""

from __future__ import annotations

import base64
import re
from typing import Final

_ALGORITHMS: Final = ("sha256", "sha384", "sha512")
"""From the weakest to the strongest."""

_METADATA: Final = re.compile(r"(sha256|sha384|sha512)-([^?]*)(?:\?.*)?")
"""`sha256-` with a hash in base64, and options; the standard defines no option yet."""


def find_mismatch(data: bytes, metadata: str) -> tuple[str, str] | None:
    """Return the algorithm and the actual hash if bytes do not match an `integrity` attribute, or None if they do.

    Only the hashes of the strongest algorithm in the attribute count; without any, every response matches
    (`#does-response-match-metadatalist`).

    Args:
        data: the body of the response.
        metadata: hashes separated by white space, each `sha384-` (or the like) and base64.

    >>> find_mismatch(b"", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    >>> find_mismatch(b"", "md5-unknown"), find_mismatch(b"", "sha256-x")
    (None, ('sha256', '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='))
    """
    import hashlib  # noqa: PLC0415 - brings OpenSSL, for integrity alone

    hashes: dict[str, list[str]] = {}
    for item in metadata.split():
        if match := _METADATA.fullmatch(item):
            hashes.setdefault(match[1], []).append(match[2])
    strongest = max(hashes, key=_ALGORITHMS.index, default=None)
    if strongest is None:
        return None
    digest = base64.b64encode(hashlib.new(strongest, data).digest()).decode("ascii")
    # The standard takes base64url too, as browsers do.
    if any(given.replace("-", "+").replace("_", "/") == digest for given in hashes[strongest]):
        return None
    return strongest, digest
