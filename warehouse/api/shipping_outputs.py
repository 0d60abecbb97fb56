"""Shipments, their milestones and deliveries as the client sees them."""

from rest_framework import serializers

from inventory.api.fields import Moment, QuantityText
from inventory.api.rows import Output
from warehouse.models import Milestone, Shipment


class ShipmentOutput(Output):
    """A load on its way to a distribution center."""

    number = serializers.CharField()
    state = serializers.ChoiceField(Shipment.State.choices)
    origin = serializers.CharField(source="origin.code")
    destination = serializers.CharField(source="destination.code")
    crossing = serializers.CharField(source="crossing.code", allow_null=True)
    carrier = serializers.CharField(source="carrier.code", allow_null=True)
    movement_order = serializers.CharField(source="movement_order.number", allow_null=True)
    pedimento = serializers.CharField(source="pedimento.number", allow_null=True)
    trailer = serializers.CharField()
    plates = serializers.CharField()
    seal = serializers.CharField()
    created_at = Moment()
    created_by = serializers.CharField()
    dispatched_at = Moment(allow_null=True)
    eta = Moment(allow_null=True)
    promised_at = Moment(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class ShipmentLineOutput(Output):
    """One item of a shipment."""

    seq = serializers.IntegerField()
    sku = serializers.CharField(source="account.item.sku")
    regime = serializers.CharField(source="account.regime")
    quantity = QuantityText()
    lot = serializers.IntegerField(source="lot_id", allow_null=True)
    location = serializers.CharField(source="location.code", allow_null=True)
    is_picked = serializers.BooleanField()
    outbound_line = serializers.IntegerField(source="outbound_line.seq", allow_null=True)
    sscc = serializers.CharField()


class MilestoneOutput(Output):
    """One fact about a shipment's journey."""

    id = serializers.IntegerField()
    shipment = serializers.CharField(source="shipment.number")
    code = serializers.ChoiceField(Milestone.Code.choices)
    occurred_at = Moment()
    recorded_at = Moment()
    source = serializers.ChoiceField(Milestone.Source.choices)
    source_event_id = serializers.CharField()
    site = serializers.CharField(source="site.code", allow_null=True)
    references = serializers.JSONField()
    by = serializers.CharField(source="actor_label")


class DeliveryLineOutput(Output):
    """What arrived of one line; `short` is negative when more came than was shipped.

    What was short and was then neither found nor given up for lost is `missing`: it stands in transit.
    """

    line = serializers.IntegerField(source="shipment_line.seq")
    sku = serializers.CharField(source="shipment_line.account.item.sku")
    shipped = QuantityText(source="shipment_line.quantity")
    good = QuantityText()
    damaged = QuantityText()
    short = QuantityText()
    found = QuantityText()
    lost = QuantityText()
    missing = QuantityText()
    location = serializers.CharField(source="location.code", allow_null=True)
    note = serializers.CharField()


class DeliveryOutput(Output):
    """What a distribution center received of a shipment."""

    shipment = serializers.CharField(source="shipment.number")
    received_at = Moment()
    received_by = serializers.CharField()
    seal_found = serializers.CharField()


class DeliveryDetailOutput(DeliveryOutput):
    """A delivery with its lines."""

    lines = DeliveryLineOutput(many=True)


class ShipmentDetailOutput(ShipmentOutput):
    """A shipment with its lines."""

    lines = ShipmentLineOutput(many=True)
