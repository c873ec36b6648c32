"""The same API behind every CORS layer that Python users know, with the same probes: `python -m tools.peers`."""
