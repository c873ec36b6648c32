"""`cors-wsgi migrate` on public packages that use Flask-CORS: `cd tests && python -m tools.migrate`."""
