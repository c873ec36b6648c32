"""Servers that somebody else configured: what `check` and `audit` say of them, and what a browser does."""
