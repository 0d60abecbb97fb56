"""The servers of a run: PostgreSQL as durable as in production, and Gunicorn for the product and for the floor."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops import processes

ROOT = Path(__file__).resolve().parents[2]
DURABLE = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "off",  # its turn would come at random; tables are analysed once they are filled
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "max_connections": "80",
    "timezone": "UTC",
}
PATIENCE = 60


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gunicorn(application: str, port: int, folder: Path, **env: str) -> subprocess.Popen[bytes]:
    """Two workers of eight threads, as production starts them."""
    command = [sys.executable, "-m", "gunicorn", "--config", "ops/gunicorn_conf.py", application]
    settings = {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "2", "WEB_THREADS": "8", **env}
    return processes.start(command, log=_log(folder, port), env={**os.environ, **settings}, cwd=ROOT)


def await_answers(started: Mapping[int, subprocess.Popen[bytes]], folder: Path) -> None:
    """Come back once each port is open. Raises RuntimeError with its last words if a server does not start."""
    deadline = time.monotonic() + PATIENCE
    for port, process in started.items():
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                said = _log(folder, port).read_text(errors="replace")
                raise RuntimeError(f"Gunicorn did not start: {said[-800:]}")
            time.sleep(0.05)


def floor_database(database: Mapping[str, Any]) -> str:
    """The database's settings as the floor's server reads them."""
    names = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS", "CONN_MAX_AGE", "CONN_HEALTH_CHECKS")
    return json.dumps({name: database[name] for name in names if name in database}, default=str)


def _log(folder: Path, port: int) -> Path:
    return folder / f"gunicorn-{port}.log"


def _answers(port: int) -> bool:
    """True when the port is open."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
