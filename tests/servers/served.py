"""The wrapped app of the framework that the environment names, for servers that load an app by its name."""

from __future__ import annotations

import os

from servers.frameworks import make

app = make(os.environ["SERVED_FRAMEWORK"])
