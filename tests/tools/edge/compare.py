"""Send a proxy and the middleware the same requests, and return where they differ."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from support.nginx import free_port
from support.proxies import run_proxy
from support.raw_http import Client

from cors_wsgi import CORSMiddleware
from cors_wsgi.export import Address, CannotExportError, Difference, Setting, describe, export
from cors_wsgi.export.description import PathKind

from .answers import Asked, Seen, ask_middleware, describe_policy, see_proxy
from .requests import draw


class Found(NamedTuple):
    """One difference."""

    policy: str
    asked: Asked
    middleware: Seen
    proxy: Seen

    def __str__(self) -> str:
        request = f"{self.asked.method} {self.asked.target} {dict(self.asked.headers)}"
        shown = f"{self.policy}\n  {request}\n  middleware {self.middleware}\n  proxy      {self.proxy}"
        return re.sub(r"(..)\1{20,}", r"\1…", shown)


class Outcome(NamedTuple):
    """What came of comparing one policy; `soft` are differences that no browser can meet."""

    asked: int
    hard: list[Found]
    soft: int
    refused: str = ""


ACCEPTED = (Difference.ESCAPED_PATHS, Difference.IPV6_IN_REGEX)
"""What is accepted where policies are drawn; the ceiling is not."""


def export_for(
    target: str, middleware: CORSMiddleware, port: int, app_port: int, *, accepted: Iterable[Difference] = ACCEPTED
) -> str:
    """Return a whole configuration; raises `CannotExportError`."""
    setting = Setting(Address("127.0.0.1", port), Address("127.0.0.1", app_port), frozenset(accepted))
    edge, refusals = describe(middleware, "shop")
    return export(target, edge, setting, made_by="tests", refusals=refusals)


def rewrap(middleware: CORSMiddleware, app: Any) -> CORSMiddleware:
    """Return the same middleware around another app."""
    paths = None if middleware.paths is None else dict(middleware.paths.items())
    return CORSMiddleware(app, middleware.policy, paths=paths)


def compare(
    target: str,
    middleware: CORSMiddleware,
    folder: Path,
    app_port: int,
    *,
    requests: Iterable[Asked],
    accepted: Iterable[Difference] = (),
    down: bool = False,
    change: Callable[[str], str] = str,
) -> Outcome:
    """Start a proxy with an exported middleware, and ask both.

    Args:
        target: the proxy.
        middleware: what is exported; its own app is left aside.
        folder: where the proxy may write.
        app_port: where the bare app is.
        requests: what is asked.
        accepted: differences that are accepted by name.
        down: whether nobody listens at the app's port.
        change: spoils the configuration, so as to see whether it is noticed.
    """
    port = free_port()
    edge, _ = describe(middleware, "shop")
    try:
        config = export_for(target, middleware, port, app_port, accepted=accepted)
    except CannotExportError as error:
        return Outcome(0, [], 0, str(error))

    has_path_regexes = any(rule.kind is PathKind.REGEX for rule in edge.rules)
    asked = soft = 0
    hard: list[Found] = []
    with run_proxy(target, folder, change(config), port):
        client = Client(port)
        for request in requests:
            asked += 1
            seen = see_proxy(client.ask(*request[:3]))
            status = seen.status if down and not seen.ran and seen.status in (502, 503) else None
            expected = ask_middleware(lambda bare: rewrap(middleware, bare), request, status=status)
            if seen == expected:
                continue
            if request.is_sent and not is_refused_by_itself(target, request, seen, has_path_regexes=has_path_regexes):
                hard.append(Found(describe_policy(middleware), request, expected, seen))
            else:
                soft += 1
        client.close()
    return Outcome(asked, hard, soft)


def is_refused_by_itself(target: str, request: Asked, seen: Seen, *, has_path_regexes: bool) -> bool:
    """Tell whether a proxy has answered with an error of its own, before any rule ran; nothing is shared so."""
    if target == "envoy" and "%" in request.target and has_path_regexes:
        return True  # the difference `escaped-paths`, accepted
    return not seen.ran and seen.status in (400, 404, 405, 414, 431, 500, 501) and not seen.cors


def draw_requests(middleware: CORSMiddleware, seed: int, count: int) -> list[Asked]:
    """Return random requests for a policy."""
    return list(draw(middleware, random.Random(seed), count))
