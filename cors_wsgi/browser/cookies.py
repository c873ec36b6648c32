"""The browser's cookies: which are stored, and which are sent (RFC 6265bis, and CHIPS for partitions)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .cookie_syntax import MAX_AGE, SameSite, SetCookie, parse_set_cookie
from .headers import Header
from .origins import Origin, find_site, is_address, is_public_suffix, is_same_site, is_trustworthy
from .urls import URL, parse_url

if TYPE_CHECKING:
    from .cache import Clock
    from .engines import Engine


@dataclass(frozen=True)
class Cookie:
    """A stored cookie.

    Attributes:
        name: may be empty.
        value: may be empty.
        domain: the host, or the domain that it is for.
        path: of the URLs that get it.
        is_host_only: whether it is only for that host, not for subdomains.
        is_secure: whether it is only for https.
        is_http_only: whether scripts cannot see it.
        same_site: `strict`, `lax` or `none`; `default` if it was absent.
        partition: the site of the only pages that it is sent with; empty if it is not partitioned.
        expires: when it ends, by the browser's clock; None for the end of the session.
        created: by the browser's clock.
    """

    name: str
    value: str
    domain: str
    path: str
    is_host_only: bool
    is_secure: bool
    is_http_only: bool
    same_site: SameSite
    partition: str
    expires: float | None
    created: float

    def matches_host(self, host: str) -> bool:
        """Tell whether a host gets it (5.8.3)."""
        return self.domain == host if self.is_host_only else matches_domain(host, self.domain)

    def __str__(self) -> str:
        return f"{self.name}={self.value}" if self.name else self.value


class _Key(NamedTuple):
    """What makes a later cookie replace an earlier one (step 23 of 5.7)."""

    name: str
    domain: str
    is_host_only: bool
    path: str
    partition: str


def matches_domain(host: str, domain: str) -> bool:
    """Tell whether a host is a domain or below it (5.1.3)."""
    return host == domain or (host.endswith(f".{domain}") and not is_address(host))


def matches_path(path: str, cookie_path: str) -> bool:
    """Tell whether a URL's path is a cookie's or below it (5.1.4)."""
    if not path.startswith(cookie_path):
        return False
    return len(path) == len(cookie_path) or cookie_path.endswith("/") or path[len(cookie_path)] == "/"


class Cookies:
    """The browser's cookies, for all origins. Iterating gives each as a `Cookie`."""

    def __init__(self, clock: Clock, engine: Engine) -> None:
        self._clock = clock
        self._engine = engine
        self._kept: dict[_Key, Cookie] = {}
        self._given: dict[str, str] = {}

    def give(self, url: str, header: str) -> None:
        """Send this value of the Cookie header to an origin with every request that includes credentials.

        Use it for a cookie whose attributes you do not know: SameSite is ignored, and stored cookies are not sent
        there.

        Args:
            url: of the origin.
            header: the value, such as `sid=31d4; theme=dark`.

        Raises:
            ValueError: `url` is not an http or https URL.
        """
        parsed = parse_url(url)
        if parsed is None or not parsed.is_http:
            raise ValueError(f"{url!r} is not an http or https URL")
        self._given[parsed.origin] = header

    def set(
        self,
        url: str,
        name: str,
        value: str,
        *,
        domain: str | None = None,
        path: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: str | None = None,
        max_age: int | None = None,
        partitioned: bool = False,
    ) -> None:
        """Store a cookie, as if `url` had been opened and had sent it.

        Args:
            url: where the cookie is from.
            name: its name.
            value: its value.
            domain: sent to subdomains too; None for only the host of `url`.
            path: sent below it; None for the directory of `url`.
            secure: sent over https only.
            httponly: hidden from scripts, which see no cookies here anyway.
            samesite: `Strict`, `Lax` or `None`, as in the header; None to leave it out.
            max_age: seconds; None for a cookie of this session.
            partitioned: sent only with pages of the site of `url`.

        Raises:
            ValueError: a browser would not store it.
        """
        parts = [f"{name}={value}"]
        attributes = {"Domain": domain, "Path": path, "SameSite": samesite, "Max-Age": max_age}
        parts += [f"{key}={given}" for key, given in attributes.items() if given is not None]
        flags = {"Secure": secure, "HttpOnly": httponly, "Partitioned": partitioned}
        parts += [key for key, given in flags.items() if given]
        header = "; ".join(parts)
        parsed = parse_url(url)
        if parsed is None or not parsed.is_http:
            raise ValueError(f"{url!r} is not an http or https URL")
        if not self._keep(parsed, Origin(parsed.origin), header):
            hint = (
                " (SameSite=None needs Secure, and Secure needs https)" if "https" in url or secure or samesite else ""
            )
            raise ValueError(f"browsers do not keep the cookie {header!r} from {url}{hint}")

    def clear(self) -> None:
        """Forget every cookie."""
        self._kept.clear()
        self._given.clear()

    def __iter__(self) -> Iterator[Cookie]:
        self._drop_old()
        return iter(list(self._kept.values()))

    def find(self, url: URL, origin: Origin) -> str | None:
        """Return the value of the Cookie header for a request of a page, or None (5.8.3).

        Args:
            url: of the request.
            origin: of the page.
        """
        if (given := self._given.get(url.origin)) is not None:
            return given
        if not self._kept:
            return None
        self._drop_old()
        is_own_site, site = is_same_site(origin, url), find_site(origin)
        found = [
            cookie
            for cookie in self._kept.values()
            if cookie.matches_host(url.host)
            and matches_path(url.path, cookie.path)
            and (not cookie.is_secure or self._is_secure(url))
            and cookie.partition in ("", site)
            and (is_own_site or self._crosses_sites(cookie))
        ]
        found.sort(key=lambda cookie: -len(cookie.path))  # a stable sort: among equal lengths, the earlier comes first
        return "; ".join(map(str, found)) if found else None

    def keep(self, url: URL, origin: Origin, headers: Iterable[Header]) -> None:
        """Store what a response sets (`#parse-and-store-response-set-cookie-headers` of Fetch).

        Args:
            url: of the request.
            origin: of the page.
            headers: of the response.
        """
        for name, value in headers:
            if name.lower() == "set-cookie":
                self._keep(url, origin, value)

    def _is_secure(self, url: URL) -> bool:
        return is_trustworthy(url) if self._engine.trusts_loopback_for_cookies else url.scheme == "https"

    def _crosses_sites(self, cookie: Cookie) -> bool:
        """Tell whether SameSite and the engine let a cookie pass between the page's site and another."""
        if self._engine.blocks_third_party_cookies and not cookie.partition:
            return False
        same_site = cookie.same_site
        return same_site == "none" or (same_site == "default" and not self._engine.defaults_to_lax)

    def _drop_old(self) -> None:
        now = self._clock.now()
        for key in [key for key, cookie in self._kept.items() if cookie.expires is not None and cookie.expires <= now]:
            del self._kept[key]

    def _keep(self, url: URL, origin: Origin, text: str) -> bool:
        """Store a cookie, replacing one of the same name; return whether it counts, even if it only ends one (5.7)."""
        given = parse_set_cookie(text, self._engine)
        cookie = None if given is None else self._make(url, origin, given)
        if given is None or cookie is None:
            return False
        if not is_same_site(origin, url) and not self._crosses_sites(cookie):
            return False
        if not self._is_secure(url) and any(self._shields(other, cookie) for other in self):
            return False
        key = _Key(cookie.name, cookie.domain, cookie.is_host_only, cookie.path, cookie.partition)
        self._kept[key] = cookie
        self._drop_old()
        return True

    def _make(self, url: URL, origin: Origin, given: SetCookie) -> Cookie | None:
        """Return the cookie, or None if its attributes do not fit its name or origin."""
        engine, domain = self._engine, given.domain
        if domain and is_public_suffix(domain):
            if domain != url.host or not engine.keeps_domain_of_suffix:
                return None
            domain = ""
        if domain and not matches_domain(url.host, domain):
            return None
        if given.is_secure and not self._is_secure(url):
            return None
        if engine.checks_cookies and not _meets_rules(given, is_host_only=not domain and self._allows_domain(given)):
            return None
        is_partitioned = given.is_partitioned and engine.partitions_cookies
        if is_partitioned and not given.is_secure:
            return None
        now = self._clock.now()
        return Cookie(
            given.name,
            given.value,
            domain or url.host,
            given.path or _find_default_path(url.path),
            not domain,
            given.is_secure,
            given.is_http_only,
            given.same_site,
            find_site(origin) if is_partitioned else "",
            _find_expiry(given, now),
            now,
        )

    def _allows_domain(self, given: SetCookie) -> bool:
        return not given.domain or not self._engine.host_prefix_forbids_domain

    def _shields(self, old: Cookie, new: Cookie) -> bool:
        """Tell whether a secure cookie stops an insecure origin from overlaying it (step 18 of 5.7)."""
        if not old.is_secure or new.is_secure or old.name != new.name:
            return False
        overlaps = matches_domain(old.domain, new.domain) or matches_domain(new.domain, old.domain)
        return overlaps and matches_path(new.path, old.path)


def _meets_rules(given: SetCookie, *, is_host_only: bool) -> bool:
    """Tell whether a cookie has what its name and SameSite promise (steps 15, 20 and 21 of 5.7)."""
    prefixed = given.name.lower() or given.value.lower()
    has_prefix = prefixed.startswith(("__secure-", "__host-"))
    if not given.is_secure and (has_prefix or given.same_site == "none"):
        return False
    if has_prefix and not given.name:
        return False
    return not prefixed.startswith("__host-") or (is_host_only and given.path == "/")


def _find_default_path(path: str) -> str:
    """Return the directory of a URL's path (5.1.4)."""
    return path[: path.rfind("/")] or "/"


def _find_expiry(given: SetCookie, now: float) -> float | None:
    """Return when a cookie ends by the browser's clock, which need not be the machine's."""
    if given.max_age is not None:
        return now + given.max_age
    if given.expires is None:
        return None
    return now + min(given.expires - time.time(), MAX_AGE)
