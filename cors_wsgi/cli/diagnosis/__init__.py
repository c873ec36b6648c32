"""Why a browser keeps a response from a page, as far as the answers show: one cause, and one remedy for the server.

The reasons of `cors_wsgi.browser` say what the browser misses; a cause says why the server left it out.
"""

from .diagnose import diagnose
from .model import Asked, CauseCode, Diagnosis, Piece, Remedy
from .servers import ServerName

__all__ = ["Asked", "CauseCode", "Diagnosis", "Piece", "Remedy", "ServerName", "diagnose"]
