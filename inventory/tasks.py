"""Clock ticks and messages, each turned into one service call. What a task leaves undone, the next tick finds."""

import os
import socket

from celery import Task, shared_task
from django.utils import timezone

from inventory.jobs import messages, running, selectors, services


@shared_task(name="inventory.tasks.run_job", bind=True)
def run_job(self: Task, job_id: int) -> None:
    """Do one job, if it is still there to be done. The same message twice does it once."""
    services.beat(name="worker", at=timezone.now())
    runner = f"{socket.gethostname()}/{os.getpid()}/{self.request.id}"
    running.run(job_id=job_id, runner=runner, clock=timezone.now)


@shared_task(name="inventory.tasks.sweep_jobs", expires=15)
def sweep_jobs(limit: int = 500) -> int:
    """Take jobs back from dead workers and send again what no worker has heard of; returns how many were sent."""
    at = timezone.now()
    services.recover(at=at)
    count = 0
    for job in selectors.due(at)[:limit]:
        services.sent(job=job, at=at)
        count += messages.send(job.pk)
    return count


@shared_task(name="inventory.tasks.record_heartbeat", expires=20)
def record_heartbeat() -> None:
    """Record that the beat sent this and a worker did it; `/readyz` reads both."""
    at = timezone.now()
    for name in ("beat", "worker"):
        services.beat(name=name, at=at)
