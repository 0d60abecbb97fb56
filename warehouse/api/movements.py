"""Orders to bring goods from one site to another."""

from rest_framework import serializers

from inventory.api.endpoint import DetailEndpoint, ListEndpoint
from inventory.api.fields import Moment, QuantityText
from inventory.api.filters import Day, Filters, OneOf, Rows, Text
from inventory.api.rows import Output
from warehouse.models import MovementOrder


class MovementOrderOutput(Output):
    """An order to bring goods to another site."""

    number = serializers.CharField()
    state = serializers.ChoiceField(MovementOrder.State.choices)
    origin = serializers.CharField(source="origin.code")
    destination = serializers.CharField(source="destination.code")
    ship_by = serializers.DateField(allow_null=True)
    created_at = Moment()
    created_by = serializers.CharField()
    note = serializers.CharField()


class MovementOrderLineOutput(Output):
    """One item to move, and the recommendation it came from."""

    item = serializers.CharField(source="item.sku")
    quantity = QuantityText()
    recommendation = serializers.IntegerField(source="recommendation_id", allow_null=True)


class MovementOrderDetailOutput(MovementOrderOutput):
    """An order with its lines."""

    lines = MovementOrderLineOutput(many=True)


class MovementOrderFilters(Filters):
    """Filters of movement orders."""

    state = OneOf(MovementOrder.State)
    origin = Text("origin__code")
    destination = Text("destination__code")
    ship_by_to = Day("ship_by", lookup_expr="lte")


class MovementOrderList(ListEndpoint):
    """Your movement orders, newest first."""

    model = MovementOrder
    serializer_class = MovementOrderOutput
    filterset_class = MovementOrderFilters


class MovementOrderDetail(DetailEndpoint):
    """One movement order with its lines."""

    model = MovementOrder
    serializer_class = MovementOrderDetailOutput

    def rows(self) -> Rows:
        """Orders with what they name."""
        return super().rows().select_related("origin", "destination").prefetch_related("lines__item")
