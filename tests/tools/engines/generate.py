"""Random cases, the same for the same seed; each family tests one part of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from .cases import Case, Step
from .cookie_syntax import cookie_syntax
from .draw import Draw
from .elements import elements
from .families import (
    allow_credentials,
    allow_headers,
    allow_methods,
    allow_origin,
    any_request,
    anything,
    authentication,
    content_type,
    expose_headers,
    modes,
    range_header,
    statuses,
    streams,
    total_size,
)
from .sequences import ages, cookies, preflight_cache, redirects

Family = Callable[[Draw], list[Step]]

FAMILIES: Final[dict[str, tuple[Family, float]]] = {
    "request": (any_request, 14),
    "content-type": (content_type, 8),
    "range": (range_header, 5),
    "total-size": (total_size, 2),
    "allow-origin": (allow_origin, 9),
    "allow-credentials": (allow_credentials, 5),
    "allow-methods": (allow_methods, 6),
    "allow-headers": (allow_headers, 7),
    "expose-headers": (expose_headers, 7),
    "status": (statuses, 3),
    "anything": (anything, 10),
    "mode": (modes, 6),
    "stream": (streams, 2),
    "redirect": (redirects, 11),
    "preflight-cache": (preflight_cache, 11),
    "age": (ages, 1.5),
    "cookie": (cookies, 3),
    "authentication": (authentication, 1.5),
    "element": (elements, 12),
    "cookie-syntax": (cookie_syntax, 8),
}
"""The families, and how likely each is."""


def generate_case(family: str, seed: int, number: int) -> Case:
    """Return the case with the id `family-seed-number`."""
    name = f"{family}-{seed}-{number}"
    draw = Draw(name)
    opaque = draw.chance(0.07) and family not in ("element", "cookie-syntax")
    steps = FAMILIES[family][0](draw)
    is_of_a_site = family in ("cookie", "mode") and any(step["target"] != "api" for step in steps)
    return {"id": name, "opaque": opaque and not is_of_a_site, "steps": steps}


def generate_cases(seed: int, count: int, families: Sequence[str] = tuple(FAMILIES)) -> Iterator[Case]:
    """Yield so many cases, the same for the same seed."""
    weights = {name: weight for name, (_, weight) in FAMILIES.items() if name in families}
    draw = Draw(seed)
    for number in range(count):
        yield generate_case(draw.weigh(weights), seed, number)


def find_case(name: str) -> Case:
    """Return the case of that id, as a comparison printed it."""
    family, seed, number = name.rsplit("-", 2)
    return generate_case(family, int(seed), int(number))
