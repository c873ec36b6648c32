"""Naive twins of the parsers: slow and obviously right, written without looking at the ones under test."""

from __future__ import annotations

import ipaddress
import string

_TOKEN = set(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")
_LABEL = set(string.ascii_lowercase + string.digits + "-_")
_DEFAULT = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}


def is_token(text: str) -> bool:
    return text != "" and all(character in _TOKEN for character in text)


def is_origin(text: str) -> bool:
    if len(text) > 512 or "://" not in text:
        return False
    scheme, rest = text.split("://", 1)
    if not _is_scheme(scheme) or scheme == "file":
        return False
    if rest.startswith("["):
        if "]" not in rest:
            return False
        host, tail = rest[: rest.index("]") + 1], rest[rest.index("]") + 1 :]
        if tail and not tail.startswith(":"):
            return False
        port = tail[1:] if tail else None
    else:
        host, colon, after = rest.partition(":")
        port = after if colon else None
    return (port is None or _is_port(scheme, port)) and _is_host(scheme, host)


def is_slip_of_the_web(scheme: str) -> bool:
    """Tell whether one character more, less, other, or two that changed places make http or https of a scheme."""
    edits = set()
    for i in range(len(scheme) + 1):
        head, tail = scheme[:i], scheme[i:]
        edits |= {head + tail[1:], head + tail[1::-1] + tail[2:]}
        edits |= {head + letter + rest for letter in "htps" for rest in (tail, tail[1:])}
    return scheme not in ("http", "https") and not edits.isdisjoint({"http", "https"})


def _is_scheme(scheme: str) -> bool:
    if not scheme or scheme[0] not in string.ascii_lowercase:
        return False
    return all(c in string.ascii_lowercase + string.digits + "+-." for c in scheme)


def _is_port(scheme: str, port: str) -> bool:
    if not port or any(c not in string.digits for c in port) or port[0] == "0" or len(port) > 5:
        return False
    return int(port) <= 65535 and _DEFAULT.get(scheme) != int(port)


def _is_host(scheme: str, host: str) -> bool:
    if scheme not in ("http", "https"):
        return host != "" and all(c in string.ascii_letters + string.digits + "._-" for c in host)
    if host.startswith("["):
        return _is_ipv6(host[1:-1])
    labels = host.split(".")
    named = labels[:-1] if labels[-1] == "" and len(labels) > 1 else labels
    if any(label == "" or any(c not in _LABEL for c in label) for label in named):
        return False
    last = named[-1]
    if last.isdigit() or (last.startswith("0x") and all(c in string.hexdigits for c in last[2:])):
        return _is_ipv4(host)
    return True


def _is_ipv4(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() and str(int(part)) == part and int(part) < 256 for part in parts)


def _is_ipv6(text: str) -> bool:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    if "%" in text:
        return False
    packed = address.packed
    pieces = [packed[i] * 256 + packed[i + 1] for i in range(0, 16, 2)]
    best_start, best_length = -1, 1
    for start in range(8):
        length = 0
        while start + length < 8 and pieces[start + length] == 0:
            length += 1
        if length > best_length:
            best_start, best_length = start, length
    hexes = [format(piece, "x") for piece in pieces]
    if best_start < 0:
        return text == ":".join(hexes)
    return text == ":".join(hexes[:best_start]) + "::" + ":".join(hexes[best_start + best_length :])


def names(value: str) -> list[str] | None:
    parts = [part.strip(" \t") for part in value.split(",")]
    found = [part for part in parts if part != ""]
    return found if all(is_token(part) for part in found) else None


def covers(rule: str, path: str) -> bool:
    if not rule.endswith("/*"):
        return rule == path
    prefix = rule[:-2]
    return path == prefix or path.startswith(prefix + "/")
