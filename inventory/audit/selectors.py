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


def last_seal() -> AuditSeal | None:
    """The newest seal of the chain."""
    return AuditSeal.objects.order_by("-sealed_on").first()
