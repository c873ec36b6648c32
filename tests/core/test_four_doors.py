"""To read, to judge, to compile and to warn are four steps, and each can be had alone."""

from __future__ import annotations

import copy
import pickle
import re
import warnings
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from support.wsgi import A, B

from cors_wsgi import Policy, PolicyError, PolicyWarning, ProblemCode
from cors_wsgi.options import DEFAULTS, FLAGS, OPTION_NAMES, find_conflicts, normalize
from cors_wsgi.settings import PARSERS


@pytest.fixture
def silent() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_the_names_are_those_of_the_policy_and_of_the_settings() -> None:
    assert tuple(field.name for field in fields(Policy)) == OPTION_NAMES
    assert set(PARSERS) == {*OPTION_NAMES, *FLAGS}
    assert set(DEFAULTS) == set(OPTION_NAMES) - {"origins"}


@pytest.mark.usefixtures("silent")
def test_to_read_neither_raises_nor_warns() -> None:
    said = {"origins": [A, "https://b.example/", A], "methods": ["put"], "max_age": 90_000, "orgins": "*"}
    values, problems, told = normalize(said)
    assert [(problem.option, problem.code) for problem in problems] == [
        ("orgins", ProblemCode.UNKNOWN_OPTION),
        ("origins", ProblemCode.TRAILING_SLASH),
        ("methods", ProblemCode.METHOD_CASE),
    ]
    assert set(values) == set(OPTION_NAMES)
    assert (values["max_age"], len(told)) == (90_000, 1)


@pytest.mark.usefixtures("silent")
def test_a_part_is_read_without_what_it_does_not_say() -> None:
    assert normalize({}, partial=True) == ({}, (), ())
    assert normalize({"supports_credentials": True}, partial=True) == ({"supports_credentials": True}, (), ())
    assert normalize({"methods": "GET", "max_age": None}, partial=True).values == {"methods": ("GET",), "max_age": None}
    (problem,) = normalize({}).problems
    assert problem.code is ProblemCode.NO_ORIGINS
    assert normalize({"origins": A}).values == {"origins": (A,), **DEFAULTS}


@pytest.mark.usefixtures("silent")
def test_conflicts_are_data_and_name_the_risk_that_accepts_them() -> None:
    http = normalize({"origins": "http://a.example", "supports_credentials": True}, partial=True).values
    (problem,) = find_conflicts(http)
    assert (problem.code, problem.risk) == (ProblemCode.INSECURE_ORIGIN, "insecure-origins")
    assert find_conflicts({**http, "accept_risks": ("insecure-origins",)}) == []
    assert find_conflicts({"supports_credentials": True}) == find_conflicts({"origins": "*"}) == []
    (problem,) = find_conflicts({"origins": "*", "supports_credentials": True})
    assert (problem.code, problem.risk) == (ProblemCode.WILDCARD_WITH_CREDENTIALS, None)


@pytest.mark.usefixtures("silent")
def test_what_is_read_is_compiled_without_a_warning_and_its_origins_once() -> None:
    values = normalize({"origins": [A, "https://*.b.example"], "max_age": 90_000}).values
    one, other = Policy.from_normalized(values), Policy.from_normalized({**values, "max_age": 5})
    with pytest.warns(PolicyWarning):
        assert one == Policy([A, "https://*.b.example"], max_age=90_000)
    assert other.max_age == 5
    assert one.compiled.origins is other.compiled.origins is replace(other, max_age=7).compiled.origins
    assert Policy.from_normalized({"origins": "*"}) == Policy("*")
    assert Policy.from_normalized({"origins": (A,)}) == Policy(A)


REFUSED: list[tuple[dict[str, Any], ProblemCode]] = [
    ({}, ProblemCode.NO_ORIGINS),
    ({"methods": ("GET",)}, ProblemCode.NO_ORIGINS),
    ({"origins": "*", "supports_credentials": True}, ProblemCode.WILDCARD_WITH_CREDENTIALS),
    (normalize({"origins": ["a.example"]}).values, ProblemCode.MISSING_SCHEME),
    (normalize({"origins": [A, "https://b.example/"]}).values, ProblemCode.TRAILING_SLASH),
    ({"origins": ("https://b.example/x",)}, ProblemCode.PATH),
]


@pytest.mark.parametrize(("values", "code"), REFUSED, ids=[str(code) for _, code in REFUSED])
def test_what_is_wrong_is_not_compiled(values: dict[str, Any], code: ProblemCode) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.from_normalized(values)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_origins_that_were_refused_once_are_refused_again() -> None:
    for make in (lambda origins: Policy(origins), lambda origins: Policy.from_normalized({"origins": origins})):
        with pytest.raises(PolicyError):
            make(normalize({"origins": [A, "https://b.example/"]}).values["origins"])


@pytest.mark.usefixtures("silent")
def test_other_methods_share_what_is_compiled() -> None:
    policy = Policy([A, re.compile(r"https://[a-z]+\.b\.example")], supports_credentials=True, max_age=5)
    other = policy.with_methods(["PUT", "PUT"])
    assert other == replace(policy, methods=["PUT"])
    assert other.compiled.origins is policy.compiled.origins
    assert policy.with_methods("*").methods == "*"
    assert policy.with_methods("PUT", remember=False) == replace(policy, methods="PUT", max_age=0)
    assert Policy("*").with_methods("PUT") == Policy("*", methods="PUT")
    with pytest.raises(PolicyError, match="method-case"):
        policy.with_methods("put")


def test_a_policy_survives_copies_and_pickles() -> None:
    policy = Policy([A, "https://*.b.example", re.compile("https://c[0-9].example")])
    for other in (copy.copy(policy), copy.deepcopy(policy), pickle.loads(pickle.dumps(policy))):
        assert other == policy
        assert [other.allows(origin) for origin in (A, B, "https://x.b.example", "https://c1.example")] == [
            *(True, False),
            *(True, True),
        ]
    assert type(policy.origins) is type(pickle.loads(pickle.dumps(policy.origins)))
