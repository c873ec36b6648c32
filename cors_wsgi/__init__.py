"""Cross-origin resource sharing for any WSGI app."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .decisions import Decision, Kind, Reason
    from .errors import PolicyError, PolicyWarning, Problem, ProblemCode
    from .middleware import CORSMiddleware
    from .origins import OriginRule
    from .paths import PathMap, is_canonical
    from .policy import DENY, Deny, Policy
    from .remembered import Remembered
    from .sources import PolicySource, Verdict

__all__ = [
    "DENY",
    "CORSMiddleware",
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
]

_HOMES: Final = {
    "DENY": "policy",
    "CORSMiddleware": "middleware",
    "Decision": "decisions",
    "Deny": "policy",
    "Kind": "decisions",
    "OriginRule": "origins",
    "PathMap": "paths",
    "Policy": "policy",
    "PolicyError": "errors",
    "PolicySource": "sources",
    "PolicyWarning": "errors",
    "Problem": "errors",
    "ProblemCode": "errors",
    "Reason": "decisions",
    "Remembered": "remembered",
    "Verdict": "sources",
    "is_canonical": "paths",
}


def __getattr__(name: str) -> object:
    """Import a name of the server side when it is first used.

    Python runs this file before any module of the package: without this, the browser side, which needs nothing of
    the server side, would load all of it.
    """
    if name in _HOMES:
        value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
        return value
    if name in _HOMES.values():
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
