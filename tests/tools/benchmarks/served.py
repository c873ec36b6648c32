"""The app that the environment variable LAYER names, for a server to import."""

import os

from tools.benchmarks.layers import find_layer

app = find_layer(os.environ["LAYER"]).build()
