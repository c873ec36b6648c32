"""The apps that are compared: four frameworks, each bare, with its own CORS layers, and with ours around it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Final

from tools.peers.adapters import ours
from tools.peers.setups import SETUPS

SETUP: Final = SETUPS["named"]
BARE: Final = "bare"


@dataclass(frozen=True)
class Layer:
    """A framework's app, and what adds CORS to it.

    Attributes:
        framework: what the app is made with.
        name: of the layer.
        adapter: the peer's adapter, whose app it is.
        kind: `bare`, `its own`, or `ours` where the middleware is around the peer's bare app.
    """

    framework: str
    name: str
    adapter: str
    kind: str = "its own"

    @property
    def key(self) -> str:
        """An identifier."""
        return f"{self.framework}/{self.name}"

    def build(self) -> Any:
        """Return the app."""
        adapter = importlib.import_module(f"tools.peers.adapters.{self.adapter}")
        if self.kind == "its own":
            return adapter.build(SETUP)
        bare = adapter.build_bare()
        return bare if self.kind == BARE else ours.wrap(bare, SETUP)


LAYERS: Final = (
    Layer("plain WSGI", BARE, "ours", BARE),
    Layer("plain WSGI", "cors-wsgi", "ours"),
    Layer("plain WSGI", "wsgicors", "wsgicors"),
    Layer("plain WSGI", "oslo.middleware", "oslo_middleware"),
    Layer("Flask", BARE, "ours_flask", BARE),
    Layer("Flask", "flask_cors_ext", "ours_flask"),
    Layer("Flask", "Flask-CORS", "flask_cors"),
    Layer("Django", BARE, "django_cors_headers", BARE),
    Layer("Django", "cors-wsgi", "django_cors_headers", "ours"),
    Layer("Django", "django-cors-headers", "django_cors_headers"),
    Layer("Falcon", BARE, "falcon", BARE),
    Layer("Falcon", "cors-wsgi", "falcon", "ours"),
    Layer("Falcon", "Falcon's", "falcon"),
)
"""The bare app stands first of each framework."""

OURS: Final = ("cors-wsgi", "flask_cors_ext")


def find_layer(key: str) -> Layer:
    """Return the layer of that key."""
    return next(layer for layer in LAYERS if layer.key == key)
