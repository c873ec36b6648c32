"""Which requests are simple, which are preflighted, and why."""

from __future__ import annotations

from typing import Any

import pytest

from cors_wsgi.browser import ENGINES, CauseKind, FailureReason, FetchError, PreflightCause, preflight_causes
from cors_wsgi.browser.causes import find_header_causes, sort_names

METHOD, HEADER, VALUE = CauseKind.METHOD, CauseKind.HEADER, CauseKind.VALUE
MEDIA_TYPE, TOTAL = CauseKind.MEDIA_TYPE, CauseKind.TOTAL_LENGTH


def kinds(causes: tuple[PreflightCause, ...]) -> list[tuple[CauseKind, tuple[str, ...]]]:
    return [(cause.kind, cause.names) for cause in causes]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "get", "head", "post", "pOsT"])
def test_three_methods_are_simple_in_any_case_of_letters(method: str) -> None:
    assert preflight_causes(method) == ()


@pytest.mark.parametrize(
    ("method", "named"),
    [
        ("PUT", "PUT"),
        ("delete", "DELETE"),
        ("PATCH", "PATCH"),
        ("patch", "patch"),
        ("options", "OPTIONS"),
        ("QUERY", "QUERY"),
        ("query", "query"),
        ("REPORT", "REPORT"),
        ("*", "*"),
    ],
)
def test_other_methods_are_a_cause_under_their_normalized_name(method: str, named: str) -> None:
    assert preflight_causes(method) == (PreflightCause(METHOD, (), f"the method {named} is not GET, HEAD or POST"),)


@pytest.mark.parametrize("method", ["CONNECT", "trace", "Track"])
def test_forbidden_methods_are_refused(method: str) -> None:
    with pytest.raises(FetchError) as caught:
        preflight_causes(method)
    assert (caught.value.reason, caught.value.facts) == (FailureReason.FORBIDDEN_METHOD, {"method": method})


@pytest.mark.parametrize("method", ["", "GE T", "GET\n", "GÉT"])
def test_what_is_no_method_is_refused(method: str) -> None:
    with pytest.raises(FetchError) as caught:
        preflight_causes(method)
    assert caught.value.reason is FailureReason.INVALID_METHOD


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"Accept": "text/html"}, [], id="a safelisted header"),
        pytest.param({"Accept": "text/html<"}, [(VALUE, ("accept",))], id="a safelisted header with an unsafe byte"),
        pytest.param({"X-A": "1"}, [(HEADER, ("x-a",))], id="any other header"),
        pytest.param({"Authorization": "x"}, [(HEADER, ("authorization",))], id="Authorization"),
        pytest.param({"Content-Type": "text/plain"}, [], id="a safelisted media type"),
        pytest.param({"Content-Type": "application/json"}, [(MEDIA_TYPE, ("content-type",))], id="another media type"),
        pytest.param({"Content-Type": "x"}, [(MEDIA_TYPE, ("content-type",))], id="no media type"),
        pytest.param({"Content-Type": "text/plain;a=@"}, [(VALUE, ("content-type",))], id="an unsafe byte in it"),
        pytest.param({"Range": "bytes=0-9"}, [], id="a simple range"),
        pytest.param({"Range": "bytes=-9"}, [(VALUE, ("range",))], id="a suffix range"),
        pytest.param({"DPR": "2"}, [(HEADER, ("dpr",))], id="a client hint"),
        pytest.param({"Cookie": "a=b", "Sec-X": "1", "Origin": "x"}, [], id="forbidden headers are dropped"),
        pytest.param({"X-HTTP-Method-Override": "TRACE"}, [], id="an override to a forbidden method is dropped"),
        pytest.param({"X-HTTP-Method-Override": "PUT"}, [(HEADER, ("x-http-method-override",))], id="another override"),
        pytest.param({"User-Agent": "x"}, [(HEADER, ("user-agent",))], id="User-Agent"),
        pytest.param(
            [("B", "1"), ("A", "1"), ("b", "2")],
            [(HEADER, ("b",)), (HEADER, ("a",)), (HEADER, ("b",))],
            id="pairs, each on its own",
        ),
    ],
)
def test_headers_outside_the_safelist_are_causes(
    headers: Any, expected: list[tuple[CauseKind, tuple[str, ...]]]
) -> None:
    assert kinds(preflight_causes("GET", headers)) == expected


@pytest.mark.parametrize(("name", "value"), [("", "1"), ("X Y", "1"), ("X", "a\nb"), ("X", "€"), ("X", "a\0")])
def test_what_is_no_header_is_refused(name: str, value: str) -> None:
    with pytest.raises(FetchError) as caught:
        preflight_causes("GET", [(name, value)])
    assert caught.value.reason is FailureReason.INVALID_HEADER


def test_white_space_around_a_value_does_not_count() -> None:
    assert preflight_causes("GET", {"Accept": "\r\n en \t"}) == ()


def test_more_than_1024_bytes_of_safelisted_values_are_a_cause() -> None:
    pairs = [("Accept", "a" * 128)] * 7 + [("Accept-Language", "a" * 128)]
    assert preflight_causes("GET", pairs) == ()
    assert preflight_causes("GET", [*pairs, ("Content-Language", "a")]) == (
        PreflightCause(
            TOTAL,
            ("accept", "accept-language", "content-language"),
            "the safelisted values have 1025 bytes in total, more than 1024",
        ),
    )
    assert preflight_causes("GET", [*pairs, ("Content-Language", "a")], engine="firefox") == ()


def test_chromium_counts_client_hints_too() -> None:
    names = ("Accept", "Accept-Language", "DPR", "Downlink", "Device-Memory", "Width", "RTT", "Viewport-Width")
    pairs = [(name, "1" * 128) for name in names]
    assert kinds(preflight_causes("GET", pairs, engine="chromium")) == []
    assert kinds(preflight_causes("GET", [*pairs, ("ECT", "4g")], engine="chromium")) == [
        (TOTAL, tuple(sorted(name.lower() for name in (*names, "ECT"))))
    ]


def test_an_upload_listener_and_a_stream_are_causes() -> None:
    assert kinds(preflight_causes("POST", upload_listener=True)) == [(CauseKind.UPLOAD_LISTENER, ())]
    assert kinds(preflight_causes("POST", stream_body=True)) == [(CauseKind.STREAM_BODY, ())]


def test_a_stream_is_a_cause_only_where_streams_are_sent() -> None:
    causes = {name: kinds(preflight_causes("POST", stream_body=True, engine=name)) for name in ENGINES}
    stream = [(CauseKind.STREAM_BODY, ())]
    assert causes == {"standard": stream, "chromium": stream, "firefox": [], "webkit": []}


def test_all_causes_come_together() -> None:
    causes = preflight_causes(
        "put", {"Content-Type": "application/json", "X-B": "1"}, upload_listener=True, stream_body=True
    )
    assert [str(cause) for cause in causes] == [
        "the method PUT is not GET, HEAD or POST",
        "the header content-type: its media type is application/json",
        "the header x-b is not safelisted",
        "a listener is registered on XMLHttpRequest.upload",
        "the body is a ReadableStream",
    ]


@pytest.mark.parametrize("headers", [{"DPR": "1"}, {"Save-Data": "on"}, {"Intervention": "x"}, {"User-Agent": "x"}])
def test_older_safelists_live_on_in_chromium_alone(headers: dict[str, str]) -> None:
    simple = {name for name in ENGINES if not preflight_causes("GET", headers, engine=name)}
    assert simple == {"chromium"}


def test_chromium_and_webkit_join_repeated_headers() -> None:
    pairs = [("Accept", "a" * 64), ("Accept", "a" * 64)]
    causes = {name: kinds(preflight_causes("GET", pairs, engine=name)) for name in ENGINES}
    long = [(VALUE, ("accept",))]
    assert causes == {"standard": [], "firefox": [], "chromium": long, "webkit": long}


def test_names_are_sorted_and_in_lower_case() -> None:
    headers = [("X-B", "1"), ("a", "1"), ("x-b", "2"), ("B2", "1"), ("Accept", "ok")]
    causes = find_header_causes(headers)
    assert sort_names(causes) == ["a", "b2", "x-b"]
    assert sort_names(causes, ENGINES["firefox"]) == ["a", "b2", "x-b", "x-b"]


def test_an_engine_that_is_none_is_an_error_that_names_them() -> None:
    with pytest.raises(ValueError, match="'opera' is not an engine; write one of standard, chromium, firefox, webkit"):
        preflight_causes("GET", engine="opera")
    assert preflight_causes("GET", {"DPR": "1"}, engine=ENGINES["chromium"]) == ()
