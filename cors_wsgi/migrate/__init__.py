"""Source code that uses Flask-CORS -> this library: `cors-wsgi migrate`; needs libcst (the extra `migrate`)."""
