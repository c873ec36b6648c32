"""Cross-origin resource sharing for Flask, on top of `cors_wsgi`."""

from cors_wsgi import DENY

from .decorators import cross_origin, same_origin
from .extension import CORS, share_debugger
from .state import cors_decided

__all__ = ["CORS", "DENY", "cors_decided", "cross_origin", "same_origin", "share_debugger"]
