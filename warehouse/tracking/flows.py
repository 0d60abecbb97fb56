"""How much went which way: shipments added up by zone, crossing and distribution center."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from django.db.models import Count, QuerySet, Sum

from inventory.parties.scope import ClientScope
from inventory.places.models import Site
from warehouse.shipping.models import Shipment, ShipmentLine

GONE = (*Shipment.IN_TRANSIT, Shipment.State.RECEIVED)


@dataclass
class Flow:
    """What left one site for another over one crossing; `on_road_units` of it have not arrived yet."""

    origin: Site
    crossing: Site | None
    destination: Site
    shipments: int = 0
    units: Decimal = field(default_factory=Decimal)
    on_road_units: Decimal = field(default_factory=Decimal)
    value_usd: Decimal = field(default_factory=Decimal)


def flows(
    scope: ClientScope, *, since: datetime, until: datetime | None = None, site_ids: frozenset[int] | None = None
) -> list[Flow]:
    """The flows of what was dispatched since a moment, greatest value first. Three statements, whatever the number of rows."""
    rows = scope.filter(Shipment.objects.filter(state__in=GONE, dispatched_at__gte=since))
    if until is not None:
        rows = rows.filter(dispatched_at__lt=until)
    if site_ids is not None:
        rows = rows.filter(origin__in=site_ids) | rows.filter(destination__in=site_ids)
    found = _counted(rows)
    way = ("shipment__origin", "shipment__crossing", "shipment__destination")
    lines = ShipmentLine.objects.filter(shipment__in=rows).order_by()
    sums = lines.values_list(*way, "shipment__state", "account__item__unit_value_usd")
    sums = sums.annotate(units=Sum("quantity"), missing=Sum("delivery_line__missing"))
    for *key, state, unit_value, units, missing in sums:
        flow = found[tuple(key)]
        flow.units += units
        flow.value_usd += units * unit_value
        flow.on_road_units += units if state in Shipment.IN_TRANSIT else missing or Decimal(0)
    return sorted(found.values(), key=lambda flow: (-flow.value_usd, flow.origin.code, flow.destination.code))


def _counted(rows: QuerySet[Shipment]) -> dict[tuple[int, int | None, int], Flow]:
    """A flow for every way that shipments took, with how many there were."""
    way = ("origin", "crossing", "destination")
    counted = list(rows.order_by().values_list(*way).annotate(n=Count("pk")))
    sites = Site.objects.in_bulk({pk for *key, _n in counted for pk in key if pk})
    return {
        (origin, crossing, destination): Flow(
            sites[origin], sites[crossing] if crossing else None, sites[destination], shipments=n
        )
        for origin, crossing, destination, n in counted
    }


def by_pair(found: list[Flow]) -> dict[tuple[str, str], Decimal]:
    """The value that went over each leg of the ways, by the codes of its two ends: zone to crossing, crossing to center."""
    legs: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for flow in found:
        stops = [flow.origin.code, *([flow.crossing.code] if flow.crossing else []), flow.destination.code]
        for start, end in pairwise(stops):
            legs[start, end] += flow.value_usd
    return dict(legs)
