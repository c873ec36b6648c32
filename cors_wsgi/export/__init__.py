"""A policy as the configuration of a proxy: one file per proxy, based on one description of what an edge must answer.

It uses only the standard library. `cors-wsgi export` is the entry point.
"""

from __future__ import annotations

from .description import Address, Edge, Fixed, Setting
from .refusals import CannotExportError, Difference, Refusal, RefusalCode
from .subjects import Reader, describe
from .targets import TARGETS, Target, export, load_target

__all__ = [
    "TARGETS",
    "Address",
    "CannotExportError",
    "Difference",
    "Edge",
    "Fixed",
    "Reader",
    "Refusal",
    "RefusalCode",
    "Setting",
    "Target",
    "describe",
    "export",
    "load_target",
]
