"""The app that the tests serve with several workers: a database says who is allowed, and the body who answers."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING

from cors_wsgi import CORSMiddleware, Policy, Remembered

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

URL = os.environ["FLEET_URL"]
logging.basicConfig(filename=os.environ["FLEET_LOG"], format="%(process)d %(levelname)s %(message)s")


def make_rule() -> Callable[[str], bool]:
    if URL.startswith("redis"):
        return ask_redis()
    if URL.startswith("sqlite"):
        return ask_sqlite
    return ask_sqlalchemy()


def ask_sqlalchemy() -> Callable[[str], bool]:
    from sqlalchemy import create_engine, text

    engine = create_engine(URL, pool_pre_ping=True, pool_timeout=2, connect_args={"connect_timeout": 2})
    query = text("SELECT 1 FROM origins WHERE origin = :origin")

    def rule(origin: str) -> bool:
        with engine.connect() as connection:
            return connection.execute(query, {"origin": origin}).first() is not None

    return rule


def ask_sqlite(origin: str) -> bool:
    import sqlite3

    with closing(sqlite3.connect(URL.removeprefix("sqlite:///"), timeout=2)) as connection:
        return connection.execute("SELECT 1 FROM origins WHERE origin = ?", [origin]).fetchone() is not None


def ask_redis() -> Callable[[str], bool]:
    import redis

    client = redis.Redis.from_url(URL, socket_timeout=2, socket_connect_timeout=2)

    def rule(origin: str) -> bool:
        return client.sismember("origins", origin) == 1

    def listen() -> None:
        while True:
            try:
                with client.pubsub(ignore_subscribe_messages=True) as changes:
                    changes.subscribe("origins")
                    remembered.forget()  # what was announced meanwhile was missed
                    while True:
                        change = changes.get_message(timeout=1)
                        if change is not None:
                            remembered.forget(change["data"].decode())
            except redis.RedisError:  # noqa: PERF203 - it goes on after an outage
                time.sleep(0.1)

    threading.Thread(target=listen, daemon=True).start()
    return rule


def plain(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


remembered = Remembered(
    make_rule(),
    seconds=float(os.environ["FLEET_SECONDS"]),
    refused_seconds=float(os.environ["FLEET_REFUSED_SECONDS"]),
    stale_seconds=float(os.environ["FLEET_STALE_SECONDS"]),
)
app = CORSMiddleware(plain, Policy(remembered))
