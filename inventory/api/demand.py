"""Who asked for it: weekly demand by item and US market."""

from rest_framework import serializers

from inventory.api.endpoint import ListEndpoint
from inventory.api.fields import Moment, MoneyText, QuantityText, RateText
from inventory.api.filters import At, Day, Filters, Flag, Text
from inventory.api.rows import Output
from inventory.demand.models import DemandRecord


class DemandOutput(Output):
    """One week of one item in one market."""

    id = serializers.IntegerField()
    item = serializers.CharField(source="item.sku")
    market = serializers.CharField(source="market.code")
    week = serializers.DateField(help_text="Its Monday.")
    quantity = QuantityText()
    stockout_share = RateText()
    is_promotion = serializers.BooleanField()
    price_usd = MoneyText(allow_null=True)
    source = serializers.CharField()
    recorded_at = Moment()


class DemandFilters(Filters):
    """Filters of demand."""

    item = Text("item__sku")
    market = Text("market__code")
    from_week = Day("week", lookup_expr="gte")
    to_week = Day("week", lookup_expr="lte")
    is_promotion = Flag()
    recorded_since = At("recorded_at", lookup_expr="gte")


class Demand(ListEndpoint):
    """Your demand history, newest record first."""

    model = DemandRecord
    serializer_class = DemandOutput
    filterset_class = DemandFilters
    orderings = {"-id": ("-id",), "id": ("id",), "week": ("week", "id"), "-week": ("-week", "-id")}
