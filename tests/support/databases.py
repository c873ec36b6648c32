"""Real databases, each started for a test on a free port or in a separate folder, killed and started again.

A test changes who is allowed with `add` and `remove`, past the app that it tests.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from support.needs import needs, needs_module, needs_program
from support.nginx import free_port

_PATIENCE: Final = 30.0
CHANNEL: Final = "origins"


class Database(Protocol):
    """A database that holds origins.

    Attributes:
        url: where it is, as its users write it.
    """

    url: str

    def add(self, origin: str) -> None:
        """Allow an origin."""
        ...

    def remove(self, origin: str) -> None:
        """Withdraw an origin."""
        ...

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        ...

    def start(self) -> None:
        """Start it, with what it had."""
        ...


class PostgreSQL:
    """A PostgreSQL server of its own."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        import pwd

        self._bin = bin_folder
        self._data = folder / "data"
        self._port = free_port()
        self._folder = folder
        # It refuses to run as root; Debian's package makes a user for it.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            entry = pwd.getpwnam(self._user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        name = self._user or pwd.getpwuid(os.geteuid()).pw_name
        self.url = f"postgresql+psycopg://{name}@127.0.0.1:{self._port}/postgres"
        self._dsn = f"host=127.0.0.1 port={self._port} user={name} dbname=postgres connect_timeout=5"
        options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
        self._run(str(self._bin / "initdb"), "--pgdata", str(self._data), *options)
        self.start()
        self._execute("CREATE TABLE origins (origin text PRIMARY KEY)")

    def _run(self, *command: str) -> None:
        subprocess.run(command, user=self._user, cwd=self._folder, check=True, capture_output=True, timeout=60)

    def start(self) -> None:
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        settings = ["fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}"]
        self._process = subprocess.Popen(
            [str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self._port)]
            + [word for setting in settings for word in ("-c", setting)],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _wait(lambda: self._execute("SELECT 1"), self._process)

    def _execute(self, statement: str, *values: str) -> None:
        import psycopg

        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(statement, values)

    def add(self, origin: str) -> None:
        self._execute("INSERT INTO origins VALUES (%s)", origin)

    def remove(self, origin: str) -> None:
        self._execute("DELETE FROM origins WHERE origin = %s", origin)

    def kill(self) -> None:
        # Its children are in sessions of their own; on SIGQUIT it ends them, and nothing is written any more.
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)


class Redis:
    """A Redis server of its own; changes are announced on a channel."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        self._program = program
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder), "--appendonly", "yes"]
        self._process = subprocess.Popen(
            [self._program, *options, "--appendfsync", "always"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _wait(lambda: self._client().ping(), self._process)

    def _client(self) -> Any:
        import redis

        return redis.Redis.from_url(self.url)

    def add(self, origin: str) -> None:
        with self._client() as client:
            client.sadd("origins", origin)
            client.publish(CHANNEL, origin)

    def remove(self, origin: str) -> None:
        with self._client() as client:
            client.srem("origins", origin)
            client.publish(CHANNEL, origin)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(20)


class SQLite:
    """A file; it is out of order while its folder is elsewhere, which one step brings about."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._away = folder / "here", folder / "away"
        self._folder.mkdir()
        self._file = self._folder / "origins.db"
        self.url = f"sqlite:///{self._file}"
        with contextlib.closing(sqlite3.connect(self._file)) as connection, connection:
            connection.execute("CREATE TABLE origins (origin text PRIMARY KEY)")

    def _execute(self, statement: str, origin: str) -> None:
        with contextlib.closing(sqlite3.connect(self._file)) as connection, connection:
            connection.execute(statement, [origin])

    def add(self, origin: str) -> None:
        self._execute("INSERT INTO origins VALUES (?)", origin)

    def remove(self, origin: str) -> None:
        self._execute("DELETE FROM origins WHERE origin = ?", origin)

    def kill(self) -> None:
        self._folder.rename(self._away)

    def start(self) -> None:
        self._away.rename(self._folder)


@contextlib.contextmanager
def database(kind: str) -> Iterator[Database]:
    """Start a database of a kind: `postgresql`, `redis` or `sqlite`; it is gone at the end.

    Where it is not installed the test skips, or fails where everything is required.
    """
    folder = Path(tempfile.mkdtemp(prefix="cors-wsgi-", dir="/tmp"))
    made: Database | None = None
    try:
        made = _make(kind, folder)
        yield made
    finally:
        if made is not None and kind != "sqlite":
            made.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _make(kind: str, folder: Path) -> Database:
    if kind == "postgresql":
        needs_module("psycopg")
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
            Path(program).resolve().parent for program in filter(None, [shutil.which("initdb")])
        ]
        needs(found, "PostgreSQL's server is not installed")
        return PostgreSQL(folder, found[-1])
    if kind == "redis":
        needs_module("redis")
        return Redis(folder, needs_program("redis-server"))
    return SQLite(folder)


def _wait(ask: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until a question is answered; a server that does not answer in time is ended."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            ask()
        except Exception as error:  # noqa: PERF203 - each client has errors of its own
            if time.monotonic() > deadline or process.poll() is not None:
                process.kill()
                process.wait(20)
                raise TimeoutError("the database does not answer") from error
            time.sleep(0.05)
        else:
            return
