"""How to reach a live server in other than the usual way: certificates, addresses, a proxy, a socket."""

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
    """How to reach a server in other than the usual way.

    Attributes:
        verifies: whether certificates are checked.
        ca_file: a file of certificates to trust instead of the system's; empty for the system's.
        addresses: by host and port, the address to connect to instead of resolving the host.
        proxy: the URL of a proxy; None for the one in the environment, empty for no proxy.
        unix_socket: the path of a socket to connect to, whatever the host; may be empty.
    """

    verifies: bool = True
    ca_file: str = ""
    addresses: Mapping[tuple[str, int], str] = field(default_factory=dict)
    proxy: str | None = None
    unix_socket: str = ""


DIRECT: Final = Route()


def find_proxy(route: Route, url: URL) -> URL | None:
    """Return the proxy for a request, or None; the environment's never applies to loopback, as in browsers.

    Raises:
        ValueError: the proxy is not an http or https URL.
    """
    if route.unix_socket or route.proxy == "":
        return None
    proxy = route.proxy
    if proxy is None:
        # It imports http.client, ssl and email, which takes longer than importing the whole package.
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
    """Return the header with the proxy's user name and password, if its URL has them."""
    if proxy is None or not proxy.has_credentials:
        return []
    token = base64.b64encode(unquote(proxy.userinfo).encode()).decode("ascii")
    return [("Proxy-Authorization", f"Basic {token}")]


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, judging only by its name or address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
