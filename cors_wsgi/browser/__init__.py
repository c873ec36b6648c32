"""The other side of the wire: a model of what browsers do with cross-origin requests, based on the Fetch standard."""

from .bodies import Blob, Document, FormData, ReadableStream, URLSearchParams
from .browser import Browser
from .cache import Clock
from .causes import CauseKind, PreflightCause, preflight_causes
from .cookies import Cookie, Cookies
from .elements import Load
from .engines import DIFFERENCES, ENGINES, Difference, Engine
from .errors import CORSError, FetchError
from .exchange import Exchange, WireRequest, WireResponse
from .headers import ResponseHeaders
from .pages import Page
from .reasons import FailureReason
from .responses import Response

Reason = FailureReason
"""The name of `FailureReason` until 1.0; `cors_wsgi.Reason` is why a server refuses."""

__all__ = [
    "DIFFERENCES",
    "ENGINES",
    "Blob",
    "Browser",
    "CORSError",
    "CauseKind",
    "Clock",
    "Cookie",
    "Cookies",
    "Difference",
    "Document",
    "Engine",
    "Exchange",
    "FailureReason",
    "FetchError",
    "FormData",
    "Load",
    "Page",
    "PreflightCause",
    "ReadableStream",
    "Reason",
    "Response",
    "ResponseHeaders",
    "URLSearchParams",
    "WireRequest",
    "WireResponse",
    "preflight_causes",
]
