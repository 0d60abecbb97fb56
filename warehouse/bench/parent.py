"""The parent of a run: a database, a cache and a child for each engine, all in a folder that is gone afterwards."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from ops import postgres, processes, valkey
from warehouse.bench.servers import DURABLE, ROOT

Tell = Callable[[str], None]


class ChildFailed(Exception):
    """The child ended without a result; what it said last."""


def run(engine: str, size: str, tell: Tell) -> dict[str, Any]:
    """What was measured on one engine. Raises ChildFailed."""
    folder = Path(tempfile.mkdtemp(prefix="bench-run-"))
    cache = valkey.start(valkey.socket_path(folder), folder / "valkey")
    try:
        with _database(engine, folder) as url:
            return _child(size, folder, _environment(folder, url), tell)
    finally:
        processes.stop(cache)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
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


def _child(size: str, folder: Path, env: dict[str, str], tell: Tell) -> dict[str, Any]:
    """The result of the child, whose words are passed on."""
    log, result = folder / "child.log", folder / "result.json"
    log.touch()
    command = [sys.executable, "-m", "warehouse.bench.inside", size, str(result)]
    child = processes.start(command, log=log, env=env, cwd=ROOT)
    try:
        _follow(child, log, tell)
    finally:
        processes.stop(child, patience=20)
    if not result.exists():
        raise ChildFailed(log.read_text(errors="replace")[-3_000:])
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def _follow(child: subprocess.Popen[bytes], log: Path, tell: Tell) -> None:
    """Pass on each line until the child ends."""
    with log.open(errors="replace") as text:
        while True:
            ended = child.poll() is not None  # asked before reading, so that the last words are read
            for line in text:
                tell(line.rstrip("\n"))
            if ended:
                return
            time.sleep(0.1)
