"""The same API behind every CORS layer that Python's users know, asked the same questions: `python -m tools.peers`."""
