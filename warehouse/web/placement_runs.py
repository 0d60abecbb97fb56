"""Runs of the engine: asking for one, watching it, and reading what it was fed with and what it found."""

from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import Count, F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from inventory.errors import InvalidInput, NotFound
from inventory.jobs import messages as nudges
from inventory.models import Client, PlacementLevel, PlacementRun
from inventory.parties.roles import Can
from inventory.placement import asking, events_told, explain, limits_told, repeating
from inventory.placement import selectors as placement
from inventory.templatetags import recinto as tags
from inventory.units import MONEY_SCALE
from inventory.web import offers
from inventory.web.access import WebAccess, WebRequest, requires
from inventory.web.actions import form_page
from inventory.web.cells import TABLET, TABLET_NUMBER, TABLET_NUMBER_WRAPPED, WIDE_NUMBER, PairColumn
from inventory.web.columns import RIGHT, DayColumn, LinkColumn, MomentColumn, MoneyColumn, PercentColumn, QuantityColumn
from inventory.web.formatting import quantity_text
from inventory.web.forms import DateInput
from inventory.web.jobs import jobs_of, parts_of
from inventory.web.lists import Action, ListPage
from warehouse.web import run_facts
from warehouse.web.placement_facts import estimate_text

NEWEST_JOBS = 3


class RunTable(tables.Table):
    """Runs, newest first."""

    pk = LinkColumn(url=lambda run: reverse("warehouse:placement_run", args=[run.pk]), verbose_name=_("Run"))
    client = tables.Column(accessor="client__name", verbose_name=_("Client"))
    as_of = DayColumn(verbose_name=_("As of"))
    proposals = tables.Column(verbose_name=_("Recommendations"), attrs=RIGHT)
    created_at = MomentColumn(verbose_name=_("Made"), attrs=TABLET)
    actor_label = tables.Column(verbose_name=_("By"), attrs=TABLET)

    class Meta:
        order_by = "-pk"


class RunFilters(filters.FilterSet):
    """Whose, and as of when."""

    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    since = filters.DateFilter("as_of", lookup_expr="gte", label=_("From"), widget=DateInput)
    until = filters.DateFilter("as_of", lookup_expr="lte", label=_("To"), widget=DateInput)


class RunList(ListPage):
    """Every run in scope."""

    capability = Can.SEE_PLACEMENT
    title = _("Placement runs")
    table_class, filterset_class = RunTable, RunFilters
    search_fields = ("client__name", "actor_label")
    search_hint = _("Client or person")
    empty_title = _("No run yet")
    empty_text = _("The first run needs demand history and lanes from a bonded zone to distribution centers.")

    def rows(self) -> QuerySet[PlacementRun]:
        """Runs with the number of their recommendations."""
        return placement.runs(self.request.access.scope).annotate(proposals=Count("recommendations"))

    def actions(self) -> list[Action]:
        """A new one; what following them would have cost."""
        return [
            Action(_("Run placement"), reverse("warehouse:placement_new"), "player-play", Can.RUN_PLACEMENT),
            Action(_("Back-tests"), reverse("warehouse:backtests"), "chart-dots", tone=""),
        ]


class RunForm(forms.Form):
    """Whose, as of when, and the numbers people may want to change."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none())
    as_of = forms.DateField(label=_("As of"), required=False, widget=DateInput, help_text=_("Empty: today."))
    phi = forms.DecimalField(
        label=_("Hold-back factor"), required=False, min_value=0, max_value=16,
        help_text=_("Above 1 keeps more in bond, below 1 pushes more forward. Empty: as tuned by rehearsing the past."),
    )  # fmt: skip
    capital_rate_per_year = forms.DecimalField(
        label=_("Capital rate a year"), required=False, min_value=0, max_value=1,
        help_text=_("0.12 is 12 %. Empty: 12 %."),
    )  # fmt: skip
    budget = forms.DecimalField(
        label=_("Budget, USD"), required=False, min_value=1, max_value=10**12, decimal_places=MONEY_SCALE,
        help_text=_("The most that all stock may be worth, on hand and on the way. Empty: no limit."),
    )  # fmt: skip

    def __init__(self, *args: Any, access: WebAccess, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = access.scope.filter(Client.objects.filter(is_active=True), "pk").order_by("name")
        self.fields["client"].queryset = clients
        if len(only := clients[:2]) == 1:
            self.fields["client"].initial = only[0].pk
            self.fields["client"].widget = forms.HiddenInput()


@requires(Can.RUN_PLACEMENT)
def placement_new(request: WebRequest) -> HttpResponse:
    """The page that starts a run and shows how far the newest ones are."""
    form = RunForm(request.POST or None, access=request.access)

    def ask(given: dict[str, Any]) -> str:
        client = given.pop("client")
        if not request.access.scope.allows(client.pk):
            raise InvalidInput(now("There is no client %(value)s."), field="client", value=client.pk, rule="choice")
        stated = {name: value for name, value in given.items() if value}
        job = asking.ask_for_run(client=client, parameters=stated, at=timezone.now(), actor=request.access.actor)
        nudges.start(job)
        return reverse("warehouse:placement_new")

    newest = jobs_of(request.access).filter(kind=asking.RUN, requested_by=request.access.user_id)[:NEWEST_JOBS]
    return form_page(
        request, form, ask, template="warehouse/placement/new.html", title=_("Run placement"),
        button=pgettext_lazy("button", "Run"),
        button_icon="player-play", crumbs=[(_("Recommendations"), reverse("warehouse:recommendations"))],
        cancel_url=reverse("warehouse:recommendations"), jobs=[parts_of(job) for job in newest],
        lead=_("Reads demand, stock, what is on the road and the deadlines under bond, and says what to move next."),
    )  # fmt: skip


def run_or_404(access: WebAccess, pk: int) -> PlacementRun:
    """The run, if this person may see it."""
    try:
        return placement.run(access.scope, pk)
    except NotFound as error:
        raise Http404 from error


@require_GET
@requires(Can.SEE_PLACEMENT)
def run_page(request: WebRequest, pk: int) -> HttpResponse:
    """One run: what it was fed with, what it found, what it could not settle."""
    run = run_or_404(request.access, pk)
    counts = placement.recommendations(request.access.scope, run=run).order_by()
    states = dict(counts.values_list("state").annotate(n=Count("pk")))
    page = {
        "title": now("Run %(number)s") % {"number": run.pk},
        "subtitle": run.client.name,
        "crumbs": [(_("Placement runs"), reverse("warehouse:placement_runs"))],
        "run": run,
        "facts": [
            (_("As of"), tags.day(run.as_of)),
            (_("Made"), tags.moment(run.created_at)),
            (_("By"), run.actor_label),
            (_("Recommendations"), sum(states.values())),
            (_("Accepted"), states.get("accepted", 0)),
            (_("Refused"), states.get("refused", 0)),
            (_("Levels"), placement.levels(request.access.scope, run=run).count()),
        ],
        "hashes": [(_("Hash of the inputs"), run.inputs_hash), (_("Version of the code"), run.code_version)],
        "parameters": run_facts.parameters(run),
        "metrics": run_facts.totals(run),
        "classes": run_facts.tuned_classes(run),
        "exceptions": exceptions_of(request.access, run),
        "events": events_told.sentences(run.metrics),
        "limits": limits_told.sentences(run.metrics),
        "has_inputs": request.access.can(Can.SEE_LEAD_TIMES) and run.inputs.exists(),
        "not_planned": run.metrics.get("not_planned", []),
    }
    return render(request, "warehouse/placement/run.html", page)


@require_GET
@requires(Can.SEE_LEAD_TIMES)
def run_inputs(request: WebRequest, pk: int) -> HttpResponse:
    """The files that the run was computed from, in one archive, with the command that makes the same run of them.

    Its network has the lead times that were learned from every client's shipments.
    """
    run = run_or_404(request.access, pk)
    files = placement.inputs(request.access.scope, run)
    if not files:
        raise Http404
    told = f"{repeating.command(files)}\n\n{run.client.name} {run.as_of}\n{run.inputs_hash}\n{run.code_version}\n"
    response = HttpResponse(repeating.archive(files, told), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="placement-run-{run.pk}.zip"'
    return response


def exceptions_of(access: WebAccess, run: PlacementRun) -> list[dict[str, Any]]:
    """What the moves of a run do not settle, each in a sentence."""
    return [
        {
            **row,
            "quantity": quantity_text(Decimal(str(row["quantity"]))),
            "reason": explain.REASONS.get(row["reason_code"], row["reason_code"]),
            "text": explain.sentence(row["explanation"]),
        }
        for row in placement.exceptions(access.scope, run)
    ]


class EstimateColumn(QuantityColumn):
    """An estimated quantity: drawn with one decimal, exported whole."""

    def render(self, value: Decimal, record: PlacementLevel) -> str:
        """The number with one decimal."""
        return estimate_text(value)


class LevelTable(tables.Table):
    """Levels of a run."""

    item = PairColumn(
        accessor="item__sku",
        verbose_name=_("SKU"),
        below=lambda level: level.item.description,
        url=lambda level: reverse("warehouse:placement_item", args=[level.item_id]),
    )
    site = tables.Column(accessor="site__name", verbose_name=_("Site"))
    order_up_to = QuantityColumn(verbose_name=_("Order up to"))
    position = QuantityColumn(verbose_name=_("Position"))
    safety_stock = EstimateColumn(verbose_name=_("Safety stock"), attrs=TABLET_NUMBER)
    reorder_point = EstimateColumn(verbose_name=_("Reorder point"), attrs=WIDE_NUMBER)
    expected_demand = EstimateColumn(verbose_name=_("Expected demand"), attrs=WIDE_NUMBER)
    protection_weeks = EstimateColumn(verbose_name=_("Weeks to cover"), attrs=WIDE_NUMBER)
    expected_fill = PercentColumn(verbose_name=_("Expected fill if bond supplies"), attrs=TABLET_NUMBER_WRAPPED)
    expected_weekly_cost_usd = MoneyColumn(verbose_name=_("Cost, USD a week"), attrs=WIDE_NUMBER)

    class Meta:
        order_by = ("item", "site")


class LevelFilters(filters.FilterSet):
    """Where, what, and whether the site owns less than it ought to."""

    site = filters.ModelChoiceFilter(queryset=offers.sites, label=_("Site"))
    item = filters.CharFilter("item__sku", lookup_expr="istartswith", label=_("SKU begins with"))
    below = filters.BooleanFilter(method="by_position", label=_("Below its level"))

    def by_position(self, rows: QuerySet[PlacementLevel], _name: str, value: bool) -> QuerySet[PlacementLevel]:
        """Levels the site's position does not reach, or those it does."""
        short = {"position__lt": F("order_up_to")}
        return rows.filter(**short) if value else rows.exclude(**short)


class LevelList(ListPage):
    """What each site ought to own of each item, as one run computed it."""

    capability = Can.SEE_PLACEMENT
    title = _("Levels")
    table_class, filterset_class = LevelTable, LevelFilters
    search_fields = ("item__sku", "item__description", "site__name")
    search_hint = _("SKU or site")
    export_name = "levels"
    empty_title = _("This run has no levels")

    def rows(self) -> QuerySet[PlacementLevel]:
        """The levels of the run."""
        self.run = run_or_404(self.request.access, self.kwargs["pk"])
        return placement.levels(self.request.access.scope, run=self.run)

    def extra_context(self) -> dict[str, Any]:
        """The way back to the run."""
        run = now("Run %(number)s") % {"number": self.run.pk}
        return {
            "crumbs": [(run, reverse("warehouse:placement_run", args=[self.run.pk]))],
            "subtitle": self.run.client.name,
        }


urlpatterns = [
    path("placement/runs/", RunList.as_view(), name="placement_runs"),
    path("placement/runs/new/", placement_new, name="placement_new"),
    path("placement/runs/<int:pk>/", run_page, name="placement_run"),
    path("placement/runs/<int:pk>/inputs/", run_inputs, name="placement_inputs"),
    path("placement/runs/<int:pk>/levels/", LevelList.as_view(), name="placement_levels"),
]
