"""A pytest plugin: a browser for the app under test, and assertions that fail in the words of a browser's console.

pytest loads this module in every run where the package is installed; the model of the browser is imported only by a
test that asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed.wsgi import WSGIApplication

    from .audit import Report
    from .browser import Browser, CORSError, FailureReason, FetchError, Load, Page, Response
    from .browser.elements import Kind

_NO_APP = """\
cors_browser needs the app under test, and there is no fixture "app". Write one, for example in conftest.py:

    @pytest.fixture
    def app():
        return create_app()

or, if "app" is something else, let the fixture "cors_app" return the WSGI app."""


@pytest.fixture
def cors_app(request: pytest.FixtureRequest) -> WSGIApplication:
    """The WSGI app under test: the fixture `app`, as pytest-flask has it. Override it for another one."""
    try:
        app: WSGIApplication = request.getfixturevalue("app")
    except pytest.FixtureLookupError as error:
        if error.argname != "app":
            raise
        pytest.fail(_NO_APP, pytrace=False)
    return app


@pytest.fixture
def cors_url() -> str:
    """Where the app is served, for the browser: `https://api.example.com`. Override it for another URL."""
    return "https://api.example.com"


@pytest.fixture
def cors_engine() -> str:
    """Whose rules the browser follows: `standard`. Override it for `chromium`, `firefox` or `webkit`."""
    return "standard"


@pytest.fixture
def cors_browser(cors_app: WSGIApplication, cors_url: str, cors_engine: str) -> Browser:
    """A fresh browser that finds the app under test at `cors_url`."""
    from .browser import Browser  # noqa: PLC0415 - only a test that asks for it pays for it

    return Browser(cors_app, cors_url, engine=cors_engine)


@pytest.fixture
def cors_audit(cors_app: WSGIApplication, cors_url: str) -> Callable[..., Report]:
    """Find out what the policy of the app under test really is, and fail the test with a report of what is wrong.

    It is called with a path; `fail_on` is the severity that fails (`medium`, or `info`, `low`, `high`, `critical`), and
    all else goes to `cors_wsgi.audit.audit_app`: `origin`, `method`, `headers`. It returns the report. An audit that is
    not conclusive fails, too: an app that answers 404 or 401 does not show what pages normally get.
    """

    def audit(path: str = "/", *, fail_on: str = "medium", **options: Any) -> Report:
        __tracebackhide__ = True
        from .audit import Severity, audit_app  # noqa: PLC0415 - only a test that asks for it pays for it

        severity = Severity[fail_on.upper()]
        report = audit_app(cors_app, cors_url.rstrip("/") + path, **options)
        if report.at_least(severity) or report.inconclusive:
            pytest.fail(str(report), pytrace=False)
        return report

    return audit


def assert_allowed(page: Page, url: str, **options: Any) -> Response:
    """Fetch, and fail the test if a browser keeps the response from the script.

    Args:
        page: an open page.
        url: as for `page.fetch`.
        options: as for `page.fetch`.

    Returns:
        What the script sees of the response.
    """
    __tracebackhide__ = True
    from .browser import FetchError  # noqa: PLC0415

    before = len(page.exchanges)
    response = _try(page, url, options)
    if isinstance(response, FetchError):
        others = [exchange for exchange in page.exchanges[before:] if exchange is not response.exchange]
        pytest.fail(_join(str(response), "Before it:" if others else "", *map(str, others)))
    if response.type == "opaque":
        pytest.fail(_join("The response is opaque: it was requested, but no script can read it (mode 'no-cors')."))
    return response


def assert_blocked(page: Page, url: str, *, reason: FailureReason | str | None = None, **options: Any) -> CORSError:
    """Fetch, and fail the test unless CORS keeps the response from the script.

    Args:
        page: an open page.
        url: as for `page.fetch`.
        reason: the reason that is expected, or its name, as `missing-acao`; None for any.
        options: as for `page.fetch`.

    Returns:
        The error that the script gets, with its reason.

    Raises:
        ValueError: there is no such reason.
    """
    __tracebackhide__ = True
    from .browser import CORSError, FailureReason, FetchError  # noqa: PLC0415

    expected = FailureReason(reason) if isinstance(reason, str) else reason
    before = len(page.exchanges)
    failed = _try(page, url, options)
    if not isinstance(failed, FetchError):
        first = f"{page.origin} may read the response: type {failed.type!r}, status {failed.status}."
        pytest.fail(_join(first, *map(str, page.exchanges[before:])))
    if not isinstance(failed, CORSError):
        pytest.fail(_join(f"It failed, but CORS is not the cause ({failed.reason.value}).", str(failed)))
    if expected is not None and expected is not failed.reason:
        pytest.fail(_join(f"Blocked, but for {failed.reason.value}, not for {expected.value}.", str(failed)))
    return failed


def assert_loaded(page: Page, kind: Kind, url: str, *, tainted: bool = False, **options: Any) -> Load:
    """Load something as an element of the page does, and fail the test if the page cannot use it.

    Args:
        page: an open page.
        kind: as for `page.load`: `img`, `script`, `module`, `style`, `font` and more.
        url: as for `page.load`.
        tainted: whether it must be in use but hidden from scripts; otherwise scripts must be able to read it.
        options: as for `page.load`: `crossorigin`, `integrity`, `as_`.

    Returns:
        What became of it.
    """
    __tracebackhide__ = True
    load = page.load(kind, url, **options)
    wanted = "tainted" if tainted else "loaded"
    if load.outcome != wanted:
        pytest.fail(_join(f"The {kind} is {load.outcome}, not {wanted}.", str(load)))
    return load


def assert_not_loaded(
    page: Page, kind: Kind, url: str, *, reason: FailureReason | str | None = None, **options: Any
) -> Load:
    """Load something as an element of the page does, and fail the test unless the browser blocks it.

    Args:
        page: an open page.
        kind: as for `page.load`.
        url: as for `page.load`.
        reason: the reason that is expected, or its name, as `missing-acao`; None for any.
        options: as for `page.load`.

    Returns:
        What became of it, with the reason.

    Raises:
        ValueError: there is no such reason.
    """
    __tracebackhide__ = True
    from .browser import FailureReason  # noqa: PLC0415

    expected = FailureReason(reason) if isinstance(reason, str) else reason
    load = page.load(kind, url, **options)
    if load.outcome != "blocked" or load.reason is None:
        pytest.fail(_join(f"The {kind} is {load.outcome}, not blocked.", str(load)))
    if expected is not None and expected is not load.reason:
        pytest.fail(_join(f"Blocked, but for {load.reason.value}, not for {expected.value}.", str(load)))
    return load


def _try(page: Page, url: str, options: Mapping[str, Any]) -> Response | FetchError:
    from .browser import FetchError  # noqa: PLC0415

    try:
        return page.fetch(url, **options)
    except FetchError as error:
        return error


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
