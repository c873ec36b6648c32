"""The logger of the server side: silent until the program that uses it sets up logging."""

from __future__ import annotations

import logging
from typing import Final

logger: Final = logging.getLogger("cors_wsgi")
logger.addHandler(logging.NullHandler())
