"""The trail, for those who may read it."""

from auditlog.models import LogEntry
from django.db.models import Model, QuerySet

from inventory.audit.models import AuditSeal


def trail() -> QuerySet[LogEntry]:
    """Every row of the trail, newest first. For administrators and compliance: it is not parted by client."""
    rows: QuerySet[LogEntry] = LogEntry.objects.select_related("actor", "content_type")
    return rows.order_by("-timestamp", "-pk")


def trail_of(thing: Model) -> QuerySet[LogEntry]:
    """What happened to one thing, newest first."""
    rows: QuerySet[LogEntry] = LogEntry.objects.get_for_object(thing)
    return rows.select_related("actor").order_by("-timestamp", "-pk")


def told_of(key: str) -> QuerySet[LogEntry]:
    """What was written into the trail in the course of the deed that the books know under this key, newest first.

    The key of a posting or a discharge, which themselves have no room for an address. Part of a deed has a longer key:
    `rectification/…/reallocate/7`.
    """
    parts = key.split("/")
    return trail().filter(cid__in=["/".join(parts[:upto]) for upto in range(2, len(parts) + 1)])


def last_seal() -> AuditSeal | None:
    """The newest seal of the chain."""
    return AuditSeal.objects.order_by("-sealed_on").first()
