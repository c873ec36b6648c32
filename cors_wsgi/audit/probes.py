"""The probes: origins like those that servers have let in by mistake, made to resemble the one that is allowed."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..browser.origins import find_registrable_domain
from ..browser.urls import parse_url
from .flaws import FlawCode

STRANGER: Final = "https://cors-audit.example"
"""An origin that nobody has; `example` is reserved (RFC 2606)."""

UNKNOWN_METHOD: Final = "CORSAUDIT"
UNKNOWN_HEADER: Final = "x-cors-audit"
_PORT: Final = 1337


class Probe(NamedTuple):
    """An origin to send.

    Attributes:
        flaw: the code of the flaw if it is let in.
        origin: the value of the Origin header.
    """

    flaw: FlawCode
    origin: str


def list_probes(known: str) -> list[Probe]:
    """Return the origins to send.

    Args:
        known: an origin that is, or might be, allowed; the look-alikes are made from it.

    Raises:
        ValueError: it is not an http or https origin.
    """
    url = parse_url(known)
    if url is None or not url.is_http or url.origin != known:
        raise ValueError(f"{known!r} is not an origin; write one such as 'https://app.example.com'")
    scheme, authority = known.split("://")
    evil = STRANGER.removeprefix("https://")
    return [
        Probe(FlawCode.NULL_ORIGIN, "null"),
        Probe(FlawCode.ORIGIN_END, f"{known}.{evil}"),
        Probe(FlawCode.ORIGIN_BEGIN, f"{scheme}://cors-audit{_find_site(url.host)}"),
        Probe(FlawCode.ORIGIN_BEGIN, f"{scheme}://corsaudit{_find_site(url.host)}"),  # many a regex has [a-z]+ there
        Probe(FlawCode.UNESCAPED_DOT, f"{scheme}://{_replace_a_dot(authority)}"),
        Probe(FlawCode.SPECIAL_CHARACTERS, f"{known}_.{evil}"),
        Probe(FlawCode.SPECIAL_CHARACTERS, f"{known}`.{evil}"),
        Probe(FlawCode.SEVERAL_IN_ONE, f"{known}, {STRANGER}"),
        Probe(FlawCode.SEVERAL_IN_ONE, f"{known}@{evil}"),
        Probe(FlawCode.SCHEME_DOWNGRADE, f"http://{authority}"),
        Probe(FlawCode.ANY_PORT, f"{scheme}://{url.host}:{_PORT}"),
        Probe(FlawCode.ANY_SUBDOMAIN, f"{scheme}://cors-audit.{authority}"),
        Probe(FlawCode.ANY_SUBDOMAIN, f"{scheme}://cors-audit.{_find_site(url.host)}"),
        Probe(FlawCode.ANY_SUBDOMAIN, f"{scheme}://corsaudit.{_find_site(url.host)}"),
        Probe(FlawCode.LOCALHOST, "http://localhost:1337"),
    ]


def is_makeable(probe: Probe, known: str) -> bool:
    """Tell whether a probe makes sense for this origin: an address has no subdomains, and http no downgrade."""
    host = known.split("://")[1].rpartition(":")[0] or known.split("://")[1]
    is_address = host.startswith("[") or host.replace(".", "").isdigit()
    if probe.origin == known:
        return False
    if probe.flaw in (FlawCode.ORIGIN_BEGIN, FlawCode.UNESCAPED_DOT, FlawCode.ANY_SUBDOMAIN):
        return (
            not is_address
            and not host.endswith("localhost")
            and (probe.flaw is not FlawCode.UNESCAPED_DOT or "." in host)
        )
    if probe.flaw is FlawCode.LOCALHOST:
        return not host.endswith("localhost") and not host.startswith(("127.", "[::1]"))
    return True


def _find_site(host: str) -> str:
    """Return the registrable domain of a host, or the host where it has none."""
    return find_registrable_domain(host) or host


def _replace_a_dot(authority: str) -> str:
    """Return the authority with its first dot replaced, which makes it another site."""
    return authority.replace(".", "x", 1)
