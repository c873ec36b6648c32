"""Serve one peer with one setup: `python -m tools.peers.serve ADAPTER SETUP PORT`.

Exit status 3: the peer does not start with that, and says why; 4: it is not supported, according to its documentation.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from tools.peers.setups import SETUPS, CannotExpressError

REFUSED, INEXPRESSIBLE = 3, 4


def main() -> int:
    name, setup, port = sys.argv[1:]
    adapter = importlib.import_module(f"tools.peers.adapters.{name}")
    try:
        app = adapter.build(SETUPS[setup])
    except CannotExpressError as error:
        print(error, file=sys.stderr)
        return INEXPRESSIBLE
    except Exception as error:  # noqa: BLE001 - whatever a peer raises when it is set up is its refusal
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return REFUSED
    _serve(app, adapter.INTERFACE, int(port))
    return 0


def _serve(app: Any, interface: str, port: int) -> None:
    if interface == "wsgi":
        import waitress

        waitress.serve(app, listen=f"127.0.0.1:{port}", threads=2)
    elif interface == "asgi":
        import uvicorn

        uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")
    else:
        from aiohttp import web

        web.run_app(app, host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    raise SystemExit(main())
