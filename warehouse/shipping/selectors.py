"""Reading shipments."""

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from inventory.parties.scope import ClientScope
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
