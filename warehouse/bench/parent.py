"""The parent of a run: a database, a cache and a child for each engine, all in a folder that is gone afterwards."""

import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from ops import postgres, processes, valkey
from warehouse.bench.inside import GO, READY, RESULT
from warehouse.bench.servers import DURABLE, ROOT

Tell = Callable[[str], None]


class ChildFailed(Exception):
    """The child ended without a result; what it said last."""


def run(engines: Sequence[str], size: str, tell: Tell) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was measured on each engine. All are set up at once and then measured one by one. Raises ChildFailed."""
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(_child(engine, size, tell)) for engine in engines]
        for child in children:
            child.follow(until=READY)
        for engine, child in zip(engines, children, strict=True):
            (child.folder / GO).touch()
            child.follow()
            yield engine, child.result()


@contextlib.contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The address of a new database: a file, one on the server of DATABASE_URL, or one on a server of our own."""
    given = os.environ.get("DATABASE_URL", "")
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
    elif given.startswith("postgres"):
        with _beside(given) as url:
            yield url
    else:
        server = postgres.Server(Path(tempfile.mkdtemp(prefix="bench-pg-", dir="/tmp")), settings=DURABLE)
        try:
            server.start()
            with _beside(postgres.url_of(server.folder, "postgres")) as url:
                yield url
        finally:
            server.stop()


@contextlib.contextmanager
def _beside(given: str) -> Iterator[str]:
    """A database of our own on the server of this address."""
    name = f"recinto_bench_{secrets.token_hex(4)}"
    with psycopg.connect(given.replace("psql://", "postgres://"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(given)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(given.replace("psql://", "postgres://"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _environment(folder: Path, url: str) -> dict[str, str]:
    """The settings of production, for a server that only we can reach."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DEBUG", "METRICS_TOKEN", "SENTRY_DSN")}
    socket = valkey.socket_path(folder)
    return kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PRODUCTION": "true",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "false",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "CELERY_BROKER_URL": valkey.broker_url(socket),
        "CACHE_URL": valkey.cache_url(socket),
        "API_RATE": "10000000/min",
    }


@contextlib.contextmanager
def _child(engine: str, size: str, tell: Tell) -> Iterator["_Child"]:
    """A child at work with a database and a cache of its own."""
    folder = Path(tempfile.mkdtemp(prefix="bench-run-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(processes.stop, valkey.start(valkey.socket_path(folder), folder / "valkey"))
        env = _environment(folder, stack.enter_context(database(engine, folder)))
        child = _Child(folder, size, env, lambda text: tell(f"{engine:<10} {text}"))
        stack.callback(processes.stop, child.process, patience=20)
        yield child


class _Child:
    """A child that sets up, says so, waits for our word and measures."""

    def __init__(self, folder: Path, size: str, env: dict[str, str], tell: Tell) -> None:
        self.folder, self.log, self.tell = folder, folder / "child.log", tell
        self.log.touch()
        command = [sys.executable, "-m", "warehouse.bench.inside", size, str(folder)]
        self.process = processes.start(command, log=self.log, env=env, cwd=ROOT)
        self.told = 0

    def follow(self, until: str = "") -> None:
        """Pass on each line until the child has made the file `until`, or ends."""
        while True:
            ended = self.process.poll() is not None  # asked before reading, so that the last words are read
            ready = until and (self.folder / until).exists()
            lines = self.log.read_text(errors="replace").splitlines()
            for line in lines[self.told :]:
                self.tell(line)
            self.told = len(lines)
            if ended or ready:
                return
            time.sleep(0.1)

    def result(self) -> dict[str, Any]:
        """What was measured, after the end. Raises ChildFailed."""
        result = self.folder / RESULT
        if not result.exists():
            raise ChildFailed(self.log.read_text(errors="replace")[-3_000:])
        found: dict[str, Any] = json.loads(result.read_text())
        return found
