"""What stands above every report: whose it is, what was asked, when it was made, and the fingerprint of its content."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from inventory.parties.models import OperatorCompany
from inventory.reports.asking import said
from inventory.reports.cells import printed
from inventory.reports.shapes import Asked, Report, bilingual
from inventory.reports.spool import Spool


@dataclass(frozen=True)
class Letterhead:
    """The lines above a report, in both languages, as (title, value)."""

    company: str
    rfc: str
    title: str
    lines: tuple[tuple[str, str], ...]
    digest: str
    generated_at: str

    def block(self) -> list[tuple[str, str]]:
        """Every line, for formats that print them as cells."""
        head = [
            (bilingual(_("Operator company")), self.company),
            ("RFC", self.rfc),
            (bilingual(_("Report")), self.title),
        ]
        return [*head, *self.lines]


def letterhead(report: Report, asked: Asked, spool: Spool, *, at: datetime, by: str) -> Letterhead:
    """The head of a report whose rows have been gathered."""
    company = OperatorCompany.objects.order_by("pk").first()
    made_at = f"{at.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d %H:%M %Z}"
    lines = [(bilingual(title), value) for title, value in said(report, asked)]
    lines += [
        (bilingual(_("Generated")), made_at),
        (bilingual(_("By")), by),
        (bilingual(_("Rows")), str(spool.count)),
    ]
    summed = [column for column in report.columns if column.is_summed]
    lines += [
        (f"{bilingual(_('Total'))}: {bilingual(column.title)}", printed(spool.totals[column.name], column.kind))
        for column in summed
        if column.name in spool.totals
    ]
    lines.append((bilingual(_("Content SHA-256")), spool.digest))
    return Letterhead(
        company=company.name if company else "",
        rfc=company.rfc if company else "",
        title=bilingual(report.title),
        lines=tuple(lines),
        digest=spool.digest,
        generated_at=made_at,
    )
