"""Shipments on their way, what happened to them, and what arrived."""

from typing import Any

from inventory.api.endpoint import DetailEndpoint, ListEndpoint, find
from inventory.api.filters import At, Day, Filters, OneOf, Rows, Text
from warehouse.api.shipping_outputs import (
    DeliveryDetailOutput,
    DeliveryOutput,
    MilestoneOutput,
    ShipmentDetailOutput,
    ShipmentOutput,
)
from warehouse.models import Delivery, Milestone, Shipment

_NAMED = ("origin", "destination", "crossing", "carrier", "movement_order", "pedimento")
_LINES = ("lines__account__item", "lines__location", "lines__outbound_line")


class ShipmentFilters(Filters):
    """Filters of shipments."""

    state = OneOf(Shipment.State)
    origin = Text("origin__code")
    destination = Text("destination__code")
    pedimento = Text("pedimento__number")
    movement_order = Text("movement_order__number")
    trailer = Text()
    due_to = Day("due_on", lookup_expr="lte")
    eta_to = At("eta", lookup_expr="lte")
    created_since = At("created_at", lookup_expr="gte")


class ShipmentList(ListEndpoint):
    """Your shipments, newest first."""

    model = Shipment
    serializer_class = ShipmentOutput
    filterset_class = ShipmentFilters


class ShipmentDetail(DetailEndpoint):
    """One shipment with its lines."""

    model = Shipment
    serializer_class = ShipmentDetailOutput
    is_versioned = True

    def thing(self) -> Shipment:
        """The shipment of this number. Raises NotFound."""
        return whole_shipment(self, self.kwargs["number"])


def whole_shipment(view: Any, number: str) -> Shipment:
    """One of the client's shipments with its lines, in a fixed number of statements. Raises NotFound."""
    rows = view.own(Shipment.objects.select_related(*_NAMED)).prefetch_related(*_LINES)
    return find(rows, number=number)


class MilestoneFilters(Filters):
    """Filters of milestones."""

    shipment = Text("shipment__number")
    code = OneOf(Milestone.Code)
    source = OneOf(Milestone.Source)
    occurred_since = At("occurred_at", lookup_expr="gte")
    recorded_since = At("recorded_at", lookup_expr="gte")


class Milestones(ListEndpoint):
    """What happened on the road to your shipments, newest record first."""

    model = Milestone
    client_path = "shipment__client"
    serializer_class = MilestoneOutput
    filterset_class = MilestoneFilters
    orderings = {"-id": ("-id",), "id": ("id",), "occurred_at": ("occurred_at", "id")}


class DeliveryFilters(Filters):
    """Filters of deliveries."""

    shipment = Text("shipment__number")
    destination = Text("shipment__destination__code")
    received_since = At("received_at", lookup_expr="gte")


class DeliveryList(ListEndpoint):
    """What arrived of your shipments, newest first."""

    model = Delivery
    client_path = "shipment__client"
    serializer_class = DeliveryOutput
    filterset_class = DeliveryFilters


class DeliveryDetail(DetailEndpoint):
    """One delivery, by its shipment's number: good, damaged and short by line."""

    model = Delivery
    client_path = "shipment__client"
    serializer_class = DeliveryDetailOutput

    def rows(self) -> Rows:
        """Deliveries with their lines."""
        rows = super().rows().select_related("shipment")
        return rows.prefetch_related("lines__shipment_line__account__item", "lines__location")

    def thing(self) -> Delivery:
        """The delivery of this shipment. Raises NotFound."""
        return find(self.get_queryset(), shipment__number=self.kwargs["number"])
