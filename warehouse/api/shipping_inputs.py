"""What shipments and deliveries are made of, as the client writes it."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from inventory.api.fields import Day, Moment, QuantityText
from inventory.api.rows import Input
from warehouse.models import Milestone


class ShipmentLineInput(Input):
    """An item to ship, in stock units; `authorisation` only where the origin holds it under several."""

    sku = serializers.CharField(max_length=64)
    quantity = QuantityText(above=0)
    authorisation = serializers.CharField(max_length=40, allow_blank=True, default="")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "by its lines",
            value={
                "origin": "slp",
                "destination": "dallas",
                "trailer": "TR-204",
                "lines": [{"sku": "WHEEL-75", "quantity": "40"}],
            },
            request_only=True,
        )
    ]
)
class ShipmentInput(Input):
    """A shipment: either its lines and where it goes, or the movement order it carries out."""

    movement_order = serializers.CharField(max_length=24, required=False)
    origin = serializers.CharField(max_length=24, required=False)
    destination = serializers.CharField(max_length=24, required=False)
    crossing = serializers.CharField(max_length=24, required=False)
    carrier = serializers.CharField(max_length=24, required=False)
    trailer = serializers.CharField(max_length=11, required=False)
    plates = serializers.CharField(max_length=7, required=False)
    due_on = Day(required=False)
    lines = ShipmentLineInput(many=True, required=False, allow_empty=False, max_length=1000)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """One of the two ways, and all of it."""
        if "movement_order" in values:
            if len(values) > 1:
                raise serializers.ValidationError("A movement order says all the rest: send it alone.", "alone")
            return values
        missing = [name for name in ("origin", "destination", "lines") if name not in values]
        if missing:
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail("Required.", "required") for name in missing}
            )
        return values


class PickInput(Input):
    """Where the goods are brought to, and which lines; all when none are named."""

    dock = serializers.CharField(max_length=32, help_text="Code of a dock of the origin.")
    lines = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=1_000_000),
        required=False,
        allow_empty=False,
        max_length=1000,
    )


class AssignInput(Input):
    """The outbound pedimento that clears the shipment."""

    pedimento = serializers.CharField(max_length=15)


class DispatchInput(Input):
    """When the truck left (now, unless said), and its seal."""

    dispatched_at = Moment(required=False)
    seal = serializers.CharField(max_length=20, allow_blank=True, default="")


class MilestoneInput(Input):
    """A fact about the journey. `event_id` makes it the same fact when it is sent again."""

    SOURCES = [
        (source.value, source.label)
        for source in (Milestone.Source.CARRIER, Milestone.Source.TELEMATICS, Milestone.Source.MANUAL)
    ]

    code = serializers.ChoiceField(
        [c for c in Milestone.Code.choices if c[0] not in {"RECEIPT_POSTED", "DISPATCH_REVERSED"}]
    )
    occurred_at = Moment()
    source = serializers.ChoiceField(SOURCES, default=Milestone.Source.MANUAL.value)
    event_id = serializers.RegexField(r"^[!-~]{1,64}$", required=False)
    site = serializers.CharField(max_length=24, required=False)


class DeliveryLineInput(Input):
    """What came of one shipment line, in stock units, and where the good ones were put."""

    line = serializers.IntegerField(min_value=1, max_value=1_000_000, help_text="The line's `seq`.")
    good = QuantityText(at_least=0)
    damaged = QuantityText(at_least=0, default=Decimal(0))
    location = serializers.CharField(max_length=32, allow_blank=True, default="")
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "one unit damaged",
            value={
                "shipment": "EMB-000012",
                "received_at": "2026-03-25T15:30:00-05:00",
                "lines": [{"line": 1, "good": "39", "damaged": "1"}],
            },
            request_only=True,
        )
    ]
)
class DeliveryInput(Input):
    """What a distribution center received of a shipment: every line once."""

    shipment = serializers.CharField(max_length=24)
    received_at = Moment()
    seal_found = serializers.CharField(max_length=20, allow_blank=True, default="")
    lines = DeliveryLineInput(many=True, allow_empty=False, max_length=5000)
