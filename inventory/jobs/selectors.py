"""Jobs for those who watch them, and for the sweeper."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.jobs.errors import UNEXPECTED, WORKER_LOST, UnknownKind
from inventory.jobs.models import Heartbeat, Job
from inventory.jobs.registry import alone
from inventory.parties.scope import ClientScope

WAITS_FOR_PARTS = Q(state=Job.State.RUNNING, lease_until__isnull=True)


def jobs_for(scope: ClientScope, user_id: int | None = None) -> QuerySet[Job]:
    """The jobs of the clients in scope, newest first; with `user_id`, that person's own only.

    A job of no client is work over every client: only those who see everyone see it. Parts of a job show in its progress.
    """
    jobs = scope.filter(Job.objects.filter(parent__isnull=True).select_related("client"))
    if user_id is not None:
        jobs = jobs.filter(requested_by=user_id)
    return jobs.order_by("-requested_at", "-pk")


def due(at: datetime) -> QuerySet[Job]:
    """Jobs that wait and whose message can no longer be trusted to arrive, oldest first: send another."""
    untold = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    ripe = Q(not_before__isnull=True) | Q(not_before__lte=at)
    jobs = Job.objects.filter(Q(Q(state=Job.State.QUEUED) & untold & ripe) | WAITS_FOR_PARTS)
    return jobs.filter(is_free()).order_by("requested_at", "pk")


def is_free() -> Q:
    """Of a job: no part of it is unfinished, and no job of its client before it, where its kind is done alone."""
    mine = Job.objects.filter(kind=OuterRef("kind"), client=OuterRef("client")).exclude(pk=OuterRef("pk"))
    before = mine.filter(Q(state=Job.State.RUNNING) | Q(state=Job.State.QUEUED, pk__lt=OuterRef("pk")))
    parts = Job.objects.filter(parent=OuterRef("pk"), state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return ~Q(Exists(parts)) & (~Q(kind__in=alone()) | ~Q(Exists(before)))


def in_front_of(job: Job) -> Job | None:
    """The job that a waiting one of a kind that is done alone waits for; None when it waits for nobody."""
    if job.state != Job.State.QUEUED or job.kind not in alone() or job.client_id is None:
        return None
    others = Job.objects.filter(kind=job.kind, client=job.client_id).exclude(pk=job.pk)
    before = others.filter(Q(state=Job.State.RUNNING) | Q(state=Job.State.QUEUED, pk__lt=job.pk))
    return before.order_by("pk").first()


def released_by(job: Job) -> list[Job]:
    """The jobs that may go on now that this one has ended: the one it is a part of, and the next of its client."""
    waiting = Q(pk=job.parent_id) & WAITS_FOR_PARTS if job.parent_id else Q(pk=None)
    if job.kind in alone() and job.client_id is not None:
        waiting |= Q(state=Job.State.QUEUED, kind=job.kind, client=job.client_id)
    return list(Job.objects.filter(waiting).filter(is_free()).order_by("pk")[:2])


def broken(since: datetime) -> QuerySet[Job]:
    """Jobs given up since a moment that no rule refused, oldest first: those who asked for them can mend nothing."""
    jobs = Job.objects.filter(state=Job.State.FAILED, error_code__in=[UNEXPECTED, WORKER_LOST, UnknownKind.code])
    return jobs.filter(finished_at__gte=since).order_by("finished_at", "pk")


def last_seen(name: str) -> datetime | None:
    """When this part of the machinery last showed life."""
    return Heartbeat.objects.filter(name=name).values_list("seen_at", flat=True).first()
