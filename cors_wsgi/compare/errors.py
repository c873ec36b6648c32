"""Why a comparison cannot be made."""

from __future__ import annotations


class SideError(Exception):
    """A side that cannot be queried; the message says why, and what to write instead."""
