"""HTTP/1.1 over a socket: a client that sends exactly the given bytes, and an app that answers as given."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Headers = Sequence[tuple[str, str]]


class Answer(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Client:
    """A client of one server that keeps its connection as long as it can."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._rest = b""

    def ask(self, method: str, target: str, headers: Headers, body: bytes = b"") -> Answer:
        """Send one request, and return the answer; once more on a new connection where the old one was closed."""
        lines = [
            f"{method} {target} HTTP/1.1",
            "Host: api.example.com",
            *(f"{name}: {value}" for name, value in headers),
        ]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        request = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        for attempt in range(2):
            try:
                return self._exchange(request, method)
            except OSError:  # noqa: PERF203 - two rounds
                self.close()
                if attempt:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""

    def _exchange(self, request: bytes, method: str) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=15)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        head = self._read_to(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        headers = tuple((name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in head[1:]))
        named = {name.lower(): value for name, value in headers}
        if method == "HEAD" or status in (204, 304):
            body = b""
        elif named.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while size := int(self._read_to(b"\r\n"), 16):
                body += self._read(size)
                self._read_to(b"\r\n")
            self._read_to(b"\r\n")
        elif "content-length" in named:
            body = self._read(int(named["content-length"]))
        else:
            body = self._read_all()
            named["connection"] = "close"
        if named.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def _read_to(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._receive()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _read(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._receive()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def _read_all(self) -> bytes:
        with contextlib.suppress(ConnectionError):
            while True:
                self._receive()
        return self._rest

    def _receive(self) -> None:
        assert self._socket is not None
        chunk = self._socket.recv(65536)
        if not chunk:
            raise ConnectionResetError("the server closed the connection")
        self._rest += chunk


def order(status: int = 200, headers: Headers = ()) -> tuple[str, str]:
    """Return the request header that tells the app what to answer."""
    return "X-Order", base64.b64encode(json.dumps([status, list(headers)]).encode()).decode()


def read_order(value: str) -> tuple[int, list[tuple[str, str]]]:
    """Return what the app is told to answer."""
    status, headers = json.loads(base64.b64decode(value)) if value else (200, [])
    return status, [(name, text) for name, text in headers]


@contextlib.contextmanager
def serve_bare_app() -> Iterator[int]:
    """Serve an app without any CORS layer, which answers as the header X-Order says; gives its port.

    Every answer has the header `X-App-Ran`, and `X-App-Path` with the path as it arrived.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.settimeout(0.2)
    done = threading.Event()
    port: int = listener.getsockname()[1]

    def accept() -> None:
        while not done.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threading.Thread(target=_serve, args=(connection, done), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield port
    finally:
        done.set()
        thread.join()
        listener.close()


def _serve(connection: socket.socket, done: threading.Event) -> None:
    connection.settimeout(60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = b""
    with connection, contextlib.suppress(OSError):
        while not done.is_set():
            while b"\r\n\r\n" not in rest:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                rest += chunk
            head, _, rest = rest.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, target = lines[0].split(" ")[:2]
            named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(named.get("content-length", 0))
            while len(rest) < length:
                rest += connection.recv(65536)
            rest = rest[length:]
            status, headers = read_order(named.get("x-order", ""))
            answer = [f"HTTP/1.1 {status} Status", "X-App-Ran: yes", f"X-App-Target: {target}"]
            answer += [f"{name}: {value}" for name, value in headers]
            body = b"" if status in (204, 304) else b"ok"
            if status != 204:
                answer.append(f"Content-Length: {len(body)}")
            text = "\r\n".join([*answer, "", ""]).encode("latin-1")
            connection.sendall(text + (b"" if method == "HEAD" else body))
