"""`cors-wsgi migrate`: rewrite source that uses Flask-CORS for this library; needs libcst (the extra `migrate`)."""
