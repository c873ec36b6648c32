"""The wrapped app of the framework that the environment names; bare for requests with the header X-Bare."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from servers.frameworks import make
from servers.policies import share

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

bare = make(os.environ["SERVED_FRAMEWORK"])
wrapped = share(bare)


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return (bare if "HTTP_X_BARE" in environ else wrapped)(environ, start_response)
