"""Jobs for those who watch them, and for the sweeper."""

from datetime import datetime

from django.db.models import Q, QuerySet

from inventory.jobs.errors import UNEXPECTED, WORKER_LOST, UnknownKind
from inventory.jobs.models import Heartbeat, Job
from inventory.parties.scope import ClientScope


def jobs_for(scope: ClientScope, user_id: int | None = None) -> QuerySet[Job]:
    """The jobs of the clients in scope, newest first; with `user_id`, that person's own only.

    A job of no client is work over every client: only those who see everyone see it.
    """
    jobs = scope.filter(Job.objects.select_related("client"))
    if user_id is not None:
        jobs = jobs.filter(requested_by=user_id)
    return jobs.order_by("-requested_at", "-pk")


def due(at: datetime) -> QuerySet[Job]:
    """Jobs that wait and whose message can no longer be trusted to arrive, oldest first: send another."""
    jobs = Job.objects.filter(state=Job.State.QUEUED).filter(Q(lease_until__isnull=True) | Q(lease_until__lte=at))
    return jobs.filter(Q(not_before__isnull=True) | Q(not_before__lte=at)).order_by("requested_at", "pk")


def broken(since: datetime) -> QuerySet[Job]:
    """Jobs given up since a moment that no rule refused, oldest first: those who asked for them can mend nothing."""
    jobs = Job.objects.filter(state=Job.State.FAILED, error_code__in=[UNEXPECTED, WORKER_LOST, UnknownKind.code])
    return jobs.filter(finished_at__gte=since).order_by("finished_at", "pk")


def last_seen(name: str) -> datetime | None:
    """When this part of the machinery last showed life."""
    return Heartbeat.objects.filter(name=name).values_list("seen_at", flat=True).first()
