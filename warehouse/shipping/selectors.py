"""Reading shipments."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from inventory.catalog.models import Item
from inventory.parties.scope import ClientScope
from inventory.placement.beside import Moved
from inventory.places.clock import local_date, noon_at
from warehouse.shipping.models import Delivery, DeliveryLine, Shipment, ShipmentLine


def shipments(scope: ClientScope) -> QuerySet[Shipment]:
    """Shipments in scope, newest first."""
    rows = Shipment.objects.select_related("client", "origin", "destination", "crossing", "carrier", "pedimento")
    return scope.filter(rows).order_by("-pk")


def shipment(scope: ClientScope, number: str) -> Shipment | None:
    """One shipment with its lines, delivery and milestones; None when out of scope."""
    lines = ShipmentLine.objects.select_related(
        "account__item", "account__authorisation", "lot", "location", "outbound_line__pedimento", "delivery_line"
    )
    rows = shipments(scope).prefetch_related(Prefetch("lines", lines.order_by("seq")), "milestones")
    return rows.filter(number=number).first()


def deliveries(scope: ClientScope) -> QuerySet[Delivery]:
    """Deliveries in scope, newest first."""
    rows = Delivery.objects.select_related("shipment__client", "shipment__destination")
    return scope.filter(rows, "shipment__client").order_by("-received_at", "-pk")


def lines_in_transit(scope: ClientScope) -> QuerySet[ShipmentLine]:
    """Lines whose goods stand in transit, each with how much `standing`: all of a shipment on its way, or what came short."""
    rows = ShipmentLine.objects.filter(
        Q(shipment__state__in=Shipment.IN_TRANSIT)
        | Q(pk__in=DeliveryLine.objects.filter(missing__gt=0).values("shipment_line"))
    )
    rows = rows.annotate(standing=Coalesce(F("delivery_line__missing"), F("quantity")))
    return scope.filter(rows, "shipment__client").order_by("shipment", "seq", "pk")


def left_for(scope: ClientScope, *, item: Item, since: date) -> list[Moved]:
    """What left of an item for each destination, on the day of the zone it left; what came back is not among it. One statement."""
    rows = _lines_of(scope, item).filter(shipment__dispatched_at__gte=_begin(since))
    fields = ("shipment__destination", "shipment__dispatched_at", "shipment__origin__time_zone", "quantity")
    return _moved(rows.values_list(*fields), since)


def received_at(scope: ClientScope, *, item: Item, since: date) -> list[Moved]:
    """What each destination received of an item, good and damaged, on its own day. One statement."""
    rows = _lines_of(scope, item).filter(delivery_line__delivery__received_at__gte=_begin(since))
    counted = F("delivery_line__good") + F("delivery_line__damaged")
    fields = (
        "shipment__destination",
        "delivery_line__delivery__received_at",
        "shipment__destination__time_zone",
        "counted",
    )
    return _moved(rows.annotate(counted=counted).values_list(*fields), since)


def _lines_of(scope: ClientScope, item: Item) -> QuerySet[ShipmentLine]:
    under_way = ShipmentLine.objects.filter(shipment__state__in=(*Shipment.IN_TRANSIT, Shipment.State.RECEIVED))
    return scope.filter(under_way, "shipment__client").filter(account__item=item).order_by()


def _begin(since: date) -> datetime:
    """A moment at which the day has begun nowhere yet."""
    return noon_at(since, "UTC") - timedelta(days=1)


def _moved(rows: Iterable[tuple[int, datetime, str, Decimal]], since: date) -> list[Moved]:
    found = (Moved(site, local_date(moment, zone), units) for site, moment, zone, units in rows)
    return [one for one in found if one.day >= since]
