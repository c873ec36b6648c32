"""What `check`, `explain` and the playground say to write: whoever does so is let in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from support.wsgi import PLAIN_APP

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.browser import Browser, CORSError, Exchange, FailureReason, WireRequest, WireResponse
from cors_wsgi.cli.remedies import write_for_nginx, write_for_policy

PAGE = "https://app.example.com"
OTHER = "https://other.example.com"


@pytest.mark.parametrize(
    ("options", "call", "says", "then"),
    [
        pytest.param(
            {"origins": OTHER}, {}, f"add {PAGE!r} to origins", {"origins": [OTHER, PAGE]}, id="an origin is missing"
        ),
        pytest.param(
            {"origins": "*"},
            {"credentials": "include"},
            f"write origins=[{PAGE!r}], supports_credentials=True",
            {"origins": [PAGE], "supports_credentials": True},
            id="everybody, with credentials",
        ),
        pytest.param(
            {"origins": PAGE},
            {"credentials": "include"},
            "write supports_credentials=True",
            {"origins": PAGE, "supports_credentials": True},
            id="no credentials",
        ),
        pytest.param(
            {"origins": PAGE, "methods": ["GET"]},
            {"method": "PUT"},
            "add 'PUT' to methods",
            {"origins": PAGE, "methods": ["GET", "PUT"]},
            id="a method is missing",
        ),
        pytest.param(
            {"origins": PAGE, "allow_headers": ["X-A"]},
            {"headers": {"X-B": "1"}},
            "add 'x-b' to allow_headers",
            {"origins": PAGE, "allow_headers": ["X-A", "x-b"]},
            id="a header is missing",
        ),
    ],
)
def test_who_does_what_it_says_is_let_in(
    options: Mapping[str, Any], call: Mapping[str, Any], says: str, then: Mapping[str, Any]
) -> None:
    with pytest.raises(CORSError) as caught:
        Browser(CORSMiddleware(PLAIN_APP, Policy(**options))).open(PAGE).fetch("/", **call)
    assert write_for_policy(caught.value.reason, caught.value.facts) == says
    assert Browser(CORSMiddleware(PLAIN_APP, Policy(**then))).open(PAGE).fetch("/", **call).status == 200


@pytest.mark.parametrize(
    ("reason", "facts"),
    [
        pytest.param(FailureReason.MISSING_ACAO, {"origin": "null"}, id="null, which anybody can be"),
        pytest.param(FailureReason.MISSING_ACAO, {}, id="an origin that is not known"),
        pytest.param(FailureReason.MISSING_ACAO, {"origin": "https://a.example\x1b[31m"}, id="an origin that is none"),
        pytest.param(FailureReason.METHOD_NOT_ALLOWED, {"method": "patch"}, id="a method in lower case"),
        pytest.param(
            FailureReason.HEADER_NOT_ALLOWED,
            {"header": "access-control-allow-origin"},
            id="a response header that is sent",
        ),
        pytest.param(FailureReason.NETWORK_FAILURE, {}, id="no matter of CORS"),
    ],
)
def test_what_no_policy_should_allow_has_no_remedy_there(reason: FailureReason, facts: Mapping[str, str]) -> None:
    assert write_for_policy(reason, facts) is None


def exchange(server: str) -> Exchange:
    request = WireRequest("GET", "https://api.example.com/", [("Origin", PAGE)], None)
    return Exchange(request, WireResponse(200, "OK", [("Server", server)], b""), is_preflight=False)


def test_nginx_is_told_in_its_own_words_and_no_other_server() -> None:
    facts = {"origin": PAGE, "method": "PUT"}
    assert write_for_nginx(FailureReason.MISSING_ACAO, facts, exchange("nginx/1.22.1")) == (
        f'add_header Access-Control-Allow-Origin "{PAGE}" always; add_header Vary Origin always;'
    )
    assert write_for_nginx(FailureReason.PREFLIGHT_STATUS, facts, exchange("nginx")) == (
        "if ($request_method = OPTIONS) { return 204; } with the headers beside return"
    )
    assert write_for_nginx(FailureReason.MISSING_ACAO, facts, exchange("gunicorn")) is None
    assert write_for_nginx(FailureReason.NETWORK_FAILURE, facts, None) is None


@pytest.mark.parametrize(
    ("reason", "facts", "policy", "nginx"),
    [
        pytest.param(
            FailureReason.MISSING_ACAO, {"url": "http://localhost:8000/"}, "add 'http://localhost:5173' to origins",
            'add_header Access-Control-Allow-Origin "http://localhost:5173" always; add_header Vary Origin always;',
            id="the API has another name of this machine",
        ),
        pytest.param(
            FailureReason.ACAO_MISMATCH, {"url": "http://127.0.0.1:8000/", "value": "http://[::1]:5173"},
            None,
            None,
            id="the server names another name of this machine already",
        ),
        pytest.param(
            FailureReason.MISSING_ACAO, {"url": "http://localhost:8000/", "nearest": "http://localhost:*"}, None, None,
            id="the policy has another name of this machine already",
        ),
        pytest.param(
            FailureReason.MISSING_ACAO, {"url": "http://127.0.0.1:8000/"}, "add 'http://127.0.0.1:5173' to origins",
            'add_header Access-Control-Allow-Origin "http://127.0.0.1:5173" always; add_header Vary Origin always;',
            id="the same name",
        ),
    ],
)  # fmt: skip
def test_no_second_name_of_this_machine_is_to_be_allowed(
    reason: FailureReason, facts: Mapping[str, str], policy: str | None, nginx: str | None
) -> None:
    facts = {"origin": "http://127.0.0.1:5173", **facts}
    assert write_for_policy(reason, facts) == policy
    assert write_for_nginx(reason, facts, exchange("nginx")) == nginx
