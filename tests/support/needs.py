"""What a test needs from the machine: if it is missing, the test skips for newcomers, and fails in the project's CI."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil

import pytest

REQUIRE_ALL = os.environ.get("CORS_WSGI_REQUIRE_ALL") == "1"


def needs_module(name: str) -> None:
    """Skip (or, where everything is required, fail) unless the module `name` can be imported."""
    with contextlib.suppress(ModuleNotFoundError):  # raised where a parent is missing: `paste` of `paste.deploy`
        if importlib.util.find_spec(name) is not None:
            return
    _missing(f"the Python package with the module {name!r} is not installed")


def needs_program(*names: str) -> str:
    """Return the path of the first program of `names` that is installed; skip (or fail) if none is."""
    for name in names:
        if path := shutil.which(name):
            return path
    _missing(f"none of these programs is installed: {', '.join(names)}")
    raise AssertionError("unreachable")


def needs(is_there: object, what: str) -> None:
    """Skip (or, where everything is required, fail) with these words, unless it is there."""
    if not is_there:
        _missing(what)


def _missing(what: str) -> None:
    if REQUIRE_ALL:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
