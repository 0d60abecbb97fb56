"""Reading shipments."""

from django.db.models import Prefetch, QuerySet

from inventory.parties.scope import ClientScope
from warehouse.shipping.models import Delivery, Shipment, ShipmentLine


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
