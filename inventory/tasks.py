"""Clock ticks and messages, each turned into one service call. What a task leaves undone, the next tick finds."""

import os
import socket
from datetime import timedelta

from celery import Task, shared_task
from django.utils import timezone

from inventory.audit import services as audit
from inventory.jobs import messages, running, selectors, services
from inventory.reports import verification, watching


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


@shared_task(name="inventory.tasks.verify_books_nightly")
def verify_books_nightly() -> int:
    """Re-add the books and leave a finding for each difference; returns how many there were."""
    return verification.report(at=timezone.now())


@shared_task(name="inventory.tasks.watch_deadlines_daily")
def watch_deadlines_daily() -> int:
    """Leave a finding for each stay that ends or has ended, each consolidated to be closed, each exit that left in part.

    Returns how many stand.
    """
    at = timezone.now()
    return watching.watch_deadlines(at=at) + watching.watch_consolidated(at=at) + watching.watch_exits(at=at)


@shared_task(name="inventory.tasks.watch_exchange_rates_daily")
def watch_exchange_rates_daily() -> bool:
    """Leave a finding while no exchange rate is loaded for declarations of today; returns whether it stands."""
    return watching.watch_exchange_rates(at=timezone.now())


@shared_task(name="inventory.tasks.watch_jobs", expires=240)
def watch_jobs() -> int:
    """Leave a finding for each job that broke for good; returns how many were new."""
    return watching.watch_jobs(at=timezone.now())


@shared_task(name="inventory.tasks.seal_audit_daily")
def seal_audit_daily() -> str:
    """Seal the day that has just ended on the company's clock; returns its digest."""
    at = timezone.now()
    return audit.seal(day=timezone.localdate(at) - timedelta(days=1), at=at).digest
