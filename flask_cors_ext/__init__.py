"""Cross-origin resource sharing for Flask, on top of `cors_wsgi`."""
