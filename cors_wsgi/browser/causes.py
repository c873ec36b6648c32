"""Why a request is preflighted: every cause, as data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from ..fetch import SAFELISTED_METHODS, normalize_method
from .engines import STANDARD, Engine, get_engine
from .guard import check_method, guard_header
from .headers import Header, HeadersInit, list_pairs
from .safelist import MAX_TOTAL, SAFELISTED_NAMES, find_unsafe_value, is_valid_client_hint


class CauseKind(Enum):
    """The closed set of causes."""

    METHOD = "method"
    HEADER = "header"
    VALUE = "value"
    MEDIA_TYPE = "media-type"
    TOTAL_LENGTH = "total-length"
    UPLOAD_LISTENER = "upload-listener"
    STREAM_BODY = "stream-body"


@dataclass(frozen=True)
class PreflightCause:
    """One cause for which a browser sends a preflight.

    Attributes:
        kind: one of the closed set.
        names: the headers that are the cause, in lower case and sorted; empty if the cause is not a header.
        explanation: a sentence.
    """

    kind: CauseKind
    names: tuple[str, ...]
    explanation: str

    def __str__(self) -> str:
        return self.explanation


def preflight_causes(
    method: str = "GET",
    headers: HeadersInit | None = None,
    *,
    upload_listener: bool = False,
    stream_body: bool = False,
    engine: str | Engine = "standard",
) -> tuple[PreflightCause, ...]:
    """Return every cause for which a cross-origin request is preflighted; a simple request has none.

    Args:
        method: as a script writes it; `put` is normalized as browsers do, `patch` and `query` stay.
        headers: those that the script sets, as a mapping or pairs. A Content-Type that the browser derives from the
            body belongs here too. Headers that a script may not set are dropped, as in browsers.
        upload_listener: a listener is registered on `XMLHttpRequest.upload`.
        stream_body: the body is a `ReadableStream`.
        engine: whose rules: `standard`, `chromium`, `firefox` or `webkit`.

    Raises:
        FetchError: a script cannot make the request at all: a forbidden method (CONNECT, TRACE, TRACK), or a
            method, name or value that cannot be sent.
        ValueError: there is no such engine.

    >>> [str(cause) for cause in preflight_causes("PUT", {"Content-Type": "application/json"})]
    ['the method PUT is not GET, HEAD or POST', 'the header content-type: its media type is application/json']
    >>> preflight_causes("POST", {"Content-Type": "text/plain"})
    ()
    """
    engine = get_engine(engine)
    check_method(method)
    guarded = (guard_header(name, value, engine) for name, value in list_pairs(headers))
    pairs = [header for header in guarded if header is not None]
    causes = [*find_method_causes(normalize_method(method)), *find_header_causes(pairs, engine)]
    if upload_listener:
        text = "a listener is registered on XMLHttpRequest.upload"
        causes.append(PreflightCause(CauseKind.UPLOAD_LISTENER, (), text))
    if stream_body and engine.streams == "sent":
        causes.append(PreflightCause(CauseKind.STREAM_BODY, (), "the body is a ReadableStream"))
    return tuple(causes)


def find_method_causes(method: str) -> list[PreflightCause]:
    """Return the cause if a normalized method is one (`#cors-safelisted-method`)."""
    if method in SAFELISTED_METHODS:
        return []
    return [PreflightCause(CauseKind.METHOD, (), f"the method {method} is not GET, HEAD or POST")]


def find_header_causes(
    headers: Sequence[Header], engine: Engine = STANDARD, *, raw_type: str | None = None
) -> list[PreflightCause]:
    """Return the causes among the headers of a request (`#cors-unsafe-request-header-names`).

    Args:
        headers: those of the request; one that the browser adds counts if it is among them.
        engine: whose rules.
        raw_type: the type of an XMLHttpRequest's Blob, if Content-Type was taken from one.
    """
    causes: list[PreflightCause] = []
    safe: list[Header] = []
    for name, value in _join(headers) if engine.joins_repeated_headers else headers:
        lower = name.lower()
        if lower not in SAFELISTED_NAMES:
            if not engine.safelists_client_hints or not is_valid_client_hint(lower, value):
                causes.append(PreflightCause(CauseKind.HEADER, (lower,), f"the header {lower} is not safelisted"))
            else:
                safe.append((lower, value))
            continue
        raw = lower == "content-type" and raw_type is not None
        why = find_unsafe_value(lower, value, engine, raw_type=raw)
        if why is None:
            safe.append((lower, value))
        else:
            kind = CauseKind.MEDIA_TYPE if "media type" in why else CauseKind.VALUE
            causes.append(PreflightCause(kind, (lower,), f"the header {lower}: {why}"))
    total = sum(len(value) for _, value in safe)
    if total > MAX_TOTAL and engine.counts_total:
        names = tuple(sorted({name for name, _ in safe}))
        text = f"the safelisted values have {total} bytes in total, more than {MAX_TOTAL}"
        causes.append(PreflightCause(CauseKind.TOTAL_LENGTH, names, text))
    return causes


def sort_names(causes: Iterable[PreflightCause], engine: Engine = STANDARD) -> list[str]:
    """Return the names of all causes in lower case and sorted by byte, each once.

    The standard's steps are those of `#convert-header-names-to-a-sorted-lowercase-set`.
    """
    names = [name for cause in causes for name in cause.names]
    return sorted(names if engine.repeats_unsafe_names else set(names))


def _join(headers: Sequence[Header]) -> list[Header]:
    """Return the headers with the values of one name joined, in the order of first appearance."""
    joined: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return list(joined.items())
