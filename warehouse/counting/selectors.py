"""Reading count sheets."""

from django.db.models import Count, Prefetch, QuerySet

from warehouse.counting.models import CountLine, CountSheet


def sheets(site_ids: frozenset[int] | None) -> QuerySet[CountSheet]:
    """Count sheets of these sites (None: all), newest first, with how many lines each has. Staff only: sheets mix clients."""
    rows = CountSheet.objects.select_related("site").annotate(line_count=Count("lines"))
    if site_ids is not None:
        rows = rows.filter(site__in=site_ids)
    return rows.order_by("-pk")


def sheet(number: str, site_ids: frozenset[int] | None) -> CountSheet | None:
    """One sheet with its lines; None when it is of another site."""
    lines = CountLine.objects.select_related("lot__account__item", "lot__account__client", "location").order_by("pk")
    return sheets(site_ids).prefetch_related(Prefetch("lines", lines)).filter(number=number).first()
