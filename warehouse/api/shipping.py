"""Shipments on their way, what happened to them, and what arrived."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import DetailEndpoint, ListEndpoint, Writes, find
from inventory.api.filters import At, Day, Filters, OneOf, Rows, Text
from inventory.api.lookups import authorisations_of, carrier_of, items_of, locations_of, refuse_repeats, site_of
from inventory.errors import InvalidInput
from inventory.parties.roles import ApiScope
from warehouse.api.shipping_inputs import DeliveryInput, ShipmentInput
from warehouse.api.shipping_outputs import (
    DeliveryDetailOutput,
    DeliveryOutput,
    MilestoneOutput,
    ShipmentDetailOutput,
    ShipmentOutput,
)
from warehouse.models import Delivery, Milestone, MovementOrder, Shipment
from warehouse.shipping import services as shipping

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


class ShipmentList(Writes, ListEndpoint):
    """Your shipments, newest first."""

    model = Shipment
    write_scope = ApiScope.SHIPMENTS
    serializer_class = ShipmentOutput
    filterset_class = ShipmentFilters

    @extend_schema(request=ShipmentInput, responses={201: ShipmentDetailOutput})
    def post(self, request: Request) -> Response:
        """Draft a shipment, by its lines or from a movement order; nothing is promised yet."""
        return self.change(ShipmentInput, self._draft, status_code=201)

    def _draft(self, values: dict[str, Any]) -> dict[str, Any]:
        at, actor = timezone.now(), self.actor
        if "movement_order" in values:
            order = _own(self, MovementOrder.objects.all(), values["movement_order"], "movement_order")
            shipment = shipping.draft_from_order(order=order, at=at, actor=actor)
        else:
            shipment = shipping.draft(client=self.client, at=at, actor=actor, **_draft_of(self, values))
        return ShipmentDetailOutput.draw(whole_shipment(self, shipment.number))


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


class DeliveryList(Writes, ListEndpoint):
    """What arrived of your shipments, newest first."""

    model = Delivery
    write_scope = ApiScope.SHIPMENTS
    client_path = "shipment__client"
    serializer_class = DeliveryOutput
    filterset_class = DeliveryFilters

    @extend_schema(request=DeliveryInput, responses={201: DeliveryDetailOutput})
    def post(self, request: Request) -> Response:
        """Enter what a distribution center received: good and damaged by line; what is short stays in transit, in sight."""
        return self.change(DeliveryInput, self._receive, status_code=201)

    def _receive(self, values: dict[str, Any]) -> dict[str, Any]:
        shipment = _own(self, Shipment.objects.all(), values["shipment"], "shipment")
        lines = values.pop("lines")
        refuse_repeats(lines, "line")
        named = [(f"lines[{index}].location", line["location"]) for index, line in enumerate(lines)]
        places = locations_of(shipment.destination_id, named)
        received = {
            line["line"]: shipping.Received(line["good"], line["damaged"], places.get(line["location"]), line["note"])
            for line in lines
        }
        values |= {"shipment": shipment, "received": received}
        delivery = shipping.receive(at=timezone.now(), actor=self.actor, **values)
        return DeliveryDetailOutput.draw(find(whole_deliveries(), pk=delivery.pk))


class DeliveryDetail(DetailEndpoint):
    """One delivery, by its shipment's number: good, damaged and short by line."""

    model = Delivery
    client_path = "shipment__client"
    serializer_class = DeliveryDetailOutput

    def rows(self) -> Rows:
        """Deliveries with their lines."""
        return whole_deliveries()

    def thing(self) -> Delivery:
        """The delivery of this shipment. Raises NotFound."""
        return find(self.get_queryset(), shipment__number=self.kwargs["number"])


def whole_deliveries() -> Rows:
    """Deliveries with their lines, in a fixed number of statements."""
    rows = Delivery.objects.order_by().select_related("shipment")
    return rows.prefetch_related("lines__shipment_line__account__item", "lines__location")


def _own(view: Any, rows: Rows, number: str, field: str) -> Any:
    """The client's own document of this number, named in a body. Raises InvalidInput."""
    thing = view.own(rows).filter(number=number).first()
    if thing is None:
        raise InvalidInput(_("%(field)s: %(value)s is not known here."), field=field, value=number, rule="known")
    return thing


def _draft_of(view: Any, values: dict[str, Any]) -> dict[str, Any]:
    """What a shipment is drafted with: rows in place of the codes."""
    lines = values.pop("lines")
    items = items_of(view.client, [(f"lines[{index}].sku", line["sku"]) for index, line in enumerate(lines)])
    held = authorisations_of(
        view.client, [(f"lines[{index}].authorisation", line["authorisation"]) for index, line in enumerate(lines)]
    )
    draft = dict(values)
    draft |= {name: site_of(values[name], name) for name in ("origin", "destination", "crossing") if name in values}
    if "carrier" in values:
        draft["carrier"] = carrier_of(values["carrier"])
    draft["wanted"] = [
        shipping.Wanted(items[line["sku"]], line["quantity"], held.get(line["authorisation"])) for line in lines
    ]
    return draft
