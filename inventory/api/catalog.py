"""What: your items. Their units and factors are fixed once stock may have been counted in them."""

from typing import Any

from django.utils.timezone import localdate
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import DetailEndpoint, ListEndpoint, Writes
from inventory.api.fields import Day, MoneyText, QuantityText, RateText
from inventory.api.filters import Filters, Flag, OneOf, Rows, Text
from inventory.api.rows import Input, Output
from inventory.catalog import services as catalog
from inventory.catalog.models import Item
from inventory.parties.roles import ApiScope

MOST = 1_000_000_000


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


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "a part",
            value={
                "sku": "WHEEL-75",
                "description": "Caster wheel 75 mm",
                "stock_unit": "6",
                "tariff_code": "8302.20.01 00",
                "origin_country": "CHN",
                "unit_value_usd": "12.50",
                "weight_kg": "0.5",
                "volume_m3": "0.004",
            },
            request_only=True,
        )
    ]
)
class ItemInput(Input):
    """An item. Commercial and tariff units default to the stock unit, factors to one."""

    sku = serializers.CharField(max_length=64)
    description = serializers.CharField(max_length=250)
    goods_kind = serializers.ChoiceField(Item.GoodsKind.choices, default=Item.GoodsKind.INPUT)
    stock_unit = serializers.CharField(max_length=2, help_text="Code of Apéndice 7: 6 is piece, 1 is kilo.")
    commercial_unit = serializers.CharField(max_length=2, required=False)
    tariff_unit = serializers.CharField(max_length=2, required=False)
    commercial_numerator = serializers.IntegerField(min_value=1, max_value=MOST, default=1)
    commercial_denominator = serializers.IntegerField(min_value=1, max_value=MOST, default=1)
    tariff_numerator = serializers.IntegerField(min_value=1, max_value=MOST, default=1)
    tariff_denominator = serializers.IntegerField(min_value=1, max_value=MOST, default=1)
    tariff_code = serializers.CharField(max_length=14)
    hts_code = serializers.CharField(max_length=14, allow_blank=True, default="")
    origin_country = serializers.CharField(max_length=3)
    is_usmca = serializers.BooleanField(default=False)
    usmca_valid_to = Day(allow_null=True, default=None)
    us_duty_rate = RateText(allow_null=True, default=None, at_least=0)
    unit_value_usd = MoneyText(at_least=0, default="0")
    weight_kg = QuantityText(at_least=0, default="0")
    volume_m3 = QuantityText(at_least=0, default="0")
    pack_size = QuantityText(above=0, default="1")
    gtin = serializers.CharField(max_length=14, allow_blank=True, default="")
    is_sensitive = serializers.BooleanField(default=False)
    is_serialised = serializers.BooleanField(default=False)


class ItemChange(ItemInput):
    """What to change of an item; what is not named stays. Units and factors stand once the books use them."""

    is_active = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """The fields of an item, none required and none filled in; the SKU never changes."""
        fields = super().get_fields()
        del fields["sku"]
        for field in fields.values():
            field.required, field.default = False, serializers.empty
        return fields


class ItemList(Writes, ListEndpoint):
    """Your items, newest first."""

    model = Item
    write_scope = ApiScope.CATALOG
    serializer_class = ItemOutput
    filterset_class = ItemFilters
    orderings = {"-id": ("-id",), "id": ("id",), "sku": ("sku",)}

    @extend_schema(request=ItemInput, responses={201: ItemOutput})
    def post(self, request: Request) -> Response:
        """Add an item. Codes are checked against the lists of the day."""
        return self.change(ItemInput, self._add, status_code=201)

    def _add(self, values: dict[str, Any]) -> dict[str, Any]:
        return ItemOutput.draw(catalog.add_item(client=self.client, values=values, on=localdate()))


class ItemDetail(Writes, DetailEndpoint):
    """One item, by its SKU."""

    model = Item
    write_scope = ApiScope.CATALOG
    serializer_class = ItemOutput

    @extend_schema(request=ItemChange, responses=ItemOutput)
    def patch(self, request: Request, sku: str) -> Response:
        """Change an item."""
        return self.change(ItemChange, self._change)

    def _change(self, values: dict[str, Any]) -> dict[str, Any]:
        item = self.named(self.get_queryset(), sku=self.kwargs["sku"])
        return ItemOutput.draw(catalog.change_item(item=item, values=values, on=localdate()))
