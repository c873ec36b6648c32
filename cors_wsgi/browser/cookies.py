"""Cookies, kept by the standard library's jar, with what browsers add: SameSite, prefixes, public suffixes."""

from __future__ import annotations

import email.message
import re
import time
import urllib.request
from collections.abc import Iterable, Iterator
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from .headers import Header
from .origins import Origin, is_public_suffix, is_same_site, is_trustworthy
from .urls import URL, parse_url

if TYPE_CHECKING:
    from .cache import Clock
    from .engines import Engine

_MAX_AGE = re.compile(r";\s*max-age\s*=", re.IGNORECASE)


class _Answer:
    """The part of a response that a cookie jar reads."""

    def __init__(self, values: Iterable[str]) -> None:
        self._message = email.message.Message()
        for value in values:
            self._message["Set-Cookie"] = value

    def info(self) -> email.message.Message:
        return self._message


class _Policy(DefaultCookiePolicy):
    """The jar's policy, with what browsers add to it (RFC 6265bis)."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(
            rfc2965=False,
            netscape=True,
            hide_cookie2=True,
            strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain,
        )
        self._engine = engine
        self.is_cross_site = False
        self.is_secure = False

    def set_ok(self, cookie: Cookie, request: urllib.request.Request) -> bool:
        """Tell whether a cookie may be kept."""
        if cookie.secure and not self.is_secure:
            return False
        if self._engine.checks_cookies and not _meets_prefix_rules(cookie):
            return False
        if cookie.domain_specified and is_public_suffix(cookie.domain.lstrip(".")):
            return False
        return self._suits_site(cookie) and bool(super().set_ok(cookie, request))

    def return_ok(self, cookie: Cookie, request: urllib.request.Request) -> bool:
        """Tell whether a cookie may be sent."""
        return self._suits_site(cookie) and bool(super().return_ok(cookie, request))

    def return_ok_secure(self, cookie: Cookie, request: urllib.request.Request) -> bool:  # noqa: ARG002
        """Tell whether the connection is good enough for the cookie; loopback is, as browsers take it."""
        return self.is_secure or not cookie.secure

    def return_ok_expires(self, cookie: Cookie, request: urllib.request.Request) -> bool:  # noqa: ARG002
        """Leave expiry to the browser's clock."""
        return True

    def _suits_site(self, cookie: Cookie) -> bool:
        """Tell whether SameSite lets the cookie cross to or from the site of the request."""
        if not self.is_cross_site:
            return True
        if self._engine.blocks_third_party_cookies:
            return False
        same_site = _get_same_site(cookie)
        return same_site == "none" or (same_site is None and not self._engine.defaults_to_lax)


def _meets_prefix_rules(cookie: Cookie) -> bool:
    """Tell whether a cookie has what its name and SameSite promise."""
    if not cookie.secure and (_get_same_site(cookie) == "none" or cookie.name.startswith("__Secure-")):
        return False
    if not cookie.name.startswith("__Host-"):
        return True
    return cookie.secure and not cookie.domain_specified and cookie.path_specified and cookie.path == "/"


def _get_same_site(cookie: Cookie) -> str | None:
    """Return `strict`, `lax` or `none`; None where the attribute is missing, or none of these."""
    value = (cookie.get_nonstandard_attr("SameSite") or "").lower()
    return value if value in ("strict", "lax", "none") else None


class _Jar(CookieJar):
    """A jar whose cookies grow old by the browser's clock."""

    def __init__(self, policy: _Policy, clock: Clock) -> None:
        super().__init__(policy)
        self._clock = clock

    def clear_expired_cookies(self) -> None:
        """Drop the cookies whose time is over."""
        now = self._clock.now()
        for cookie in list(self):
            if cookie.expires is not None and cookie.expires <= now:
                self.clear(cookie.domain, cookie.path, cookie.name)


def _keep_last_attributes(value: str) -> str:
    """Return a Set-Cookie value with one of each attribute, in one spelling: of several, browsers take the last."""
    # The jar of the standard library takes the first of several, and knows `SameSite` in one spelling alone.
    # RFC 6265bis takes the last, and compares names case-insensitively.
    pair, *parts = value.replace("\r", "").replace("\n", "").split(";")
    attributes: dict[str, str] = {}
    for part in parts:
        name, equals, given = part.partition("=")
        attributes[name.strip().lower()] = f"{equals}{given.strip()}"
    spelled = (f"{'SameSite' if name == 'samesite' else name}{given}" for name, given in attributes.items() if name)
    return "; ".join([pair, *spelled])


class Cookies:
    """The browser's cookies, for all origins. Iterating gives each as `http.cookiejar.Cookie`."""

    def __init__(self, clock: Clock, engine: Engine) -> None:
        self._clock = clock
        self._engine = engine
        self._policy = _Policy(engine)
        self._jar = _Jar(self._policy, clock)
        self._is_empty = True

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
    ) -> None:
        """Keep a cookie, as if `url` had been opened and had sent it.

        Args:
            url: where the cookie is from.
            name: its name.
            value: its value.
            domain: sent to subdomains too; None for the host of `url` alone.
            path: sent below it; None for the directory of `url`.
            secure: sent over https only.
            httponly: kept from scripts; they see no cookies here anyway.
            samesite: `Strict`, `Lax` or `None`, as in the header; None to leave it out.
            max_age: seconds; None for a cookie of this session.

        Raises:
            ValueError: a browser would not keep it.
        """
        parts = [f"{name}={value}"]
        attributes = {"Domain": domain, "Path": path, "SameSite": samesite, "Max-Age": max_age}
        parts += [f"{key}={given}" for key, given in attributes.items() if given is not None]
        parts += [key for key, given in (("Secure", secure), ("HttpOnly", httponly)) if given]
        header = "; ".join(parts)
        parsed = parse_url(url)
        if parsed is None or not parsed.is_http:
            raise ValueError(f"{url!r} is no http or https URL")
        if not self._keep(parsed, [header]):
            hint = (
                " (SameSite=None needs Secure, and Secure needs https)" if "https" in url or secure or samesite else ""
            )
            raise ValueError(f"browsers do not keep the cookie {header!r} from {url}{hint}")

    def clear(self) -> None:
        """Forget every cookie."""
        self._jar.clear()
        self._is_empty = True

    def __iter__(self) -> Iterator[Cookie]:
        self._jar.clear_expired_cookies()
        return iter(self._jar)

    def find(self, url: URL, origin: Origin) -> str | None:
        """Return the value of the Cookie header for a request of a page, or None (`#append-a-request-cookie-header`).

        Args:
            url: of the request.
            origin: of the page.
        """
        if self._is_empty:
            return None
        self._policy.is_cross_site = not is_same_site(origin, url)
        self._policy.is_secure = self._is_secure(url)
        self._jar.clear_expired_cookies()
        request = urllib.request.Request(url.request_url)
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie")

    def keep(self, url: URL, origin: Origin, headers: Iterable[Header]) -> None:
        """Keep what a response sets (`#parse-and-store-response-set-cookie-headers`).

        Args:
            url: of the request.
            origin: of the page.
            headers: of the response.
        """
        values = [value for name, value in headers if name.lower() == "set-cookie"]
        if values:
            self._keep(url, values, is_cross_site=not is_same_site(origin, url))

    def _is_secure(self, url: URL) -> bool:
        return is_trustworthy(url) if self._engine.trusts_loopback_for_cookies else url.scheme == "https"

    def _keep(self, url: URL, values: list[str], *, is_cross_site: bool = False) -> bool:
        self._policy.is_cross_site = is_cross_site
        self._policy.is_secure = self._is_secure(url)
        request = urllib.request.Request(url.request_url)
        kept = False
        for value in values:
            answer: Any = _Answer([_keep_last_attributes(value)])
            for cookie in self._jar.make_cookies(answer, request):
                if self._policy.set_ok(cookie, request):
                    if cookie.expires is not None and _MAX_AGE.search(value):
                        cookie.expires += int(self._clock.now() - time.time())
                    self._jar.set_cookie(cookie)
                    self._is_empty = False
                    kept = True
        return kept
