"""Real workers: how to start one, wait for it, kill it, and sweep up after it."""

import os
import signal
import time
import warnings
from datetime import timedelta

import time_machine
from django.db import connections
from django.utils import timezone

from inventory import tasks
from inventory.jobs.models import Job

PATIENCE = 60
_not_ours = []


def start(processes):
    """Start a Celery worker in a process group of its own, on the test's database and broker; its process id.

    It is forked, so that it need not import again what stands here already: that takes longer than the work. How
    `make run` starts one is for tests/ops.
    """
    pid = os.fork()
    if pid == 0:
        try:
            _be_a_worker(processes)
        finally:
            os._exit(1)
    return pid


def _be_a_worker(processes):
    os.setsid()
    warnings.simplefilter("ignore")
    for one in connections.all(initialized_only=True):
        # The test's own: to be left as it is, closed by nobody here.
        _not_ours.append(one.connection)
        one.connection = None
    from tests.jobs.worker_app import app

    app._after_fork()
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
    app.worker_main(["worker", "-c", str(processes), *quiet])


def kill(pid):
    """Kill a worker and its children as a power cut would."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it was killed before
    os.waitpid(pid, 0)


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
