"""What is wrong and who must act by when: the list, one finding, and saying what was done about it."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.findings import selectors as findings
from inventory.findings import services as books
from inventory.findings.catalogue import CATALOGUE, entry, sentence
from inventory.models import Finding
from inventory.parties.roles import Can
from inventory.templatetags.recinto import badge, deadline, moment, status
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, sent
from inventory.web.cells import TABLET, WIDE
from inventory.web.columns import DeadlineColumn, MomentColumn
from inventory.web.formatting import readable
from inventory.web.forms import ReasonField
from inventory.web.lists import ListPage
from inventory.web.places_of import found, site_codes

ICONS = {"critical": "alert-circle", "warning": "alert-triangle", "info": "info-circle"}


class FindingTable(tables.Table):
    """Findings, most urgent first."""

    severity = tables.Column(verbose_name=_("Urgency"), order_by="urgency")
    code = tables.Column(verbose_name=_("What is wrong"))
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=WIDE)
    due_on = DeadlineColumn(verbose_name=_("Act by"))
    opened_at = MomentColumn(verbose_name=_("Since"), attrs=TABLET)

    def render_severity(self, record: Finding) -> Any:
        """How urgent, by word and sign."""
        if record.closed_at:
            return badge(_("closed"), "neutral", "check")
        tone = {"critical": "danger", "warning": "warning"}.get(record.severity, "info")
        return badge(record.get_severity_display(), tone, ICONS[record.severity])

    def render_code(self, record: Finding) -> Any:
        """What it is called, and its sentence with the numbers."""
        return format_html(
            '<div class="text-start"><a class="row-link" href="{}">{}</a><div>{}</div></div>',
            reverse("inventory:finding", args=[record.pk]),
            entry(record.code).title,
            sentence(record, readable),
        )

    def value_code(self, record: Finding) -> str:
        """The sentence."""
        return sentence(record, readable)


class FindingFilters(filters.FilterSet):
    """How urgent, which kind, whose, open or closed."""

    severity = filters.ChoiceFilter(choices=Finding.Severity.choices, label=_("Urgency"))
    code = filters.ChoiceFilter(
        choices=lambda: sorted(((code, one.title) for code, one in CATALOGUE.items()), key=lambda pair: str(pair[1])),
        label=_("What is wrong"),
    )
    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    closed = filters.BooleanFilter(method="by_state", label=_("Closed"))

    def by_state(self, rows: QuerySet[Finding], _name: str, value: bool) -> QuerySet[Finding]:
        """Closed ones, or open ones."""
        return rows.filter(closed_at__isnull=not value)


class FindingList(ListPage):
    """What someone must act on."""

    capability, title = Can.SEE_FINDINGS, _("Findings")
    table_class, filterset_class = FindingTable, FindingFilters
    search_fields, search_hint = ("subject", "resolution", "site_code"), _("Subject or site")
    export_name = "findings"
    empty_title, empty_text = (
        _("Nothing to act on"),
        _("What the books find wrong appears here, and stays until explained."),
    )

    def rows(self) -> QuerySet[Finding]:
        """Open ones, unless the filter asks for closed ones."""
        access, asks = self.request.access, self.request.GET.get("closed") == "true"
        codes = site_codes(access)
        if not asks:
            return findings.open_findings(access.scope, codes)
        return findings.findings(access.scope, codes)


class ClosingForm(forms.Form):
    """What was done about it."""

    resolution = ReasonField(label=_("What was done about it"))


@requires(Can.SEE_FINDINGS)
def finding_page(request: WebRequest, pk: int) -> HttpResponse:
    """One finding: what happened, what to do, and the form that closes it."""
    access = request.access
    finding = found(access, findings.findings(access.scope, site_codes(access)).filter(pk=pk).first())
    may_close = access.can(Can.RESOLVE_FINDING) and finding.closed_at is None
    is_somebody_elses = finding.code == "job_failed" and not access.can(Can.ADMINISTER)  # the job, not the finding
    if request.method == "POST" and not may_close:
        raise PermissionDenied
    url = reverse("inventory:findings")

    def close(values: dict[str, Any]) -> str:
        books.close(finding=finding, at=timezone.now(), actor=access.actor, resolution=values["resolution"])
        messages.success(request, gettext("The finding is closed."))
        return url

    return form_page(
        request,
        ClosingForm(sent(request)),
        close,
        template="inventory/findings/finding.html",
        title=entry(finding.code).title,
        crumbs=[(_("Findings"), url)],
        finding=finding,
        sentence=sentence(finding, readable),
        advice=entry(finding.code).advice,
        may_close=may_close,
        facts=[
            (_("Urgency"), status(finding.severity, finding.get_severity_display())),
            (_("Client"), finding.client),
            (_("Site"), finding.site_code),
            (_("Act by"), deadline(finding.due_on)),
            (_("Since"), moment(finding.opened_at)),
            (_("Closed by"), finding.closed_by),
            (_("Closed"), moment(finding.closed_at)),
        ],
        thing_url="" if is_somebody_elses else thing_url(finding),
    )


def thing_url(finding: Finding) -> str:
    """Where the thing a finding is about is to be seen; empty where it has no page."""
    kind, _slash, rest = finding.subject.partition("/")
    name = rest.split("/", 1)[0]
    pages = {
        "pedimento": ("inventory:pedimento", name),
        "receipt": ("warehouse:receipt", name),
        "shipment": ("warehouse:shipment", name),
        "count": ("warehouse:count", name),
    }
    if kind in pages and name:
        return reverse(pages[kind][0], args=[pages[kind][1]])
    if kind in ("bonded_lot", "job") and name.isdecimal():
        return reverse(f"inventory:{kind}", args=[int(name)])
    return {"difference": reverse("inventory:differences"), "notice": reverse("inventory:notices")}.get(kind, "")


urlpatterns = [
    path("findings/", FindingList.as_view(), name="findings"),
    path("findings/<int:pk>/", finding_page, name="finding"),
]
