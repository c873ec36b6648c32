"""Clients of the soak: threads with one keep-alive connection each, which check every answer."""

from __future__ import annotations

import contextlib
import http.client
import random
import threading
from collections import Counter

from .app import origin as origin_of
from .checks import find_fault

KINDS = ("simple", "post", "stream", "error", "preflight", "absent")


class Traffic:
    """Mixed requests of many origins against one port, until it is stopped."""

    def __init__(self, port: int, *, clients: int, origins: int, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.broken = 0
        self._port, self._origins = port, origins
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(random.Random(seed + n),)) for n in range(clients)]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self, choice: random.Random) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        while not self._stop.is_set():
            number, kind = choice.randrange(self._origins), choice.choice(KINDS)
            origin = None if kind == "absent" else origin_of(number)
            try:
                answer = self._ask(connection, origin, kind)
            except (OSError, http.client.HTTPException):
                # A worker was killed under this request: no answer, which is not a wrong answer.
                with self._lock:
                    self.broken += 1
                connection.close()
                self._stop.wait(0.05)
                continue
            fault = find_fault(number, origin, kind, answer)
            with self._lock:
                self.counts[kind] += 1
                if fault is not None:
                    self.faults.append(fault)
        with contextlib.suppress(OSError):
            connection.close()

    @staticmethod
    def _ask(
        connection: http.client.HTTPConnection, origin: str | None, kind: str
    ) -> tuple[int, dict[str, str], bytes]:
        headers = {} if origin is None else {"Origin": origin}
        method, path, body = "GET", f"/{kind}", None
        if kind == "post":
            method, body = "POST", b"x" * 2000
        if kind == "preflight":
            method = "OPTIONS"
            headers |= {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type,x-soak"}
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
