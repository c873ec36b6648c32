"""The request that a script makes with `XMLHttpRequest` (https://xhr.spec.whatwg.org)."""

from __future__ import annotations

import re

from ..fetch import normalize_method
from .bodies import UTF8_TEXT, Body, Document, Extracted, ReadableStream, URLSearchParams, encode_text, extract_body
from .engines import Engine
from .guard import check_method, guard_header
from .headers import Header, HeadersInit, get_header, has_header, list_pairs, remove_headers
from .mime import is_strict_mime_type, parse_mime_type
from .requests import Request

# `charset=ISO-8859-1` or `charset = "ISO-8859-1"` after a space or semicolon; the second group is replaced.
_CHARSET = re.compile(r"(?<=[\x00-\x20;])(charset[\x00-\x20]*=[\x00-\x20\"']*)([^\x00-\x20\"';]+)", re.IGNORECASE)

_EVERY_CHARSET = re.compile(r"(;[ \t]*charset=)('?)((?:\"[^\"]*\"|[^;'])*)('?)", re.IGNORECASE)
"""`;charset=utf-16`, with quotes that stay or go; the third group is replaced."""

_WITH_SLASH = re.compile(r"[^ \t;]*/")
"""`a/b`, `/` and whatever else has a slash in its first word."""


def complete_xhr_request(
    request: Request,
    headers: HeadersInit | None,
    body: Body | Document | None,
    *,
    upload_listener: bool,
    engine: Engine,
) -> None:
    """Check a request as `open()` does, and add headers and body as `send()` does (`#the-send()-method`).

    Args:
        request: with URL, method, credentials mode and `is_sync` as the script gave them, but without the rest.
        headers: those set with `setRequestHeader()`.
        body: the argument of `send()`.
        upload_listener: whether a listener is registered on `upload`.
        engine: whose rules.

    Raises:
        FetchError: if JavaScript throws: for a method, name or value that cannot be sent.
    """
    check_method(request.method)
    request.method = normalize_method(request.method)
    for name, value in list_pairs(headers):
        header = guard_header(name, value, engine)
        if header is not None:
            request.headers = _combine(request.headers, *header)
    if isinstance(body, ReadableStream):
        body = "[object ReadableStream]"  # send() does not accept this type, so it becomes text
    if body is not None and request.method not in ("GET", "HEAD"):
        _set_xhr_body(request, body, engine)
    elif engine.types_absent_body and isinstance(body, URLSearchParams):
        _set_xhr_body(request, body, engine)
        request.body = None
    ignores = (engine.requires_body_for_listener and request.body is None) or (
        engine.ignores_sync_listener and request.is_sync
    )
    request.use_preflight = upload_listener and not ignores


def _combine(headers: list[Header], name: str, value: str) -> list[Header]:
    """Add a value to the header of that name, or a new header (`#concept-header-list-combine`)."""
    lower = name.lower()
    if not has_header(headers, lower):
        return [*headers, (name, value)]
    return [(given, f"{old}, {value}" if given.lower() == lower else old) for given, old in headers]


def _set_xhr_body(request: Request, body: Body | Document, engine: Engine) -> None:
    own = get_header(request.headers, "content-type")
    if isinstance(body, Document):
        kind = "text/html" if body.is_html else "application/xml"
        extracted = Extracted(encode_text(body.markup), f"{kind};charset=UTF-8")
    else:
        extracted = extract_body(body)
    request.body = extracted.data
    if own is None:
        kept = extracted.type
        if extracted.type not in (None, UTF8_TEXT) and not isinstance(body, Document):
            kept = _keep_blob_type(extracted.type or "", engine)
            request.raw_type = kept
        if kept is not None:
            request.headers.append(("Content-Type", kept))
    elif isinstance(body, str | Document | URLSearchParams):
        rest = remove_headers(request.headers, {"content-type"})
        is_text = not isinstance(body, URLSearchParams) or engine.rewrites_charset_of_params == "as of text"
        changed = _set_charset(own, engine) if is_text else _set_every_charset(own, engine)
        request.headers = [*rest, ("Content-Type", changed)]
        request.given_type = own if engine.judges_given_type else None


def _keep_blob_type(text: str, engine: Engine) -> str | None:
    if engine.drops_blob_type == "if not strict" and not is_strict_mime_type(text):
        return None
    if engine.drops_blob_type == "if no MIME type" and parse_mime_type(text) is None:
        return None
    return text


def _set_every_charset(value: str, engine: Engine) -> str:
    """Return the author's Content-Type as one engine sends it with URLSearchParams, otherwise unchanged."""
    if engine.rewrites_charset_of_params == "never" or _WITH_SLASH.match(value) is None:
        return value
    return _EVERY_CHARSET.sub(_raise_charset, value)


def _raise_charset(match: re.Match[str]) -> str:
    return match[0] if match[3].lower() == "utf-8" else f"{match[1]}{match[2]}UTF-8{match[4]}"


def _set_charset(value: str, engine: Engine) -> str:
    """Return the author's Content-Type with the charset UTF-8, as text is sent (step 4 of `#the-send()-method`)."""
    if engine.rewrites_charset == "in place":
        return _CHARSET.sub(r"\1UTF-8", value)
    parsed = parse_mime_type(value)
    if parsed is None or parsed.parameters.get("charset", "utf-8").lower() == "utf-8":
        return value
    parsed.parameters["charset"] = "UTF-8"
    return str(parsed)
