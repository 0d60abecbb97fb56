"""What: your items. Their units and factors are fixed once stock may have been counted in them."""

from rest_framework import serializers

from inventory.api.endpoint import DetailEndpoint, ListEndpoint
from inventory.api.fields import MoneyText, QuantityText, RateText
from inventory.api.filters import Filters, Flag, OneOf, Rows, Text
from inventory.api.rows import Output
from inventory.catalog.models import Item


class ItemOutput(Output):
    """An item: one part number."""

    id = serializers.IntegerField()
    sku = serializers.CharField()
    description = serializers.CharField()
    goods_kind = serializers.ChoiceField(Item.GoodsKind.choices)
    stock_unit = serializers.CharField()
    commercial_unit = serializers.CharField()
    tariff_unit = serializers.CharField()
    commercial_numerator = serializers.IntegerField()
    commercial_denominator = serializers.IntegerField()
    tariff_numerator = serializers.IntegerField()
    tariff_denominator = serializers.IntegerField()
    tariff_code = serializers.CharField()
    hts_code = serializers.CharField()
    origin_country = serializers.CharField()
    is_usmca = serializers.BooleanField()
    usmca_valid_to = serializers.DateField(allow_null=True)
    us_duty_rate = RateText(allow_null=True)
    unit_value_usd = MoneyText()
    weight_kg = QuantityText()
    volume_m3 = QuantityText()
    pack_size = QuantityText()
    gtin = serializers.CharField()
    is_sensitive = serializers.BooleanField()
    is_serialised = serializers.BooleanField()
    is_active = serializers.BooleanField()


class ItemFilters(Filters):
    """Filters of items."""

    sku = Text()
    search = Text(method="matching", label="Part of SKU or description.")
    tariff_code = Text()
    hts_code = Text()
    gtin = Text()
    goods_kind = OneOf(Item.GoodsKind)
    origin_country = Text()
    is_active = Flag()

    def matching(self, rows: Rows, _name: str, text: str) -> Rows:
        """Items with this text in SKU or description."""
        return rows.filter(sku__icontains=text) | rows.filter(description__icontains=text)


class ItemList(ListEndpoint):
    """Your items, newest first."""

    model = Item
    serializer_class = ItemOutput
    filterset_class = ItemFilters
    orderings = {"-id": ("-id",), "id": ("id",), "sku": ("sku",)}


class ItemDetail(DetailEndpoint):
    """One item, by its SKU."""

    model = Item
    serializer_class = ItemOutput
