"""Orders to bring goods from one site to another."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import DetailEndpoint, Endpoint, ListEndpoint, Writes, find
from inventory.api.fields import Day as DayText
from inventory.api.fields import Moment, QuantityText
from inventory.api.filters import Day, Filters, OneOf, Rows, Text
from inventory.api.lookups import items_of, site_of
from inventory.api.rows import Input, Output
from inventory.parties.roles import ApiScope
from warehouse.models import MovementOrder
from warehouse.movements import services as movements


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

    sku = serializers.CharField(source="item.sku")
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


class MovementLineInput(Input):
    """An item to move, in stock units."""

    sku = serializers.CharField(max_length=64)
    quantity = QuantityText(above=0)


class MovementOrderInput(Input):
    """An order to bring goods from one site to another."""

    origin = serializers.CharField(max_length=24)
    destination = serializers.CharField(max_length=24)
    lines = MovementLineInput(many=True, allow_empty=False, max_length=1000)
    ship_by = DayText(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class MovementOrderList(Writes, ListEndpoint):
    """Your movement orders, newest first."""

    model = MovementOrder
    write_scope = ApiScope.SHIPMENTS
    serializer_class = MovementOrderOutput
    filterset_class = MovementOrderFilters

    @extend_schema(request=MovementOrderInput, responses={201: MovementOrderDetailOutput})
    def post(self, request: Request) -> Response:
        """Order goods to be moved from one site to another."""
        return self.change(MovementOrderInput, self._order, status_code=201)

    def _order(self, values: dict[str, Any]) -> dict[str, Any]:
        lines = values.pop("lines")
        items = items_of(self.client, [(f"lines[{index}].sku", line["sku"]) for index, line in enumerate(lines)])
        values |= {name: site_of(values[name], name) for name in ("origin", "destination")}
        wanted = [(items[line["sku"]], line["quantity"]) for line in lines]
        order = movements.order(client=self.client, lines=wanted, at=timezone.now(), actor=self.actor, **values)
        return MovementOrderDetailOutput.draw(find(whole_orders(), pk=order.pk))


class CancelMovementOrder(Writes, Endpoint):
    """Cancelling."""

    model = MovementOrder
    write_scope = ApiScope.SHIPMENTS
    serializer_class = MovementOrderOutput

    @extend_schema(request=None, responses=MovementOrderOutput)
    def post(self, request: Request, number: str) -> Response:
        """Take back an order nobody ships yet."""
        return self.change(None, self._cancel)

    def _cancel(self, _values: dict[str, Any]) -> dict[str, Any]:
        order = self.named(self.get_queryset(), number=self.kwargs["number"])
        movements.cancel(order=order, at=timezone.now(), actor=self.actor)
        return MovementOrderOutput.of(MovementOrder.objects.filter(pk=order.pk))


class MovementOrderDetail(DetailEndpoint):
    """One movement order with its lines."""

    model = MovementOrder
    serializer_class = MovementOrderDetailOutput

    def rows(self) -> Rows:
        """Orders with what they name."""
        return whole_orders()


def whole_orders() -> Rows:
    """Movement orders with their lines, in a fixed number of statements."""
    return MovementOrder.objects.order_by().select_related("origin", "destination").prefetch_related("lines__item")
