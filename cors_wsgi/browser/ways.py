"""The way to a live server, where it is not the usual one: certificates, addresses, a proxy, a socket."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from .headers import Header
from .urls import URL, parse_url


@dataclass(frozen=True)
class Route:
    """The way to a server, where it is not the usual one.

    Attributes:
        verifies: whether certificates are checked.
        ca_file: a file of certificates that are trusted in place of the system's; empty for those.
        addresses: by host and port, the address to connect to instead of asking for one.
        proxy: the URL of a proxy; None for the one that the environment names, empty for none at all.
        unix_socket: the path of a socket to connect to, whatever the host; empty for none.
    """

    verifies: bool = True
    ca_file: str = ""
    addresses: Mapping[tuple[str, int], str] = field(default_factory=dict)
    proxy: str | None = None
    unix_socket: str = ""


DIRECT: Final = Route()


def find_proxy(route: Route, url: URL) -> URL | None:
    """Return the proxy that a request takes, or None: the environment's never for loopback, as in browsers.

    Raises:
        ValueError: what is named is not an http or https URL.
    """
    if route.unix_socket or route.proxy == "":
        return None
    proxy = route.proxy
    if proxy is None:
        # With http.client, ssl and email it takes longer to import than all of this side.
        from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415

        if is_loopback(url.host) or proxy_bypass(url.host):
            return None
        found = getproxies()
        proxy = found.get(url.scheme) or found.get("all") or ""
    if not proxy:
        return None
    whole = proxy if "://" in proxy else f"http://{proxy}"
    parsed = parse_url(whole)
    if parsed is None or not parsed.is_http:
        raise ValueError(f"the proxy {whole.rpartition('@')[2]!r} is not an http or https URL; write http://host:port")
    return parsed


def list_login(proxy: URL | None) -> list[Header]:
    """Return the header that gives a proxy the user name and password, if its URL has them."""
    if proxy is None or not proxy.has_credentials:
        return []
    token = base64.b64encode(unquote(proxy.userinfo).encode()).decode("ascii")
    return [("Proxy-Authorization", f"Basic {token}")]


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its name or address alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
