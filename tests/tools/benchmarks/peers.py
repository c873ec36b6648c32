"""What each layer adds to a request, without a server: `cd tests && python -m tools.benchmarks.peers`.

The apps are called in one process, in turns. What counts is what a layer adds to the bare app of its framework; a
preflight is compared as a whole.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from support.manual import DOCS, write_part

from tools.benchmarks.layers import BARE, LAYERS, OURS
from tools.benchmarks.measure import Run, make_table, name_machine, time_in_turns
from tools.peers.setups import PAGE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

EVIL: Final = "https://evil.example"
_PREFLIGHT: Final = {
    "REQUEST_METHOD": "OPTIONS",
    "HTTP_ORIGIN": PAGE,
    "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT",
    "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "content-type,x-token",
}
_NOISE: Final = 0.02
"""The part of a request below which what ours adds is no more than the machine's noise."""

REQUESTS: Final[dict[str, dict[str, str]]] = {
    "allowed": {"HTTP_ORIGIN": PAGE},
    "refused": {"HTTP_ORIGIN": EVIL},
    "no Origin": {},
    "preflight": _PREFLIGHT,
}


def make_environ(**more: str) -> dict[str, Any]:
    """Return a fresh environ of a GET of `/items`, with these keys."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/items",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **more,
    }


def make_run(app: WSGIApplication, more: dict[str, str]) -> Run:
    """Return what sends a request so many times, each read to its end and closed."""
    environ = make_environ(**more)

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if not status.startswith("20"):
            raise RuntimeError(status)

    def send() -> None:
        body: Iterable[bytes] = app(dict(environ), start_response)
        for _ in body:
            pass
        if (close := getattr(body, "close", None)) is not None:
            close()

    def run(count: int) -> None:
        for _ in range(count):
            send()

    return run


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Return the nanoseconds of one request, by the kind of request and the key of the layer."""
    apps = {layer.key: layer.build() for layer in LAYERS}
    return {
        kind: time_in_turns(
            {key: make_run(app, more) for key, app in apps.items() if _is_asked(key, kind)}, rounds=rounds
        )
        for kind, more in REQUESTS.items()
    }


def _is_asked(key: str, kind: str) -> bool:
    return kind != "preflight" or not key.endswith(f"/{BARE}")


def write_table(found: dict[str, dict[str, float]]) -> str:
    """Return the table in Markdown."""
    rows = []
    for layer in LAYERS:
        bare = f"{layer.framework}/{BARE}"
        if layer.kind == BARE:
            cells = [f"{found[kind][bare] / 1000:,.1f}" for kind in REQUESTS if kind != "preflight"] + [""]
        else:
            ours = next(one.key for one in LAYERS if one.framework == layer.framework and one.name in OURS)
            cells = []
            for times in found.values():
                floor = times.get(bare, 0.0)
                added, reference = times[layer.key] - floor, times[ours] - floor
                is_told_apart = reference > _NOISE * times[ours] and layer.name not in OURS
                ratio = f" ({added / reference:.1f})" if is_told_apart else ""
                cells.append(f"{added / 1000:+,.1f}{ratio}")
        rows.append([layer.framework, layer.name, *cells])
    return make_table(["app", "layer", *(f"{kind}, µs" for kind in REQUESTS)], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--write", action="store_true", help="put the table into the manual")
    arguments = parser.parse_args()
    text = f"{name_machine()}; medians of {arguments.rounds} turns.\n\n{write_table(measure(arguments.rounds))}"
    print(text)
    if arguments.write:
        write_part(DOCS / "performance.md", "peers", text)


if __name__ == "__main__":
    main()
