"""The pytest plugin: its fixtures and assertions, in this process and in test suites of others."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support.needs import needs_module
from support.scripted import OTHER, PAGE, SHARED, by_path

from cors_wsgi.browser import Browser, CORSError, FailureReason
from cors_wsgi.pytest_plugin import assert_allowed, assert_blocked, assert_loaded, assert_not_loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication

    from cors_wsgi.audit import Report

pytest_plugins = ["pytester"]


@pytest.fixture
def app() -> WSGIApplication:
    preflight = [*SHARED, ("Access-Control-Allow-Methods", "PUT")]
    return by_path({"/shared": ("200 OK", SHARED), "/own": ("200 OK", [])}, preflight)


def test_the_browser_finds_the_app_under_test(cors_browser: Browser) -> None:
    assert (cors_browser.url, cors_browser.engine.name) == ("https://api.example.com", "standard")
    response = assert_allowed(cors_browser.open(PAGE), "/shared", method="PUT", credentials="include")
    assert (response.status, response.body) == (200, b"/shared")


def test_what_is_blocked_is_known_by_its_reason(cors_browser: Browser) -> None:
    error = assert_blocked(cors_browser.open(PAGE), "/own", reason="missing-acao")
    assert isinstance(error, CORSError)
    assert error.reason is FailureReason.MISSING_ACAO
    assert assert_blocked(cors_browser.open(OTHER), "/shared", reason=FailureReason.ACAO_MISMATCH).reason.is_cors
    assert (
        assert_blocked(cors_browser.open(PAGE), "/shared", method="DELETE").reason is FailureReason.METHOD_NOT_ALLOWED
    )


def test_a_failing_assertion_reads_like_a_console_and_shows_the_exchange(cors_browser: Browser) -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        assert_allowed(cors_browser.open(PAGE), "/own", method="PUT")
    text = str(caught.value)
    assert text.startswith(
        "Access to fetch at 'https://api.example.com/own' from origin 'https://app.example.com' has been blocked by "
        "CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.\n\n"
        "  The response has no Access-Control-Allow-Origin header.\n"
    )
    assert text.index("  > PUT https://api.example.com/own\n") < text.index("\n\nBefore it:\n\n> OPTIONS ")
    assert text.endswith("< Access-Control-Allow-Methods: PUT")


def test_a_failure_without_anything_before_it_is_the_error_alone(cors_browser: Browser) -> None:
    page = cors_browser.open(PAGE)
    with pytest.raises(pytest.fail.Exception) as caught:
        assert_allowed(page, "/own")
    with pytest.raises(CORSError) as error:
        page.fetch("/own")
    assert str(caught.value) == str(error.value)


def test_an_opaque_response_is_not_allowed(cors_browser: Browser) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"no script can read it \(mode 'no-cors'\)"):
        assert_allowed(cors_browser.open(PAGE), "/own", mode="no-cors")


def test_what_is_not_blocked_fails_with_the_exchange(cors_browser: Browser) -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        assert_blocked(cors_browser.open(PAGE), "/shared")
    assert str(caught.value).startswith(
        "https://app.example.com may read the response: type 'cors', status 200.\n\n> GET https://api.example.com/shared\n"
    )
    assert str(caught.value).endswith("< /shared")


def test_another_reason_than_the_expected_one_fails(cors_browser: Browser) -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        assert_blocked(cors_browser.open(PAGE), "/own", reason="acao-mismatch")
    assert str(caught.value).startswith("Blocked, but for missing-acao, not for acao-mismatch.\n\nAccess to fetch at ")


def test_a_failure_that_is_not_cors_is_no_blocking(cors_browser: Browser) -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        assert_blocked(cors_browser.open(PAGE), "https://nowhere.example/")
    assert str(caught.value).startswith(
        "It failed, but CORS is not the cause (network-failure).\n\nGET https://nowhere"
    )


def test_a_reason_that_is_none_is_an_error(cors_browser: Browser) -> None:
    with pytest.raises(ValueError, match="'missing' is not a valid FailureReason"):
        assert_blocked(cors_browser.open(PAGE), "/own", reason="missing")


def test_what_is_loaded_as_expected_is_returned(cors_browser: Browser) -> None:
    page = cors_browser.open(PAGE)
    assert assert_loaded(page, "font", "/shared").outcome == "loaded"
    assert assert_loaded(page, "script", "/own", tainted=True).taint
    assert assert_not_loaded(page, "font", "/own", reason="missing-acao").reason is FailureReason.MISSING_ACAO
    assert assert_not_loaded(page, "module", "/shared").reason is FailureReason.WRONG_TYPE


@pytest.mark.parametrize(
    ("kind", "path", "options", "words"),
    [
        ("font", "/own", {}, "The font is blocked, not loaded.\n\nAccess to font at "),
        ("script", "/own", {}, "The script is tainted, not loaded.\n\ntainted: It is in use, but the page sees"),
        ("script", "/shared", {"crossorigin": "", "tainted": True}, "The script is loaded, not tainted."),
    ],
)
def test_what_is_not_loaded_fails_in_the_words_of_a_console(
    kind: Any, path: str, options: dict[str, Any], words: str, cors_browser: Browser
) -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        assert_loaded(cors_browser.open(PAGE), kind, path, **options)
    assert str(caught.value).startswith(words)


def test_what_is_loaded_all_the_same_or_blocked_for_another_reason_fails(cors_browser: Browser) -> None:
    page = cors_browser.open(PAGE)
    with pytest.raises(pytest.fail.Exception, match=r"^The font is loaded, not blocked\."):
        assert_not_loaded(page, "font", "/shared")
    with pytest.raises(pytest.fail.Exception, match=r"^Blocked, but for missing-acao, not for bad-status\."):
        assert_not_loaded(page, "font", "/own", reason="bad-status")


def test_an_app_that_is_closed_to_strangers_passes_the_audit(cors_audit: Callable[..., Report]) -> None:
    report = cors_audit("/shared", origin=PAGE, fail_on="high")
    assert (report.url, len(report.exchanges)) == ("https://api.example.com/shared", 24)
    # The app of these tests says its one origin to everybody: nothing leaks, and nothing depends on Origin.
    assert [finding.code for finding in report.findings] == ["max-age-missing"]


def test_a_finding_fails_the_test_with_the_report(cors_audit: Callable[..., Report]) -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        cors_audit("/shared", origin=PAGE, fail_on="info")
    assert str(caught.value).startswith(
        "https://api.example.com/shared, 24 requests: 1 info\n\ninfo: max-age-missing: No Access-Control-Max-Age."
    )


def test_a_severity_that_is_none_is_an_error(cors_audit: Callable[..., Report]) -> None:
    with pytest.raises(KeyError, match="WORST"):
        cors_audit(fail_on="worst")


WSGI_APP = """
    import pytest

    def application(environ, start_response):
        allowed = environ.get("HTTP_ORIGIN") == "https://app.example.com"
        start_response("200 OK", [("Access-Control-Allow-Origin", "https://app.example.com")] if allowed else [])
        return [environ["wsgi.url_scheme"].encode() + b" " + environ["HTTP_HOST"].encode()]
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments, timeout=60)


def test_it_serves_a_plain_wsgi_app(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        WSGI_APP
        + """
    @pytest.fixture
    def app():
        return application
"""
    )
    pytester.makepyfile(
        """
        import pytest
        from cors_wsgi.pytest_plugin import assert_allowed, assert_blocked, assert_loaded, assert_not_loaded

        def test_allowed(cors_browser):
            page = cors_browser.open("https://app.example.com")
            assert assert_allowed(page, "/").text == "https api.example.com"

        def test_blocked(cors_browser):
            assert_blocked(cors_browser.open("https://evil.example"), "/", reason="missing-acao")

        def test_cookies_and_caches_are_fresh(cors_browser):
            assert (cors_browser.exchanges, list(cors_browser.cookies)) == ([], [])

        class TestElsewhere:
            @pytest.fixture
            def cors_url(self):
                return "http://localhost:5000"

            @pytest.fixture
            def cors_engine(self):
                return "firefox"

            def test_url_and_engine(self, cors_browser):
                page = cors_browser.open("https://app.example.com")
                assert assert_allowed(page, "/").text == "http localhost:5000"
                assert cors_browser.engine.name == "firefox"
        """
    )
    run(pytester).assert_outcomes(passed=4)


def test_it_serves_a_flask_app(pytester: pytest.Pytester) -> None:
    needs_module("flask")
    pytester.makepyfile(
        """
        import flask
        import pytest
        from cors_wsgi import CORSMiddleware, Policy
        from cors_wsgi.pytest_plugin import assert_allowed

        @pytest.fixture
        def app():
            app = flask.Flask(__name__)

            @app.put("/items/<int:number>")
            def save(number):
                return {"number": number, "session": flask.request.cookies.get("session")}

            policy = Policy("https://app.example.com", supports_credentials=True)
            app.wsgi_app = CORSMiddleware(app.wsgi_app, policy)
            return app

        def test_my_page_can_save_an_item_with_a_cookie(cors_browser):
            cors_browser.cookies.set("https://api.example.com", "session", "x")
            page = cors_browser.open("https://app.example.com")
            response = assert_allowed(page, "/items/1", method="PUT", json={}, credentials="include")
            assert response.json() == {"number": 1, "session": "x"}
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_another_app_can_take_the_place_of_the_fixture_app(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        WSGI_APP
        + """
    @pytest.fixture
    def app():
        return "something else"

    @pytest.fixture
    def cors_app():
        return application

    def test_it(cors_browser):
        assert cors_browser.open("https://app.example.com").fetch("/").status == 200
"""
    )
    run(pytester).assert_outcomes(passed=1)


def test_a_missing_app_is_explained(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(cors_browser): pass")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ['cors_browser needs the app under test, and there is no fixture "app"*', "*def app():"]
    )


def test_a_fixture_that_the_app_itself_misses_is_pytests_own_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def app(nowhere):
            return nowhere

        def test_it(cors_browser):
            pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'nowhere' not found*"])


def test_a_failure_points_at_the_line_of_the_test_and_at_nothing_inside(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        WSGI_APP
        + """
    from cors_wsgi.pytest_plugin import assert_allowed

    @pytest.fixture
    def app():
        return application

    def test_it(cors_browser):
        assert_allowed(cors_browser.open("https://evil.example"), "/")
"""
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>*assert_allowed(cors_browser.open("https://evil.example"), "/")',
            "E*Failed: Access to fetch at 'https://api.example.com/' from origin 'https://evil.example' has been*",
            "E* > GET https://api.example.com/",
            "E* < 200 OK",
        ]
    )
    assert "fetching.py" not in result.stdout.str()


def test_it_keeps_out_of_the_way_of_suites_that_do_not_use_it(pytester: pytest.Pytester) -> None:
    """Fixtures of any other name, plugins and warnings are theirs, and the browser side is not even imported."""
    pytester.makepyfile(
        """
        import sys
        import pytest

        @pytest.fixture
        def browser():
            return "mine"

        @pytest.fixture
        def page(browser):
            return browser

        def test_it(page, request):
            assert page == "mine"
            assert request.config.pluginmanager.hasplugin("cors_wsgi")
            loaded = [name for name in sys.modules if name.startswith(("cors_wsgi.browser", "werkzeug", "urllib3"))]
            assert loaded == []
        """
    )
    run(pytester, "-W", "error", "--strict-markers").assert_outcomes(passed=1)


def test_it_imports_nothing_that_is_not_installed_with_the_package() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('werkzeug', 'urllib3', 'flask', 'rich')));"
        "import cors_wsgi.pytest_plugin, cors_wsgi.browser;"
        "print(sorted(name for name in sys.modules if name.startswith('publicsuffix')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "[]\n"
