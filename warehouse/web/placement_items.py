"""One item for its planner: demand and forecast, levels, stock, layers, moves, and the sentence behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from inventory.customs import selectors as customs
from inventory.demand import selectors as demand
from inventory.ledger import selectors as ledger
from inventory.models import Item, PlacementLevel, PlacementRun, Site
from inventory.parties.roles import Can
from inventory.parties.scope import ClientScope
from inventory.placement import explain, records
from inventory.placement import selectors as placement
from inventory.placement import stock as stocks
from inventory.templatetags import recinto as tags
from inventory.web.access import WebRequest, requires
from inventory.web.charts import Chart
from inventory.web.links import link_to
from warehouse.web.placement_beside import beside
from warehouse.web.placement_charts import WEEKS_BACK, chart_of_fan
from warehouse.web.placement_facts import chart_of_levels, facts_of_level
from warehouse.web.placement_record import track_record
from warehouse.web.placement_runs import exceptions_of

MOST_LAYERS, MOST_MOVES, MOST_OVERRIDES = 40, 20, 10


@dataclass(frozen=True)
class AtSite:
    """What lies at a site of an item: on shelves, free to leave, and on its way there; and the level beside it."""

    site: Site
    shelf: Decimal
    free: Decimal
    coming: Decimal
    level: PlacementLevel | None


@require_GET
@requires(Can.SEE_PLACEMENT)
def item_page(request: WebRequest, pk: int) -> HttpResponse:
    """All that a planner weighs about one item, by the newest run and the books of now; `dc` chooses whose forecast is drawn."""
    access, scope = request.access, request.access.scope
    item = get_object_or_404(scope.filter(Item.objects.select_related("client")), pk=pk)
    run = placement.latest_run(scope, item.client)
    levels = list(placement.levels(scope, run=run, item_id=item.pk)) if run else []
    drawn = _chosen(levels, request.GET.get("dc", ""))
    moves = placement.recommendations(scope).filter(item=item)
    page = {
        "title": item.sku,
        "subtitle": item.description,
        "crumbs": [(_("Recommendations"), reverse("warehouse:recommendations"))],
        "item": item,
        "run": run,
        "facts": [
            (_("Client"), item.client.name),
            (_("Newest run"), tags.day(run.as_of) if run else None),
            (_("Made"), tags.moment(run.created_at) if run else None),
        ],
        "fan": _fan(scope, item, run, drawn) if run and drawn else None,
        "dcs": [(level.site.name, f"?dc={level.site.code}", level is drawn) for level in levels if level.forecast],
        "chart": chart_of_levels(levels),
        "levels": [(level, facts_of_level(level), explain.sentence(level.explanation)) for level in levels],
        "answerable": placement.with_footing(scope, levels),
        "stock": stock_of(scope, item, levels),
        "layers": _layers(scope, item) if access.can(Can.SEE_CUSTOMS) else [],
        "exceptions": [row for row in exceptions_of(access, run) if row["sku"] == item.sku] if run else [],
        "demand_url": link_to("inventory:demand_item", item.pk) if access.can(Can.SEE_DEMAND) else "",
        "overrides": placement.overrides(scope, item=item)[:MOST_OVERRIDES],
        "today": timezone.localdate(),
        "may_decide": access.can(Can.DECIDE_PLACEMENT),
        "beside": beside(scope, item, timezone.localdate()) if access.can(Can.SEE_SHIPMENTS) else [],
        "record": track_record(scope, timezone.localdate(), item),
        "moves": [(row, explain.sentence(row.explanation)) for row in moves[:MOST_MOVES]],
    }
    return render(request, "warehouse/placement/item.html", page)


def _chosen(levels: Sequence[PlacementLevel], code: str) -> PlacementLevel | None:
    """The level of the DC asked for, else of the one that is asked most."""
    with_fan = [level for level in levels if level.forecast]
    named = [level for level in with_fan if level.site.code == code]
    most = sorted(with_fan, key=lambda level: (-level.expected_demand, level.site.code))
    return next(iter(named or most), None)


def _fan(scope: ClientScope, item: Item, run: PlacementRun, level: PlacementLevel) -> Chart | None:
    """The DC's demand up to the run's week, and what may be asked from then on."""
    fan = records.fan_of(level)
    first = run.as_of - timedelta(days=run.as_of.weekday())
    rows = demand.records(scope, item_id=item.pk, since=first - timedelta(weeks=WEEKS_BACK), before=first)
    asked: dict[date, Decimal] = dict(
        rows.filter(market__primary_dc=level.site).order_by().values_list("week").annotate(units=Sum("quantity"))
    )
    return chart_of_fan(level.site.name, asked, fan, first) if fan else None


def stock_of(scope: ClientScope, item: Item, levels: Sequence[PlacementLevel]) -> list[AtSite]:
    """What is where now, by site: those with a level and those with stock or goods on the way."""
    found = stocks.stock(client=item.client, on=timezone.localdate(), item_ids=[item.pk])
    shelf = _by_site(ledger.stock(scope).filter(account__item=item))
    free = {site: stocks.free(lots, timezone.localdate()) for (_item, site), lots in found.lots.items()}
    free |= {site: units for (_item, site), units in found.at_dc.items()}
    coming = {site: units for (_item, site), units in found.inbound.items()}
    of = {level.site_id: level for level in levels}
    sites = Site.objects.filter(pk__in={*shelf, *free, *coming, *of}).order_by("kind", "code")
    none = Decimal(0)
    return [
        AtSite(site, shelf.get(site.pk, none), free.get(site.pk, none), coming.get(site.pk, none), of.get(site.pk))
        for site in sites
    ]


def _by_site(rows: Any) -> dict[int, Decimal]:
    return dict(rows.order_by().values_list("location__site").annotate(units=Sum("quantity")))


def _layers(scope: ClientScope, item: Item) -> list[Any]:
    """The item's open layers, those with the nearest deadline first."""
    rows = customs.open_bonded_lots(scope).filter(account__item=item).order_by("must_leave_by", "pk")
    return list(rows[:MOST_LAYERS])


urlpatterns = [path("placement/items/<int:pk>/", item_page, name="placement_item")]
