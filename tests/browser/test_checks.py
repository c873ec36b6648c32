"""The CORS check, the answer to a preflight, exposed headers: the standard's own tables, and every reason."""

from __future__ import annotations

import pytest

from cors_wsgi.browser import ENGINES, FailureReason
from cors_wsgi.browser.checks import (
    Allowed,
    Failure,
    check_cors,
    check_preflight,
    check_resource_policy,
    find_exposed,
)

PAGE = "https://rabbit.invalid"
ACAO, ACAC = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
ACAM, ACAH, ACEH = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers"


@pytest.mark.parametrize(
    ("mode", "allow_origin", "allow_credentials", "shared"),
    [
        ("omit", "*", None, True),
        ("omit", "*", "true", True),
        ("omit", "https://rabbit.invalid/", None, False),
        ("omit", "https://rabbit.invalid", None, True),
        ("include", "*", "true", False),
        ("include", "https://rabbit.invalid", "true", True),
        ("include", "https://rabbit.invalid", "True", False),
    ],
)
def test_the_standards_table_of_credentials(
    mode: str, allow_origin: str, allow_credentials: str | None, shared: bool
) -> None:
    """The table below `#cors-protocol-and-credentials`."""
    headers = [(ACAO, allow_origin)] + ([(ACAC, allow_credentials)] if allow_credentials else [])
    assert (check_cors(headers, PAGE, include=mode == "include") is None) == shared


@pytest.mark.parametrize(
    ("lines", "include", "expected"),
    [
        ([PAGE], False, None),
        (["*"], False, None),
        ([], False, Failure(FailureReason.MISSING_ACAO)),
        ([], True, Failure(FailureReason.MISSING_ACAO)),
        (["*"], True, Failure(FailureReason.WILDCARD_WITH_CREDENTIALS, {"value": "*"})),
        ([PAGE, PAGE], False, Failure(FailureReason.ACAO_MULTIPLE, {"value": f"{PAGE}, {PAGE}"})),
        (["*", "*"], False, Failure(FailureReason.ACAO_MULTIPLE, {"value": "*, *"})),
        ([f"{PAGE},*"], False, Failure(FailureReason.ACAO_MULTIPLE, {"value": f"{PAGE},*"})),
        ([f"{PAGE} *"], False, Failure(FailureReason.ACAO_MULTIPLE, {"value": f"{PAGE} *"})),
        (["rabbit.invalid"], False, Failure(FailureReason.ACAO_INVALID, {"value": "rabbit.invalid"})),
        ([""], False, Failure(FailureReason.ACAO_INVALID, {"value": ""})),
        (["null"], False, Failure(FailureReason.ACAO_MISMATCH, {"value": "null"})),
        ([PAGE + "/"], False, Failure(FailureReason.ACAO_MISMATCH, {"value": PAGE + "/"})),
        ([PAGE.upper()], False, Failure(FailureReason.ACAO_MISMATCH, {"value": PAGE.upper()})),
        ([PAGE + ":443"], False, Failure(FailureReason.ACAO_MISMATCH, {"value": PAGE + ":443"})),
        ([PAGE], True, Failure(FailureReason.CREDENTIALS_NOT_TRUE, {"value": ""})),
    ],
)
def test_every_reason_of_the_cors_check(lines: list[str], include: bool, expected: Failure | None) -> None:
    assert check_cors([(ACAO, line) for line in lines], PAGE, include=include) == expected


@pytest.mark.parametrize(
    ("lines", "shared"),
    [(["true"], True), (["TRUE"], False), (["true", "true"], False), (["true", ""], False), ([""], False)],
)
def test_credentials_need_one_lower_case_true(lines: list[str], shared: bool) -> None:
    headers = [(ACAO, PAGE), *((ACAC, line) for line in lines)]
    assert (check_cors(headers, PAGE, include=True) is None) == shared


def test_an_opaque_origin_is_allowed_by_the_word_null() -> None:
    headers = [(ACAO, "null"), (ACAC, "true")]
    assert check_cors(headers, "null", include=True) is None
    assert check_cors(headers, PAGE, include=True) == Failure(FailureReason.ACAO_MISMATCH, {"value": "null"})


def test_an_origin_that_redirects_made_null_has_its_own_reason() -> None:
    headers = [(ACAO, PAGE)]
    failure = check_cors(headers, "null", include=False, is_tainted=True)
    assert failure == Failure(
        FailureReason.REDIRECT_NULL_ORIGIN, {"value": PAGE}, console_reason=FailureReason.ACAO_MISMATCH
    )
    failure = check_cors([], "null", include=False, is_tainted=True)
    assert failure == Failure(FailureReason.REDIRECT_NULL_ORIGIN, {}, console_reason=FailureReason.MISSING_ACAO)
    assert check_cors([(ACAO, "*")], "null", include=False, is_tainted=True) is None


SHARED = [(ACAO, PAGE), (ACAC, "true")]


def answer(
    *headers: tuple[str, str],
    status: int = 204,
    method: str = "PUT",
    names: tuple[str, ...] = (),
    include: bool = False,
    engine: str = "standard",
) -> Allowed | Failure:
    return check_preflight(
        status,
        [*SHARED, *headers],
        method=method,
        unsafe_names=names,
        origin=PAGE,
        include=include,
        engine=ENGINES[engine],
    )


@pytest.mark.parametrize("status", [200, 204, 226, 299])
def test_a_preflight_succeeds_with_any_ok_status(status: int) -> None:
    assert answer((ACAM, "PUT"), status=status) == Allowed(["PUT"], [])


@pytest.mark.parametrize("status", [101, 199, 300, 304, 400, 401, 404, 500])
def test_a_preflight_fails_with_any_other_status(status: int) -> None:
    failure = answer((ACAM, "PUT"), status=status)
    assert failure == Failure(FailureReason.PREFLIGHT_STATUS, {"location": "nowhere"})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_preflight_follows_no_redirect(status: int) -> None:
    failure = answer((ACAM, "PUT"), ("Location", "/x/"), status=status)
    assert failure == Failure(FailureReason.PREFLIGHT_REDIRECT, {"location": "/x/"})


def test_the_origin_is_judged_before_the_status_except_by_webkit() -> None:
    reasons = {}
    for name, engine in ENGINES.items():
        failure = check_preflight(401, [], method="PUT", unsafe_names=(), origin=PAGE, include=False, engine=engine)
        assert isinstance(failure, Failure)
        reasons[name] = failure.reason
    missing = FailureReason.MISSING_ACAO
    assert reasons == {
        "standard": missing, "chromium": missing, "firefox": missing, "webkit": FailureReason.PREFLIGHT_STATUS
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "methods", "include", "expected"),
    [
        pytest.param("PUT", "PUT", False, Allowed(["PUT"], []), id="named"),
        pytest.param("PUT", "GET, PUT ,,DELETE", True, Allowed(["GET", "PUT", "DELETE"], []), id="in a list"),
        pytest.param("PUT", "*", False, Allowed(["*"], []), id="covered by *"),
        pytest.param(
            "PUT", "*", True, Failure(FailureReason.METHOD_NOT_ALLOWED, {"method": "PUT", "value": "*"}),
            id="with credentials * is an ordinary name",
        ),
        pytest.param("*", "*", True, Allowed(["*"], []), id="the method * is named by *"),
        pytest.param(
            "patch", "PATCH", False, Failure(FailureReason.METHOD_NOT_ALLOWED, {"method": "patch", "value": "PATCH"}),
            id="upper and lower case count",
        ),
        pytest.param("patch", "patch", False, Allowed(["patch"], []), id="patch is named by patch"),
        pytest.param(
            "query", "QUERY", False, Failure(FailureReason.METHOD_NOT_ALLOWED, {"method": "query", "value": "QUERY"}),
            id="so they do of query",
        ),
        pytest.param(
            "QUERY",
            "GET, POST",
            False,
            Failure(FailureReason.METHOD_NOT_ALLOWED, {"method": "QUERY", "value": "GET, POST"}),
            id="QUERY has to be named, safe as it is",
        ),
        pytest.param(
            "PUT",
            None,
            False,
            Failure(FailureReason.METHOD_NOT_ALLOWED, {"method": "PUT", "value": ""}),
            id="not there",
        ),
        pytest.param("POST", None, False, Allowed(None, []), id="POST need not be named"),
        pytest.param("POST", "", False, Allowed([], []), id="a list may be empty"),
        pytest.param(
            "POST", "PUT, @", False, Failure(FailureReason.ALLOW_METHODS_UNPARSABLE, {"value": "PUT, @"}),
            id="one that is no token fails all, even where none is needed",
        ),
    ],
)  # fmt: skip
def test_methods_that_a_preflight_allows(
    method: str, methods: str | None, include: bool, expected: Allowed | Failure
) -> None:
    headers = [(ACAM, methods)] if methods is not None else []
    assert answer(*headers, method=method, include=include) == expected


@pytest.mark.parametrize(
    ("names", "value", "include", "expected"),
    [
        pytest.param(("x-a",), "X-A", False, Allowed(None, ["X-A"]), id="in any case of letters"),
        pytest.param(("x-a", "x-b"), "*", False, Allowed(None, ["*"]), id="covered by *"),
        pytest.param(
            ("x-a",), "*", True, Failure(FailureReason.HEADER_NOT_ALLOWED, {"header": "x-a", "value": "*"}),
            id="with credentials * is an ordinary name",
        ),
        pytest.param(("*",), "*", True, Allowed(None, ["*"]), id="the header * is named by *"),
        pytest.param(
            ("x-a", "x-b"), "x-a", False, Failure(FailureReason.HEADER_NOT_ALLOWED, {"header": "x-b", "value": "x-a"}),
            id="the first that is missing is told",
        ),
        pytest.param(
            ("authorization",), "*", False,
            Failure(FailureReason.AUTHORIZATION_UNDER_WILDCARD, {"header": "authorization", "value": "*"}),
            id="* does not cover Authorization",
        ),
        pytest.param(
            ("authorization",), "*, Authorization", False, Allowed(None, ["*", "Authorization"]),
            id="* and Authorization cover all",
        ),
        pytest.param(
            (), "x-a;", False, Failure(FailureReason.ALLOW_HEADERS_UNPARSABLE, {"value": "x-a;"}),
            id="one that is no token fails all, even where none is needed",
        ),
    ],
)  # fmt: skip
def test_headers_that_a_preflight_allows(
    names: tuple[str, ...], value: str, include: bool, expected: Allowed | Failure
) -> None:
    assert answer((ACAH, value), method="GET", names=names, include=include) == expected


def test_all_engines_let_authorization_pass_under_a_wildcard() -> None:
    allowed = {
        name
        for name in ENGINES
        if isinstance(answer((ACAH, "*"), method="GET", names=("authorization",), engine=name), Allowed)
    }
    assert allowed == {"chromium", "firefox", "webkit"}


SENT = [("Content-Type", "a"), ("ETag", "b"), ("X-A", "c"), ("Set-Cookie", "d"), ("Set-Cookie2", "e"), ("*", "f")]


@pytest.mark.parametrize(
    ("expose", "include", "seen"),
    [
        ([], False, {"content-type"}),
        (["etag"], False, {"content-type", "etag"}),
        (["etag, X-A", "Y"], True, {"content-type", "etag", "x-a"}),
        (["*"], False, {"content-type", "etag", "x-a", "*", "access-control-expose-headers"}),
        (["*"], True, {"content-type", "*"}),
        (["etag, @"], False, {"content-type"}),
        (["Set-Cookie, Set-Cookie2"], True, {"content-type"}),
    ],
)
def test_exposed_headers(expose: list[str], include: bool, seen: set[str]) -> None:
    headers = [*SENT, *((ACEH, value) for value in expose)]
    assert find_exposed(headers, include=include) == seen


def test_every_safelisted_response_header_is_seen() -> None:
    """The list of `#cors-safelisted-response-header-name`."""
    safelisted = [
        "Cache-Control", "Content-Language", "Content-Length", "Content-Type", "Expires", "Last-Modified", "Pragma"
    ]  # fmt: skip
    headers = [(name, "x") for name in [*safelisted, "Age", "Date", "ETag", "Location", "Vary"]]
    assert find_exposed(headers, include=True) == {name.lower() for name in safelisted}


def test_firefox_exposes_all_beside_junk() -> None:
    headers = [*SENT, (ACEH, "*, @@")]
    seen = {name: len(find_exposed(headers, include=False, engine=engine)) for name, engine in ENGINES.items()}
    assert seen == {"standard": 1, "chromium": 1, "firefox": 5, "webkit": 1}
    assert find_exposed(headers, include=True, engine=ENGINES["firefox"]) == {"content-type"}
    for junk in ("etag, @@", "@@, *"):
        assert find_exposed([*SENT, (ACEH, junk)], include=False, engine=ENGINES["firefox"]) == {"content-type"}
    assert find_exposed(headers, include=False, api="XMLHttpRequest", engine=ENGINES["firefox"]) == {"content-type"}


@pytest.mark.parametrize(
    ("policy", "same_site", "passes"),
    [
        (None, False, True),
        ("cross-origin", False, True),
        ("same-site", True, True),
        ("same-site", False, False),
        ("same-origin", True, False),
        ("SAME-ORIGIN", False, True),
    ],
)
def test_cross_origin_resource_policy(policy: str | None, same_site: bool, passes: bool) -> None:
    headers = [] if policy is None else [("Cross-Origin-Resource-Policy", policy)]
    failure = check_resource_policy(headers, is_same_site=same_site)
    assert failure == (None if passes else Failure(FailureReason.CORP_BLOCKED, {"value": policy or ""}))
