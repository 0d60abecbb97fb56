"""Demand: what was asked of each item, week by week."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET
from django_filters import DateFilter, FilterSet, ModelChoiceFilter

from inventory.catalog.models import Item
from inventory.demand import selectors as demand
from inventory.demand.models import DemandRecord
from inventory.models import Market
from inventory.parties.roles import Can
from inventory.templatetags import recinto as tags
from inventory.web.access import WebRequest, requires
from inventory.web.columns import DayColumn, LinkColumn, QuantityColumn
from inventory.web.demand_charts import by_week, of_item
from inventory.web.formatting import percent_text, quantity_text
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage

TABLET = {"td": {"class": "d-none d-md-table-cell"}, "th": {"class": "d-none d-md-table-cell"}}
RIGHT_TABLET = {
    "td": {"class": "d-none d-md-table-cell text-end number"},
    "th": {"class": "d-none d-md-table-cell text-end"},
}


class DemandTable(tables.Table):
    """Items with demand, and how much."""

    item__sku = LinkColumn(
        url=lambda row: reverse("inventory:demand_item", args=[row["item_id"]]),
        verbose_name=_("SKU"),
        attrs={"td": {"class": "text-nowrap"}},
    )
    item__description = tables.Column(verbose_name=_("Description"), attrs=TABLET)
    client__name = tables.Column(verbose_name=_("Client"), attrs=TABLET)
    quantity = QuantityColumn(verbose_name=_("Asked"))
    weeks = tables.Column(verbose_name=_("Weeks with demand"), attrs=RIGHT_TABLET)
    markets = tables.Column(verbose_name=_("Markets"), attrs=RIGHT_TABLET)
    last_week = DayColumn(verbose_name=_("Last week"))

    class Meta:
        order_by = "item__sku"


class DemandFilters(FilterSet):
    """By market and span."""

    market = ModelChoiceFilter(label=_("Market"), queryset=Market.objects.order_by("name"))
    since = DateFilter(label=_("From"), field_name="week", lookup_expr="gte", widget=DateInput)
    until = DateFilter(label=_("To"), field_name="week", lookup_expr="lte", widget=DateInput)

    class Meta:
        model = DemandRecord
        fields = ["market"]


class DemandList(ListPage):
    """What was asked, item by item."""

    capability = Can.SEE_DEMAND
    title = _("Demand")
    subtitle = _("What US markets asked for, week by week.")
    table_class = DemandTable
    filterset_class = DemandFilters
    search_fields = ("item__sku", "item__description")
    search_hint = _("SKU or description")
    tie_breaker = ("item_id",)
    export_name = "demand"
    template_name = "inventory/demand/list.html"
    empty_title = _("No demand yet")
    empty_text = _("Import the history of orders or sales; recommendations grow from it.")

    def rows(self) -> QuerySet[DemandRecord]:
        """The weeks in scope."""
        return demand.records(self.request.access.scope).order_by()

    def searched(self, rows: Any) -> Any:
        """Weeks added up to one row for each item, in the order of the SKUs."""
        keys = ("item_id", "item__sku", "item__description", "client__name")
        sums = super().searched(rows).values(*keys).annotate(
            quantity=Sum("quantity"), weeks=Count("week", distinct=True), markets=Count("market", distinct=True),
            last_week=Max("week"),
        )  # fmt: skip
        return sums.order_by("item__sku", "item_id")

    def actions(self) -> list[Action]:
        """Import, and the empty file to fill in."""
        return [
            Action(
                pgettext_lazy("button", "Import"), reverse("inventory:demand_import"), "file-upload", Can.IMPORT_DEMAND
            ),
            Action(_("Orders"), reverse("inventory:demand_orders"), "list-details", Can.SEE_DEMAND, ""),
            Action(_("Accuracy"), reverse("inventory:report", args=["demand_accuracy"]), "target", Can.SEE_REPORTS, ""),
        ]

    def extra_context(self) -> dict[str, Any]:
        """Totals and the chart of all of it."""
        if self.request.htmx:
            return {}
        scope = self.request.access.scope
        totals = demand.records(scope).order_by().aggregate(
            items=Count("item", distinct=True), markets=Count("market", distinct=True), first=Min("week"), last=Max("week")
        )  # fmt: skip
        return {"totals": totals, "chart": by_week(scope)}


@require_GET
@requires(Can.SEE_DEMAND)
def demand_item(request: WebRequest, pk: int) -> HttpResponse:
    """The history of one item: by week and market, its totals, how well it was foretold."""
    scope = request.access.scope
    item = get_object_or_404(scope.filter(Item.objects.select_related("client")), pk=pk)
    records = demand.records(scope, item_id=item.pk)
    sums = records.order_by().aggregate(total=Sum("quantity"), weeks=Count("week", distinct=True), last=Max("week"))
    markets = list(
        records.order_by().values("market__name", "market__code", "market__primary_dc__name")
        .annotate(quantity=Sum("quantity"), weeks=Count("week", distinct=True), last_week=Max("week"))
        .order_by("-quantity", "market__code")
    )  # fmt: skip
    for market in markets:
        market["share"] = market["quantity"] / sums["total"] if sums["total"] else Decimal(0)
    judged = accuracy_of(request, item)
    page = {
        "title": item.sku,
        "subtitle": item.description,
        "crumbs": [(_("Demand"), reverse("inventory:demand"))],
        "item": item,
        "facts": [
            (_("Client"), item.client.name),
            (_("Asked"), quantity_text(sums["total"])),
            (_("Weeks with demand"), sums["weeks"]),
            (_("Last week"), tags.day(sums["last"])),
            (_("Weighted error (WAPE)"), percent_text(judged.get("wape"))),
            (_("Bias"), percent_text(judged.get("bias"))),
        ],
        "chart": of_item(scope, item),
        "markets": markets,
    }
    return render(request, "inventory/demand/item.html", page)


def accuracy_of(request: WebRequest, item: Item) -> dict[str, Any]:
    """How well an item's last weeks were foretold; nothing when it has no history."""
    rows = demand.forecast_accuracy(request.access.scope, client=item.client, before=timezone.localdate())
    return next((row for row in rows if row["item_id"] == item.pk), {})


urlpatterns = [
    path("demand/", DemandList.as_view(), name="demand"),
    path("demand/items/<int:pk>/", demand_item, name="demand_item"),
]
