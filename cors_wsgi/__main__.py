"""`python -m cors_wsgi` is the command `cors-wsgi`, for when its folder is not on the PATH."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
