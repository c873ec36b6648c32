"""The recording server: answers what each case prescribes, and keeps the bytes of the headers that it received."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .cases import SERVERS, Case, Headers, choose_answer, make_words

PAGE: Final = Path(__file__).parent / "page"

HOSTS: Final = {"page": "localhost", "api": "127.0.0.1", "api2": "localhost"}

_TYPES: Final = {".html": "text/html", ".js": "text/javascript"}


@dataclass
class Received:
    """A request as it came over the wire; header names and values one character a byte."""

    server: str
    method: str
    target: str
    headers: Headers
    body: bytes

    def get(self, name: str) -> str | None:
        """Return the values of a header joined with a comma, or None."""
        values = [value for given, value in self.headers if given.lower() == name]
        return ", ".join(values) if values else None

    @property
    def is_preflight(self) -> bool:
        return self.method == "OPTIONS" and self.get("access-control-request-method") is not None


@dataclass
class RecordingServer:
    """Three origins on free ports of the loopback interface, and what they were told and received.

    `move` moves the browser's clock by some seconds, where it can be moved.
    """

    cases: dict[str, Case] = field(default_factory=dict)
    received: dict[str, list[list[Received]]] = field(default_factory=dict)
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    agent: str = ""
    language: str = ""
    move: Callable[[float], None] | None = None
    news: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, cases: Iterable[Case]) -> None:
        """Prescribe the answers of these cases, and nothing else."""
        self.cases = {case["id"]: case for case in cases}
        self.received = {name: [[]] for name in self.cases}
        self.results = {}

    def wait(self, seconds: float, stalled: float = 60.0) -> bool:
        """Wait until the page has posted every case; return whether it did, and did not stall."""
        deadline = time.monotonic() + seconds
        with self.news:
            while len(self.results) < len(self.cases) and time.monotonic() < deadline:
                if not self.news.wait(min(stalled, max(deadline - time.monotonic(), 0))):
                    break
        return len(self.results) == len(self.cases)

    async def serve(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                request = await _read(name, reader)
                status, headers, body = self.answer(request)
                lines = [f"HTTP/1.1 {status} X", *(f"{key}: {value}" for key, value in headers), "", ""]
                writer.write("\r\n".join(lines).encode("latin-1") + (b"" if request.method == "HEAD" else body))
                await writer.drain()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            writer.close()

    def answer(self, request: Received) -> tuple[int, Headers, bytes]:
        path = request.target.partition("?")[0]
        parts = path.split("/")
        if len(parts) == 4 and parts[1] == "c" and parts[2] in self.cases:
            return self.answer_case(self.cases[parts[2]], parts[3], request)
        if request.server != "page":
            return _warm_up(request)
        if path == "/cases":
            self.agent = request.get("user-agent") or ""
            self.language = request.get("accept-language") or ""
            return _plain(json.dumps(list(self.cases.values())), "application/json")
        if path == "/done":
            with self.news:
                self.results.update(json.loads(request.body))
                self.news.notify_all()
            return _plain("", "text/plain")
        if parts[1] == "mark":
            self.received[parts[2]].append([])
            return _plain("", "text/plain")
        if parts[1] == "move" and self.move is not None:
            self.move(float(parts[2]))
            return _plain("", "text/plain")
        if path == "/favicon.ico":
            return 204, [], b""
        file = PAGE / (parts[1] or "index.html")
        if file.is_file() and len(parts) == 2:
            return _plain(file.read_text("utf-8"), _TYPES[file.suffix])
        return 404, [("Content-Length", "0")], b""

    def answer_case(self, case: Case, hop: str, request: Received) -> tuple[int, Headers, bytes]:
        steps = self.received[case["id"]]
        steps[-1].append(request)
        words = make_words(case, self.origins, {name.lower(): value for name, value in request.headers})
        number = min(len(steps), len(case["steps"])) - 1
        is_authorized = request.get("authorization") is not None
        return choose_answer(
            case, number, hop, is_preflight=request.is_preflight, is_authorized=is_authorized, words=words
        )


async def _read(name: str, reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head[:-4].split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = [line.partition(":") for line in lines]
    request = Received(name, method, target, [(key, value.strip(" \t")) for key, _, value in pairs], b"")
    if "chunked" in (request.get("transfer-encoding") or ""):
        chunks = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            chunks.append((await reader.readexactly(size + 2))[:-2])
        await reader.readuntil(b"\r\n")
        request.body = b"".join(chunks)
    else:
        request.body = await reader.readexactly(int(request.get("content-length") or 0))
    return request


def _plain(text: str, kind: str) -> tuple[int, Headers, bytes]:
    body = text.encode()
    # The sandboxed frame has an opaque origin, to which its own module script is cross-origin.
    headers = [("Access-Control-Allow-Origin", "*"), ("Cache-Control", "no-store"), ("Content-Type", kind)]
    return 200, [*headers, ("Content-Length", str(len(body)))], body


def _warm_up(request: Received) -> tuple[int, Headers, bytes]:
    allowed = [
        ("Access-Control-Allow-Origin", request.get("origin") or "*"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Max-Age", "600"),
    ]
    return 200, [*allowed, ("Content-Length", "0")], b""


@contextlib.contextmanager
def run_server() -> Iterator[RecordingServer]:
    """Serve the three origins from a thread of its own, for as long as the context lasts."""
    server, loop, ready = RecordingServer(), asyncio.new_event_loop(), threading.Event()
    running = threading.Thread(target=_run, args=(server, loop, ready), daemon=True)
    running.start()
    if not ready.wait(10):
        raise RuntimeError("the recording server did not start")
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        running.join(10)


def _run(server: RecordingServer, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
    asyncio.set_event_loop(loop)

    async def start() -> list[asyncio.Server]:
        listening = []
        for name in SERVERS:

            def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str = name) -> Any:
                return server.serve(name, reader, writer)

            listening.append(await asyncio.start_server(connect, HOSTS[name], 0, limit=2**20))
            port = listening[-1].sockets[0].getsockname()[1]
            server.origins[name] = f"http://{HOSTS[name]}:{port}"
        return listening

    listening = loop.run_until_complete(start())
    ready.set()
    try:
        loop.run_forever()
    finally:
        for one in listening:
            one.close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()
