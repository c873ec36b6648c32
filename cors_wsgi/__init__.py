"""Cross-origin resource sharing for any WSGI app."""
