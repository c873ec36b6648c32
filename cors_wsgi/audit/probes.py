"""What is asked: the origins that were let in by mistake elsewhere, made to look like the one that is allowed."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from ..browser.urls import parse_url

STRANGER: Final = "https://cors-audit.example"
"""An origin that nobody has; `example` is reserved (RFC 2606)."""

UNKNOWN_METHOD: Final = "CORSAUDIT"
UNKNOWN_HEADER: Final = "x-cors-audit"
_PORT: Final = 1337


class Probe(NamedTuple):
    """An origin to ask with.

    Attributes:
        flaw: the code of what is wrong if it is let in.
        origin: the value of the Origin header.
    """

    flaw: str
    origin: str


def list_probes(known: str) -> list[Probe]:
    """Return the origins to ask with.

    Args:
        known: an origin that is, or might be, allowed; the look-alikes are made from it.

    Raises:
        ValueError: it is no http or https origin.
    """
    url = parse_url(known)
    if url is None or not url.is_http or url.origin != known:
        raise ValueError(f"{known!r} is no origin; write an origin such as 'https://app.example.com'")
    scheme, authority = known.split("://")
    evil = STRANGER.removeprefix("https://")
    return [
        Probe("null-origin", "null"),
        Probe("origin-end", f"{known}.{evil}"),
        Probe("origin-begin", f"{scheme}://cors-audit{_find_site(url.host)}"),
        Probe("unescaped-dot", f"{scheme}://{_replace_a_dot(authority)}"),
        Probe("special-characters", f"{known}_.{evil}"),
        Probe("special-characters", f"{known}`.{evil}"),
        Probe("several-in-one", f"{known}, {STRANGER}"),
        Probe("several-in-one", f"{known}@{evil}"),
        Probe("scheme-downgrade", f"http://{authority}"),
        Probe("any-port", f"{scheme}://{url.host}:{_PORT}"),
        Probe("any-subdomain", f"{scheme}://cors-audit.{authority}"),
        Probe("any-subdomain", f"{scheme}://cors-audit.{_find_site(url.host)}"),
        Probe("localhost", "http://localhost:1337"),
    ]


def is_makeable(probe: Probe, known: str) -> bool:
    """Tell whether a probe says something about this origin: an address has no subdomains, and http no downgrade."""
    host = known.split("://")[1].rpartition(":")[0] or known.split("://")[1]
    is_address = host.startswith("[") or host.replace(".", "").isdigit()
    if probe.origin == known:
        return False
    if probe.flaw in ("origin-begin", "unescaped-dot", "any-subdomain"):
        return not is_address and not host.endswith("localhost") and (probe.flaw != "unescaped-dot" or "." in host)
    if probe.flaw == "localhost":
        return not host.endswith("localhost") and not host.startswith(("127.", "[::1]"))
    return True


@cache
def _find_site(host: str) -> str:
    """Return the registrable domain of a host, or the host where it has none."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - it reads its list when it is made

    return PublicSuffixList().privatesuffix(host) or host


def _replace_a_dot(authority: str) -> str:
    """Return the authority with one dot replaced: the first if there are several, so that the site is another one."""
    return authority.replace(".", "x", 1)
