# ruff: noqa: E501 - a table reads best with one row per line

"""The other options of a policy: how each is normalised, and what of it is refused."""

from __future__ import annotations

import dataclasses
import enum
import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support.wsgi import (
    ALL_HEADERS,
    ALL_METHODS,
    PLAIN_APP,
    TEN_MINUTES,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    A,
    Server,
    allow,
    forbidden,
    from_app,
    no_content,
    wrap,
)

from cors_wsgi import CORSMiddleware, Policy, PolicyError, PolicyWarning, Problem, ProblemCode
from cors_wsgi.near_misses import find_near_miss
from cors_wsgi.options import RISKS
from cors_wsgi.settings import parse_list

OPTIONS = [field.name for field in dataclasses.fields(Policy)]
TOKEN_REMEDY = "letters, digits and hyphens"


def problems_of(**options: Any) -> list[Problem]:
    with pytest.raises(PolicyError) as caught:
        Policy(**{"origins": A, **options})
    return list(caught.value.problems)


def evens(origin: str, environ: Any) -> bool:
    return False


REFUSED = [
    # the options, then of their one problem: option, value, code, index, what the remedy names; and accepted twins
    ({"origins": None}, "origins", None, "no-origins", None, "['https://app.example.com'], '*' for everybody, or [] for nobody", {"origins": []}),
    ({"origins": ["*", A]}, "origins", "*", "wildcard-beside-rules", None, "origins='*'", {"origins": ["*"]}),
    ({"origins": [evens, "*"]}, "origins", "*", "wildcard-beside-rules", None, "origins='*'", {"origins": [evens]}),
    ({"origins": "null"}, "origins", "null", "null-origin", None, "accept_risks=['null-origin']", {"origins": "null", "accept_risks": ["null-origin"]}),
    ({"origins": [A, "null"]}, "origins", "null", "null-origin", None, "accept_risks=['null-origin']", {"origins": [A, "null"], "accept_risks": "null-origin"}),
    ({"origins": ["null"], "supports_credentials": True}, "origins", "null", "null-with-credentials", None, "Leave it out", {"supports_credentials": True}),
    ({"origins": ["null"], "supports_credentials": True, "accept_risks": ["null-origin"]}, "origins", "null", "null-with-credentials", None, "Leave it out", {"origins": ["null"], "accept_risks": ["null-origin"]}),
    ({"origins": "*", "supports_credentials": True}, "origins", "*", "wildcard-with-credentials", None, "https://app.example.com", {"origins": "*"}),
    ({"origins": ["*"], "supports_credentials": True}, "origins", "*", "wildcard-with-credentials", None, "supports_credentials off", {"supports_credentials": True}),
    ({"expose_headers": "*", "supports_credentials": True}, "expose_headers", "*", "expose-wildcard-with-credentials", None, "Name", {"expose_headers": "*"}),
    ({"expose_headers": ["*"], "supports_credentials": True}, "expose_headers", "*", "expose-wildcard-with-credentials", None, "Name", {"expose_headers": ["ETag"], "supports_credentials": True}),
    ({"methods": "GET, PUT"}, "methods", "GET, PUT", "comma-list", 3, "['GET', 'PUT']", {"methods": ["GET", "PUT"]}),
    ({"methods": "GET,PUT,"}, "methods", "GET,PUT,", "comma-list", 3, "['GET', 'PUT']", {"methods": {"GET", "PUT"}}),
    ({"methods": ["P UT"]}, "methods", "P UT", "not-a-token", None, TOKEN_REMEDY, {"methods": ["P-UT"]}),
    ({"methods": ""}, "methods", "", "not-a-token", None, "'GET'", {"methods": "GET"}),
    ({"methods": ["GET", 7]}, "methods", 7, "not-a-token", None, "'GET'", {"methods": ["GET", "7"]}),
    ({"methods": ["PÜT"]}, "methods", "PÜT", "not-a-token", None, "'GET'", {"methods": ["PUT"]}),
    ({"methods": None}, "methods", None, "names-type", None, "['GET']", {"methods": []}),
    ({"methods": b"GET"}, "methods", b"GET", "names-type", None, "['GET']", {"methods": "GET"}),
    ({"methods": 7}, "methods", 7, "names-type", None, "['GET']", {"methods": ("GET",)}),
    ({"methods": ["*", "GET"]}, "methods", "*", "wildcard-beside-names", None, "methods='*' alone, or", {"methods": ["*"]}),
    ({"methods": ["TRACE"]}, "methods", "TRACE", "forbidden-method", None, "Leave it out", {"methods": ["TRACER"]}),
    ({"methods": ["Connect"]}, "methods", "Connect", "forbidden-method", None, "Leave it out", {"methods": []}),
    ({"methods": ["GET", "TRACK"]}, "methods", "TRACK", "forbidden-method", None, "Leave it out", {"methods": ["GET"]}),
    ({"methods": ["put"]}, "methods", "put", "method-case", None, "Write 'PUT'.", {"methods": ["PUT"]}),
    ({"methods": "Delete"}, "methods", "Delete", "method-case", None, "Write 'DELETE'.", {"methods": "DELETE"}),
    ({"methods": ["patch"]}, "methods", "patch", "method-case", None, "Write 'PATCH', and send it in upper case from the page's script, too.", {"methods": ["PATCH"]}),
    ({"methods": ["query"]}, "methods", "query", "method-case", None, "Write 'QUERY', and send it in upper case from the page's script, too.", {"methods": ["QUERY"]}),
    ({"methods": "Query"}, "methods", "Query", "method-case", None, "Write 'QUERY'", {"methods": ["querying"]}),
    ({"methods": ["Patch"]}, "methods", "Patch", "method-case", None, "Write 'PATCH'", {"methods": ["purge"]}),
    ({"allow_headers": "X-A,X-B"}, "allow_headers", "X-A,X-B", "comma-list", 3, "['X-A', 'X-B']", {"allow_headers": "X-A"}),
    ({"allow_headers": ["X-A:"]}, "allow_headers", "X-A:", "not-a-token", None, "'Content-Type'", {"allow_headers": ["X-A"]}),
    ({"allow_headers": None}, "allow_headers", None, "names-type", None, "['Content-Type']", {"allow_headers": []}),
    ({"allow_headers": ["*", "X-A"]}, "allow_headers", "*", "wildcard-beside-names", None, "Authorization is then allowed", {"allow_headers": "*"}),
    ({"allow_headers": ["Origin"]}, "allow_headers", "Origin", "forbidden-header", None, "Leave it out", {"allow_headers": ["Origins"]}),
    ({"allow_headers": ["HOST"]}, "allow_headers", "HOST", "forbidden-header", None, "Leave it out", {"allow_headers": ["X-Host"]}),
    ({"allow_headers": ["Sec-Token"]}, "allow_headers", "Sec-Token", "forbidden-header", None, "Leave it out", {"allow_headers": ["X-Sec-Token"]}),
    ({"allow_headers": ["proxy-x"]}, "allow_headers", "proxy-x", "forbidden-header", None, "Leave it out", {"allow_headers": ["proxyx"]}),
    ({"allow_headers": ["Access-Control-Request-Method"]}, "allow_headers", "Access-Control-Request-Method", "forbidden-header", None, "Leave it out", {"allow_headers": ["X-HTTP-Method-Override"]}),
    ({"allow_headers": ["Access-Control-Allow-Origin"]}, "allow_headers", "Access-Control-Allow-Origin", "response-header", None, "script", {"allow_headers": ["Authorization"]}),
    ({"allow_headers": ["access-control-expose-headers"]}, "allow_headers", "access-control-expose-headers", "response-header", None, "script", {"allow_headers": ["x-access-control"]}),
    ({"allow_headers": ["Access-Control-Max-Age"]}, "allow_headers", "Access-Control-Max-Age", "response-header", None, "script", {"allow_headers": ["Max-Age"]}),
    ({"allow_headers": ["Set-Cookie"]}, "allow_headers", "Set-Cookie", "response-header", None, "script", {"allow_headers": ["X-Cookie"]}),
    ({"expose_headers": "ETag,Link"}, "expose_headers", "ETag,Link", "comma-list", 4, "['ETag', 'Link']", {"expose_headers": ["ETag", "Link"]}),
    ({"expose_headers": ["E Tag"]}, "expose_headers", "E Tag", "not-a-token", None, "'ETag'", {"expose_headers": ["ETag"]}),
    ({"expose_headers": 7}, "expose_headers", 7, "names-type", None, "['ETag']", {"expose_headers": []}),
    ({"expose_headers": ["*", "ETag"]}, "expose_headers", "*", "wildcard-beside-names", None, "expose_headers='*' alone, or", {"expose_headers": ["*"]}),
    ({"expose_headers": ["Set-Cookie"]}, "expose_headers", "Set-Cookie", "forbidden-header", None, "Leave it out", {"expose_headers": ["X-Cookie"]}),
    ({"expose_headers": ["set-cookie2"]}, "expose_headers", "set-cookie2", "forbidden-header", None, "Leave it out", {"expose_headers": ["set-cookie3"]}),
    ({"expose_headers": ["Origin"]}, "expose_headers", "Origin", "request-header", None, "Leave it out", {"expose_headers": ["X-Origin"]}),
    ({"expose_headers": ["access-control-request-headers"]}, "expose_headers", "access-control-request-headers", "request-header", None, "Leave it out", {"expose_headers": ["access-control-allow-headers"]}),
    ({"supports_credentials": "false"}, "supports_credentials", "false", "not-a-bool", None, "False", {"supports_credentials": False}),
    ({"supports_credentials": 1}, "supports_credentials", 1, "not-a-bool", None, "True", {"supports_credentials": True}),
    ({"supports_credentials": None}, "supports_credentials", None, "not-a-bool", None, "False", {"supports_credentials": False}),
    ({"max_age": -1}, "max_age", -1, "max-age", None, "600", {"max_age": 0}),
    ({"max_age": "600"}, "max_age", "600", "max-age", None, "600", {"max_age": 600}),
    ({"max_age": 1.0}, "max_age", 1.0, "max-age", None, "600", {"max_age": 1}),
    ({"max_age": True}, "max_age", True, "max-age", None, "600", {"max_age": 1}),
    ({"max_age": timedelta(milliseconds=1500)}, "max_age", timedelta(milliseconds=1500), "max-age", None, "timedelta", {"max_age": timedelta(milliseconds=2000)}),
    ({"max_age": timedelta(seconds=-1)}, "max_age", timedelta(seconds=-1), "max-age", None, "0", {"max_age": timedelta(0)}),
    ({"accept_risks": "null-orign"}, "accept_risks", "null-orign", "unknown-risk", None, "'null-origin'", {"accept_risks": "null-origin"}),
    ({"accept_risks": ["everything"]}, "accept_risks", "everything", "unknown-risk", None, "insecure-origins, null-origin, open-regex, public-suffix", {"accept_risks": ["insecure-origins"]}),
    ({"accept_risks": [["null-origin"]]}, "accept_risks", [["null-origin"]], "unknown-risk", None, "'null-origin'", {"accept_risks": ["null-origin"]}),
    ({"accept_risks": None}, "accept_risks", None, "unknown-risk", None, "insecure-origins", {"accept_risks": ()}),
]  # fmt: skip


def show(value: object) -> str:
    """Return the representation of a value without addresses, which are others in every run."""
    return re.sub(" at 0x[0-9a-f]+", "", repr(value))


@pytest.mark.parametrize(
    ("options", "option", "value", "code", "position", "named", "twin"),
    REFUSED,
    ids=[f"{row[3]}: {', '.join(f'{name}={show(value)}' for name, value in row[0].items())}" for row in REFUSED],
)
def test_an_option_is_refused_and_its_twin_is_accepted(
    options: Any, option: str, value: object, code: str, position: int | None, named: str, twin: Any
) -> None:
    (problem,) = problems_of(**options)
    assert (problem.option, problem.value, problem.code, problem.position) == (option, value, code, position)
    assert named in problem.remedy
    assert isinstance(Policy(**{"origins": A, **twin}), Policy)


WORDINGS = [
    # the options, and of their one problem: what is wrong, and what to write instead
    ({"origins": [A, "*"]}, "A '*' beside other rules would make them meaningless.", "Write origins='*' alone, or only the origins you trust."),
    ({"origins": "*", "supports_credentials": True}, "With credentials, every page on the web could act as any of your users who visits it.", "Name the origins you trust, such as ['https://app.example.com'], or leave supports_credentials off."),
    ({"origins": "http://a.example", "supports_credentials": True}, "http is not encrypted: anyone between this page and its user can act as that user.", "Write 'https://a.example', or accept_risks=['insecure-origins']."),
    ({"origins": "https://*.github.io", "supports_credentials": True}, "Anybody can register a name under github.io, and would be trusted with your users' credentials.", "Name the one site that you trust, or write accept_risks=['public-suffix']."),
    ({"methods": ["TRACE"]}, "Browsers do not let a script use this method.", "Leave it out."),
    ({"methods": ["put"]}, "Browsers send this method as PUT, and methods are case-sensitive.", "Write 'PUT'."),
    ({"methods": ["patch"]}, "Methods are case-sensitive, and browsers turn some into upper case, but not this one.", "Write 'PATCH', and send it in upper case from the page's script, too."),
    ({"methods": "GET,PUT,PATCH"}, "This is several methods in one string.", "Write a list: ['GET', 'PUT', 'PATCH']."),
    ({"methods": 7}, "This option must be a list of methods, or '*', not int.", "Write a list such as ['GET']."),
    ({"methods": ["P UT"]}, "This is not a method.", "Write a name such as 'GET': letters, digits and hyphens."),
    ({"methods": ["*", "GET"]}, "A '*' beside names would make them meaningless.", "Write methods='*' alone, or only the names."),
    ({"allow_headers": ["*", "X-A"]}, "A '*' beside names would make them meaningless.", "Write allow_headers='*' alone (Authorization is then allowed, too), or only the names."),
    ({"allow_headers": ["Set-Cookie"]}, "This is a response header: requests do not need it.", "Leave it out; if the page's script sends it, remove it there."),
    ({"allow_headers": ["Host"]}, "Browsers set this header themselves and never ask for it.", "Leave it out."),
    ({"expose_headers": ["Set-Cookie"]}, "A script may not read this header, whatever the server says.", "Leave it out."),
    ({"expose_headers": ["Origin"]}, "This is a request header: responses do not have it.", "Leave it out."),
    ({"expose_headers": "*", "supports_credentials": True}, "With credentials, browsers treat '*' as the name of a header.", "Name the headers."),
    ({"supports_credentials": "no"}, "This option must be True or False, not of type str.", "Write True or False."),
    ({"max_age": "1"}, "The age must be a whole number of seconds, zero or more.", "Write 600, timedelta(minutes=10), 0 to switch caching off, or None to leave it to the browser."),
    ({"accept_risks": "all"}, "There is no such risk.", "The risks are insecure-origins, null-origin, open-regex, public-suffix."),
    ({"accept_risks": "null-orign"}, "There is no such risk.", "Did you mean 'null-origin'?"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "wrong", "remedy"), WORDINGS, ids=[repr(row[0]) for row in WORDINGS])
def test_what_is_wrong_with_an_option_and_what_to_write_are_said_in_full(options: Any, wrong: str, remedy: str) -> None:
    (problem,) = problems_of(**options)
    assert (problem.problem, problem.remedy) == (wrong, remedy)


OPAQUE = [
    # the rule, and what is wrong with it
    ("null", "Any page can send requests from null, with a sandboxed frame: allowing it allows everybody."),
    ("file://", "Every local file has this origin in the web views that send it: it identifies nobody."),
]


@pytest.mark.parametrize(("rule", "wrong"), OPAQUE, ids=[row[0] for row in OPAQUE])
def test_an_origin_that_names_nobody_needs_its_risk_and_goes_with_no_credentials(rule: str, wrong: str) -> None:
    for given in (rule, [rule], [A, rule]):
        (problem,) = problems_of(origins=given)
        assert problem == Problem(
            "origins",
            rule,
            "null-origin",
            wrong,
            "Leave it out, or write accept_risks=['null-origin'] if everybody may read this.",
            risk="null-origin",
        )
        for risks in ((), "null-origin"):
            (problem,) = problems_of(origins=given, supports_credentials=True, accept_risks=risks)
            remedy = "Leave it out; no risk can be accepted here."
            assert problem == Problem("origins", rule, "null-with-credentials", wrong, remedy)
    policy = Policy(rule, accept_risks="null-origin")
    assert (policy.origins, policy.allows(rule)) == ((rule,), True)
    refused = [*(other for other, _ in OPAQUE if other != rule), "file:///", "file://a", "FILE://", "Null", " null"]
    assert [origin for origin in refused if policy.allows(origin)] == []
    assert wrap(policy).request(origin=rule) == from_app(allow(rule), VARY_ORIGIN)
    assert wrap(policy).preflight(rule) == no_content(
        allow(rule), ALL_METHODS, ALL_HEADERS, TEN_MINUTES, VARY_PREFLIGHT
    )


NOBODY = [
    pytest.param([], id="an empty list"),
    pytest.param((), id="an empty tuple"),
    pytest.param(set(), id="an empty set"),
    pytest.param({}, id="no keys"),
    pytest.param(iter(()), id="an exhausted iterator"),
]


@pytest.mark.parametrize("origins", NOBODY)
def test_no_origins_written_out_are_nobody(origins: Any) -> None:
    policy = Policy(origins, supports_credentials=True)
    listed = wrap(Policy(A, supports_credentials=True), debug=True, block_untrusted=True)
    server = wrap(policy, debug=True, block_untrusted=True)
    assert (policy.origins, repr(policy)) == ((), "Policy([], supports_credentials=True)")
    assert (policy.allows(A), policy.allows(None), policy.allows_everybody, policy.nearest(A)) == (False,) * 3 + (None,)
    stranger = "https://zzz.invalid"
    for ask in (Server.request, Server.preflight):
        assert ask(server, origin=stranger) == ask(listed, origin=stranger)  # type: ignore[operator]
        assert ask(server, origin=None) == ask(listed, origin=None)  # type: ignore[operator]
    assert server.request("POST", origin=stranger) == listed.request("POST", origin=stranger)
    assert server.request("POST", origin=stranger).status == "403 Forbidden"
    assert wrap(policy).preflight(A) == forbidden(VARY_PREFLIGHT)
    assert wrap(policy).request(origin=A) == from_app(VARY_ORIGIN)


@pytest.mark.parametrize("origins", ["", " ", [""], [A, ""], [None], [None, A]], ids=repr)
def test_the_remedy_of_an_empty_origin_reads_an_environment_variable(
    origins: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (problem,) = problems_of(origins=origins)
    assert problem.remedy.startswith("Write an origin such as 'https://app.example.com', or [] for nobody; ")
    _, found, line = problem.remedy.partition("to read an environment variable, write ")
    assert found
    for text, read in {
        "": (),
        " , ": (),
        A: (A,),
        f"{A}, https://b.example,": (A, "https://b.example"),
        "*": "*",
    }.items():
        monkeypatch.setenv("CORS_ORIGINS", text)
        assert Policy(eval(line.removesuffix("."), {"os": os})).origins == read
    monkeypatch.delenv("CORS_ORIGINS")
    assert Policy(eval(line.removesuffix("."), {"os": os})) == Policy([])


RISKY = [
    # a rule, the code of its one problem with credentials, the risk that accepts it, index, what the remedy writes
    ("http://a.example", "insecure-origins", "insecure-origins", 0, "'https://a.example'"),
    ("http://a.example:8080", "insecure-origins", "insecure-origins", 0, "'https://a.example:8080'"),
    ("http://a.example:443", "insecure-origins", "insecure-origins", 0, "'https://a.example'"),
    ("http://*.a.example", "insecure-origins", "insecure-origins", 0, "'https://*.a.example'"),
    ("http://a.example:*", "insecure-origins", "insecure-origins", 0, "'https://a.example:*'"),
    ("http://128.0.0.1", "insecure-origins", "insecure-origins", 0, "'https://128.0.0.1'"),
    ("http://[::2]", "insecure-origins", "insecure-origins", 0, "'https://[::2]'"),
    ("http://localhost.example", "insecure-origins", "insecure-origins", 0, "'https://localhost.example'"),
    ("http://notlocalhost", "insecure-origins", "insecure-origins", 0, "'https://notlocalhost'"),
    ("https://*.com", "public-suffix", "public-suffix", 8, "the one site"),
    ("https://*.co.uk", "public-suffix", "public-suffix", 8, "the one site"),
    ("https://*.co.uk.", "public-suffix", "public-suffix", 8, "the one site"),
    ("https://*.github.io", "public-suffix", "public-suffix", 8, "the one site"),
    ("https://*.github.io:*", "public-suffix", "public-suffix", 8, "the one site"),
    ("https://*.ck", "public-suffix", "public-suffix", 8, "the one site"),
    ("https://*.xn--p1ai", "public-suffix", "public-suffix", 8, "the one site"),
    ("app://*.com", "public-suffix", "public-suffix", 6, "the one site"),
]


@pytest.mark.parametrize(("rule", "code", "risk", "position", "named"), RISKY, ids=[row[0] for row in RISKY])
def test_a_risk_is_taken_only_with_credentials_and_only_knowingly(
    rule: str, code: str, risk: str, position: int, named: str
) -> None:
    (problem,) = problems_of(origins=rule, supports_credentials=True)
    assert (problem.option, problem.value, problem.code, problem.position) == ("origins", rule, code, position)
    assert named in problem.remedy
    assert f"accept_risks=['{risk}']" in problem.remedy
    others = {"insecure-origins", "null-origin", "public-suffix"} - {risk}
    assert [found.code for found in problems_of(origins=rule, supports_credentials=True, accept_risks=others)] == [code]
    assert Policy(rule, supports_credentials=True, accept_risks=[risk]).origins == (rule,)
    assert Policy(rule).origins == (rule,)


@pytest.mark.parametrize(
    "rule",
    [
        "https://a.example",
        "http://localhost",
        "http://localhost:3000",
        "http://localhost:*",
        "http://localhost.",
        "http://app.localhost",
        "http://*.localhost",
        "http://*.localhost:*",
        "http://127.0.0.1",
        "http://127.255.0.9:*",
        "http://[::1]",
        "http://[::1]:*",
        "https://*.a.github.io",
        "https://*.www.ck",
        "https://*.internal",
        "https://*.test",
        "https://github.io",
        "capacitor://localhost",
    ],
)
def test_what_carries_no_risk_is_accepted_with_credentials(rule: str) -> None:
    assert Policy(rule, supports_credentials=True).origins == (rule,)


def test_regular_expressions_and_callables_are_believed_with_credentials() -> None:
    rules = (re.compile(r"http://[a-z]+\.internal\.a\.example"), evens)
    assert Policy(rules, supports_credentials=True).origins == rules


def test_a_rule_that_is_no_origin_has_no_risks() -> None:
    problems = problems_of(origins=["http:/a.example", "http://*", "http://a.example"], supports_credentials=True)
    assert [problem.code for problem in problems] == ["missing-scheme", "wildcard-place", "insecure-origins"]


def test_both_risks_of_one_rule_are_two_problems() -> None:
    problems = problems_of(origins="http://*.com", supports_credentials=True)
    assert [problem.code for problem in problems] == ["insecure-origins", "public-suffix"]


def test_all_problems_are_collected_in_the_order_of_the_options() -> None:
    problems = problems_of(
        origins=["a.example", "https://b.example/", "null", "https://c.example"],
        methods=["put", "TRACE"],
        allow_headers=["Host", "X A"],
        expose_headers="*",
        supports_credentials="yes",
        max_age=-1,
        accept_risks="all",
    )
    assert [(problem.option, problem.value, problem.code) for problem in problems] == [
        ("origins", "a.example", "missing-scheme"),
        ("origins", "https://b.example/", "trailing-slash"),
        ("methods", "put", "method-case"),
        ("methods", "TRACE", "forbidden-method"),
        ("allow_headers", "X A", "not-a-token"),
        ("allow_headers", "Host", "forbidden-header"),
        ("supports_credentials", "yes", "not-a-bool"),
        ("max_age", -1, "max-age"),
        ("accept_risks", "all", "unknown-risk"),
        ("origins", "null", "null-origin"),
    ]


KEYWORDS = [
    # keywords that no policy has, and what is said of them
    ("support_credentials", "Did you mean 'supports_credentials'?"),
    ("allow_credentials", "Did you mean 'supports_credentials'?"),
    ("credentials", "Did you mean 'supports_credentials'?"),
    ("Access_Control_Allow_Credentials", "Did you mean 'supports_credentials'?"),
    ("origin", "Did you mean 'origins'?"),
    ("allow_origins", "Did you mean 'origins'?"),
    ("allowed_origins", "Did you mean 'origins'?"),
    ("CORS_ALLOWED_ORIGINS", "Did you mean 'origins'?"),
    ("allow_origin_regex", "Did you mean 'origins'?"),
    ("headers", "Did you mean 'allow_headers'?"),
    ("allow_header", "Did you mean 'allow_headers'?"),
    ("expose_header", "Did you mean 'expose_headers'?"),
    ("exposed_headers", "Did you mean 'expose_headers'?"),
    ("allow_methods", "Did you mean 'methods'?"),
    ("metods", "Did you mean 'methods'?"),
    ("maxage", "Did you mean 'max_age'?"),
    ("preflight_max_age", "Did you mean 'max_age'?"),
    ("accept_risk", "Did you mean 'accept_risks'?"),
    ("vary_header", f"The options are {', '.join(sorted(OPTIONS))}."),
    ("paths", f"The options are {', '.join(sorted(OPTIONS))}."),
]


@pytest.mark.parametrize(("keyword", "remedy"), KEYWORDS, ids=[row[0] for row in KEYWORDS])
def test_an_unknown_keyword_is_a_type_error_with_the_near_miss(keyword: str, remedy: str) -> None:
    with pytest.raises(TypeError) as caught:
        Policy(A, **{keyword: "x"})  # type: ignore[arg-type]
    assert str(caught.value) == f"Policy has no option {keyword!r}. {remedy}"
    with pytest.raises(TypeError, match=re.escape(remedy)):
        dataclasses.replace(Policy(A), **{keyword: "x"})
    if remedy.startswith("Did"):
        assert remedy.split("'")[1] in OPTIONS


def test_several_unknown_keywords_are_named_together() -> None:
    with pytest.raises(TypeError) as caught:
        Policy(allow_origins=[A], zzz=1)  # type: ignore[call-arg]
    assert str(caught.value) == (
        "Policy has no option 'allow_origins'. Did you mean 'origins'? "
        f"Policy has no option 'zzz'. The options are {', '.join(sorted(OPTIONS))}."
    )


@pytest.mark.parametrize("options", [{}, {"supports_credentials": True}], ids=["nothing", "another option"])
def test_origins_left_out_are_a_type_error_that_says_what_to_write(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as caught:
        Policy(**options)
    message = str(caught.value)
    assert message == (
        "Policy does not say who may read: origins is missing. Write Policy(['https://app.example.com']), "
        "Policy('*') for everybody, or Policy([]) for nobody."
    )
    calls = re.findall(r"Policy\([^()]*\)", message)
    assert [eval(call).origins for call in calls] == [("https://app.example.com",), "*", ()]


def test_options_are_keywords_only() -> None:
    with pytest.raises(TypeError, match="positional argument"):
        Policy(A, ["GET"])  # type: ignore[misc]


LISTS = [
    # a list in one string, and what is said of it
    ('["https://a.example"]', ["https://a.example"], True),
    (' [ "https://a.example", "https://b.example" ] ', ["https://a.example", "https://b.example"], True),
    ("['https://a.example']", ["https://a.example"], False),
    ("[]", [], True),
    ('["https://a.example",', None, False),
    ('["https://a.example", 7]', None, False),
    ("['https://\\a']", None, False),
    ('["' + "[" * 10_000, None, False),
]
READ_IT = ", or read the text with cors_wsgi.settings.parse_list"


@pytest.mark.parametrize(("text", "values", "is_json"), LISTS, ids=[row[0][:30] for row in LISTS])
@pytest.mark.parametrize(
    ("option", "example"),
    [
        ("origins", "https://app.example.com"),
        ("methods", "GET"),
        ("allow_headers", "Content-Type"),
        ("expose_headers", "ETag"),
    ],
)
def test_a_list_in_one_string_is_recognised(
    option: str, example: str, text: str, values: list[str] | None, is_json: bool
) -> None:
    (problem,) = problems_of(**{option: text})
    remedy = f"Write a list such as [{example!r}]." if values is None else f"Write the list itself, {values!r}."
    remedy = remedy[:-1] + READ_IT * is_json + "."
    assert problem == Problem(option, text, "list-in-string", "This is a list, written as one string.", remedy)
    if is_json and option == "origins":
        assert parse_list(text) == values
        Policy(parse_list(text))


def test_a_list_in_a_string_within_a_list_is_recognised_too_and_an_address_is_no_list() -> None:
    (problem,) = problems_of(origins=[A, '["https://b.example"]'])
    assert (problem.code, problem.value) == ("list-in-string", '["https://b.example"]')
    assert [found.code for found in problems_of(origins="[::1]:3000")] == ["missing-scheme"]
    assert [found.code for found in problems_of(origins="[a-z]")] == ["looks-like-regex"]


class Age(enum.IntEnum):
    HOUR = 3600


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        pytest.param(
            {}, "methods", ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"), id="the standard methods"
        ),
        pytest.param({}, "allow_headers", "*", id="any header"),
        pytest.param({}, "expose_headers", (), id="nothing exposed"),
        pytest.param({}, "supports_credentials", False, id="no credentials"),
        pytest.param({}, "max_age", 600, id="ten minutes"),
        pytest.param({}, "accept_risks", (), id="no risk"),
        pytest.param({"origins": A}, "origins", (A,), id="one rule is a list of one"),
        pytest.param({"origins": "*"}, "origins", "*", id="everybody"),
        pytest.param({"origins": ["*"]}, "origins", "*", id="a list of a star is a star"),
        pytest.param({"origins": ("*", "*")}, "origins", "*", id="two stars are one"),
        pytest.param(
            {"origins": [A, "https://b.example", A]}, "origins", (A, "https://b.example"), id="each origin once"
        ),
        pytest.param(
            {"origins": {f"https://{letter}.example" for letter in "cabd"}},
            "origins",
            tuple(f"https://{letter}.example" for letter in "abcd"),
            id="a set is sorted",
        ),
        pytest.param(
            {"origins": {re.compile("x"), A}}, "origins", (A, re.compile("x")), id="a set of several kinds is sorted"
        ),
        pytest.param(
            {"methods": frozenset({"PUT", "GET", "DELETE", "PATCH"})},
            "methods",
            ("DELETE", "GET", "PATCH", "PUT"),
            id="a set of names is sorted",
        ),
        pytest.param({"methods": "PUT"}, "methods", ("PUT",), id="one method"),
        pytest.param({"methods": "*"}, "methods", "*", id="any method"),
        pytest.param({"methods": ["*"]}, "methods", "*", id="a list of a star, for methods"),
        pytest.param({"methods": ["PUT", "GET", "PUT"]}, "methods", ("PUT", "GET"), id="each method once, in order"),
        pytest.param({"methods": ["purge", "PURGE"]}, "methods", ("purge", "PURGE"), id="methods are case-sensitive"),
        pytest.param({"methods": ()}, "methods", (), id="no method"),
        pytest.param(
            {"allow_headers": ["X-A", "x-a", "X-B"]},
            "allow_headers",
            ("X-A", "X-B"),
            id="header names are not case-sensitive",
        ),
        pytest.param({"allow_headers": {"X-A": 1}}, "allow_headers", ("X-A",), id="the keys of a mapping"),
        pytest.param(
            {"expose_headers": ["Content-Type", "ETag", "EXPIRES"]},
            "expose_headers",
            ("ETag",),
            id="safelisted names go",
        ),
        pytest.param({"expose_headers": "ETag"}, "expose_headers", ("ETag",), id="one name"),
        pytest.param({"max_age": timedelta(hours=2)}, "max_age", 7200, id="a timedelta"),
        pytest.param({"max_age": timedelta(seconds=5)}, "max_age", 5, id="a timedelta of an odd number of seconds"),
        pytest.param({"max_age": None}, "max_age", None, id="no age"),
        pytest.param({"max_age": 0}, "max_age", 0, id="zero"),
        pytest.param({"max_age": 86400}, "max_age", 86400, id="a day"),
        pytest.param(
            {"accept_risks": ["public-suffix", "null-origin", "public-suffix"]},
            "accept_risks",
            ("null-origin", "public-suffix"),
            id="risks are sorted",
        ),
    ],
)
def test_options_are_normalised(options: dict[str, Any], field: str, value: object) -> None:
    assert getattr(Policy(**{"origins": A, **options}), field) == value


def test_origins_may_be_read_only_once() -> None:
    assert Policy(iter(["https://b.example", A])).origins == ("https://b.example", A)


def test_an_age_of_any_integer_type_is_sent_in_digits() -> None:
    assert repr(Policy(A, max_age=Age.HOUR)) == f"Policy({A!r}, max_age=3600)"


@pytest.mark.parametrize("max_age", [86401, timedelta(days=2)])
def test_an_age_beyond_what_browsers_honour_is_a_warning(max_age: Any) -> None:
    with pytest.warns(PolicyWarning, match=r"86400 seconds \(Firefox; Chromium 7200, Safari 600\)"):
        policy = Policy(A, max_age=max_age)
    assert policy.max_age in (86401, 172800)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Policy(A, max_age=86401),
        lambda: Policy(A, allow_headers=["X_A"]),
        lambda: Policy(re.compile(r"https://.*\.com"), supports_credentials=True),
        lambda: CORSMiddleware(PLAIN_APP, Policy(re.compile(r"https://.*\.com")), block_untrusted=True),
    ],
    ids=["a long age", "an underscore", "a stranger", "a stranger, where requests are blocked"],
)
def test_a_warning_points_at_the_line_of_its_caller(build: Callable[[], object]) -> None:
    with pytest.warns(PolicyWarning) as caught:
        build()
    assert [warning.filename for warning in caught] == [__file__]


def test_a_header_with_an_underscore_is_a_warning() -> None:
    with pytest.warns(PolicyWarning) as caught:
        policy = Policy(A, allow_headers=["Content_Type", "X-A", "api_key"])
    assert policy.allow_headers == ("Content_Type", "X-A", "api_key")
    (warning,) = caught
    assert str(warning.message) == (
        "allow_headers=['Content_Type', 'api_key']: servers drop request headers with an underscore, or read it as "
        "a hyphen. Write ['Content-Type', 'api-key'], here and in the script of the page."
    )
    assert Policy(A, allow_headers=["Content-Type", "api-key"], expose_headers=["X_Total"]).expose_headers == (
        "X_Total",
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("allow-credentials", "supports_credentials"),
        ("CORS_ALLOWED_ORIGINS", "origins"),
        ("Access-Control-Max-Age", "max_age"),
        ("supports_credental", "supports_credentials"),
        ("colour", None),
    ],
)
def test_the_option_that_a_name_means_is_found_in_any_spelling(name: str, meant: str | None) -> None:
    assert find_near_miss(name, OPTIONS) == meant


def test_a_former_code_is_the_code_of_today() -> None:
    assert ProblemCode("shares-nothing") is ProblemCode.SHARES_NOTHING is ProblemCode.NO_ORIGINS
    assert ProblemCode("insecure-origin") is ProblemCode.INSECURE_ORIGIN
    with pytest.raises(ValueError, match="shares-anything"):
        ProblemCode("shares-anything")
    with pytest.raises(ValueError, match=r"\[\] is not a valid ProblemCode"):
        ProblemCode([])


def test_a_risk_has_the_name_of_the_problem_that_it_accepts() -> None:
    assert set(RISKS) <= set(ProblemCode)
