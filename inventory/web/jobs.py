"""Background work: what one asked for, how far it is, its file, and how to stop it."""

from pathlib import PurePath
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django_filters import ChoiceFilter, FilterSet

from inventory.errors import DomainError
from inventory.jobs import selectors, services
from inventory.jobs.models import Job
from inventory.parties.roles import Can
from inventory.templatetags import recinto as tags
from inventory.web.access import WebAccess, WebRequest, refuse_unless, requires
from inventory.web.columns import LinkColumn, MomentColumn, StatusColumn
from inventory.web.links import link_to
from inventory.web.lists import ListPage

ASKERS = (Can.EXPORT, Can.IMPORT_DEMAND, Can.RUN_PLACEMENT)
TABLET = {"td": {"class": "d-none d-md-table-cell"}, "th": {"class": "d-none d-md-table-cell"}}
KINDS = {
    "report_export": _("Report"),
    "demand_import": _("Import of demand"),
    "order_import": _("Import of orders"),
    "placement_run": _("Placement run"),
    "lead_times": _("Lead times"),
    "scenario_comparison": _("Comparison of scenarios"),
    "placement_backtest": _("Back-test"),
}
# Where the work of a kind shows, whichever job did it.
RESULT_PAGES = {
    "demand_import": "inventory:demand",
    "order_import": "inventory:demand_orders",
    "lead_times": "warehouse:lead_times",
}
# Numbers of a result that are worth a line of their own.
RESULTS = {
    "rows": _("Rows"),
    "added": _("Lines added"),
    "changed": _("Lines changed"),
    "weeks": _("Weeks written"),
    "bad_rows": _("Rows left out"),
    "first_week": _("First week"),
    "last_week": _("Last week"),
    "returns_dropped": _("Returns without demand"),
    "recommendations": _("Recommendations"),
    "levels": _("Levels"),
    "lanes": _("Lanes"),
    "learned": _("Of them learned"),
    "digest": _("Content SHA-256"),
}


def jobs_of(access: WebAccess) -> QuerySet[Job]:
    """The jobs a person may look at, whichever client is chosen at the top: their own; an administrator sees everyone's."""
    everyone = access.can(Can.ADMINISTER)
    return selectors.jobs_for(access.full_scope, None if everyone else access.user_id)


def job_or_404(request: WebRequest, pk: int) -> Job:
    """The job, if this person may look at it."""
    return get_object_or_404(jobs_of(request.access), pk=pk)


def parts_of(job: Job) -> dict[str, Any]:
    """What components/_job.html needs to draw a job and keep asking about it."""
    has_file = bool(job.state == Job.State.DONE and job.result_file)
    return {
        "job": job,
        "job_url": reverse("inventory:job_progress", args=[job.pk]),
        "cancel_url": reverse("inventory:job_cancel", args=[job.pk]),
        "file_url": reverse("inventory:job_file", args=[job.pk]) if has_file else "",
        "result_url": result_url(job),
        "waits_for": selectors.in_front_of(job),
    }


def result_url(job: Job) -> str:
    """The page that shows what a finished job did; empty when its file is all there is."""
    if job.state != Job.State.DONE:
        return ""
    if job.kind in RESULT_PAGES:
        return link_to(RESULT_PAGES[job.kind])
    compared = getattr(job, "scenario_result", None)
    if compared:
        return link_to("warehouse:scenario_result", compared.pk)
    tested = getattr(job, "backtest", None)
    if tested:
        return link_to("warehouse:backtest", tested.pk)
    run = getattr(job, "placement_run", None)
    return link_to("warehouse:placement_run", run.pk) if run else ""


class JobTable(tables.Table):
    """Jobs, newest first."""

    title = LinkColumn(url=lambda job: reverse("inventory:job", args=[job.pk]), verbose_name=_("Work"))
    kind = tables.Column(verbose_name=_("Kind"), attrs=TABLET)
    state = StatusColumn(verbose_name=_("State"))
    requested_label = tables.Column(verbose_name=_("Asked by"), attrs=TABLET)
    requested_at = MomentColumn(verbose_name=_("Asked"), attrs=TABLET)
    result_file = tables.Column(verbose_name=_("File"), orderable=False, empty_values=(None,))

    class Meta:
        order_by = "-requested_at"

    def render_kind(self, value: str) -> str:
        """The kind in words."""
        return str(KINDS.get(value, value))

    def render_result_file(self, record: Job) -> str:
        """The way to the file, once there is one."""
        url = parts_of(record)["file_url"]
        return tags.format_html('<a href="{}">{}</a>', url, now("Download")) if url else ""

    def value_result_file(self, value: Any) -> str:
        """The file's name."""
        return PurePath(value.name).name if value else ""


class JobFilters(FilterSet):
    """By state."""

    state = ChoiceFilter(label=_("State"), choices=Job.State.choices)
    kind = ChoiceFilter(label=_("Kind"), choices=list(KINDS.items()))

    class Meta:
        model = Job
        fields = ["state", "kind"]


class JobList(ListPage):
    """The work one asked for."""

    capability = ASKERS
    title = _("Background work")
    table_class = JobTable
    filterset_class = JobFilters
    search_fields = ("title", "requested_label")
    search_hint = _("Title")
    empty_title = _("No background work yet")
    empty_text = _("Exports, imports and placement runs show here while they are done, and afterwards.")

    def rows(self) -> QuerySet[Job]:
        """Own jobs; everyone's for an administrator."""
        return jobs_of(self.request.access)


@require_GET
@requires(*ASKERS)
def job_page(request: WebRequest, pk: int) -> HttpResponse:
    """One job: progress, result, the rows it could not take."""
    job = job_or_404(request, pk)
    facts = [
        (_("Kind"), KINDS.get(job.kind, job.kind)),
        (_("Client"), job.client.name if job.client else _("All clients")),
        (_("Asked by"), job.requested_label),
        (_("Asked"), tags.moment(job.requested_at)),
        (_("Started"), tags.moment(job.started_at)),
        (_("Finished"), tags.moment(job.finished_at)),
        (_("Attempts"), job.attempts),
    ]
    facts += [(title, job.result[name]) for name, title in RESULTS.items() if job.result.get(name) not in (None, "")]
    page = {
        "title": job.title,
        "crumbs": [(_("Background work"), reverse("inventory:jobs"))],
        "facts": facts,
        "errors": errors_of(job),
        **parts_of(job),
    }
    return render(request, "inventory/jobs/job.html", page)


def errors_of(job: Job) -> list[dict[str, Any]]:
    """The rows a job could not take: row, field, value, rule and sentence of each."""
    errors = job.result.get("errors") or []
    return [error for error in errors if isinstance(error, dict)]


@require_GET
@requires(*ASKERS)
def job_progress(request: WebRequest, pk: int) -> HttpResponse:
    """The part of a page that shows how far a job is; the whole page is drawn again once it has ended badly."""
    job = job_or_404(request, pk)
    response = render(request, "components/_job.html", parts_of(job))
    if job.is_finished and request.htmx and reverse("inventory:job", args=[pk]) in (request.htmx.current_url or ""):
        response["HX-Refresh"] = "true"
    return response


@require_POST
@requires(*ASKERS)
def job_cancel(request: WebRequest, pk: int) -> HttpResponse:
    """Stop a job and go back to where one came from."""
    job = job_or_404(request, pk)
    try:
        services.cancel(job=job, at=timezone.now())
        messages.success(request, now("The work stops."))
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect("inventory:job", pk)


@require_GET
@requires(*ASKERS)
def job_file(request: WebRequest, pk: int) -> FileResponse:
    """The file a job made, as a download."""
    refuse_unless(request, Can.EXPORT)
    job = job_or_404(request, pk)
    name = job.result_file.name
    if not name or not job.result_file.storage.exists(name):
        raise Http404
    return FileResponse(job.result_file.open("rb"), as_attachment=True, filename=PurePath(name).name)


urlpatterns = [
    path("jobs/", JobList.as_view(), name="jobs"),
    path("jobs/<int:pk>/", job_page, name="job"),
    path("jobs/<int:pk>/progress/", job_progress, name="job_progress"),
    path("jobs/<int:pk>/cancel/", job_cancel, name="job_cancel"),
    path("jobs/<int:pk>/file/", job_file, name="job_file"),
]
