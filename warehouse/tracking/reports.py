"""What is on the road, and how much went which way: tables for people, in the shape of the books' own reports."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from inventory.parties.roles import Can
from inventory.reports.asking import end_of
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row
from inventory.units import round_half_up
from warehouse.shipping.models import ShipmentLine
from warehouse.shipping.selectors import lines_in_transit
from warehouse.tracking.flows import flows
from warehouse.tracking.models import Milestone

CHUNK = 2_000


def _in_transit(asked: Asked) -> Iterator[Row]:
    lines: Iterator[Any] = _lines(asked).iterator(chunk_size=CHUNK)
    for line in lines:
        load, item = line.shipment, line.account.item
        crossing, carrier = load.crossing, load.carrier
        yield (
            *(load.number, load.client.code, str(load.get_state_display())),
            *(load.origin.code, crossing.code if crossing else "", load.destination.code),
            *(carrier.name if carrier else "", load.trailer, load.seal),
            load.pedimento.number if load.pedimento else "",
            *(line.seq, item.sku, item.description, item.stock_unit, line.standing),
            round_half_up(line.standing * item.unit_value_usd, 2),
            *(load.dispatched_at, _milestone(line.last_code), line.last_at, load.eta, load.promised_at),
            bool(load.eta and load.promised_at and load.eta > load.promised_at),
        )


def _lines(asked: Asked) -> QuerySet[ShipmentLine]:
    """The lines whose goods stand in transit, soonest to arrive first, each with its last milestone."""
    last = Milestone.objects.filter(shipment=OuterRef("shipment")).order_by("-occurred_at", "-pk")
    rows = lines_in_transit(asked.scope)
    if asked.site:
        rows = rows.filter(Q(shipment__origin__code=asked.site) | Q(shipment__destination__code=asked.site))
    if asked.sku:
        rows = rows.filter(account__item__sku=asked.sku)
    rows = rows.select_related(
        "account__item",
        "shipment__client",
        "shipment__origin",
        "shipment__crossing",
        "shipment__destination",
        "shipment__carrier",
        "shipment__pedimento",
    )
    rows = rows.annotate(last_code=Subquery(last.values("code")[:1]), last_at=Subquery(last.values("occurred_at")[:1]))
    return rows.order_by("shipment__eta", "shipment__number", "seq", "pk")


def _milestone(code: str | None) -> str:
    """The milestone's name in the reader's language."""
    return str(Milestone.Code(code).label) if code else ""


def _flows(asked: Asked) -> Iterator[Row]:
    since = end_of((asked.since or asked.as_of) - timedelta(days=1))
    for flow in flows(asked.scope, since=since, until=end_of(asked.until or asked.as_of)):
        if asked.site and asked.site not in (flow.origin.code, flow.destination.code):
            continue
        crossing = flow.crossing
        yield (
            *(flow.origin.code, flow.origin.name, crossing.code if crossing else "", crossing.name if crossing else ""),
            *(flow.destination.code, flow.destination.name, flow.shipments, flow.units, flow.on_road_units),
            round_half_up(Decimal(flow.value_usd), 2),
        )


IN_TRANSIT = Report(
    code="in_transit",
    title=_("Movements in transit"),
    description=_(
        "What has left a zone and was not received yet, line by line, what came short too, until it is explained."
    ),
    columns=(
        Column("shipment", _("Shipment"), width=13),
        Column("client", _("Client"), width=12),
        Column("state", _("State"), width=14),
        Column("origin", _("Origin"), width=10),
        Column("crossing", _("Crossing"), width=10),
        Column("destination", _("Destination"), width=10),
        Column("carrier", _("Carrier"), width=16),
        Column("trailer", _("Trailer or container"), width=12),
        Column("seal", _("Seal"), width=10),
        Column("pedimento", _("Outbound pedimento"), width=16),
        Column("line", _("Line"), Kind.COUNT, width=6),
        Column("sku", _("SKU"), width=14),
        Column("description", _("Description"), width=24),
        Column("unit", _("Unit"), width=6),
        Column("quantity", _("Quantity"), Kind.QUANTITY),
        Column("value_usd", _("Value, USD"), Kind.MONEY, width=14, is_summed=True),
        Column("dispatched_at", _("Dispatched"), Kind.MOMENT, width=16),
        Column("last_milestone", _("Last milestone"), width=20),
        Column("last_at", _("Of"), Kind.MOMENT, width=16),
        Column("eta", _("ETA"), Kind.MOMENT, width=16),
        Column("promised_at", _("Promised"), Kind.MOMENT, width=16),
        Column("is_late", _("Late"), Kind.FLAG, width=7),
    ),
    asks=(Ask.CLIENT, Ask.SITE, Ask.SKU),
    rows=_in_transit,
    needs=Can.SEE_SHIPMENTS,
)
FLOWS = Report(
    code="flows",
    title=_("Flows from zone over crossing to distribution center"),
    description=_("How much was dispatched each way in a period, and how much of it is still on the road."),
    columns=(
        Column("origin", _("Origin"), width=10),
        Column("origin_name", _("Name of the origin"), width=24),
        Column("crossing", _("Crossing"), width=10),
        Column("crossing_name", _("Name of the crossing"), width=24),
        Column("destination", _("Destination"), width=10),
        Column("destination_name", _("Name of the destination"), width=24),
        Column("shipments", _("Shipments"), Kind.COUNT, is_summed=True),
        Column("units", _("Units"), Kind.QUANTITY),
        Column("on_road_units", _("Units on the road"), Kind.QUANTITY),
        Column("value_usd", _("Value, USD"), Kind.MONEY, width=16, is_summed=True),
    ),
    asks=(Ask.SINCE, Ask.UNTIL, Ask.CLIENT, Ask.SITE),
    rows=_flows,
    needs=Can.SEE_SHIPMENTS,
)
