"""The audit trail and its seals, for looking at."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from inventory.admin.base import ReadOnly
from inventory.models import AuditSeal

# The package's own words, which it leaves untranslated: named here, they are in our catalogue.
AUDITLOG_WORDS = (
    gettext_noop("Audit log"),
    gettext_noop("create"),
    gettext_noop("update"),
    gettext_noop("delete"),
    gettext_noop("access"),
    gettext_noop("action"),
    gettext_noop("actor"),
    gettext_noop("actor email"),
    gettext_noop("additional data"),
    gettext_noop("Correlation ID"),
    gettext_noop("object id"),
    gettext_noop("object pk"),
    gettext_noop("object representation"),
    gettext_noop("change message"),
    gettext_noop("content type"),
    gettext_noop("remote address"),
    gettext_noop("remote port"),
    gettext_noop("timestamp"),
)


@admin.register(LogEntry)
class Trail(ReadOnly):
    """Who changed what, when, from where and why."""

    list_display = ("timestamp", "object_repr", "content_type", "action", "who", "remote_addr")
    list_filter = ("action", "content_type")
    search_fields = ("object_repr", "object_pk")
    list_select_related = ("content_type", "actor")
    date_hierarchy = "timestamp"
    fields = ("timestamp", "object_repr", "content_type", "action", "who", "reason", "remote_addr", "changes")
    readonly_fields = fields

    @admin.display(description=_("who"))
    def who(self, entry: LogEntry) -> str:
        """The name as it was then."""
        return str((entry.additional_data or {}).get("actor") or entry.actor or "—")

    @admin.display(description=_("why"))
    def reason(self, entry: LogEntry) -> Any:
        """The reason given."""
        return (entry.additional_data or {}).get("reason") or "—"


@admin.register(AuditSeal)
class Seals(ReadOnly):
    """One digest a day over the trail and the books."""

    list_display = ("sealed_on", "sealed_at", "row_count", "digest")
    date_hierarchy = "sealed_on"
