"""What your customers ordered at US markets: demand as requested, not as shipped."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.demand import DemandImports
from inventory.api.endpoint import ListEndpoint, Writes
from inventory.api.fields import Choice, Day, Moment, QuantityText
from inventory.api.filters import At, Filters, OneOf, Text
from inventory.api.filters import Day as DayFilter
from inventory.api.rows import Input, Output
from inventory.api.work import JobOutput
from inventory.demand import order_imports, orders
from inventory.demand.models import CustomerOrderLine
from inventory.demand.order_lines import MAX_LINE, MAX_REFERENCE, Line
from inventory.parties.roles import ApiScope


class OrderLineOutput(Output):
    """One line of an order."""

    id = serializers.IntegerField()
    order = serializers.CharField(source="reference")
    line = serializers.IntegerField()
    sku = serializers.CharField(source="item.sku")
    market = serializers.CharField(source="market.code")
    requested_on = serializers.DateField()
    quantity = QuantityText()
    shipped = QuantityText(allow_null=True)
    cancelled = serializers.CharField(help_text="Blank, out_of_stock or customer.")
    recorded_at = Moment()


class OrderLineFilters(Filters):
    """Filters of order lines."""

    order = Text("reference")
    sku = Text("item__sku")
    market = Text("market__code")
    cancelled = OneOf(CustomerOrderLine.Cancelled)
    from_day = DayFilter("requested_on", lookup_expr="gte")
    to_day = DayFilter("requested_on", lookup_expr="lte")
    recorded_since = At("recorded_at", lookup_expr="gte")


class OrderLineInput(Input):
    """A line of an order. It counts in the week of `requested_on` with what was asked for, whatever was shipped of it."""

    order = serializers.CharField(max_length=MAX_REFERENCE)
    line = serializers.IntegerField(min_value=1, max_value=MAX_LINE)
    sku = serializers.CharField(max_length=64)
    market = serializers.CharField(max_length=64)
    requested_on = Day()
    quantity = QuantityText(above=0)
    shipped = QuantityText(at_least=0, allow_null=True, default=None)
    cancelled = Choice(
        CustomerOrderLine.Cancelled,
        allow_blank=True,
        default="",
        help_text="out_of_stock: it stays demand. customer: it was withdrawn, and is none.",
    )


class OrderLinesInput(Input):
    """Up to 1,000 lines, of one order or of many."""

    lines = OrderLineInput(many=True, allow_empty=False, max_length=1000)


class RecordedOutput(Output):
    """How many lines were new, how many changed, and how many weeks of demand followed."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    weeks = serializers.IntegerField()


class DemandOrders(Writes, ListEndpoint):
    """Lines of your customers' orders, newest record first."""

    model = CustomerOrderLine
    write_scope = ApiScope.DEMAND
    serializer_class = OrderLineOutput
    filterset_class = OrderLineFilters
    orderings = {
        "-id": ("-id",), "id": ("id",), "requested_on": ("requested_on", "id"), "-requested_on": ("-requested_on", "-id"),
    }  # fmt: skip

    @extend_schema(request=OrderLinesInput, responses=RecordedOutput)
    def post(self, request: Request) -> Response:
        """Tell of order lines, all or none. A line stated again replaces what the books held of it."""
        return self.change(OrderLinesInput, self._record)

    def _record(self, values: dict[str, Any]) -> dict[str, Any]:
        lines = [Line(reference=line.pop("order"), **line) for line in map(dict, values["lines"])]
        recorded = orders.record(client=self.client, lines=lines, at=timezone.now(), actor=self.actor)
        return RecordedOutput.draw(recorded)


class OrderFileInput(Input):
    """A CSV or XLSX file with the columns order, line, sku, market, requested_on, quantity; shipped and cancelled may be there."""

    file = serializers.FileField(allow_empty_file=False, max_length=200)
    skip_bad_rows = serializers.BooleanField(default=False)


class OrderImports(DemandImports):
    """Customers' orders by file."""

    kind, title = order_imports.KIND, _("Orders from %(file)s")
    model = CustomerOrderLine

    @extend_schema(request={"multipart/form-data": OrderFileInput}, responses={202: JobOutput})
    def post(self, request: Request) -> Response:
        """Hand in a file of orders; a job reads it. Ask `/jobs/{id}/` until it is done: its result says what was taken."""
        return super().post(request)
