"""Cross-origin resource sharing for Flask, on top of `cors_wsgi`."""

from cors_wsgi import DENY

from .debugger import share_debugger
from .decorators import cross_origin, same_origin
from .extension import CORS
from .signals import cors_decided

__all__ = ["CORS", "DENY", "cors_decided", "cross_origin", "same_origin", "share_debugger"]
