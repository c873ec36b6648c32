"""The tables of the reference and the code agree exactly."""

from __future__ import annotations

import ast
import dataclasses
import enum
import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from support.manual import DOCS, REFERENCE, read_table, read_text
from support.needs import needs_module

import cors_wsgi
from cors_wsgi import (
    CORSMiddleware,
    Decision,
    Kind,
    PathMap,
    Policy,
    PolicyError,
    Problem,
    ProblemCode,
    Reason,
    Remembered,
)
from cors_wsgi.options import OPTION_NAMES, RISKS, WARNINGS
from cors_wsgi.settings import PARSERS, parse_settings

CODES = read_table(REFERENCE, "Codes")


def _code(cell: str) -> str:
    """The text of a cell's code span, and of a link around one."""
    return re.sub(r"^\[?`|`(?:\]\(.*\))?$", "", cell)


def _codes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_the_codes_in_the_table_are_those_of_the_core() -> None:
    of_the_extension = {ProblemCode.RESOURCES_TYPE, ProblemCode.RESOURCE_TYPE}
    assert {_code(row[0]) for row in CODES} == set(ProblemCode) - of_the_extension


async def coroutine_function(origin: str, environ: object) -> bool:
    return True


@pytest.mark.parametrize("row", CODES, ids=lambda row: f"{_code(row[0])} of {row[1]}")
def test_an_example_of_a_code_has_this_code_alone(row: list[str]) -> None:
    names: dict[str, Any] = {
        "Policy": Policy,
        "CORSMiddleware": CORSMiddleware,
        "PathMap": PathMap,
        "parse_settings": parse_settings,
        "regex": re.compile,
        "coroutine_function": coroutine_function,
        "app": lambda environ, start_response: [],
    }
    with pytest.raises(PolicyError) as caught:
        eval(_code(row[2]), names)
    assert [problem.code for problem in caught.value.problems] == [_code(row[0])]
    options = _codes(row[1])
    assert not options or caught.value.problems[0].option in options


@pytest.mark.parametrize("option", ["origins", "methods", "allow_headers", "expose_headers"])
def test_an_option_names_every_code_that_refuses_it(option: str) -> None:
    line = next(line for line in read_text(REFERENCE, option).splitlines() if line.startswith("Refused with"))
    assert sorted(_codes(line)) == sorted(_code(row[0]) for row in CODES if option in _codes(row[1]))


def test_options_and_defaults_are_those_of_the_policy() -> None:
    parameters = inspect.signature(Policy).parameters
    shown = {_code(row[0]): row[2] for row in read_table(REFERENCE, "Policy")}
    assert list(shown) == list(parameters) == [field.name for field in dataclasses.fields(Policy)]
    assert {name: ast.literal_eval(_code(cell)) for name, cell in shown.items() if name != "origins"} == {
        name: parameter.default for name, parameter in parameters.items() if name != "origins"
    }
    assert parameters["origins"].default is inspect.Parameter.empty


def test_the_middleware_s_arguments_are_those_of_the_code() -> None:
    parameters = inspect.signature(CORSMiddleware).parameters
    shown = {_code(row[0]): row[2] for row in read_table(REFERENCE, "CORSMiddleware")}
    assert list(shown) == list(parameters)
    given = {name: cell for name, cell in shown.items() if cell.startswith("`")}
    assert set(shown) - set(given) == {"app", "policy"}
    assert {name: ast.literal_eval(_code(cell)) for name, cell in given.items()} == {
        name: parameters[name].default for name in given
    }


def test_what_a_remembered_rule_takes_and_counts_is_that_of_the_code() -> None:
    parameters = inspect.signature(Remembered).parameters
    shown = {_code(row[0]): row[2] for row in read_table(REFERENCE, "Remembered")}
    assert list(shown) == list(parameters)
    given = {name: cell for name, cell in shown.items() if cell.startswith("`")}
    assert set(shown) - set(given) == {"rule"}
    assert {name: ast.literal_eval(_code(cell)) for name, cell in given.items()} == {
        name: parameters[name].default for name in given
    }
    assert [_code(row[0]) for row in read_table(REFERENCE, "Remembered", 2)] == list(
        Remembered(lambda origin: True).statistics()
    )


def test_every_public_name_is_listed() -> None:
    assert sorted(_code(row[0]) for row in read_table(REFERENCE, "Public names")) == sorted(cors_wsgi.__all__)


def test_reasons_kinds_and_risks_are_those_of_the_code() -> None:
    assert [(_code(row[0]), _code(row[1]), row[2]) for row in read_table(REFERENCE, "Reasons")] == [
        (str(f"Reason.{reason.name}"), reason.value, reason.explanation) for reason in Reason
    ]
    assert [(_code(row[0]), _code(row[1])) for row in read_table(REFERENCE, "Kinds")] == [
        (f"Kind.{kind.name}", kind.value) for kind in Kind
    ]
    assert [_code(row[0]) for row in read_table(REFERENCE, "accept_risks")] == list(RISKS)


def test_attributes_are_those_of_the_code() -> None:
    assert [_code(row[0]) for row in read_table(REFERENCE, "Decisions")] == [
        field.name for field in dataclasses.fields(Decision)
    ]
    assert [_code(row[0]) for row in read_table(REFERENCE, "Errors")] == ["problems", "where", "advice"]
    assert set(vars(PolicyError([]))) == {"problems", "where", "advice"}
    assert [_code(row[0]) for row in read_table(REFERENCE, "Errors", 1)] == [
        field.name for field in dataclasses.fields(Problem)
    ]


def test_settings_are_those_of_the_code() -> None:
    rows = read_table(REFERENCE, "Settings strings")
    assert sorted(name for row in rows for name in _codes(row[0])) == sorted(PARSERS)


def test_every_warning_is_listed_with_an_example_of_it_alone() -> None:
    rows = read_table(REFERENCE, "Warnings")
    assert len(rows) == len(WARNINGS)
    for find, row in zip(WARNINGS, rows, strict=True):
        with pytest.warns(cors_wsgi.PolicyWarning) as caught:
            policy = eval(_code(row[1]), {"Policy": Policy, "regex": re.compile})
        values = {name: getattr(policy, name) for name in OPTION_NAMES}
        assert [str(warning.message) for warning in caught] == list(find(values))


def _signatures() -> dict[str, object]:
    """Return what the pages show the signature of, by name; each is found as Sphinx finds it."""
    found = {}
    for page in sorted(DOCS.glob("reference*.md")):
        for name in re.findall(r"^\.\. auto\w+:: (\S+)$", page.read_text("utf-8"), re.MULTILINE):
            module, *path = name.split(".")
            thing: object = importlib.import_module(module)
            for part in path:
                thing = getattr(thing, part) if hasattr(thing, part) else importlib.import_module(f"{module}.{part}")
            found[name] = thing
    return found


def test_every_class_and_function_has_its_signature_from_the_code() -> None:
    needs_module("flask")
    import flask_cors_ext

    shown = _signatures()
    for package in (cors_wsgi, flask_cors_ext):
        for name in package.__all__:
            thing = getattr(package, name)
            takes_arguments = inspect.isfunction(thing) or (
                inspect.isclass(thing) and not issubclass(thing, (enum.Enum, cors_wsgi.Deny, Warning))
            )
            assert not takes_arguments or any(each is thing for each in shown.values()), name


@pytest.mark.parametrize("page", sorted(DOCS.glob("reference*.md")), ids=lambda page: page.stem)
def test_a_page_of_the_reference_is_not_endless(page: Path) -> None:
    assert len(page.read_text("utf-8").splitlines()) < 450
