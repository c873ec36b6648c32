"""Why a browser keeps a response from a page, as far as the answers tell: one cause, one remedy, in the server's words.

The reasons of `cors_wsgi.browser` say what a browser misses; a cause says what made the server leave it out.
"""

from .diagnose import diagnose
from .model import Asked, CauseCode, Diagnosis, Piece, Remedy
from .servers import ServerName

__all__ = ["Asked", "CauseCode", "Diagnosis", "Piece", "Remedy", "ServerName", "diagnose"]
