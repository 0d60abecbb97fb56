"""Real workers: how to address their database, wait for them, kill them, and sweep up after them."""

import contextlib
import os
import signal
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import time_machine
from django.db import connection
from django.utils import timezone

from inventory import tasks
from inventory.jobs.models import Job

PATIENCE = 60


def database_url():
    """The address of the database this test is on, for a process of its own."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(at['NAME']))}"
    host, password = quote(str(at["HOST"]), safe=""), quote(str(at["PASSWORD"]), safe="")
    return f"postgres://{at['USER']}:{password}@{host}:{at['PORT']}/{at['NAME']}"


def kill(pid):
    """Kill a worker and its children as a power cut would."""
    with contextlib.suppress(ProcessLookupError):  # killed before
        os.killpg(pid, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{pid}").exists())


def eventually(holds):
    """Wait until something holds; fail when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def finished(count):
    """Say whether so many jobs are done."""
    return lambda: Job.objects.filter(state=Job.State.DONE).count() == count


def sweep_after(wait):
    """Sweep as the clock would, once this long has passed."""
    with time_machine.travel(timezone.now() + wait + timedelta(seconds=1), tick=True):
        return tasks.sweep_jobs()
