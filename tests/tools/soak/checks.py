"""What an answer in the soak may look like: it follows one generation of the policy or another, entirely."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .app import PARITY

Answer = tuple[int, Mapping[str, str], bytes]
Expected = dict[str, str]

_CORS = "access-control-"


def find_fault(number: int, origin: str | None, kind: str, answer: Answer) -> str | None:
    """Return what is wrong with an answer to the origin with this number, or None."""
    status, headers, body = answer
    seen = {name.lower(): value for name, value in headers.items() if name.lower().startswith(_CORS)}
    vary = headers.get("Vary", "")
    generation = None if origin is None else number % PARITY
    shared, refused = _expected(generation, origin, kind)
    if kind == "preflight":
        expected_vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        ok = (status == 204 and seen == shared) or (status == 403 and seen == refused)
        body_ok = body == b""
    else:
        expected_vary = "Accept, Origin"
        ok = status == (500 if kind == "error" else 200) and seen in (shared, refused)
        body_ok = json.loads(body)["origin"] == (origin or "")
    if ok and body_ok and vary == expected_vary:
        return None
    return f"{kind} from {origin}: {status} {seen} Vary: {vary!r} {body[:80]!r}"


def _expected(generation: int | None, origin: str | None, kind: str) -> tuple[Expected, Expected]:
    """Return the CORS headers of the generation that allows the origin, and of the one that refuses it."""
    if generation is None or origin is None:
        return {}, {}
    common = {"access-control-allow-origin": origin, "access-control-allow-credentials": "true"}
    if kind == "preflight":
        shared = common | {
            "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY",
            "access-control-allow-headers": "content-type,x-soak",
            "access-control-max-age": str(generation),
        }
    else:
        shared = common | {"access-control-expose-headers": f"X-Generation-{generation}"}
    return shared, {}
