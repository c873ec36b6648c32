"""A server on loopback that answers every connection with prescribed bytes, or breaks off."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

Conversation = Callable[[socket.socket], None]


def read_request(connection: socket.socket) -> bytes:
    """Return what the client sent until its headers end, and as much of a body as came with them."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            break
        data += part
    return data


def saying(data: bytes, *, linger: float = 0) -> Conversation:
    """Return a conversation: the request is read, these bytes are sent, and the connection is closed."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(data)
        time.sleep(linger)

    return talk


def trickling(start: bytes, piece: bytes, seconds: float) -> Conversation:
    """Return a conversation that begins with `start` and adds `piece` ten times a second."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(start)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.1)
            connection.sendall(piece)

    return talk


def hanging_up(connection: socket.socket) -> None:
    """Close the connection without a word."""
    read_request(connection)


@contextlib.contextmanager
def serve(talk: Conversation) -> Iterator[str]:
    """Serve on a free port of loopback; yield the origin."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    talk(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            thread.join(10)
