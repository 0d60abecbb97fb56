"""Reports on pages: what there is, each as a table with its question, and as a file written in the background."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from inventory.errors import DomainError, InvalidInputs
from inventory.jobs import messages as nudges
from inventory.models import Client, Site
from inventory.parties.roles import Can
from inventory.reference.models import Regime
from inventory.reports import asking, registry, selectors, services
from inventory.reports.asking import TITLES
from inventory.reports.shapes import FORMATS, Ask, Report
from inventory.web.access import WebAccess, WebRequest, refuse_unless, requires
from inventory.web.charts import Chart
from inventory.web.forms import DateInput
from inventory.web.jobs import parts_of
from inventory.web.lists import SEARCH_MAX, ListPage
from inventory.web.report_charts import chart_of
from inventory.web.report_tables import as_dicts, matching, table_of

# As many rows as a page reads and sorts; a file has them all.
MOST_ROWS = 2000
FORMAT_ICONS = {"csv": "file-type-csv", "xlsx": "file-spreadsheet", "pdf": "file-type-pdf"}
ICONS = {
    "bonded_balance": "stack-2", "deadlines": "calendar-due", "entries": "file-invoice",
    "exits_of_entry": "arrows-exchange", "entries_of_exit": "arrows-exchange", "kardex": "notes",
    "stock_by_site": "building-warehouse", "stock_card": "clipboard-list", "reconciliation": "scale",
    "exposure": "chart-bar", "demand_accuracy": "target", "in_transit": "route", "flows": "sitemap",
}  # fmt: skip


class Question(forms.Form):
    """What a report asks, as fields; only those it knows are there."""

    def __init__(self, data: QueryDict, *, report: Report, access: WebAccess) -> None:
        super().__init__(data)
        for ask in report.asks:
            field = _field(ask, access)
            if field is not None:
                field.label, field.required = TITLES[ask], False
                self.fields[ask.value] = field


class Filters:
    """The question of a report in the shape in which a list page knows its filters."""

    def __init__(self, form: Question, rows: list[dict[str, Any]]) -> None:
        self.form, self.qs = form, rows


def _field(ask: Ask, access: WebAccess) -> forms.Field | None:
    """The field for one parameter; none for the client where there is nothing to choose."""
    if ask in asking.DATES:
        return forms.DateField(widget=DateInput)
    if ask is Ask.CLIENT:
        rows = access.scope.filter(Client.objects.all(), "pk")
        return _choice(rows.values_list("code", "name")) if len(rows[:2]) > 1 else None
    if ask is Ask.SITE:
        held = Site.objects.filter(is_active=True, kind__in=(Site.Kind.BONDED, Site.Kind.US_DC))
        return _choice(held.order_by("name").values_list("code", "name"))
    if ask is Ask.REGIME:
        codes = Regime.objects.filter(valid_to__isnull=True).order_by("code")
        return _choice([(regime.code, f"{regime.code} · {regime.name}") for regime in codes])
    return forms.CharField(max_length=asking.LONGEST_TEXT)


def _choice(choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", "—"), *choices])


class ReportPage(ListPage):
    """One report: its question, its chart, its rows, and the buttons that make files of it."""

    template_name = "inventory/reports/report.html"
    # A report's rows are found by their texts, not by fields of a model.
    search_fields = ("*",)
    search_hint = _("SKU, pedimento, client…")
    empty_title = _("No rows answer this")
    empty_text = _("Ask about another day, or about less.")

    def setup(self, request: WebRequest, *args: Any, **kwargs: Any) -> None:
        """Find the report first: it says who may see it."""
        super().setup(request, *args, **kwargs)
        try:
            self.report = registry.report(kwargs["code"])
        except DomainError as error:
            raise Http404 from error
        self.title, self.subtitle, self.capability = self.report.title, self.report.description, self.report.needs
        self.refusal: DomainError | None = None
        self.has_more = False

    def dispatch(self, request: WebRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Reports are for those who may read reports, each for those who may see what is in it."""
        refuse_unless(request, Can.SEE_REPORTS)
        return super().dispatch(request, *args, **kwargs)

    @property
    def table_class(self) -> type[tables.Table]:  # type: ignore[override]
        """The table of this report's columns."""
        return table_of(self.report)

    def filterset_class(self, data: QueryDict, rows: list[dict[str, Any]], request: WebRequest) -> Filters:  # type: ignore[override]
        """The question, in place of filters."""
        return Filters(Question(data, report=self.report, access=request.access), rows)

    @cached_property
    def answered(self) -> list[dict[str, Any]]:
        """The rows that answer the question; none, and why, when it cannot be answered."""
        try:
            asked = asking.read(
                self.report, self.request.GET.dict(), scope=self.request.access.scope, at=timezone.now()
            )
            rows, self.has_more = selectors.preview(self.report, asked, MOST_ROWS)
        except InvalidInputs as error:
            self.refusal = error
            return []
        return as_dicts(self.report, rows)

    def rows(self) -> list[dict[str, Any]]:
        """Every row that a page shows."""
        return self.answered

    def searched(self, rows: Any) -> Sequence[dict[str, Any]]:
        """The rows whose texts have every word of the search."""
        return matching(rows, self.request.GET.get("q", "")[:SEARCH_MAX].split())

    def extra_context(self) -> dict[str, Any]:
        """The chart, the formats, and what was wrong with the question."""
        waiting = self.refusal is not None and all(error.rule == "required" for error in self.refusal.errors)
        return {
            "report": self.report,
            "chart": self.chart(),
            "refusal": None if waiting else self.refusal,
            "is_waiting": waiting,
            "has_more": self.has_more,
            "most_rows": MOST_ROWS,
            "crumbs": [(_("Reports"), reverse("inventory:reports"))],
            "formats": [(form, FORMAT_ICONS[form]) for form in FORMATS],
            "may_export": self.request.access.can(Can.EXPORT),
            "question": [(name, value) for name, value in self.request.GET.items() if name in set(Ask)],
        }

    def chart(self) -> Chart | None:
        """The picture of the rows, if the report has one."""
        return chart_of(self.report.code, self.answered)


@require_GET
@requires(Can.SEE_REPORTS)
def report_index(request: WebRequest) -> HttpResponseBase:
    """Every report this person may read, in a sentence each, and the newest files."""
    page = {
        "title": _("Reports"),
        "reports": [(report, ICONS.get(report.code, "report")) for report in registry.reports_for(request.access)],
        "files": [parts_of(job) for job in selectors.exports_for(request.user)[:5]],
    }
    return render(request, "inventory/reports/index.html", page)


@require_POST
@requires(Can.EXPORT)
def report_export(request: WebRequest, code: str) -> HttpResponse:
    """Have a worker write the report as a file; its progress shows on the page, or on the job's own."""
    try:
        refuse_unless(request, registry.report(code).needs)
        job = services.request_export(
            code=code,
            form=request.POST.get("format", ""),
            values=request.POST.dict(),
            scope=request.access.scope,
            actor=request.access.actor,
            at=timezone.now(),
        )
    except DomainError as error:
        if error.status == 404:
            raise Http404 from error
        return render(request, "components/_refusal.html", {"refusal": named(error)}, status=error.status)
    nudges.start(job)
    if request.htmx:
        return render(request, "components/_job.html", parts_of(job))
    return redirect("inventory:job", job.pk)


def named(error: DomainError) -> DomainError:
    """The same refusal with the fields under the names people see."""
    if isinstance(error, InvalidInputs):
        names = {str(ask): str(title) for ask, title in TITLES.items()}
        return InvalidInputs([one.at(names.get(one.field, one.field)) for one in error.errors])
    return error


urlpatterns = [
    path("reports/", report_index, name="reports"),
    path("reports/<slug:code>/", ReportPage.as_view(), name="report"),
    path("reports/<slug:code>/export/", report_export, name="report_export"),
]
