"""Cross-origin resource sharing for any WSGI app."""

import logging

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

logging.getLogger(__name__).addHandler(logging.NullHandler())
