"""The public face: what it holds, what importing it loads, that its examples run, and that every code has a test."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cors_wsgi
from cors_wsgi import ProblemCode

HOME = Path(cors_wsgi.__file__).parent
SERVER_SIDE = sorted(
    module.name for module in pkgutil.iter_modules([str(HOME)]) if not module.ispkg and module.name != "pytest_plugin"
)
TESTS = Path(__file__).parent


@pytest.mark.parametrize("package", ["cors_wsgi", "cors_wsgi.audit", "cors_wsgi.browser", "flask_cors_ext"])
def test_the_public_names_are_sorted_and_there(package: str) -> None:
    """Constants, then classes, then functions: the order that ruff checks, too."""
    module = importlib.import_module(package)
    kinds = [(0 if name.isupper() else 1 if name[0].isupper() else 2, name) for name in module.__all__]
    assert kinds == sorted(set(kinds))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_the_names_that_programs_import_are_public() -> None:
    assert set(cors_wsgi.__all__) >= {
        "CORSMiddleware",
        "DENY",
        "Decision",
        "Deny",
        "Kind",
        "OriginRule",
        "PathMap",
        "Policy",
        "PolicyError",
        "PolicySource",
        "PolicyWarning",
        "Problem",
        "ProblemCode",
        "Reason",
        "Remembered",
        "Verdict",
        "is_canonical",
    }


def loaded_by(code: str) -> set[str]:
    """Return the top-level modules and those of this project that a fresh interpreter has loaded after `code`."""
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(shown.stdout.split())


def test_importing_it_loads_nothing_that_it_may_not_need() -> None:
    loaded = loaded_by("from cors_wsgi import *")
    assert (
        loaded & {"flask", "werkzeug", "idna", "publicsuffixlist", "rich", "urllib3", "pytest", "flask_cors_ext"}
        == set()
    )
    assert {
        name for name in loaded if re.match(r"cors_wsgi\.(browser|cli|pytest_plugin|paste|settings)", name)
    } == set()


def test_each_name_is_imported_when_it_is_first_used() -> None:
    assert "cors_wsgi.errors" not in loaded_by("import cors_wsgi")
    assert {"cors_wsgi.errors", "cors_wsgi.policy"} & loaded_by("from cors_wsgi import PolicyError") == {
        "cors_wsgi.errors"
    }


def test_its_modules_are_attributes_without_an_import_of_their_own() -> None:
    assert "cors_wsgi.paths" in loaded_by("import cors_wsgi; cors_wsgi.paths.PathMap")
    assert cors_wsgi.__getattr__("paths") is sys.modules["cors_wsgi.paths"]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'cors_wsgi' has no attribute 'policies'$"):
        cors_wsgi.policies  # type: ignore[attr-defined]  # noqa: B018


def test_the_names_show_in_completion() -> None:
    assert {"__name__", *cors_wsgi.__all__} <= set(dir(cors_wsgi))


def test_the_public_suffixes_are_loaded_when_a_rule_needs_them() -> None:
    policy = "from cors_wsgi import Policy; Policy('https://{}a.example', supports_credentials=True)"
    assert "publicsuffixlist" not in loaded_by(policy.format(""))
    assert "publicsuffixlist" in loaded_by(policy.format("*."))


@pytest.mark.parametrize("name", SERVER_SIDE)
def test_the_examples_of_a_module_run(name: str) -> None:
    module = importlib.import_module(f"cors_wsgi.{name}")
    assert doctest.testmod(module).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [
        example
        for name in SERVER_SIDE
        for test in finder.find(importlib.import_module(f"cors_wsgi.{name}"))
        for example in test.examples
    ]
    assert len(found) >= 8


def words_in(path: Path) -> set[str]:
    """Return the strings of a Python file that look like a code."""
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch("[a-z]+(-[a-z]+)*", node.value)
    }


@pytest.mark.parametrize("code", ProblemCode, ids=str)
def test_every_problem_code_has_a_test(code: ProblemCode) -> None:
    tables = (*TESTS.glob("*.py"), *(TESTS.parent / "flask").glob("*.py"))
    assert any(code in words_in(table) for table in tables)
