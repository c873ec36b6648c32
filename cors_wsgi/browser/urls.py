"""URLs as browsers read them (https://url.spec.whatwg.org), as far as http and https go."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_FORBIDDEN_IN_DOMAIN = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")

_QUERY = frozenset("\"<>#'")
_PATH = frozenset('"<>#?`{}^')
_USERINFO = frozenset("\"#<>?`{}/:;=@[\\]^|'")
_FRAGMENT = frozenset('"<>`')


@dataclass(frozen=True)
class URL:
    """A parsed URL.

    Attributes:
        scheme: in lower case.
        host: as serialized; empty for schemes other than http and https.
        port: None where it is the scheme's default.
        path: percent-encoded, beginning with a slash; for other schemes all that stands behind the scheme.
        query: percent-encoded, or None.
        fragment: percent-encoded, or None.
        userinfo: user name and password as they stand before the `@`, percent-encoded; mostly empty.
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
        return self.scheme in DEFAULT_PORTS

    @property
    def origin(self) -> str:
        """The serialized origin; `null` for schemes other than http and https (`#concept-url-origin`)."""
        if not self.is_http:
            return "null"
        return f"{self.scheme}://{self.host}" if self.port is None else f"{self.scheme}://{self.host}:{self.port}"

    @property
    def target(self) -> str:
        """Path and query: what stands in the first line of a request."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def has_credentials(self) -> bool:
        """Whether there is a user name or password in it (`#include-credentials`)."""
        return self.userinfo != ""

    @property
    def shown(self) -> str:
        """The URL without its fragment, as a script sees it in a response."""
        if not self.userinfo:
            return self.address
        return self.address.replace("://", f"://{self.userinfo}@", 1)

    @property
    def address(self) -> str:
        """The URL without fragment, user name and password."""
        return f"{self.origin}{self.target}" if self.is_http else f"{self.scheme}:{self.target}"

    def __str__(self) -> str:
        return self.shown if self.fragment is None else f"{self.shown}#{self.fragment}"


@lru_cache(maxsize=1024)
def parse_url(text: str, base: URL | None = None) -> URL | None:
    """Return the parts of a URL, or None if `text` is none (`#concept-basic-url-parser`).

    Args:
        text: a URL; with `base` a relative one too.
        base: an http or https URL.

    >>> str(parse_url("HTTPS://App.Example.com:443/a/../b?q='#x"))
    "https://app.example.com/b?q=%27#x"
    """
    text = re.sub(r"[\t\n\r]", "", text.strip("".join(map(chr, range(0x21)))))
    text, hash_sign, rest = text.partition("#")
    fragment = _encode(rest, _FRAGMENT) if hash_sign else None
    scheme = base.scheme if base is not None else ""
    if match := _SCHEME.fullmatch(text):
        scheme, remaining = match[1].lower(), match[2]
        if scheme not in DEFAULT_PORTS:
            return URL(scheme, "", None, remaining, None, fragment)
        if base is not None and base.scheme == scheme and not remaining.startswith("//"):
            text = remaining
        else:
            return _parse_authority(scheme, remaining.lstrip("/\\"), fragment)
    if base is None or not base.is_http:
        return None
    return _resolve(text, base, scheme, fragment)


def _resolve(text: str, base: URL, scheme: str, fragment: str | None) -> URL | None:
    """Return the URL that a relative one means (`#relative-state`)."""
    if re.match(r"[/\\]{2}", text):
        return _parse_authority(scheme, text.lstrip("/\\"), fragment)
    before, mark, after = text.partition("?")
    query = _encode(after, _QUERY) if mark else None
    if not before:
        query = query if mark else base.query
        return URL(scheme, base.host, base.port, base.path, query, fragment)
    before = before.replace("\\", "/")
    if not before.startswith("/"):
        before = base.path.rpartition("/")[0] + "/" + before
    return URL(scheme, base.host, base.port, _parse_path(before), query, fragment)


def _parse_authority(scheme: str, text: str, fragment: str | None) -> URL | None:
    """Return the URL whose user info, host, port, path and query `text` holds (`#authority-state`)."""
    before, mark, after = text.partition("?")
    end = re.search(r"[/\\]", before)
    authority, path = (before, "/") if end is None else (before[: end.start()], before[end.start() :])
    before_at, _, netloc = authority.rpartition("@")
    name, _, password = (_encode(part, _USERINFO) for part in before_at.partition(":"))
    userinfo = f"{name}:{password}" if password else name
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]*))?", netloc)
    if match is None or (host := _parse_host(match[1])) is None:
        return None
    port = int(match[2]) if match[2] and len(match[2].lstrip("0")) <= 5 else 0 if match[2] else None
    if match[2] and (port is None or port > 65535 or (port == 0 and match[2].strip("0"))):
        return None
    port = None if port == DEFAULT_PORTS[scheme] else port
    query = _encode(after, _QUERY) if mark else None
    return URL(scheme, host, port, _parse_path(path.replace("\\", "/")), query, fragment, userinfo)


def _parse_host(text: str) -> str | None:
    """Return the serialized host, or None if `text` is none (`#concept-host-parser`)."""
    if text.startswith("["):
        return _parse_ipv6(text[1:-1])
    domain = unquote_to_bytes(text).decode("utf-8", "replace")
    domain = domain.translate({0x3002: ".", 0xFF0E: ".", 0xFF61: "."})
    try:
        domain = ".".join(_to_ascii(label) for label in domain.split("."))
    except UnicodeError:
        return None
    if not domain or _FORBIDDEN_IN_DOMAIN.search(domain):
        return None
    labels = domain.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _parse_ipv4(labels)
    return domain


def _to_ascii(label: str) -> str:
    return label.lower() if label.isascii() else label.encode("idna").decode("ascii")


def _parse_ipv4(parts: list[str]) -> str | None:
    """Return an IPv4 address in four decimal parts, or None (`#concept-ipv4-parser`)."""
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) and len(part) <= 20 for part in parts):
        return None
    try:
        numbers = [_parse_ipv4_number(part) for part in parts]
    except ValueError:
        return None
    *firsts, last = numbers
    if any(number > 255 for number in firsts) or last >= 256 ** (5 - len(numbers)):
        return None
    value = last + sum(number * 256 ** (3 - place) for place, number in enumerate(firsts))
    return str(ipaddress.IPv4Address(value))


def _parse_ipv4_number(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part[0] == "0" else int(part)


def _parse_ipv6(text: str) -> str | None:
    """Return an IPv6 address in its shortest form, in brackets, or None (`#concept-ipv6-parser`)."""
    if "%" in text:
        return None
    try:
        packed = ipaddress.IPv6Address(text).packed
    except ValueError:
        return None
    pieces = [f"{packed[i] << 8 | packed[i + 1]:x}" for i in range(0, 16, 2)]
    runs = re.findall(r"(?:\b0(?::0)+\b)", ":".join(pieces))
    if not runs:
        return f"[{':'.join(pieces)}]"
    before, _, after = ":".join(pieces).partition(max(runs, key=len))
    return f"[{before.removesuffix(':')}::{after.removeprefix(':')}]"


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
    """Percent-encode controls, spaces, everything beyond ASCII, and the characters of `also`."""
    if text.isascii() and text.isprintable() and not also.intersection(text) and " " not in text:
        return text
    return "".join(
        char if "!" <= char <= "~" and char not in also else "".join(f"%{byte:02X}" for byte in _to_bytes(char))
        for char in text
    )


def _to_bytes(char: str) -> bytes:
    return char.encode("utf-8", "replace") if not "\ud800" <= char <= "\udfff" else b"\xef\xbf\xbd"
