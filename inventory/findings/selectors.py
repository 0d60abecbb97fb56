"""What is wrong, for those who may see it."""

from collections.abc import Iterable

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from inventory.findings.models import Finding
from inventory.parties.scope import ClientScope

_URGENCY = Case(
    When(severity=Finding.Severity.CRITICAL, then=Value(0)),
    When(severity=Finding.Severity.WARNING, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def findings(scope: ClientScope, site_codes: Iterable[str] | None = None) -> QuerySet[Finding]:
    """All findings in scope, open and closed, newest first, each with its `urgency` (0: the most urgent).

    A finding of no client is seen only by those who see all. `site_codes` keeps what concerns these sites: whoever is
    bound to sites sees no finding that names none, which is for compliance and supervisors to act on.
    """
    rows = scope.filter(Finding.objects.select_related("client").annotate(urgency=_URGENCY))
    if site_codes is not None:
        rows = rows.filter(site_code__in=site_codes)
    return rows.order_by("-opened_at", "-pk")


def open_findings(scope: ClientScope, site_codes: Iterable[str] | None = None) -> QuerySet[Finding]:
    """What someone must act on, of those `findings` gives, most urgent first, then by the day to act by."""
    rows = findings(scope, site_codes).filter(closed_at__isnull=True)
    return rows.order_by(_URGENCY, "due_on", "opened_at", "pk")


def open_counts(scope: ClientScope) -> dict[str, int]:
    """How many findings are open, by severity; every severity is there."""
    rows = scope.filter(Finding.objects.filter(closed_at__isnull=True))
    counted = dict(rows.order_by().values_list("severity").annotate(n=Count("pk")))
    return {severity: counted.get(severity, 0) for severity in Finding.Severity.values}
