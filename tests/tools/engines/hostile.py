"""Record how browsers read answers that are odd or invalid HTTP: `python -m tools.engines.hostile`.

Writes `engines/data/hostile.json`: for each answer of `ANSWERS` and each browser, what a script of another origin got
of it (status, words, headers, body; a body that broke off is null), or `failed`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from support.engines import ENGINES, open_page, version_of

FILE: Final = Path(__file__).parent / "data" / "hostile.json"
PAGE: Final = Path(__file__).parent / "page" / "hostile.html"
PATIENCE: Final = 120.0

_OK: Final = b"HTTP/1.1 200 OK\r\n"
_OPEN: Final = b"Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: *\r\n"
_TWO: Final = b"Content-Length: 2\r\n"
_END: Final = b"\r\nok"


def _with(line: bytes) -> bytes:
    """Return an answer with a line before those that share it."""
    return _OK + line + _OPEN + _TWO + _END


ANSWERS: Final[dict[str, bytes]] = {
    "nothing odd": _OK + _OPEN + _TWO + _END,
    "a space behind the value": _OK + b"Access-Control-Allow-Origin: * \r\n" + _TWO + _END,
    "tabs around the value": _OK + b"Access-Control-Allow-Origin:\t*\t\r\n" + _TWO + _END,
    "no space before the value": _OK + b"ACCESS-CONTROL-ALLOW-ORIGIN:*\r\n" + _TWO + _END,
    "a form feed behind the value": _OK + b"Access-Control-Allow-Origin: *\f\r\n" + _TWO + _END,
    "a value in the next line": _OK + b"Access-Control-Allow-Origin:\r\n *\r\n" + _TWO + _END,
    "a folded value": _with(b"X-A: 1\r\n\t 2\r\n"),
    "a first line that begins with a space": _with(b" X-A: 1\r\n"),
    "a line without a colon": _with(b"nonsense\r\n"),
    "a line without a colon behind the others": _OK + _OPEN + _TWO + b"nonsense\r\n" + _END,
    "a line that is a colon": _with(b":\r\n"),
    "a line without a name": _with(b": x\r\n"),
    "a space before the colon": _with(b"X-A : 1\r\n"),
    "a space before the colon of Access-Control-Allow-Origin": (
        _OK + b"Access-Control-Allow-Origin : *\r\n" + _TWO + _END
    ),
    "a space in a name": _with(b"X A: 1\r\n"),
    "a byte above 7F in a name": _with(b"X-\xe9: 1\r\n"),
    "a byte above 7F in a value": _with(b"X-A: \xe9\r\n"),
    "a parenthesis in a name": _with(b"X(A): 1\r\n"),
    "a NUL in a value": _with(b"X-A: a\0b\r\n"),
    "a NUL in a name": _with(b"X\0A: 1\r\n"),
    "a NUL in a line without a colon": _with(b"non\0sense\r\n"),
    "bare line feeds": (_OK + _OPEN + _TWO + _END).replace(b"\r\n", b"\n"),
    "a carriage return in a value": _with(b"X-A: a\rb\r\n"),
    "a carriage return before a line's end": _with(b"X-A: a\r\r\n"),
    "150 headers": _with(b"".join(b"X-%d: 1\r\n" % number for number in range(150))),
    "a value of 100,000 bytes": _with(b"X-A: " + b"a" * 100_000 + b"\r\n"),
    "103 first": b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" + _OK + _OPEN + _TWO + _END,
    "103 alone shares": b"HTTP/1.1 103 Early Hints\r\n" + _OPEN + b"\r\n" + _OK + _TWO + _END,
    "three times 100 first": b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + _OK + _OPEN + _TWO + _END,
    "HTTP/1.0 without a length": b"HTTP/1.0 200 OK\r\n" + _OPEN + _END,
    "HTTP/1.0 that keeps the connection": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + _OPEN + _TWO + _END,
    "HTTP/2.0 in text": b"HTTP/2.0 200 OK\r\n" + _OPEN + _TWO + _END,
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\n" + _OPEN + _TWO + _END,
    "a small http": b"http/1.1 200 OK\r\n" + _OPEN + _TWO + _END,
    "no words": b"HTTP/1.1 200\r\n" + _OPEN + _TWO + _END,
    "two spaces before the status": b"HTTP/1.1  200 OK\r\n" + _OPEN + _TWO + _END,
    "words beyond ASCII": b"HTTP/1.1 200 \xc3\xa9\r\n" + _OPEN + _TWO + _END,
    "a status of two digits": b"HTTP/1.1 20 OK\r\n" + _OPEN + _TWO + _END,
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n" + _OPEN + _TWO + _END,
    "a status that is no number": b"HTTP/1.1 abc OK\r\n" + _OPEN + _TWO + _END,
    "a status of 999": b"HTTP/1.1 999 OK\r\n" + _OPEN + _TWO + _END,
    "an empty line first": b"\r\n" + _OK + _OPEN + _TWO + _END,
    "three odd bytes first": b"xyz" + _OK + _OPEN + _TWO + _END,
    "no status line": b"Access-Control-Allow-Origin: *\r\n\r\nok",
    "the same length twice": _OK + _OPEN + _TWO + _TWO + _END,
    "two lengths": _OK + _OPEN + _TWO + b"Content-Length: 1\r\n" + _END,
    "two lengths in one line": _OK + _OPEN + b"Content-Length: 2, 2\r\n" + _END,
    "a length that is no number": _OK + _OPEN + b"Content-Length: abc\r\n" + _END,
    "a length with a sign": _OK + _OPEN + b"Content-Length: +2\r\n" + _END,
    "a negative length": _OK + _OPEN + b"Content-Length: -2\r\n" + _END,
    "a length beyond the body": _OK + _OPEN + b"Content-Length: 5\r\n" + _END,
    "a length within the body": _OK + _OPEN + b"Content-Length: 1\r\n" + _END,
    "chunks": _OK + _OPEN + b"Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n",
    "chunks and a length": _OK + _OPEN + _TWO + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunks with trailers": (
        _OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nAccess-Control-Allow-Origin: *\r\n\r\n"
    ),
    "chunks that end early": _OK + _OPEN + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
    "a chunk without a size": _OK + _OPEN + b"Transfer-Encoding: chunked\r\n\r\nx\r\nok\r\n0\r\n\r\n",
    "another transfer coding": _OK + _OPEN + b"Transfer-Encoding: identity\r\n" + _TWO + _END,
    "204 with a body": b"HTTP/1.1 204 No Content\r\n" + _OPEN + _TWO + _END,
    "304 with a body": b"HTTP/1.1 304 Not Modified\r\n" + _OPEN + _TWO + _END,
    "an end amid the headers": _OK + _OPEN,
    "an end amid a line": _OK + _OPEN + b"X-A: 1",
    "an end behind the status line": _OK,
    "Access-Control-Allow-Origin twice": _OK + _OPEN + b"Access-Control-Allow-Origin: *\r\n" + _TWO + _END,
    "an empty second Access-Control-Allow-Origin": _OK + _OPEN + b"Access-Control-Allow-Origin:\r\n" + _TWO + _END,
}
"""What the server sends, by what is odd of it. It closes the connection only where nothing else ends the body."""

_LONG: Final = 200

_KEPT: Final = frozenset({"204 with a body", "304 with a body", "a length within the body"})
"""After these the connection is kept, so that the next request meets what was left over."""


class HostileServer:
    """A server that gives `ANSWERS` by number at `/h/<number>`, and a plain answer elsewhere.

    Attributes:
        origin: where it listens.
        results: what a page posted to `/results`; None until then.
    """

    def __init__(self, host: str) -> None:
        self._socket = socket.create_server((host, 0))
        self.origin = f"http://{host}:{self._socket.getsockname()[1]}"
        self.results: dict[str, Any] | None = None
        self.done = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError), connection.makefile("rb") as lines:
            while line := lines.readline():
                target = line.split(b" ")[1].decode()
                length = 0
                while (header := lines.readline()) not in (b"\r\n", b""):
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                body = lines.read(length)
                if target == "/results":
                    self.results = json.loads(body)
                    self.done.set()
                answer, is_kept = _answer(target)
                connection.sendall(answer)
                if not is_kept:
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass
                    return


def _answer(target: str) -> tuple[bytes, bool]:
    """Return what is sent, and whether the connection is kept."""
    if target.startswith("/h/"):
        name = list(ANSWERS)[int(target[3:])]
        return ANSWERS[name], name in _KEPT
    kind, body = b"text/plain", b"next"
    if target.startswith("/?"):
        kind, body = b"text/html", PAGE.read_bytes()
    elif target == "/names":
        kind, body = b"application/json", json.dumps(list(ANSWERS)).encode()
    head = b"Cache-Control: no-store\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (kind, len(body))
    return _OK + _OPEN + head + b"\r\n" + body, True


@contextlib.contextmanager
def serving_hostile_answers() -> Iterator[tuple[HostileServer, HostileServer]]:
    """Run a server for the page, and one of another origin for the answers."""
    page, api = HostileServer("localhost"), HostileServer("127.0.0.1")
    try:
        yield page, api
    finally:
        page.close()
        api.close()


def record(engine: str) -> dict[str, Any]:
    """Return what a browser makes of every answer."""
    with serving_hostile_answers() as (page, api), open_page(engine, f"{page.origin}/?{api.origin}"):
        if not page.done.wait(PATIENCE):
            raise TimeoutError(f"{engine} did not come to the end")
        assert page.results is not None
        return {name: shorten(answer) for name, answer in page.results.items()}


def shorten(answer: Any) -> Any:
    """Return what a script got, with the length in place of a header's value that is long."""
    if not isinstance(answer, dict):
        return answer
    pairs = [[name, value if len(value) < _LONG else f"{len(value)} characters"] for name, value in answer["headers"]]
    return {**answer, "headers": pairs}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.engines.hostile", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="which browser; all three by default")
    recorded = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    for engine in parser.parse_args().engine or ENGINES:
        recorded[engine] = {"version": version_of(engine), "answers": record(engine)}
    FILE.write_text(json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    print(f"{FILE}: {len(ANSWERS)} answers")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
