"""Arguments that several commands read alike: headers, and apps to ask in process."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any


def read_header(text: str) -> tuple[str, str]:
    """Return the name and value of `Name: value`.

    Raises:
        ValueError: there is no colon.
    """
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"{text!r} is no header; write it as 'Name: value'")
    return name.strip(), value.strip()


def load_app(name: str) -> Any:
    """Import `module:attribute`, from the current folder, too, as servers do.

    Raises:
        ValueError: it is not written so.
        ImportError: there is no such module.
        AttributeError: the module has no such attribute.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ValueError(f"{name!r} is no app; write it as 'module:attribute'")
    sys.path.insert(0, os.getcwd())
    return getattr(importlib.import_module(module), attribute)
