"""The network for planners: stock in bond and forward by site, levels beside it, and the recommended moves as flows."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from inventory.ledger import selectors as ledger
from inventory.models import Recommendation, Site
from inventory.parties.roles import Can
from inventory.parties.scope import ClientScope
from inventory.placement import selectors as placement
from inventory.web.access import WebRequest, requires
from inventory.web.charts import Chart, bars, drawn
from inventory.web.formatting import DASH, money_text, percent_text, quantity_text
from warehouse.tracking.flows import Flow
from warehouse.web.corridor import map_option, places_drawn

ZERO = Decimal(0)
USD = {"format": "money", "unit": "USD"}


@dataclass(frozen=True)
class Node:
    """One site: the value of its stock, of what its levels ask for, and of what is to leave and to come; in USD."""

    site: Site
    stock: Decimal
    level: Decimal | None
    leaving: Decimal
    coming: Decimal


@require_GET
@requires(Can.SEE_PLACEMENT)
def network_page(request: WebRequest) -> HttpResponse:
    """The network as the books and the newest runs have it."""
    access = request.access
    found = recommended_flows(access.scope)
    sites, values = places_drawn(access.scope, found, access.site_ids)
    parts = _parts(access.scope, sites, values)
    page = {
        "title": _("Network"),
        "subtitle": _("Stock in bond and forward, and what the recommendations would move."),
        "crumbs": [(_("Recommendations"), reverse("warehouse:recommendations"))],
        "map": chart_of_network(sites, values, found),
        "balance": chart_of_parts(parts),
        "nodes": nodes_of(access.scope, sites, values, found),
    }
    return render(request, "warehouse/placement/network.html", page)


def recommended_flows(scope: ClientScope) -> list[Flow]:
    """What waits for a decision, added up by origin, crossing and destination, greatest value first. Two statements."""
    rows = placement.recommendations(scope, state=Recommendation.State.PROPOSED).order_by()
    way = ("source", "lane__crossing", "target")
    sums = rows.values_list(*way, "item__unit_value_usd").annotate(units=Sum("quantity"), n=Count("pk"))
    listed = list(sums)
    sites = Site.objects.in_bulk({pk for row in listed for pk in row[:3] if pk})
    found: dict[tuple[int, int | None, int], Flow] = {}
    for origin, crossing, target, unit_value, units, number in listed:
        key = (origin, crossing, target)
        flow = found.setdefault(key, Flow(sites[origin], sites[crossing] if crossing else None, sites[target]))
        flow.shipments += number
        flow.units += units
        flow.value_usd += units * (unit_value or ZERO)
    return sorted(found.values(), key=lambda flow: (-flow.value_usd, flow.origin.code, flow.destination.code))


def chart_of_network(sites: list[Site], values: dict[int, Decimal], found: list[Flow]) -> Chart:
    """The map: points by the value of their stock, lines by the value that is recommended to move."""
    return Chart(
        "network", _("Stock and recommended moves"), map_option(sites, values, found),
        [_("From"), _("Crossing"), _("To"), _("Moves"), _("Units"), _("Value")],
        [
            [flow.origin.name, flow.crossing.name if flow.crossing else DASH, flow.destination.name,
             quantity_text(flow.shipments), quantity_text(flow.units), money_text(flow.value_usd, "USD")]
            for flow in found
        ],
        note=_("Points: value of the stock. Lines: value that waits for a decision to be moved."), size="map",
        has_data=bool(sites),
    )  # fmt: skip


def _parts(scope: ClientScope, sites: list[Site], values: dict[int, Decimal]) -> list[tuple[Any, Decimal]]:
    """The value in bond, on the road and forward."""
    by_kind: dict[str, Decimal] = defaultdict(Decimal)
    for site in sites:
        by_kind[site.kind] += values.get(site.pk, ZERO)
    road = (
        ledger.in_transit(scope).order_by().values_list("account__item__unit_value_usd").annotate(units=Sum("quantity"))
    )
    return [
        (_("In bond"), by_kind[Site.Kind.BONDED]),
        (_("On the road"), sum(((value or ZERO) * units for value, units in road), ZERO)),
        (_("Forward"), by_kind[Site.Kind.US_DC]),
    ]


def chart_of_parts(parts: list[tuple[Any, Decimal]]) -> Chart:
    """How the value lies between bond, road and DCs."""
    total = sum((value for _name, value in parts), ZERO)
    names, worth = [str(name) for name, _value in parts], [drawn(value) for _name, value in parts]
    return Chart(
        "in-bond-forward", _("In bond against forward"),
        bars(names, worth, name=_("Value, USD"), say=USD, flat=True),
        [_("Where"), _("Value"), _("Share")],
        [[name, money_text(value, "USD"), percent_text(value / total if total else None)] for name, value in parts],
        note=_("Value of the stock at the catalogue's unit values."), size="small", has_data=bool(total),
    )  # fmt: skip


def nodes_of(scope: ClientScope, sites: list[Site], values: dict[int, Decimal], found: list[Flow]) -> list[Node]:
    """Zones and DCs with their stock, levels and flows, in order of kind and name."""
    asked: dict[int, Decimal] = defaultdict(Decimal)
    sums = placement.newest_levels(scope).order_by().values_list("site", "item__unit_value_usd")
    for site, unit_value, units in sums.annotate(units=Sum("order_up_to")):
        asked[site] += units * (unit_value or ZERO)
    leaving: dict[int, Decimal] = defaultdict(Decimal)
    coming: dict[int, Decimal] = defaultdict(Decimal)
    for flow in found:
        leaving[flow.origin.pk] += flow.value_usd
        coming[flow.destination.pk] += flow.value_usd
    planned = [site for site in sites if site.kind in (Site.Kind.BONDED, Site.Kind.US_DC)]
    return [
        Node(site, values.get(site.pk, ZERO), asked.get(site.pk), leaving[site.pk], coming[site.pk])
        for site in sorted(planned, key=lambda site: (site.kind, site.name))
    ]


urlpatterns = [path("placement/network/", network_page, name="placement_network")]
