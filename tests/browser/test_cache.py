"""The preflight cache, with a clock that the test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.scripted import API, PAGE, SHARED, answering, by_path, by_request

from cors_wsgi.browser import Browser, Clock, CORSError, ReadableStream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from support.scripted import Headers

ENGINES = ("standard", "chromium", "firefox", "webkit")


class Asked:
    """A browser, and whether its fetches were preflighted."""

    def __init__(self, *answers: Headers, engine: str = "standard", page: str = PAGE) -> None:
        """The answers to preflights follow each other; the last one stays."""
        self.answers = list(answers)
        self.shared: Headers = SHARED
        self.status = "204 No Content"

        def decide(environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
            if environ["REQUEST_METHOD"] != "OPTIONS":
                return "200 OK", self.shared, b""
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return self.status, [*SHARED, *answer], b""

        self.browser = Browser(by_request(decide), API, engine=engine)
        self.page = self.browser.open(page)

    def preflights(self, url: str = "/x", **options: Any) -> bool:
        self.browser.exchanges.clear()
        self.page.fetch(url, **{"method": "PUT", **options})
        return self.browser.exchanges[0].is_preflight

    def fails(self, **options: Any) -> None:
        with pytest.raises(CORSError):
            self.page.fetch("/x", **{"method": "PUT", **options})


def allow(methods: str = "PUT", names: str = "x-a", max_age: str | None = "600") -> Headers:
    headers = [("Access-Control-Allow-Methods", methods), ("Access-Control-Allow-Headers", names)]
    return headers if max_age is None else [*headers, ("Access-Control-Max-Age", max_age)]


def by_engine(test: Any) -> dict[str, Any]:
    return {engine: test(engine) for engine in ENGINES}


@pytest.mark.parametrize(
    ("max_age", "lives"),
    [
        ("600", dict.fromkeys(ENGINES, 600)),
        (None, dict.fromkeys(ENGINES, 5)),
        ("", dict.fromkeys(ENGINES, 5)),
        ("0", dict.fromkeys(ENGINES, 0)),
        ("0010", dict.fromkeys(ENGINES, 10)),
        ("-1", {"standard": 5, "chromium": 0, "firefox": 0, "webkit": 0}),
        ("+10", {"standard": 5, "chromium": 10, "firefox": 0, "webkit": 10}),
        ("10s", {"standard": 5, "chromium": 5, "firefox": 0, "webkit": 5}),
        ("100000", {"standard": 100000, "chromium": 7200, "firefox": 86400, "webkit": 600}),
    ],
)
def test_an_answer_is_kept_as_long_as_it_says_and_the_engine_lets_it(
    max_age: str | None, lives: dict[str, int]
) -> None:
    for engine, seconds in lives.items():
        asked = Asked(allow(max_age=max_age), engine=engine)
        assert asked.preflights()
        if seconds:
            asked.browser.clock.advance(seconds - 1)
            assert not asked.preflights()
            asked.browser.clock.advance(1)
        assert asked.preflights()


def test_time_does_not_go_back_and_stands_still_unless_it_runs() -> None:
    clock = Clock()
    start = clock.now()
    assert clock.now() == start
    clock.advance(1.5)
    assert clock.now() == start + 1.5
    with pytest.raises(ValueError, match=r"seconds=-1 is negative; time does not go back"):
        clock.advance(-1)
    assert clock.now() == start + 1.5
    running = Clock(runs=True)
    before = running.now()
    while running.now() == before:
        pass
    assert running.now() > before


def test_an_answer_covers_the_methods_and_headers_that_it_names() -> None:
    asked = Asked(allow("PUT, DELETE", "X-A, x-b"))
    assert asked.preflights()
    assert not asked.preflights(method="DELETE")
    assert not asked.preflights(headers={"x-B": "1"})
    assert not asked.preflights(method="POST", headers={"X-A": "1"})
    asked.answers = [allow("PATCH", "x-c")]
    assert asked.preflights(method="PATCH")
    assert asked.preflights(headers={"X-C": "1"}, method="GET") is False


def test_an_answer_is_for_one_url_with_its_query() -> None:
    asked = Asked(allow())
    assert [asked.preflights(url) for url in ("/x", "/x", "/x?a", "/y", "/x?a")] == [True, False, True, True, False]


def test_an_answer_is_for_one_origin_and_an_opaque_one_for_one_page() -> None:
    asked = Asked(allow())
    assert asked.preflights()
    asked.page = asked.browser.open(PAGE + "/another/page")
    assert not asked.preflights()
    asked.shared = [("Access-Control-Allow-Origin", "*")]
    asked.answers = [[("Access-Control-Allow-Origin", "null"), *allow()]]
    other = Browser(answering(headers=[("Access-Control-Allow-Origin", "null"), *allow()]), API)
    one, two = other.open("null"), other.open("null")
    for page, count in ((one, 2), (one, 3), (two, 5), (two, 6), (one, 7)):
        page.fetch("/x", method="PUT")
        assert len(other.exchanges) == count


@pytest.mark.parametrize(("engine", "is_kept"), [("standard", True), ("chromium", False), ("webkit", False)])
def test_an_answer_after_a_redirect_to_a_third_origin_is_kept_where_the_engine_does_so(
    engine: str, is_kept: bool
) -> None:
    granted = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "PUT")]
    moved = ("307 Temporary Redirect", [("Location", "https://third.example/y"), *granted])
    browser = Browser(by_path({"/x": moved}, preflight=granted), API, engine=engine)
    browser.mount("https://third.example", answering(headers=granted))
    page = browser.open(PAGE)
    for _ in range(2):
        page.fetch("/x", method="PUT")
    methods = [exchange.method for exchange in browser.exchanges]
    assert methods[:4] == ["OPTIONS", "PUT", "OPTIONS", "PUT"]
    assert methods[4:] == (["PUT", "PUT"] if is_kept else ["PUT", "OPTIONS", "PUT"])


def test_an_answer_to_a_request_with_credentials_serves_those_without_but_not_the_other_way() -> None:
    def play(engine: str) -> list[bool]:
        asked = Asked(allow(), engine=engine)
        return [asked.preflights(credentials=mode) for mode in ("same-origin", "include", "omit", "include")]

    assert by_engine(play) == {engine: [True, True, False, False] for engine in ENGINES}

    def play_include_first(engine: str) -> list[bool]:
        asked = Asked(allow(), engine=engine)
        return [asked.preflights(credentials=mode) for mode in ("include", "omit")]

    expected = {"standard": [True, False], "chromium": [True, False], "firefox": [True, True], "webkit": [True, False]}
    assert by_engine(play_include_first) == expected


def test_a_wildcard_is_kept_except_in_firefox() -> None:
    def play(engine: str) -> list[bool]:
        asked = Asked(allow("*", "*"), engine=engine)
        calls: list[dict[str, Any]] = [{}, {}, {"method": "DELETE"}, {"headers": {"X-Z": "1"}, "method": "GET"}]
        return [asked.preflights(**options) for options in calls]

    kept = [True, False, False, False]
    assert by_engine(play) == {"standard": kept, "chromium": kept, "webkit": kept, "firefox": [True] * 4}


def test_a_kept_wildcard_with_credentials_counts_by_the_letter_of_the_standard_alone() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow("PUT, *"), allow("DELETE"), engine=engine)
        asked.preflights(credentials="include")
        return asked.preflights(credentials="include", method="DELETE")

    assert by_engine(play) == {"standard": False, "chromium": True, "firefox": True, "webkit": True}


def test_a_kept_wildcard_covers_authorization_in_webkit_alone() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow(names="*"), allow(names="*, authorization"), engine=engine)
        asked.preflights(headers={"X-A": "1"})
        return asked.preflights(headers={"Authorization": "1"})

    assert by_engine(play) == {"standard": True, "chromium": True, "firefox": True, "webkit": False}


def test_a_second_answer_adds_to_the_first_or_replaces_it() -> None:
    def play(engine: str) -> list[bool]:
        asked = Asked(allow("PUT"), allow("DELETE"), allow("PUT"), allow("DELETE"), engine=engine)
        return [asked.preflights(method=method) for method in ("PUT", "DELETE", "PUT", "DELETE")]

    adds, replaces = [True, True, False, False], [True, True, True, True]
    assert by_engine(play) == {"standard": adds, "firefox": adds, "chromium": replaces, "webkit": replaces}


def test_a_second_answer_prolongs_what_it_names_again() -> None:
    asked = Asked(allow("PUT", "x-a", "10"), allow("PUT, DELETE", "x-a, x-b", "100"))
    assert asked.preflights()
    asked.browser.clock.advance(9)
    assert asked.preflights(headers={"X-B": "1"})
    asked.browser.clock.advance(50)
    assert not asked.preflights(headers={"X-A": "1"})


def test_an_answer_that_is_not_kept_ends_an_older_one_except_in_firefox() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow("PUT"), allow("PUT, DELETE", "x-a", "0"), allow("PUT"), engine=engine)
        asked.preflights()
        asked.preflights(method="DELETE")
        return asked.preflights()

    assert by_engine(play) == {"standard": True, "chromium": True, "firefox": False, "webkit": True}


def test_a_failed_preflight_drops_what_was_kept_except_in_webkit() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow("PUT"), allow("PUT", "y"), allow("PUT"), engine=engine)
        asked.preflights()
        asked.fails(headers={"X-B": "1"})
        return asked.preflights()

    assert by_engine(play) == {"standard": True, "chromium": True, "firefox": True, "webkit": False}


def test_a_response_that_is_not_shared_drops_what_was_kept_for_some() -> None:
    def play(engine: str) -> list[bool]:
        found = []
        for method in ("PUT", "GET"):
            asked = Asked(allow(), engine=engine)
            asked.preflights()
            asked.shared = []
            asked.fails(method=method)
            asked.shared = SHARED
            found.append(asked.preflights())
        return found

    expected = {"standard": [True, False], "chromium": [False] * 2, "firefox": [True] * 2, "webkit": [False] * 2}
    assert by_engine(play) == expected


@pytest.mark.parametrize(
    ("cache", "engines"),
    [
        ("no-store", {"chromium", "firefox"}),
        ("reload", {"chromium", "firefox"}),
        ("no-cache", {"chromium"}),
        ("default", set()),
    ],
)
def test_some_cache_modes_make_preflights_anew(cache: str, engines: set[str]) -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow(names="x-a, pragma, cache-control"), engine=engine)
        asked.preflights()
        return asked.preflights(cache=cache)

    assert {engine for engine, anew in by_engine(play).items() if anew} == engines


def test_an_upload_listener_needs_its_method_named_by_the_letter_of_the_standard_alone() -> None:
    def play(engine: str) -> list[bool]:
        found = []
        for answer in (allow("PUT"), allow("POST"), [("Access-Control-Max-Age", "600")]):
            asked = Asked(answer, engine=engine)
            asked.page.xhr("/x", method="POST", body="x", upload_listener=True)
            asked.browser.exchanges.clear()
            asked.page.xhr("/x", method="POST", body="x", upload_listener=True)
            found.append(asked.browser.exchanges[0].is_preflight)
        return found

    cached = [False, False, False]
    assert by_engine(play) == {
        "standard": [True, False, False], "chromium": cached, "firefox": cached, "webkit": cached
    }  # fmt: skip


def test_a_stream_is_covered_like_a_listener() -> None:
    asked = Asked(allow("POST"))
    body = {"method": "POST", "body": ReadableStream([b"x"]), "duplex": "half"}
    assert [asked.preflights(**body), asked.preflights(**body)] == [True, False]


def test_the_cache_can_be_forgotten() -> None:
    asked = Asked(allow())
    assert [asked.preflights(), asked.preflights()] == [True, False]
    asked.browser.clear_preflight_cache()
    assert asked.preflights()


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"])
def test_conditional_requests_are_preflighted_anew_where_no_store_is(name: str) -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow(names=name), engine=engine)
        asked.preflights(headers={name: "x"})
        return asked.preflights(headers={name: "x"})

    assert by_engine(play) == {"standard": False, "chromium": True, "firefox": True, "webkit": False}


def test_a_conditional_xhr_is_preflighted_anew_in_chromium_alone() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow(names="if-match"), engine=engine)
        for _ in range(2):
            asked.browser.exchanges.clear()
            asked.page.xhr("/x", headers={"If-Match": "x"})
        return asked.browser.exchanges[0].is_preflight

    assert by_engine(play) == {"standard": False, "chromium": True, "firefox": False, "webkit": False}


def test_chromium_keeps_nothing_of_a_preflight_in_the_mode_no_store() -> None:
    def play(engine: str) -> list[bool]:
        asked = Asked(allow(), engine=engine)
        return [asked.preflights(cache="no-store"), asked.preflights()]

    kept = [True, False]
    assert by_engine(play) == {"standard": kept, "chromium": [True, True], "firefox": kept, "webkit": kept}


def test_a_failed_preflight_that_bypassed_the_cache_ends_what_is_kept_or_not() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow(), engine=engine)
        asked.preflights()
        asked.status = "500 X"
        asked.fails(cache="reload")
        asked.status = "204 No Content"
        return asked.preflights()

    assert {engine: play(engine) for engine in ("chromium", "firefox")} == {"chromium": False, "firefox": True}


def test_what_is_kept_is_forgotten_on_a_miss_or_not() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow(), allow("DELETE", max_age="0"), allow(), engine=engine)
        asked.preflights()
        asked.preflights(headers={"X-A": "1"}, method="DELETE")
        return asked.preflights()

    assert by_engine(play) == {"standard": False, "chromium": True, "firefox": False, "webkit": True}


def test_a_wildcard_that_was_kept_with_credentials() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow("PUT, *", "x-a"), allow("DELETE"), engine=engine)
        asked.preflights(credentials="include")
        return asked.preflights(method="DELETE")

    assert by_engine(play) == {"standard": False, "chromium": True, "firefox": True, "webkit": False}


def test_a_name_beside_a_wildcard_that_does_not_count_is_kept() -> None:
    def play(engine: str) -> bool:
        asked = Asked(allow(names="*"), allow("DELETE, PUT", "x-a"), engine=engine)
        asked.preflights(credentials="include")
        asked.preflights(credentials="include", method="DELETE", headers={"X-A": "1"})
        return asked.preflights(credentials="include", headers={"X-A": "1"})

    assert by_engine(play) == dict.fromkeys(ENGINES, False)
