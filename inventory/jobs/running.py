"""What a worker does with one job: claim it, let its handler work, and write down how it ended."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils import translation

from inventory.audit import context as audit
from inventory.errors import DomainError
from inventory.jobs import messages, selectors, services
from inventory.jobs.errors import Cancelled, LostClaim
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome
from inventory.jobs.registry import handler_of
from inventory.parties.scope import Actor

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def run(*, job_id: int, runner: str, clock: Clock) -> Job | None:
    """Do a job to its end, well or badly, as the one who asked for it; None when it was not this worker's to do."""
    job = services.claim(job_id=job_id, runner=runner, at=clock())
    if job is None:
        return None
    with translation.override(_language(job)), audit.acting(_asked_by(job)), audit.doing(f"job/{job.pk}"):
        try:
            _finish(job, _work(job, clock), clock())
        except Cancelled:
            services.stopped(job=job, at=clock())
        except LostClaim:
            logger.warning("Job %s was taken over while %s worked on it", job.pk, runner)
        except DomainError as error:
            services.fail(job=job, error=error, at=clock())
        except Exception as error:
            logger.exception("Job %s (%s) broke", job.pk, job.kind)
            services.fail(job=job, error=error, at=clock())
        _tell_waiting(job)
    return job


def _tell_waiting(job: Job) -> None:
    """Send word to the jobs that waited for this one; what is not told, the sweeper finds."""
    if job.parent_id:
        services.count_parts(parent_id=job.parent_id)
    for waiting in selectors.released_by(job):
        messages.start(waiting)


def _work(job: Job, clock: Clock) -> Outcome:
    """What the handler of the job's kind hands back."""

    def report(done: int, total: int, stage: str = "") -> None:
        services.progress(job=job, done=done, total=total, stage=stage, at=clock())

    return Outcome.of(handler_of(job.kind)(job, report))


def _finish(job: Job, outcome: Outcome, at: datetime) -> None:
    """Write the end down, or the parts that come before it; the handler's own copy of the file goes, whatever happens."""
    if outcome.parts:
        for part in services.divide(job=job, outcome=outcome, parts=outcome.parts, at=at):
            messages.start(part)
        return
    try:
        services.finish(job=job, outcome=outcome, at=at)
    finally:
        if outcome.file:
            outcome.file.unlink(missing_ok=True)


def _asked_by(job: Job) -> Actor:
    """Whoever asked for the job is who does what it does."""
    return Actor(label=job.requested_label, user_id=job.requested_by_id)


def _language(job: Job) -> str:
    """The language of the one who asked, for texts that the job writes."""
    return job.requested_by.language if job.requested_by else settings.LANGUAGE_CODE
