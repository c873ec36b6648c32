"""Every public name has a docstring, and those that users import stand in the manual."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from support.manual import DOCS

import cors_wsgi
import cors_wsgi.browser
import flask_cors_ext

PACKAGES = (cors_wsgi, flask_cors_ext)


def _modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.rpartition(".")[2].startswith("__main__"):
                yield importlib.import_module(found.name)


def _public_parts(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the module, its public classes and functions, and the classes' public methods and properties."""
    yield module.__name__, module
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value) or inspect.isfunction(value):
            yield f"{module.__name__}.{name}", value
        if inspect.isclass(value):
            for inner, part in vars(value).items():
                part = getattr(part, "__func__", part)
                if not inner.startswith("_") and (inspect.isfunction(part) or isinstance(part, property)):
                    yield f"{module.__name__}.{name}.{inner}", part


def _lacks_docstring(name: str, part: Any) -> bool:
    own = part.__doc__ or ""
    # A dataclass and a named tuple without a docstring get their signature for one.
    return not own.strip() or own.startswith(f"{name.rpartition('.')[2]}(")


def test_every_public_name_has_a_docstring() -> None:
    names = dict(part for module in _modules() for part in _public_parts(module))
    assert len(names) > 400
    assert [name for name, part in names.items() if _lacks_docstring(name, part)] == []


def test_a_missing_docstring_is_found() -> None:
    module = ModuleType("bare", "A module.")
    exec("class A:\n    'Said.'\n    def b(self): pass\ndef c(): pass", vars(module))
    assert [name for name, part in _public_parts(module) if _lacks_docstring(name, part)] == ["bare.A.b", "bare.c"]


@pytest.mark.parametrize(
    "package", [cors_wsgi, cors_wsgi.browser, flask_cors_ext], ids=lambda package: package.__name__
)
def test_every_name_that_users_import_is_in_the_manual(package: ModuleType) -> None:
    pages = "\n".join(page.read_text("utf-8") for page in sorted(DOCS.rglob("*.md")))
    code = " ".join(re.findall(r"`[^`\n]+`|^(?:from|import) .*", pages, re.MULTILINE))
    assert package.__all__
    assert [name for name in package.__all__ if not re.search(rf"\b{name}\b", code)] == []
