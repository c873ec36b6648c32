"""`python -m cors_wsgi` is the command `cors-wsgi`, for where its folder is not on the PATH."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
