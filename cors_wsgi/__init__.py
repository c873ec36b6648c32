"""Cross-origin resource sharing for any WSGI app."""

import logging

from .decisions import Decision, Kind, Reason
from .errors import PolicyError, PolicyWarning, Problem
from .middleware import CORSMiddleware, PolicySource, Ruling
from .paths import PathMap
from .policy import DENY, Deny, Policy

__all__ = [
    "DENY",
    "CORSMiddleware",
    "Decision",
    "Deny",
    "Kind",
    "PathMap",
    "Policy",
    "PolicyError",
    "PolicySource",
    "PolicyWarning",
    "Problem",
    "Reason",
    "Ruling",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())
