"""URLs as browsers read them (https://url.spec.whatwg.org), as far as http and https go.

Written by hand, since `urllib.parse` follows RFC 3986: it keeps dot segments, default ports, capitals and `0x7f.1`, and
treats a backslash as part of a path. ada, which reads URLs as browsers do, is compiled C++: too much to depend on for a
model of browsers, but the tests compare this parser with it.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from ..fetch import DEFAULT_PORTS
from .hosts import parse_host

HTTP_SCHEMES: Final = ("http", "https")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
"""`https:` and what follows it."""

_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]+)(?::([0-9]*))?")
"""`api.example:8443`, `[::1]`, or `a.example:` with an empty port."""

_C0_CONTROL_OR_SPACE = "".join(map(chr, range(0x21)))
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which a URL cannot contain: it becomes U+FFFD, as in a `USVString` of JavaScript."""

# The percent-encode sets beyond controls and non-ASCII (`#percent-encoded-bytes`); the query's is that of special URLs.
_FRAGMENT = frozenset('"<>`')
_QUERY = frozenset("\"<>#'")
_PATH = frozenset('"<>#?^`{}')
_USERINFO = _PATH | frozenset("/:;=@[\\]|")

BAD_PORTS: Final = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104),
        *(109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515),
        *(526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049),
        *(3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)
"""Ports to which browsers never connect (`#port-blocking` of the Fetch standard)."""


@dataclass(frozen=True)
class URL:
    """A parsed URL.

    Attributes:
        scheme: in lower case.
        host: as serialized; empty for schemes other than http and https.
        port: None if it is the scheme's default.
        path: percent-encoded, beginning with a slash; for other schemes, everything after the scheme.
        query: percent-encoded, or None.
        fragment: percent-encoded, or None.
        userinfo: user name and password as written before the `@`, percent-encoded; usually empty.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None
    userinfo: str = ""

    @property
    def is_http(self) -> bool:
        """Whether the scheme is http or https (`#http-scheme`)."""
        return self.scheme in HTTP_SCHEMES

    @property
    def origin(self) -> str:
        """The serialized origin; `null` for schemes other than http and https (`#concept-url-origin`)."""
        if not self.is_http:
            return "null"
        return f"{self.scheme}://{self.host}" if self.port is None else f"{self.scheme}://{self.host}:{self.port}"

    @property
    def target(self) -> str:
        """Path and query, as in the first line of a request."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def has_credentials(self) -> bool:
        """Whether it has a user name or password (`#include-credentials`)."""
        return self.userinfo != ""

    @property
    def authorization(self) -> str:
        """The value of the Authorization header for its user name and password."""
        name, _, password = self.userinfo.partition(":")
        value = unquote_to_bytes(name) + b":" + unquote_to_bytes(password)
        return f"Basic {base64.b64encode(value).decode('ascii')}"

    def with_credentials(self, username: str | None, password: str | None) -> URL:
        """Return the URL with a user name and a password; None leaves either as it is (`#set-the-username`)."""
        own = self.userinfo.partition(":")[::2]
        name, secret = (
            old if new is None else _encode(new, _USERINFO) for old, new in zip(own, (username, password), strict=True)
        )
        return replace(self, userinfo=f"{name}:{secret}" if secret else name)

    @property
    def has_bad_port(self) -> bool:
        """Whether browsers refuse to connect to its port (`#block-bad-port`)."""
        return self.is_http and self.port in BAD_PORTS

    @property
    def without_fragment(self) -> str:
        """The URL without its fragment, as a script sees it in a response."""
        if not self.userinfo:
            return self.request_url
        return self.request_url.replace("://", f"://{self.userinfo}@", 1)

    @property
    def request_url(self) -> str:
        """The URL without fragment, user name and password."""
        return f"{self.origin}{self.target}" if self.is_http else f"{self.scheme}:{self.target}"

    def __str__(self) -> str:
        return self.without_fragment if self.fragment is None else f"{self.without_fragment}#{self.fragment}"


@lru_cache(maxsize=1024)  # every request parses the same few URLs; a test that generates more must not fill the memory
def parse_url(text: str, base: URL | None = None) -> URL | None:
    """Return the parts of a URL, or None if `text` is not one (`#concept-basic-url-parser`).

    For schemes other than http and https only the scheme and the fragment are read: they are never fetched here.

    Args:
        text: a URL; with `base`, it may be relative.
        base: an http or https URL.

    >>> str(parse_url("HTTPS://App.Example.com:443/a/../b?q='#x"))
    "https://app.example.com/b?q=%27#x"
    """
    text = _SURROGATE.sub("\ufffd", text).strip(_C0_CONTROL_OR_SPACE)
    text = re.sub(r"[\t\n\r]", "", text)
    text, hash_sign, rest = text.partition("#")
    fragment = _encode(rest, _FRAGMENT) if hash_sign else None
    scheme = base.scheme if base is not None else ""
    if match := _SCHEME.fullmatch(text):
        scheme, remaining = match[1].lower(), match[2]
        if scheme not in HTTP_SCHEMES:
            return URL(scheme, "", None, remaining, None, fragment)
        if base is not None and base.scheme == scheme and not remaining.startswith("//"):
            text = remaining
        else:
            return _parse_authority(scheme, remaining.lstrip("/\\"), fragment)
    if base is None or not base.is_http:
        return None
    return _resolve(text, base, scheme, fragment)


def _resolve(text: str, base: URL, scheme: str, fragment: str | None) -> URL | None:
    """Resolve a relative URL (`#relative-state`)."""
    if re.match(r"[/\\]{2}", text):
        return _parse_authority(scheme, text.lstrip("/\\"), fragment)
    before, mark, after = text.partition("?")
    query = _encode(after, _QUERY) if mark else None
    if not before:
        query = query if mark else base.query
        return URL(scheme, base.host, base.port, base.path, query, fragment, base.userinfo)
    before = before.replace("\\", "/")
    if not before.startswith("/"):
        before = base.path.rpartition("/")[0] + "/" + before
    return URL(scheme, base.host, base.port, _parse_path(before), query, fragment, base.userinfo)


def _parse_authority(scheme: str, text: str, fragment: str | None) -> URL | None:
    """Return the URL whose user info, host, port, path and query are in `text` (`#authority-state`)."""
    before, mark, after = text.partition("?")
    end = re.search(r"[/\\]", before)
    authority, path = (before, "/") if end is None else (before[: end.start()], before[end.start() :])
    before_at, _, netloc = authority.rpartition("@")
    name, _, password = (_encode(part, _USERINFO) for part in before_at.partition(":"))
    userinfo = f"{name}:{password}" if password else name
    match = _AUTHORITY.fullmatch(netloc)
    if match is None or (host := parse_host(match[1])) is None:
        return None
    digits = (match[2] or "").lstrip("0") or ("0" if match[2] else "")
    if len(digits) > 5 or int(digits or 0) > 65535:  # a number of 16 bits (`#port-state`)
        return None
    port = None if digits in ("", DEFAULT_PORTS[scheme]) else int(digits)
    query = _encode(after, _QUERY) if mark else None
    return URL(scheme, host, port, _parse_path(path.replace("\\", "/")), query, fragment, userinfo)


def _parse_path(text: str) -> str:
    """Return a path without dot segments, percent-encoded (`#path-state`)."""
    segments: list[str] = []
    parts = text.split("/")[1:]
    for place, part in enumerate(parts):
        is_last = place == len(parts) - 1
        dots = part.lower().replace("%2e", ".")
        if dots == "..":
            segments[-1:] = []
        if dots in (".", ".."):
            segments += [""] if is_last else []
        else:
            segments.append(_encode(part, _PATH))
    return "/" + "/".join(segments)


def _encode(text: str, also: frozenset[str]) -> str:
    """Percent-encode controls, spaces, everything beyond ASCII, and `also` (`#string-utf-8-percent-encode`)."""
    if text.isascii() and text.isprintable() and not also.intersection(text) and " " not in text:
        return text
    return "".join(
        char if "!" <= char <= "~" and char not in also else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in text
    )
