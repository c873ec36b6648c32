"""A Pyramid app, as an ini file calls for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from servers.frameworks import make

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def main(global_config: Mapping[str, str]) -> WSGIApplication:
    return make("pyramid")
