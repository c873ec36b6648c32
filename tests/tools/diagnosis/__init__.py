"""Servers that somebody else configured: what `check` and `audit` say about them, and what a browser does."""
