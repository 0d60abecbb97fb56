"""Gunicorn's settings, for `make run` and for production: `gunicorn --config ops/gunicorn_conf.py`.

BIND, WEB_WORKERS and WEB_THREADS come from the environment.
"""

import gc
import os
from pathlib import Path
from typing import Any

from ops import processes

wsgi_app = "config.wsgi:application"
bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
preload_app = True  # loaded once, for all workers
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 20
keepalive = 5
control_socket_disable = True
# The heartbeat of a worker is a file: in memory, so that a busy disk kills nobody.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  gunicorn makes its own file there


def when_ready(server: Any) -> None:
    """Load the pages too before the first worker is made, and keep the garbage collector from walking what stays for good."""
    from django.urls import get_resolver  # noqa: PLC0415  only now is the application loaded

    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """A worker does not outlive a killed master."""
    processes.die_with_parent(parent=server.pid)


def child_exit(server: Any, worker: Any) -> None:
    """Where several workers share their figures in a folder, those of a dead one are cleared away."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess  # noqa: PLC0415  only where figures are shared

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
