"""Asking for long work, and what the workers write about it. Each change is one conditional UPDATE.

The fencing token is (job, attempts): a worker whose lease ran out while it was away cannot touch the job any more,
since the one who took over raised `attempts`.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from inventory.errors import DomainError, json_safe
from inventory.jobs.errors import UNEXPECTED, WORKER_LOST, Cancelled, JobFinished, LostClaim
from inventory.jobs.models import Heartbeat, Job
from inventory.jobs.outcome import Outcome, Parts
from inventory.jobs.selectors import WAITS_FOR_PARTS, is_free
from inventory.jobs.timing import LEASE, SAVE_EVERY, retry_after, trust_message_until
from inventory.parties.models import Client
from inventory.parties.scope import Actor

logger = logging.getLogger(__name__)


def request(
    *,
    kind: str,
    title: str,
    parameters: Mapping[str, Any],
    client: Client | None,
    actor: Actor,
    at: datetime,
    source_file: "File[bytes] | None" = None,
    max_attempts: int = 3,
) -> Job:
    """Write down a piece of work to be done; `messages.start(job)` tells a worker at once, the sweeper does so later."""
    job = Job(
        kind=kind,
        title=title[:200],
        client=client,
        requested_by_id=actor.user_id,
        requested_label=actor.label,
        parameters=json_safe(parameters),
        requested_at=at,
        lease_until=trust_message_until(at, at),
        max_attempts=max_attempts,
    )
    if source_file is not None:
        job.source_file.save(source_file.name or kind, source_file, save=False)
    job.save(force_insert=True)
    return job


def claim(*, job_id: int, runner: str, at: datetime) -> Job | None:
    """The job, now running under `runner`.

    None when it is finished, in other hands, not due yet, out of attempts, or waits for parts of it or for one before it.
    """
    waiting = Q(state=Job.State.QUEUED) & (Q(not_before__isnull=True) | Q(not_before__lte=at))
    abandoned = Q(state=Job.State.RUNNING, lease_until__lt=at)
    free = Job.objects.filter(
        waiting | abandoned | WAITS_FOR_PARTS,
        is_free(),
        pk=job_id,
        attempts__lt=F("max_attempts"),
        cancel_requested=False,
    )
    claimed = free.update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        runner=runner[:80],
        lease_until=at + LEASE,
        not_before=None,
        started_at=at,
        done=0,
        total=0,
        stage="",
        error_code="",
        error_message="",
    )
    return Job.objects.select_related("client", "requested_by").get(pk=job_id) if claimed else None


def progress(*, job: Job, done: int, total: int, at: datetime, stage: str = "") -> None:
    """Show how far a running job is and keep its lease; written at most once a second unless the stage changes.

    Raises Cancelled when someone asked for it to stop, LostClaim when another worker has it.
    """
    saved_at = job.lease_until - LEASE if job.lease_until else at
    if stage == job.stage and at < saved_at + SAVE_EVERY:
        return
    kept = _mine(job).filter(cancel_requested=False)
    if not kept.update(done=done, total=total, stage=stage[:120], lease_until=at + LEASE):
        raise _why_stopped(job)
    job.done, job.total, job.stage, job.lease_until = done, total, stage, at + LEASE


@transaction.atomic
def finish(*, job: Job, outcome: Outcome, at: datetime) -> None:
    """End a running job well: its one write, its file and its state together, or none of them. Raises LostClaim."""
    ended = _mine(job).update(state=Job.State.DONE, finished_at=at, lease_until=None, stage="", done=F("total"))
    if not ended:
        raise LostClaim(_("Job %(job)s was taken over by another worker."), job=job.pk)
    result = {**outcome.result, **((outcome.effect() if outcome.effect else None) or {})}
    job.result = json_safe(result)
    if outcome.file:
        with outcome.file.open("rb") as content:
            job.result_file.save(f"{job.pk}/{outcome.file_name or outcome.file.name}", File(content), save=False)
    job.save(update_fields=["result", "result_file"])
    job.refresh_from_db(fields=["state", "finished_at", "done", "stage", "lease_until"])


@transaction.atomic
def divide(*, job: Job, outcome: Outcome, parts: Parts, at: datetime) -> list[Job]:
    """Let a running job wait for parts of it, which are asked for as it was; returns them. Raises LostClaim.

    The attempts it took to get here do not count against what comes after the parts.
    """
    kept = _mine(job).update(
        lease_until=None,
        runner="",
        done=0,
        total=len(parts.parameters),
        stage=_("Computing in parts"),
        max_attempts=F("max_attempts") + F("attempts"),
    )
    if not kept:
        raise LostClaim(_("Job %(job)s was taken over by another worker."), job=job.pk)
    if outcome.effect:
        outcome.effect()
    return Job.objects.bulk_create(
        Job(
            kind=parts.kind,
            title=job.title,
            parent=job,
            client_id=job.client_id,
            requested_by_id=job.requested_by_id,
            requested_label=job.requested_label,
            parameters=json_safe(parameters),
            requested_at=at,
            lease_until=trust_message_until(at, at),
        )
        for parameters in parts.parameters
    )


def count_parts(*, parent_id: int) -> None:
    """Show at a job that waits for its parts how many of them have ended."""
    ended = Job.objects.filter(parent=parent_id).exclude(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    done = ended.aggregate(count=Count("pk"))["count"]
    Job.objects.filter(WAITS_FOR_PARTS, pk=parent_id, done__lt=done).update(done=done)


def fail(*, job: Job, error: BaseException, at: datetime) -> None:
    """End a running job badly.

    A refusal by the rules is final, and its numbers become the result; anything else is tried again later while
    attempts last.
    """
    final = isinstance(error, DomainError) or job.attempts >= job.max_attempts
    code, message = _said(job, error)
    if final:
        logger.error("Job %s (%s) failed: %s", job.pk, job.kind, error)
        changes = {"state": Job.State.FAILED, "finished_at": at, "lease_until": None, "result": _numbers(error)}
    else:
        not_before = at + retry_after(job.attempts)
        logger.warning("Job %s (%s) is tried again at %s: %s", job.pk, job.kind, not_before, error)
        changes = {"state": Job.State.QUEUED, "not_before": not_before, "lease_until": not_before}
    _mine(job).update(error_code=code, error_message=message, **changes)


def cancel(*, job: Job, at: datetime) -> None:
    """Stop a job: one that waits ends now, with its parts, one that runs at its next report.

    Raises JobFinished if it has ended.
    """
    over = {"state": Job.State.CANCELLED, "cancel_requested": True, "finished_at": at, "lease_until": None}
    if Job.objects.filter(Q(state=Job.State.QUEUED) | WAITS_FOR_PARTS, pk=job.pk).update(**over):
        parts = Job.objects.filter(parent=job.pk)
        parts.filter(state=Job.State.QUEUED).update(**over)
        parts.filter(state=Job.State.RUNNING).update(cancel_requested=True)
        return
    if not Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_requested=True):
        raise JobFinished(_("Job %(job)s has ended; there is nothing left to stop."), job=job.pk)


def stopped(*, job: Job, at: datetime) -> None:
    """Record that a running job stopped because someone asked for it."""
    _mine(job).update(state=Job.State.CANCELLED, finished_at=at, lease_until=None)


def recover(*, at: datetime) -> int:
    """Take jobs back from workers that vanished; returns how many.

    Each waits again, unless it was cancelled or used up.
    """
    abandoned = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=at)
    over = {"finished_at": at, "lease_until": None}
    cancelled = abandoned.filter(cancel_requested=True).update(state=Job.State.CANCELLED, **over)
    failed = abandoned.filter(attempts__gte=F("max_attempts")).update(
        state=Job.State.FAILED,
        error_code=WORKER_LOST,
        error_message=_("The worker stopped in the middle of it on every attempt. Ask for it again, in smaller parts."),
        **over,
    )
    return cancelled + failed + abandoned.update(state=Job.State.QUEUED, lease_until=at)


def sent(*, job: Job, at: datetime) -> None:
    """Record that a message for a waiting job goes out, so that the next one waits longer."""
    since = job.not_before or job.requested_at
    Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(lease_until=trust_message_until(since, at))


def beat(*, name: str, at: datetime) -> None:
    """Record that a part of the machinery shows life."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": at})


def _mine(job: Job) -> Any:
    """The row of a job while the caller still holds its claim, else no row."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _why_stopped(job: Job) -> DomainError:
    """Cancelled if the claim is still held, else LostClaim."""
    if _mine(job).filter(cancel_requested=True).exists():
        return Cancelled(_("Job %(job)s was cancelled."), job=job.pk)
    return LostClaim(_("Job %(job)s was taken over by another worker."), job=job.pk)


def _numbers(error: BaseException) -> dict[str, Any]:
    """The numbers of a refusal, its bad rows included, for the one who must mend them."""
    return error.context if isinstance(error, DomainError) else {}


def _said(job: Job, error: BaseException) -> tuple[str, str]:
    """The code and the sentence of a failure. Innards of unexpected errors stay in the log."""
    if isinstance(error, DomainError):
        return error.code, str(error)
    message = _("Something unexpected stopped the work (%(kind)s). Support finds it in the log under job %(job)s.")
    return UNEXPECTED, message % {"kind": type(error).__name__, "job": job.pk}
