"""Imports only point down, and importing the core loads little."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import cors_wsgi
import flask_cors_ext

CORE, EXTENSION = Path(cors_wsgi.__file__).parent, Path(flask_cors_ext.__file__).parent
MODULES = {
    ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for root in (CORE, EXTENSION)
    for path in sorted(root.rglob("*.py"))
}
OUTERMOST = (
    "cors_wsgi.__main__",
    "cors_wsgi.browser",
    "cors_wsgi.audit",
    "cors_wsgi.cli",
    "cors_wsgi.demo",
    "cors_wsgi.migrate",
    "cors_wsgi.compare",
    "cors_wsgi.export",
    "cors_wsgi.texts",
    "cors_wsgi.pytest_plugin",
)
SERVER_SIDE = [name for name in MODULES if name.startswith("cors_wsgi") and not name.startswith(OUTERMOST)]

FLOORS = [
    ["fetch", "errors", "decisions", "apps", "near_misses", "logs"],
    ["origins", "written_lists"],
    ["written_regexes"],
    ["paths", "origin_rules", "strangers", "remembered"],
    ["options"],
    ["answers", "settings"],
    ["policy"],
    ["reports", "trust"],
    ["sources"],
    ["middleware"],
    ["paste", ""],
]
"""The server side, from the ground up: a module imports only from floors below its own ("" is the package's face)."""


def imports_of(name: str) -> set[str]:
    """Return the names of all modules that a module imports, those for type checkers included."""
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            submodules = {f"{module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= submodules or {module}
    return found


def test_every_module_of_the_server_side_has_its_floor() -> None:
    known = {f"cors_wsgi.{name}".rstrip(".") for floor in FLOORS for name in floor}
    assert set(SERVER_SIDE) == known


@pytest.mark.parametrize("name", SERVER_SIDE)
def test_the_server_side_imports_only_from_floors_below(name: str) -> None:
    floors = {f"cors_wsgi.{module}".rstrip("."): number for number, floor in enumerate(FLOORS) for module in floor}
    inside = {module for module in imports_of(name) if module.startswith("cors_wsgi")}
    typing_only = {"cors_wsgi.options"} if name == "cors_wsgi.answers" else set()
    for module in inside - typing_only:
        assert floors[module] < floors[name], f"{name} imports {module}"


@pytest.mark.parametrize("name", SERVER_SIDE)
def test_the_server_side_knows_neither_frameworks_nor_the_browser(name: str) -> None:
    foreign = ("flask", "werkzeug", "flask_cors_ext", *OUTERMOST)
    assert not [module for module in imports_of(name) if module.startswith(foreign)]


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("cors_wsgi.browser")])
def test_the_browser_side_knows_only_the_shared_vocabulary(name: str) -> None:
    inside = {module for module in imports_of(name) if module.startswith(("cors_wsgi", "flask"))}
    shared = {"cors_wsgi.fetch", "cors_wsgi.apps"}
    assert all(module in shared or module.startswith("cors_wsgi.browser") for module in inside), inside


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("cors_wsgi.audit")])
def test_the_audit_knows_the_browser_s_wire_and_nothing_of_the_server_side(name: str) -> None:
    inside = {module for module in imports_of(name) if module.startswith(("cors_wsgi", "flask"))}
    allowed = ("cors_wsgi.audit", "cors_wsgi.browser.")
    assert all(module == "cors_wsgi.fetch" or module.startswith(allowed) for module in inside), inside


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("cors_wsgi.export")])
def test_what_is_exported_comes_from_the_server_side_and_the_standard_library_alone(name: str) -> None:
    outside = {module.split(".")[0] for module in imports_of(name)} - {"cors_wsgi"}
    assert outside <= sys.stdlib_module_names
    other = tuple(module for module in OUTERMOST if module != "cors_wsgi.export")
    assert not [module for module in imports_of(name) if module.startswith(other)]


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("cors_wsgi.migrate")])
def test_the_migration_knows_neither_frameworks_nor_the_library_it_leads_away_from(name: str) -> None:
    foreign = (
        "flask",
        "werkzeug",
        "flask_cors",
        "flask_cors_ext",
        "cors_wsgi.cli",
        "cors_wsgi.demo",
        "cors_wsgi.audit",
    )
    assert not [module for module in imports_of(name) if module.startswith(foreign)]


FLOORS_OF_THE_EXTENSION = [
    ["options", "url_map"],
    ["layers"],
    ["marks"],
    ["lost_marks", "decorators"],
    ["policies"],
    ["preflights"],
    ["source"],
    ["state"],
    ["extension", "cli.leftovers", "cli.routes"],
    ["cli.check"],
    ["cli", ""],
]
OF_THE_EXTENSION = [name for name in MODULES if name.startswith("flask_cors_ext")]
PUBLIC = ("", ".apps", ".near_misses", ".options", ".origins", ".settings", ".trust")
"""The modules of the core that an adapter for a framework may use."""


def test_every_module_of_the_extension_has_its_floor() -> None:
    known = {f"flask_cors_ext.{name}".rstrip(".") for floor in FLOORS_OF_THE_EXTENSION for name in floor}
    assert set(OF_THE_EXTENSION) == known
    assert len([name for name in OF_THE_EXTENSION if ".cli" not in name]) == 12  # and the face


@pytest.mark.parametrize("name", OF_THE_EXTENSION)
def test_the_extension_imports_only_from_floors_below(name: str) -> None:
    floors = {
        f"flask_cors_ext.{module}".rstrip("."): number
        for number, floor in enumerate(FLOORS_OF_THE_EXTENSION)
        for module in floor
    }
    for module in imports_of(name):
        if module.startswith("flask_cors_ext"):
            assert floors[module] < floors[name], f"{name} imports {module}"
        if module.startswith("cors_wsgi"):
            assert module in {f"cors_wsgi{public}" for public in PUBLIC}, f"{name} imports {module}"


def loaded_by(code: str) -> list[str]:
    """Return the modules that a fresh interpreter has loaded after `code`."""
    code += "\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    loaded: list[str] = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    return loaded


def test_importing_the_browser_side_loads_nothing_of_the_server_side_but_the_shared_vocabulary() -> None:
    loaded = set(loaded_by("import cors_wsgi.browser")) & set(SERVER_SIDE)
    assert loaded == {"cors_wsgi", "cors_wsgi.fetch", "cors_wsgi.apps"}


def test_importing_the_core_loads_no_more_than_the_server_side() -> None:
    loaded = loaded_by("from cors_wsgi import *; Policy('https://a.example')")
    unwanted = ("flask", "werkzeug", "libcst", "rich", "urllib3", "idna", "publicsuffixlist", "pytest", "click")
    assert not [module for module in loaded if module.startswith((*unwanted, *OUTERMOST))]
    assert "cors_wsgi.middleware" in loaded
