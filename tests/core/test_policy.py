"""Policy is a frozen value: comparable, hashable, copied and pickled, and its repr is the call that made it."""

from __future__ import annotations

import copy
import dataclasses
import functools
import pickle
import re
from datetime import timedelta
from typing import Any

import pytest
from support.wsgi import (
    ALL_METHODS,
    VARY_PREFLIGHT,
    A,
    B,
    allow,
    forbidden,
    from_app,
    no_content,
    wrap,
)

from cors_wsgi import DENY, Deny, Policy, PolicyError


def is_tenant(origin: str, environ: Any) -> bool:
    return origin == "https://tenant.example"


class Unhashable:
    __hash__ = None  # type: ignore[assignment]

    def __call__(self, origin: str, environ: Any) -> bool:
        return origin == B


POLICIES = [
    pytest.param(Policy("*"), "Policy('*')", id="everybody"),
    pytest.param(Policy(()), "Policy([])", id="nobody"),
    pytest.param(Policy(A), f"Policy({A!r})", id="one rule"),
    pytest.param(Policy([A, B]), f"Policy([{A!r}, {B!r}])", id="two rules"),
    pytest.param(
        Policy(re.compile("x", re.IGNORECASE)), "Policy(re.compile('x', re.IGNORECASE))", id="a regular expression"
    ),
    pytest.param(Policy(is_tenant), "Policy(is_tenant)", id="a callable"),
    pytest.param(Policy([A, is_tenant]), f"Policy([{A!r}, is_tenant])", id="an origin and a callable"),
    pytest.param(Policy(A, methods=["PUT"]), f"Policy({A!r}, methods=['PUT'])", id="methods"),
    pytest.param(Policy(A, methods="*"), f"Policy({A!r}, methods='*')", id="any method"),
    pytest.param(Policy(A, methods=[]), f"Policy({A!r}, methods=[])", id="no method"),
    pytest.param(Policy(A, max_age=None), f"Policy({A!r}, max_age=None)", id="no age"),
    pytest.param(Policy(A, max_age=timedelta(minutes=1)), f"Policy({A!r}, max_age=60)", id="an age"),
    pytest.param(
        Policy(
            "null",
            methods=["GET"],
            allow_headers=["X-A"],
            expose_headers=["ETag"],
            max_age=0,
            accept_risks="null-origin",
        ),
        "Policy('null', methods=['GET'], allow_headers=['X-A'], expose_headers=['ETag'], max_age=0, "
        "accept_risks=['null-origin'])",
        id="all at once",
    ),
    pytest.param(
        Policy(
            ["http://*.example", "https://*.github.io:*"],
            supports_credentials=True,
            accept_risks=["public-suffix", "insecure-origins"],
        ),
        "Policy(['http://*.example', 'https://*.github.io:*'], supports_credentials=True, "
        "accept_risks=['insecure-origins', 'public-suffix'])",
        id="with credentials",
    ),
]


@pytest.mark.parametrize(("policy", "shown"), POLICIES)
def test_the_repr_is_the_call_that_made_it(policy: Policy, shown: str) -> None:
    assert repr(policy) == shown
    assert eval(shown) == policy


def test_a_long_list_is_shown_in_part() -> None:
    origins = [f"https://a{number}.example" for number in range(21)]
    assert repr(Policy(origins[:20])) == f"Policy({origins[:20]!r})"
    assert repr(Policy(origins)) == f"Policy({repr(origins[:20])[:-1]}, … and 1 more])"


def test_a_rule_without_a_name_is_shown_by_its_repr() -> None:
    rule = functools.partial(lambda mine, origin, environ: True, "mine")
    assert repr(Policy(rule)) == f"Policy({rule!r})"


def copies_of(policy: Policy) -> list[Policy]:
    return [
        copy.copy(policy),
        copy.deepcopy(policy),
        dataclasses.replace(policy),
        *(pickle.loads(pickle.dumps(policy, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)),
    ]


@pytest.mark.parametrize(("policy", "shown"), POLICIES)
def test_a_copy_is_equal_and_answers_alike(policy: Policy, shown: str) -> None:
    for origin in (A, B, "null", "https://tenant.example", "https://x.example", "https://evil.github.io"):
        actual, preflight = wrap(policy).request(origin=origin), wrap(policy).preflight(origin, "PUT", "x-a")
        for twin in copies_of(policy):
            assert (twin, hash(twin), repr(twin)) == (policy, hash(policy), shown)
            assert wrap(twin).request(origin=origin) == actual
            assert wrap(twin).preflight(origin, "PUT", "x-a") == preflight


def test_replacing_an_option_validates_and_compiles_anew() -> None:
    policy = dataclasses.replace(Policy([A, B]), origins=[B], allow_headers=["X-A"], max_age=None)
    assert policy == Policy([B], allow_headers=["X-A"], max_age=None)
    assert wrap(policy).request(origin=A) == from_app(("Vary", "Origin"))
    assert wrap(policy).preflight(B) == no_content(
        allow(B), ALL_METHODS, ("Access-Control-Allow-Headers", "X-A"), VARY_PREFLIGHT
    )
    with pytest.raises(PolicyError, match="wildcard-with-credentials"):
        dataclasses.replace(Policy("*"), supports_credentials=True)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        pytest.param(Policy(A), Policy([A]), True, id="one rule and a list of it"),
        pytest.param(Policy("*"), Policy(["*"]), True, id="a star and a list of it"),
        pytest.param(Policy([A, B]), Policy([A, B, A]), True, id="each rule once"),
        pytest.param(Policy([A, B]), Policy([B, A]), False, id="the order of the rules is kept"),
        pytest.param(Policy(A), Policy(A, max_age=600), True, id="a default written out"),
        pytest.param(Policy(A), Policy(A, max_age=601), False, id="another age"),
        pytest.param(Policy(A), Policy(A, supports_credentials=True), False, id="credentials"),
        pytest.param(Policy(re.compile("x")), Policy(re.compile("x")), True, id="the same regular expression"),
        pytest.param(Policy(A), "https://a.example", False, id="no policy at all"),
    ],
)
def test_policies_are_compared_by_their_options(one: Policy, other: object, equal: bool) -> None:
    assert (one == other) is equal
    assert (one != other) is not equal
    if equal:
        assert hash(one) == hash(other)


def test_a_policy_of_an_unhashable_rule_is_not_hashable_but_works() -> None:
    rule = Unhashable()
    policy = Policy([A, rule, rule])
    assert policy.origins == (A, rule, rule)
    assert wrap(policy).request(origin=B) == from_app(allow(B), ("Vary", "Origin"))
    with pytest.raises(TypeError, match="unhashable"):
        hash(policy)


def test_a_policy_cannot_be_changed() -> None:
    policy = Policy(A)
    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.origins = "*"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del policy.max_age  # type: ignore[misc]
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
        policy.surprise = 1  # type: ignore[attr-defined]
    assert policy == Policy(A)


def test_the_compiled_state_is_no_field() -> None:
    assert [field.name for field in dataclasses.fields(Policy)] == [
        "origins",
        "methods",
        "allow_headers",
        "expose_headers",
        "supports_credentials",
        "max_age",
        "accept_risks",
    ]


@pytest.mark.parametrize(
    ("policy", "origin", "allowed"),
    [
        pytest.param(Policy("*"), None, True, id="everybody, no origin"),
        pytest.param(Policy("*"), "garbage", True, id="everybody, malformed"),
        pytest.param(Policy(A), A, True, id="a named origin"),
        pytest.param(Policy(A), B, False, id="another origin"),
        pytest.param(Policy(A), None, False, id="no origin"),
        pytest.param(Policy(is_tenant), "https://tenant.example", True, id="a callable allows"),
        pytest.param(Policy(is_tenant), A, False, id="a callable refuses"),
    ],
)
def test_a_handler_may_ask_itself(policy: Policy, origin: str | None, allowed: bool) -> None:
    assert policy.allows(origin) is allowed
    assert policy.allows(origin, {}) is allowed
    assert policy.allows_everybody is (policy.origins == "*")


def test_a_handler_may_hand_over_the_environ() -> None:
    policy = Policy(lambda origin, environ: environ["PATH_INFO"] == "/a")
    assert policy.allows(A, {"PATH_INFO": "/a"})
    assert not policy.allows(A, {"PATH_INFO": "/b"})


@pytest.mark.parametrize(
    ("policy", "origin", "nearest"),
    [
        pytest.param(Policy("*"), A, None, id="everybody"),
        pytest.param(Policy([A, B]), "https://a.example/", A, id="a trailing slash"),
        pytest.param(Policy([A, B]), "HTTPS://A.example", A, id="upper case"),
        pytest.param(Policy([A, B]), "http://a.example", A, id="another scheme"),
        pytest.param(Policy([A, B]), "https://a.example:8443", A, id="another port"),
        pytest.param(Policy([A, B]), "https://www.b.example", B, id="a www. before"),
        pytest.param(
            Policy(["https://*.c.example", B]),
            "https://c.example",
            "https://*.c.example",
            id="the bare domain of a pattern",
        ),
        pytest.param(Policy(["http://[::1]:3000"]), "http://[::1]:4000", "http://[::1]:3000", id="an IPv6 address"),
        pytest.param(
            Policy(["http://localhost:3000", "http://localhost:4000"]),
            "http://localhost",
            "http://localhost:3000",
            id="the first of several",
        ),
        pytest.param(
            Policy(["http://localhost:3000", "http://localhost:5173"]),
            "https://localhost:5173",
            "http://localhost:5173",
            id="the one whose port is right",
        ),
        pytest.param(
            Policy(["http://a.example:81", "https://a.example:82", "https://a.example:83"]),
            "http://a.example:83",
            "http://a.example:81",
            id="of two slips in scheme or port the first",
        ),
        pytest.param(
            Policy(["http://localhost:3000", "http://localhost:5173"]),
            "http://127.0.0.1:5173",
            "http://localhost:5173",
            id="localhost for its address",
        ),
        pytest.param(
            Policy(["http://[::1]:5173", "http://127.0.0.1:3000"]),
            "http://127.0.0.1:5173",
            "http://[::1]:5173",
            id="another address of the own machine before another port",
        ),
        pytest.param(
            Policy(["http://127.0.0.1:*"]), "http://localhost:5173", "http://127.0.0.1:*", id="any port of an address"
        ),
        pytest.param(
            Policy([re.compile("http://localhost:[0-9]+"), "http://127.0.0.1:8080"]),
            "http://127.0.0.1:5173",
            None,
            id="a regular expression allows the other name",
        ),
        pytest.param(Policy(["http://localhost:*"]), "http://127.0.0.2", None, id="an address that has no name"),
        pytest.param(
            Policy(["https://app.company.example"]),
            "https://app.compnay.example",
            "https://app.company.example",
            id="a slip of the pen",
        ),
        pytest.param(
            Policy(["http://a.example:*", "https://a.example:82"]),
            "https://a.example:81",
            "http://a.example:*",
            id="any port is no slip",
        ),
        pytest.param(Policy(["https://c.test:8443"]), "http://www.c.test", "https://c.test:8443", id="www. and more"),
        pytest.param(
            Policy(["https://*.c.test:8443"]), "http://c.test", "https://*.c.test:8443", id="a bare domain and more"
        ),
        pytest.param(Policy([A, B]), "a.example", A, id="a host alone"),
        pytest.param(Policy([A, B]), f"{A}/?next={B}/welcome", A, id="a URL with another in it"),
        pytest.param(
            Policy(["http://[::1]:3000"]), "http://[::1]:8080]:8081]", "http://[::1]:3000", id="brackets behind a port"
        ),
        pytest.param(Policy([A, B]), "https://zzz.evil", None, id="nothing near"),
        pytest.param(Policy([A, B]), "", None, id="nothing"),
        pytest.param(Policy([re.compile("x"), is_tenant]), "https://x.example", None, id="rules without a text"),
    ],
)
def test_the_nearest_rule_is_the_one_that_was_probably_meant(policy: Policy, origin: str, nearest: str | None) -> None:
    assert policy.nearest(origin) == nearest


def test_deny_is_one_value_with_a_name() -> None:
    assert repr(DENY) == "DENY"
    assert copy.deepcopy(DENY) is DENY
    assert pickle.loads(pickle.dumps(DENY)) is DENY
    assert list(Deny) == [DENY]
    assert wrap(DENY).preflight(A) == forbidden()
