"""Servers that somebody else configured, well and badly: what `check` and `audit` say of them, and what a browser does."""
