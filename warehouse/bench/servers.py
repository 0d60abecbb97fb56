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
    """Two workers of eight threads, as production starts them; answers once the port is open."""
    log = folder / f"gunicorn-{port}.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "ops/gunicorn_conf.py", application]
    settings = {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "2", "WEB_THREADS": "8", **env}
    process = processes.start(command, log=log, env={**os.environ, **settings}, cwd=ROOT)
    deadline = time.monotonic() + PATIENCE
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            processes.finish(process)
            raise RuntimeError(f"Gunicorn did not start: {log.read_text(errors='replace')[-800:]}")
        time.sleep(0.05)
    return process


def floor_database(database: Mapping[str, Any]) -> str:
    """The database's settings as the floor's server reads them."""
    names = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS", "CONN_MAX_AGE", "CONN_HEALTH_CHECKS")
    return json.dumps({name: database[name] for name in names if name in database}, default=str)


def _answers(port: int) -> bool:
    """True when the port is open."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
