"""Comparisons of scenarios: listed, and one by one with charts, tables, and the same figures as a file."""

from collections.abc import Mapping
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from inventory.errors import NotFound
from inventory.models import ScenarioResult
from inventory.parties.roles import Can
from inventory.placement import selectors as placement
from inventory.placement.files import scenario_output
from inventory.templatetags import recinto as tags
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.cells import TABLET
from inventory.web.columns import DayColumn, LinkColumn, MomentColumn
from inventory.web.export import csv_response, xlsx_response
from inventory.web.formatting import DASH, percent_text, quantity_text
from inventory.web.forms import DateInput
from inventory.web.lists import ListPage
from warehouse.web.scenario_charts import charts_of
from warehouse.web.scenario_words import (
    BINDING,
    BREAK_EVENS,
    LINES,
    TOTALS,
    change_text,
    money,
    name_of,
    number,
    points,
)

MOST_MOVES = 25
SIDES = (
    _("Lead time to bond"), _("Lead time over the border"), _("US duty, mean"), _("Stock on hand"), _("Served at once"),
    _("Total cost"),
)  # fmt: skip


class ResultTable(tables.Table):
    """Comparisons, newest first."""

    pk = LinkColumn(url=lambda row: reverse("warehouse:scenario_result", args=[row.pk]), verbose_name=_("Comparison"))
    client = tables.Column(accessor="client__name", verbose_name=_("Client"))
    names = tables.Column(verbose_name=_("Scenarios"), orderable=False)
    as_of = DayColumn(verbose_name=_("As of"))
    created_at = MomentColumn(verbose_name=_("Made"), attrs=TABLET)
    actor_label = tables.Column(verbose_name=_("By"), attrs=TABLET)

    class Meta:
        order_by = "-pk"

    def render_names(self, value: list[str]) -> str:
        """The names of what was compared."""
        return ", ".join(value)


class ResultFilters(filters.FilterSet):
    """Whose, and as of when."""

    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    since = filters.DateFilter("as_of", lookup_expr="gte", label=_("From"), widget=DateInput)
    until = filters.DateFilter("as_of", lookup_expr="lte", label=_("To"), widget=DateInput)


class ResultList(ListPage):
    """Every comparison in scope."""

    capability = Can.SEE_PLACEMENT
    title = _("Comparisons of scenarios")
    table_class, filterset_class = ResultTable, ResultFilters
    search_fields, search_hint = ("client__name", "actor_label"), _("Client or person")
    empty_title = _("No comparison yet")

    def rows(self) -> QuerySet[ScenarioResult]:
        """Comparisons, newest first."""
        return placement.scenario_results(self.request.access.scope)

    def extra_context(self) -> dict[str, Any]:
        """The way back."""
        return {"crumbs": [(_("Scenarios"), reverse("warehouse:scenarios"))]}


@require_GET
@requires(Can.SEE_PLACEMENT)
def result_page(request: WebRequest, pk: int) -> HttpResponseBase:
    """Scenarios side by side: costs, differences with their errors, service, stock, drivers, moves; or the same as a file."""
    try:
        result = placement.scenario_result(request.access.scope, pk)
    except NotFound as error:
        raise Http404 from error
    figures, may_export = result.figures, request.access.can(Can.EXPORT)
    wanted = request.GET.get("export", "")
    if wanted in ("csv", "xlsx") and may_export:
        write = csv_response if wanted == "csv" else xlsx_response
        return write(f"scenarios-{pk}", _file_rows(figures))
    outcomes = figures["outcomes"]
    page = {
        "title": now("Comparison %(number)s") % {"number": pk},
        "subtitle": result.client.name,
        "crumbs": [
            (_("Scenarios"), reverse("warehouse:scenarios")), (_("Comparisons"), reverse("warehouse:scenario_results"))
        ],
        "result": result,
        "can_export": may_export,
        "facts": [
            (_("As of"), tags.day(result.as_of)),
            (_("Made"), tags.moment(result.created_at)),
            (_("By"), result.actor_label),
            (_("Weeks counted"), figures["weeks"]),
            (_("Items played"), _items(figures)),
            (_("Draws of lead times"), figures["replications"]),
        ],
        "changes": [
            (scenario["name"], [change_text(change) for change in scenario["overlay"]["changes"]])
            for scenario in result.parameters["scenarios"]
        ],
        "head": [name_of(outcome["name"]) for outcome in outcomes],
        "lines": [_line(outcomes, line, title) for line, title in {**LINES, **TOTALS}.items()],
        "sides_head": SIDES,
        "sides": _sides(outcomes),
        "charts": charts_of(figures),
        "turning": _turning(outcomes),
        "moves": [_moves(outcome) for outcome in outcomes[1:]],
        "hashes": [(_("Hash of the inputs"), result.inputs_hash), (_("Version of the code"), result.code_version)],
    }  # fmt: skip
    return render(request, "warehouse/scenarios/result.html", page)


def _items(figures: Mapping[str, Any]) -> str:
    """How many items were played, and which share of demand they are where they are not all."""
    if figures["items"] == figures["items_known"]:
        return str(figures["items"])
    shown = {
        "n": figures["items"], "all": figures["items_known"], "share": percent_text(number(figures["share_of_value"]))
    }  # fmt: skip
    return now("%(n)s of %(all)s, drawn by lot: %(share)s of demand by value") % shown


def _line(outcomes: list[dict[str, Any]], line: str, title: Any) -> tuple[Any, list[tuple[str, str]]]:
    """A cost line: what it is in each, and by how much it differs, give or take the standard error."""
    cells = []
    for n, outcome in enumerate(outcomes):
        values = outcome["lines"][line]
        delta = values["delta"]
        told = "" if n == 0 else f"{'+' if delta['mean'] > 0 else ''}{money(delta['mean'])} ± {money(delta['error'])}"
        cells.append((money(values["mean"]), told))
    return title, cells


def _sides(outcomes: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """What each is like, one row each: in the order of `SIDES`."""
    return [(name_of(outcome["name"]), _side(outcome)) for outcome in outcomes]


def _side(outcome: Mapping[str, Any]) -> list[str]:
    facts = outcome["facts"]
    return [
        now("%(n)s weeks") % {"n": quantity_text(number(facts["supply_weeks"]))},
        now("%(n)s weeks") % {"n": quantity_text(number(facts["crossing_weeks"]))},
        percent_text(number(facts["duty_rate"])),
        money(sum(outcome["stock"].values())),
        percent_text(number(outcome["lines"]["fill"]["mean"])),
        money(outcome["lines"]["total"]["mean"]),
    ]


def _turning(outcomes: list[dict[str, Any]]) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Of each scenario: what went forward before a change and what bound, and where the decision turns."""
    found = []
    for outcome in outcomes[1:]:
        facts: list[tuple[Any, str]] = []
        advance = outcome["advance"]
        if advance["wanted"]:
            facts = [
                (_("Worth shipping ahead"), now("%(n)s weeks") % {"n": quantity_text(number(advance["weeks"]))}),
                (_("Shipped ahead"), money(advance["sent"])),
                (_("What binds"), str(BINDING[advance["binding"]])),
            ]
        for name, value in outcome["break_evens"].items():
            is_share = name.startswith("probability")
            told = percent_text(number(value)) if is_share else points(value)
            facts.append((BREAK_EVENS[name], told if value is not None else str(_("never")) if is_share else DASH))
        if facts:
            found.append((outcome["name"], facts))
    return found


def _moves(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The moves that differ most, and how many do."""
    rows = [
        {**move, **{key: quantity_text(number(move[key])) for key in ("base", "value", "delta")}}
        for move in outcome["moves"][:MOST_MOVES]
    ]
    return {
        "name": outcome["name"], "count": outcome["moves_changed"], "levels": outcome["levels_changed"], "rows": rows
    }  # fmt: skip


def _file_rows(figures: Mapping[str, Any]) -> list[list[Any]]:
    """The figures as a table with numbers as numbers."""
    rows = [list(scenario_output.COLUMNS)]
    for row in scenario_output.rows(figures):
        values = (row.get(column, "") for column in scenario_output.COLUMNS)
        rows.append([number(value) if isinstance(value, int | float) else value for value in values])
    return rows


urlpatterns = [
    path("placement/scenarios/results/", ResultList.as_view(), name="scenario_results"),
    path("placement/scenarios/results/<int:pk>/", result_page, name="scenario_result"),
]
