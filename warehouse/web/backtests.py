"""Back-tests: asked for, listed, and each on its page with charts, tables, its figures as a file, and the files that repeat it."""

from collections.abc import Mapping
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from inventory.errors import NotFound
from inventory.jobs import messages as nudges
from inventory.jobs import services as jobs
from inventory.models import BacktestResult, Client
from inventory.parties.roles import Can
from inventory.placement import backtests as services
from inventory.placement import repeating
from inventory.placement import selectors as placement
from inventory.placement.backtest_told import headline, remarks
from inventory.placement.engine.judged import LEAST_WEEKS, MOST_WEEKS
from inventory.placement.files import backtest as files
from inventory.places.clock import local_date
from inventory.web import offers
from inventory.web.access import WebAccess, WebRequest, requires
from inventory.web.actions import form_page, sent
from inventory.web.cells import TABLET, TABLET_NUMBER, WIDE
from inventory.web.columns import DayColumn, LinkColumn, MomentColumn, PercentColumn
from inventory.web.export import csv_response, xlsx_response
from inventory.web.formatting import percent_text
from inventory.web.forms import DateInput
from inventory.web.jobs import jobs_of, parts_of
from inventory.web.lists import Action, ListPage
from warehouse.web import backtest_facts as facts
from warehouse.web.backtest_charts import charts_of
from warehouse.web.scenario_words import number

NEWEST_JOBS = 3


class ShareColumn(PercentColumn):
    """A cost as a share of what was asked for, to the hundredth of a per cent."""

    def render(self, value: Any) -> str:
        """The share as per cent."""
        return percent_text(value, 2)


class BacktestTable(tables.Table):
    """Back-tests, newest first."""

    pk = LinkColumn(url=lambda row: reverse("warehouse:backtest", args=[row.pk]), verbose_name=_("Back-test"))
    client = tables.Column(accessor="client__name", verbose_name=_("Client"))
    weeks = tables.Column(verbose_name=_("Weeks"), attrs=TABLET_NUMBER)
    counted_from = DayColumn(verbose_name=_("From"), attrs=TABLET)
    engine_cost = ShareColumn(verbose_name=_("Engine"))
    rule_cost = ShareColumn(verbose_name=_("Best rule"))
    fill = PercentColumn(verbose_name=_("Served at once"), attrs=TABLET_NUMBER)
    created_at = MomentColumn(verbose_name=_("Made"), attrs=WIDE)
    actor_label = tables.Column(verbose_name=_("By"), attrs=WIDE)

    class Meta:
        order_by = "-pk"


class BacktestFilters(filters.FilterSet):
    """Whose, and which weeks."""

    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    since = filters.DateFilter("counted_from", lookup_expr="gte", label=_("From"), widget=DateInput)
    until = filters.DateFilter("counted_from", lookup_expr="lte", label=_("To"), widget=DateInput)


class BacktestList(ListPage):
    """Every back-test in scope."""

    capability = Can.SEE_PLACEMENT
    title = _("Back-tests")
    subtitle = _("What following the engine would have cost over past weeks, beside rules of thumb and what was done.")
    table_class, filterset_class = BacktestTable, BacktestFilters
    search_fields, search_hint = ("client__name", "actor_label"), _("Client or person")
    export_name = "backtests"
    empty_title = _("No back-test yet")
    empty_text = _(
        "Ask for one: the engine is played over a client's own past weeks, each decided with what was known then."
    )

    def rows(self) -> QuerySet[BacktestResult]:
        """Back-tests, newest first."""
        return placement.backtests(self.request.access.scope)

    def actions(self) -> list[Action]:
        """A new one; the placement it judges."""
        return [
            Action(_("New back-test"), reverse("warehouse:backtest_new"), "player-play", Can.RUN_PLACEMENT),
            Action(_("Recommendations"), reverse("warehouse:recommendations"), "target-arrow", tone=""),
        ]


class BacktestForm(forms.Form):
    """Whose weeks, how many of them, and the draw of lead times."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none(), empty_label=None)
    weeks = forms.IntegerField(
        label=_("Weeks to judge"), required=False, min_value=LEAST_WEEKS, max_value=MOST_WEEKS,
        help_text=_("The last ones of the history. Empty: 26, or fewer where it is short."),
    )  # fmt: skip
    seed = forms.IntegerField(
        label=_("Draw of lead times"), min_value=0, max_value=services.MOST_SEED, initial=0,
        help_text=_("The same number draws the same lead times; another one shows how much is chance."),
    )  # fmt: skip

    def __init__(self, *args: Any, access: WebAccess, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = access.scope.filter(Client.objects.filter(is_active=True), "pk").order_by(
            "name"
        )


@requires(Can.RUN_PLACEMENT)
def backtest_new(request: WebRequest) -> HttpResponse:
    """Ask for a back-test, and see how far the newest ones are."""
    form = BacktestForm(sent(request), access=request.access)

    def ask(given: dict[str, Any]) -> str:
        client, at = given["client"], timezone.now()
        found = services.bounds(client=client, as_of=local_date(at, "America/Mexico_City"))
        job = jobs.request(
            kind=services.KIND, title=now("Back-test of %(client)s") % {"client": client.name}, client=client,
            parameters={"weeks": services.checked_weeks(found, given["weeks"]), "seed": given["seed"]},
            actor=request.access.actor, at=at,
        )  # fmt: skip
        nudges.start(job)
        return reverse("warehouse:backtest_new")

    newest = jobs_of(request.access).filter(kind=services.KIND, requested_by=request.access.user_id)[:NEWEST_JOBS]
    return form_page(
        request, form, ask, template="warehouse/backtests/new.html", title=_("New back-test"), button=_("Compute"),
        button_icon="player-play", crumbs=[(_("Back-tests"), reverse("warehouse:backtests"))],
        cancel_url=reverse("warehouse:backtests"), jobs=[parts_of(job) for job in newest],
        lead=_(
            "Plays the last weeks of the client's own history again: the engine, tuned on the weeks before, beside weeks of supply,"
            " a normal base stock, all forward, and what was really done."
        ),
    )  # fmt: skip


def backtest_or_404(access: WebAccess, pk: int) -> BacktestResult:
    """The back-test, if this person may see it."""
    try:
        return placement.backtest(access.scope, pk)
    except NotFound as error:
        raise Http404 from error


@require_GET
@requires(Can.SEE_PLACEMENT)
def backtest_page(request: WebRequest, pk: int) -> HttpResponseBase:
    """One back-test: what came of it in words, costs, charts, measures, classes and the worst items; or the same as a file."""
    result = backtest_or_404(request.access, pk)
    figures, may_export = result.figures, request.access.can(Can.EXPORT)
    wanted = request.GET.get("export", "")
    if wanted in ("csv", "xlsx") and may_export:
        write = csv_response if wanted == "csv" else xlsx_response
        return write(f"backtest-{pk}", _file_rows(figures))
    page = {
        "title": now("Back-test %(number)s") % {"number": pk},
        "subtitle": result.client.name,
        "crumbs": [(_("Back-tests"), reverse("warehouse:backtests"))],
        "result": result,
        "has_inputs": request.access.can(Can.SEE_LEAD_TIMES),
        "can_export": may_export,
        "headline": headline(figures),
        "remarks": remarks(figures, result.parameters),
        "facts": facts.of(result),
        "lines": facts.lines(figures),
        "charts": charts_of(figures),
        "tables": [facts.measures(figures), facts.classes(figures), facts.worst(result)],
        "command": f"manage.py backtest_placement {facts.FOLDER.format(pk)}",
        "hashes": [(_("Hash of the inputs"), result.inputs_hash), (_("Version of the code"), result.code_version)],
    }
    return render(request, "warehouse/backtests/result.html", page)


@require_GET
@requires(Can.SEE_LEAD_TIMES)
def backtest_inputs(request: WebRequest, pk: int) -> HttpResponse:
    """The files that the back-test was computed from, in one archive, with the command that makes the same figures of them.

    Its network has the lead times that were learned from every client's shipments.
    """
    result = backtest_or_404(request.access, pk)
    name = facts.FOLDER.format(pk)
    told = (
        f"manage.py backtest_placement {name} --report report.json\n\n"
        f"{result.client.name} {result.first_review} {result.counted_from}\n{result.inputs_hash}\n{result.code_version}\n"
    )
    content = repeating.archive(placement.backtest_inputs(request.access.scope, result), told)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response


def _file_rows(figures: Mapping[str, Any]) -> list[list[Any]]:
    """The figures as a table with numbers as numbers."""
    rows = [list(files.COLUMNS)]
    for row in files.rows(figures):
        values = (row.get(column, "") for column in files.COLUMNS)
        rows.append([number(value) if isinstance(value, int | float) else value for value in values])
    return rows


urlpatterns = [
    path("placement/backtests/", BacktestList.as_view(), name="backtests"),
    path("placement/backtests/new/", backtest_new, name="backtest_new"),
    path("placement/backtests/<int:pk>/", backtest_page, name="backtest"),
    path("placement/backtests/<int:pk>/inputs/", backtest_inputs, name="backtest_inputs"),
]
