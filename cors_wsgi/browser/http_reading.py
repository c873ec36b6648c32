"""HTTP/1 responses as browsers read them: what is odd is repaired or ignored, line by line (RFC 9112).

Written by hand, since no Python client reads like a browser. The standard library's, which urllib3 uses too, treats an
odd line as the end of the headers, and stops at 100; h11, which httpx uses, refuses what browsers repair. Either way
the verdict would be "header missing", or no HTTP, although every browser shares the response.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, Protocol

from ..fetch import is_token
from .engines import Engine
from .exchange import WireResponse
from .headers import Header, get_header
from .transports import NetworkError

MAX_HEAD: Final = 256 * 1024
"""How many bytes of status line and headers are read at most, as in Chromium."""

MAX_BODY: Final = 16 * 1024 * 1024
"""How many bytes of a body are read at most, so that an endless one cannot fill the memory."""

_MAX_JUNK: Final = 4
"""Bytes before the status line that Chromium and Firefox ignore."""

_STATUS_LINES: Final = {
    "strict": re.compile(rb"HTTP/(1\.[0-9]) +([0-9]{3})(?: +(.*))?", re.DOTALL),
    "loose": re.compile(rb"HTTP/([0-9]+\.[0-9]+) +([0-9]{1,3})(?: +(.*))?", re.DOTALL),
    "loosest": re.compile(rb"HTTP/([0-9]+\.[0-9]+) +([0-9]*)(?:.*? +(.*))?", re.DOTALL | re.IGNORECASE),
}
"""`HTTP/1.1 200 OK`, by the value of the row `status_line`."""

_BODILESS: Final = (204, 304)
_SWITCHING: Final = 101


class Source(Protocol):
    """Where bytes come from: a connection, or a recording of one."""

    def read_line(self, limit: int) -> bytes:
        """Return bytes up to and including a line feed; fewer at the end, or `limit` bytes."""
        ...

    def read(self, size: int) -> bytes:
        """Return up to this many bytes; none at the end."""
        ...


class Head(NamedTuple):
    """The status line and the headers of a response.

    Attributes:
        status: the number.
        phrase: the text after it, one character per byte.
        headers: one character per byte.
        is_persistent: whether the connection stays open after a body whose end is known.
        spaced_names: the names that had white space before the colon, whether or not the engine accepts them.
    """

    status: int
    phrase: str
    headers: list[Header]
    is_persistent: bool
    spaced_names: tuple[str, ...] = ()


class Reading(NamedTuple):
    """A response that was read.

    Attributes:
        response: as it came.
        can_go_on: whether the next response can come over the same connection.
    """

    response: WireResponse
    can_go_on: bool


def read_response(source: Source, method: str, engine: Engine) -> Reading:
    """Return the response to a request, skipping interim ones.

    Args:
        source: where it comes from.
        method: of the request; the response to HEAD has no body.
        engine: whose rules.

    Raises:
        NetworkError: there was no response, or it is not HTTP, or has headers that all browsers refuse.
    """
    head = read_head(source, engine)
    while head.status < 200 and head.status >= 100:
        if head.status == _SWITCHING:
            raise NetworkError("the interim response 101 switches to another protocol, which was not requested")
        head = read_head(source, engine)
    response = WireResponse(head.status, head.phrase, head.headers, b"", spaced_names=head.spaced_names)
    if method == "HEAD" or head.status in _BODILESS:
        return Reading(response, head.is_persistent)
    body, error, is_framed = _read_body(source, head, engine)
    return Reading(response._replace(body=body, error=error), head.is_persistent and is_framed and not error)


def read_head(source: Source, engine: Engine) -> Head:
    """Return the next status line and headers.

    Raises:
        NetworkError: there was no response, or it is not HTTP, or has headers that browsers refuse.
    """
    line = _read_line(source, MAX_HEAD)
    while line in (b"\n", b"\r\n"):
        line = _read_line(source, MAX_HEAD)
    if not line:
        raise NetworkError("the connection was closed without a response")
    lines: list[bytes] = []
    size = len(line)
    while (more := _read_line(source, MAX_HEAD - size)).rstrip(b"\r\n"):
        size += len(more)
        lines.append(more)
        if size >= MAX_HEAD:
            raise NetworkError(f"the headers have more than {MAX_HEAD} bytes")
    version, status, phrase = _read_status_line(line, engine)
    headers = _read_headers(lines, engine)
    connection = (get_header(headers, "connection") or "").lower()
    is_persistent = "keep-alive" in connection if version == "1.0" else "close" not in connection
    named = (line.partition(b":")[0].decode("latin-1") for line in lines if line[:1] not in (b" ", b"\t"))
    spaced = tuple(name.rstrip(" \t") for name in named if name != name.rstrip(" \t"))
    return Head(status, phrase, headers, is_persistent, tuple(filter(is_token, spaced)))


def _read_line(source: Source, limit: int) -> bytes:
    return source.read_line(limit) if limit > 0 else b""


def _read_status_line(line: bytes, engine: Engine) -> tuple[str, int, str]:
    """Return version, status and text."""
    line = line.rstrip(b"\r\n")
    if engine.status_line != "strict":
        junk = line.lower().find(b"http")
        line = line[junk:] if 0 < junk <= _MAX_JUNK else line
    match = _STATUS_LINES[engine.status_line].fullmatch(line)
    if match is None:
        shown = line[:60].decode("latin-1").encode("unicode_escape").decode("ascii")
        raise NetworkError(f"the response is not HTTP: '{shown}'")
    version, phrase = match[1].decode("ascii"), (match[3] or b"").decode("latin-1")
    if not match[2] or (engine.status_line == "loose" and version[0] != "1"):
        phrase = ""
    return version, int(match[2] or 200), phrase


def _read_headers(lines: list[bytes], engine: Engine) -> list[Header]:
    """Return the lines without those that are not headers, and without their continuations.

    Raises:
        NetworkError: there is a NUL where the engine does not accept one.
    """
    if engine.lone_carriage_return == "line end":
        lines = [part for line in lines for part in re.split(rb"\r+(?!\r*\n)", line)]
    headers: list[Header] = []
    is_dropped = True
    for raw in lines:
        # An engine that drops a header with a carriage return inside still keeps one at the end of the value
        ends = 1 if engine.lone_carriage_return == "dropped" else len(raw)
        line = raw.removesuffix(b"\n").decode("latin-1")
        line = line[: len(line) - min(ends, len(line) - len(line.rstrip("\r")))]
        if line[:1] in (" ", "\t"):
            if not is_dropped:
                name, value = headers.pop()
                headers.append((name, _unfold(value, line, engine)))
            continue
        header = _read_header(line, engine)
        is_dropped = header is None
        if header is not None:
            headers.append(header)
    return [(name, value.strip(" \t")) for name, value in headers]


def _read_header(line: str, engine: Engine) -> Header | None:
    name, colon, value = line.partition(":")
    if "\0" in (line if engine.refuses_nul == "anywhere" else value):
        raise NetworkError("a header has a NUL in it")
    if engine.trims_header_names:
        name = name.rstrip(" \t")
    if not colon or not is_token(name):
        return None
    if "\r" in value.rstrip("\r"):
        if engine.lone_carriage_return == "dropped":
            return None
        value = value.replace("\r", " ")
    return name, value


def _unfold(value: str, line: str, engine: Engine) -> str:
    if "\0" in line:
        raise NetworkError("a header has a NUL in it")
    return value + line if engine.keeps_folds else f"{value.rstrip(' 	')} {line.strip(' 	')}"


def _read_body(source: Source, head: Head, engine: Engine) -> tuple[bytes, str, bool]:
    """Return as much of the body as came, what went wrong with the rest, and whether its end was known beforehand."""
    if (get_header(head.headers, "transfer-encoding") or "").lower() == "chunked":
        body = _Body(source)
        body.read_chunks()
        return body.data, body.error, True
    length = _find_length(head.headers, engine)
    body = _Body(source)
    body.read_bytes(length)
    return body.data, body.error, length is not None


def _find_length(headers: list[Header], engine: Engine) -> int | None:
    """Return the length that the headers give, or None if the end of the connection ends the body.

    Raises:
        NetworkError: there are two, or one that is not a number, and the engine does not accept that.
    """
    given = get_header(headers, "content-length")
    if given is None:
        return None
    values = {value.strip(" \t") for value in given.split(",")}
    if len(values) > 1:
        raise NetworkError(f"there is more than one Content-Length: {given[:60]}")
    value = values.pop()
    if value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if engine.ignores_bad_length:
        return None
    raise NetworkError(f"Content-Length is {value[:60]!r}, which is not a number")


class _Body:
    """A body that is being read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parts: list[bytes] = []
        self._size = 0
        self.error = ""

    @property
    def data(self) -> bytes:
        return b"".join(self._parts)

    def read_bytes(self, length: int | None) -> None:
        """Read this many bytes, or all there are."""
        left = length
        while left is None or left:
            try:
                part = self._source.read(65536 if left is None else min(left, 65536))
            except NetworkError as error:
                self.error = str(error)
                return
            if not part:
                if left is not None:
                    self.error = f"the connection was closed {left} bytes before the end of the body"
                return
            self._parts.append(part)
            self._size += len(part)
            left = None if left is None else left - len(part)
            if self._size > MAX_BODY:
                self.error = f"the body is longer than {MAX_BODY} bytes"
                return

    def read_chunks(self) -> None:
        """Read chunks and the trailers after them, which are ignored (RFC 9112, 7.1)."""
        while True:
            try:
                line = self._source.read_line(1024)
            except NetworkError as error:
                self.error = str(error)
                return
            size = line.partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", size):
                self.error = f"a chunk has the size '{size[:20].decode('latin-1')}', which is not a number"
                return
            if int(size, 16) == 0:
                break
            self.read_bytes(int(size, 16))
            if not self.error:
                self._source.read_line(1024)
            if self.error:
                return
        while self._source.read_line(1024).rstrip(b"\r\n"):
            pass
