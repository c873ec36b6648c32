"""What a script may pass as the body of a request, and the bytes and Content-Type that result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias
from urllib.parse import quote_plus

from .headers import list_pairs

UTF8_TEXT = "text/plain;charset=UTF-8"


def encode_text(text: str) -> bytes:
    """Return text as UTF-8, each lone surrogate as U+FFFD (`#utf-8-encode` of a `USVString`)."""
    try:
        return text.encode()
    except UnicodeEncodeError:  # only a lone surrogate has no bytes
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _encode_field(text: str) -> str:
    """Return one half of a field (https://url.spec.whatwg.org/#application-x-www-form-urlencoded-percent-encode-set)."""
    return quote_plus(encode_text(text), safe="*").replace("~", "%7E")


@dataclass(frozen=True)
class Blob:
    """Bytes with a type, as JavaScript's `Blob` and `File`.

    Attributes:
        data: the bytes, or text.
        type: in lower case; empty if a character is not printable ASCII, as in JavaScript.
    """

    data: bytes | str = b""
    type: str = ""

    def __post_init__(self) -> None:
        is_plain = all(" " <= char <= "~" for char in self.type)
        object.__setattr__(self, "type", self.type.lower() if is_plain else "")


@dataclass(frozen=True)
class FormData:
    """Fields that are sent as `multipart/form-data`, as JavaScript's `FormData`."""

    fields: Mapping[str, str]


@dataclass(frozen=True)
class URLSearchParams:
    """Fields that are sent as `application/x-www-form-urlencoded`, as JavaScript's `URLSearchParams`."""

    fields: Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Document:
    """A document; only an XMLHttpRequest can send one.

    Attributes:
        markup: its text.
        is_html: whether it is HTML, not XML.
    """

    markup: str = ""
    is_html: bool = True


@dataclass(frozen=True)
class ReadableStream:
    """A body that comes in parts, as JavaScript's `ReadableStream`; it forces a preflight."""

    chunks: Iterable[bytes]


Body: TypeAlias = "str | bytes | Blob | FormData | URLSearchParams | ReadableStream"


class Extracted(NamedTuple):
    """A body as sent on the wire.

    Attributes:
        data: the bytes.
        type: the Content-Type that comes with it, or None.
        is_stream: whether it has no source (`#concept-body-source`), so that it can be sent only once.
    """

    data: bytes
    type: str | None
    is_stream: bool = False


def extract_body(body: Body) -> Extracted:
    """Return the bytes and type of a body (`#concept-bodyinit-extract`).

    Args:
        body: every chunk of a stream is read at once, but it is still sent as a body without a source.
    """
    if isinstance(body, str):
        return Extracted(encode_text(body), UTF8_TEXT)
    if isinstance(body, Blob):
        data = encode_text(body.data) if isinstance(body.data, str) else body.data
        return Extracted(data, body.type or None)
    if isinstance(body, URLSearchParams):
        pairs = (f"{_encode_field(name)}={_encode_field(value)}" for name, value in list_pairs(body.fields))
        return Extracted("&".join(pairs).encode("ascii"), "application/x-www-form-urlencoded;charset=UTF-8")
    if isinstance(body, FormData):
        return _encode_multipart(body)
    if isinstance(body, ReadableStream):
        return Extracted(b"".join(body.chunks), None, is_stream=True)
    return Extracted(bytes(body), None)


_LINE_END = re.compile(r"\r\n?|\n")


def _encode_multipart(form: FormData) -> Extracted:
    """Return the fields as multipart/form-data (`#multipart-form-data` of the HTML standard)."""
    import hashlib  # noqa: PLC0415 - brings OpenSSL, for forms alone

    # Browsers choose the boundary at random. Here it depends on the content, on purpose: a test that compares what was
    # sent sees the same bytes in each run. Written by hand, since werkzeug and urllib3, which could do it, are extras.
    seed = encode_text(repr(sorted(form.fields.items())))
    boundary = f"----formdata-{hashlib.sha256(seed).hexdigest()[:32]}"
    parts = []
    for name, value in form.fields.items():
        name, value = (_LINE_END.sub("\r\n", text) for text in (name, value))
        quoted = name.replace("\r\n", "%0D%0A").replace('"', "%22")
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{quoted}"\r\n\r\n{value}\r\n')
    data = encode_text("".join(parts) + f"--{boundary}--\r\n")
    return Extracted(data, f"multipart/form-data; boundary={boundary}")
